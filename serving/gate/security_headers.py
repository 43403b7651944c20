"""What every answer tells a browser: load nothing from elsewhere, run no script that stands in a page, keep nothing.

Styles may stand in a page, as the chart library writes them; scripts may not, so that a lead's name can hold whatever it likes.
The drift report is a file of Evidently's, which is all scripts: it is shown in a sandbox without this site's cookies.
"""

from __future__ import annotations

Headers = list[tuple[bytes, bytes]]

PAGES_MAY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
REPORT_MAY = (
    "sandbox allow-scripts; default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval' data: blob:; "
    "style-src 'unsafe-inline' data:; img-src data: blob:; font-src data:; worker-src blob:; frame-ancestors 'none'"
)
POLICY = b"content-security-policy"
ALWAYS: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
]
OF_PAGES: Headers = [
    (b"x-frame-options", b"DENY"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
]
NOT_KEPT: Headers = [(b"cache-control", b"no-store")]
OVER_HTTPS: Headers = [
    (b"strict-transport-security", b"max-age=31536000"),
    (b"cross-origin-opener-policy", b"same-origin"),
]


def _made(*groups: Headers) -> Headers:
    return [one for group in groups for one in group]


_API = {False: _made(ALWAYS, NOT_KEPT), True: _made(ALWAYS, NOT_KEPT, OVER_HTTPS)}
_STATIC = {False: ALWAYS, True: _made(ALWAYS, OVER_HTTPS)}
_PAGE = {
    https: _made(ALWAYS, OF_PAGES, NOT_KEPT, OVER_HTTPS if https else [], [(POLICY, PAGES_MAY.encode())])
    for https in (False, True)
}


def security_headers(path: str, *, https: bool) -> Headers:
    """Return the headers that go with the answer to a request for ``path``."""
    if path.startswith("/v1/"):
        return _API[https]
    return _STATIC[https] if path.startswith("/static/") else _PAGE[https]


def added(own: Headers, ours: Headers) -> Headers:
    """Return an answer's headers with ours; what it says itself about scripts and keeping stays."""
    for name, _ in own:
        if name == POLICY or name == b"cache-control":
            said = {name for name, _ in own}
            return [*own, *(one for one in ours if one[0] not in said)]
    return [*own, *ours]
