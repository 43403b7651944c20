"""Each column that the importer needs is found by its name and by what stands in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.drafting.column_roles import marks_of, roles_of, stage_candidates
from features.drafting.sampled_file import sampled
from tests.features.drafting.exports import Columns, days, ids, won_every_fourth, written_csv


def roles(tmp_path: Path, kind: str, columns: Columns) -> dict[str, str]:
    return roles_of(kind, sampled(written_csv(tmp_path / "file.csv", columns)))


@pytest.mark.parametrize(
    ("role", "column"),
    [
        ("created_at", "Дата создания"), ("created_at", "Created Date"), ("created_at", "createdAt"),
        ("created_at", "Дата создания сделки"), ("created_at", "Дата регистрации"), ("created_at", "Дата добавления"),
        ("created_at", "Время заявки"),
        ("manager", "Ответственный"), ("manager", "Lead owner"), ("name", "Имя"), ("name", "Full Name"),
        ("phone", "Рабочий телефон"), ("phone", "Phone Number"), ("email", "Эл. почта"), ("email", "E-mail"),
    ],
)  # fmt: skip
def test_headers_of_leads_are_known_in_both_languages(tmp_path: Path, role: str, column: str) -> None:
    cells = days(4) if role == "created_at" else ["anna@example.com"] * 4 if role == "email" else ["Анна"] * 4
    assert roles(tmp_path, "leads", {"ID": ids(4), column: cells})[role] == column


@pytest.mark.parametrize(
    "column", ["№ заявки", "№ лида", "Номер лида", "Номер сделки", "Номер обращения", "Код заявки", "№ Сделки"]
)
def test_the_number_of_a_request_is_known_in_every_file(tmp_path: Path, column: str) -> None:
    cells = {column: ["1538", "1940", "1541"], "Дата": days(3), "Этап": ["Отказ"] * 3}
    assert roles(tmp_path, "leads", cells)["id"] == column
    assert roles(tmp_path, "calls", cells)["lead_id"] == roles(tmp_path, "stages", cells)["lead_id"] == column


@pytest.mark.parametrize("day", ["Неделя", "Период", "Неделя с"])
@pytest.mark.parametrize("cost", ["Потрачено", "Сумма, руб.", "Расходы, ₽"])
def test_costs_by_the_week_are_read(tmp_path: Path, day: str, cost: str) -> None:
    found = roles(
        tmp_path, "spend", {"Источник": ["vk"] * 3, day: days(3), cost: ["38 668,29 руб.", "12 500 рублей", "0"]}
    )
    assert (found["day"], found["cost"]) == (day, cost)


def test_an_id_must_differ_from_row_to_row(tmp_path: Path) -> None:
    found = roles(tmp_path, "leads", {"landing_page_id": ["a"] * 4, "mql_id": ids(4)})
    assert found["id"] == "mql_id"


def test_an_export_in_which_some_ids_stand_twice_still_has_its_id(tmp_path: Path) -> None:
    assert roles(tmp_path, "leads", {"ID": ["1", "1", "2", "3"]})["id"] == "ID"


def test_a_column_named_like_a_date_without_dates_in_it_is_none(tmp_path: Path) -> None:
    assert "created_at" not in roles(tmp_path, "leads", {"ID": ids(3), "date": ["soon", "later", "now"]})


def test_a_contact_that_is_a_way_of_contact_is_no_name(tmp_path: Path) -> None:
    assert "name" not in roles(tmp_path, "leads", {"id": ids(9), "contact": ["cellular", "telephone", "cellular"] * 3})


def test_calls_are_read_by_lead_moment_and_result(tmp_path: Path) -> None:
    found = roles(tmp_path, "calls", {"ID звонка": ids(3), "ID заявки": ids(3), "Дата звонка": days(3), "Итог": ["Занято"] * 3,
                                      "Длительность, с": ["5", "7", "0"], "Сотрудник": ["Анна"] * 3})  # fmt: skip
    assert found == {
        "id": "ID звонка", "lead_id": "ID заявки", "at": "Дата звонка", "result": "Итог", "seconds": "Длительность, с",
        "manager": "Сотрудник",
    }  # fmt: skip


@pytest.mark.parametrize("lengths", [["00:01:20", "00:00:05"], ["1:20", "0:05"], ["80", "5"]])
def test_a_length_is_told_in_seconds_or_as_a_clock_shows_it(tmp_path: Path, lengths: list[str]) -> None:
    assert roles(tmp_path, "calls", {"lead_id": ids(2), "Duration": lengths})["seconds"] == "Duration"


def test_a_length_in_words_is_none(tmp_path: Path) -> None:
    assert "seconds" not in roles(tmp_path, "calls", {"lead_id": ids(2), "Duration": ["long", "short"]})


def test_the_headers_of_hubspots_calls_and_stages_are_known(tmp_path: Path) -> None:
    calls = {
        "Record ID": ids(3), "Associated Contact IDs": ids(3), "Activity date": ["2026-03-02 10:00"] * 3,
        "Call outcome": ["Connected", "Busy", "Busy"], "Call duration": ["00:01:20"] * 3,
        "Activity assigned to": ["Anna"] * 3, "Call notes": ["a", "b", "c"],
    }  # fmt: skip
    found = roles(tmp_path, "calls", calls)
    assert (found["at"], found["result"], found["seconds"]) == ("Activity date", "Call outcome", "Call duration")
    assert (found["manager"], found["comment"]) == ("Activity assigned to", "Call notes")
    stages = {
        "Deal Stage": ["Won", "Lost"],
        "Date entered": ["2026-03-02 10:00"] * 2,
        "Amount": ["£4,800", ""],
        "Currency": ["GBP"] * 2,
    }
    found = roles(tmp_path, "stages", stages)
    assert (found["at"], found["amount"], found["currency"]) == ("Date entered", "Amount", "Currency")


def test_marks_are_found_and_counts_named_like_marks_are_none(tmp_path: Path) -> None:
    columns = {"utm_source": ["vk"] * 3, "Кампания": ["a", "b", "c"], "utm_content": ["1", "2", "3"], "yclid": ids(3)}
    found = marks_of("leads", sampled(written_csv(tmp_path / "file.csv", columns)), ())
    assert found == {"source": "utm_source", "campaign": "Кампания", "yclid": "yclid"}


def test_a_flag_of_the_sale_counts_only_if_it_says_yes_and_no(tmp_path: Path) -> None:
    columns = {"Converted": ["1", "0"], "target": ["north", "south"], "Статус": won_every_fourth(2)}
    assert stage_candidates(sampled(written_csv(tmp_path / "file.csv", columns))) == [
        ("Статус", False),
        ("Converted", True),
    ]
