"""The analyst's frames: read through the gate to the past, the very scores that are served, the columns that the docs name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest

from features.errors import CompanyFileWrong, NothingToLearn, UnknownLead, UnknownModel
from features.facts.database import engine_for
from features.facts.store import FactStore
from features.facts.values import Call, LeadId, Stage
from features.rows.as_of import Gate
from features.rows.feature_row import RowBuilder
from features.rows.rates_timeline import RatesTimeline
from leadloop.bench import Backtest, Bench, Model, open_company, rates
from models.artefact import champion_version, load_artefact, model_folder
from models.model_scorer import ModelScorer
from models.since_report import at_its_level
from tests.leadloop.command_line import Small
from tests.support.machine import REPOSITORY

PAST = datetime(2025, 9, 1, tzinfo=UTC)
LEAD = "p900"


@pytest.fixture
def bench(trained: Small) -> Bench:
    return open_company(trained.folder, home=trained.home)


def columns_said(call: str) -> list[str]:
    """Return the columns that the docs name for a call."""
    text = (REPOSITORY / "docs" / "python.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{call}"))
    return re.findall(r"`(\w+)`", row.split("|")[3])


FRAMES: dict[str, Callable[[Bench, Model], pd.DataFrame]] = {
    "rates(": lambda bench, model: rates(bench.outcomes()["bought"], bench.leads("arrival")["role"]),
    "bench.features(": lambda bench, model: bench.features(),
    "bench.outcomes(": lambda bench, model: bench.outcomes(),
    "model.scores(": lambda bench, model: model.scores("arrival"),
    "model.reasons(": lambda bench, model: model.reasons(LEAD, "arrival"),
    "model.if_answered(": lambda bench, model: model.if_answered(LEAD, at="arrival"),
    "model.fields(": lambda bench, model: model.fields(),
    "model.measures(": lambda bench, model: model.measures(),
    "model.promises(": lambda bench, model: model.promises(),
    "model.grades(": lambda bench, model: model.grades(),
}


@pytest.mark.parametrize("call", FRAMES)
def test_a_frame_has_the_columns_that_the_docs_name(bench: Bench, call: str) -> None:
    frame = FRAMES[call](bench, bench.model())
    assert list(frame.columns) == columns_said(call)
    assert len(frame) > 0


@pytest.mark.parametrize("call", [call for call in FRAMES if call.startswith("model.")])
def test_without_a_model_the_frames_have_the_same_columns(bench: Bench, call: str) -> None:
    assert list(FRAMES[call](bench, bench.rules()).columns) == columns_said(call)


def test_a_lead_s_row_is_the_one_that_is_scored(bench: Bench, trained: Small) -> None:
    engine = engine_for(f"sqlite:///{trained.home / 'leadloop.db'}")
    store = FactStore(engine)
    rows = RowBuilder(bench.company, RatesTimeline(Gate(bench.company)).learn(store.histories()))
    folder = model_folder(trained.home, str(champion_version(trained.home)))
    scorer = ModelScorer(at_its_level(load_artefact(folder), folder))
    frame, scores = bench.leads(PAST), bench.model().scores(PAST)
    assert list(frame.columns) == ["created_at", *bench.features().index]
    assert list(frame.index) == list(scores.index)
    for lead_id in frame.index[::40]:
        known = rows.known(store.history(LeadId(lead_id)), PAST)
        assert known is not None
        row = rows.row(known)
        for name, value in row.items():
            cell = frame.loc[lead_id, name]
            assert cell == value or (value is None and pd.isna(cell)), name
        score = scorer.score(known, row)
        told = scores.loc[lead_id]
        assert (told["probability"], told["refined_grade"]) == (score.probability, score.refined_grade)
    engine.dispose()


def test_what_becomes_known_later_changes_no_frame_of_before(bench: Bench, trained: Small) -> None:
    then = (bench.leads(PAST), bench.outcomes(PAST), bench.model().scores(PAST))
    arrived = bench.leads("arrival")
    engine = engine_for(f"sqlite:///{trained.home / 'leadloop.db'}")
    later = PAST + timedelta(days=1)
    told = [Call(LeadId(f"p{n}"), later, later, "refused", answers={"need": "no"}) for n in range(50)]
    FactStore(engine).append([*told, *(Stage(LeadId(f"p{n}"), later, later, "won") for n in range(60, 90))])
    engine.dispose()
    for before, after in zip(then, (bench.leads(PAST), bench.outcomes(PAST), bench.model().scores(PAST)), strict=True):
        pd.testing.assert_frame_equal(before, after)
    assert not bench.leads().equals(then[0])
    early = arrived.index[arrived["created_at"] <= PAST]
    pd.testing.assert_frame_equal(bench.leads("arrival", leads=early), arrived.loc[early])


def test_an_open_lead_has_no_outcome_and_is_no_lost_one(bench: Bench) -> None:
    young = bench.outcomes(PAST)
    is_settled = young["outcome"].isin(["bought", "did_not_buy"])
    assert young.loc[is_settled, "bought"].isin([0.0, 1.0]).all()
    assert young.loc[~is_settled, "bought"].isna().all()
    assert {"open", "bought"} <= set(young["outcome"])
    assert young.loc[young["outcome"] == "bought", "amount"].eq(200_000).all()


def test_rates_leave_unsettled_leads_out_and_tell_a_missing_value_last() -> None:
    ids = list("abcdef")
    bought = pd.Series([1.0, 0.0, None, 0.0, 0.0, 1.0], ids)
    told = rates(bought, pd.Series(["x", "x", "x", "y", None, None], ids))
    assert told["leads"].tolist() == [2, 1, 2]
    assert told["sales"].tolist() == [1, 0, 1]
    assert pd.isna(told.index[-1])
    assert (told["low"] <= told["bought"]).all()
    assert (told["bought"] <= told["high"]).all()


def test_a_model_of_the_past_knows_nothing_later_and_does_not_serve(bench: Bench, trained: Small) -> None:
    serves = champion_version(trained.home)
    made = bench.train(datetime(2025, 11, 10, tzinfo=UTC))
    assert made.learned_until == datetime(2025, 11, 10, tzinfo=UTC)
    assert made.card is not None
    assert made.card.learned.last < datetime(2025, 11, 10, tzinfo=UTC) - timedelta(days=60)
    assert (champion_version(trained.home), bench.model().version) == (serves, serves)
    assert bench.versions() == [made.version, serves]
    assert bench.model(made.version).version == made.version


def test_what_an_answer_would_make_is_the_score_that_it_makes(bench: Bench) -> None:
    rules = bench.rules()
    told = rules.if_answered(LEAD, "need", "arrival")
    assert told["answer"].tolist() == ["да", "нет"]
    yes, no = told["probability"].to_numpy(dtype=float)
    (unasked,) = rules.scores("arrival", leads=[LEAD])["probability"].to_numpy(dtype=float)
    assert no == pytest.approx(0.002)
    assert yes > unasked > no


def test_a_replay_is_told_in_frames_and_writes_nothing(bench: Bench, trained: Small) -> None:
    past: Backtest = bench.backtest(every_weeks=10)
    for call, frame in (
        ("past.periods(", past.periods()), ("past.months(", past.months()), ("past.contenders(", past.contenders())
    ):  # fmt: skip
        assert list(frame.columns) == columns_said(call)
        assert len(frame) > 0
    assert past.periods()["arrived"].sum() == past.months()["arrived"].sum()
    assert past.contenders()["found"].to_dict()["model"] > 0.2
    assert math.isclose(past.months()["expected"].sum(), past.periods()["expected"].sum())
    assert not (trained.home / "reports").exists()


def test_what_is_not_there_is_said(bench: Bench, trained: Small) -> None:
    with pytest.raises(UnknownLead):
        bench.leads(leads=[LEAD, "nobody"])
    with pytest.raises(UnknownLead):
        bench.model().reasons(LEAD, datetime(2025, 1, 1, tzinfo=UTC))
    with pytest.raises(UnknownModel):
        bench.model("20200101-abcdef")
    with pytest.raises(ValueError, match="needs a time zone"):
        bench.leads(PAST.replace(tzinfo=None))
    with pytest.raises(NothingToLearn):
        bench.train(datetime(2025, 6, 10, tzinfo=UTC))
    with pytest.raises(CompanyFileWrong):
        open_company(trained.folder / "nowhere")


def test_nobody_s_contact_is_in_any_frame(bench: Bench) -> None:
    text = bench.leads().to_csv() + bench.outcomes().to_csv() + bench.model().scores().to_csv()
    assert "Мария" not in text
    assert "+7900" not in text.replace(" ", "").replace("-", "")
