"""Ask the rendered openedx_claims.py about tokens that are right and wrong; prints JSON."""

from __future__ import annotations

import json
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm
from openedx_claims import ClaimsError, read_claims


def read(token, settings):
    try:
        return read_claims(token, settings)["preferred_username"]
    except ClaimsError as error:
        return str(error)


def main():
    ours, other = (rsa.generate_private_key(65537, 2048) for _ in range(2))
    public = json.loads(RSAAlgorithm.to_jwk(ours.public_key()))
    settings = {
        "verification": "jwks",
        "jwks": json.dumps({"keys": [{**public, "kid": "one"}]}),
        "issuer": "https://learn.example.org/oauth2",
        "audience": "",
    }
    claims = {
        "preferred_username": "ann",
        "iss": "https://learn.example.org/oauth2",
        "exp": int(time.time()) + 60,
    }

    def sign(key, changes=None, algorithm="RS512", kid="one"):
        content = {**claims, **(changes or {})}
        return jwt.encode(content, key, algorithm=algorithm, headers={"kid": kid})

    unsigned = jwt.encode(claims, None, algorithm="none", headers={"kid": "one"})
    found = {
        "right": read(sign(ours), settings),
        "other key": read(sign(other), settings),
        "symmetric": read(sign("x" * 64, algorithm="HS256"), settings),
        "unsigned": read(unsigned, settings),
        "unknown kid": read(sign(ours, kid="two"), settings),
        "expired": read(sign(ours, {"exp": 1}), settings),
        "issuer": read(sign(ours, {"iss": "https://evil.example.org"}), settings),
        "nobody": read(sign(ours, {"preferred_username": ""}), settings),
        "audience": read(sign(ours), {**settings, "audience": "superset"}),
        "expired, lms": read(sign(ours, {"exp": 1}), {**settings, "verification": "lms"}),
    }
    print("RESULT " + json.dumps(found))


main()
