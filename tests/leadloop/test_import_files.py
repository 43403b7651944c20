"""``leadloop import``: files become facts, and the command says of how many rows."""

from __future__ import annotations

import csv
import signal
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select
from sqlalchemy.exc import OperationalError

from features.facts import importer
from features.facts.database import engine_for
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.tables import FACTS, IMPORTS
from features.facts.values import Call, Lead, LeadId
from features.settings import settings_from_environment
from leadloop.commands import _counting, import_files
from leadloop.commands._house import open_database
from serving.conversions.desk_of import conversion_desk_of
from serving.wiring import service_of
from tests.leadloop.command_line import LEADS, ROWS, Small, one_line, small_company, started, write_rows

MANY = 12_000


def store_of(company: Small) -> FactStore:
    return FactStore(engine_for(f"sqlite:///{company.home / 'leadloop.db'}"))


def facts_in(company: Small) -> list[tuple[object, ...]]:
    """Return what is stored but for the order in which it came, and not when it was imported."""
    engine = create_engine(f"sqlite:///{company.home / 'leadloop.db'}")
    columns = (FACTS.c.kind, FACTS.c.lead_id, FACTS.c.key, FACTS.c.digest, FACTS.c.at_us, FACTS.c.known_us)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(select(*columns).order_by(FACTS.c.number))]
    engine.dispose()
    return found


def test_several_files_of_different_kinds_are_recognised_and_counted(company: Small) -> None:
    said = company.done("import", *(company.file(name) for name in ROWS))
    for name, kind, rows in (
        ("leads", "leads", 3),
        ("calls", "calls", 2),
        ("stages", "stages", 1),
        ("spend", "spend", 2),
    ):
        assert f"{name}.csv ({kind}, import" in said
        assert f"{rows} row{'s' if rows > 1 else ''}: {rows} stored, 0 unchanged, 0 rejected" in said
    assert store_of(company).lead_count() == 3


def test_a_later_export_with_more_columns_says_once_which_nothing_reads_and_where_to_name_them(company: Small) -> None:
    said = company.done("import", *(company.file(name) for name in ROWS))
    assert "nothing reads" not in said
    row = ("4", "2026-03-04 12:00", "Анна", "", "a@example.com", "owner", "60", "vk", "")

    def more(name: str, lead_id: str, floor: str) -> str:
        path = company.home / name
        write_rows(path, [(*LEADS, "floor", "lift"), (lead_id, *row[1:], floor, "yes")])
        return str(path)

    first, second = more("april.csv", "4", "3"), more("may.csv", "5", "7")
    for _ in range(2):  # a rehearsal keeps nothing
        assert "nothing reads them: 'floor', 'lift'" in one_line(company.done("import", "--dry-run", first))
    told = one_line(company.done("import", first))
    assert "Columns are new in this export, and nothing reads them: 'floor', 'lift'. To have them read" in told
    assert "an answer of the form under `fields`" in told
    assert "nothing reads" not in company.done("import", second)


def test_calls_of_leads_that_are_not_there_are_told_with_their_number(company: Small) -> None:
    leads = ("1", "01", "01", "02")
    rows = [(f"x{n}", lead, "2026-03-02 15:00", "", "", "reached", "", "", "") for n, lead in enumerate(leads)]
    write_rows(company.folder / "more calls.csv", [ROWS["calls.csv"][0], *rows])
    said = one_line(company.done("import", company.file("leads.csv"), company.file("more calls.csv")))
    assert "Calls: 3, of 2 leads that are not stored (01, 02)" in said
    assert "compare how both files write the lead's id" in said
    assert "not stored" not in one_line(company.done("import", company.file("calls.csv"), company.file("stages.csv")))


@pytest.mark.parametrize("words", [("import",), ("import", "--dry-run")])
def test_why_rows_do_not_fit_is_told_with_how_many_and_without_what_stands_there(
    imported: Small, words: tuple[str, ...]
) -> None:
    told = [(f"x{n}", "1", "2026-03-02 15:00", "", "", "думает 9161234567", "", "", "") for n in range(3)]
    rows = [*told, ("y", "1", "", "", "", "busy", "", "", "")]
    write_rows(imported.folder / "more calls.csv", [ROWS["calls.csv"][0], *rows])
    said = one_line(imported.done(*words, imported.file("more calls.csv")))
    assert "4 rejected" in said
    assert "3 times: result is a word that company.yaml does not know; add it under export.calls.results" in said
    assert "1 time: at is empty; every row needs it" in said
    assert "9161234567" not in said


def test_calls_that_come_ahead_of_their_leads_in_one_command_are_none_of_them(company: Small) -> None:
    said = one_line(company.done("import", company.file("calls.csv"), company.file("leads.csv")))
    assert "not stored" not in said


def test_calls_of_leads_whose_import_was_taken_back_are_told(imported: Small) -> None:
    imported.done("undo", "1")
    row = ("x", "1", "2026-03-02 18:00", "", "", "busy", "", "", "")
    write_rows(imported.folder / "more calls.csv", [ROWS["calls.csv"][0], row])
    said = one_line(imported.done("import", imported.file("more calls.csv")))
    assert "Calls: 1, of 1 lead that is not stored (1)" in said


def test_a_second_import_changes_nothing_and_says_so(imported: Small) -> None:
    before = facts_in(imported)
    said = imported.done("import", imported.file("leads.csv"), imported.file("calls.csv"))
    assert said.count("nothing new, this file was imported before") == 2
    assert facts_in(imported) == before


def test_an_import_leaves_counted_what_the_first_start_needs_and_nothing_is_counted_again_where_little_came(
    company: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_counting, "COUNTED_BY_A_START", 1)
    with (company.folder / "company.yaml").open("a", encoding="utf-8") as words:
        words.write("conversions: {google: {actions: {lead: Request, paid: Sale}}}\n")
    company.done("import", "--dry-run", company.file("leads.csv"))
    assert not (company.home / "day.json").exists()
    company.done("import", *(company.file(name) for name in ROWS))
    left = (company.home / "day.json").read_bytes()

    def read(*_: object, **__: object) -> None:
        raise AssertionError("a lead was read")

    with monkeypatch.context() as patched:
        patched.setattr(FactStore, "histories", read)
        settings = settings_from_environment(company.home, company.folder / "company.yaml")
        service = service_of(settings, open_database(settings))
        assert service.desk.rates.held.settled(()) == (1, 1)
        assert service.desk.amounts.sums()["all"] == {"": (1, 230_000.0)}
        assert conversion_desk_of(service).counts("google", service.desk.now()).leads == 3
        service.writer.close()
        company.done("import", company.file("calls.csv"))
    assert (company.home / "day.json").read_bytes() == left


def test_an_import_of_few_leads_leaves_the_count_to_the_start_which_needs_a_moment_for_it(imported: Small) -> None:
    assert not (imported.home / "day.json").exists()


def test_rows_that_do_not_fit_are_named_with_line_column_and_reason_and_the_rest_goes_in(company: Small) -> None:
    good, *_ = ROWS["leads.csv"][1:]
    no_date = ("4", "yesterday", *good[2:])
    no_number = ("5", "2026-03-02 12:00", *good[2:6], "huge", *good[7:])
    torn = ("6", "2026-03-02 12:00")
    write_rows(company.folder / "leads.csv", [LEADS, good, no_date, no_number, torn])
    said = company.done("import", company.file("leads.csv"))
    assert "4 rows: 2 stored, 0 unchanged, 2 rejected" in said
    assert "1 cell that does not fit was left out of rows that went in" in said
    assert str(company.home / "rejects" / "1-rejects.csv") in said.replace("\n", "")
    with (company.home / "rejects" / "1-rejects.csv").open(encoding="utf-8-sig", newline="") as file:
        rejects = list(csv.DictReader(file))
    assert [(one["line"], one["column"], one["what"]) for one in rejects] == [
        ("3", "created_at", "row"), ("4", "area", "cell"), ("5", "", "row"),
    ]  # fmt: skip
    assert all(one["reason"] for one in rejects)


def test_no_reject_and_no_message_repeats_a_phone_or_an_address(company: Small) -> None:
    wrong = (
        "4",
        "yesterday",
        "Пётр",
        "+7 916 000-00-00",
        "petr@example.com",
        "owner",
        "+7 916 111-11-11",
        "google",
        "",
    )
    write_rows(company.folder / "leads.csv", [LEADS, wrong])
    ran = company.run("import", company.file("leads.csv"))
    written = "".join(path.read_text(encoding="utf-8") for path in (company.home / "rejects").iterdir())
    for secret in ("Пётр", "916", "petr@"):
        assert secret not in ran.out + ran.err + written


def test_a_dry_run_says_what_would_happen_and_stores_nothing(opened: Small) -> None:
    said = opened.done("import", opened.file("leads.csv"), "--dry-run")
    assert "3 rows: 3 would be stored, 0 unchanged, 0 rejected" in said
    assert facts_in(opened) == []
    assert "Nothing was imported yet" in opened.done("imports")


def test_a_kind_that_is_named_wins_over_what_is_recognised(opened: Small) -> None:
    ran = opened.run("import", opened.file("leads.csv"), "--as", "calls")
    assert ran.code == 1
    assert one_line(ran.err).startswith("leads.csv is no calls file of this company: the column 'lead_id'")
    assert facts_in(opened) == []
    assert "(leads, import 1): 3 rows" in opened.done("import", opened.file("leads.csv"), "--as", "leads")


def test_an_unknown_kind_is_answered_with_the_kinds_that_there_are(company: Small) -> None:
    ran = company.run("import", company.file("leads.csv"), "--as", "clients")
    assert ran.code == 2
    assert "--as takes one of leads, calls, stages, spend, plan" in one_line(ran.err)


def test_a_file_that_fits_nothing_is_refused_before_a_row_is_stored(company: Small) -> None:
    write_rows(company.folder / "other.csv", [("colour", "size"), ("red", "2")])
    ran = company.run("import", company.file("other.csv"))
    assert ran.code == 1
    assert "other.csv fits none of the exports in company.yaml. Closest is" in one_line(ran.err)
    assert facts_in(company) == []


def test_a_file_named_after_its_kind_is_told_what_that_kind_lacks_and_what_drafts_it(company: Small) -> None:
    write_rows(company.folder / "ads_spend.csv", [("date", "lead_id", "at"), ("2026-03-02", "1", "2026-03-02")])
    said = one_line(company.run("import", company.file("ads_spend.csv")).err)
    assert "Closest is spend, which lacks 'cost', 'day'; mend export.spend in company.yaml" in said
    assert "leadloop init leads.csv --spend ads_spend.csv --out draft.yaml" in said


def test_a_file_that_is_not_there_and_a_folder_are_answered_in_a_sentence(company: Small) -> None:
    for path in (company.file("nowhere.csv"), str(company.folder)):
        ran = company.run("import", path)
        assert ran.code == 2
        assert "Traceback" not in ran.err
        assert Path(path).name in one_line(ran.err)


def test_changed_cells_of_a_later_export_are_known_from_the_day_of_that_export(imported: Small) -> None:
    first, second, third = ROWS["leads.csv"][1:]
    write_rows(imported.folder / "later.csv", [LEADS, (*first[:6], "300", *first[7:]), second, third])
    said = imported.done("import", imported.file("later.csv"), "--as", "leads", "--exported-at", "2026-04-01T18:00")
    assert "3 rows: 1 stored, 2 unchanged, 0 rejected" in said
    leads = [one.fact for one in store_of(imported).history(LeadId("1")).stored if isinstance(one.fact, Lead)]
    assert [(lead.answers["area"], lead.known_at) for lead in leads] == [
        (120.5, datetime(2026, 3, 2, 9, tzinfo=UTC)),
        (300.0, datetime(2026, 4, 1, 15, tzinfo=UTC)),
    ]


@pytest.mark.parametrize("value", ["last week", "2026-02-30", "31.03.2026", ""])
def test_a_moment_of_export_that_is_none_is_answered_in_one_sentence(company: Small, value: str) -> None:
    ran = company.run("import", company.file("leads.csv"), "--exported-at", value)
    assert ran.code == 2
    assert "--exported-at takes a moment such as 2026-03-31" in one_line(ran.err)
    assert not (company.home / "leadloop.db").exists() or facts_in(company) == []


def test_an_export_cannot_have_been_made_tomorrow(company: Small) -> None:
    tomorrow = f"{datetime.now(UTC) + timedelta(days=2):%Y-%m-%d}"
    ran = company.run("import", company.file("leads.csv"), "--exported-at", tomorrow)
    assert ran.code == 2
    assert f"--exported-at lies in the future ({tomorrow})" in one_line(ran.err)


def test_file_and_column_names_are_shown_as_they_are_written(company: Small) -> None:
    words = (
        (company.folder / "company.yaml").read_text(encoding="utf-8").replace("area: {", 'area: {column: "area [/m]", ')
    )
    (company.folder / "company.yaml").write_text(words, encoding="utf-8")
    (company.folder / "leads.csv").rename(company.folder / "leads [bold].csv")
    said = company.done("import", company.file("leads [bold].csv"))
    assert "leads [bold].csv (leads, import 1)" in said
    assert "the column 'area [/m]' is not in the file" in said
    assert "leads [bold].csv" in company.done("imports")


def test_a_wrong_company_file_is_named_with_the_line(company: Small) -> None:
    (company.folder / "company.yaml").write_text("company: Окна\nlanguage: fr\n", encoding="utf-8")
    ran = company.run("import", company.file("leads.csv"))
    assert ran.code == 1
    assert "company.yaml:2: language:" in one_line(ran.err)


def test_the_list_of_imports_tells_what_was_stored_and_what_was_taken_back(imported: Small) -> None:
    imported.done("undo", "2")
    lines = imported.done("imports").splitlines()
    states = {line.split()[1]: line.strip().rsplit("  ", 1)[-1] for line in lines if ".csv" in line}
    assert states == {
        "leads.csv": "done",
        "calls.csv": "taken back",
        "stages.csv": "done",
        "spend.csv": "done",
        "plan.csv": "done",
    }


def test_an_import_that_is_taken_back_is_not_seen_and_can_come_again(imported: Small) -> None:
    assert "Import 2 is taken back: 2 facts are no longer seen." in imported.done("undo", "2")
    stored = store_of(imported).history(LeadId("1")).stored
    assert not any(isinstance(one.fact, Call) for one in stored)
    assert "Import 2 holds nothing that is still seen; nothing changed." in imported.done("undo", "2")
    assert "2 rows: 2 stored, 0 unchanged" in imported.done("import", imported.file("calls.csv"))
    assert any(isinstance(one.fact, Call) for one in store_of(imported).history(LeadId("1")).stored)


def test_taking_back_an_import_that_there_never_was_says_so(imported: Small) -> None:
    ran = imported.run("undo", "77")
    assert ran.code == 1
    assert "There is no import 77; `leadloop imports` lists them." in one_line(ran.err)


@pytest.mark.parametrize("name", ["leads.csv", "1.5", "", "9999999999"])
def test_what_is_no_number_of_an_import_is_answered_with_where_the_numbers_stand(imported: Small, name: str) -> None:
    ran = imported.run("undo", name)
    assert ran.code == 2
    assert "`leadloop imports` lists them" in one_line(ran.err)


def test_an_import_killed_in_mid_file_goes_on_where_it_stopped_and_ends_with_the_same_facts(tmp_path: Path) -> None:
    killed, whole = small_company(tmp_path / "killed"), small_company(tmp_path / "whole")
    first = ROWS["leads.csv"][1]
    rows = [LEADS, *((f"n{number}", *first[1:]) for number in range(MANY))]
    rows[MANY - 10] = ("broken", "never", *first[2:])
    for one in (killed, whole):
        write_rows(one.folder / "leads.csv", rows)
    process = started("import", killed.file("leads.csv"), "--exported-at", "2026-05-01", *killed.place)
    try:
        done_by_then = _rows_done_once_it_began(killed, process)
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=20)
    assert 0 < done_by_then < MANY
    assert "cut off after" in killed.done("imports")
    said = killed.done("import", killed.file("leads.csv"), "--exported-at", "2026-05-01")
    assert "went on after row" in said
    assert f"{MANY:,} rows: {MANY - 1:,} stored, 0 unchanged, 1 rejected" in said
    whole.done("import", whole.file("leads.csv"), "--exported-at", "2026-05-01")
    # Persons are recognised by a key of each data folder's own, so what is compared is what is said of each lead.
    assert [fact[:3] + fact[4:] for fact in facts_in(killed)] == [fact[:3] + fact[4:] for fact in facts_in(whole)]
    rejects = [(one.home / "rejects" / "1-rejects.csv").read_text(encoding="utf-8-sig") for one in (killed, whole)]
    assert rejects[0] == rejects[1]


def test_an_import_that_is_stopped_by_ctrl_c_says_what_is_stored_and_goes_on_the_next_time(company: Small) -> None:
    first = ROWS["leads.csv"][1]
    write_rows(company.folder / "leads.csv", [LEADS, *((f"n{number}", *first[1:]) for number in range(MANY))])
    files = (company.file("leads.csv"), company.file("calls.csv"))
    process = started("import", *files, *company.place)
    try:
        _rows_done_once_it_began(company, process)
        process.send_signal(signal.SIGINT)
        said = one_line(process.communicate(timeout=60)[0])
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130, said
    (entry,) = ImportLog(store_of(company).engine).entries()
    assert 0 < entry.rows_done < MANY
    done = f"{entry.rows_done:,} of its rows are done ({entry.stored:,} stored, 0 unchanged, 0 rejected), and stay so."
    assert f"Stopped in leads.csv: {done} Not begun: calls.csv. Importing the same files again is safe" in said
    assert "Traceback" not in said
    assert store_of(company).lead_count() == entry.stored == entry.rows_done
    again = one_line(company.done("import", *files))
    assert f"{MANY:,} rows: {MANY:,} stored, 0 unchanged, 0 rejected went on after row {entry.rows_done:,}" in again
    assert store_of(company).lead_count() == MANY


def stopped(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_an_import_that_is_stopped_before_it_began_or_in_a_dry_run_says_that_nothing_is_stored(
    opened: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "import_file", stopped)
    ran = opened.run("import", opened.file("leads.csv"), opened.file("calls.csv"))
    assert ran.code == 130
    assert one_line(ran.err).startswith(
        "Stopped before a row of leads.csv was stored. Not begun: calls.csv. Importing the same"
    )
    ran = opened.run("import", opened.file("leads.csv"), "--dry-run")
    assert (ran.code, one_line(ran.err)) == (130, "Stopped; a dry run stores nothing.")
    assert facts_in(opened) == []


def test_an_import_that_is_stopped_while_it_counts_says_that_every_file_is_stored(
    opened: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_files, "leave_counted", stopped)
    ran = opened.run("import", opened.file("leads.csv"))
    assert ran.code == 130
    assert one_line(ran.err).startswith("Stopped: every file is stored;")
    assert store_of(opened).lead_count() == 3


def _rows_done_once_it_began(company: Small, process: subprocess.Popen[str]) -> int:
    """Return how many rows were done when the first batch was seen to be stored."""
    path = company.home / "leadloop.db"
    while process.poll() is None:
        time.sleep(0.02)
        if path.exists():
            engine = create_engine(f"sqlite:///{path}")
            with suppress(OperationalError), engine.connect() as connection:  # the tables may not be made yet
                done = connection.execute(select(IMPORTS.c.rows_done)).scalar()
                if done:
                    return int(done)
            engine.dispose()
    pytest.fail(f"the import ended before it was killed: {process.communicate()[0]}")
