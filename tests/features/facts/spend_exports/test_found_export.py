"""Each ad system's own export is read as it comes: titles, totals, decimal commas, VAT, currencies and periods.

The headers are those that the systems' interfaces write (Yandex Direct: report wizard and Reports API, VK Ads, Google Ads
report editor, Meta Ads Manager, LinkedIn Campaign Manager); the figures are made up.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from features.errors import ImportRefused
from features.facts.company import Company
from features.facts.import_log import ImportLog
from features.facts.importer import ImportSummary, import_file
from features.facts.store import FactStore
from features.facts.values import Spend
from tests.support.machine import REAL_DATA as DATA

MOMENT = datetime(2026, 11, 1, tzinfo=UTC)
YANDEX = """Отчёт по кампаниям
"Период: 01.06.2026 - 02.06.2026"

Дата;Кампания;№ Кампании;№ Объявления;Показы;Клики;CTR (%);"Расход с НДС, руб."
Всего с 01.06.2026 по 02.06.2026;;;;1 650;60;3,64;"1 860,40"
01.06.2026;Окна | Поиск;70001;901;1 200;45;3,75;"1 500,40"
02.06.2026;Окна | Поиск;70001;901;450;15;3,33;360
"""
YANDEX_API = (
    '"costs (2026-06-01 - 2026-06-02)"\nDate\tCampaignName\tCampaignId\tImpressions\tClicks\tCost\n'
    "2026-06-01\tokna-poisk\t70001\t1200\t45\t1500.40\n2026-06-02\tokna-poisk\t70001\t--\t--\t0.00\nTotal rows: 2\n"
)
VK = """Дата,Название кампании,ID кампании,Показы,Клики,"Потрачено всего, ₽"
01.06.2026,Лид-формы июнь,118200,10500,84,"2 100,50"
02.06.2026,Лид-формы июнь,118200,9000,70,"1 800"
Итого,,,19500,154,"3 900,50"
"""
GOOGLE = (
    "Campaign report\nJune 1, 2026 - June 2, 2026\n"
    "Day\tCampaign\tCampaign ID\tCurrency code\tCost\tImpr.\tClicks\n"
    "2026-06-01\tBrand\t1700\tUSD\t1,234.56\t10,500\t321\n2026-06-02\tBrand\t1700\tUSD\t0\t --\t --\n"
    "Total: Campaigns\t --\t --\tUSD\t1,234.56\t10,500\t321\nTotal: Account\t --\t --\tUSD\t1,234.56\t10,500\t321\n"
)
META = """Campaign name,Campaign ID,Ad name,Reporting starts,Reporting ends,Impressions,Link clicks,Clicks (all),Amount spent (RUB)
,,,2026-06-01,2026-06-02,3000,30,41,900.5
Lookalike,2385,Video 1,2026-06-01,2026-06-01,2000,20,28,600.25
Lookalike,2385,Video 1,2026-06-02,2026-06-02,1000,10,13,300.25
"""
LINKEDIN = (
    "Campaign Performance Report (in UTC)\nReport Start: June 1, 2026, 12:00 AM\nDate Generated: June 14, 2026, 6:10 AM\n\n"
    "Start Date (in UTC)\tAccount Name\tCurrency\tCampaign Group Name\tCampaign ID\tCampaign Name\t"
    "Total Spent\tImpressions\tClicks\n"
    "06/01/2026\tFenster\tEUR\tAlways on\t2211\tOwners\t1,234.50\t9,100\t31\n"
    "06/13/2026\tFenster\tEUR\tAlways on\t2211\tOwners\t80.25\t500\t2\n"
)
WEEK = META.replace("2026-06-01,2026-06-01", "2026-06-01,2026-06-07").replace(
    "2026-06-02,2026-06-02", "2026-06-08,2026-06-14"
)


def company(**ad_costs: Any) -> Company:
    return Company.model_validate({"company": "Окна", "ad_costs": ad_costs})


def read(
    engine: Engine, folder: Path, text: str, words: Company, encoding: str = "utf-8"
) -> tuple[ImportSummary, list[Spend]]:
    path = folder / "costs.csv"
    path.write_text(text, encoding=encoding)
    store = FactStore(engine)
    summary = import_file(
        path, company=words, store=store, imports=ImportLog(engine), secret=b"s", started_at=MOMENT, exported_at=MOMENT,
        rejects_folder=folder / "rejects",
    )  # fmt: skip
    return summary, sorted(store.spend(as_told=True), key=lambda one: (one.day, sorted(one.marks.items())))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "cp1251", "utf-16"])
def test_a_yandex_report_has_titles_a_total_on_top_and_decimal_commas(
    sqlite_engine: Engine, tmp_path: Path, encoding: str
) -> None:
    summary, spend = read(sqlite_engine, tmp_path, YANDEX, company(), encoding)
    assert (summary.ad_system, summary.titles, summary.totals) == ("yandex_direct", 3, 1)
    assert (summary.rows, summary.stored, summary.rejected, summary.warnings) == (2, 2, 0, [])
    first = spend[0]
    assert (first.day, first.cost, first.currency) == (date(2026, 6, 1), 1500.4, "RUB")
    assert (first.impressions, first.clicks) == (1200, 45)
    assert first.marks == {
        "source": "yandex", "medium": "cpc", "campaign": "Окна | Поиск", "campaign_id": "70001", "ad_id": "901",
    }  # fmt: skip


def test_the_reports_service_of_yandex_tells_nothing_as_two_dashes_and_its_rows_at_the_end(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    summary, spend = read(sqlite_engine, tmp_path, YANDEX_API, company())
    assert (summary.ad_system, summary.rows, summary.titles, summary.totals) == ("yandex_direct", 2, 1, 1)
    assert [(one.cost, one.impressions, one.clicks) for one in spend] == [(1500.4, 1200, 45), (0.0, None, None)]


def test_money_in_millionths_is_refused_with_the_remedy(sqlite_engine: Engine, tmp_path: Path) -> None:
    micros = YANDEX_API.replace("1500.40", "1500400000").replace("0.00", "0")
    with pytest.raises(ImportRefused, match="returnMoneyInMicros"):
        read(sqlite_engine, tmp_path, micros, company())


def test_a_vk_export_ends_with_its_total(sqlite_engine: Engine, tmp_path: Path) -> None:
    summary, spend = read(sqlite_engine, tmp_path, VK, company(systems={"vk_ads": {"source": "vkontakte"}}))
    assert (summary.ad_system, summary.rows, summary.totals, summary.warnings) == ("vk_ads", 2, 1, [])
    assert [one.cost for one in spend] == [2100.5, 1800.0]
    assert (spend[0].marks["source"], spend[0].marks["campaign_id"]) == ("vkontakte", "118200")


def test_a_google_export_comes_in_utf16_with_thousands_and_its_own_currency(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    summary, spend = read(sqlite_engine, tmp_path, GOOGLE, company(), "utf-16")
    assert (summary.ad_system, summary.titles, summary.totals, summary.rows) == ("google_ads", 2, 2, 2)
    assert [(one.cost, one.currency, one.impressions) for one in spend] == [(1234.56, "USD", 10500), (0.0, "USD", None)]


def test_a_meta_export_has_its_currency_in_the_header_and_its_total_without_a_name(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    summary, spend = read(sqlite_engine, tmp_path, META.replace("(RUB)", "(EUR)"), company())
    assert (summary.ad_system, summary.rows, summary.totals) == ("meta", 2, 1)
    assert [(one.cost, one.currency, one.clicks) for one in spend] == [(600.25, "EUR", 20), (300.25, "EUR", 10)]
    assert spend[0].marks["ad"] == "Video 1"


def test_a_linkedin_export_has_titles_and_dates_month_first(sqlite_engine: Engine, tmp_path: Path) -> None:
    summary, spend = read(sqlite_engine, tmp_path, LINKEDIN, company(), "utf-16")
    assert (summary.ad_system, summary.titles, summary.rows, summary.rejected) == ("linkedin_ads", 4, 2, 0)
    assert [(one.day.isoformat(), one.cost, one.currency) for one in spend] == [
        ("2026-06-01", 1234.5, "EUR"),
        ("2026-06-13", 80.25, "EUR"),
    ]
    assert spend[0].marks == {"source": "linkedin", "medium": "cpc", "campaign": "Owners", "campaign_id": "2211"}
    assert (spend[0].impressions, spend[0].clicks) == (9100, 31)


def test_a_row_of_a_week_is_refused_unless_the_company_lets_it_be_spread(sqlite_engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="spread_periods"):
        read(sqlite_engine, tmp_path, WEEK.replace(",,,2026-06-01,2026-06-02,3000,30,41,900.5\n", ""), company())
    _, spend = read(sqlite_engine, tmp_path, WEEK, company(spread_periods=True))
    assert len(spend) == 14
    assert sum(one.cost for one in spend) == pytest.approx(900.5)
    assert sum(one.impressions or 0 for one in spend) == 3000
    assert {one.cost for one in spend[:7]} == {85.75}


@pytest.mark.parametrize(("kept", "cost"), [("with", 1500.4), ("without", round(1500.4 / 1.2, 4)), (None, 1500.4)])
def test_costs_are_kept_with_or_without_vat_as_the_company_says(
    sqlite_engine: Engine, tmp_path: Path, kept: str | None, cost: float
) -> None:
    said = company(vat=kept, vat_rate={"2019-01-01": 0.2, "2026-09-01": 0.22})
    _, spend = read(sqlite_engine, tmp_path, YANDEX, said)
    assert spend[0].cost == cost


def test_without_the_rate_a_cost_of_the_other_kind_is_refused_by_its_row(sqlite_engine: Engine, tmp_path: Path) -> None:
    summary, spend = read(sqlite_engine, tmp_path, YANDEX, company(vat="without"))
    assert (summary.rejected, spend) == (2, [])
    assert summary.rejects is not None
    assert "ad_costs.vat_rate" in summary.rejects.read_text(encoding="utf-8-sig")


def test_whether_vat_is_in_is_asked_where_nobody_says(sqlite_engine: Engine, tmp_path: Path) -> None:
    summary, _ = read(sqlite_engine, tmp_path, VK, company(vat="without", vat_rate=0.2))
    assert any("ad_costs.systems.vk_ads.vat" in one for one in summary.warnings)
    again, spend = read(
        sqlite_engine, tmp_path, VK, company(vat="with", vat_rate=0.2, systems={"vk_ads": {"vat": "without"}})
    )
    assert again.warnings == [] or all("vk_ads.vat" not in one for one in again.warnings)
    assert spend[0].cost == pytest.approx(2520.6)


def test_a_total_that_the_rows_do_not_add_up_to_is_said(sqlite_engine: Engine, tmp_path: Path) -> None:
    summary, _ = read(sqlite_engine, tmp_path, VK.replace("3 900,50", "9 900,50"), company())
    assert any("9,900.50" in one and "3,900.50" in one for one in summary.warnings)


def test_header_words_of_a_new_version_can_be_added_in_company_yaml(sqlite_engine: Engine, tmp_path: Path) -> None:
    renamed = VK.replace("Потрачено всего, ₽", "Сумма, ₽")
    with pytest.raises(ImportRefused):
        read(sqlite_engine, tmp_path, renamed, company())
    summary, spend = read(
        sqlite_engine, tmp_path, renamed, company(columns={"cost": ["Сумма"]}, systems={"vk_ads": {}})
    )
    assert (summary.ad_system, len(spend)) == ("vk_ads", 2)


def test_importing_the_same_export_again_changes_nothing_and_a_later_one_corrects(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    read(sqlite_engine, tmp_path, YANDEX, company())
    assert read(sqlite_engine, tmp_path, YANDEX, company())[0].was_known
    summary, spend = read(sqlite_engine, tmp_path, YANDEX.replace("360\n", "400\n"), company())
    assert (summary.stored, summary.unchanged) == (1, 1)
    assert [one.cost for one in spend] == [1500.4, 400.0]


def test_a_companys_own_table_of_costs_is_read_by_its_own_words(sqlite_engine: Engine, tmp_path: Path) -> None:
    words = Company.model_validate(
        {"company": "x", "export": {"spend": {"day": "Дата", "cost": "Расход", "marks": {"source": "Источник"}}}}
    )
    own = "Дата;Источник;Кампания;Показы;Клики;Расход\n01.06.2026;vk;a;1;1;10\n"
    summary, spend = read(sqlite_engine, tmp_path, own, words)
    assert (summary.ad_system, spend[0].marks) == (None, {"source": "vk"})


def test_real_daily_costs_of_a_month_are_read_by_the_companys_words(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = DATA / "ad_spend" / "Marketing_feb2021.csv"
    if not path.exists():
        pytest.skip("../shared/data/ad_spend is not here")
    spend = {"day": "c_date", "cost": "mark_spent", "impressions": "impressions", "clicks": "clicks",
             "marks": {"source": "category", "campaign": "campaign_name", "campaign_id": "campaign_id"}}  # fmt: skip
    words = Company.model_validate(
        {"company": "x", "language": "en", "currency": "INR", "export": {"spend": spend, "date_order": "mdy"}}
    )
    summary, told = read(sqlite_engine, tmp_path, path.read_text(encoding="utf-8"), words)
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    assert (summary.stored, summary.rejected) == (len(lines), 0)
    assert sum(one.cost for one in told) == pytest.approx(sum(float(line.split(",")[6]) for line in lines))


def test_a_real_export_without_days_says_what_it_lacks(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = DATA / "ad_spend" / "KAG_conversion_data.csv"
    if not path.exists():
        pytest.skip("../shared/data/ad_spend is not here")
    with pytest.raises(ImportRefused, match="day"):
        read(sqlite_engine, tmp_path, path.read_text(encoding="utf-8"), company())
