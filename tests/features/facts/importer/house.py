"""A company whose files are imported: its store, a folder for the files, and two leads."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.contacts import ContactBook
from features.facts.import_log import ImportLog
from features.facts.importer import ImportSummary, Progress, import_file
from features.facts.store import FactStore
from features.facts.values import LeadFact, LeadId
from features.rows.feature_row import FixedRates, RowBuilder

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


def many(count: int) -> Iterator[tuple[str, ...]]:
    yield HEADER
    for n in range(count):
        area = "nothing like it" if n % 3 == 1 else str(n)
        at = "not a date" if n % 4 == 2 else f"{1 + n % 9:02}.03.2026 10:00"
        yield (str(n), at, "", f"8 912 345-67-{n:02}", "", area, "да", "", "vk")


class Killed(Exception):
    """The import's process is gone."""


def killed_after(rows: int) -> Progress:
    def progress(done: int) -> None:
        if done >= rows:
            raise Killed

    return progress


def row_at(house: House, moment: datetime, lead_id: str = "1") -> dict[str, object] | None:
    rows = RowBuilder(COMPANY, FixedRates())
    known = rows.known(house.store.history(LeadId(lead_id)), moment)
    return dict(rows.row(known)) if known else None
