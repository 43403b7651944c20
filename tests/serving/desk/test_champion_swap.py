"""Another champion takes over while answers go on; one that may not serve is refused, loudly; what is in memory goes on."""

from __future__ import annotations

import logging
import math
import shutil
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import Engine

from features.errors import ModelUnfit
from features.rows.as_of import KnownLead
from features.rows.feature import Value
from features.rows.feature_row import FixedRates, RowBuilder
from features.settings import Settings, settings_from_environment
from features.whole_file import write_whole
from models.artefact import MODEL_FILE, POINTER, load_artefact, model_folder, set_champion
from models.model_scorer import ModelScorer
from models.score import Score
from serving.desk.champion import LOOK_EVERY_SECONDS
from serving.desk.trial import LONGEST_SECONDS, Trial
from tests.serving.doors import VERSION, Doors, eventually, open_doors, promote
from tests.serving.running import served

SCORE = {"answers": {"area": 120}}
MOST_SECONDS = 5.0


def home(doors: Doors) -> Path:
    return doors.service.settings.home


def test_a_promotion_under_load_is_served_within_seconds_and_no_request_fails(tmp_path: Path) -> None:
    with served(tmp_path) as (client, _):
        base, stop = str(client.base_url), threading.Event()
        statuses: list[int] = []
        versions: list[str | None] = []

        def ask() -> None:
            with httpx.Client(base_url=base, timeout=30) as mine:
                number = 0
                while not stop.is_set():
                    number += 1
                    answers = [
                        mine.post("/v1/score", json=SCORE),
                        mine.post("/v1/leads", json={"id": f"{id(mine)}-{number}"}),
                    ]
                    statuses.extend(one.status_code for one in answers)
                    versions.append(answers[0].json()["model_version"])

        def serves(version: str) -> bool:
            return versions[-1:] == [version]

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for one in threads:
            one.start()
        try:
            for version in ("first", "second"):
                promote(tmp_path, version)
                eventually(partial(serves, version), LOOK_EVERY_SECONDS + MOST_SECONDS)
        finally:
            stop.set()
            for one in threads:
                one.join()
    assert set(statuses) <= {200, 201}
    assert {*versions} <= {None, "first", "second"}


def test_after_an_idle_hour_the_first_answer_is_the_new_champions(doors: Doors) -> None:
    assert doors.send("/v1/score", **SCORE)["is_guess"] is True
    promote(home(doors))
    champion = doors.service.desk.champion
    eventually(lambda: champion._scorer.version == VERSION)  # nobody asks anything; ``scorer`` itself would look
    assert doors.send("/v1/score", **SCORE)["model_version"] == VERSION


def rewritten(folder: Path, **anew: Any) -> None:
    said = orjson.loads((folder / MODEL_FILE).read_bytes())
    (folder / MODEL_FILE).write_bytes(orjson.dumps(said | anew))


def cut_off(folder: Path) -> None:
    whole = (folder / MODEL_FILE).read_bytes()
    (folder / MODEL_FILE).write_bytes(whole[: len(whole) // 2])


def of_another_company(folder: Path) -> None:
    text = (folder / MODEL_FILE).read_text(encoding="utf-8")
    (folder / MODEL_FILE).write_text(text.replace('"area"', '"horse_power"'), encoding="utf-8")


def no_text(folder: Path) -> None:
    (folder / MODEL_FILE).write_bytes(b"\xff\x00")


def a_folder_instead(folder: Path) -> None:
    (folder / MODEL_FILE).unlink()
    (folder / MODEL_FILE).mkdir()


DAMAGES: dict[str, tuple[Callable[[Path], None], str]] = {
    "cut off": (cut_off, "damaged"),
    "no text": (no_text, "damaged"),
    "another format": (lambda folder: rewritten(folder, format=3), "another format"),
    "without its tables": (lambda folder: rewritten(folder, parts=None), ""),
    "a start that is no number": (lambda folder: rewritten(folder, level="much"), ""),
    "another company's": (of_another_company, "horse_power"),
    "gone": (lambda folder: shutil.rmtree(folder), "second"),
    "a folder": (a_folder_instead, "cannot be read"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_model_that_may_not_serve_is_refused_and_shown_and_the_one_before_goes_on(
    doors: Doors, tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    champion, (spoil, why) = doors.service.desk.champion, DAMAGES[damage]
    promote(home(doors))
    champion.look()
    assert "refused_model" not in doors.asked("/readyz")
    elsewhere = tmp_path / "elsewhere"
    promote(elsewhere, "second")
    spoil(model_folder(elsewhere, "second"))
    if model_folder(elsewhere, "second").exists():
        shutil.copytree(model_folder(elsewhere, "second"), model_folder(home(doors), "second"))
    with caplog.at_level(logging.ERROR):
        set_champion(home(doors), "second")
        champion.look()
        champion.look()
    assert doors.send("/v1/score", **SCORE)["model_version"] == VERSION
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    ready = doors.asked("/readyz")
    assert (ready["status"], ready["model_version"], ready["refused_model"]) == ("ready", VERSION, "second")
    assert why in ready["why"]
    assert 'id="refused"' in doors.page("/models")
    shutil.rmtree(model_folder(home(doors), "second"), ignore_errors=True)
    promote(home(doors), "second")
    champion.look()
    assert doors.asked("/readyz") == {"status": "ready", "model_version": "second"}
    assert 'id="refused"' not in doors.page("/models")


def test_a_model_slower_than_allowed_is_refused(tmp_path: Path, sqlite_engine: Engine) -> None:
    """The model is as quick as any; it is the limit that no model can keep."""
    with open_doors(tmp_path, sqlite_engine, slowest_score=1e-9) as doors:
        promote(home(doors))
        doors.service.desk.champion.look()
        assert doors.send("/v1/score", **SCORE)["is_guess"] is True
        assert "LEADLOOP_SLOWEST_SCORE_MS" in doors.asked("/readyz")["why"]


def test_the_limit_is_said_in_milliseconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADLOOP_SLOWEST_SCORE_MS", "0.5")
    said: Settings = settings_from_environment()
    assert said.slowest_score == pytest.approx(0.0005)


def test_a_model_that_gives_no_probability_does_not_stand_its_trial(doors: Doors, tmp_path: Path) -> None:
    promote(tmp_path)
    artefact = load_artefact(model_folder(tmp_path, VERSION))
    trial = Trial(RowBuilder(doors.service.company, FixedRates()), doors.clock, slowest=1.0)
    trial(ModelScorer(artefact))
    with pytest.raises(ModelUnfit, match="no probability"):
        trial(ModelScorer(replace(artefact, level=math.nan)))


class StandsStillOnce(ModelScorer):
    """A scorer on a machine that does nothing at all while the first lead is scored."""

    def score(self, known: KnownLead, row: Mapping[str, Value]) -> Score:
        if not hasattr(self, "stood_still"):
            self.stood_still = True
            time.sleep(LONGEST_SECONDS + 0.1)
        return super().score(known, row)


def test_a_machine_that_stands_still_for_one_lead_refuses_no_model(doors: Doors, tmp_path: Path) -> None:
    promote(tmp_path)
    trial = Trial(RowBuilder(doors.service.company, FixedRates()), doors.clock, slowest=0.5)
    trial(StandsStillOnce(load_artefact(model_folder(tmp_path, VERSION))))


@pytest.mark.parametrize(
    "away", ["the folder", "the pointer", "a pointer that is no text", "a pointer out of the folder"]
)
def test_where_the_models_are_away_the_one_in_memory_goes_on_and_it_is_said(doors: Doors, away: str) -> None:
    champion = doors.service.desk.champion
    promote(home(doors))
    champion.look()
    models = home(doors) / "models"
    if away == "the folder":
        shutil.rmtree(models)
    elif away == "the pointer":
        (models / POINTER).unlink()
    else:
        # at once: of a pointer that is empty for a moment the service's own look would read that the rules are to serve
        write_whole(models / POINTER, b"\xff\xfe" if away == "a pointer that is no text" else b"../" * 2000)
    champion.look()
    assert doors.send("/v1/score", **SCORE)["model_version"] == VERSION
    assert doors.asked("/readyz")["refused_model"]
    promote(home(doors), "second")
    champion.look()
    assert doors.asked("/readyz") == {"status": "ready", "model_version": "second"}


def test_the_rules_serve_again_only_where_somebody_said_so(doors: Doors) -> None:
    champion = doors.service.desk.champion
    promote(home(doors))
    champion.look()
    set_champion(home(doors), None)
    champion.look()
    assert doors.asked("/readyz") == {"status": "ready", "model_version": None}
