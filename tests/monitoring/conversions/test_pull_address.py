"""A signed address opens one system's file, until it is replaced."""

from __future__ import annotations

from sqlalchemy import Engine

from monitoring.conversions.pull_address import PullKeys
from tests.support.facts import NOON


def test_a_signature_opens_its_own_system_alone(sqlite_engine: Engine) -> None:
    keys = PullKeys(sqlite_engine, b"secret")
    signed = keys.signature("google")
    assert keys.is_right("google", signed)
    assert not keys.is_right("yandex_orders", signed)
    assert not keys.is_right("google", "")
    assert not keys.is_right("google", "é" * 64)
    assert not PullKeys(sqlite_engine, b"other").is_right("google", signed)


def test_a_renewed_address_ends_the_one_before_for_good(engine: Engine) -> None:
    keys = PullKeys(engine, b"secret")
    signed = [keys.signature("google")]
    for version in (2, 3):
        assert keys.renew("google", NOON) == version
        signed.append(keys.signature("google"))
    assert [keys.is_right("google", one) for one in signed] == [False, False, True]
    assert keys.version("yandex_orders") == 1
