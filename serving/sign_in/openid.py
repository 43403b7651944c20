"""People sign in with their company's own identity provider: OpenID Connect, the code flow with PKCE.

The provider says who somebody is; what he may do is this house's own account of that e-mail. What it signs is checked by
joserfc against the keys it publishes: issuer, audience, expiry, and the number that this very sign-in began with.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from features.settings import OpenIdProvider

KEYS_HOLD_SECONDS = 3_600.0
SOONEST_SECONDS = 10.0
TIMEOUT_SECONDS = 10.0
SIGNED_BY = ["RS256", "PS256", "ES256", "EdDSA"]
"""What a signature may be made with: nothing that a client's own secret, or nobody, can sign."""


class NotSignedIn(Exception):
    """The provider did not say who it is, or not in a way that can be believed."""


class OpenId:
    """The provider: where to send a browser, and who came back."""

    def __init__(self, provider: OpenIdProvider) -> None:
        self._provider = provider
        self._known: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._looked_at = float("-inf")
        self._lock = threading.Lock()

    def begun(self, redirect_uri: str, state: str) -> tuple[str, dict[str, str]]:
        """Return where to send a browser, and what it has to come back to; ``NotSignedIn`` where the provider is away."""
        self._look()
        kept = {"nonce": secrets.token_urlsafe(24), "verifier": secrets.token_urlsafe(48), "redirect_uri": redirect_uri}
        challenge = urlsafe_b64encode(hashlib.sha256(kept["verifier"].encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid email",
            "state": state,
            "nonce": kept["nonce"],
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._known['authorization_endpoint']}?{urlencode(asked)}", kept

    def email(self, code: str, kept: dict[str, str]) -> str:
        """Return the e-mail of whoever came back with a code.

        Raises
        ------
        NotSignedIn
            Where the code, the signature or anything that it signs does not fit, or the e-mail is not verified.
        """
        self._look()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": kept["redirect_uri"],
            "code_verifier": kept["verifier"],
        }
        who = (self._provider.client_id, self._provider.client_secret)
        answer = self._asked("POST", self._known["token_endpoint"], data=form, auth=who)
        claims = self._claims(str(answer.get("id_token", "")), kept["nonce"])
        email = str(claims.get("email", "")).strip().casefold()
        if not email or claims.get("email_verified") is not True:
            raise NotSignedIn("the provider names no verified e-mail")
        return email

    def _claims(self, token: str, nonce: str) -> dict[str, Any]:
        try:
            told = self._decoded(token)
            checks = jwt.JWTClaimsRegistry(
                leeway=60,
                iss={"essential": True, "value": self._known["issuer"]},
                aud={"essential": True, "value": self._provider.client_id},
                exp={"essential": True},
                nonce={"essential": True, "value": nonce},
            )
            checks.validate(told.claims)
        except (JoseError, ValueError) as error:
            raise NotSignedIn(f"what the provider signed cannot be believed ({type(error).__name__})") from None
        return dict(told.claims)

    def _decoded(self, token: str) -> jwt.Token:
        assert self._keys is not None
        try:
            return jwt.decode(token, self._keys, algorithms=SIGNED_BY)
        except (JoseError, ValueError):
            if time.monotonic() - self._looked_at < SOONEST_SECONDS:
                raise
        self._look(anew=True)  # the provider may have changed its keys
        return jwt.decode(token, self._keys, algorithms=SIGNED_BY)

    def _look(self, *, anew: bool = False) -> None:
        """Read what the provider publishes of itself, at most once an hour."""
        with self._lock:
            if not anew and time.monotonic() - self._looked_at < KEYS_HOLD_SECONDS:
                return
            bare = self._provider.issuer.rstrip("/")
            known = self._asked("GET", f"{bare}/.well-known/openid-configuration")
            if str(known.get("issuer", "")).rstrip("/") != bare:  # some end with a slash, and sign so
                raise NotSignedIn("the provider calls itself otherwise")
            self._keys = KeySet.import_key_set(self._asked("GET", known["jwks_uri"]))  # type: ignore[arg-type]
            self._known, self._looked_at = known, time.monotonic()

    @staticmethod
    def _asked(method: str, url: str, **said: Any) -> dict[str, Any]:
        try:
            answer = httpx.request(method, url, timeout=TIMEOUT_SECONDS, follow_redirects=False, **said)
            answer.raise_for_status()
            told: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise NotSignedIn(f"the provider does not answer ({type(error).__name__})") from None
        return told
