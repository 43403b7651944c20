"""Whether a candidate becomes champion, and why or why not, in words."""

from __future__ import annotations

from dataclasses import dataclass

from models.ranking_metrics import Measured
from training.evaluation import Evaluation


@dataclass(frozen=True, slots=True)
class Decision:
    """``promote`` or not, and the reasons in sentences.

    ``finds_something`` is whether the tables predict at all; without it a promoted candidate is the rules alone, at
    the rates that the company's own leads showed.
    """

    promote: bool
    finds_something: bool
    reasons: tuple[str, ...]


def decided(evaluation: Evaluation, *, tables: bool) -> Decision:
    """Return the decision: better than the base rate and the rules, and not worse than the champion.

    Parameters
    ----------
    tables
        Whether the candidate has tables at all; without them nothing predicted on later leads.
    """
    difference = evaluation.differences
    over_base = difference["base rate"]
    if not tables or not _surely_better(over_base):
        return _rules_alone(evaluation, over_base, tables=tables)
    reasons = [f"Better than the base rate: {_figures(over_base)}."]
    over_rules = difference["rules"]
    if not _surely_better(over_rules):
        reasons.append(f"Not surely better than the rules alone ({_figures(over_rules)}): the rules go on serving.")
        return Decision(False, True, tuple(reasons))
    reasons.append(f"Better than the rules alone: {_figures(over_rules)}.")
    champion = difference.get("champion")
    if champion is None:
        return Decision(
            True, True, (*reasons, "There is no champion to compare it with on leads that neither learned from.")
        )
    if champion.low > 0:
        reasons.append(f"Worse than the champion ({_figures(champion)}): the champion goes on serving.")
        return Decision(False, True, tuple(reasons))
    word = "Better than the champion" if champion.high < 0 else "Not worse than the champion, and fresher"
    return Decision(True, True, (*reasons, f"{word}: {_figures(champion)}."))


def _rules_alone(evaluation: Evaluation, over_base: Measured, *, tables: bool) -> Decision:
    """Return whether the rules serve at the rates that were seen, or go on with the company's guesses."""
    why = _figures(over_base) if tables else "nothing that is known of a lead predicted on later leads"
    said = f"No better than the base rate ({why}): the rules go on serving."
    over_guesses = evaluation.differences["rules over guesses"]
    if not _surely_better(over_guesses):
        return Decision(False, False, (said,))
    own = f"At the rates that this company's own leads showed they beat its guesses: {_figures(over_guesses)}."
    return Decision(True, False, (said, own))


def _surely_better(difference: Measured) -> bool:
    return difference.high < 0


def _figures(difference: Measured) -> str:
    return f"log-loss {difference.value:+.4f}, 95 % from {difference.low:+.4f} to {difference.high:+.4f}"
