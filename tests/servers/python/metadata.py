"""google-auth as a client of the metadata server that GCE_METADATA_HOST and GCE_METADATA_IP name. Prints what it got."""

import json

import google.auth
from google.auth import jwt
from google.auth.compute_engine import IDTokenCredentials, _metadata
from google.auth.transport.requests import Request

request = Request()
assert _metadata.is_on_gce(request)
credentials, project = google.auth.default(request=request)
credentials.refresh(request)
token = credentials.token
credentials.refresh(request)
identity = IDTokenCredentials(request, "https://a.example", use_metadata_identity_endpoint=True)
identity.refresh(request)
print(
    json.dumps(
        {
            "kind": type(credentials).__module__,
            "project": project,
            "universe": credentials.universe_domain,
            "email": credentials.service_account_email,
            "scopes": credentials._scopes,
            "token": token,
            "same_token": token == credentials.token,
            "claims": jwt.decode(identity.token, verify=False),
            "tree": _metadata.get(request, "", recursive=True),
            "zone": _metadata.get(request, "instance/zone"),
        }
    )
)
