"""What CRMs send is read, or refused with its place; whatever bytes come, nothing else happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.crm import amocrm_events, bitrix24_events, hubspot_events
from features.crm.bracket_form import MOST_FIELDS, only, read_form
from features.crm.heard import Heard
from features.errors import FactRefused
from tests.support.facts import NOON

PIECES = st.sampled_from(
    ["event", "ONCRMLEADADD", "ONVOXIMPLANTCALLEND", "data[FIELDS][ID]", "data[CALL_ID]", "leads[add][0][id]", "leads[note][0]",
     "[note][id]", "[element_id]", "=", "&", "7405", "%", "[", "]", "9" * 30, "auth[application_token]", "\x00", "é"]
)  # fmt: skip


@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=30).map(lambda parts: "".join(parts).encode())))
def test_any_bytes_are_a_form_that_is_read_or_refused(body: bytes) -> None:
    try:
        form = read_form(body)
        heard = [*bitrix24_events.heard_in(form), *amocrm_events.heard_in(form)]
    except FactRefused:
        return
    for one in heard:
        assert one.entity in ("lead", "deal", "call", "contact")
        assert 1 <= len(one.record_id) <= 128
        assert len(one.event) <= 64


@given(st.one_of(st.binary(max_size=200), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["contact.creation", "object.deletion"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["eventId", "subscriptionType", "objectId", "objectTypeId", "occurredAt"]), inner, max_size=5
    ), max_leaves=12,
)))  # fmt: skip
def test_any_bytes_and_any_json_are_events_that_are_read_or_refused(body: object) -> None:
    import json

    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    try:
        heard = hubspot_events.heard_in(sent)
    except FactRefused:
        return
    assert all(one.record_id.isdecimal() for one in heard)


def test_a_key_that_is_there_with_two_values_is_refused_and_with_one_value_twice_is_not() -> None:
    form = read_form(b"event=A&event=A&id=1&id=2")
    assert only(form, "event") == "A"
    with pytest.raises(FactRefused, match="several times"):
        only(form, "id")


def test_a_form_of_more_fields_than_any_crm_sends_is_refused() -> None:
    with pytest.raises(FactRefused):
        read_form(b"a=1&" * (MOST_FIELDS + 1) + b"a=1")


@pytest.mark.parametrize("number", ["", "0", "-1", "1.5", "x", "9" * 19, "١", "1 OR 1=1", "../7"])
def test_an_id_that_is_none_is_refused(number: str) -> None:
    with pytest.raises(FactRefused, match="whole number"):
        bitrix24_events.heard_in({"event": ["ONCRMLEADADD"], "data[FIELDS][ID]": [number]})


def test_a_message_that_is_delivered_again_is_known_again_and_another_one_is_not() -> None:
    event = (
        '{"eventId": 1, "subscriptionType": "contact.creation", "objectId": 51, "occurredAt": 5, "attemptNumber": %d}'
    )
    first, again = (hubspot_events.heard_in(f"[{event % attempt}]".encode()) for attempt in (0, 3))
    assert first[0].digest == again[0].digest
    other = hubspot_events.heard_in(f"[{(event % 0).replace('51', '52')}]".encode())
    assert other[0].digest != first[0].digest


def test_a_call_note_of_amocrm_names_its_owner_and_other_notes_are_left() -> None:
    form = {
        "leads[note][0][note][id]": ["9"],
        "leads[note][0][note][element_id]": ["7"],
        "leads[note][0][note][note_type]": ["11"],
    }
    assert [(one.entity, one.record_id) for one in amocrm_events.heard_in(form)] == [("call", "leads-7-9")]
    assert amocrm_events.heard_in({**form, "leads[note][0][note][note_type]": ["4"]}) == []


def test_a_signature_is_fresh_for_five_minutes() -> None:
    def stamp(moment: datetime) -> str:
        return str(int(moment.timestamp() * 1_000))

    assert hubspot_events.is_fresh(stamp(NOON - timedelta(minutes=5)), NOON)
    assert not hubspot_events.is_fresh(stamp(NOON - timedelta(minutes=5, seconds=1)), NOON)
    assert not hubspot_events.is_fresh("", NOON)
    assert not hubspot_events.is_fresh("9" * 40, datetime(2026, 3, 2, tzinfo=UTC))


def test_the_order_of_keys_does_not_matter() -> None:
    said = {"leads[update][0][id]": ["7"], "leads[update][0][last_modified]": ["1772442000"]}
    backwards = dict(reversed(said.items()))
    one, other = amocrm_events.heard_in(said)[0], amocrm_events.heard_in(backwards)[0]
    assert isinstance(one, Heard)
    assert one == other
