"""Which leads bought, as far as the exports say: by the stages, by the leads' own status, or by a column of yes and no."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from features.drafting.column_roles import stage_candidates
from features.drafting.header_words import fits
from features.drafting.sampled_file import SampledFile
from features.drafting.stage_words import stages_meant, yes_and_no_meant
from features.facts.file_shape import is_placeholder, rows_of
from features.facts.values import FINAL_KINDS, StageKind

MOST_STAGES = 2_000_000
WON_DATES = ("won date", "date won", "sale date", "sold at", "дата продажи", "дата оплаты", "purchase date")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """How the sampled leads ended.

    ``won`` has one flag a lead, in the order of the sample; None where nothing says who bought. ``is_open`` says of which
    leads nobody knows yet; None where the words cannot tell. ``told_by`` says in words where that comes from; ``column`` is
    the leads' own column of it, if it is one.
    """

    won: list[bool] | None
    told_by: str
    column: str | None = None
    kinds: Mapping[str, StageKind] = field(default_factory=dict)
    levels: tuple[str, ...] = ()
    is_yes_or_no: bool = False
    is_open: list[bool] | None = None


def outcomes_in_leads(leads: SampledFile, taken: Collection[str] = ()) -> Outcomes:
    """Return how the leads ended by a column of their own; the first whose words mean that somebody bought."""
    best: Outcomes | None = None
    for column, is_flag in stage_candidates(leads):
        if column in taken:
            continue
        found = outcomes_in_column(leads, column, is_flag=is_flag)
        if found.won is not None:
            return found
        kinds, levels = found.kinds, found.levels
        if not is_flag and kinds:
            best = best or Outcomes(None, "", column, kinds, levels)
    return best or Outcomes(None, "")


def outcomes_in_column(
    leads: SampledFile, column: str, *, is_flag: bool, meant: Mapping[str, StageKind] | None = None
) -> Outcomes:
    """Return how the leads ended by one column: by what its words are ``meant`` to say, else by what they usually say."""
    cells = leads.columns[column]
    levels = _levels(cells)
    kinds = meant or (yes_and_no_meant(levels) if is_flag else stages_meant(levels))
    won = [kinds.get(cell) == "won" for cell in cells]
    is_open = [kinds.get(cell) not in FINAL_KINDS for cell in cells] if _knows_losses(kinds) else None
    told_by = f"the column {column!r} of {leads.path.name}"
    return Outcomes(won if any(won) and not all(won) else None, told_by, column, kinds, levels, is_flag, is_open)


def outcomes_in_stages(stages: SampledFile, roles: Mapping[str, str], lead_ids: Sequence[str]) -> Outcomes:
    """Return how the leads ended by the history of stages, which is read through for the sampled leads."""
    lead_id, stage = roles.get("lead_id"), roles.get("stage")
    if lead_id is None:
        return Outcomes(None, "")
    levels = _levels(stages.columns[stage]) if stage else ()
    kinds = stages_meant(levels)
    if stage is None:
        if not any(fits(roles.get("at", ""), phrase) for phrase in WON_DATES):
            return Outcomes(None, "")
        kinds, levels = {"Won": "won"}, ("Won",)
    wanted = set(lead_ids)
    bought: set[str] = set()
    ended: set[str] = set()
    for _, _, row in islice(rows_of(stages.path, stages.shape), MOST_STAGES):
        if isinstance(row, dict) and row[lead_id].strip() in wanted:
            kind = "won" if stage is None else kinds.get(row[stage].strip())
            bought |= {row[lead_id].strip()} if kind == "won" else set()
            ended |= {row[lead_id].strip()} if kind in FINAL_KINDS else set()
    won = [one in bought for one in lead_ids]
    is_open = [one not in ended for one in lead_ids] if _knows_losses(kinds) else None
    told_by = f"the stages in {stages.path.name}" if stage else f"the rows of {stages.path.name}, each one a sale"
    return Outcomes(won if any(won) and not all(won) else None, told_by, None, kinds, levels, is_open=is_open)


def lead_id_column(file: SampledFile, named: str | None, lead_ids: Collection[str]) -> str | None:
    """Return the column in which the leads' ids stand: the one that is named so, unless another holds them and it does not."""
    known = set(lead_ids)

    def overlap(column: str) -> float:
        cells = file.filled(column)[:5_000]
        return sum(cell in known for cell in cells) / len(cells) if cells else 0.0

    if named is not None and overlap(named) > 0.05:
        return named
    best = max(file.columns, key=overlap, default=None)
    return best if best is not None and overlap(best) >= 0.5 else named


def _knows_losses(kinds: Mapping[str, StageKind]) -> bool:
    """Return whether some words mean a loss: only then is a lead without one open rather than lost."""
    return any(kind in ("lost", "non_target") for kind in kinds.values())


def _levels(cells: Sequence[str]) -> tuple[str, ...]:
    """Return the words of a column, most frequent first."""
    return tuple(word for word, _ in Counter(cells).most_common(200) if not is_placeholder(word, ()))
