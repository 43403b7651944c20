"""A draft loads as it is, reads the files that it was drafted from, and holds nothing personal."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.drafting.draft import draft_of
from features.errors import ImportRefused
from tests.features.drafting.exports import NOW, days, drafted, ids, won_every_fourth, written_csv

MANY = 400


def test_every_column_finds_its_place(tmp_path: Path) -> None:
    leads = {
        "ID": ids(MANY), "Дата создания": days(MANY), "Имя": [f"Анна{n}" for n in range(MANY)],
        "Телефон": [f"+7 900 000-{n // 100:02}-{n % 100:02}" for n in range(MANY)], "Город": ["Москва", "Химки"] * (MANY // 2),
        "Площадь, м²": [f"{n % 90},5" for n in range(MANY)], "Ремонт начат": ["да", "нет", "Не выбрано", "да"] * (MANY // 4),
        "Когда нужно": ["01.02.2027", "13.03.2027"] * (MANY // 2), "utm_source": ["vk", "vkontakte"] * (MANY // 2),
        "Статус": won_every_fourth(MANY), "Бюджет": ["да", "нет"] * (MANY // 2),
    }  # fmt: skip
    draft = drafted(tmp_path, leads)
    company = draft.company
    assert {name: field.kind for name, field in company.fields.items()} == {
        "gorod": "choice", "ploshchad": "number", "remont_nachat": "yes_no", "kogda_nuzhno": "date", "budget": "yes_no",
    }  # fmt: skip
    assert company.fields["ploshchad"].unit == "м²"
    assert company.fields["ploshchad"].column == "Площадь, м²"
    assert (company.export.leads.id, company.export.leads.created_at) == ("ID", "Дата создания")
    assert (company.export.leads.name, company.export.leads.phone) == ("Имя", "Телефон")
    assert (company.export.leads.stage, company.export.leads.marks) == ("Статус", {"source": "utm_source"})
    assert company.stages == {"won": ("Успешно реализовано",), "lost": ("Отказ",)}
    assert company.channels.rules[0].when == {"source": ("vk", "vkontakte")}
    assert company.abc[0].criteria == {}  # nothing tells need
    assert "#   criteria:\n#     need: {field: need" in draft.text
    assert '#     budget: {field: budget, "yes": ["yes"], "no": ["no"]}' in draft.text
    assert (company.language, company.calls_recorded, company.horizon_days) == ("ru", False, None)
    assert "Не выбрано" in company.export.placeholders


def test_leaks_stand_commented_out_with_their_figure(tmp_path: Path) -> None:
    status = won_every_fourth(MANY)
    paid = ["5" if word.startswith("Усп") else "" for word in status]
    leads = {
        "ID": ids(MANY),
        "Дата создания": days(MANY),
        "Статус": status,
        "Сколько дали": paid,
        "Город": ["а", "б"] * (MANY // 2),
    }
    draft = drafted(tmp_path, leads)
    assert list(draft.company.fields) == ["gorod"]
    assert "# skolko_dali: {kind:" in draft.text
    assert "filled for 100 % of won leads and 0 % of the others" in draft.text


def test_a_question_added_after_the_ended_leads_becomes_a_field(tmp_path: Path) -> None:
    ended = MANY // 5
    leads = {
        "id": ids(MANY), "created_at": days(MANY),
        "status": [*won_every_fourth(ended), *["В работе"] * (MANY - ended)],
        "Балкон": [*[""] * ended, *["да" if n % 3 else "нет" for n in range(MANY - ended)]],
    }  # fmt: skip
    (field,) = [one for one in drafted(tmp_path, leads).parts.fields if one.column == "Балкон"]
    assert (field.fate, field.by_manager) == ("kept", False)


def test_a_column_filled_together_with_a_leak_is_one(tmp_path: Path) -> None:
    some = ["1", "2", "", "1", ""] * (MANY // 5)
    leads = {
        "id": ids(MANY), "created_at": days(MANY), "status": won_every_fourth(MANY), "call duration": some,
        "first word": ["a" if cell else "" for cell in some], "city": ["a", "b"] * (MANY // 2),
    }  # fmt: skip
    draft = drafted(tmp_path, leads)
    assert list(draft.company.fields) == ["city"]
    assert "filled in the same rows as call duration" in draft.text


def test_without_an_outcome_the_draft_says_that_only_names_counted(tmp_path: Path) -> None:
    draft = drafted(
        tmp_path, {"id": ids(9), "created_at": days(9), "score": ["1", "2", "3"] * 3, "city": ["a", "b", "c"] * 3}
    )
    assert "Nothing in these files says who bought" in draft.text
    assert list(draft.company.fields) == ["city"]


def test_a_missing_id_or_moment_is_a_problem_with_its_remedy_and_still_a_draft(tmp_path: Path) -> None:
    draft = drafted(tmp_path, {"city": ["a", "b"], "Converted": ["1", "0"]})
    assert len(draft.problems) == 2
    assert "Columns: city, Converted" in draft.problems[1]
    assert "export.leads.created_at" in draft.problems[1]
    assert draft.text.count("TO DO") == 2


def test_the_leads_id_is_the_column_that_another_file_calls_the_lead_whatever_it_is_called(tmp_path: Path) -> None:
    numbers = [str(1000 + one) for one in range(60)]
    stages = {
        "Заявка": numbers,
        "Дата": days(60),
        "Этап": ["Сделка", "Отказ"] * 30,
        "Сумма": ["350 000 рублей", ""] * 30,
    }
    leads = {"Заявка": numbers, "Дата создания": days(60), "Город": ["Москва", "Химки", "Мытищи"] * 20}
    draft = drafted(tmp_path, leads, stages=stages)
    assert draft.problems == ()
    assert (draft.company.export.leads.id, draft.company.export.stages.amount) == ("Заявка", "Сумма")
    assert list(draft.company.fields) == ["gorod"]
    assert draft.company.stages["won"] == ("Сделка",)


def test_sales_without_a_stage_need_one_column_more(tmp_path: Path) -> None:
    leads = {"mql_id": ids(MANY), "first_contact_date": ["2026-01-05"] * MANY, "origin": ["social"] * MANY}
    sales = {
        "mql_id": ids(MANY // 10),
        "seller_id": [f"s{n}" for n in range(MANY // 10)],
        "won_date": ["2026-02-01"] * (MANY // 10),
    }
    draft = drafted(tmp_path, leads, stages=sales)
    assert draft.company.export.stages.lead_id == "mql_id"
    assert draft.company.stages == {"won": ("Won",)}
    assert "add a column `stage` with the word Won" in draft.problems[0]


def test_the_question_of_the_budget_is_no_other_column_that_is_left_out(tmp_path: Path) -> None:
    won = ["Договор подписан", "Отказ"] * 20
    leads = {
        "ID": ids(40), "Дата создания": days(40), "Этап сделки": won,
        "Бюджет ₽": [f"{100_000 + n}" if n % 2 == 0 else "" for n in range(40)],
    }  # fmt: skip
    calls = {
        "ID сделки": ids(40), "Дата звонка": days(40), "Результат": ["Дозвонились", "Не ответил"] * 20,
        "Потребность": ["да", "нет"] * 20, "Бюджет есть": ["да", "нет"] * 20, "Срочно": ["да", "нет"] * 20,
    }  # fmt: skip
    stages = {"ID сделки": ids(40), "Дата": days(40), "Этап": won, "Сумма": ["100000", ""] * 20}
    draft = drafted(tmp_path, leads, calls=calls, stages=stages)
    assert draft.company.fields["budget"].call_column == "Бюджет есть"
    assert set(draft.company.abc[0].criteria) == {"need", "budget", "urgency"}
    assert "# byudzhet: {kind: number" in draft.text


def test_what_managers_ask_by_phone_becomes_their_fields(tmp_path: Path) -> None:
    calls = {
        "ID заявки": ids(8), "Начало": days(8), "Менеджер": ["Анна", "Лев"] * 4, "Результат": ["Дозвонились", "Чудо"] * 4,
        "Потребность": ["да", "нет"] * 4, "Ремонт начат": ["да", "нет"] * 4, "Комментарий": ["тайна"] * 8,
    }  # fmt: skip
    leads = {"ID": ids(8), "Дата создания": days(8), "Ремонт начат": ["да", "нет"] * 4}
    draft = drafted(tmp_path, leads, calls=calls)
    company = draft.company
    assert company.fields["need"].call_column == "Потребность"
    assert company.fields["need"].filled_by == "manager"
    assert (company.fields["remont_nachat"].column, company.fields["remont_nachat"].call_column) == (
        "Ремонт начат",
    ) * 2
    assert company.export.calls.results == {"Дозвонились": "reached"}
    assert draft.parts.unknown_results == ["Чудо"]
    assert "#   Чудо:" in draft.text
    assert [one.name for one in company.managers] == ["Анна", "Лев"]
    assert "тайна" not in draft.text
    assert company.calls_recorded


def test_ambiguous_dates_are_a_problem_for_an_english_company(tmp_path: Path) -> None:
    draft = drafted(tmp_path, {"id": ["1", "2"], "created_at": ["03/04/2026", "05/06/2026"]})
    assert "export.date_order" in draft.problems[0]


def test_an_order_that_shows_only_late_in_the_file_is_written_down(tmp_path: Path) -> None:
    cells = ["03/04/2026"] * 2_500 + ["25/04/2026"]
    draft = drafted(tmp_path, {"id": ids(2_501), "created_at": cells})
    assert draft.company.export.date_order == "dmy"
    assert not draft.problems


def test_rows_without_an_id_are_no_leads(tmp_path: Path) -> None:
    columns = {"visitor_id": [f"v{n}" for n in range(MANY)], "lead_id": [str(n) if n < 60 else "" for n in range(MANY)]}
    columns |= {"created_at": days(MANY), "status_id": (["142", "143"] * 30) + [""] * (MANY - 60)}
    draft = drafted(tmp_path, columns)
    assert draft.parts.outcomes.won is not None
    assert len(draft.parts.outcomes.won) == 60
    assert draft.company.export.leads.id == "lead_id"


def test_nothing_personal_is_written_down(tmp_path: Path) -> None:
    secret = [f"Тайна{n} Петрова" for n in range(60)]
    leads = {
        "ID": ids(60), "Дата создания": days(60), "ФИО": secret, "Клиент 2": secret, "Телефон": ["+7 912 345-67-89"] * 60,
        "Доп. связь": ["8 912 345-67-89"] * 60, "x": [f"anna{n}@example.com" for n in range(60)],
        "Сообщение": [f"Перезвоните Петровой {n} по +7 912 345-67-89" for n in range(60)],
        "Статус": [*secret[:30], *["Продажа"] * 30],
        "Менеджер": ["boss@example.com"] * 60, "utm_source": ["vk", "anna@example.com"] * 30,
    }  # fmt: skip
    calls = {"ID заявки": ids(60), "Дата": days(60), "Результат": [f"Дозвонились {one} сказала да" for one in secret]}
    draft = drafted(tmp_path, leads, calls=calls)
    for word in ("Тайна", "Петров", "912", "@"):
        assert word not in draft.text
    assert not any("Тайна" in word for word in draft.parts.unknown_results)


def test_a_file_of_column_names_only_is_still_a_draft(tmp_path: Path) -> None:
    draft = drafted(tmp_path, {"id": [], "created_at": [], "city": []})
    assert draft.company.fields == {}
    assert draft.rehearsals[0].rows == 0


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "leads.csv"
    path.write_text("")
    with pytest.raises(ImportRefused, match="empty"):
        draft_of({"leads": path}, moment=NOW)


CELLS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
)


COLUMN_NAMES = CELLS | st.sampled_from(["id", "Статус", "a: b", "#x", "yes", "- y", "{z}"])
ROWS = st.lists(CELLS | st.sampled_from(["да", "1", "2026-01-01", "Продажа"]), min_size=6, max_size=6)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(names=st.lists(COLUMN_NAMES, min_size=2, max_size=6, unique_by=str.strip), rows=st.lists(ROWS, max_size=6))
def test_whatever_columns_are_called_and_hold_the_draft_loads(
    tmp_path: Path, names: list[str], rows: list[list[str]]
) -> None:
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    try:
        draft = draft_of({"leads": written_csv(tmp_path / "any.csv", columns)}, moment=NOW)
    except ImportRefused:
        return
    assert draft.company.company == ("Моя компания" if draft.company.language == "ru" else "My company")


@pytest.mark.parametrize("column", ["null", "true", "No"])
def test_a_column_that_is_called_like_a_word_of_yaml_is_a_field(tmp_path: Path, column: str) -> None:
    draft = drafted(tmp_path, {"id": ids(4), "created_at": days(4), column: ["a", "b", "a", "b"]})
    assert [field.column for field in draft.company.fields.values()] == [column]


@pytest.mark.parametrize(
    ("amounts", "currency"),
    [(["€4,800.00", "€90"], "EUR"), (["4 800 GBP", ""], "GBP"), (["$1", "€2"] * 2 + ["€3"], "EUR")],
)
def test_the_currency_is_that_in_which_most_sales_are_told(tmp_path: Path, amounts: list[str], currency: str) -> None:
    stages = {
        "lead_id": ids(len(amounts)),
        "at": ["2026-03-02 10:00"] * len(amounts),
        "stage": ["Won"] * len(amounts),
        "amount": amounts,
    }
    draft = drafted(tmp_path, {"id": ids(9), "created_at": ["2026-03-01 10:00"] * 9}, stages=stages)
    assert draft.company.currency == currency
    assert f"currency: {currency}\n" in draft.text


def test_a_currency_that_nothing_tells_is_called_a_guess(tmp_path: Path) -> None:
    draft = drafted(tmp_path, {"id": ids(9), "created_at": ["2026-03-01 10:00"] * 9})
    assert (draft.company.currency, draft.company.country) == ("USD", None)
    assert "currency: USD             # a guess" in draft.text
    assert "# country: US " in draft.text
