"""A small OpenID Connect issuer on this machine: discovery, authorization code with PKCE, renewal, logout.

Whoever is sent to it is logged in at once, as `claims` says.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from uuid import uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET, AUDIENCE = "pages", "s" * 32, "lederalliancen"


class Issuer:
    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.claims: dict[str, Any] = {"sub": "en-konsulent", "roles": ["consultant"]}
        self.id_claims: dict[str, Any] = {}
        """What the ID token says otherwise."""
        self.minutes = 5.0
        self.codes: dict[str, dict[str, str]] = {}
        self.refused: list[str] = []
        self.renewals: set[str] = set()
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                issuer.answer(self, asked.path, {k: v[-1] for k, v in parse_qs(asked.query).items()})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                issuer.answer(self, self.path, {k: v[-1] for k, v in parse_qs(body).items()})

            def log_message(self, *_: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/realm"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def answer(self, http: BaseHTTPRequestHandler, path: str, asked: dict[str, str]) -> None:
        match path.removeprefix("/realm"):
            case "/.well-known/openid-configuration":
                self._say(http, self._discovery())
            case "/keys":
                to_jwk = partial(jwt.algorithms.ECAlgorithm.to_jwk, as_dict=True)
                self._say(http, {"keys": [{**to_jwk(self.key.public_key()), "kid": "one", "use": "sig"}]})
            case "/authorize":
                code = uuid4().hex
                self.codes[code] = asked
                back = urlencode({"code": code, "state": asked["state"], "iss": self.url})
                http.send_response(302)
                http.send_header("Location", f"{asked['redirect_uri']}?{back}")
                http.end_headers()
            case "/token":
                self._say(http, *self._token(http, asked))

    def _discovery(self) -> dict[str, Any]:
        at = {name: f"{self.url}/{path}" for name, path in (
            ("authorization_endpoint", "authorize"), ("token_endpoint", "token"), ("jwks_uri", "keys"),
            ("end_session_endpoint", "logout"),
        )}  # fmt: skip
        return {"issuer": self.url, "id_token_signing_alg_values_supported": ["ES256"], **at}

    def _token(self, http: BaseHTTPRequestHandler, asked: dict[str, str]) -> tuple[dict[str, Any], int]:
        client = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if http.headers["Authorization"] != f"Basic {client}":
            return {"error": "invalid_client"}, 401
        nonce = None
        if asked["grant_type"] == "refresh_token":
            if asked["refresh_token"] not in self.renewals:
                return {"error": "invalid_grant"}, 400
        else:
            begun = self.codes.pop(asked["code"], None)
            proof = base64.urlsafe_b64encode(hashlib.sha256(asked["code_verifier"].encode()).digest()).rstrip(b"=")
            if not begun or begun["code_challenge"] != proof.decode() or begun["code_challenge_method"] != "S256":
                return {"error": "invalid_grant"}, 400
            nonce = begun["nonce"]
        now = datetime.now(UTC)
        times = {"iat": now, "exp": now + timedelta(minutes=self.minutes)}
        access = {"iss": self.url, "aud": AUDIENCE, **times, **self.claims}
        whose = {"iss": self.url, "aud": CLIENT, "sub": self.claims["sub"], "nonce": nonce, **times, **self.id_claims}
        refresh = uuid4().hex
        self.renewals.add(refresh)
        signed = {name: jwt.encode(claims, self.key, "ES256", {"kid": "one"}) for name, claims in (
            ("access_token", access), ("id_token", whose)
        )}  # fmt: skip
        return {**signed, "token_type": "Bearer", "expires_in": 60 * self.minutes, "refresh_token": refresh}, 200

    def _say(self, http: BaseHTTPRequestHandler, document: dict[str, Any], status: int = 200) -> None:
        http.send_response(status)
        http.send_header("Content-Type", "application/json")
        http.end_headers()
        http.wfile.write(json.dumps(document).encode())


@contextmanager
def issuer() -> Iterator[Issuer]:
    made = Issuer()
    yield made
    made.server.shutdown()
    made.server.server_close()
