#!/usr/bin/env python3
"""Records what google-auth and botocore send and sign, for the same input that the tests give to gapi-auth.

    python3 auth/tests/recorded/record.py [GROUP ...]

Each GROUP is a function below and writes GROUP.json beside this script. A case is

    {"name", "input": {...}, "requests": [{"method", "url", "headers", "form" or "json"}]}

Nothing is sent: the clients get a function that answers. Time stands still at NOW. The packages are installed below target/ when
Python does not have them.
"""
import base64
import datetime
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import urllib.parse
from unittest import mock

PACKAGES = ["google-auth==2.62.2", "botocore==1.44.8", "cryptography", "requests"]
HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
NOW = 1795324800
KEPT_HEADERS = {
    "content-type", "authorization", "x-goog-api-client", "metadata", "x-aws-ec2-metadata-token",
    "x-aws-ec2-metadata-token-ttl-seconds",
}
SCOPES = ["https://www.googleapis.com/auth/calendar", "https://www.googleapis.com/auth/drive"]
POOL = "//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/prov"
WORKFORCE = "//iam.googleapis.com/locations/global/workforcePools/pool/providers/prov"
TARGET = "target@example-123.iam.gserviceaccount.com"
IAM = f"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/{TARGET}:generateAccessToken"


def ensure_packages():
    """Runs again in an environment that has the packages."""
    try:
        import botocore, cryptography, google.auth, requests  # noqa: F401
        return
    except ImportError:
        pass
    venv = ROOT / "target/recorded-venv"
    if not venv.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        subprocess.run([venv / "bin/pip", "install", "--quiet", *PACKAGES], check=True)
    os.execv(venv / "bin/python", ["python", *sys.argv])


class Answer:
    """What google-auth's transports give."""

    def __init__(self, status, body):
        self.status = self.status_code = status
        self.headers = {"content-type": "application/json"}
        self.data = (body if isinstance(body, str) else json.dumps(body)).encode()


class Recorder:
    """A transport that answers and keeps what it was given."""

    def __init__(self, texts=()):
        self.texts = dict(texts)
        self.requests = []

    def __call__(self, url, method="GET", body=None, headers=None, **_):
        self.requests.append(seen(method, url, headers or {}, body))
        return self.answer(url)

    def answer(self, url):
        if url in self.texts:
            return Answer(200, self.texts[url])
        if url.endswith(":generateAccessToken"):
            return Answer(200, {"accessToken": "impersonated", "expireTime": "2026-11-22T06:20:00Z"})
        if url.endswith(":signJwt"):
            return Answer(200, {"signedJwt": "a.b.c"})
        if url.endswith(":signBlob"):
            return Answer(200, {"signedBlob": base64.b64encode(b"signature").decode(), "keyId": "key-1"})
        if url.endswith(":generateIdToken"):
            claims = base64.urlsafe_b64encode(json.dumps({"exp": NOW + 3600, "iat": NOW}).encode()).decode().rstrip("=")
            return Answer(200, {"token": f"e30.{claims}.c2ln"})
        if url.endswith("/revoke"):
            return Answer(200, "")
        return Answer(200, {"access_token": "granted", "expires_in": 3600, "token_type": "Bearer"})


def seen(method, url, headers, body):
    kept = {}
    for name, value in headers.items():
        name = name.lower()
        if name not in KEPT_HEADERS:
            continue
        value = value.decode() if isinstance(value, bytes) else value
        if name == "x-goog-api-client":
            # The language and the library's version differ, as they should.
            value = " ".join(word for word in value.split() if not word.startswith(("gl-python/", "auth/")))
        if name == "authorization" and value.startswith("Bearer eyJ"):
            value = decoded({"assertion": value.removeprefix("Bearer ")})["assertion"]
        kept[name] = value
    request = {"method": method, "url": url, "headers": kept}
    if body:
        text = body.decode() if isinstance(body, bytes) else body
        if kept.get("content-type") == "application/json":
            request["json"] = decoded(json.loads(text))
        else:
            request["form"] = decoded(dict(urllib.parse.parse_qsl(text, strict_parsing=True)))
    return request


def decoded(fields):
    """Options, signed requests and JSON web tokens, as what they say."""
    for name in ("options", "subject_token"):
        value = fields.get(name)
        if isinstance(value, str) and value.startswith(("%7B", "[")):
            fields[name] = json.loads(urllib.parse.unquote(value))
    for name in ("assertion", "subject_token"):
        value = fields.get(name)
        if isinstance(value, str) and value.startswith("eyJ"):
            header, claims, _ = value.split(".")
            pad = lambda part: json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            fields[name] = {"header": pad(header), "claims": pad(claims)}
    if isinstance(fields.get("payload"), str) and fields["payload"].startswith("{"):
        fields["payload"] = json.loads(fields["payload"])
    return fields


def frozen():
    moment = datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc).replace(tzinfo=None)
    return mock.patch("google.auth._helpers.utcnow", return_value=moment)


def source():
    """Credentials that are a user's, with a token."""
    from google.oauth2.credentials import Credentials
    return Credentials("source-token")


def impersonated():
    from google.auth import impersonated_credentials as imp
    cases = []

    def case(name, settings, act=lambda credentials, recorder: credentials.refresh(recorder)):
        recorder = Recorder()
        credentials = imp.Credentials(source(), TARGET, SCOPES, **settings)
        session = mock.patch("google.auth.transport.requests.AuthorizedSession", Session.over(recorder))
        with frozen(), session:
            act(credentials, recorder)
        cases.append({"name": name, "input": settings, "requests": recorder.requests})

    def id_token(credentials, recorder):
        imp.IDTokenCredentials(credentials, "https://run.example", include_email=True).refresh(recorder)

    case("access token", {})
    case("access token through delegates", {"delegates": ["a@p.iam.gserviceaccount.com", "b@p.iam.gserviceaccount.com"], "lifetime": 1800})
    case("subject", {"subject": "mia@example.com"})
    case("subject through a delegate", {"subject": "mia@example.com", "delegates": ["a@p.iam.gserviceaccount.com"]})
    case("ID token", {}, id_token)
    case("ID token through a delegate", {"delegates": ["a@p.iam.gserviceaccount.com"]}, id_token)
    case("signature", {}, lambda credentials, _: credentials.sign_bytes(b"message"))
    file = {
        "type": "impersonated_service_account", "service_account_impersonation_url": IAM,
        "delegates": ["a@p.iam.gserviceaccount.com"], "quota_project_id": "payer",
        "source_credentials": {"type": "authorized_user", "client_id": "cid", "client_secret": "cs", "refresh_token": "rt"},
    }
    recorder = Recorder()
    with frozen():
        imp.Credentials.from_impersonated_service_account_info(file, scopes=SCOPES).refresh(recorder)
    cases.append({"name": "file with a user", "input": {"file": file}, "requests": recorder.requests})
    return cases


class Session:
    """google-auth's AuthorizedSession, over a recorder."""

    @staticmethod
    def over(recorder):
        class Over(Session):
            def __init__(self, credentials, auth_request=None):
                self.credentials = credentials

            def post(self, url, headers=None, data=None, json=None):
                headers = dict(headers)
                self.credentials.before_request(recorder, "POST", url, headers)
                answer = recorder(url, "POST", data or dumps(json), headers)
                answer.json = lambda: loads(answer.data)
                return answer
        return Over

    def configure_mtls_channel(self):
        pass

    def close(self):
        pass


dumps, loads = json.dumps, json.loads


def external_account():
    cases = []
    configuration = {
        "type": "external_account", "audience": POOL, "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
        "token_url": "https://sts.googleapis.com/v1/token",
    }
    impersonating = {"service_account_impersonation_url": IAM}
    aws = {
        "environment_id": "aws1", "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
        "url": "http://169.254.169.254/latest/meta-data/iam/security-credentials",
        "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
        "imdsv2_session_token_url": "http://169.254.169.254/latest/api/token",
    }
    metadata = {
        aws["region_url"]: "us-east-2b", aws["url"]: "role", aws["imdsv2_session_token_url"]: "session",
        f"{aws['url']}/role": json.dumps({"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": SECRET, "Token": "temporary"}),
    }
    aws_type = {"subject_token_type": "urn:ietf:params:aws:token-type:aws4_request"}
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": "eu-west-1"}
    leaf, root = certificate("leaf"), certificate("root")
    workload = json.dumps({"cert_configs": {"workload": {"cert_path": "/files/leaf.pem", "key_path": "/files/key.pem"}}})
    printed = json.dumps({"version": 1, "success": True, "token_type": "urn:ietf:params:oauth:token-type:id_token", "id_token": "printed"})

    def case(name, *parts, files=None, variables=None, texts=None, program=None):
        file = dict(configuration)
        for part in parts:
            file.update(part)
        recorder = Recorder(texts or {})
        given = {"file": file, "files": files or {}, "variables": variables or {}, "texts": texts or {}}
        child = {}
        with tempfile.TemporaryDirectory() as folder, frozen(), mock.patch.dict(os.environ, variables or {}):
            for path, text in (files or {}).items():
                pathlib.Path(folder, pathlib.PurePath(path).name).write_text(text.replace("/files/", f"{folder}/"))
            moved = json.loads(json.dumps(file).replace("/files/", f"{folder}/"))
            runs = mock.patch("subprocess.run", side_effect=lambda command, env, **_: ran(child, command, env, printed))
            with runs if program else mock.patch.dict({}):
                loaded(moved).refresh(recorder)
        entry = {"name": name, "input": given, "requests": recorder.requests}
        if program:
            entry["program"] = child
            given["printed"] = printed
        cases.append(entry)

    case("file", {"credential_source": {"file": "/files/token"}}, files={"/files/token": "subject"})
    in_json = {"type": "json", "subject_token_field_name": "access_token"}
    case("file in JSON", {"credential_source": {"file": "/files/token", "format": in_json}},
         files={"/files/token": json.dumps({"access_token": "subject"})})
    url = {"url": "http://169.254.169.254/metadata/identity?resource=x", "headers": {"Metadata": "True"}}
    case("URL", {"credential_source": url}, texts={url["url"]: "subject"})
    case("URL in JSON, impersonating", {"credential_source": {**url, "format": in_json}}, impersonating,
         {"service_account_impersonation": {"token_lifetime_seconds": 2800}}, texts={url["url"]: json.dumps({"access_token": "subject"})})
    case("with a client", {"credential_source": {"file": "/files/token"}, "client_id": "cid", "client_secret": "s:c<"},
         files={"/files/token": "subject"})
    workforce = {"audience": WORKFORCE, "workforce_pool_user_project": "payer", "credential_source": {"file": "/files/token"}}
    case("workforce", workforce, files={"/files/token": "subject"})
    case("workforce with a client", workforce, {"client_id": "cid", "client_secret": "cs"}, files={"/files/token": "subject"})
    case("SAML", {"subject_token_type": "urn:ietf:params:oauth:token-type:saml2", "credential_source": {"file": "/files/token"}},
         files={"/files/token": "PHNhbWw+"})
    case("AWS metadata", aws_type, {"credential_source": aws}, texts=metadata)
    case("AWS environment", aws_type, {"credential_source": aws}, variables=keys)
    case("AWS environment, temporary", aws_type, {"credential_source": aws}, variables={**keys, "AWS_SESSION_TOKEN": "temporary"})
    fips = {**aws, "regional_cred_verification_url": "https://sts-fips.{region}.amazonaws.com?Version=2011-06-15&Action=GetCallerIdentity"}
    case("AWS FIPS", aws_type, {"credential_source": fips}, variables=keys)
    run = {"executable": {"command": "/bin/token --for 'two words'", "timeout_millis": 5000, "output_file": "/files/kept"}}
    allowed = {"GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES": "1"}
    case("executable", {"credential_source": run}, variables=allowed, program=True)
    case("executable, impersonating", {"credential_source": run}, impersonating, variables=allowed, program=True)
    x509 = {"certificate": {"certificate_config_location": "/files/config.json"}}
    case("certificate", {"credential_source": x509}, files={"/files/config.json": workload, "/files/leaf.pem": leaf})
    x509 = {"certificate": {"certificate_config_location": "/files/config.json", "trust_chain_path": "/files/chain.pem"}}
    case("certificate with its chain", {"credential_source": x509},
         files={"/files/config.json": workload, "/files/leaf.pem": leaf, "/files/chain.pem": leaf + root})
    return cases


def loaded(file):
    """The credentials that Application Default Credentials would make of a file."""
    from google.auth import aws, identity_pool, pluggable
    if "aws" in file["subject_token_type"]:
        kind = aws
    else:
        kind = pluggable if "executable" in file["credential_source"] else identity_pool
    return kind.Credentials.from_info(file, scopes=SCOPES)


def ran(child, command, env, printed):
    child["command"] = command
    child["variables"] = {name: value for name, value in env.items() if name.startswith("GOOGLE_EXTERNAL_ACCOUNT_")}
    file = child["variables"].get("GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE")
    if file:
        child["variables"]["GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE"] = f"/files/{pathlib.PurePath(file).name}"
    for name, value in child["variables"].items():
        child["variables"][name] = value or ""
    return mock.Mock(returncode=0, stdout=printed.encode())


def certificate(name):
    """A certificate that nobody has the key of any more."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    key = ec.derive_private_key(7 + len(name), ec.SECP256R1())
    start = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    made = (x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
            .serial_number(1).not_valid_before(start).not_valid_after(start + datetime.timedelta(days=3650)))
    return made.sign(key, hashes.SHA256(), ecdsa_deterministic=True).public_bytes(serialization.Encoding.PEM).decode()


def external_account_authorized_user():
    from google.auth import external_account_authorized_user as user
    file = {
        "type": "external_account_authorized_user", "audience": WORKFORCE, "client_id": "cid", "client_secret": "cs",
        "refresh_token": "rt", "token_url": "https://sts.googleapis.com/v1/oauthtoken",
        "token_info_url": "https://sts.googleapis.com/v1/introspect", "revoke_url": "https://sts.googleapis.com/v1/revoke",
    }
    cases = []
    for name, act in (("refresh", "refresh"), ("revoke", "revoke")):
        recorder = Recorder()
        with frozen():
            getattr(user.Credentials.from_info(file), act)(recorder)
        cases.append({"name": name, "input": {"file": file}, "requests": recorder.requests})
    return cases


def downscoped():
    from google.auth import downscoped as down
    condition = down.AvailabilityCondition("resource.name.startsWith('projects/_/buckets/b/objects/x')", title="x", description="only x")
    rules = [
        down.AccessBoundaryRule("//storage.googleapis.com/projects/_/buckets/b", ["inRole:roles/storage.objectViewer"], condition),
        down.AccessBoundaryRule("//storage.googleapis.com/projects/_/buckets/c", ["inRole:roles/storage.objectViewer", "inRole:roles/storage.objectCreator"]),
    ]

    class Source:
        token = "source-token"
        expiry = None

        def refresh(self, _):
            pass
    recorder = Recorder()
    with frozen():
        down.Credentials(Source(), down.CredentialAccessBoundary(rules)).refresh(recorder)
    return [{"name": "two rules", "input": {}, "requests": recorder.requests}]


def gdch():
    import google.auth.transport.requests
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from google.oauth2 import gdch_credentials
    # A key that protects nothing: it is made of a number that stands here.
    key = ec.derive_private_key(20261122, ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption())
    file = {
        "type": "gdch_service_account", "format_version": "1", "project": "proj", "private_key_id": "key-1", "private_key": pem.decode(),
        "name": "robot", "token_uri": "https://service-identity.example.com/authenticate",
    }
    recorder = Recorder()
    credentials = gdch_credentials.ServiceAccountCredentials.from_service_account_info(file).with_gdch_audience("https://api.example.com")
    with frozen(), mock.patch.object(google.auth.transport.requests.Request, "__call__", lambda _, *args, **kwargs: recorder(*args, **kwargs)):
        credentials.refresh(google.auth.transport.requests.Request())
    # The tests make a key of their own, so that none is stored.
    del file["private_key"]
    return [{"name": "token", "input": {"file": file, "audience": "https://api.example.com"}, "requests": recorder.requests}]


SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


def aws_sigv4():
    """Signatures of botocore, for all of the forms of a request that signing knows."""
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
    moment = datetime.datetime(2015, 8, 30, 12, 36, 0)
    cases = []

    def case(name, method="POST", url="https://sts.us-east-2.amazonaws.com/", headers=None, body="", token=None, region="us-east-2", service="sts"):
        request = AWSRequest(method=method, url=url, headers=headers or {}, data=body)
        with mock.patch("botocore.auth.get_current_datetime", return_value=moment, create=True), \
                mock.patch("botocore.compat.get_current_datetime", return_value=moment, create=True):
            SigV4Auth(Credentials("AKIDEXAMPLE", SECRET, token), service, region).add_auth(request)
        cases.append({
            "name": name, "method": method, "url": url, "headers": headers or {}, "body": body, "token": token, "region": region,
            "service": service, "authorization": request.headers["Authorization"], "date": request.headers["X-Amz-Date"],
        })

    identity = "https://sts.us-east-2.amazonaws.com/?Action=GetCallerIdentity&Version=2011-06-15"
    case("plain")
    case("GetCallerIdentity", url=identity)
    case("GetCallerIdentity with a temporary key", url=identity, token="AQoDYXdzEPT//////////wEXAMPLE+/=")
    case("GetCallerIdentity for a resource", url=identity, headers={"x-goog-cloud-target-resource": POOL})
    case("everything", url=identity, headers={"x-goog-cloud-target-resource": POOL}, token="temporary")
    case("query out of order", method="GET", url="https://example.amazonaws.com/?b=2&a=3&a=1&A=x", service="service", region="us-east-1")
    case("query with nothing to say", method="GET", url="https://example.amazonaws.com/?empty=&b=1", service="service", region="us-east-1")
    case("query with reserved characters", method="GET", url="https://example.amazonaws.com/?a=%2Fx%20y%2B&b=~._-", service="service", region="us-east-1")
    case("header with spaces", method="GET", url="https://example.amazonaws.com/", headers={"my-header1": "  value   with  spaces "}, service="service", region="us-east-1")
    case("header in capitals", method="GET", url="https://example.amazonaws.com/", headers={"My-Header1": "VALUE"}, service="service", region="us-east-1")
    case("path", method="GET", url="https://example.amazonaws.com/a/b-c_d~e.f", service="service", region="us-east-1")
    case("body", url="https://example.amazonaws.com/", body="Param1=value1", headers={"content-type": "application/x-www-form-urlencoded"}, service="service", region="us-east-1")
    case("China", url="https://sts.cn-north-1.amazonaws.com.cn/?Action=GetCallerIdentity&Version=2011-06-15", region="cn-north-1")
    return cases


def service_account():
    """Token exchanges, ID tokens, and tokens that the account signs itself: those as the header that a request gets."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from google.oauth2 import service_account as sa
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()).decode()
    file = {
        "type": "service_account", "project_id": "example-123", "private_key_id": "key-1", "private_key": key,
        "client_email": "robot@example-123.iam.gserviceaccount.com", "client_id": "1", "token_uri": "https://oauth2.googleapis.com/token",
    }
    claims = base64.urlsafe_b64encode(json.dumps({"exp": NOW + 3600, "iat": NOW}).encode()).decode().rstrip("=")
    cases = []

    class IdTokens(Recorder):
        def answer(self, url):
            return Answer(200, {"id_token": f"e30.{claims}.c2ln", "token": f"e30.{claims}.c2ln"})

    def case(name, settings, change=lambda credentials: credentials, **shape):
        recorder, headers = Recorder(), {}
        credentials = change(sa.Credentials.from_service_account_info({**file, **shape}))
        with frozen():
            credentials._create_self_signed_jwt("https://drive.googleapis.com/")
            credentials.refresh(recorder)
            credentials.apply(headers)
        requests = recorder.requests
        if not requests:
            requests = [{"bearer": decoded({"assertion": headers["authorization"].split()[1]})["assertion"]}]
        cases.append({"name": name, "input": settings, "requests": requests, "usage": credentials._metric_header_for_usage()})

    case("scopes", {"scopes": SCOPES}, lambda c: c.with_scopes(SCOPES))
    case("a subject", {"scopes": SCOPES, "subject": "jane@example.com"}, lambda c: c.with_scopes(SCOPES).with_subject("jane@example.com"))
    case("claims", {"scopes": SCOPES, "claims": {"team": "blue"}}, lambda c: c.with_scopes(SCOPES).with_claims({"team": "blue"}))
    case("another token URI", {"scopes": SCOPES, "token_uri": "https://oauth2.example.com/token"},
         lambda c: c.with_scopes(SCOPES).with_token_uri("https://oauth2.example.com/token"))
    always = lambda c: c.with_always_use_jwt_access(True)
    case("self-signed with scopes", {"scopes": SCOPES, "self_signed": True}, lambda c: always(c).with_scopes(SCOPES))
    case("self-signed for the host", {"self_signed": True}, always)
    case("another universe, scopes", {"scopes": SCOPES, "universe_domain": "example-universe.goog"},
         lambda c: c.with_scopes(SCOPES), universe_domain="example-universe.goog")
    case("another universe, the host", {"universe_domain": "example-universe.goog"}, universe_domain="example-universe.goog")

    for name, settings in [("an ID token", {}), ("an ID token in another universe", {"universe_domain": "example-universe.goog"})]:
        recorder = IdTokens()
        credentials = sa.IDTokenCredentials.from_service_account_info({**file, **settings}, target_audience="https://hello.example.com")
        with frozen():
            credentials.refresh(recorder)
        cases.append({"name": name, "input": {"id_token": "https://hello.example.com", **settings}, "requests": recorder.requests})
    return cases


# How a key looks after people have sent it through something: edits of its PEM text, one after the other.
PEM_FORMS = [
    ("as written", "pkcs8", []),
    ("PKCS#1", "pkcs1", []),
    ("without a newline at the end", "pkcs8", [("strip",)]),
    ("CRLF", "pkcs8", [("replace", "\n", "\r\n")]),
    ("CR", "pkcs8", [("replace", "\n", "\r")]),
    ("spelled-out \\n", "pkcs8", [("replace", "\n", "\\n")]),
    ("spelled-out \\r\\n", "pkcs8", [("replace", "\n", "\\r\\n")]),
    ("spelled-out \\n, escaped again", "pkcs8", [("replace", "\n", "\\\\n")]),
    ("spelled-out \\n and newlines", "pkcs8", [("replace", "\n", "\\n\n")]),
    ("spaces for newlines", "pkcs8", [("replace", "\n", " ")]),
    ("spaces for newlines, PKCS#1", "pkcs1", [("replace", "\n", " ")]),
    ("no newlines", "pkcs8", [("replace", "\n", "")]),
    ("no newlines, PKCS#1", "pkcs1", [("replace", "\n", "")]),
    ("tabs for newlines", "pkcs8", [("replace", "\n", "\t")]),
    ("no-break spaces for newlines", "pkcs8", [("replace", "\n", "\u00a0")]),
    ("no-break spaces before lines", "pkcs8", [("replace", "\n", "\n\u00a0")]),
    ("indented", "pkcs8", [("replace", "\n", "\n    "), ("around", "    ", "")]),
    ("indented by tabs", "pkcs8", [("replace", "\n", "\n\t"), ("around", "\t", "")]),
    ("spaces at the ends of lines", "pkcs8", [("replace", "\n", "  \n")]),
    ("blank lines between", "pkcs8", [("replace", "\n", "\n\n")]),
    ("in double quotation marks", "pkcs8", [("around", '"', '"')]),
    ("in single quotation marks", "pkcs8", [("around", "'", "'")]),
    ("in quotation marks, spelled-out \\n", "pkcs8", [("replace", "\n", "\\n"), ("around", '"', '"')]),
    ("in quotation marks, spaces", "pkcs8", [("replace", "\n", " "), ("around", '"', '"')]),
    ("with a byte order mark", "pkcs8", [("around", "\ufeff", "")]),
    ("with a byte order mark, CRLF", "pkcs8", [("replace", "\n", "\r\n"), ("around", "\ufeff", "")]),
    ("after attributes", "pkcs8", [("around", "Bag Attributes\n    friendlyName: privatekey\nKey Attributes: <No Attributes>\n", "")]),
    ("before other text", "pkcs8", [("around", "", "\nthe end\n")]),
    ("after a certificate", "pkcs8", [("around", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "")]),
    ("before a certificate", "pkcs8", [("around", "", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]),
    ("twice", "pkcs8", [("twice",)]),
    ("without padding", "pkcs8", [("replace", "=", "")]),
    ("without its end", "pkcs8", [("until", "-----END")]),
    ("without its second half", "pkcs8", [("half",)]),
    ("without marks", "pkcs8", [("between",)]),
    ("marks with four dashes", "pkcs8", [("replace", "-----", "----")]),
    ("empty", "pkcs8", [("until", "-----BEGIN")]),
]


def edited(text, edits):
    for edit, *values in edits:
        if edit == "replace":
            text = text.replace(*values)
        elif edit == "strip":
            text = text.strip()
        elif edit == "around":
            text = values[0] + text + values[1]
        elif edit == "twice":
            text += text
        elif edit == "until":
            text = text.split(values[0])[0]
        elif edit == "half":
            text = text[: len(text) // 2]
        elif edit == "between":
            text = text.split("-----")[2]
    return text


def pem():
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from google.auth import crypt

    key = rsa.generate_private_key(65537, 2048)
    forms = {"pkcs8": serialization.PrivateFormat.PKCS8, "pkcs1": serialization.PrivateFormat.TraditionalOpenSSL}
    texts = {name: key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode() for name, form in forms.items()}
    cases = []
    for name, form, edits in PEM_FORMS:
        try:
            crypt.RSASigner.from_string(edited(texts[form], edits)).sign(b"x")
            signs = True
        except Exception:
            signs = False
        cases.append({"name": name, "key": form, "edits": edits, "google_auth": signs})
    return cases


GROUPS = [pem, service_account, impersonated, external_account, external_account_authorized_user, downscoped, gdch, aws_sigv4]


def main():
    ensure_packages()
    wanted = sys.argv[1:]
    for group in GROUPS:
        if wanted and group.__name__ not in wanted:
            continue
        cases = group()
        path = HERE / f"{group.__name__}.json"
        path.write_text(json.dumps(cases, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
        print(f"{path.name}: {len(cases)} cases")


if __name__ == "__main__":
    main()
