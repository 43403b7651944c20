"""What a file tells is known from the moment on at which the company knew it: nothing changes the past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from features.facts.values import Call, Lead, LeadId, Stage
from features.rows.as_of import Gate
from tests.features.facts.importer.house import (
    ANNA,
    COMPANY,
    EXPORTED,
    HEADER,
    LATER,
    House,
    row_at,
)


def test_a_changed_cell_of_a_later_export_is_known_from_that_export_on(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    moments = [EXPORTED - timedelta(days=5), EXPORTED, LATER - timedelta(microseconds=1)]
    before = [row_at(house, moment) for moment in moments]
    changed = (*ANNA[:5], "90", "нет", "дверь", "Google")
    assert house.take(house.file("later.csv", HEADER, changed), exported_at=LATER).stored == 1
    assert [row_at(house, moment) for moment in moments] == before
    after = row_at(house, LATER)
    assert after is not None
    assert (after["area"], after["owner"], after["channel"]) == (90.0, "no", "google")
    assert all(not fact.back_dated for fact in house.facts()[2:])


def test_a_correction_that_says_no_new_time_of_its_own_is_not_known_before_its_export(house: House) -> None:
    leads = COMPANY.export.leads.model_copy(update={"recorded_at": "Записан"})
    company = COMPANY.model_copy(update={"export": COMPANY.export.model_copy(update={"leads": leads})})
    header, recorded = (*HEADER, "Записан"), "02.03.2026 12:00"
    house.take(house.file("leads.csv", header, (*ANNA, recorded)), company=company)
    house.take(
        house.file("later.csv", header, (*ANNA[:5], "90", *ANNA[6:], recorded)), company=company, exported_at=LATER
    )
    newer = (*ANNA[:5], "120", *ANNA[6:], "15.03.2026 12:00")
    house.take(house.file("newer.csv", header, newer), company=company, exported_at=LATER + timedelta(days=1))
    versions = [fact for fact in house.facts() if isinstance(fact, Lead)]
    assert [(fact.answers["area"], fact.known_at) for fact in versions] == [
        (40.5, datetime(2026, 3, 2, 9, tzinfo=UTC)),
        (90.0, LATER),
        (120.0, LATER + timedelta(days=1)),
    ]


def test_a_recorded_time_is_when_the_company_knew(sqlite_house: House) -> None:
    calls = COMPANY.export.calls.model_copy(update={"recorded_at": "Внесён"})
    company = COMPANY.model_copy(update={"export": COMPANY.export.model_copy(update={"calls": calls})})
    sqlite_house.take(sqlite_house.file("leads.csv", HEADER, ANNA))
    header = ("Заявка", "Звонок", "Итог", "Внесён")
    rows = (
        ("1", "03.03.2026 12:00", "дозвон", "05.03.2026 09:00"),
        ("1", "04.03.2026 12:00", "дозвон", "01.03.2026"),
        ("1", "05.03.2026 12:00", "дозвон", ""),
    )
    sqlite_house.take(sqlite_house.file("calls.csv", header, *rows), company=company)
    calls_known = [(fact.known_at, fact.back_dated) for fact in sqlite_house.facts() if isinstance(fact, Call)]
    assert calls_known == [
        (datetime(2026, 3, 5, 6, tzinfo=UTC), False),
        (datetime(2026, 3, 4, 9, tzinfo=UTC), False),
        (datetime(2026, 3, 5, 9, tzinfo=UTC), True),
    ]


def test_a_lead_stands_at_its_days_start_and_all_else_at_its_days_end(house: House) -> None:
    house.take(house.file("leads.csv", ("Номер", "Создан"), ("1", "02.03.2026")))
    house.take(house.file("calls.csv", ("Заявка", "Звонок", "Итог"), ("1", "02.03.2026", "дозвон")))
    house.take(house.file("stages.csv", ("Заявка", "Дата", "Стадия"), ("1", "02.03.2026", "Оплата")))
    lead, call, stage = house.facts()
    assert lead.at == datetime(2026, 3, 1, 21, tzinfo=UTC)
    assert call.at == stage.at == call.known_at == datetime(2026, 3, 2, 20, 59, 59, 999_999, tzinfo=UTC)


def test_a_status_without_a_date_is_known_from_the_day_of_the_export(house: House) -> None:
    header = ("Номер", "Создан", "Этап", "Дата этапа", "Сумма")
    house.take(house.file("a.csv", header, ("1", "02.03.2026", "В работе", "", "")))
    house.take(house.file("b.csv", header, ("1", "02.03.2026", "В работе", "", "")), exported_at=LATER)
    newest = LATER + timedelta(days=1)
    house.take(house.file("c.csv", header, ("1", "02.03.2026", "Оплата", "", "90 000")), exported_at=newest)
    stages = [fact for fact in house.facts() if isinstance(fact, Stage)]
    assert [(one.stage, one.known_at, one.amount) for one in stages] == [
        ("В работе", EXPORTED, None),
        ("Оплата", newest, 90_000.0),
    ]
    gate = Gate(COMPANY)
    known = [gate.as_of(house.store.history(LeadId("1")), moment) for moment in (EXPORTED, LATER, newest)]
    assert [one.stage_kinds for one in known if one] == [("other",), ("other",), ("won",)]


def test_a_status_with_a_date_is_known_from_that_day(sqlite_house: House) -> None:
    header = ("Номер", "Создан", "Этап", "Дата этапа")
    rows = (("1", "02.03.2026", "Оплата", "05.03.2026"), ("2", "02.03.2026", "Оплата", "05.04.2026"))
    summary = sqlite_house.take(sqlite_house.file("leads.csv", header, *rows))
    stage = sqlite_house.facts()[1]
    assert stage.known_at == datetime(2026, 3, 5, 20, 59, 59, 999_999, tzinfo=UTC)
    assert [line[1:4] for line in sqlite_house.rejects(summary)] == [("3", "Дата этапа", "row")]
