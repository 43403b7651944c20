"""How CRMs write closing dates and sums, and what becomes of them."""

from __future__ import annotations

from pathlib import Path

from tests.features.drafting.exports import days, drafted, ids

COUNT = 240
STAGES = ["Успешно реализовано", "Закрыто и не реализовано", "Переговоры"] * (COUNT // 3)
BASE = {"ID": ids(COUNT), "Дата создания": days(COUNT), "Этап сделки": STAGES}


def test_a_closing_date_that_open_deals_lack_is_when_the_stage_was_reached(tmp_path: Path) -> None:
    closed = ["не закрыта" if stage == "Переговоры" else "05.12.2026" for stage in STAGES]
    company = drafted(tmp_path, {**BASE, "Дата закрытия": closed}).company
    assert company.export.leads.stage_at == "Дата закрытия"
    assert company.horizon_days == 60
    assert "не закрыта" in company.export.placeholders


def test_a_closing_date_that_open_deals_have_is_only_hoped_for(tmp_path: Path) -> None:
    company = drafted(tmp_path, {**BASE, "Дата закрытия": ["05.12.2026", "06.12.2026"] * (COUNT // 2)}).company
    assert company.export.leads.stage_at is None
    assert company.horizon_days is None
    assert not company.fields


def test_a_budget_that_little_but_sales_has_is_the_amount(tmp_path: Path) -> None:
    sums = [f"{number + 1}000" if stage.startswith("Усп") else "0" for number, stage in enumerate(STAGES)]
    company = drafted(tmp_path, {**BASE, "Бюджет": sums}).company
    assert company.export.leads.amount == "Бюджет"
    assert not company.fields


def test_a_budget_that_every_lead_names_is_an_answer(tmp_path: Path) -> None:
    draft = drafted(tmp_path, {**BASE, "Бюджет": [f"{number % 50 + 1}000" for number in range(COUNT)]})
    assert draft.company.export.leads.amount is None
    assert draft.company.fields["budget"].kind == "number"
    assert "yes_from" in draft.text


def test_the_filled_one_of_several_phones_is_the_phone(tmp_path: Path) -> None:
    phones = [f"+7 912 345-{number // 100:02}-{number % 100:02}" for number in range(COUNT)]
    draft = drafted(tmp_path, {**BASE, "Мобильный телефон": [""] * COUNT, "Рабочий телефон": phones})
    assert draft.company.export.leads.phone == "Рабочий телефон"
    assert not draft.company.fields


def test_a_currency_that_the_export_names_is_the_companys(tmp_path: Path) -> None:
    assert drafted(tmp_path, {**BASE, "Валюта": ["KZT"] * COUNT}).company.currency == "KZT"


def test_the_revenue_of_a_client_company_is_no_leak(tmp_path: Path) -> None:
    draft = drafted(tmp_path, {**BASE, "revenue": [f"{number % 90 + 1},5" for number in range(COUNT)]})
    assert list(draft.company.fields) == ["revenue"]
