#!/usr/bin/env python3
"""Writes address_cases.json: what google-api-python-client makes of addresses, beside what this crate makes of them.

Needs google-api-python-client. Ours are not changed; null means that the document is refused.
"""

import json
import pathlib

from googleapiclient import discovery

FILE = pathlib.Path(__file__).with_name("address_cases.json")


def reference(document, path):
    document = {
        "kind": "discovery#restDescription", "name": "a", "version": "v1", "schemas": {}, **document,
        "methods": {"m": {
            "id": "a.m", "path": path, "httpMethod": "GET", "parameterOrder": ["y"] if "{" in path else [],
            "parameters": {"y": {"type": "string", "location": "path", "required": True}} if "{" in path else {},
        }},
    }
    try:
        service = discovery.build_from_document(document, credentials=None, developerKey="k")
        uri = service.m(y="Y").uri if "{" in path else service.m().uri
    except Exception as error:  # of any kind
        return {"error": f"{type(error).__name__}: {error}"}
    # What the client adds to every URL.
    uri = uri.removesuffix("?key=k")
    return uri.replace("Y", "{+y}" if "{+" in path else "{y}") if "{" in path else uri


cases = json.loads(FILE.read_text())
for case in cases:
    case["reference"] = reference(case["document"], case["path"])
FILE.write_text("[\n" + ",\n".join(" " + json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
