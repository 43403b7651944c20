"""A CRM's message is taken with its proof and not without, whatever stands where the proof should be."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from features.crm.hubspot_events import signature_of
from serving.crm.proofs import SIGNATURE, TIMESTAMP, is_same, is_signed
from tests.support.facts import NOON

ADDRESS, SECRET = "https://leads.example.com/crm/hubspot", "secret"


@given(st.text(max_size=30), st.text(max_size=30))
def test_secrets_are_the_same_only_where_they_are_equal_and_there(given_one: str, wanted: str) -> None:
    assert is_same(given_one, wanted) == (given_one == wanted and bool(wanted))
    assert not is_same(given_one, None)


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_a_signature_is_over_the_very_body_the_address_and_the_moment(body: bytes, other: bytes) -> None:
    stamp = str(int(NOON.timestamp() * 1_000))
    headers = {SIGNATURE: signature_of(SECRET, "POST", ADDRESS, body, stamp), TIMESTAMP: stamp}
    how = {"address": ADDRESS, "secret": SECRET, "now": NOON}
    assert is_signed(headers, body=body, **how)  # type: ignore[arg-type]
    assert is_signed(headers, body=other, **how) == (other == body)  # type: ignore[arg-type]
    assert not is_signed(headers, body=body, **{**how, "address": ADDRESS + "?a=1"})  # type: ignore[arg-type]
    assert not is_signed(headers, body=body, **{**how, "now": NOON + timedelta(minutes=6)})  # type: ignore[arg-type]
    assert not is_signed(headers, body=body, **{**how, "secret": None})  # type: ignore[arg-type]
    assert not is_signed({}, body=body, **how)  # type: ignore[arg-type]
