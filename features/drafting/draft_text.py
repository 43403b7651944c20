"""The draft as people read it: YAML with a sentence beside everything that was guessed or left out."""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from features.drafting.known_outcomes import Outcomes
from features.drafting.planned_fields import CRITERIA, PlannedField
from features.drafting.sampled_file import SampledFile
from features.drafting.yaml_words import comment, written, written_list, written_map
from features.facts.company import NEED
from features.facts.export_columns import Export
from features.facts.export_kind import needed_columns
from features.facts.values import CALL_RESULTS, MANAGER_GRADES, CallResult, ManagerGrade, StageKind

HEAD = """\
# yaml-language-server: $schema=company.schema.json
# The line above lets an editor complete and check this file; `leadloop schema > company.schema.json` makes the schema.
# Drafted by `leadloop init`. It loads as it is; read it once from top to bottom: what was guessed says so, what was left
# out stands behind a # with the reason. Drafted from: {files}."""
WIDTH = 120
ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with BOM", "utf-16": "UTF-16"}
SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab"}
ORDERS = {"ymd": "year first", "dmy": "day first", "mdy": "month first"}
STAGE_ORDER: tuple[StageKind, ...] = (
    "call", "meeting", "invoice", "contract", "won", "lost", "non_target", "ignore",
)  # fmt: skip
QUESTIONS = {
    ("need", "ru"): "Вам это точно нужно?", ("budget", "ru"): "Бюджет уже выделен?", ("urgency", "ru"): "Это нужно срочно?",
    ("need", "en"): "Do you really need it?", ("budget", "en"): "Is there a budget for it?", ("urgency", "en"): "Is it urgent?",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class DraftParts:
    """Everything that was recognised, ready to be written down."""

    files: Mapping[str, SampledFile]
    language: str
    currency: str | None
    has_dated_stages: bool
    fields: list[PlannedField]
    outcomes: Outcomes
    stages: Mapping[str, StageKind]
    other_stages: list[str]
    channels: Mapping[str, list[str]]
    managers: Mapping[str, int | None]
    placeholders: Mapping[str, int]
    date_order: str | None
    roles: Mapping[str, Mapping[str, str]]
    marks: Mapping[str, Mapping[str, str]]
    results: Mapping[str, CallResult]
    unknown_results: list[str]
    grades: Mapping[str, ManagerGrade]
    unknown_grades: list[str]
    date_doubt: str | None
    doubts: tuple[str, ...]


def draft_text(parts: DraftParts) -> str:
    """Return the YAML text of a draft."""
    sections = (_head(parts), _general(parts), _fields(parts), _criteria(parts), _stages(parts), _channels(parts),
                _managers(parts), _export(parts))  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in sections if lines) + "\n"


def shape_in_words(file: SampledFile) -> str:
    """Return how a file is written, as a sentence's end."""
    encoding = ENCODINGS.get(file.shape.encoding, file.shape.encoding)
    order = ORDERS.get(file.shape.date_order or "", "no dates of one sure order")
    sign = "decimal comma" if file.shape.decimal == "," else "decimal point"
    return f"{encoding}, {SEPARATORS[file.shape.separator]}, {order}, {sign}"


def needed_missing(kind: str, parts: DraftParts) -> dict[str, str]:
    """Return our name -> default column, for what a file of this kind needs and was not found in it."""
    needed = needed_columns(kind, Export())
    return {name: column for name, column in needed.items() if name not in parts.roles[kind]}


def _head(parts: DraftParts) -> list[str]:
    names = ", ".join(comment(file.path.name) for file in parts.files.values())
    cut = [
        f"the first {file.rows:,} rows of {comment(file.path.name)}"
        for file in parts.files.values()
        if not file.is_whole
    ]
    looked = [f"# Only looked at: {', '.join(cut)}."] if cut else []
    return [*HEAD.format(files=names).split("\n"), *looked]


def _general(parts: DraftParts) -> list[str]:
    name = "Моя компания" if parts.language == "ru" else "My company"
    zone = "Europe/Moscow" if parts.language == "ru" else "UTC"
    guessed = "RUB" if parts.language == "ru" else "USD"
    currency = parts.currency or f"{guessed}             # a guess: the currency in which the exports' amounts are told"
    country = "RU" if parts.language == "ru" else "US"
    horizon = (
        "60            # a purchase counts within so many days of the request; a guess: take your own cycle of sales"
    )
    if parts.outcomes.column and not parts.has_dated_stages:
        horizon = "none          # sales have no dates here: the status on the day of the export is the label"
    lines = [
        f"company: {written(name)}",
        f"language: {parts.language}",
        f"# country: {country}            # phone numbers without a country code are read as this country's; another: write it",
        f"time_zone: {zone}      # a guess: the zone in which the exports' times are written",
        f"currency: {currency}",
        f"horizon_days: {horizon}",
    ]
    if "calls" not in parts.files:
        lines.append("calls_recorded: false     # no calls were given: every lead counts as worked")
    return lines


def _fields(parts: DraftParts) -> list[str]:
    kept = [one for one in parts.fields if one.fate == "kept"]
    lines = [_known_outcomes(parts), "fields:" if kept else "fields: {}"]
    for one in kept:
        if one.why and one.by_manager:
            told = "So managers may fill it in while they talk; write `known_from: arrival` if your form asks it."
            lines += _wrapped(f"{_listed(one)}. {told}")
        elif one.why:
            lines += _wrapped(f"{_listed(one)}. Keep it only if it is known before the first call.")
        lines.append(f"  {written(one.name)}: {_field(one, parts)}")
    leaks = [one for one in parts.fields if one.fate == "leak"]
    if leaks:
        lines += ["", "  # Left out: these look as if they were written after the outcome began to show (leaks). A score that",
                  "  # learns from them is worth nothing for a new lead. Take a # away only where you know better."]  # fmt: skip
        lines += [
            line
            for one in leaks
            for line in (*_wrapped(f"{_listed(one)}."), f"  # {written(one.name)}: {_field(one, parts)}")
        ]
    rest = [one for one in parts.fields if one.fate in ("personal", "useless")]
    if rest:
        lines += ["", "  # Left out, no fields:"]
        lines += [line for one in rest for line in _wrapped(f"- {_listed(one)}")]
    return lines


def _known_outcomes(parts: DraftParts) -> str:
    outcomes = parts.outcomes
    if outcomes.won is None:
        remedy = "write a sale's stage under stages: won" if "stages" in parts.files else "draft again with --stages"
        return (
            "# Nothing in these files says who bought, so for columns written too late only their names could count;\n"
            f"# look through the fields yourself, or {remedy}."
        )
    won = sum(outcomes.won)
    return (
        f"# Who bought was read from {comment(outcomes.told_by)}: {won:,} of {len(outcomes.won):,} leads. The figures below\n"
        "# compare them with the others."
    )


def _listed(one: PlannedField) -> str:
    return f"{comment(one.column or one.call_column or one.name)}: {comment('; '.join(one.why))}"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  # ", subsequent_indent="  #   ", break_on_hyphens=False)


def _field(one: PlannedField, parts: DraftParts) -> str:
    pairs = {"kind": one.kind, "label": written(one.label)}
    pairs |= {"unit": written(one.unit)} if one.unit else {}
    pairs |= {"filled_by": "manager"} if one.by_manager else {}
    pairs |= {"column": written(one.column)} if one.column else {}
    pairs |= {"call_column": written(one.call_column)} if one.call_column else {}
    question = QUESTIONS.get((one.name, parts.language))
    pairs |= {"question": written(question)} if question and one.call_column else {}
    return written_map(pairs)


def _criteria(parts: DraftParts) -> list[str]:
    fields = {one.name: one for one in parts.fields if one.fate == "kept" and one.name in CRITERIA}
    if not fields:
        return [
            "# The ABC rules need to know which answers mean need, budget and urgency; for example:",
            "# abc:",
            "#   criteria:",
            '#     need: {field: need, "yes": ["yes"], "no": ["no"]}',
        ]
    lines = ["abc:", "  criteria:"]
    spoken = [name for name, one in fields.items() if one.kind == "yes_no"]
    lines += [f'    {name}: {{field: {name}, "yes": ["yes"], "no": ["no"]}}' for name in spoken]
    for name in [name for name in fields if name not in spoken]:
        blank = f'{name}: {{field: {name}, "yes": [], "no": []}}'
        lines.append(f"    # {blank}   # say which answers mean yes; for a number instead of both: yes_from: 100000")
    if NEED in spoken:
        return lines
    return [
        "# No answer was found that says yes or no to need, without which no lead has a grade. Add it and take the # away:",
        *(f"# {line.replace('    # ', '    ', 1)}" for line in [*lines[:2], *_need_to_add(fields), *lines[2:]]),
    ]


def _need_to_add(fields: Collection[str]) -> list[str]:
    return [] if NEED in fields else ['    need: {field: need, "yes": ["yes"], "no": ["no"]}']


def _stages(parts: DraftParts) -> list[str]:
    lines = ["stages:"] if parts.stages else []
    for kind in STAGE_ORDER:
        names = [name for name, meant in parts.stages.items() if meant == kind]
        if names:
            lines.append(f"  {kind}: {written_list(names)}")
    if parts.outcomes.is_yes_or_no:
        lines += [
            '  # A no counts as a loss at once; if it also means "not yet", take it out of lost and draft with --stages.'
        ]
    if parts.other_stages:
        lines.append('  # These count as "other" until they stand above under the kind that they mean:')
        lines += [f"  #   {comment(name)}" for name in parts.other_stages]
    if not parts.stages:
        lines = ["# Which stages mean a sale, a loss, no customer at all? Training needs them; for example:",
                 "# stages:", "#   won: [Won]", "#   lost: [Lost]", *("# " + line.strip(" #") for line in lines)]  # fmt: skip
    return lines


def _channels(parts: DraftParts) -> list[str]:
    if not parts.channels:
        return []
    lines = ["# One source written in several ways is one channel; every other source is a channel of its own.",
             "channels:", "  rules:"]  # fmt: skip
    return lines + [
        f"    - {{name: {written(name)}, when: {{source: {written_list(words)}}}}}"
        for name, words in parts.channels.items()
    ]


def _managers(parts: DraftParts) -> list[str]:
    if not parts.managers:
        return []
    lines = ["managers:"]
    if any(parts.managers.values()):
        lines.insert(
            0, "# daily_capacity: as many calls as the manager made on a full day (nine days of ten have no more)."
        )
    for name, capacity in parts.managers.items():
        lines.append(f"  - {{name: {written(name)}{f', daily_capacity: {capacity}' if capacity else ''}}}")
    return lines


def _export(parts: DraftParts) -> list[str]:
    lines = ["# How each file is written is recognised anew at every import; this is what was seen:"]
    lines += [f"#   {comment(file.path.name)}: {shape_in_words(file)}" for file in parts.files.values()]
    lines.append("export:")
    if parts.placeholders:
        lines.append(f"  placeholders: {written_list(parts.placeholders)}   # they mean: not chosen")
    if parts.date_order:
        lines.append(f"  date_order: {parts.date_order}   # the first dates fit two orders, so the order is said")
    for kind in parts.files:
        lines += [f"  {kind}:", *_columns(kind, parts)]
    return lines


def _columns(kind: str, parts: DraftParts) -> list[str]:
    lines = []
    for name, default in needed_missing(kind, parts).items():
        lines.append(
            f"    {name}: {default}   # TO DO: no column was recognised; name it here, or add one called {default}"
        )
    lines += [f"    {name}: {written(column)}" for name, column in parts.roles[kind].items()]
    if kind == "plan" and "manager" not in parts.roles[kind]:
        lines.append("    manager: null")
    marks = parts.marks.get(kind)
    if marks:
        lines += ["    marks:", *(f"      {mark}: {written(column)}" for mark, column in marks.items())]
    if kind == "calls":
        lines += [*_results(parts), *_grades(parts)]
    return lines


def _results(parts: DraftParts) -> list[str]:
    lines = ["    results:"] if parts.results else []
    lines += [f"      {written(word)}: {result}" for word, result in parts.results.items()]
    if parts.unknown_results:
        known = ", ".join(CALL_RESULTS)
        lines.append(f"      # Calls with these words are refused until they stand above; ours are: {known}.")
        lines += [f"      #   {comment(word)}:" for word in parts.unknown_results]
    return lines


def _grades(parts: DraftParts) -> list[str]:
    """Return what the managers' own words for a grade mean; A, B, C and non_target need no entry."""
    lines = ["    grades:   # the managers' own words; a guess, so read it"] if parts.grades else []
    lines += [f"      {written(word)}: {grade}" for word, grade in parts.grades.items()]
    if parts.unknown_grades:
        known = ", ".join(MANAGER_GRADES)
        head = "" if parts.grades else "    # grades:\n"
        lines.append(f"{head}      # These words are no grade until they stand under grades; ours are: {known}.")
        lines += [f"      #   {comment(word)}:" for word in parts.unknown_grades]
    return lines
