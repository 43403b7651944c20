"""What the CRM's words for a call's end mean to us: a table, the first line that fits counts."""

from __future__ import annotations

from features.drafting.header_words import first_fitting
from features.facts.values import CALL_RESULTS, CallResult

SPOKEN = ("дозвон*", "разговор*", "состоял*", "отвечен*", "ответил*", "принят*", "успешн*", "поговорил*", "reached", "answered",
          "connected", "talked", "spoke*", "contacted", "completed", "success*")  # fmt: skip
"""Words that somebody was reached; behind a no they say that nobody was."""
NOBODY = tuple(f"… {no}{word} …" for word in SPOKEN for no in ("не ", "не", "нет ", "not ", "un"))
MEANINGS: tuple[tuple[CallResult, tuple[str, ...]], ...] = (
    ("wrong_number", ("… неверн* номер* …", "… неправильн* номер* …", "… ошиб* номер* …", "… номер* не существует …",
                      "… несуществующ* …", "… не тот номер …", "… wrong number …", "… invalid number …", "… bad number …",
                      "wrong person")),
    ("no_answer", (*NOBODY, "… нет ответа …", "… не отвеч* …", "… без ответа …", "… недозвон* …", "… не взял* …", "… не берет …",
                   "… не бер* трубк* …", "… не снял* …", "… пропущен* …", "… автоответчик* …", "… недоступ* …", "… выключен* …",
                   "… вне зоны …", "… нет соединен* …", "… no answer …", "… not answer …", "… didn t answer …",
                   "… doesn t answer …", "… missed …", "… voicemail …", "… voice mail …", "… ringing …", "… switched off …",
                   "… unreachable …", "… left message …", "… no response …", "noanswer", "cancel*")),
    ("busy", ("… занят* …", "… сброс* …", "… busy …", "… hung up …")),
    ("call_back", ("… перезвон* …", "… позвонить позже …", "… позже …", "… call back …", "… callback …", "… call later …",
                   "… follow up …")),
    ("refused", ("… отказ* …", "… не интересно …", "… неинтересно …", "… не заинтересован* …", "… refus* …", "… reject* …",
                 "… declin* …", "… not interested …", "… do not call …")),
    ("reached", (*(f"… {word} …" for word in SPOKEN), "… interested …")),
)  # fmt: skip


def result_meant(word: str) -> CallResult | None:
    """Return what a word for a call's end means, or None where the table does not know it.

    >>> [result_meant(word) for word in ("Дозвонились", "Не ответил", "Занято", "Not contacted", "Чудо")]
    ['reached', 'no_answer', 'busy', 'no_answer', None]
    """
    ours = next((result for result in CALL_RESULTS if result == word.strip().casefold()), None)
    return ours or next((result for result, phrases in MEANINGS if first_fitting(word, phrases)), None)
