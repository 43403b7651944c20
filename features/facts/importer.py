"""A company's file becomes facts: every good row goes in, every other is named with its line, column and remedy.

A file is read once, in batches; each batch is one transaction with the import's progress in it, so an import that was
cut off goes on where it stopped, and importing the same file again changes nothing.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from features.errors import ImportRefused
from features.facts import read_rows
from features.facts.ad_costs import AdCosts
from features.facts.appending import append_in, new_among
from features.facts.cells import Complaint
from features.facts.company import Company
from features.facts.contacts import ContactOfLead, remember_in
from features.facts.database import reading as reading_from
from features.facts.database import writing
from features.facts.export_kind import fits_a_kind, kind_of_file, missing_columns, refuse_another, unread_columns
from features.facts.file_shape import FileShape, header_of, shape_of
from features.facts.import_log import ImportEntry, ImportLog, advance_in
from features.facts.read_rows import ReadRow, batches
from features.facts.rejects import Rejects, lay_ahead, rejects_file
from features.facts.row_readers import Reading
from features.facts.spend_exports.found_export import AdExport, ad_export_of
from features.facts.stages_told import Endings, stages_amiss
from features.facts.store import FactStore
from features.facts.told_twice import are_last, last_rows
from features.facts.values import Stage

Progress = Callable[[int], None]


@dataclass(slots=True)
class ImportSummary:
    """What became of a file's rows; ``rejected_cells`` counts cells left out of rows that went in."""

    file: str
    kind: str
    import_id: int | None = None
    rows: int = 0
    stored: int = 0
    unchanged: int = 0
    rejected: int = 0
    rejected_cells: int = 0
    was_known: bool = False
    again: bool = False
    """Whether the file was read before and some of its rows were rejected: what was stored of the others stays as it is."""
    resumed_after: int = 0
    rejects: Path | None = None
    warnings: list[str] = field(default_factory=list)
    ad_system: str | None = None
    """Whose own export of costs it is; its title lines and rows of totals are no rows, and are counted apart."""
    titles: int = 0
    totals: int = 0
    header: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """Which of its columns company.yaml names nowhere; none of an ad system's own export."""
    stages: Counter[str] = field(default_factory=Counter)
    """How many of the rows that were read stand at each stage."""
    endings: Endings = field(default_factory=Endings)
    reasons: Counter[Complaint] = field(default_factory=Counter)
    """Why rows and cells did not fit, and how many for each; no cell stands in it."""


def import_file(
    path: Path,
    *,
    company: Company,
    store: FactStore,
    imports: ImportLog,
    secret: bytes,
    started_at: datetime,
    exported_at: datetime,
    rejects_folder: Path,
    kind: str | None = None,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> ImportSummary:
    """Store the rows of ``path`` as facts.

    Parameters
    ----------
    kind
        leads, calls, stages, spend or plan; recognised by the header where None.
    exported_at
        The moment from which changed cells of rows that were stored before are known.
    rejects_folder
        Where ``<import>-rejects.csv`` is written if a row or cell does not fit.
    dry_run
        Read and count everything, store nothing.
    progress
        Called with the number of rows done after each batch.

    Raises
    ------
    ImportRefused
        Where the file does not fit at all; nothing of it is stored then.
    """
    shape = shape_of(path, company.export)
    header = header_of(path, shape)
    costs = None if fits_a_kind(header, company.export, kind) else _ad_export(path, company, kind)
    if costs:
        kind, shape, header, company = "spend", costs.shape, costs.header, costs.company
    if kind is None:
        kind = kind_of_file(header, company.export, path.name)
        refuse_another(header, kind, company, path.name)
    _refuse_unfit(path, header, kind, company)
    summary = ImportSummary(path.name, kind, warnings=missing_columns(header, kind, company))
    if not costs:
        summary.header, summary.unread = header, unread_columns(header, kind, company)
    reading = Reading(company, exported_at, secret)
    if dry_run:
        return _told(_rehearse(path, shape, kind, reading, store, summary, progress, costs), costs, company)
    entry = _begin_or_resume(path, kind, imports, reading, started_at, summary, rejects_folder)
    if not summary.was_known:
        reading = Reading(company, entry.exported_at, secret)
        _store_all(path, shape, reading, store, entry, summary, rejects_folder, progress, costs)
        imports.finish(entry.id, started_at)
        _told(summary, costs, company)
    return summary


def _ad_export(path: Path, company: Company, kind: str | None) -> AdExport | None:
    return ad_export_of(path, company) if kind in (None, "spend") else None


def _told(summary: ImportSummary, costs: AdExport | None, company: Company) -> ImportSummary:
    """Return the summary with what an ad system's export told besides its rows, and what is amiss with the stages."""
    summary.warnings += stages_amiss(summary.stages, company)
    summary.warnings += summary.endings.in_words()
    if costs:
        summary.ad_system, summary.titles, summary.totals = costs.system, costs.titles, costs.totals
        summary.warnings += costs.warnings()
    return summary


ADDED_LATER = {"leads": ("currency",), "stages": ("currency", "id")}
"""Columns that no file was read by before they were named: where they are not, files count as read as before."""


def _how_read(company: Company) -> str:
    """Return 16 letters that change with whatever in the company's words says how files are read."""
    unsaid = {
        kind: {name for name in names if getattr(getattr(company.export, kind), name) is None}
        for kind, names in ADDED_LATER.items()
    }
    read_by = {"fields", "export", "time_zone", "currency", "language"}
    said = company.model_dump_json(include=read_by, exclude={"export": unsaid})
    if company.ad_costs != AdCosts():
        said += company.ad_costs.model_dump_json()
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def bytes_hash_of(path: Path) -> str:
    """Return the hash of a file's bytes, with which the hash begins that its import is known by."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:48]


def _refuse_unfit(path: Path, header: list[str], kind: str, company: Company) -> None:
    missing = missing_columns(header, kind, company, needed=True)
    if missing:
        found = ", ".join(header[:40])
        if _is_data(header):
            found = "not names but data, it seems; export the file with its header"
        raise ImportRefused(
            f"{path.name} is no {kind} file of this company: {'; '.join(missing)}. Its columns are: {found}. "
            f"Mend export.{kind} in company.yaml, or draft it anew with `leadloop init`."
        )
    doubled = sorted({name for name in header if header.count(name) > 1 and name})
    if doubled:
        raise ImportRefused(f"{path.name} has the column {doubled[0]!r} twice; rename one of them.")


def _is_data(header: list[str]) -> bool:
    """Return whether a first line holds a row instead of names: an error must not repeat somebody's phone number."""
    return any("@" in name or sum(letter.isdigit() for letter in name) >= 5 for name in header)


def _begin_or_resume(
    path: Path,
    kind: str,
    imports: ImportLog,
    reading: Reading,
    started_at: datetime,
    summary: ImportSummary,
    rejects_folder: Path,
) -> ImportEntry:
    bytes_hash = bytes_hash_of(path)
    sha256 = bytes_hash + _how_read(reading.company)
    before = imports.latest(sha256, kind)
    is_over = before is not None and bool(before.finished_at)
    ended = [one for one in imports.entries() if one.finished_at and one.undone_number is None]
    whole = [one for one in ended if (one.sha256, one.kind) == (sha256, kind) and not imports.taken_back_since(one)]
    if before and is_over and before in whole and not _may_fit_now(before, reading, rejects_folder):
        summary.was_known, summary.import_id, summary.unchanged = True, before.id, before.rows_done
        summary.rows = before.rows_done
        return before
    summary.again = bool(whole)
    otherwise_read = imports.read_otherwise(bytes_hash, kind)
    if otherwise_read and not before:
        summary.warnings.append(
            f"company.yaml says otherwise how to read this file than at import {otherwise_read.id}: what it reads now is a "
            f"correction, known from {reading.exported_at:%Y-%m-%d %H:%M} UTC on. To read the file as if for the first time, "
            f"`leadloop undo {otherwise_read.id}` first, then import it again."
        )
    entry = (None if is_over else before) or imports.begin(
        file=path.name, sha256=sha256, kind=kind, started_at=started_at, exported_at=reading.exported_at
    )
    summary.import_id, summary.resumed_after, summary.rows = entry.id, entry.rows_done, entry.rows_done
    summary.stored, summary.unchanged, summary.rejected = entry.stored, entry.unchanged, entry.rejected
    return entry


def _may_fit_now(before: ImportEntry, reading: Reading, rejects_folder: Path) -> bool:
    """Return whether a row that was rejected may go in: its day lay ahead of that export, and this one is later."""
    is_later = reading.exported_at > before.exported_at
    return bool(before.rejected) and is_later and lay_ahead(rejects_file(rejects_folder, before.id))


def _store_all(
    path: Path,
    shape: FileShape,
    reading: Reading,
    store: FactStore,
    entry: ImportEntry,
    summary: ImportSummary,
    rejects_folder: Path,
    progress: Progress | None,
    costs: AdExport | None,
) -> None:
    rejects = Rejects(rejects_file(rejects_folder, entry.id), keep_up_to=entry.rows_done)
    last = last_rows(path, shape, entry.kind, reading, read_rows.BATCH)
    for batch in batches(path, shape, entry.kind, reading, entry.rows_done, costs):
        rejects.add(batch)
        facts = [fact for row in batch if row.facts for fact in row.facts.facts]
        with writing(store.engine) as connection:
            known_at = reading.exported_at
            numbers = append_in(
                connection,
                facts,
                import_id=entry.id,
                corrections_known_at=known_at,
                corrects=not summary.again,
                last_told=list(are_last(batch, last)),
                contacts=_contacts(batch),
            )
            is_new = [number is not None for number in numbers]
            remember_in(connection, _people(batch, is_new, every=not summary.again), import_id=entry.id)
            _count(summary, batch, is_new, reading.company)
            counts = {"stored": summary.stored, "unchanged": summary.unchanged, "rejected": summary.rejected}
            advance_in(connection, entry.id, rows_done=batch[-1].number, **counts)
        if progress:
            progress(summary.rows)
    summary.rejects = rejects.path if rejects.path.exists() else None


def _people(batch: list[ReadRow], is_new: list[bool], *, every: bool) -> list[ContactOfLead]:
    """Return the contacts of a batch: of every row, or of those alone that told anything new."""
    flags = iter(is_new)
    told = [(row.facts, True in [next(flags) for _ in row.facts.facts]) for row in batch if row.facts]
    return [facts.contact for facts, is_told in told if facts.contact and (every or is_told)]


def _contacts(batch: list[ReadRow]) -> list[ContactOfLead]:
    return [row.facts.contact for row in batch if row.facts and row.facts.contact]


def _rehearse(
    path: Path,
    shape: FileShape,
    kind: str,
    reading: Reading,
    store: FactStore,
    summary: ImportSummary,
    progress: Progress | None,
    costs: AdExport | None,
) -> ImportSummary:
    seen: dict[bytes, tuple[bytes, int]] = {}
    last = last_rows(path, shape, kind, reading, read_rows.BATCH)
    for batch in batches(path, shape, kind, reading, 0, costs):
        facts = [fact for row in batch if row.facts for fact in row.facts.facts]
        with reading_from(store.engine) as connection:
            new = new_among(
                connection,
                facts,
                seen,
                corrections_known_at=reading.exported_at,
                last_told=list(are_last(batch, last)),
                contacts=_contacts(batch),
            )
            _count(summary, batch, new, reading.company)
        if progress:
            progress(summary.rows)
    return summary


def _count(summary: ImportSummary, batch: list[ReadRow], is_new: list[bool], company: Company) -> None:
    flags = iter(is_new)
    for row in batch:
        summary.rows += 1
        summary.reasons.update(row.complaints)
        if row.facts is None:
            summary.rejected += 1
            continue
        summary.rejected_cells += len(row.complaints)
        for fact in row.facts.facts:
            if isinstance(fact, Stage):
                summary.stages[fact.stage] += 1
                summary.endings.add(fact, company)
        flagged = [next(flags) for _ in row.facts.facts]
        if any(flagged):
            summary.stored += 1
        else:
            summary.unchanged += 1
