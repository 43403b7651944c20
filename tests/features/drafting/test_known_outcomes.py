"""Who bought is read from stages, from a status, or from a column of yes and no."""

from __future__ import annotations

from pathlib import Path

from features.drafting.known_outcomes import lead_id_column, outcomes_in_leads, outcomes_in_stages
from features.drafting.sampled_file import SampledFile, sampled
from tests.features.drafting.exports import Columns, written_csv


def read(tmp_path: Path, columns: Columns) -> SampledFile:
    return sampled(written_csv(tmp_path / "file.csv", columns))


def test_a_status_that_knows_a_sale_tells_who_bought(tmp_path: Path) -> None:
    outcomes = outcomes_in_leads(read(tmp_path, {"id": ["1", "2", "3"], "Статус": ["142", "143", "141"]}))
    assert outcomes.won == [True, False, False]
    assert outcomes.kinds == {"142": "won", "143": "lost"}


def test_a_flag_is_taken_where_the_status_knows_no_sale(tmp_path: Path) -> None:
    outcomes = outcomes_in_leads(read(tmp_path, {"Status": ["new", "open"], "Converted": ["1", "0"]}))
    assert (outcomes.column, outcomes.kinds, outcomes.is_yes_or_no) == ("Converted", {"1": "won", "0": "lost"}, True)


def test_without_such_a_column_nothing_is_known(tmp_path: Path) -> None:
    assert outcomes_in_leads(read(tmp_path, {"id": ["1", "2"], "city": ["a", "b"]})).won is None


def test_the_history_of_stages_is_read_for_the_leads_of_the_sample(tmp_path: Path) -> None:
    stages = read(tmp_path, {"lead": ["1", "1", "2", "9"], "stage": ["Встреча", "Договор", "Отказ", "Договор"]})
    outcomes = outcomes_in_stages(stages, {"lead_id": "lead", "stage": "stage"}, ["1", "2", "3"])
    assert outcomes.won == [True, False, False]


def test_a_list_of_sales_without_stages_is_a_list_of_winners(tmp_path: Path) -> None:
    sales = read(tmp_path, {"lead": ["1"], "won_date": ["2026-01-01"]})
    assert outcomes_in_stages(sales, {"lead_id": "lead", "at": "won_date"}, ["1", "2"]).won == [True, False]


def test_the_leads_ids_are_found_where_they_stand(tmp_path: Path) -> None:
    calls = read(tmp_path, {"id": ["c1", "c2"], "entity": ["1", "2"]})
    assert lead_id_column(calls, "id", ["1", "2", "3"]) == "entity"
    assert lead_id_column(calls, "id", ["7"]) == "id"
