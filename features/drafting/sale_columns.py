"""Which columns of the leads say when a stage was reached and for how much, judged by how the leads ended."""

from __future__ import annotations

from collections.abc import Mapping

from features.drafting.column_kinds import is_date, kind_of
from features.drafting.column_roles import PERHAPS_AMOUNT
from features.drafting.header_words import first_fitting
from features.drafting.known_outcomes import Outcomes
from features.drafting.leak_signs import ENOUGH, sums_apart
from features.drafting.sampled_file import SampledFile, given
from features.facts.values import FINAL_KINDS

HOPED_FOR = 0.2
"""A closing date that more of the open leads than this have is the day on which somebody hopes to close."""


def with_columns_of_the_sale(roles: Mapping[str, str], leads: SampledFile, outcomes: Outcomes) -> dict[str, str]:
    """Return the roles with the sale's amount found, and without a closing date that is only hoped for."""
    kept = dict(roles)
    if "stage_at" in kept and _is_hoped_for(leads, kept["stage"], kept["stage_at"], outcomes):
        del kept["stage_at"]
    amount = _amount(leads, set(kept.values()), outcomes) if "amount" not in kept else None
    kept |= {"amount": amount} if amount else {}
    if "amount" not in kept:
        kept.pop("currency", None)
    return kept


def words_instead_of_dates(roles: Mapping[str, str], leads: SampledFile) -> dict[str, int]:
    """Return the word that stands where a lead has no closing date yet ("не закрыта"), as a placeholder."""
    cells = leads.filled(roles["stage_at"]) if "stage_at" in roles else []
    return dict.fromkeys({cell for cell in cells if not is_date(cell)}, 1)


def _is_hoped_for(leads: SampledFile, stage: str, stage_at: str, outcomes: Outcomes) -> bool:
    pairs = zip(leads.columns[stage], leads.columns[stage_at], strict=True)
    dated = [is_date(date) for name, date in pairs if outcomes.kinds.get(name) not in FINAL_KINDS]
    return len(dated) >= ENOUGH and sum(dated) > HOPED_FOR * len(dated)


def _amount(leads: SampledFile, taken: set[str], outcomes: Outcomes) -> str | None:
    won = outcomes.won
    if won is None or min(sum(won), len(won) - sum(won)) < ENOUGH:
        return None
    free = {column: cells for column, cells in leads.columns.items() if column not in taken}
    for column, cells in free.items():
        is_sum = first_fitting(column, PERHAPS_AMOUNT) and kind_of(leads.filled(column)) == "number"
        if is_sum and sums_apart(given(cells, ()), won, leads.shape.decimal):
            return column
    return None
