"""Whether a candidate becomes champion, and why or why not, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from models.judgement import JudgedGroup, Judgement
from models.measured import Measured
from training.evaluation import FEWEST_LEADS, FEWEST_SALES

NOT_COMPARABLE = (
    "It cannot be compared with the champion yet: too few sales were settled since the champion learned. "
    "The champion goes on serving; `leadloop models promote` lets this one serve all the same."
)


AS_BEFORE = "Made as the champion was, of leads up to a later day: it is fresher, and takes its place."
AT_ANY_LOOK = "champion at any look"
"""The difference to the champion with an interval that holds however often one looks."""
NO_CHAMPION = "No champion serves that it would have to beat."
ENOUGH_NATS = 6.0
"""A gain that speaks for itself. ln 20 = 3 nats come by chance in one case of twenty at most (Ville's inequality for a
likelihood ratio); the weights of a blend and the rounds of its trees were fitted on those leads, so it takes twice as much."""

SAME = 1e-6
"""Log-losses that differ by no more are the same."""
NO_LOSS = 0.001
"""A log-loss that is surely higher, but by no more than this, is no reason against."""


@dataclass(frozen=True, slots=True)
class OtherWindow:
    """A champion that says who buys within other days than the candidate: what they promise cannot be compared.

    ``takes_over`` is whether the candidate's window goes before the champion's: it is the longer one, for which that was too early,
    or the company's words were others. ``has_tables`` is whether the champion says more than the rules, ``teaches`` whether enough
    leads have lived through the candidate's window. ``company_days`` is the company's own window when the champion learned,
    ``own`` now.
    """

    champion_days: int | None
    days: int | None
    takes_over: bool
    has_tables: bool
    teaches: bool = True
    company_days: int | None = None
    own: int | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """``promote`` or not, and the reasons in sentences.

    ``finds_something`` is whether the candidate keeps its tables; without it a promoted candidate is the rules alone,
    at the rates that the company's own leads showed. ``by_gain`` is whether it beats the rules only by what it gained on
    later leads several times over, as the judging slice by itself cannot tell. ``as_before`` is whether it is made as the
    champion was, of more leads: then it is fresher, and there is nothing to beat.
    """

    promote: bool
    finds_something: bool
    reasons: tuple[str, ...]
    by_gain: bool = False
    as_before: bool = False


def decided(
    evaluation: Judgement,
    *,
    tables: bool,
    gain: float = 0.0,
    champion_serves: bool = False,
    as_before: bool = False,
    guessed: bool = True,
    other_window: OtherWindow | None = None,
    passed_over: str | None = None,
) -> Decision:
    """Return the decision: not worse than the base rate, the rules and the champion on later leads.

    What a candidate's tables say is multiplied by what folds of later leads bore out, so one that is not surely better is
    believed as far as it goes: between too few leads to say anything and enough to be sure the answer moves smoothly.

    Parameters
    ----------
    tables
        Whether the candidate has tables at all; without them nothing beyond the rules predicted on later leads.
    gain
        What its tables gained on the rules, in nats, where their weights were chosen: on later leads, several times over.
        A large one makes up for a judging slice that is too short to tell.
    champion_serves
        Whether a champion serves now; if not, the rules do.
    as_before
        Whether the champion is of the same recipe and the same words of the company, and enough was settled since.
    guessed
        Whether the company guessed how often its grades buy. A guess that nobody made does not outweigh its own leads.
    other_window
        Where the champion counts by another window: then the candidate is judged as a first model would be.
    passed_over
        Why the champion says nothing that a candidate would have to beat (``over_champion.no_measure``): the same then.
    """
    later, over = evaluation.overall, _Over(champion_serves, as_before, other_window, passed_over)
    if later.leads < FEWEST_LEADS or later.sales < FEWEST_SALES:
        return _over_champion(_unjudged(later, tables=tables, gain=gain), evaluation, over)
    over_base, over_rules = (evaluation.differences[name] for name in ("base rate", "rules"))
    if not tables:
        why = "Nothing beyond the rules predicted on later leads"
        return _rules_alone(evaluation, why, over, guessed=guessed)
    for name, difference in (("the base rate", over_base), ("the rules alone", over_rules)):
        if _surely_worse(difference):
            why = f"Worse than {name} ({_figures(difference)})"
            return _rules_alone(evaluation, why, over, guessed=guessed)
    reasons = (_said("the base rate", over_base, gain), _said("the rules alone", over_rules, gain))
    by_gain = gain >= ENOUGH_NATS and not _surely_better(over_rules)
    return _over_champion(Decision(True, True, reasons, by_gain), evaluation, over)


@dataclass(frozen=True, slots=True)
class _Over:
    """What serves now, and how the candidate stands to it."""

    champion_serves: bool
    as_before: bool
    other_window: OtherWindow | None
    passed_over: str | None = None


def _over_champion(made: Decision, evaluation: Judgement, over: _Over) -> Decision:
    """Return the decision of a candidate that is good enough but for the champion.

    Each training compares anew, so "better" has to hold at any look; to hold a worse one back this look is enough.
    """
    if over.passed_over is not None:
        return replace(made, reasons=(*made.reasons, over.passed_over))
    if over.other_window is not None:
        return _over_other_window(made, over.other_window)
    if over.as_before:
        return replace(made, as_before=True, reasons=(*made.reasons, AS_BEFORE))
    champion = evaluation.differences.get("champion")
    if champion is None:
        said = NOT_COMPARABLE if over.champion_serves else NO_CHAMPION
        return replace(made, promote=not over.champion_serves, reasons=(*made.reasons, said))
    if champion.low > 0:
        said = f"Worse than the champion ({_figures(champion)}): the champion goes on serving."
        return replace(made, promote=False, reasons=(*made.reasons, said))
    at_any_look = evaluation.differences[AT_ANY_LOOK]
    said = f"Not worse than the champion, and fresher: {_figures(champion)}."
    if at_any_look.high < 0:
        said = f"Better than the champion, however often they are compared: {_figures(at_any_look)}."
    return replace(made, reasons=(*made.reasons, said))


def _over_other_window(made: Decision, other: OtherWindow) -> Decision:
    """Return the decision of a candidate that is good enough, where the champion's promises mean another span of days.

    Who finds something serves; of two that do, or two that do not, the one of the longer window. A window that cannot teach yet
    takes the place of none.
    """
    told = f"The champion says who buys {_days(other.champion_days)}, this one {_days(other.days)}: they cannot be compared."
    if other.champion_days == other.days:
        then, now = _days(other.company_days), _days(other.own)
        told = (
            f"The company counted purchases {then} when the champion learned, and {now} now: they cannot be compared."
        )
    takes_over = other.takes_over if made.finds_something == other.has_tables else made.finds_something
    takes_over = takes_over and other.teaches
    said = "This one takes its place."
    if not other.teaches:
        said = (
            f"Too few leads have lived through {other.days} days yet for those to teach: the champion goes on serving."
        )
    elif not takes_over:
        why = "finds something" if other.has_tables and not made.finds_something else "counts by the longer window"
        said = f"The champion, which {why}, goes on serving."
    return replace(made, promote=made.promote and takes_over, reasons=(*made.reasons, told, said))


def _unjudged(later: JudgedGroup, *, tables: bool, gain: float) -> Decision:
    """Return the decision where too few leads came later to judge by: more leads of the same make know more.

    What the tables say is then believed only as far as leads left out one at a time, or folds, bore it out.
    """
    few = f"Too few later leads to judge by ({later.leads:,}, {later.sales:,} of them bought)"
    if not tables:
        own = "nothing beyond the rules predicted; they serve at the rates that this company's own leads showed"
        return Decision(True, False, (f"{few}: {own}.",))
    found = f"what predicted on leads left out ({gain:.1f} nats) is believed in part, and serves"
    return Decision(True, True, (f"{few}: {found}.",))


def _rules_alone(evaluation: Judgement, why: str, over: _Over, *, guessed: bool) -> Decision:
    """Return whether the rules, at the rates that were seen, take over from the company's guesses or the champion.

    From the guesses always, unless they did surely worse: the rates are shrunk to the guesses as far as few leads tell.
    From guesses that nobody made in any case: one slice of later leads may lie nearer to them by chance.
    """
    other = over.other_window
    if other is not None and (other.has_tables or not other.takes_over):
        return Decision(False, False, (f"{why}: the champion goes on serving.",))
    is_beside = over.champion_serves and other is None and over.passed_over is None
    over_guesses = evaluation.differences["rules over guesses"]
    over_champion = evaluation.differences.get("rules over champion")
    goes_on = f"{why}: the {'champion goes' if over.champion_serves else 'rules go'} on serving."
    worse_than_guesses = _surely_worse(over_guesses) and (guessed or is_beside)
    if worse_than_guesses or (is_beside and not _surely_better(over_guesses)):
        return Decision(False, False, (goes_on,))
    if is_beside and over_champion is None:
        said = "The rules at the rates that were seen cannot be compared with it yet: too few sales have settled since."
        return Decision(False, False, (goes_on, said))
    if over_champion is not None and over_champion.low > 0:
        said = f"The rules at the rates that were seen do worse than it: {_figures(over_champion)}."
        return Decision(False, False, (goes_on, said))
    word = "they beat its guesses" if _surely_better(over_guesses) else "they do no worse than at its guesses"
    word = "they serve, as it made no guess" if _surely_worse(over_guesses) else word
    own = f"At the rates that this company's own leads showed {word}: {_figures(over_guesses)}."
    serve = f"{why}: the rules serve instead of the champion." if over.champion_serves else goes_on
    return Decision(True, False, (serve, own, *([over.passed_over] if over.passed_over else [])))


def _days(days: int | None) -> str:
    return f"within {days} days" if days else "in the end"


def _said(name: str, difference: Measured, gain: float) -> str:
    """Return how a candidate did that is not surely worse: the judging slice by itself says it, or all folds, or neither."""
    if _surely_better(difference):
        return f"Better than {name}: {_figures(difference)}."
    alone = _figures(difference) if abs(difference.value) > SAME else "the same on the judging slice alone"
    told = f"{gain:.1f} nats on later leads, several times over"
    if gain >= ENOUGH_NATS:
        return f"Better than {name}: {told} ({alone})."
    return f"Not surely better than {name} ({alone}): what predicted ({told}) is believed in part."


def _surely_worse(difference: Measured) -> bool:
    return difference.low > 0 and difference.value > NO_LOSS


def _surely_better(difference: Measured) -> bool:
    return difference.high < -SAME


def _figures(difference: Measured) -> str:
    return f"log-loss {difference.value:+.4f}, 95 % from {difference.low:+.4f} to {difference.high:+.4f}"
