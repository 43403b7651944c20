"""How reachable a person is, without the contact."""

from __future__ import annotations

from dataclasses import replace

from features.facts.contacts import Contact, traces_of
from features.rows.contact_features import CONTACT_FEATURES, QUALITIES
from tests.features.rows.windows import known
from tests.support.facts import lead


def test_every_quality_that_a_contact_leaves_behind_is_a_feature_and_the_keys_are_none() -> None:
    traces = traces_of(Contact("Анна", "8 912 345-67-89", "anna@firma.ru"), secret=b"secret", region="RU")
    one = known(replace(lead(), contact_quality=traces.quality, person_keys=traces.person_keys))
    row = {made.name: made.of(one) for made in CONTACT_FEATURES}
    assert row == {f"contact_{name}": level for name, level in traces.quality.items()}
    assert set(traces.quality) == set(QUALITIES)
    assert not set(row.values()) & set(traces.person_keys)


def test_of_a_lead_that_came_without_a_contact_nothing_is_known() -> None:
    assert {made.of(known(lead())) for made in CONTACT_FEATURES} == {None}
