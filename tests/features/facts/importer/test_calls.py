"""Calls come in with their answers, how long they took, and the grade of their manager."""

from __future__ import annotations

from datetime import UTC, datetime

from features.facts.values import Call
from tests.features.facts.importer.house import (
    ANNA,
    HEADER,
    House,
)


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
