"""A stand-in identity provider: a real HTTP server that signs what it says, and can be told to misbehave."""

from __future__ import annotations

import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "leadloop", "the client's secret"


@dataclass
class Issuer:
    """The provider: who is signed in there, and the claims that it changes when told to."""

    address: str = ""
    ending: str = ""
    """What its own name for itself has behind its address: some providers end theirs with a slash."""
    email: str = "anna@firma.ru"
    claims: dict[str, Any] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)}))
    signing_key: RSAKey | None = None
    algorithm: str = "RS256"
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def code_for(self, asked: dict[str, str]) -> str:
        """Return the code that a browser brings back after somebody signed in here."""
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return code

    def answer(self, path: str, body: str, authorization: str) -> tuple[int, dict[str, Any]]:
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address + self.ending,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
            }
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        if path != "/token":
            return 404, {}
        form = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(form["code"], None)
        user, _, password = b64decode(authorization.partition(" ")[2]).decode().partition(":")
        challenge = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or (unquote(user), unquote(password)) != (CLIENT_ID, CLIENT_SECRET)
            or challenge != asked["code_challenge"]
            or form["redirect_uri"] != asked["redirect_uri"]
        ):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {
            "iss": self.address + self.ending,
            "aud": CLIENT_ID,
            "sub": "1",
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
            **self.claims,
        }
        key = self.signing_key or self.key
        return 200, {"id_token": jwt.encode({"alg": self.algorithm, "kid": self.key.kid}, said, key)}


@contextmanager
def standing() -> Iterator[Issuer]:
    """Give a provider that listens on loopback."""
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._told("")

        def do_POST(self) -> None:
            self._told(self.rfile.read(int(self.headers.get("content-length", 0))).decode())

        def _told(self, body: str) -> None:
            status, said = issuer.answer(self.path, body, self.headers.get("authorization", ""))
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:
            """Keep silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
