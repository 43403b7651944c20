"""``leadloop models``: what was trained, what serves, and how two of them compare."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest

from features.facts.database import engine_for
from features.facts.store import FactStore
from features.facts.values import Call, Lead, LeadId
from models.artefact import champion_version, model_folder
from models.card import load_card
from models.score_log import LoggedScore, ScoreLog
from models.shadow_log import ShadowLog, ShadowScore
from models.shadow_pointer import Challenge, challenge_of
from tests.leadloop.command_line import Small, one_line, run


def aliases(company: Small) -> dict[str, set[str]]:
    """Return version -> the names that point at it, as ``leadloop models`` shows them."""
    rows = [line.split() for line in company.done("models").splitlines() if re.match(r"\s*\d{8}-\w{6} ", line)]
    return {row[0]: {word.strip(",") for word in row[5:]} for row in rows}


def test_before_any_training_the_rules_serve_and_it_says_so(imported: Small) -> None:
    assert "No model was trained yet: the rules serve." in imported.done("models")
    assert "The rules serve already; there is nothing to roll back." in imported.done("models", "rollback")


def test_the_bare_name_lists_as_the_verb_does(trained: Small) -> None:
    assert trained.done("models") == trained.done("models", "list")
    assert "compare" in run("models", "--help").out


def test_the_list_shows_whole_versions_with_figures_and_names(trained: Small) -> None:
    version = str(champion_version(trained.home))
    assert aliases(trained) == {version: {"champion", "challenger"}}
    lines = trained.done("models").splitlines()
    place = next(place for place, line in enumerate(lines) if version in line)
    assert lines[place].count("0.") >= 3
    assert re.search(r" \d+ sales( +0\.\d{3}-\d\.\d{3}){3}", lines[place + 1])
    card = load_card(model_folder(trained.home, version))
    assert card is not None
    assert lines[place].split()[1] == f"{card.judged.leads:,}"
    assert f" {card.judged.sales:,} sales " in lines[place + 1]


def test_a_model_promoted_by_hand_serves_and_rolling_back_brings_the_one_before(trained_twice: Small) -> None:
    first = str(champion_version(trained_twice.home))
    second = next(version for version in aliases(trained_twice) if version != first)
    assert f"Model {second} serves now." in trained_twice.done("models", "promote", second)
    assert champion_version(trained_twice.home) == second
    assert aliases(trained_twice) == {first: {"previous"}, second: {"champion", "challenger"}}
    assert f"Model {first} serves again." in trained_twice.done("models", "rollback")
    assert champion_version(trained_twice.home) == first


def test_rolling_back_the_first_model_leaves_the_rules(trained: Small) -> None:
    assert "The rules serve again: no model served before." in trained.done("models", "rollback")
    assert champion_version(trained.home) is None
    assert aliases(trained).popitem()[1] == {"challenger"}
    assert "The rules serve already" in trained.done("models", "rollback")


def test_an_unknown_version_is_not_promoted(trained: Small) -> None:
    before = champion_version(trained.home)
    for wrong in ("no-such", "", "../models"):
        ran = trained.run("models", "promote", wrong)
        assert ran.code == 1
        assert one_line(ran.err).startswith("The registry holds no model")
    assert champion_version(trained.home) == before


def test_the_model_trained_last_is_promoted_by_what_it_is(trained_twice: Small) -> None:
    assert "Model 20251220-" in trained_twice.done("models", "promote", "challenger")
    assert str(champion_version(trained_twice.home)).startswith("20251220-")


@pytest.mark.parametrize(
    ("verb", "wanted", "said"),
    [
        ("show", "champion", "No model serves, the rules do"),
        ("show", "challenger", "No model was trained yet; `leadloop train` begins."),
        ("promote", "previous", "No model served before this one"),
        ("compare", "challenger", "No model was trained yet"),
        (
            "show",
            "20200101-abcdef",
            "The registry holds no model '20200101-abcdef'; `leadloop models list` lists them.",
        ),
    ],
)
def test_what_nothing_is_called_is_one_clear_message(imported: Small, verb: str, wanted: str, said: str) -> None:
    ran = imported.run("models", verb, wanted)
    assert ran.code == 1
    assert said in one_line(ran.err)
    assert "Traceback" not in ran.err


def test_a_model_is_shown_with_what_it_learned_from_its_measures_its_grades_and_why_it_serves(trained: Small) -> None:
    version = str(champion_version(trained.home))
    said = one_line(trained.done("models", "show", version))
    assert said == one_line(trained.done("models", "show"))
    assert f"Model {version} (challenger, champion)" in said
    assert "Learned from what was known by 2026-01-19 21:00 UTC." in said
    assert re.search(r"[\d,]+ settled leads that came from 2025-06-02 to 2025-1\d-\d\d, \d+ of them bought", said)
    assert "Blended of scorecard" in said
    assert re.search(r"AUC 0\.\d{3} 0\.\d{3}-0\.\d{3}", said)
    assert re.search(r" A \d+ \d+\.\d% \d+\.\d%-\d+\.\d% \d+ \d+\.\d% ", said)
    assert "Better than the rules alone" in said
    assert "card.md" in said


def test_a_model_trained_before_cards_were_kept_as_figures_is_shown_all_the_same(trained: Small) -> None:
    (trained.home / "models" / str(champion_version(trained.home)) / "card.json").unlink()
    said = one_line(trained.done("models", "show"))
    assert "Trained before cards were kept as figures" in said
    assert "AUC" in said


def test_two_models_are_compared_on_the_leads_that_came_and_were_settled_since_both_learned(trained: Small) -> None:
    for cut_off in ("2025-08-20", "2025-09-10"):
        trained.done("train", "--cut-off", cut_off, "--no-promote")
    second, first = sorted(aliases(trained))[:2][::-1]
    ran = one_line(trained.done("models", "compare", first, second))
    assert f"{first} {second}" in ran
    settled = re.search(r"(\d+) leads that came and were settled since 2025-09-09 21:00 UTC, (\d+) sales", ran)
    assert settled is not None
    assert int(settled[1]) > 300
    assert "Their requests came from 2025-09-" in ran
    left_out = re.search(r"Left out: (\d+) settled since that had come before", ran)
    assert left_out is not None
    assert int(left_out[1]) > 100
    assert re.search(r"log-loss 0\.\d{3} 0\.\d{3}-0\.\d{3} 0\.\d{3} 0\.\d{3}-0\.\d{3}", ran)
    assert re.search(r"weight of scorecard [\d.]+ [\d.]+ [+-][\d.]+", ran)
    assert re.search(rf"{first} minus {second}: log-loss|{first} is (better|worse) than {second}: log-loss", ran)


def test_where_hardly_a_lead_was_settled_since_the_comparison_says_not_enough_data(trained_twice: Small) -> None:
    said = one_line(trained_twice.done("models", "compare", "challenger"))
    assert "0 leads that came and were settled since 2026-01-19 21:00 UTC, 0 sales." in said
    assert "Not enough data to compare them: it takes 100 leads and 10 sales" in said
    assert "AUC" not in said


def test_a_model_is_not_compared_with_itself(trained: Small) -> None:
    ran = trained.run("models", "compare", "challenger", "champion")
    assert ran.code == 2
    assert "A and B are both model 20260120-" in one_line(ran.err)


def test_the_managers_own_grades_are_shown_beside_what_the_model_had_shown_before(trained: Small) -> None:
    assert "own grades were not looked at: that takes the company's words" in one_line(trained.done("models", "show"))
    words = ("models", "show", "champion", "--company", trained.file("company.yaml"))
    assert "Managers have given no grade of their own yet." in one_line(trained.done(*words))
    engine = engine_for(f"sqlite:///{trained.home / 'leadloop.db'}")
    version, now = str(champion_version(trained.home)), datetime.now(UTC)
    store, log = FactStore(engine), ScoreLog(engine)
    for n in range(21):
        lead_id, came = LeadId(f"graded-{n}"), now - timedelta(days=70)
        called = came + timedelta(hours=2)
        store.append([Lead(lead_id, came, came), Call(lead_id, called, called, "reached", manager="Анна", grade="A")])
        grade = "A" if n else "C"
        log.remember([LoggedScore(lead_id, came, 0.4, -0.4, "C", grade, version, 1, 1, None, "0" * 16, "stored", {})])
    store.append([Call(LeadId("p0"), now, now, "reached", manager="Анна", grade="A")])
    engine.dispose()
    said = one_line(trained.done(*words))
    assert "Managers and model agree on 20 of 21 leads: 95% (77% to 99%)." in said
    assert "graded alike 20 0 of 20, 0.0% 0.0%-16.1%" in said
    assert "manager A, model C 1 0 of 1, not enough data" in said
    assert "1 more were graded when the outcome was known already: they do not count." in said


def test_a_challenger_is_let_into_the_shadow_told_of_and_sent_away(trained_twice: Small) -> None:
    assert "Nobody scores in the shadow" in trained_twice.done("models", "shadow")
    champion = champion_version(trained_twice.home)
    assert champion is not None
    assert run("models", "shadow", champion, "--home", str(trained_twice.home)).code == 2
    other = next(
        path.name for path in (trained_twice.home / "models").iterdir() if path.is_dir() and path.name != champion
    )
    assert f"Model {other} scores 25.0%" in trained_twice.done("models", "shadow", other, "--share", "0.25")
    assert challenge_of(trained_twice.home) == Challenge(other, 0.25)
    assert "not enough data" in trained_twice.done("models", "shadow")
    at = datetime(2026, 3, 2, 9, tzinfo=UTC)
    engine = engine_for(f"sqlite:///{trained_twice.home / 'leadloop.db'}")
    ShadowLog(engine).remember(
        [ShadowScore(LeadId(str(n)), at, champion, other, 0.2, 0.25, "B", "A" if n < 5 else "B") for n in range(100)]
    )
    engine.dispose()
    for told in (trained_twice.done("models", "shadow"), trained_twice.done("models", "compare", other)):
        assert f"{other} scored 100 leads beside {champion}" in one_line(told)
        assert "+5.00 points on average (+5.00 to +5.00)" in told
        assert "Another grade: 5 leads, 5.0% (2.2% to 11.2%)." in told
        assert "B -> A: 5" in told
    trained_twice.done("models", "shadow", "--off")
    assert challenge_of(trained_twice.home) is None
