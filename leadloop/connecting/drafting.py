"""Drafts the ``crm:`` part of company.yaml, and all of it where there is none, from what the CRM says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from zoneinfo import available_timezones

from features.crm.mapping import MARKS_OF
from features.drafting.field_names import plain_name
from features.drafting.stage_words import stages_meant
from features.drafting.yaml_words import comment, written, written_list, written_map
from features.facts.company import Company
from features.facts.crm_settings import CrmName
from leadloop.connecting.connector import DescribedField, Description

ASKABLE = ("number", "yes_no", "choice", "list", "date")
OUR_NAMES = {"score": ("score", "оценка"), "grade": ("grade", "класс", "грейд"), "reasons": ("reasons", "причины")}
OURS = "leadloop"
CURRENCY = re.compile(r"^[A-Z]{3}$")
MOST_CHOICES = 60
CRITERIA = {"need": ("need", "потребн"), "budget": ("budget", "бюджет"), "urgency": ("urgen", "срочн")}


def drafted(system: CrmName, told: Description, company: Company | None, address: str | None) -> str:
    """Return YAML with comments: the ``crm:`` part, before it a company of its own where there is none yet."""
    asked = list(_asked(system, told.fields, company))
    names = _stage_names(told)
    parts = [] if company else [_company(system, told, asked, names)]
    return "\n".join([*parts, *_crm(system, told, asked, names, company, address), ""])


def _asked(
    system: CrmName, fields: Iterable[DescribedField], company: Company | None
) -> Iterator[tuple[str, DescribedField]]:
    """Yield the CRM's fields that are questions of a form, each with our name for it."""
    taken: set[str] = set()
    marks = set(MARKS_OF[system].values())
    known = (
        {}
        if company is None
        else {field.label.casefold(): name for name, field in company.fields.items() if field.label}
    )
    for one in fields:
        if (
            one.kind not in ASKABLE
            or one.name in marks
            or OURS in f"{one.name} {one.label}".casefold()
            or _is_built_in(system, one)
        ):
            continue
        if company is None:
            name = next((ours for ours, words in CRITERIA.items() if _has(one, words) and ours not in taken), None)
            name = name or plain_name(one.label, taken)
        else:
            found = known.get(one.label.casefold())
            if found is None:
                continue
            name = found
        if name not in taken:
            taken.add(name)
            yield name, one


def _is_built_in(system: CrmName, one: DescribedField) -> bool:
    return (system == "bitrix24" and not one.name.startswith("UF_")) or (
        system == "hubspot" and one.name.startswith("hs_")
    )


def _has(one: DescribedField, words: tuple[str, ...]) -> bool:
    said = f"{one.name} {one.label}".casefold()
    return any(word in said for word in words)


def _stage_names(told: Description) -> dict[str, str]:
    """Return how each stage is called here; two pipelines may call different stages alike, which is the same to us."""
    return {one.code: " ".join(one.label.split()) for one in told.stages}


def _company(
    system: CrmName, told: Description, asked: list[tuple[str, DescribedField]], names: Mapping[str, str]
) -> str:
    language = "en" if system == "hubspot" else "ru"
    zone, currency = told.time_zone, told.currency
    if zone not in available_timezones():
        zone = f"{'UTC' if language == 'en' else 'Europe/Moscow'}   # a guess: by which days and weeks are counted"
    if not CURRENCY.match(currency or ""):
        currency = f"{'USD' if language == 'en' else 'RUB'}   # a guess: amounts in any other are left out"
    lines = [
        "# Read this before anything is taken: what each field and each stage means decides what is learned.",
        "company: My company",
        f"language: {language}",
        f"time_zone: {zone}",
        f"currency: {currency}",
        "fields:",
    ]
    for name, one in asked:
        said = {"kind": one.kind, "label": written(comment(one.label))}
        if name in CRITERIA:
            said["filled_by"] = "manager"
        lines.append(f"  {name}: {written_map(said)}")
    lines[-1] += " {}" if not asked else ""
    criteria = [name for name, one in asked if name in CRITERIA and one.kind == "yes_no"]
    if "need" in criteria:
        lines += ["abc:", "  criteria:"]
        lines += [f'    {one}: {{field: {one}, "yes": ["yes"], "no": ["no"]}}' for one in criteria]
    kinds = _kinds(told, names)
    lines.append("stages:" if kinds else "stages: {}")
    by_kind: dict[str, list[str]] = {}
    for name, kind in kinds.items():
        by_kind.setdefault(kind, []).append(name)
    lines += [f"  {kind}: {written_list(some)}" for kind, some in by_kind.items()]
    lines += ["managers:" if told.people else "managers: []"]
    lines += [f"  - {{name: {written(one)}}}" for one in dict.fromkeys(told.people.values()) if one]
    return "\n".join([*lines, ""])


def _kinds(told: Description, names: Mapping[str, str]) -> dict[str, str]:
    meant = stages_meant(names.values())
    kinds = {names[one.code]: one.kind for one in told.stages}
    found = {name: kind if kind != "other" else str(meant.get(name, "other")) for name, kind in kinds.items()}
    said_lost = {
        name: "non_target" if kind == "lost" and meant.get(name) == "non_target" else kind
        for name, kind in found.items()
    }
    return {name: kind for name, kind in said_lost.items() if kind != "other"}


def _crm(
    system: CrmName, told: Description, asked: list[tuple[str, DescribedField]], names: Mapping[str, str],
    company: Company | None, address: str | None,
) -> Iterator[str]:  # fmt: skip
    yield "crm:"
    yield f"  system: {system}"
    if address:
        yield f"  address: {written(address)}"
    yield "  # requests: which records are the leads; look_back_days: how far back the first look goes"
    yield "  fields:                      # question of the form -> the CRM's field" if asked else "  fields: {}"
    for name, one in asked:
        yield f"    {name}: {written(one.name)}  # {comment(one.label)}"
    chosen = [(name, one.choices) for name, one in asked if one.choices and len(one.choices) <= MOST_CHOICES]
    if chosen:
        yield "  choices:                     # the CRM's ids -> words"
        for name, choices in chosen:
            yield f"    {name}: {written_map({key: written(word) for key, word in choices.items()})}"
    yield "  stages:                      # the CRM's stage -> its name under stages" if names else "  stages: {}"
    for code, name in names.items():
        kind = company.kind_of_stage(name) if company else None
        yield f"    {written(code)}: {written(name)}" + (f"  # {kind}" if kind else "")
    yield "  managers:                    # the CRM's people -> managers" if told.people else "  managers: {}"
    for code, name in told.people.items():
        yield f"    {written(code)}: {written(name or code)}"
    yield from _write_back(told)


def _write_back(told: Description) -> Iterator[str]:
    yield "  write_back:                  # make three fields in the CRM: a number and two texts, and name them here"
    ours = [one for one in told.fields if OURS in f"{one.name} {one.label}".casefold()]
    for part, words in OUR_NAMES.items():
        found = next((one for one in ours if any(word in f"{one.name} {one.label}".casefold() for word in words)), None)
        yield f"    {part}: {written(found.name)}  # {comment(found.label)}" if found else f"    # {part}: FIELD"
    yield "    moved_by: 0.02             # a score that moved by less, under the same grade, is not written again"
