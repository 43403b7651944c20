"""A company's file goes in row by row: what fits is stored once, what does not is named, nothing changes the past."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from features.errors import ImportRefused
from features.facts import importer, read_rows
from features.facts.company import Company, FormField
from features.facts.contacts import Contact, ContactBook
from features.facts.database import engine_for
from features.facts.export_kind import kind_of_file
from features.facts.import_log import ImportLog
from features.facts.importer import ImportSummary, Progress, import_file
from features.facts.store import FactStore
from features.facts.tables import FACTS
from features.facts.values import Call, Lead, LeadFact, LeadId, Source, Stage
from features.rows.as_of import Gate
from features.rows.feature_row import FixedRates, RowBuilder
from leadloop.database import bring_up_to_date

EXPORTED = datetime(2026, 3, 10, 15, tzinfo=UTC)
LATER = datetime(2026, 3, 20, 15, tzinfo=UTC)
COMPANY = Company.model_validate({
    "company": "Окна",
    "fields": {
        "area": {"kind": "number", "column": "Площадь"},
        "owner": {"kind": "yes_no", "column": "Собственник", "call_column": "Собственник?"},
        "wish": {"kind": "text", "column": "Пожелание"},
    },
    "stages": {"won": ["Оплата"], "lost": ["Отказ"]},
    "export": {
        "leads": {
            "id": "Номер", "created_at": "Создан", "name": "Имя", "phone": "Телефон", "email": "Почта",
            "stage": "Этап", "stage_at": "Дата этапа", "amount": "Сумма", "marks": {"source": "Источник"},
        },
        "calls": {
            "lead_id": "Заявка", "at": "Звонок", "result": "Итог", "seconds": "Секунд", "manager": "Менеджер",
            "call_back_at": "Перезвонить", "results": {"дозвон": "reached", "недозвон": "no_answer"},
            "grade": "Оценка", "grades": {"Горячий": "A", "Мимо": "non_target"},
        },
        "stages": {"lead_id": "Заявка", "at": "Дата", "stage": "Стадия", "amount": "Сумма"},
        "spend": {"day": "День", "cost": "Расход", "clicks": "Клики", "marks": {"source": "Источник"}},
        "plan": {"month": "Месяц", "manager": "Кто", "measure": "Что", "value": "План"},
    },
})  # fmt: skip
HEADER = ("Номер", "Создан", "Имя", "Телефон", "Почта", "Площадь", "Собственник", "Пожелание", "Источник")
ANNA = ("1", "02.03.2026 10:00", "Анна", "8 912 345-67-89", "anna@firma.ru", "40,5", "да", "окна", "Яндекс")
BORIS = ("2", "25.02.2026", "Борис", "", "boris@mail.ru", "Select", "нет", "дверь; балкон", "vk")


@dataclass
class House:
    """One company's store, with a folder for its files."""

    folder: Path
    engine: Engine

    @property
    def store(self) -> FactStore:
        return FactStore(self.engine)

    @property
    def book(self) -> ContactBook:
        return ContactBook(self.engine, b"secret")

    def file(self, name: str, *rows: tuple[str, ...], separator: str = ";", encoding: str = "utf-8") -> Path:
        path = self.folder / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file, delimiter=separator).writerows(rows)
        return path

    def take(
        self,
        path: Path,
        *,
        exported_at: datetime = EXPORTED,
        kind: str | None = None,
        dry_run: bool = False,
        company: Company = COMPANY,
        progress: Progress | None = None,
    ) -> ImportSummary:
        return import_file(
            path,
            company=company,
            store=self.store,
            imports=ImportLog(self.engine),
            secret=b"secret",
            started_at=exported_at,
            exported_at=exported_at,
            rejects_folder=self.folder / "rejects",
            kind=kind,
            dry_run=dry_run,
            progress=progress,
        )

    def facts(self, lead_id: str = "1") -> tuple[LeadFact, ...]:
        return self.store.history(LeadId(lead_id)).facts

    def everything(self) -> list[tuple[object, ...]]:
        """Return all that is stored of leads and seen, without the numbers of the imports."""
        return [(one.number, one.fact) for history in self.store.histories() for one in history.stored]

    def rejects(self, summary: ImportSummary) -> list[tuple[str, ...]]:
        assert summary.rejects is not None
        with summary.rejects.open(encoding="utf-8-sig", newline="") as file:
            return [tuple(row) for row in csv.reader(file)][1:]


@pytest.fixture
def house(tmp_path: Path, engine: Engine) -> House:
    return House(tmp_path, engine)


@pytest.fixture
def sqlite_house(tmp_path: Path, sqlite_engine: Engine) -> House:
    return House(tmp_path, sqlite_engine)


def many(count: int) -> Iterator[tuple[str, ...]]:
    yield HEADER
    for n in range(count):
        area = "nothing like it" if n % 3 == 1 else str(n)
        at = "not a date" if n % 4 == 2 else f"{1 + n % 9:02}.03.2026 10:00"
        yield (str(n), at, "", f"8 912 345-67-{n:02}", "", area, "да", "", "vk")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_leads_come_in_with_source_and_contact_however_the_file_is_written(
    sqlite_house: House, encoding: str, separator: str
) -> None:
    path = sqlite_house.file("leads.csv", HEADER, ANNA, BORIS, separator=separator, encoding=encoding)
    summary = sqlite_house.take(path)
    assert (summary.kind, summary.rows, summary.stored, summary.rejected) == ("leads", 2, 2, 0)
    lead, source = sqlite_house.facts("1")
    assert isinstance(lead, Lead)
    assert lead.at == lead.known_at == datetime(2026, 3, 2, 7, tzinfo=UTC)
    assert lead.back_dated
    assert lead.answers == {"area": 40.5, "owner": "yes", "wish": "окна"}
    assert isinstance(source, Source)
    assert source.marks == {"source": "Яндекс"}
    assert sqlite_house.book.contact(LeadId("1")) == Contact("Анна", "8 912 345-67-89", "anna@firma.ru")
    boris, _ = sqlite_house.facts("2")
    assert isinstance(boris, Lead)
    assert boris.answers == {"owner": "no", "wish": "дверь; балкон"}


@pytest.mark.parametrize(
    ("written", "other"), [("03.02.2026", "25.02.2026"), ("02/03/2026", "02/25/2026"), ("2026-02-03", "2026-02-25")]
)
def test_the_order_of_dates_is_learned_from_the_whole_file(sqlite_house: House, written: str, other: str) -> None:
    sqlite_house.take(sqlite_house.file("leads.csv", ("Номер", "Создан"), ("1", written), ("2", other)))
    assert sqlite_house.facts("1")[0].at == datetime(2026, 2, 2, 21, tzinfo=UTC)


def test_dates_that_fit_two_orders_are_not_guessed(sqlite_house: House) -> None:
    summary = sqlite_house.take(sqlite_house.file("leads.csv", ("Номер", "Создан"), ("1", "02/03/2026")))
    assert (summary.stored, summary.rejected) == (0, 1)
    assert "export.date_order" in sqlite_house.rejects(summary)[0][4]


def test_what_does_not_fit_is_named_by_line_and_column_and_the_rows_beside_it_go_in(house: House) -> None:
    path = house.file(
        "leads.csv",
        HEADER,
        ANNA,
        ("3", "", *ANNA[2:]),
        ("4", "вчера", *ANNA[2:]),
        ("5", *ANNA[1:5], "большая", "возможно", *ANNA[7:]),
        ("6", "02.03.2026"),
        ("", *ANNA[1:]),
        ("8", "01.04.2026", *ANNA[2:]),
        BORIS,
    )
    summary = house.take(path)
    assert (summary.rows, summary.stored, summary.rejected, summary.rejected_cells) == (8, 3, 5, 2)
    found = house.rejects(summary)
    assert [line[:4] for line in found] == [
        ("2", "3", "Создан", "row"),
        ("3", "4", "Создан", "row"),
        ("4", "5", "Площадь", "cell"),
        ("4", "5", "Собственник", "cell"),
        ("5", "6", "", "row"),
        ("6", "7", "Номер", "row"),
        ("7", "8", "Создан", "row"),
    ]
    assert all(len(line[4]) > 10 for line in found)
    assert [history.lead_id for history in house.store.histories()] == ["1", "2", "5"]
    five = house.facts("5")[0]
    assert isinstance(five, Lead)
    assert five.answers == {"wish": "окна"}


@pytest.mark.parametrize(
    ("header", "kind", "says"),
    [
        (("Город", "Цена"), None, "fits none of the exports"),
        (("Номер", "Город"), None, "'Создан'"),
        (("Номер", "Город"), "leads", "'Создан' .created_at. is missing"),
        (("Номер", "Создан", "Номер"), None, "'Номер' twice"),
        (("Заявка", "Звонок", "Итог"), "stages", "'Стадия' .stage. is missing"),
    ],
)
def test_a_file_that_does_not_fit_is_refused_before_a_row_is_stored(
    house: House, header: tuple[str, ...], kind: str | None, says: str
) -> None:
    path = house.file("other.csv", header, tuple("1" for _ in header))
    with pytest.raises(ImportRefused, match=says):
        house.take(path, kind=kind)
    assert house.store.last_number() == 0
    assert ImportLog(house.engine).entries() == []


def test_a_refusal_does_not_repeat_a_first_line_that_holds_a_person(sqlite_house: House) -> None:
    path = sqlite_house.file("leads.csv", ANNA, BORIS)
    with pytest.raises(ImportRefused) as caught:
        sqlite_house.take(path, kind="leads")
    assert "header" in str(caught.value)
    assert not any(word in str(caught.value) for word in ("Анна", "345-67-89", "anna@"))


def test_columns_that_were_declared_and_are_not_there_are_said(sqlite_house: House) -> None:
    summary = sqlite_house.take(sqlite_house.file("leads.csv", ("Номер", "Создан"), ("1", "02.03.2026")))
    assert "the column 'Площадь' is not in the file" in summary.warnings


def test_a_rehearsal_counts_what_the_import_then_does_and_stores_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 3)
    house.take(house.file("first.csv", *many(5)))
    before = house.store.last_number()
    path = house.file("leads.csv", *many(14), *list(many(14))[1:4], ("13", "05.03.2026 10:00", *[""] * 7))
    dry = house.take(path, dry_run=True)
    assert house.store.last_number() == before
    assert len(ImportLog(house.engine).entries()) == 1
    assert house.book.contact(LeadId("12")) == Contact(None, None, None)
    real = house.take(path)
    assert (real.rows, real.unchanged) == (18, 6)
    assert replace(real, import_id=None, rejects=None) == dry


def test_a_second_import_changes_nothing_and_says_so(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA, BORIS)
    first = house.take(path)
    before = house.everything()
    again = house.take(path, exported_at=LATER)
    assert (again.was_known, again.stored, again.unchanged) == (True, 0, 2)
    assert again.import_id == first.import_id
    assert house.everything() == before


def test_the_same_rows_in_another_file_change_nothing_either(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA, BORIS))
    before = house.everything()
    again = house.take(house.file("again.csv", HEADER, BORIS, ANNA), exported_at=LATER)
    assert (again.was_known, again.stored, again.unchanged) == (False, 0, 2)
    assert house.everything() == before


class Killed(Exception):
    """The import's process is gone."""


def killed_after(rows: int) -> Progress:
    def progress(done: int) -> None:
        if done >= rows:
            raise Killed

    return progress


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


def test_an_import_that_was_taken_back_can_be_made_again(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA)
    wrong = house.take(path)
    assert wrong.import_id is not None
    assert house.store.undo(wrong.import_id) == 2
    assert house.everything() == []
    assert house.book.contact(LeadId("1")).phone is None
    again = house.take(path)
    assert (again.was_known, again.stored) == (False, 1)
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"


def test_taking_a_later_export_back_leaves_what_the_earlier_one_brought(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    before = house.everything()
    later = house.take(house.file("later.csv", HEADER, (*ANNA[:5], "90", *ANNA[6:]), BORIS), exported_at=LATER)
    assert later.import_id is not None
    house.store.undo(later.import_id)
    assert house.everything() == before
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"
    assert house.book.contact(LeadId("2")).email is None


def test_taking_a_later_export_back_brings_the_contact_that_was_there_before(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    changed = tuple("8 912 345-67-80" if cell == "8 912 345-67-89" else cell for cell in ANNA)
    later = house.take(house.file("later.csv", HEADER, changed), exported_at=LATER)
    assert later.import_id is not None
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-80"
    house.store.undo(later.import_id)
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"


def test_taking_the_first_export_back_leaves_the_contact_of_a_lead_that_a_later_one_changed(house: House) -> None:
    first = house.take(house.file("leads.csv", HEADER, ANNA, BORIS))
    house.take(house.file("later.csv", HEADER, (*ANNA[:5], "90", *ANNA[6:])), exported_at=LATER)
    assert first.import_id is not None
    house.store.undo(first.import_id)
    assert [history.lead_id for history in house.store.histories()] == ["1"]
    assert house.book.contact(LeadId("1")).phone == "8 912 345-67-89"
    assert house.book.contact(LeadId("2")).email is None


def row_at(house: House, moment: datetime, lead_id: str = "1") -> dict[str, object] | None:
    rows = RowBuilder(COMPANY, FixedRates())
    known = rows.known(house.store.history(LeadId(lead_id)), moment)
    return dict(rows.row(known)) if known else None


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


def test_calls_come_in_with_their_answers(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    header = ("Заявка", "Звонок", "Итог", "Секунд", "Менеджер", "Перезвонить", "Собственник?")
    rows = (
        ("1", "03.03.2026 12:00", "Дозвон", "61", "Вера", "04.03.2026 10:00", "нет"),
        ("1", "03.03.2026 13:00", "что-то", "1", "Вера", "", ""),
        ("1", "04.03.2026 12:00", "недозвон", "долго", "Вера", "", ""),
    )
    summary = house.take(house.file("calls.csv", header, *rows))
    assert (summary.kind, summary.stored, summary.rejected, summary.rejected_cells) == ("calls", 2, 1, 1)
    first, second = (fact for fact in house.facts() if isinstance(fact, Call))
    assert (first.result, first.seconds, first.manager, first.answers) == ("reached", 61.0, "Вера", {"owner": "no"})
    assert first.call_back_at == datetime(2026, 3, 4, 7, tzinfo=UTC)
    assert (second.result, second.seconds) == ("no_answer", None)
    row_reject, cell_reject = house.rejects(summary)
    assert row_reject[1:4] == ("3", "Итог", "row")
    assert "export.calls.results" in row_reject[4]
    assert cell_reject[1:4] == ("4", "Секунд", "cell")


def test_calls_come_in_with_the_grade_that_their_manager_gave_in_his_own_words(sqlite_house: House) -> None:
    sqlite_house.take(sqlite_house.file("leads.csv", HEADER, ANNA))
    said = ("горячий", "b", "МИМО", "", "так себе")
    rows = [("1", f"0{day}.03.2026 12:00", "Дозвон", "Вера", word) for day, word in enumerate(said, start=3)]
    header = ("Заявка", "Звонок", "Итог", "Менеджер", "Оценка")
    summary = sqlite_house.take(sqlite_house.file("calls.csv", header, *rows))
    calls = [fact for fact in sqlite_house.facts() if isinstance(fact, Call)]
    assert [call.grade for call in calls] == ["A", "B", "non_target", None, None]
    (reject,) = sqlite_house.rejects(summary)
    assert reject[1:4] == ("6", "Оценка", "cell")
    assert "export.calls.grades" in reject[4]


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


def test_spend_comes_in_by_day_and_a_later_export_corrects_it(house: House) -> None:
    header = ("День", "Расход", "Клики", "Источник")
    rows = (("02.03.2026", "1 500,50", "12", "vk"), ("03.03.2026", "", "", "vk"), ("04.03.2026", "0", "", "vk"))
    summary = house.take(house.file("spend.csv", header, *rows))
    assert (summary.kind, summary.stored, summary.rejected) == ("spend", 2, 1)
    assert house.rejects(summary)[0][1:3] == ("3", "Расход")
    house.take(house.file("later.csv", header, ("02.03.2026", "1 600", "12", "vk")), exported_at=LATER)
    spend = sorted(house.store.spend(), key=lambda one: one.day)
    assert [(one.day, one.cost, one.clicks, one.currency) for one in spend] == [
        (date(2026, 3, 2), 1600.0, 12, "RUB"),
        (date(2026, 3, 4), 0.0, None, "RUB"),
    ]
    assert spend[0].known_at == LATER
    assert spend[0].marks == {"source": "vk"}


@pytest.mark.parametrize("month", ["2026-05", "05.2026", "2026/05", "15.05.2026"])
def test_a_plan_may_be_made_for_months_to_come_and_be_changed_before_they_begin(house: House, month: str) -> None:
    header = ("Месяц", "Кто", "Что", "План")
    first = house.take(house.file("plan.csv", header, (month, "", "sales", "30"), (month, "Вера", "sales", "")))
    assert (first.kind, first.stored, first.rejected) == ("plan", 1, 1)
    house.take(house.file("later.csv", header, (month, "", "sales", "25")), exported_at=LATER)
    (plan,) = house.store.plans()
    assert (plan.month, plan.measure, plan.value, plan.manager) == (date(2026, 5, 1), "sales", 25.0, None)


@pytest.mark.parametrize(
    ("kind", "header"),
    [
        ("leads", HEADER),
        ("calls", ("Заявка", "Звонок", "Итог")),
        ("stages", ("Заявка", "Дата", "Стадия")),
        ("spend", ("День", "Расход")),
        ("plan", ("Месяц", "Что", "План")),
    ],
)
def test_a_file_is_recognised_by_its_header(kind: str, header: tuple[str, ...]) -> None:
    assert kind_of_file(header, COMPANY.export, "file.csv") == kind


SECRETS = ("Анна", "345-67-89", "3456789", "anna@firma.ru", "anna", "Борис", "boris")


def test_a_contact_is_nowhere_but_in_the_book(house: House, capfd: pytest.CaptureFixture[str]) -> None:
    broken = (("3", "завтра", *ANNA[2:]), ("4", *ANNA[1:5], "большая", *ANNA[6:]), ("5", *ANNA[1:], "лишнее"))
    summary = house.take(house.file("leads.csv", HEADER, ANNA, BORIS, *broken))
    assert summary.rejects is not None
    with house.engine.connect() as connection:
        payloads = " ".join(connection.execute(select(FACTS.c.payload)).scalars())
    places = [
        payloads,
        summary.rejects.read_text(encoding="utf-8-sig"),
        repr(summary),
        repr(house.facts()),
        repr(house.book.contact(LeadId("1"))),
        repr(row_at(house, LATER)),
        "".join(capfd.readouterr()),
    ]
    assert [(word, place) for word in SECRETS for place in places if word in place] == []


def test_the_same_person_is_recognised_again_by_phone_or_e_mail(house: House) -> None:
    again = ("9", "05.03.2026 10:00", "Аня", "+7 (912) 345 67 89", "other@mail.ru", *ANNA[5:])
    third = ("10", "06.03.2026 10:00", "", "", " ANNA@firma.ru ", *ANNA[5:])
    house.take(house.file("leads.csv", HEADER, ANNA, BORIS, again, third))
    lead = house.facts("10")[0]
    assert isinstance(lead, Lead)
    assert house.book.same_person(lead.person_keys, before=LeadId("10")) == ["1"]
    nine = house.facts("9")[0]
    assert isinstance(nine, Lead)
    assert house.book.same_person(nine.person_keys, before=LeadId("9")) == ["1"]


CELLS = st.sampled_from(["", "1", "2", "02.03.2026", "да", "нет", "Select", "x" * 300, '"', ";", "0001-01-01", "😀"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELLS, min_size=9, max_size=9).map(tuple), max_size=6))
def test_whatever_stands_in_a_file_every_row_is_stored_unchanged_or_rejected(
    engine: Engine, tmp_path: Path, rows: list[tuple[str, ...]]
) -> None:
    house = House(tmp_path, engine)
    path = house.file("leads.csv", HEADER, ANNA, *rows)
    before = house.store.last_number()
    dry = house.take(path, dry_run=True)
    summary = house.take(path)
    if not summary.was_known:
        assert summary.rows == summary.stored + summary.unchanged + summary.rejected == len(rows) + 1
        assert (dry.stored, dry.unchanged, dry.rejected) == (summary.stored, summary.unchanged, summary.rejected)
    assert (house.store.last_number() > before) == (summary.stored > 0)
    assert house.take(path).was_known


def test_a_zero_byte_deep_in_a_file_does_not_stop_it(house: House) -> None:
    path = house.folder / "leads.csv"
    path.write_text("Номер;Создан;Имя\n1;02.03.2026;Ан\x00на\n", encoding="utf-16")
    assert house.take(path).stored == 1
    assert house.book.contact(LeadId("1")).name == "Анна"


SPEND_BY_AD = (
    ("День", "Расход", "Клики", "Источник", "Объявление"),
    ("02.03.2026", "100", "1", "vk", "a"),
    ("02.03.2026", "200", "2", "vk", "b"),
    ("02.03.2026", "200", "2", "vk", "c"),
    ("02.03.2026", "200", "2", "vk", "c"),
)


def test_costs_of_a_day_that_differ_in_a_column_nobody_mapped_add_up(house: House) -> None:
    summary = house.take(house.file("spend.csv", *SPEND_BY_AD))
    assert (summary.stored, summary.unchanged) == (3, 1)
    assert sorted(one.cost for one in house.store.spend()) == [100.0, 200.0, 200.0]
    assert house.take(house.file("again.csv", *SPEND_BY_AD, ("", "", "", "", ""))).stored == 0


def test_costs_of_a_day_add_up_also_when_their_import_was_killed_and_went_on(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 1)
    path = house.file("spend.csv", *SPEND_BY_AD)
    with pytest.raises(Killed):
        house.take(path, progress=killed_after(2))
    assert house.take(path).resumed_after == 2
    assert sum(one.cost for one in house.store.spend()) == 500.0


def test_a_file_is_read_anew_once_company_yaml_says_otherwise_how(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA)
    first = house.take(path)
    mended = COMPANY.model_copy(
        update={"fields": {**COMPANY.fields, "name_of_field": FormField(kind="text", column="Источник")}}
    )
    again = house.take(path, exported_at=LATER, company=mended)
    assert (again.was_known, again.stored) == (False, 1)
    assert f"leadloop undo {first.import_id}" in again.warnings[-1]
    assert house.take(path, exported_at=LATER, company=mended).was_known
    leads = [fact for fact in house.facts() if isinstance(fact, Lead)]
    assert [fact.known_at for fact in leads] == [datetime(2026, 3, 2, 7, tzinfo=UTC), LATER]


def test_a_sale_in_another_currency_goes_in_without_its_amount_and_is_told(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA, BORIS))
    rows = (("1", "03.03.2026", "Оплата", "90 €"), ("2", "03.03.2026", "Оплата", "90 000 ₽"))
    summary = house.take(house.file("stages.csv", ("Заявка", "Дата", "Стадия", "Сумма"), *rows))
    assert (summary.stored, summary.rejected, summary.rejected_cells) == (2, 0, 1)
    amounts = [fact.amount for lead in ("1", "2") for fact in house.facts(lead) if isinstance(fact, Stage)]
    assert amounts == [None, 90_000.0]
    ((_, _, column, what, remedy),) = house.rejects(summary)
    assert (column, what) == ("Сумма", "cell")
    assert remedy == "is in another currency than company.yaml's RUB; the stage counts without it"


def test_a_cost_of_thousands_is_thousands_in_either_alphabet(house: House) -> None:
    rows = (("02.03.2026", "5к", "1", "vk"), ("03.03.2026", "5k", "1", "vk"), ("04.03.2026", "5 usd", "1", "vk"))
    house.take(house.file("spend.csv", ("День", "Расход", "Клики", "Источник"), *rows))
    costs = [(one.cost, one.currency) for one in house.store.spend()]
    assert costs == [(5000.0, "RUB"), (5000.0, "RUB"), (5.0, "USD")]


def test_how_long_a_call_took_is_read_off_a_clock(house: House) -> None:
    house.take(house.file("leads.csv", HEADER, ANNA))
    header = ("Заявка", "Звонок", "Итог", "Секунд", "Менеджер", "Перезвонить", "Оценка")
    rows = (
        ("1", "03.03.2026 10:00", "дозвон", "00:12:05", "Лев", "", ""),
        ("1", "04.03.2026 10:00", "дозвон", "65", "Лев", "", ""),
    )
    summary = house.take(house.file("calls.csv", header, *rows))
    assert (summary.stored, summary.rejected_cells) == (2, 0)
    assert [fact.seconds for fact in house.facts() if isinstance(fact, Call)] == [725.0, 65.0]


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


def test_a_sale_that_came_in_without_an_id_is_taken_back_once_its_import_is_undone(house: House) -> None:
    named = COMPANY.export.stages.model_copy(update={"id": "Сделка"})
    company = COMPANY.model_copy(update={"export": COMPANY.export.model_copy(update={"stages": named})})
    header, sold = ("Сделка", "Заявка", "Дата", "Стадия", "Сумма"), ("90", "1", "05.03.2026", "Оплата", "90 000")
    house.take(house.file("leads.csv", HEADER, ANNA))
    path = house.file("stages.csv", header, sold)
    without_ids = house.take(path)
    later = house.file("later.csv", header, sold, ("90", "1", "18.03.2026", "Отказ", ""))
    assert without_ids.import_id is not None
    house.store.undo(without_ids.import_id)
    house.take(path, company=company)
    told = house.take(later, company=company, exported_at=LATER)
    assert (told.stored, [one for one in told.warnings if "after its sale" in one]) == (1, [])
    known = Gate(company).as_of(house.store.history(LeadId("1")), LATER)
    assert known is not None
    assert known.stage_kinds == ("lost",)


def test_files_that_were_imported_before_a_column_could_be_named_are_still_known() -> None:
    said = COMPANY.model_dump_json(include={"fields", "export", "time_zone", "currency", "language"})
    before = json.loads(said)
    del before["export"]["leads"]["currency"], before["export"]["stages"]["currency"], before["export"]["stages"]["id"]
    told = json.dumps(before, ensure_ascii=False, separators=(",", ":"))
    assert importer._how_read(COMPANY) == hashlib.sha256(told.encode()).hexdigest()[:16]


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


def test_rows_that_lay_ahead_of_their_export_go_in_when_the_file_comes_again(house: House) -> None:
    path = house.file(
        "spend.csv",
        ("День", "Расход", "Клики", "Источник"),
        ("09.03.2026", "90", "1", "vk"),
        ("15.03.2026", "70", "2", "vk"),
    )
    first = house.take(path)
    assert (first.stored, first.rejected) == (1, 1)
    again = house.take(path, exported_at=LATER)
    assert (again.was_known, again.stored, again.unchanged, again.rejected) == (False, 1, 1, 0)
    assert house.take(path, exported_at=LATER).was_known
    assert sum(one.cost for one in house.store.spend()) == 160.0


AHEAD = (
    ("День", "Расход", "Клики", "Источник"),
    ("09.03.2026", "90", "1", "vk"),
    ("15.03.2026", "70", "2", "vk"),
)


def test_a_file_whose_first_import_was_taken_back_after_its_rejected_rows_went_in_comes_back_whole(
    house: House,
) -> None:
    path = house.file("spend.csv", *AHEAD)
    first, later = house.take(path), house.take(path, exported_at=LATER)
    assert first.import_id is not None
    assert later.stored == 1
    house.store.undo(first.import_id)
    back = house.take(path, exported_at=LATER)
    assert (back.was_known, back.again, back.stored, back.unchanged) == (False, False, 1, 1)
    assert sum(one.cost for one in house.store.spend()) == 160.0
    assert house.take(path, exported_at=LATER + timedelta(days=1)).was_known


def test_a_file_that_comes_back_whole_and_is_cut_off_goes_on_whole(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_rows, "BATCH", 1)
    path = house.file("leads.csv", HEADER, ANNA, (*BORIS[:5], "60", *BORIS[6:]), ("3", "31.03.2026", *BORIS[2:]))
    house.take(house.file("older.csv", HEADER, ANNA, BORIS))
    first = house.take(path)
    house.take(path, exported_at=LATER + timedelta(days=20))
    assert first.import_id is not None
    house.store.undo(first.import_id)
    with pytest.raises(Killed):
        house.take(path, exported_at=LATER + timedelta(days=20), progress=killed_after(1))
    assert (went_on := house.take(path, exported_at=LATER + timedelta(days=20))).resumed_after == 1
    assert (went_on.again, went_on.stored) == (False, 1)
    known = Gate(COMPANY).as_of(house.store.history(LeadId("2")), LATER + timedelta(days=21))
    assert known is not None
    assert known.answers["area"] == 60.0


def test_a_row_that_no_clock_can_mend_does_not_make_a_new_import_of_each_that_follows(house: House) -> None:
    path = house.file("leads.csv", HEADER, ANNA, ("3", "31.02.2026", *BORIS[2:]))
    first = house.take(path)
    again = house.take(path, exported_at=LATER)
    assert (again.was_known, again.import_id, first.rejected) == (True, first.import_id, 1)


def test_an_old_file_with_rejected_rows_that_comes_again_takes_back_nothing_that_was_told_since(house: House) -> None:
    old = house.file("old.csv", HEADER, ANNA, ("3", "31.03.2026", *BORIS[2:]))
    house.take(old)
    house.take(
        house.file("new.csv", HEADER, (*ANNA[:3], "8 900 000-00-01", ANNA[4], "55", *ANNA[6:])), exported_at=LATER
    )
    again = house.take(old, exported_at=LATER + timedelta(days=1))
    assert (again.stored, again.unchanged, again.rejected) == (0, 1, 1)
    assert house.book.contact(LeadId("1")).phone == "8 900 000-00-01"
    known = Gate(COMPANY).as_of(house.store.history(LeadId("1")), LATER + timedelta(days=2))
    assert known is not None
    assert known.answers["area"] == 55.0


def test_an_export_of_deals_is_not_taken_for_leads_by_its_number_and_day(house: House) -> None:
    deals = house.file(
        "deals.csv",
        ("Номер", "Создан", "Название", "Воронка", "Валюта"),
        ("90", "02.03.2026", "Окна", "Продажи", "RUB"),
    )
    with pytest.raises(ImportRefused, match=r"2 of the 12 columns .* --as leads"):
        house.take(deals)
    with pytest.raises(ImportRefused):
        house.take(deals, dry_run=True)
    assert house.take(deals, kind="leads").stored == 1


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
