"""An older export is joined by the leads' ids, or refused with the file, the place and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.drafting.leaks.searched_export import searched
from features.errors import ImportRefused
from features.facts.company import Company
from tests.features.drafting.exports import written_csv
from tests.features.drafting.leaks.exports_apart import export_of, two_exports
from tests.features.drafting.leaks.leads import Cells


def older_of(folder: Path, newer: Cells, older: Cells) -> tuple[int, int | None]:
    """Return how many leads were found in both exports, and how many of them had ended by then."""
    (found,) = export_of(folder, newer, older).earlier
    return int(found.found.sum()), None if found.had_ended is None else int(found.had_ended.sum())


def test_leads_and_columns_of_one_export_alone_are_counted_and_named(tmp_path: Path) -> None:
    newer, older = two_exports()
    older = {**{name: [*cells, *cells[:1]] for name, cells in older.items()}, "gone": ["x"] * 1_001}
    older["id"][-1] = "L9999"
    (found,) = export_of(tmp_path, newer, older).earlier
    assert (int(found.found.sum()), found.others, found.only_there) == (1_000, 1, ("gone",))


def test_the_older_export_says_who_had_ended_by_then(tmp_path: Path) -> None:
    assert older_of(tmp_path, *two_exports()) == (1_000, 600)


def test_an_id_that_stands_twice_is_compared_in_neither_export(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["id"][7] = "L6"
    newer["id"][9] = "L8"
    (found,) = export_of(tmp_path, newer, older).earlier
    assert (found.twice, found.others, found.only_now, int(found.found.sum())) == (
        2,
        1,
        201,
        996,
    )  # twice L6 and L8; L9 is only in the older one, L7 in the newer


def test_the_id_may_be_called_otherwise_in_the_older_export(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["number of request"] = older.pop("id")
    (found,) = export_of(tmp_path, newer, older).earlier
    assert (found.ids.then, int(found.found.sum())) == ("number of request", 1_000)


def test_a_nameless_id_is_found_by_what_stands_in_it(tmp_path: Path) -> None:
    newer, older = two_exports()
    for export in (newer, older):
        export["k7"] = export.pop("id")
    (found,) = export_of(tmp_path, newer, older).earlier
    assert (found.ids.now, found.ids.then) == ("k7", "k7")


def test_words_that_only_the_older_export_has_are_read_as_the_company_reads_them(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["stage"] = [
        "Sealed" if stage == "Won" and place < 20 else stage for place, stage in enumerate(older["stage"])
    ]
    company = Company.model_validate({"company": "x", "stages": {"won": ["Won", "Sealed"], "lost": ["Lost"]}})
    path, earlier = written_csv(tmp_path / "a.csv", newer), written_csv(tmp_path / "b.csv", older)
    (found,) = searched(path, company=company, earlier=[earlier]).earlier
    assert found.had_ended is not None
    assert int(found.had_ended.sum()) == 600


def test_exports_without_a_lead_in_common_are_refused(tmp_path: Path) -> None:
    newer, older = two_exports()
    older["id"] = [f"M{place}" for place in range(1_000)]
    with pytest.raises(ImportRefused, match=r"older\.csv and leads\.csv have no lead in common.*column 'id'.*Give an"):
        export_of(tmp_path, newer, older)


def test_an_older_export_without_ids_is_refused(tmp_path: Path) -> None:
    newer, older = two_exports()
    del older["id"]
    with pytest.raises(ImportRefused, match=r"older\.csv has no column in which the ids of leads\.csv stand"):
        export_of(tmp_path, newer, older)
    del newer["id"]
    with pytest.raises(ImportRefused, match=r"name its column at export\.leads\.id in company\.yaml"):
        export_of(tmp_path, newer, older)


def test_exchanged_exports_are_refused(tmp_path: Path) -> None:
    newer, older = two_exports()
    with pytest.raises(ImportRefused, match=r"older\.csv looks like the later export: 300 leads"):
        export_of(tmp_path, older, newer)


def test_a_few_leads_opened_again_are_no_reason_to_refuse(tmp_path: Path) -> None:
    newer, _ = two_exports()
    older = dict(newer)
    newer = {**newer, "stage": ["In work" if place < 2 else one for place, one in enumerate(newer["stage"])]}
    assert older_of(tmp_path, newer, older) == (1_200, 900)


def test_an_empty_older_export_is_refused_by_its_name(tmp_path: Path) -> None:
    newer, _ = two_exports()
    empty = tmp_path / "nothing.csv"
    empty.write_text("", encoding="utf-8")
    with pytest.raises(ImportRefused, match=r"nothing\.csv is empty"):
        searched(written_csv(tmp_path / "leads.csv", newer), earlier=[empty])


def test_an_older_export_of_the_same_name_is_told_with_its_folder(tmp_path: Path) -> None:
    newer, older = two_exports()
    for folder, cells in (("march", older), ("april", newer)):
        (tmp_path / folder).mkdir()
        written_csv(tmp_path / folder / "leads.csv", cells)
    export = searched(tmp_path / "april" / "leads.csv", earlier=[tmp_path / "march" / "leads.csv"])
    assert export.earlier[0].name == "march/leads.csv"
