#!/usr/bin/env python3
"""Records what google-api-python-client sends, for calls of every method of the vendored documents.

    python3 tests/conformance/record.py [NAME.VERSION ...]

Writes tests/conformance/calls/NAME.VERSION.jsonl, one call per line with the request that it made:

    {"path": "instances.list", "params": {...}, "body": ..., "want": {"http_method", "url", "headers", "body"}}

A call with media has `"media": {"content", "mime_type", "resumable"}` too; of a resumable upload the request that begins the session is
kept. A request's body that is the call's body is left out. The client is installed below target/ when Python does not have
it. Nothing is sent: the client gets an object that answers every request with "{}".
"""
import copy
import json
import os
import pathlib
import random
import re
import re._parser as patterns
import subprocess
import sys

CLIENT = "google-api-python-client==2.202.0"
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
KEPT_HEADERS = (
    "content-type", "x-goog-api-version", "x-http-method-override", "x-upload-content-length", "x-upload-content-type",
)
# Options of a call in any API, each taken now and then.
COMMON = {"fields": "items(id,name)", "prettyPrint": False, "quotaUser": "user-7", "$.xgafv": "2"}
PLAIN = {
    "int64": "-9007199254740993", "uint64": "18446744073709551615", "byte": "_-8=", "date": "2026-10-18",
    "date-time": "2026-10-18T01:02:03.045Z", "google-datetime": "2026-10-18T01:02:03.000000004Z",
    "google-duration": "1.000340s", "google-fieldmask": "title,owner.name",
}


def with_client():
    """Runs this script again in an environment that has the client, unless this one has it."""
    try:
        from importlib.metadata import version
        if version(CLIENT.split("==")[0]) == CLIENT.split("==")[1]:
            return
    except Exception:
        pass
    home = ROOT / "target" / "reference-client"
    python = home / "bin" / "python"
    if pathlib.Path(sys.prefix) == home:
        sys.exit("%s could not be installed in %s" % (CLIENT, home))
    subprocess.run([sys.executable, "-m", "venv", home], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", CLIENT], check=True)
    os.execv(python, [str(python), __file__] + sys.argv[1:])


class Recorder:
    """Stands in for httplib2.Http."""

    def request(self, uri, method="GET", body=None, headers=None, **_):
        import httplib2
        if isinstance(body, bytes):
            body = body.decode()
        is_content = "content-range" in {k.lower() for k in headers or {}}
        if not is_content:
            self.last = {
                "http_method": method, "url": uri, "body": body or None,
                "headers": {k.lower(): v for k, v in headers.items() if k.lower() in KEPT_HEADERS},
            }
        # Who begins a resumable upload is told where to go on.
        return httplib2.Response({"status": "200", "location": "https://example.invalid/session"}), b"{}"

    def close(self):
        pass


class Values:
    """Valid arguments, always the same for the same method."""

    def __init__(self, document, seed):
        self.schemas = document.get("schemas", {})
        self.random = random.Random(seed)

    def scalar(self, of, name):
        if of.get("enum"):
            return self.random.choice(of["enum"])
        if of.get("pattern"):
            text = self.matching(of["pattern"])
            # The client wants text where there is a pattern.
            return "3" if of["type"] == "integer" else text
        kind, form = of.get("type"), of.get("format")
        if form in PLAIN:
            return PLAIN[form]
        if kind == "boolean":
            return self.random.random() < 0.5
        if kind == "integer":
            low, high = int(of.get("minimum", 0)), int(of.get("maximum", 2**31 - 1))
            return self.random.randint(low, min(high, low + 1000))
        if kind == "number":
            return self.random.choice([0.25, -2.5, 1e6])
        return name + self.random.choice(["", " 1", "/2", "&=3", "+4%", "é"])

    def matching(self, pattern):
        text = "".join(self.piece(op, of) for op, of in patterns.parse(pattern))
        if not text or not re.match(pattern, text):
            sys.exit("cannot make a text that matches %r: %r" % (pattern, text))
        return text

    def piece(self, op, of):
        op = str(op)
        if op == "LITERAL":
            return chr(of)
        if op == "ANY":
            return self.random.choice("abcdef")
        if op == "NOT_LITERAL":
            return self.random.choice([c for c in "abcdef-" if ord(c) != of])
        if op == "IN":
            return self.one_of(of)
        if op in ("MAX_REPEAT", "MIN_REPEAT"):
            low, high, inner = of
            count = self.random.randint(max(low, 1), max(low, min(int(high), low + 4), 1))
            return "".join(self.piece(*part) for _ in range(count) for part in inner)
        if op == "SUBPATTERN":
            return "".join(self.piece(*part) for part in of[-1])
        if op == "BRANCH":
            return "".join(self.piece(*part) for part in self.random.choice(of[1]))
        if op == "AT":
            return ""
        sys.exit("no text for %s in a pattern" % op)

    def one_of(self, of):
        chars = [c for c in map(chr, range(33, 127)) if any(self.holds(str(op), av, c) for op, av in of)]
        if str(of[0][0]) == "NEGATE":
            chars = [c for c in map(chr, range(33, 127)) if c not in chars]
        simple = [c for c in chars if c.isalnum()]
        return self.random.choice(simple or chars)

    @staticmethod
    def holds(op, of, c):
        if op == "LITERAL":
            return ord(c) == of
        if op == "RANGE":
            return of[0] <= ord(c) <= of[1]
        if op == "CATEGORY":
            kind = str(of)
            known = {"DIGIT": str.isdigit, "WORD": lambda c: c.isalnum() or c == "_", "SPACE": str.isspace}
            name = kind.split("_")[-1]
            return known[name](c) != ("NOT" in kind)
        return False

    def parameter(self, of, name):
        if of.get("repeated"):
            return [self.scalar(of, name) for _ in range(self.random.randint(1, 2))]
        return self.scalar(of, name)

    def body(self, of, name="x", depth=4, inside=()):
        """Every property of the upper levels; a few of those below, so that the recordings stay small."""
        if "$ref" in of:
            ref = of["$ref"]
            if ref in inside:
                return {} if self.schemas[ref].get("type") == "object" else []
            return self.body(self.schemas[ref], name, depth, inside + (ref,))
        kind = of.get("type")
        if kind == "object":
            fields = [k for k in of.get("properties", {})] if depth > 0 else []
            most = {4: 60, 3: 12, 2: 4}.get(depth, 2)
            if len(fields) > most:
                fields = sorted(self.random.sample(fields, most))
            out = {k: self.body(of["properties"][k], k, depth - 1, inside) for k in fields}
            if not fields and depth > 0 and isinstance(of.get("additionalProperties"), dict):
                out["key-1"] = self.body(of["additionalProperties"], name, depth - 1, inside)
            return out
        if kind == "array":
            return [self.body(of["items"], name, depth - 1, inside)] if depth > 0 else []
        if kind == "any":
            return self.random.choice([{"a": [1]}, "text", 2.5, False])
        return self.scalar(of, name)


def methods(node, path=""):
    for name, method in sorted(node.get("methods", {}).items()):
        yield path + name, name, method
    for name, child in sorted(node.get("resources", {}).items()):
        yield from methods(child, path + name + ".")


def calls(document, path, method):
    values = Values(document, "%s %s" % (document["id"], path))
    params = {}
    for name, of in sorted(method.get("parameters", {}).items()):
        if of.get("required") or (name not in document["parameters"] and values.random.random() < 0.5):
            params[name] = values.parameter(of, name)
    for name, value in COMMON.items():
        if name in document["parameters"] and name not in method.get("parameters", {}) and values.random.random() < 0.1:
            params[name] = value
    call = {"path": path, "params": params}
    if "request" in method:
        call["body"] = values.body(method["request"])
    yield call
    if path.endswith("documents.delete"):
        # Here gapi differs on purpose: the client takes this for a slash that is encoded already.
        yield {**call, "params": {**call["params"], "name": call["params"]["name"] + "%2Fx"}}
    if method.get("supportsMediaDownload"):
        yield {**call, "media_download": True}
    if "mediaUpload" in method:
        yield from uploads(call, method["mediaUpload"])


def uploads(call, accepted):
    """Media alone, media behind the JSON body, and the beginning of a resumable upload."""
    kind = accepted["accept"][0]
    kind = {"*/*": "text/plain", "message/*": "message/rfc822", "video/*": "video/mp4"}.get(kind, kind)
    media = {"content": "line 1\nline 2\n", "mime_type": kind, "resumable": False}
    # The client cannot send a repeated parameter beside media.
    call = {**call, "params": {k: v[:1] if isinstance(v, list) else v for k, v in call["params"].items()}}
    alone = {k: v for k, v in call.items() if k != "body"}
    yield {**alone, "media": media}
    if "body" in call:
        yield {**call, "media": media}
    if "resumable" in accepted["protocols"]:
        yield {**call, "media": {**media, "resumable": True}}


def upload_of(media):
    from googleapiclient.http import MediaInMemoryUpload
    return MediaInMemoryUpload(media["content"].encode(), mimetype=media["mime_type"], resumable=media["resumable"])


def is_same(text, body):
    try:
        return json.loads(text) == body
    except ValueError:
        return False


def record(stem):
    import email.generator
    from googleapiclient import discovery, schema
    # A boundary of multipart bodies that is the same each time.
    email.generator.Generator._make_boundary = classmethod(lambda cls, text=None: "boundary-of-the-recording")
    document = json.loads((ROOT / "discovery-docs" / (stem + ".json")).read_text())
    recorder = Recorder()
    service = discovery.build_from_document(document, http=recorder)
    schemas = schema.Schemas(document)
    schemas.prettyPrintByName = lambda name: ""
    schemas.prettyPrintSchema = lambda of: ""
    lines = []
    for path, name, method in methods(document):
        for call in calls(document, path, method):
            arguments = {discovery.key2param(k): v for k, v in call["params"].items()}
            if "body" in call:
                arguments["body"] = call["body"]
            if "media" in call:
                arguments["media_body"] = upload_of(call["media"])
            # Made here and not looked up: the client hides methods behind resources of the same name.
            name = name + "_media" if call.get("media_download") else name
            _, function = discovery.createMethod(name, copy.deepcopy(method), document, schemas)
            function(service, **arguments).execute()
            want = recorder.last
            if want["body"] is None or "body" in call and is_same(want["body"], call["body"]):
                del want["body"]
            lines.append(json.dumps({**call, "want": want}, ensure_ascii=False, separators=(",", ":")))
    (HERE / "calls" / (stem + ".jsonl")).write_text("\n".join(lines) + "\n")
    print("%s: %d calls" % (stem, len(lines)))


if __name__ == "__main__":
    with_client()
    for stem in sys.argv[1:] or sorted(p.stem for p in (ROOT / "discovery-docs").glob("*.*.json")):
        record(stem)
