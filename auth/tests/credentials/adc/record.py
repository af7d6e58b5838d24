#!/usr/bin/env python3
"""Records what google-auth makes of every situation of the table into `google_auth.json`.

Run it with a Python that has google-auth and cryptography:

    python3 auth/tests/credentials/adc/record.py

No network is touched: the metadata server is a function. Keys are made anew and not recorded.
"""

import io
import itertools
import json
import logging
import ntpath
import os
import pathlib
import pwd
import tempfile
import types
import warnings

# Read when google-auth is imported.
os.environ["GCE_METADATA_DETECT_RETRIES"] = "1"

import google.auth
from google.auth import _cloud_sdk, exceptions
from google.auth.compute_engine import _metadata
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

HERE = pathlib.Path(__file__).parent
VARIABLE = [
    "unset", "empty", "missing_file", "bad_json",
    "authorized_user", "service_account", "external_account", "external_account_authorized_user",
    "impersonated_service_account", "gdch_service_account",
    "login_config", "unknown_type", "no_type", "client_secret",
]
# What is in the variable or in its file otherwise. `nested_X`: an impersonation whose source is of type X.
ODD = [
    "json_itself", "pem_itself", "quoted", "newline", "folder", "utf16", "windows_path",
    "nested_service_account", "nested_external_account", "nested_external_account_authorized_user",
    "nested_impersonated_service_account", "nested_gdch_service_account", "nested_unknown_type",
]
GCLOUD = ["absent", "present"]
# Where gcloud's file is looked for when no variable names the folder. `closed` cannot be entered; `X_file`: it is there.
HOMES = [
    "home_file", "home_empty", "home_missing", "home_is_a_file", "home_closed", "home_unset",
    "appdata_file", "appdata_empty", "appdata_unset", "system_drive_file",
]
# What is in the folder of `gapi auth login`, of which google-auth knows nothing.
STORES = ["empty", "good", "bad", "good_and_bad", "closed"]
# `named`: only at the host that GCE_METADATA_HOST names. `no_check_X`: there, but NO_GCE_CHECK is X.
METADATA = ["yes", "no", "slow", "named", "no_check_true", "no_check_1"]

# This machine's firmware plays no part, and neither does a gcloud that may be installed.
_metadata._GCE_PRODUCT_NAME_FILE = "/nonexistent"
_cloud_sdk._run_subprocess_ignore_stderr = lambda command: b"gcloud-project\n"


def pem(key, form):
    text = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    return json.dumps(text.decode())[1:-1]


KEYS = {
    "@RSA_KEY@": pem(rsa.generate_private_key(65537, 2048), serialization.PrivateFormat.PKCS8),
    "@EC_KEY@": pem(ec.generate_private_key(ec.SECP256R1()), serialization.PrivateFormat.TraditionalOpenSSL),
}


class Answer:
    def __init__(self, text):
        self.status = 200
        self.data = text.encode()
        self.headers = {"metadata-flavor": "Google", "content-type": "application/text"}


def network(metadata):
    address = "http://named.example" if metadata == "named" else "http://169.254.169.254"
    there = metadata not in ("no", "slow")

    def request(url, method="GET", **_):
        if there and url == address:
            return Answer("computeMetadata/\n")
        if there and url.endswith("/project/project-id"):
            return Answer("metadata-project")
        # A slow server is one that does not answer in time.
        raise exceptions.TransportError("timed out" if metadata == "slow" else "refused")

    return request


def who(credentials):
    """The type of the file that such credentials come from, and whose they are."""
    kind = type(credentials).__module__
    if kind == "google.oauth2.credentials":
        return "authorized_user", credentials.client_id
    if kind == "google.oauth2.service_account":
        return "service_account", credentials.service_account_email
    if kind == "google.auth.identity_pool":
        return "external_account", credentials._audience
    if kind == "google.auth.external_account_authorized_user":
        return "external_account_authorized_user", credentials._audience
    if kind == "google.auth.impersonated_credentials":
        return "impersonated_service_account", credentials.service_account_email
    if kind == "google.oauth2.gdch_credentials":
        return "gdch_service_account", credentials._service_identity_name
    if kind == "google.auth.compute_engine.credentials":
        return "metadata_server", credentials.service_account_email
    raise AssertionError(kind)


def result(metadata, folder):
    try:
        credentials, project = google.auth.default(request=network(metadata))
    except Exception as error:
        text = str(error.args[0])
        value = os.environ.get("GOOGLE_APPLICATION_CREDENTIALS")
        if value and "PRIVATE KEY" in value:
            # google-auth shows it.
            text = text.replace(value, "VALUE")
        text = text.replace(folder, "FOLDER")
        return {"error": type(error).__name__, "text": text}
    kind, principal = who(credentials)
    quota = getattr(credentials, "quota_project_id", None)
    return {"credentials": kind, "who": principal, "project": project, "quota_project": quota}


def nested(folder):
    """Impersonations whose sources are the other files."""
    outer = json.loads((folder / "impersonated_service_account.json").read_text())
    for name in ODD:
        kind = name.removeprefix("nested_")
        if kind != name:
            outer["source_credentials"] = json.loads((folder / f"{kind}.json").read_text())
            (folder / f"{name}.json").write_text(json.dumps(outer))


def value_of(folder, variable):
    """What GOOGLE_APPLICATION_CREDENTIALS is."""
    key = folder / "service_account.json"
    return {
        "empty": "",
        "json_itself": key.read_text(),
        "pem_itself": json.loads(key.read_text())["private_key"],
        "quoted": f'"{key}"',
        "newline": f"{key}\n",
        "folder": str(folder),
        "windows_path": r"C:\keys\robot.json",
    }.get(variable, str(folder / f"{variable}.json"))


def at_home(folder, home):
    """Sets the variables and the system so that gcloud's folder is found, or not."""
    os.environ.pop("CLOUDSDK_CONFIG", None)
    for name in ["HOME", "APPDATA", "SystemDrive"]:
        os.environ.pop(name, None)
    system = folder / "homes"
    kind = home.removeprefix("home_").removeprefix("appdata_").removeprefix("system_drive_")
    if home.startswith("home_"):
        _cloud_sdk.os = os
        if kind != "unset":
            os.environ["HOME"] = str(system / kind)
        return
    # google-auth asks the module `os`, which is Windows' here; files whose names have backslashes are in the current folder.
    _cloud_sdk.os = types.SimpleNamespace(name="nt", environ=os.environ, path=ntpath)
    if home.startswith("appdata_") and kind != "unset":
        os.environ["APPDATA"] = rf"C:\{kind}\AppData"
    if home.startswith("system_drive_"):
        os.environ["SystemDrive"] = "D:"


def homes(folder):
    """The homes, and a current folder with Windows' files."""
    system = folder / "homes"
    text = (folder / "gcloud.json").read_text()
    gcloud = system / "file/.config/gcloud"
    gcloud.mkdir(parents=True)
    (gcloud / "application_default_credentials.json").write_text(text)
    (system / "empty").mkdir()
    (system / "is_a_file").write_text("")
    # Not even root can enter it.
    (system / "closed").symlink_to(system / "closed")
    for name in [r"C:\file\AppData\gcloud", r"D:\gcloud"]:
        (folder / rf"{name}\application_default_credentials.json").write_text(text)
    (folder / r"C:\keys\robot.json").write_text((folder / "service_account.json").read_text())
    os.chdir(folder)


def nobody(_):
    raise KeyError("no such user")


def prepare(folder):
    for file in (HERE / "files").glob("*.json"):
        text = file.read_text()
        for name, key in KEYS.items():
            text = text.replace(name, key)
        (folder / file.name).write_text(text)
    for name in GCLOUD:
        (folder / name).mkdir()
    (folder / "present" / "application_default_credentials.json").write_text((folder / "gcloud.json").read_text())


def main():
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(folder)
        nested(folder)
        homes(folder)
        text = (folder / "service_account.json").read_text()
        (folder / "utf16.json").write_bytes(text.encode("utf-16"))
        usual = itertools.product(VARIABLE, GCLOUD, METADATA)
        odd = itertools.product(ODD, GCLOUD, METADATA[:2])
        for variable, gcloud, metadata in itertools.chain(usual, odd):
            os.environ.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
            if variable != "unset":
                os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = value_of(folder, variable)
            os.environ["CLOUDSDK_CONFIG"] = str(folder / gcloud)
            # What google-auth makes of GCE_METADATA_HOST and NO_GCE_CHECK when it is imported.
            named = metadata == "named"
            _metadata._GCE_METADATA_HOST = "named.example" if named else "metadata.google.internal"
            _metadata._NO_GCE_CHECK = metadata.removeprefix("no_check_") == "true"
            situation = {"variable": variable, "gcloud": gcloud, "metadata": metadata}
            rows.append({**situation, "google_auth": result(metadata, name)})
        os.environ.pop("GOOGLE_APPLICATION_CREDENTIALS", None)
        pwd.getpwuid = nobody
        places = []
        for home, store, metadata in itertools.product(HOMES, STORES, METADATA[:2]):
            if store != "empty" and home not in ("home_file", "home_empty"):
                continue
            at_home(folder, home)
            path = _cloud_sdk.get_application_default_credentials_path().replace(str(folder / "homes"), "HOMES")
            situation = {"home": home, "store": store, "metadata": metadata, "path": path}
            places.append({**situation, "google_auth": result(metadata, name)})
        _cloud_sdk.os = os
        os.chdir("/")
    text = io.StringIO()
    lines = lambda rows: ",\n".join("    " + json.dumps(row) for row in rows)
    text.write(
        f'{{\n  "google_auth_version": "{google.auth.__version__}",\n  "rows": [\n{lines(rows)}\n  ],\n'
        f'  "places": [\n{lines(places)}\n  ]\n}}\n'
    )
    (HERE / "google_auth.json").write_text(text.getvalue())
    print(f"{len(rows)} situations and {len(places)} places recorded")


main()
