"""Where a model is weak: channels and moments in which it hardly tells buyers from others, or promises too much or too little."""

from __future__ import annotations

from dataclasses import dataclass

from models.judgement import ALL, JudgedGroup
from models.measured import Measured
from serving.model_card.shelf import ShelvedModel

CHANNEL = "channel "
HARDLY_TELLS, AT_RANDOM = 0.6, 0.5
"""An AUC that surely stays below the first hardly tells buyers from others; one that may be the second says nothing yet."""
MOMENTS = {"at arrival": "at_arrival", "after a call": "after_a_call"}


@dataclass(frozen=True, slots=True)
class Weakness:
    """What is weak in a group of later leads: a channel's, or (``channel`` None) all of them at a ``moment``.

    ``hardly_tells`` is whether that was shown, ``is_too_early`` whether chance alone might tell as much.
    ``off`` is by how many times too much was promised, or where ``is_too_little`` too little, with its interval.
    """

    channel: str | None
    moment: str | None
    leads: int
    sales: int
    is_enough: bool
    hardly_tells: bool = False
    is_too_early: bool = False
    off: Measured | None = None
    is_too_little: bool = False


def weaknesses(shelved: ShelvedModel) -> list[Weakness]:
    """Return what is weak by more than chance, and what nobody can know yet; groups without a weakness are left out."""
    if shelved.judgement is None:
        return []
    who = "candidate" if shelved.artefact.model.parts else "rules"
    found = (_weakness(group, who) for group in shelved.judgement.groups if group.name != ALL and group.leads)
    return [one for one in found if not one.is_enough or one.hardly_tells or one.is_too_early or one.off]


def _weakness(group: JudgedGroup, who: str) -> Weakness:
    is_channel = group.name.startswith(CHANNEL)
    channel = group.name.removeprefix(CHANNEL) if is_channel else None
    moment = None if is_channel else MOMENTS.get(group.name, group.name)
    if group.measures is None:
        return Weakness(channel, moment, group.leads, group.sales, is_enough=False)
    measures = group.measures[who]
    auc, level = measures["auc"], measures["level"]
    hardly_tells = auc.high < HARDLY_TELLS
    is_off = not level.low <= 1.0 <= level.high and level.value == level.value
    is_too_little = is_off and level.value < 1.0
    return Weakness(
        channel, moment, group.leads, group.sales, is_enough=True,
        hardly_tells=hardly_tells,
        is_too_early=not hardly_tells and auc.low <= AT_RANDOM,
        off=(_turned(level) if is_too_little else level) if is_off else None,
        is_too_little=is_too_little,
    )  # fmt: skip


def _turned(level: Measured) -> Measured:
    """Return one over it: promised a half is too little by two times."""
    return Measured(1 / level.value, 1 / level.high, 1 / level.low)
