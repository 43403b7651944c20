"""What the draft makes of real exports, with their known traps."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from features.drafting.draft import Draft, draft_of
from tests.features.drafting.exports import NOW
from tests.support.machine import REAL_DATA

needs = pytest.mark.skipif(not REAL_DATA.exists(), reason=f"the real data sets are not at {REAL_DATA.name}")
SETS = {
    "x_education": {"leads": "x_education/Leads.csv"},
    "olist": {
        "leads": "olist/olist_marketing_qualified_leads_dataset.csv",
        "stages": "olist/olist_closed_deals_dataset.csv",
    },
    "bank_calls": {"leads": "bank_calls/bank-additional-full.csv"},
    "digital_bank": {"leads": "digital_bank/leads.csv"},
    "maven_crm": {"leads": "maven_crm/sales_pipeline.csv"},
    "hexlet_utm": {
        "leads": "hexlet_utm/last_paid_click_full.csv",
        "spend": "hexlet_utm/aggregate_last_paid_click_full.csv",
    },
}
LEAKS = {
    "Tags", "Lead Quality", "Lead Profile", "Asymmetrique Activity Index", "Asymmetrique Profile Index",
    "Asymmetrique Activity Score", "Asymmetrique Profile Score", "Last Activity", "Last Notable Activity",
}  # fmt: skip
LATE = {
    "What is your current occupation", "What matters most to you in choosing a course", "Specialization",
    "How did you hear about X Education", "City", "Country",
}  # fmt: skip
HONEST = {
    "Lead Origin", "Do Not Email", "TotalVisits", "Total Time Spent on Website", "Page Views Per Visit", "Search",
    "A free copy of Mastering The Interview",
}  # fmt: skip


@cache
def draft(name: str) -> Draft:
    files: dict[str, Path] = {kind: REAL_DATA / path for kind, path in SETS[name].items()}
    return draft_of(files, moment=NOW)


def columns(name: str, fate: str) -> set[str]:
    return {one.column for one in draft(name).parts.fields if one.fate == fate and one.column}


@needs
def test_x_education_leaks_are_left_out_and_nothing_honest_with_them() -> None:
    assert columns("x_education", "leak") == LEAKS
    assert columns("x_education", "kept") >= HONEST
    text = draft("x_education").text
    assert "  # tags: {kind: choice" in text
    assert "AUC 0.92" in text


@needs
def test_x_education_late_form_fields_are_the_managers() -> None:
    fields = draft("x_education").company.fields.values()
    assert {field.column for field in fields if field.filled_by == "manager"} == LATE
    assert "filled for 90 % of won leads and 59 % of the others" in draft("x_education").text


@needs
def test_x_education_without_a_moment_says_what_to_do() -> None:
    (problem,) = draft("x_education").problems
    assert "created_at" in problem
    assert "export.leads.created_at" in problem
    assert draft("x_education").company.stages == {"won": ("1",), "lost": ("0",)}
    assert draft("x_education").company.export.placeholders == ("Select",)


@needs
def test_olist_deals_are_sales_that_lack_a_stage() -> None:
    parts = draft("olist").parts
    assert parts.outcomes.won is not None
    assert sum(parts.outcomes.won) == 842
    assert draft("olist").company.export.leads.marks == {"source": "origin", "landing_page": "landing_page_id"}


@needs
def test_bank_calls_leave_out_the_calls_length_and_lack_id_and_moment() -> None:
    assert columns("bank_calls", "leak") == {"duration"}
    assert len(draft("bank_calls").problems) == 2
    assert draft("bank_calls").company.export.placeholders == ("unknown",)
    assert draft("bank_calls").company.fields["campaign"].kind == "number"


@needs
def test_digital_bank_leaves_out_what_follows_the_call_and_the_offer() -> None:
    assert columns("digital_bank", "leak") == {"Contacted", "Interest_Rate", "EMI", "Var1"}
    assert not draft("digital_bank").problems
    assert draft("digital_bank").company.fields["dob"].kind == "date"
    assert "the first 50,000 rows of leads.csv" in draft("digital_bank").text


@needs
def test_maven_takes_close_date_and_value_for_the_outcome() -> None:
    leads = draft("maven_crm").company.export.leads
    assert (leads.stage, leads.stage_at, leads.amount) == ("deal_stage", "close_date", "close_value")
    assert set(draft("maven_crm").company.fields) == {"product", "account"}


@needs
def test_hexlet_speaks_russian_and_counts_only_rows_with_a_lead() -> None:
    found = draft("hexlet_utm")
    assert found.company.language == "ru"
    assert found.company.stages == {"won": ("142",), "lost": ("143",)}
    assert found.parts.outcomes.won is not None
    assert len(found.parts.outcomes.won) == 706
    assert found.company.export.spend.cost == "total_cost"


@needs
@pytest.mark.parametrize("name", ["digital_bank", "maven_crm", "hexlet_utm"])
def test_a_real_export_reads_with_its_own_draft(name: str) -> None:
    for one in draft(name).rehearsals:
        assert one.fitting > 0
        assert all("is empty" in reason for reason, _ in one.reasons)
