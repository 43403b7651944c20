"""The way in for people: sign in, choose a password by a link that works once, change it, sign out."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import secrets
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import Form, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from features.settings import Settings
from serving.desk.desk import Desk
from serving.gate.access import COOKIE, Sessions, is_same
from serving.gate.passwords import PASSWORDS_AT_ONCE, too_weak
from serving.gate.people import People
from serving.gate.roles import ROLES
from serving.gate.throttle import WrongTries
from serving.gate.visitor import visitor_of
from serving.pages import Pages, language_asked
from serving.routes_when_asked import DoorRouter

if TYPE_CHECKING:
    from serving.sign_in.openid import OpenId

STATE_HOLDS = timedelta(minutes=10)
FREE_TRIES, FREE_TRIES_OF_ADDRESS = 5, 20
STATE_COOKIE = "leadloop_sign_in"
Typed = Annotated[str, Form(max_length=1_000)]


def sign_in_router(people: People, sessions: Sessions, desk: Desk, settings: Settings, pages: Pages) -> DoorRouter:
    """Return the pages of signing in and of one's own account."""
    router = DoorRouter(include_in_schema=False)
    by_login = WrongTries(time.monotonic, free=FREE_TRIES)
    by_address = WrongTries(time.monotonic, free=FREE_TRIES_OF_ADDRESS)
    passwords = asyncio.Semaphore(
        PASSWORDS_AT_ONCE
    )  # whoever waits for his turn takes no thread from intake and scoring
    elsewhere: list[OpenId] = []
    key, is_demo = settings.api_key, settings.open_to == "demo"

    def form(request: Request, back: str, status: int = 200, wrong: str = "", **words: object) -> HTMLResponse:
        return pages.show(
            request,
            "sign_in.html",
            status,
            back=back,
            wrong=wrong,
            wrong_words=words,
            roles=ROLES if is_demo else (),
            has_key=bool(key),
            has_openid=settings.oidc is not None,
        )

    def let_in(request: Request, token: str, answer: Response) -> Response:
        answer.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=_is_https(request), path="/")
        return answer

    @router.get("/sign-in", response_class=HTMLResponse)
    async def sign_in_page(request: Request, back: str = "/") -> HTMLResponse:
        """Ask who it is."""
        return form(request, back)

    @router.post("/sign-in")
    async def sign_in(
        request: Request,
        login: Typed = "",
        password: Typed = "",
        given: Annotated[str, Form(alias="key")] = "",
        back: str = "/",
    ) -> Response:
        """Let in whoever knows a password, or the key of the environment; the same answer to every wrong one."""
        address = _network(request.client.host if request.client else "")
        name = login.strip().casefold()[:320]
        wait = max(by_login.wait(name) if name else 0.0, by_address.wait(address))
        if wait:
            page = form(request, back, 429, "sign_in_wait", seconds=math.ceil(wait))
            page.headers["Retry-After"] = str(math.ceil(wait))
            return page
        by_address.wrong(address)
        if name:
            by_login.wrong(name)
        if given:
            is_known, account = key is not None and is_same(given, key), None
        else:
            async with passwords:
                account = await run_in_threadpool(people.who_knows, name, password)
            is_known = account is not None
        if not is_known:
            return form(request, back, 401, "wrong_key" if given else "wrong_password")
        by_address.take_back(address)
        by_login.right(name)
        token = await run_in_threadpool(
            lambda: people.begin(desk.now(), account_id=account.id) if account else people.begin_with_key(desk.now())
        )
        return let_in(request, token, RedirectResponse(_inside(back), 303))

    @router.post("/sign-in/look-around")
    async def look_around(request: Request, role: Typed = "") -> Response:
        """Let a visitor of the demo look around as somebody: on this machine alone, without a password."""
        if not is_demo or role not in ROLES:
            return form(request, "/", 403, "no_demo")
        first = pages.company.managers[0].name if pages.company.managers else ""
        chosen = f"manager:{first}" if role == "manager" else role
        token = await run_in_threadpool(lambda: people.begin(desk.now(), role=chosen))
        return let_in(request, token, RedirectResponse(pages.link("/", **language_asked(request)), 303))

    @router.get("/sign-in/elsewhere")
    async def begin_elsewhere(request: Request, back: str = "/") -> Response:
        """Send a browser to the identity provider."""
        provider, state = _openid(settings, elsewhere), secrets.token_urlsafe(32)
        if provider is None:
            return form(request, back, 404, "no_openid")
        from serving.sign_in.openid import NotSignedIn

        ours = f"{settings.public_url or str(request.base_url).rstrip('/')}/sign-in/back"
        try:
            address, kept = await run_in_threadpool(provider.begun, ours, state)
        except NotSignedIn as error:
            return form(request, back, 502, "openid_failed", why=str(error))
        said = {**kept, "back": _inside(back)}
        await run_in_threadpool(people.remember, state, "openid", said, desk.now(), STATE_HOLDS)
        answer = RedirectResponse(address, 303)
        secure, holds = _is_https(request), int(STATE_HOLDS.total_seconds())
        answer.set_cookie(
            STATE_COOKIE, state, max_age=holds, httponly=True, samesite="lax", secure=secure, path="/sign-in"
        )
        return answer

    @router.get("/sign-in/back")
    async def come_back(
        request: Request,
        state: Annotated[str, Query(max_length=200)] = "",
        code: Annotated[str, Query(max_length=4_000)] = "",
    ) -> Response:
        """Let in whoever the identity provider sent back, if this browser began it and the person has an account here."""
        provider = _openid(settings, elsewhere)
        began_here = is_same(request.cookies.get(STATE_COOKIE, ""), state)
        kept = await run_in_threadpool(people.recalled, state, "openid", desk.now()) if state and began_here else None
        if provider is None or kept is None or not code:
            return form(request, "/", 400, "openid_stale")
        from serving.sign_in.openid import NotSignedIn

        try:
            email = await run_in_threadpool(provider.email, code, kept)
        except NotSignedIn as error:
            return form(request, kept["back"], 401, "openid_failed", why=str(error))
        account = next((one for one in await run_in_threadpool(people.accounts) if one.login == email), None)
        if account is None or account.is_removed:
            return form(request, kept["back"], 403, "openid_no_account")
        token = await run_in_threadpool(lambda: people.begin(desk.now(), account_id=account.id))
        # A redirect that another site began takes no strict cookie along; a page of our own goes on by itself.
        answer = let_in(request, token, pages.show(request, "go_on.html", to=kept["back"]))
        answer.delete_cookie(STATE_COOKIE, path="/sign-in")
        return answer

    @router.get("/welcome", response_class=HTMLResponse)
    async def welcome_page(request: Request, link: Annotated[str, Query(max_length=200)] = "") -> HTMLResponse:
        """Ask whoever holds a link for the password that he wants; only sending it uses the link up."""
        account = await run_in_threadpool(people.invited, link, desk.now())
        return pages.show(request, "welcome.html", 200 if account else 404, account=account, link=link, wrong="")

    @router.post("/welcome")
    async def welcome(request: Request, link: Typed = "", password: Typed = "", again: Typed = "") -> Response:
        """Set the password, use the link up, and let the person in."""
        account = await run_in_threadpool(people.invited, link, desk.now())
        wrong = _wrong_choice(password, again, account.login if account else "")
        if account is None or wrong:
            status = 422 if account else 404
            return pages.show(request, "welcome.html", status, account=account, link=link, wrong=wrong)
        async with passwords:
            chosen = await run_in_threadpool(people.choose_password, link, password, desk.now())
        if chosen is None:
            return pages.show(request, "welcome.html", 404, account=None, link=link, wrong="")
        sessions.forget()
        token = await run_in_threadpool(lambda: people.begin(desk.now(), account_id=chosen.id))
        return let_in(request, token, RedirectResponse(pages.link("/", **language_asked(request)), 303))

    @router.get("/account", response_class=HTMLResponse)
    async def account_page(request: Request) -> HTMLResponse:
        """Show who one is, and the form of another password."""
        return pages.show(request, "account.html", wrong="")

    @router.post("/account/password")
    async def change_password(
        request: Request, before: Typed = "", password: Typed = "", again: Typed = ""
    ) -> Response:
        """Change one's password; every session ends, and this browser begins a new one."""
        visitor = visitor_of(request)
        if not visitor.login:
            return pages.show(request, "account.html", 422, wrong="no_password")
        wait = by_login.wait(visitor.login)
        if wait:
            return pages.show(request, "account.html", 429, wrong="wrong_password")
        wrong = _wrong_choice(password, again, visitor.login)
        account_id = int(visitor.who.removeprefix("person:"))
        if not wrong:
            by_login.wrong(visitor.login)
            async with passwords:
                is_changed = await run_in_threadpool(people.change_password, account_id, before, password)
            wrong = "" if is_changed else "wrong_password"
        if wrong:
            return pages.show(request, "account.html", 422, wrong=wrong)
        by_login.right(visitor.login)
        sessions.forget()
        token = await run_in_threadpool(lambda: people.begin(desk.now(), account_id=account_id))
        return let_in(request, token, RedirectResponse(pages.link("/account", **language_asked(request)), 303))

    @router.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        """End the session."""
        token = request.cookies.get(COOKIE, "")
        if token:
            await run_in_threadpool(people.end, token)
            sessions.forget()
        answer = RedirectResponse(pages.link("/sign-in", **language_asked(request)), 303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    return router


def _openid(settings: Settings, made: list[OpenId]) -> OpenId | None:
    """Return the provider, made at the first sign-in there: whoever uses none never loads its libraries."""
    if settings.oidc is not None and not made:
        from serving.sign_in.openid import OpenId

        made.append(OpenId(settings.oidc))
    return made[0] if made else None


def _is_https(request: Request) -> bool:
    return request.url.scheme == "https"


def _inside(back: str) -> str:
    """Return a path of this site; anything else is its front page.

    Browsers leave tabs and line ends out of an address: what holds one may lead elsewhere.

    >>> [_inside(back) for back in ("/leads/7?x=1", "//evil.example", "/\\t/evil.example", "/\\\\evil.example", "https://evil.example")]
    ['/leads/7?x=1', '/', '/', '/', '/']
    """
    is_inside = back.startswith("/") and not back.startswith("//") and "\\" not in back and back.isprintable()
    return back if is_inside else "/"


def _network(host: str) -> str:
    """Return what one asker cannot change at will: his address, or of IPv6 the network that a household is given.

    >>> _network("203.0.113.7"), _network("2001:db8:1:2:aaaa::1"), _network("testclient")
    ('203.0.113.7', '2001:db8:1:2::', 'testclient')
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(address.ipv4_mapped or ipaddress.IPv6Address(int(address) >> 64 << 64))


def _wrong_choice(password: str, again: str, login: str) -> str:
    """Return the words that say what is wrong with a password that was chosen; empty where nothing is."""
    if password != again:
        return "passwords_differ"
    return "password_weak" if too_weak(password, login) else ""
