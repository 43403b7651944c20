"""What a portrait may know: what came with the request, or with the first talk; never what was written after the outcome."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from features.facts.company import Company
from features.facts.history import LeadHistory
from features.facts.values import Lead, LeadId
from features.rows.feature_row import FixedRates, RowBuilder
from models.score import RulesScorer
from monitoring.portrait.lead_traits import BOUGHT, DID_NOT_BUY, NEVER_CALLED, OPEN, KnownBy, Traits, traits_of
from tests.support.facts import NOON, call, history, lead, source, stage

COMPANY = Company.model_validate(
    {
        "company": "x",
        "fields": {
            "role": {"kind": "choice"},
            "offer": {"kind": "choice"},
            "extras": {"kind": "list"},
            "need": {"kind": "yes_no", "filled_by": "manager"},
            "tag": {"kind": "choice", "feature": False},
        },
        "stages": {"won": ["won"], "lost": ["lost"], "ignore": ["test"]},
    }
)
LATER = NOON + timedelta(days=100)
DAY = timedelta(days=1)


def read(*histories: LeadHistory, known_by: KnownBy = "arrival", days: int = 100) -> Traits:
    rows = RowBuilder(COMPANY, FixedRates())
    return traits_of(histories, rows, RulesScorer(), moment=NOON + timedelta(days=days), known_by=known_by)


def test_arrival_knows_the_form_and_the_marks_and_nothing_that_came_later() -> None:
    later = Lead(LeadId("7"), NOON, NOON + 2 * DAY, {"role": "buyer", "tag": "sold"})
    told = history(lead(role=" Owner ", tag="hot"), source(source="vk", offer="Quiet"), call(need="yes"), later)
    traits = read(told)
    assert traits.levels["role"] == ["owner"]
    assert traits.levels["channel"] == ["vk"]
    assert traits.levels["offer"] == ["quiet"]
    assert not {"need", "tag", "answer_tag", "last_call_result", "stage_reached", "channel_lift"} & set(traits.fields)


def test_the_talk_adds_what_managers_asked_and_only_what_was_said_by_then() -> None:
    first = history(lead(), call(need="yes"), call(at=NOON + 2 * DAY, need="no"))
    traits = read(first, known_by="talk")
    assert traits.levels["need"] == ["yes"]
    assert "need" in traits.asked_late


def test_after_the_talk_nobody_counts_who_was_not_spoken_to_before_the_outcome_was_known() -> None:
    silent = history(lead("1"), call("1", result="no_answer"))
    closed_first = history(lead("2"), stage("2", "won", NOON + DAY), call("2", NOON + 2 * DAY, need="yes"))
    assert len(read(silent, closed_first, known_by="talk")) == 0
    assert len(read(silent, closed_first)) == 2


def test_a_settled_lead_is_a_sale_or_none_an_open_one_its_chance_and_one_never_called_nothing() -> None:
    bought = history(lead("1"), call("1"), stage("1"))
    lost = history(lead("2"), call("2"))
    never = history(lead("3"))
    young = NOON + 90 * DAY
    is_open = history(lead("4", young), call("4", young + timedelta(hours=1)))
    won_young = history(lead("5", young), call("5", young + timedelta(hours=1)), stage("5", at=young + DAY))
    test_lead = history(lead("6"), stage("6", "test"))
    traits = read(bought, lost, never, is_open, won_young, test_lead)
    assert traits.state.tolist() == [BOUGHT, DID_NOT_BUY, NEVER_CALLED, OPEN, OPEN]
    assert traits.weight[:3].tolist() == [1.0, 0.0, 0.0]
    assert 0 < traits.weight[3] < 1
    assert traits.weight[4] == 1.0
    assert np.isfinite(traits.settled_at).tolist() == [True, True, False, False, False]


def test_the_outcome_is_known_since_the_window_closed() -> None:
    traits = read(history(lead(), call(), stage()))
    assert traits.settled_at[0] == (NOON + 60 * DAY + timedelta(microseconds=1)).timestamp()


def test_a_list_is_read_item_by_item() -> None:
    traits = read(history(lead(extras=("Sill", "Blinds"))), history(lead("8")))
    assert traits.items["extras"] == [frozenset({"sill", "blinds"}), None]
    assert "extras" not in traits.levels
