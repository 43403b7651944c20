"""Words that stand almost only at won leads: a status says so, what a person tells seldom does."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from features.drafting.leaks.shares import Share
from features.drafting.leaks.told_column import Flags
from features.drafting.personal_columns import may_be_shown

SURE = 0.90
LESS_OFTEN_LOST = 0.2
"""Where many buy anyway, a word is sure only if so small a part of the usual losses stands at it."""
LEAST_LEADS = 20
MANY_OF_THE_WINS = 0.25
MOST_WORDS = 1_000
MOST_SHOWN = 2


@dataclass(frozen=True, slots=True)
class SureWords:
    """The words at which a sale was sure, each with how many bought; ``wins`` says how many of all wins they cover."""

    wins: Share
    shown: tuple[tuple[str, Share], ...]

    @property
    def decide(self) -> bool:
        """Return whether they cover many of the wins: one good source may be sure, but few buyers come from it."""
        return self.wins.value >= MANY_OF_THE_WINS


def sure_words(answers: Sequence[str | None], won: Flags) -> SureWords | None:
    """Return the words at which nearly everybody bought, or None."""
    leads = Counter(answer for answer in answers if answer is not None)
    if len(leads) > MOST_WORDS:
        return None
    wins = Counter(answer for answer, bought in zip(answers, won.tolist(), strict=True) if bought)
    shares = {word: Share(wins[word], count) for word, count in leads.items() if count >= LEAST_LEADS}
    least = max(SURE, 1 - LESS_OFTEN_LOST * (1 - float(won.mean())))
    sure = {word: share for word, share in shares.items() if share.interval[0] >= least}
    if not sure:
        return None
    frequent = sorted(sure, key=lambda word: (-sure[word].count, word))
    shown = [(word, sure[word]) for word in frequent if may_be_shown(word)][:MOST_SHOWN]
    return SureWords(Share(sum(share.count for share in sure.values()), int(won.sum())), tuple(shown))
