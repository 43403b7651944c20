"""A stray mark, a cut letter: of a damaged file everything else goes in, and what does not is named by its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.facts import read_rows
from features.facts.company import Company
from features.facts.values import LeadId
from tests.features.facts.importer.house import ANNA, HEADER, House


def leads(house: House, count: int, **damaged: str) -> Path:
    """Write leads of which some have a name that is written as it stands: ``lead_7='"Анна'``."""
    path = house.file("leads.csv", HEADER, *((str(n), *ANNA[1:2], f"Анна{n}", *ANNA[3:]) for n in range(1, count + 1)))
    text = path.read_text(encoding="utf-8")
    for lead, name in damaged.items():
        text = text.replace(f";Анна{lead.removeprefix('lead_')};", f";{name};")
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    return path


@pytest.mark.parametrize("batch", [7, 5_000])
def test_a_row_with_an_open_mark_is_rejected_by_its_line_and_all_others_go_in(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", batch)
    path = leads(sqlite_house, 300, lead_100='"Окна Плюс', lead_250='"Окна')
    dry = sqlite_house.take(path, dry_run=True)
    summary = sqlite_house.take(path)
    assert (summary.rows, summary.stored, summary.rejected) == (dry.rows, dry.stored, dry.rejected) == (300, 298, 2)
    found = sqlite_house.rejects(summary)
    assert [line[:4] for line in found] == [("100", "101", "", "row"), ("250", "251", "", "row")]
    assert "close or double the quotation mark" in found[0][4]
    mended = sqlite_house.take(leads(sqlite_house, 300, lead_100='"Окна Плюс"', lead_250="Окна"))
    assert (mended.stored, mended.rejected) == (2, 0)


def test_a_row_with_half_a_letter_is_rejected_by_its_line_and_all_others_go_in(sqlite_house: House) -> None:
    path = leads(sqlite_house, 30, lead_20="Анна\udcd0")
    summary = sqlite_house.take(path)
    assert (summary.stored, summary.rejected) == (29, 1)
    assert [line[:4] for line in sqlite_house.rejects(summary)] == [("20", "21", "", "row")]
    assert sqlite_house.book.contact(LeadId("30")).name == "Анна30"


def test_costs_of_an_ad_system_lose_no_row_to_a_stray_mark_or_byte(sqlite_house: House) -> None:
    lines = [f"{n:02}.02.2026;Окна {n};70001;901;1200;45;3,75;100" for n in range(1, 21)]
    lines[4] = lines[4].replace("Окна", '"Окна')
    head = "Отчёт\n\nДата;Кампания;№ Кампании;№ Объявления;Показы;Клики;CTR (%);Расход с НДС, руб.\n"
    text = "\n".join([*lines, "Итого;;;;24000;900;3,75;1900", ""]).encode().replace("Окна 9".encode(), b"\xd0 9")
    path = sqlite_house.folder / "costs.csv"
    path.write_bytes(head.encode() + text)
    summary = sqlite_house.take(path, company=Company(company="Окна"))
    assert (summary.kind, summary.stored, summary.rejected, summary.totals) == ("spend", 18, 2, 1)
