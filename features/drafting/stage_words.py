"""What the names of a pipeline's stages mean: a table, the first line that fits counts."""

from __future__ import annotations

from collections.abc import Iterable

from features.drafting.header_words import first_fitting
from features.facts.cells import NO, YES
from features.facts.values import StageKind

MEANINGS: tuple[tuple[StageKind, tuple[str, ...]], ...] = (
    ("ignore", ("тест", "тестов* …", "test", "test lead", "… дубл* …", "… duplicate* …")),
    ("non_target", ("… нецелев* …", "… не целев* …", "… спам* …", "… spam …", "… junk …", "… unqualified …", "… disqualified …",
                    "… non target …", "… nontarget …", "… некачествен* …", "bad lead", "… not a fit …", "… bad fit …",
                    "… no fit …", "… poor fit …", "… не наш клиент …")),
    ("lost", ("143", "… отказ* …", "… не реализован* …", "… проигран* …", "… неуспешн* …", "… провал* …", "… потерян* …",
              "… слит* …", "… lost …", "… rejected …", "… declined …", "… not converted …", "… not won …", "… refus* …",
              "… cancel* …", "… dropped …", "… не куп* …", "closedlost")),
    ("won", ("142", "… успешн* …", "… продаж* …", "… продан* …", "… оплачен* …", "… оплат* получен* …", "… куплен* …", "… купил* …",
             "… выигран* …", "сделка состоялась", "… won …", "… sold …", "… converted …", "… purchased …", "paid", "customer",
             "approved", "subscribed", "success* …", "sale", "closedwon")),
    ("meeting", ("… встреч* …", "… замер* …", "… показ* …", "… визит* …", "… meeting* …", "… demo …", "… демо* …",
                 "… appointment* …", "… visit* …", "… presentation* …", "… презентац* …")),
    ("invoice", ("… счет* …", "… invoice* …")),
    ("contract", ("… договор* …", "… контракт* …", "… contract* …")),
    ("call", ("… звонок …", "… звонк* …", "… call …")),
)  # fmt: skip


DEAL = ("сделка", "deal")
NOT_WON = tuple(
    f"… {no}{phrase.removeprefix('… ')}"
    for kind, phrases in MEANINGS
    for phrase in phrases
    for no in ("не ", "не", "not ", "un")
    if kind == "won" and phrase.startswith("… ")
)
"""The words of a sale behind a no: an invoice that is not paid is no sale yet."""


def stages_meant(names: Iterable[str]) -> dict[str, StageKind]:
    """Return stage -> kind for the names that the table knows; a signed contract is the sale where nothing else is, or else a deal.

    >>> stages_meant(["Встреча", "Счёт", "Договор", "Отказ", "Нецелевой", "В работе"])
    {'Встреча': 'meeting', 'Счёт': 'invoice', 'Договор': 'won', 'Отказ': 'lost', 'Нецелевой': 'non_target'}
    >>> stages_meant(["Договор", "Успешно реализовано", "Счёт не оплачен"])
    {'Договор': 'contract', 'Успешно реализовано': 'won', 'Счёт не оплачен': 'invoice'}
    >>> stages_meant(["Квалификация", "Сделка", "Отказ"])
    {'Отказ': 'lost', 'Сделка': 'won'}
    """
    names = list(names)
    found = {name: kind for name in names if (kind := _kind(name)) is not None}
    if "won" in found.values():
        return found
    if "contract" in found.values():
        return {name: "won" if kind == "contract" else kind for name, kind in found.items()}
    deals: dict[str, StageKind] = {name: "won" for name in names if name not in found and first_fitting(name, DEAL)}
    return found | deals


def yes_and_no_meant(words: Iterable[str]) -> dict[str, StageKind]:
    """Return stage -> kind for a column that says yes or no to whether the lead bought.

    >>> yes_and_no_meant(["1", "0"])
    {'1': 'won', '0': 'lost'}
    """
    folded = {word: word.strip().casefold() for word in words}
    return {word: "won" if bare in YES else "lost" for word, bare in folded.items() if bare in YES | NO}


def _kind(name: str) -> StageKind | None:
    not_won = first_fitting(name, NOT_WON)
    return next(
        (kind for kind, phrases in MEANINGS if first_fitting(name, phrases) and not (kind == "won" and not_won)), None
    )
