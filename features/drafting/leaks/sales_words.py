"""Cells that say what the sales side did or found out: a mail opened, a phone that rang, a lead called hot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from features.drafting.header_words import first_fitting
from features.drafting.leaks.shares import Share
from features.drafting.personal_columns import may_be_shown

SALES_WORDS = (
    "… email sent …", "… email opened …", "… email link clicked …", "… email clicked …", "… email bounced …",
    "… email received …", "… email replied …", "… email marked spam …", "… mail sent …", "… mail opened …", "… sms sent …",
    "… message sent …", "… unsubscribed …", "… phone conversation …", "… had a call …", "… ringing …", "… switched off …",
    "… unreachable …", "… not reachable …", "… no answer …", "… not answer* …", "… not picking …", "… did not pick …",
    "… voicemail …", "… busy …", "… invalid number …", "… wrong number …", "… number not provided …", "… call back …",
    "… callback …", "… called …", "… follow up …", "… will revert …", "… in touch with …", "… not interested …",
    "… lost to …", "… closed by …", "… closed won …", "… closed lost …", "… not eligible …", "… not qualified …",
    "… unqualified …", "… qualified lead …", "… converted to …", "… proposal …", "… negotiation …", "hot", "warm", "cold",
    "… hot lead …", "… cold lead …", "… worst …",
    "… письмо отправлено …", "… письмо открыт* …", "… смс отправлен* …", "… отправлен* смс …", "… отправлено письмо …",
    "… отписал* …", "… недозвон* …", "… не дозвон* …", "… дозвонил* …", "… не отвеч* …", "… нет ответа …", "… не берет …",
    "… занято …", "… недоступ* …", "… выключен* …", "… перезвон* …", "… автоответчик* …", "… неверн* номер* …",
    "… отказ* …", "… не интересно …", "… неинтересно …", "… думает …", "… ждет звонка …", "… отправлено кп …",
    "… кп отправлено …", "… выставлен счет …", "… оплачен* …", "… договор подписан …", "… подписан договор …", "… закрыто …",
    "… ушел к конкурент* …", "горячий", "теплый", "холодный",
)  # fmt: skip
"""Words that stand in a cell after somebody has called, written or judged."""
LEAST_SHARE = 0.10
LEAST_WORDS = 2
MOST_SHOWN = 3


@dataclass(frozen=True, slots=True)
class SalesWords:
    """How many of the filled cells speak of what happened after the lead came, and the most frequent of their words."""

    share: Share
    shown: tuple[str, ...]


def sales_words(answers: Sequence[str | None]) -> SalesWords | None:
    """Return what in the cells the sales side wrote, or None where that is little.

    >>> found = sales_words(["SMS Sent", "Email Opened", None, "Email Opened"])
    >>> str(found.share), found.shown
    ('3 of 3 (100 %, 44 to 100)', ('Email Opened', 'SMS Sent'))
    """
    counts = Counter(answer for answer in answers if answer is not None)
    if len(counts) > 1_000:  # free text says such words for many reasons
        return None
    told = {word: count for word, count in counts.items() if first_fitting(word, SALES_WORDS)}
    share = Share(sum(told.values()), sum(counts.values()))
    if len({word.casefold() for word in told}) < LEAST_WORDS or share.value < LEAST_SHARE:
        return None
    frequent = sorted(told, key=lambda word: (-told[word], word))
    return SalesWords(share, tuple(word for word in frequent if may_be_shown(word, told[word]))[:MOST_SHOWN])
