"""People sign in with their company's provider, and nobody does with what it did not say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlalchemy import Engine

from features.settings import OpenIdProvider
from tests.serving.doors import Doors, open_doors
from tests.serving.people import ADDRESS, HTML, browser
from tests.serving.sign_in.issuer import CLIENT_ID, CLIENT_SECRET, Issuer, standing


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with standing() as opened:
        yield opened


@pytest.fixture
def closed(tmp_path: Path, sqlite_engine: Engine, issuer: Issuer) -> Iterator[Doors]:
    provider = OpenIdProvider(issuer.address, CLIENT_ID, CLIENT_SECRET)
    with open_doors(tmp_path, sqlite_engine, open_to="", oidc=provider) as opened:
        opened.service.people.add("anna@firma.ru", "head", opened.clock())
        yield opened


def begun(client: Any) -> dict[str, str]:
    """Return what a browser is sent to the provider with."""
    sent = client.get("/sign-in/elsewhere?back=/channels")
    assert sent.status_code == 303
    return dict(parse_qsl(urlsplit(sent.headers["location"]).query))


def come_back(client: Any, issuer: Issuer) -> Any:
    asked = begun(client)
    return client.get("/sign-in/back", params={"state": asked["state"], "code": issuer.code_for(asked)}, headers=HTML)


def test_whoever_has_an_account_comes_in_and_goes_on_to_the_page_that_was_asked_for(
    closed: Doors, issuer: Issuer
) -> None:
    client = browser(closed)
    assert "/sign-in/elsewhere" in client.get("/sign-in").text
    page = come_back(client, issuer)
    assert page.status_code == 200
    assert 'content="0; url=/channels"' in page.text
    assert "SameSite=strict" in page.headers["set-cookie"]
    assert client.get("/queue", headers=HTML).status_code == 200


@pytest.mark.parametrize("configured", ["", "/"])
def test_a_provider_whose_name_ends_with_a_slash_is_believed_however_it_was_written_down(
    tmp_path: Path, sqlite_engine: Engine, issuer: Issuer, configured: str
) -> None:
    issuer.ending = "/"
    provider = OpenIdProvider(issuer.address + configured, CLIENT_ID, CLIENT_SECRET)
    with open_doors(tmp_path, sqlite_engine, open_to="", oidc=provider) as opened:
        opened.service.people.add("anna@firma.ru", "head", opened.clock())
        assert come_back(browser(opened), issuer).status_code == 200


def test_a_provider_that_calls_itself_otherwise_is_not_believed(closed: Doors, issuer: Issuer) -> None:
    issuer.ending = ".evil.example"
    assert browser(closed).get("/sign-in/elsewhere?back=/channels", headers=HTML).status_code == 502


def test_the_browser_is_sent_with_a_challenge_and_to_our_own_address(closed: Doors, issuer: Issuer) -> None:
    asked = begun(browser(closed))
    assert asked["redirect_uri"] == f"{ADDRESS}/sign-in/back"
    assert (asked["code_challenge_method"], asked["response_type"], asked["client_id"]) == ("S256", "code", CLIENT_ID)


@pytest.mark.parametrize("email", ["boris@firma.ru", ""])
def test_whoever_has_no_account_here_stays_out(closed: Doors, issuer: Issuer, email: str) -> None:
    issuer.email = email
    client = browser(closed)
    assert come_back(client, issuer).status_code in (401, 403)
    assert client.get("/queue").status_code == 401


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another"},
        {"nonce": "another"},
        {"exp": 1_700_000_000},
        {"email_verified": False},
        {"email_verified": "true"},
    ],
    ids=str,
)
def test_what_the_provider_says_has_to_be_meant_for_this_very_sign_in(
    closed: Doors, issuer: Issuer, claims: dict[str, Any]
) -> None:
    issuer.claims = claims
    client = browser(closed)
    assert come_back(client, issuer).status_code == 401
    assert client.get("/queue").status_code == 401


def test_what_somebody_else_signed_is_not_believed(closed: Doors, issuer: Issuer) -> None:
    issuer.signing_key = RSAKey.generate_key(2048)
    assert come_back(browser(closed), issuer).status_code == 401


def test_a_provider_that_changed_its_keys_is_believed_again(
    closed: Doors, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert come_back(browser(closed), issuer).status_code == 200
    monkeypatch.setattr("serving.sign_in.openid.SOONEST_SECONDS", 0.0)
    issuer.key = RSAKey.generate_key(2048, {"kid": "new"})
    assert come_back(browser(closed), issuer).status_code == 200


def test_a_sign_in_comes_back_once_and_to_the_browser_that_began_it(closed: Doors, issuer: Issuer) -> None:
    client, other = browser(closed), browser(closed)
    asked = begun(client)
    place = {"state": asked["state"], "code": issuer.code_for(asked)}
    assert other.get("/sign-in/back", params=place).status_code == 400
    assert client.get("/sign-in/back", params={**place, "state": "made-up"}).status_code == 400
    assert client.get("/sign-in/back", params=place).status_code == 200
    assert client.get("/sign-in/back", params=place).status_code == 400


def test_a_provider_that_is_away_is_said_and_lets_nobody_in(tmp_path: Path, sqlite_engine: Engine) -> None:
    provider = OpenIdProvider("http://127.0.0.1:9", CLIENT_ID, CLIENT_SECRET)
    with open_doors(tmp_path, sqlite_engine, open_to="", oidc=provider) as opened:
        assert browser(opened).get("/sign-in/elsewhere").status_code == 502


@pytest.mark.parametrize("back", ["/%09/evil.example", "/%0A/evil.example", "//evil.example", "/%5Cevil.example"])
def test_nobody_is_led_to_another_site_after_coming_in(closed: Doors, issuer: Issuer, back: str) -> None:
    client = browser(closed)
    asked = dict(parse_qsl(urlsplit(client.get(f"/sign-in/elsewhere?back={back}").headers["location"]).query))
    page = client.get("/sign-in/back", params={"state": asked["state"], "code": issuer.code_for(asked)}, headers=HTML)
    assert 'content="0; url=/"' in page.text
    assert "evil" not in page.text.split("<main", 1)[1]
