"""Stages come in with their amounts, and a sale that is lost later is told."""

from __future__ import annotations

from features.facts.values import LeadId, Stage
from features.rows.as_of import Gate
from tests.features.facts.importer.house import (
    ANNA,
    COMPANY,
    EXPORTED,
    HEADER,
    LATER,
    House,
)


def test_a_stage_of_company_yaml_that_no_row_has_is_told_also_before_anything_is_stored(house: House) -> None:
    header = ("Заявка", "Дата", "Стадия")

    def warned(name: str, won: str, rows: int, *, dry_run: bool = False) -> list[str]:
        lost = [(str(n), "02.03.2026", "Отказ") for n in range(1, rows)]
        summary = house.take(house.file(name, header, ("0", "02.03.2026", won), *lost), dry_run=dry_run)
        return [one for one in summary.warnings if "at such a stage" in one]

    for dry_run in (True, False):
        (warning,) = warned("stages.csv", "Оплачено", 60, dry_run=dry_run)
        assert warning.startswith("stages.won of company.yaml names Оплата, but no row stands")
        assert warning.endswith("does not name: Оплачено (1 row).")
    assert warned("fine.csv", "оплата", 60) == []
    assert warned("of_a_day.csv", "Замер", 3) == []


def test_stages_come_in_with_their_amounts(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    rows = (("1", "03.03.2026", "Счёт", ""), ("1", "05.03.2026", "Оплата", "1 234,50"), ("1", "06.03.2026", "", "1"))
    summary = house.take(house.file("stages.csv", ("Заявка", "Дата", "Стадия", "Сумма"), *rows))
    assert (summary.kind, summary.stored, summary.rejected) == ("stages", 2, 1)
    stages = [fact for fact in house.facts() if isinstance(fact, Stage)]
    assert [(one.stage, one.amount) for one in stages] == [("Счёт", None), ("Оплата", 1234.5)]


def test_a_sale_that_the_crm_takes_back_under_its_id_is_none_from_then_on(house: House) -> None:
    named = COMPANY.export.stages.model_copy(update={"id": "Сделка"})
    company = COMPANY.model_copy(update={"export": COMPANY.export.model_copy(update={"stages": named})})
    header = ("Сделка", "Заявка", "Дата", "Стадия", "Сумма")
    house.take(house.file("leads.csv", HEADER, ANNA))
    house.take(house.file("stages.csv", header, ("90", "1", "05.03.2026", "Оплата", "90 000")), company=company)
    later = house.file("later.csv", header, ("90", "1", "18.03.2026", "Отказ", ""))
    assert house.take(later, company=company, exported_at=LATER).stored == 1
    history, gate = house.store.history(LeadId("1")), Gate(company)
    known = {moment: gate.as_of(history, moment) for moment in (EXPORTED, LATER)}
    assert {moment: one and one.stage_kinds for moment, one in known.items()} == {EXPORTED: ("won",), LATER: ("lost",)}


def test_sales_that_a_file_tells_as_lost_later_are_told_with_what_to_do(house: House) -> None:
    header = ("Заявка", "Дата", "Стадия", "Сумма")
    sold, lost = ("1", "03.03.2026", "Оплата", "90"), ("1", "05.03.2026", "Отказ", "")
    reopened = (("2", "03.03.2026", "Отказ", ""), ("2", "05.03.2026", "Оплата", "90"))
    taken_back = house.take(house.file("stages.csv", header, sold, lost, *reopened))
    assert [
        one for one in taken_back.warnings if "export.stages.id" in one and "1 lead is lost after its sale (1)" in one
    ]
    newest_first = house.take(house.file("newest first.csv", header, lost, sold, *reopened[::-1]))
    assert [one for one in newest_first.warnings if "1 lead is lost after its sale (1)" in one]
    assert not [one for one in house.take(house.file("more.csv", header, *reopened)).warnings if "after" in one]
    no_window = COMPANY.model_copy(update={"horizon_days": None})
    told = house.take(house.file("again.csv", header, sold, lost), company=no_window).warnings
    assert not [one for one in told if "after its sale" in one]
