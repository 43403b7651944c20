"""Of a lead that a file tells twice the last row counts, in every export."""

from __future__ import annotations

from datetime import timedelta

import pytest

from features.facts import read_rows
from features.facts.company import Company
from features.facts.values import LeadId
from features.rows.as_of import Gate
from tests.features.facts.importer.house import (
    ANNA,
    BORIS,
    COMPANY,
    EXPORTED,
    HEADER,
    LATER,
    House,
)


def test_of_a_lead_that_a_file_tells_twice_the_last_row_counts_in_every_export(house: House) -> None:
    changed = (*ANNA[:5], "55", *ANNA[6:])
    for day in (0, 1, 2):
        note = (*BORIS[:5], str(60 + day), *BORIS[6:])
        path = house.file(f"leads {day}.csv", HEADER, ANNA, note, changed)
        assert house.take(path, exported_at=EXPORTED, dry_run=True).stored == (3 if day == 0 else 1)
        assert house.take(path, exported_at=EXPORTED + timedelta(days=day)).stored == (3 if day == 0 else 1)
        known = Gate(COMPANY).as_of(house.store.history(LeadId("1")), LATER)
        assert known is not None
        assert known.answers["area"] == 55.0
    first = Gate(COMPANY).as_of(house.store.history(LeadId("1")), EXPORTED - timedelta(seconds=1))
    assert first is not None
    assert first.answers["area"] == 40.5


RECORDED = COMPANY.export.leads.model_copy(update={"recorded_at": "Записан"})
WITH_RECORDED = COMPANY.model_copy(update={"export": COMPANY.export.model_copy(update={"leads": RECORDED})})
TWICE: dict[str, tuple[tuple[tuple[str, ...], ...], Company]] = {
    "days alone": ((HEADER, ANNA, BORIS, (*ANNA[:5], "55", *ANNA[6:])), COMPANY),
    "moments of their own": (
        (
            (*HEADER, "Записан"),
            (*ANNA, "03.03.2026"),
            (*BORIS, "03.03.2026"),
            (*ANNA[:5], "55", *ANNA[6:], "05.03.2026"),
        ),
        WITH_RECORDED,
    ),
    "statuses without a day": (
        (
            (*HEADER, "Этап"),
            (*ANNA, "Замер"),
            (*BORIS, "Замер"),
            (*ANNA, "Договор"),
        ),
        COMPANY,
    ),
}


@pytest.mark.parametrize("batch", [1, 2, 5_000])
@pytest.mark.parametrize("told", TWICE)
def test_a_lead_that_stands_twice_is_stored_anew_by_no_further_export(
    house: House, monkeypatch: pytest.MonkeyPatch, told: str, batch: int
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", batch)
    rows, company = TWICE[told]
    house.take(house.file("0.csv", *rows), company=company)
    known = house.everything()
    for day in (1, 2):
        path = house.file(f"{day}.csv", *rows, (f"x{day}", *("" for _ in rows[0][1:])))  # another file, a rejected row
        exported_at = EXPORTED + timedelta(days=day)
        assert house.take(path, exported_at=exported_at, company=company, dry_run=True).stored == 0
        assert house.take(path, exported_at=exported_at, company=company).stored == 0
    assert house.everything() == known


def test_a_row_that_is_rejected_further_on_does_not_silence_the_one_before_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 1)
    house.take(house.file("old.csv", HEADER, ANNA))
    changed, broken = (*ANNA[:5], "55", *ANNA[6:]), ("1", "31.02.2026", *ANNA[2:])
    told = house.take(house.file("new.csv", HEADER, changed, BORIS, broken), exported_at=LATER)
    assert (told.stored, told.rejected) == (2, 1)
    known = Gate(COMPANY).as_of(house.store.history(LeadId("1")), LATER)
    assert known is not None
    assert known.answers["area"] == 55.0


def test_of_two_corrections_of_one_export_the_one_that_was_read_later_counts(house: House) -> None:
    for area in ("40,5", "99", "55", "70"):
        house.take(house.file(f"leads {area}.csv", HEADER, (*ANNA[:5], area, *ANNA[6:])))
        known = Gate(COMPANY).as_of(house.store.history(LeadId("1")), LATER)
        assert known is not None
        assert known.answers["area"] == float(area.replace(",", "."))
