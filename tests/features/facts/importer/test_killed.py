"""An import that was killed goes on where it was, and ends in the same facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.facts import importer, read_rows
from features.facts.database import engine_for
from features.facts.values import LeadId
from leadloop.database import bring_up_to_date
from tests.features.facts.importer.house import (
    EXPORTED,
    LATER,
    House,
    Killed,
    killed_after,
    many,
)


@pytest.mark.parametrize("kills", [(4,), (4, 8, 12)])
def test_an_import_that_was_killed_goes_on_and_ends_in_the_same_facts(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: tuple[int, ...]
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 4)
    path = house.file("leads.csv", *many(14))
    for rows in kills:
        with pytest.raises(Killed):
            house.take(path, progress=killed_after(rows))
    resumed = house.take(path, exported_at=LATER)
    assert resumed.resumed_after == kills[-1]
    whole = House(tmp_path / "whole", engine_for(f"sqlite:///{tmp_path / 'whole' / 'leadloop.db'}"))
    bring_up_to_date(whole.engine)
    in_one_go = whole.take(path)
    assert sorted(house.everything(), key=str) == sorted(whole.everything(), key=str)
    assert house.rejects(resumed) == whole.rejects(in_one_go)
    counts = ("rows", "stored", "unchanged", "rejected")
    assert [getattr(resumed, one) for one in counts] == [getattr(in_one_go, one) for one in counts]
    assert house.take(path).was_known
    whole.engine.dispose()


def test_an_import_that_goes_on_keeps_the_day_of_its_export(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 1)
    rows = [(name, "02.03.2026", "В работе") for name in ("1", "2")]
    path = sqlite_house.file("leads.csv", ("Номер", "Создан", "Этап"), *rows)
    with pytest.raises(Killed):
        sqlite_house.take(path, progress=killed_after(1))
    sqlite_house.take(path, exported_at=LATER)
    assert [sqlite_house.facts(name)[1].known_at for name in ("1", "2")] == [EXPORTED, EXPORTED]


def test_a_batch_that_was_cut_off_in_its_transaction_leaves_nothing_behind(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 4)
    path = house.file("leads.csv", *many(9))

    def dies(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(importer, "advance_in", dies)
        with pytest.raises(Killed):
            house.take(path)
    assert house.everything() == []
    assert house.book.contact(LeadId("0")).phone is None
    summary = house.take(path)
    assert (summary.rows, summary.stored, summary.rejected) == (9, 7, 2)
    assert [line[0] for line in house.rejects(summary)] == ["2", "3", "5", "7", "8"]
