"""A saved model is read again exactly as it was, or refused with the remedy; the pointer to the champion never tears."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread

import orjson
import pytest
from hypothesis import given

from features.errors import ArtefactUnreadable, UnknownModel
from features.facts.company import Company
from features.log_odds import probability_of
from features.rows.feature import Value
from models.abc_rules import GRADES
from models.artefact import (
    CARD_FILE,
    MODEL_FILE,
    POINTER,
    TEXT_FILE,
    champion_version,
    load_artefact,
    model_folder,
    save_artefact,
    set_champion,
)
from models.level import STEPS, Level, unmoved
from models.purchase_model import PurchaseModel
from tests.models.small_models import models, windows_artefact


def saved(folder: Path) -> Path:
    save_artefact(windows_artefact(), folder, text="tree", card="# Card")
    return folder


@given(model=models())
def test_what_is_saved_is_loaded_equal_to_the_last_digit(
    tmp_path_factory: pytest.TempPathFactory, model: PurchaseModel
) -> None:
    folder = tmp_path_factory.getbasetemp() / "artefact"
    artefact = windows_artefact(model=model)
    save_artefact(artefact, folder, text="", card="")
    loaded = load_artefact(folder)
    assert (loaded.model.cells, loaded.model.parts) == (model.cells, model.parts)
    assert (loaded.version, loaded.data_cut_off, loaded.company_hash) == (
        artefact.version, artefact.data_cut_off, artefact.company_hash
    )  # fmt: skip
    assert (loaded.starts, loaded.borders, loaded.about) == (artefact.starts, artefact.borders, artefact.about)


def test_people_find_the_analysts_text_and_the_card_beside_the_model(tmp_path: Path) -> None:
    folder = saved(tmp_path)
    assert sorted(path.name for path in folder.iterdir()) == sorted((MODEL_FILE, TEXT_FILE, CARD_FILE))
    assert (folder / CARD_FILE).read_text(encoding="utf-8") == "# Card"


def test_a_model_that_is_not_there_is_unknown(tmp_path: Path) -> None:
    with pytest.raises(UnknownModel, match=r"v9.*leadloop models"):
        load_artefact(tmp_path / "v9")


@pytest.mark.parametrize("kept", [0.0, 0.3, 0.99])
def test_a_damaged_file_is_refused(tmp_path: Path, kept: float) -> None:
    path = saved(tmp_path) / MODEL_FILE
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ArtefactUnreadable, match="damaged"):
        load_artefact(tmp_path)


@pytest.mark.parametrize("said", [b"[]", b"7", b'{"format": 1}', b"{}"])
def test_another_format_is_refused_with_the_remedy(tmp_path: Path, said: bytes) -> None:
    (tmp_path / MODEL_FILE).write_bytes(said)
    with pytest.raises(ArtefactUnreadable, match="another format than 4; train anew"):
        load_artefact(tmp_path)


@pytest.mark.parametrize(
    "key", ["version", "data_cut_off", "company_hash", "starts", "borders", "cells", "parts", "about"]
)
def test_a_model_that_lacks_a_part_is_refused(tmp_path: Path, key: str) -> None:
    path = saved(tmp_path) / MODEL_FILE
    said = orjson.loads(path.read_bytes())
    del said[key]
    path.write_bytes(orjson.dumps(said))
    with pytest.raises(ArtefactUnreadable):
        load_artefact(tmp_path)


@pytest.mark.parametrize(("own_days", "company_days"), [(None, 60), (120, 120)])
def test_a_model_keeps_the_window_that_taught_it_and_the_companys_own(
    tmp_path: Path, own_days: int | None, company_days: int
) -> None:
    save_artefact(replace(windows_artefact(), own_days=own_days), tmp_path, text="", card="")
    loaded = load_artefact(tmp_path)
    assert (loaded.horizon_days, loaded.own_days, loaded.company_days) == (60, own_days, company_days)
    company = Company(company="Окна", horizon_days=company_days)
    assert loaded.counts(company) == company.model_copy(update={"horizon_days": 60})


def test_a_model_saved_before_there_were_shorter_windows_learned_by_the_companys_own(tmp_path: Path) -> None:
    path = saved(tmp_path) / MODEL_FILE
    said = orjson.loads(path.read_bytes())
    del said["own_days"]
    path.write_bytes(orjson.dumps(said))
    assert load_artefact(tmp_path).company_days == 60


def test_a_model_that_lacks_the_start_of_a_grade_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path) / MODEL_FILE
    said = orjson.loads(path.read_bytes())
    del said["starts"]["B"]
    path.write_bytes(orjson.dumps(said))
    with pytest.raises(ArtefactUnreadable, match="'B'"):
        load_artefact(tmp_path)


def test_the_rules_serve_until_a_champion_is_set_and_after_it_is_taken_back(tmp_path: Path) -> None:
    assert champion_version(tmp_path) is None
    set_champion(tmp_path, "v1")
    assert champion_version(tmp_path) == "v1"
    set_champion(tmp_path, None)
    assert champion_version(tmp_path) is None


def test_versions_lie_in_folders_of_their_own_beside_the_pointer(tmp_path: Path) -> None:
    set_champion(tmp_path, "v1")
    assert model_folder(tmp_path, "v1").parent == (tmp_path / "models" / POINTER).parent


def test_whoever_reads_while_the_pointer_moves_sees_one_version_or_the_other(tmp_path: Path) -> None:
    versions = ("20260301-aaaaaa" * 50, "20260302-bbbbbb")
    set_champion(tmp_path, versions[0])
    seen: set[str | None] = set()
    done = Event()

    def read() -> None:
        while not done.is_set():
            seen.add(champion_version(tmp_path))

    reader = Thread(target=read)
    reader.start()
    for turn in range(300):
        set_champion(tmp_path, versions[turn % 2])
    done.set()
    reader.join()
    assert seen <= set(versions)
    assert seen


def test_nothing_that_is_saved_is_pickled(tmp_path: Path) -> None:
    for path in saved(tmp_path).iterdir():
        assert not re.search(rb"\x80[\x02-\x05]", path.read_bytes()[:2])
        path.read_text(encoding="utf-8")


def test_at_a_level_a_lead_scores_as_the_level_says_and_reasons_still_add_up() -> None:
    learned = windows_artefact()
    level = Level(-2.0, ((0.3, 0.2),) * len(STEPS), ((1e-6, 0.0, 1e-6),) * len(STEPS), (0.0,) * len(STEPS))
    served, row = learned.at_level(level), dict[str, Value](area=70.0, who="owner")
    for grade, start in learned.starts.items():
        before = start + learned.level + learned.model.moved(row)
        after = served.starts[grade] + served.level + served.model.moved(row)
        assert after == pytest.approx(level.moved(before), abs=1e-9)
    assert sum(one.contribution for one in served.model.reasons(row)) == pytest.approx(
        served.model.moved(row), abs=1e-9
    )
    assert served.doubt["A"] > learned.doubt["A"]


def test_at_a_level_of_which_nothing_was_seen_a_model_stays_as_it_learned() -> None:
    learned = windows_artefact()
    served = learned.at_level(unmoved(-2.0))
    assert (served.starts, served.level) == (learned.starts, learned.level)
    assert served.model is learned.model


def test_at_any_level_each_lead_keeps_its_refined_grade() -> None:
    learned, rows = windows_artefact(), [dict[str, Value](area=float(area), who="owner") for area in (5, 30, 70)]
    for shift, strength in ((-1.5, 0.0), (0.8, 0.5), (-0.01, -0.1)):
        level = Level(-2.0, ((shift, strength),) * len(STEPS), ((1e-6, 0.0, 1e-6),) * len(STEPS), (0.0,) * len(STEPS))
        for grade, row in itertools.product(GRADES, rows):
            told = [
                one.refined_grade(probability_of(one.starts[grade] + one.level + one.model.moved(row)), grade)
                for one in (learned, learned.at_level(level))
            ]
            assert told[0] == told[1]


def test_a_model_that_says_nothing_beyond_the_rules_grades_as_they_do() -> None:
    artefact = windows_artefact(model=PurchaseModel([], []))
    for grade in GRADES:
        assert [artefact.refined_grade(p, grade) for p in (0.0, 0.2, 1.0)] == [grade] * 3
