"""What the quick reader reads, it reads as the models of the API do; what they refuse, it leaves to them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from features.facts.contacts import Contact
from serving.intake.sent_facts import LeadIn
from serving.intake.sent_lead import LeadBody, SentLead, contact_in
from serving.intake.written_lead import read_lead, read_new_lead

NUMBERS = st.integers(-(10**25), 10**25) | st.floats(allow_nan=True, allow_infinity=True)
TEXTS = st.text(max_size=6) | st.sampled_from(["5", "true", "\0", "x" * 101, "x" * 321, "x" * 2_001, "x" * 5_001])
VALUES = st.none() | st.booleans() | NUMBERS | TEXTS | st.lists(TEXTS | st.integers(), max_size=2) | st.just({"a": 1})
IDS = st.sampled_from([" 7", "7\n", "7\t8", "\x85", "\u00a07\u3000", "7\u00a08", "\x1f7", " "])
MOMENTS = st.sampled_from([
    None, 7, "", "2026-03-02", "2026-03-02T12:00:00", "2026-03-02T12:00:00Z", "2026-03-02t12:00:00.1234567+03:00",
    "2026-03-02 12:00+03:00", "1969-01-01T00:00:00Z", "2999-01-01T00:00:00Z", "1772445600",
])  # fmt: skip
CONTACTS = st.none() | st.fixed_dictionaries(
    {}, optional={name: TEXTS | st.none() for name in ("name", "phone", "email", "telegram")}
)
LEADS = st.fixed_dictionaries(
    {},
    optional={
        "created_at": MOMENTS,
        "answers": st.dictionaries(TEXTS, VALUES, max_size=3) | st.none(),
        "marks": st.dictionaries(
            TEXTS | st.sampled_from(["source", "utm_source", "utm_term"]), TEXTS | st.none() | st.integers(), max_size=3
        ),
        "contact": CONTACTS,
        "note": st.just("x"),
    },
)
NEW_LEADS = st.tuples(
    LEADS,
    st.fixed_dictionaries(
        {}, optional={"id": IDS | TEXTS | st.integers(), "manager": TEXTS | st.none(), "sent_at": MOMENTS}
    ),
).map(lambda two: two[0] | two[1])


def seen(lead: SentLead) -> tuple[object, Contact, str]:
    """Return what a lead says; of answers also their types, by which 1 is told from true."""
    answers = {name: (type(value), value) for name, value in lead.answers.items()}
    return lead.created_at, contact_in(lead), repr((answers, dict(lead.marks)))


def by_model(kind: type[LeadBody], body: bytes) -> LeadBody | None:
    try:
        return kind.model_validate_json(body)
    except ValidationError:
        return None


@settings(max_examples=1500)
@given(LEADS)
def test_a_lead_that_is_read_is_read_as_the_model_reads_it(body: dict[str, Any]) -> None:
    written = json.dumps(body).encode()
    quick, model = read_lead(written), by_model(LeadBody, written)
    if quick is not None:
        assert model is not None
        assert seen(quick) == seen(model)


@settings(max_examples=1500)
@given(NEW_LEADS)
def test_a_new_lead_that_is_read_is_read_as_the_model_reads_it(body: dict[str, Any]) -> None:
    written = json.dumps(body).encode()
    quick, model = read_new_lead(written), by_model(LeadIn, written)
    if quick is not None:
        assert isinstance(model, LeadIn)
        assert seen(quick) == seen(model)
        assert (quick.id, quick.manager, quick.sent_at) == (model.id, model.manager, model.sent_at)
        assert sorted(quick.cleared) == sorted(model.cleared)


def test_what_a_crm_sends_is_read() -> None:
    body = {
        "id": "7405", "created_at": "2026-03-02T12:00:00+03:00", "answers": {"area": 120, "need": True, "extras": ["a"]},
        "marks": {"source": "yandex"}, "contact": {"name": "Анна", "phone": "+7 912 345-67-89"}, "manager": "Борис",
    }  # fmt: skip
    assert read_new_lead(json.dumps(body).encode()) is not None
    with_nulls = {"id": "7405", "manager": None, "contact": {"name": "Анна", "email": None}}
    cleared = read_new_lead(json.dumps(with_nulls).encode())
    assert cleared is not None
    assert (cleared.contact, cleared.cleared) == (Contact("Анна", None, None), ("manager", "email"))
    assert read_lead(b"{}") is not None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"{} {}", b'{"answers": {"area": 1e400}}', b'{"answers": {"area": NaN}}', b"\xff\xfe{\x00}\x00",
        b'{"marks": {"source": "\\ud83d"}}', '{"marks": {"source": "\ud83d"}}'.encode("utf-8", "surrogatepass"),
        b'{"contact": {"name": "\\u0000"}}', b'{"created_at": "2026-03-02"}', b'{"created_at": 1772445600}',
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_models(body: bytes) -> None:
    assert read_lead(body) is None
