"""Which column of an export is its id, its moment, its result: a table of the words that Russian and English CRMs use."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from features.drafting.column_kinds import is_date, is_dates, is_number, is_stamp, kind_of
from features.drafting.header_words import ANYWHERE, fits
from features.drafting.personal_columns import AMBIGUOUS, EMAIL, NAME, PHONE
from features.drafting.sampled_file import SampledFile
from features.facts.cells import CLOCK
from features.facts.contact_signs import IS_EMAIL

Check = Callable[[list[str]], bool]


def _is_id(cells: list[str]) -> bool:
    return len(set(cells)) >= 0.95 * len(cells) > 0


def _is_moment(cells: list[str]) -> bool:
    return not cells or is_dates(cells[:2_000]) or is_stamp(cells[:2_000])


def _is_moment_or_a_word(cells: list[str]) -> bool:
    """Return whether there are dates, and beside them at most one word that says: none yet ("не закрыта")."""
    dates = [cell for cell in cells if is_date(cell)]
    return not cells or (bool(dates) and len({cell for cell in cells if not is_date(cell)}) <= 1)


def _is_numeric(cells: list[str]) -> bool:
    return not cells or sum(map(is_number, cells[:2_000])) >= 0.9 * len(cells[:2_000])


def _is_length(cells: list[str]) -> bool:
    """Return whether there are lengths of calls: numbers, or as a clock shows them."""
    looked = cells[:2_000]
    return sum(is_number(cell) or bool(CLOCK.match(cell)) for cell in looked) >= 0.9 * len(looked)


def _is_no_flag(cells: list[str]) -> bool:
    return kind_of(cells[:2_000]) != "yes_no"


def _has_few_levels(cells: list[str]) -> bool:
    return len(set(cells)) <= 200


@dataclass(frozen=True, slots=True)
class Role:
    """A column that the importer knows by name: the words that mean it, first choice first, and what must stand in it."""

    name: str
    phrases: tuple[str, ...]
    check: Check | None = None


MANAGER = Role("manager", (
    "manager", "менеджер", "ответственный", "ответственный менеджер", "responsible", "sales agent", "sales manager", "agent",
    "assigned to", "owner", "lead owner", "deal owner", "contact owner", "activity assigned to", "сотрудник", "оператор",
    "operator",
), _has_few_levels)  # fmt: skip
RECORDED = Role("recorded_at", ("recorded at", "дата внесения", "внесено", "known at", "дата загрузки"), _is_moment)
CURRENCY = Role("currency", ("currency", "валюта", "deal currency", "currency code", "валюта сделки"), _has_few_levels)
NUMBERS = ("номер заявки", "№ заявки", "номер лида", "№ лида", "код заявки", "код лида", "номер обращения", "id обращения",
           "№ обращения", "номер сделки", "№ сделки")  # fmt: skip
"""What people call the number of a request, in whichever file it stands."""
LEAD_ID = (
    "lead id", "id лида", "id заявки", *NUMBERS, "заявка", "лид", "обращение", "id сделки", "deal id", "сделка", "lead", "mql id",
    "opportunity id", "prospect id", "contact id", "id клиента", "client id", "… lead id",
)  # fmt: skip

ROLES: dict[str, tuple[Role, ...]] = {
    "leads": (
        Role("id", ("lead id", "id лида", "id заявки", "id сделки", "id", "record id", *NUMBERS, "номер", "n", "№",
                    "prospect id", "opportunity id", "mql id", "deal id", "… id", "id …", "lead number", "идентификатор",
                    "идентификатор …", "код"), _is_id),
        Role("created_at", (
            "created at", "created", "creation date", "lead creation date", "date created", "create date", "created date",
            "created on", "created time", "дата создания", "дата создания …", "создан*", "когда создан*", "дата и время создания",
            "дата заявки", "дата обращения", "дата поступления", "… created at", "first contact date", "engage date",
            "request date", "submitted at", "submission date", "arrived at", "timestamp", "date", "дата", "datetime",
            "дата и время", "lead date", "дата лида", "дата регистрации", "дата добавления", "дата получения", "добавлен*",
            "время заявки", "время создания", "время обращения", "дата и время заявки", "дата и время обращения",
        ), _is_moment),
        RECORDED,
        Role("phone", PHONE, _is_no_flag),
        Role("email", EMAIL, lambda cells: not cells or sum(bool(IS_EMAIL.match(c)) for c in cells) >= 0.5 * len(cells)),
        Role("name", NAME, _is_no_flag),
        MANAGER,
        Role("stage_at", ("close date", "closed at", "won date", "closing date", "дата закрытия", "закрыт*", "дата закрытия …",
                          "stage changed at", "status changed at", "дата этапа", "дата статуса", "дата смены …"),
             _is_moment_or_a_word),
        Role("amount", ("close value", "deal amount", "deal value", "sale amount", "сумма сделки", "сумма продажи", "amount",
                        "сумма"), _is_numeric),
        CURRENCY,
        Role("reason", ("closing reason", "close reason", "lost reason", "reason", "closed lost reason", "loss reason",
                        "причина", "причина отказа", "причина закрытия", "причина …"), _has_few_levels),
    ),
    "calls": (
        Role("lead_id", (*LEAD_ID, "… лида", "… заявки", "… сделки")),
        Role("id", ("call id", "id звонка", "id", "… call id", "номер звонка"), _is_id),
        Role("at", ("at", "call at", "called at", "call date", "call time", "activity date", "activity time", "started at",
                    "start", "start time", "начало", "начало звонка",
                    "дата звонка", "дата и время звонка", "время звонка", "дата и время", "дата", "date",
                    "datetime", "timestamp", "created at", "время"), _is_moment),
        RECORDED,
        MANAGER,
        Role("seconds", ("seconds", "duration", "duration …", "call duration", "длительность …", "продолжительность …",
                         "talk time", "секунд*", "время разговора"), _is_length),
        Role("result", ("result", "call result", "результат", "результат звонка", "итог", "итог звонка", "исход", "outcome",
                        "call outcome", "status", "call status", "статус", "статус звонка", "disposition"), _has_few_levels),
        Role("attracts", ("attracts", "что привлекает", "что привлекает …", "что понравилось")),
        Role("ideal_product", ("ideal product", "идеальный продукт", "идеальный товар")),
        Role("comment", ("comment", "comments", "комментарий", "примечание", "заметка", "notes", "note", "call notes",
                         "описание")),
        Role("call_back_at", ("call back at", "callback at", "call back", "callback", "перезвонить", "перезвонить …",
                              "следующий звонок", "next call …"), _is_moment),
    ),
    "stages": (
        Role("lead_id", (*LEAD_ID, "id", "… id", "id …")),
        Role("at", ("at", "stage at", "changed at", "date entered", "date entered …", "entered at", "entered on", "дата перехода",
                    "дата этапа", "дата изменения", "won date", "close date", "closed at",
                    "дата закрытия", "дата продажи", "дата оплаты", "дата", "date", "дата и время", "when",
                    "timestamp", "moved at", "created at", "дата …", "… date", "… at"), _is_moment),
        RECORDED,
        Role("stage", ("stage", "deal stage", "new stage", "этап", "этап сделки", "новый этап", "стадия …", "статус",
                       "статус сделки", "status", "deal status", "status id", "outcome"), _has_few_levels),
        Role("amount", ("amount", "sum", "сумма", "сумма сделки", "сумма …", "deal amount", "close value", "value", "revenue",
                        "выручка", "бюджет …"), _is_numeric),
        CURRENCY,
        Role("reason", ("reason", "причина", "причина …", "… reason"), _has_few_levels),
        MANAGER,
    ),
    "spend": (
        Role("day", ("day", "date", "дата", "день", "report date", "c date", "visit date", "spend date", "дата …", "… date",
                     "week", "week …", "неделя", "неделя …", "период", "период …", "period"),
             _is_moment),
        Role("cost", ("cost", "spend", "spent", "расход", "расходы", "расход …", "затраты", "стоимость", "total cost",
                      "amount spent", "mark spent", "daily spent", "… spent", "… cost", "cost …", "сумма", "amount",
                      "потрачено", "потрачено …", "израсходовано …", "расходы …", "затраты …", "сумма …"), _is_numeric),
        CURRENCY,
        Role("impressions", ("impressions", "показы", "impression", "views", "показов"), _is_numeric),
        Role("clicks", ("clicks", "клики", "click", "кликов", "переходы"), _is_numeric),
    ),
    "plan": (
        Role("month", ("month", "месяц", "period", "период")),
        Role("measure", ("measure", "показатель", "metric", "метрика", "kpi")),
        Role("value", ("value", "значение", "план", "plan", "target", "цель"), _is_numeric),
        MANAGER,
    ),
}  # fmt: skip

PERHAPS_AMOUNT = (
    "бюджет",
    "бюджет …",
    "revenue",
    "выручка",
    "value",
    "стоимость",
    "стоимость …",
    "price",
    "total",
    "итого",
)
"""Names of a sale's amount, where little but sales has one."""

MARKS: tuple[Role, ...] = (
    Role("source", ("utm source", "lead source", "source", "источник", "источник лида", "источник заявки", "источник сделки",
                    "источник трафика", "original source", "traffic source", "origin", "канал", "channel", "канал привлечения",
                    "рекламный канал", "category", "источник обращения", "источник рекламы", "рекламный источник", "источник …",
                    "откуда", "откуда …")),
    Role("medium", ("utm medium", "medium", "тип трафика", "тип", "source type", "тип источника")),
    Role("campaign", ("utm campaign", "campaign", "campaign name", "кампания", "рекламная кампания", "название кампании",
                      "campaign id", "… campaign id")),
    Role("ad", ("utm content", "ad", "ad name", "ad id", "объявление", "креатив", "creative", "content")),
    Role("keyword", ("utm term", "keyword", "ключевое слово", "ключевая фраза", "ключ", "term", "search phrase")),
    Role("landing_page", ("landing page", "landing page id", "landing page url", "landing", "посадочная страница", "посадочная",
                          "лендинг", "page url", "страница", "страница входа")),
    Role("offer", ("offer", "оффер", "предложение")),
    Role("discount", ("discount", "скидка")),
    Role("price", ("offer price", "цена предложения", "цена")),
    Role("gclid", ("gclid", "google click id", "google ad click id")),
    Role("fbclid", ("fbclid", "facebook click id")),
    *(Role(name, (name,)) for name in ("yclid", "ymclid")),
)  # fmt: skip
SPEND_MARKS = frozenset({"source", "medium", "campaign", "ad", "keyword"})

STAGE = ("stage", "deal stage", "lead stage", "pipeline stage", "этап", "этап сделки", "этап воронки", "стадия", "стадия …",
         "status", "lead status", "deal status", "статус", "статус лида", "статус сделки", "статус заявки", "status id",
         "lifecycle stage", "outcome")  # fmt: skip
FLAG = ("converted", "is converted", "conversion", "won", "is won", "deal won", "approved", "sold", "is sold", "purchased",
        "bought", "is customer", "customer", "y", "target", "label", "купил", "куплено", "продано", "продажа", "оплачено",
        "оплата", "конверсия", "сделка", "успех")  # fmt: skip


def roles_of(kind: str, file: SampledFile) -> dict[str, str]:
    """Return our name -> column for one kind of export; a column has one role, and must hold what the role needs."""
    return _claimed(ROLES[kind], file, set())


def marks_of(kind: str, file: SampledFile, claimed: Iterable[str]) -> dict[str, str]:
    """Return mark -> column; a column of small counts that is only named like a mark (campaign: 1, 2, 3) is none."""
    wanted = MARKS if kind == "leads" else tuple(role for role in MARKS if role.name in SPEND_MARKS)
    counting = {column for column in file.columns if kind == "leads" and _only_counts(column, file)}
    return _claimed(wanted, file, {*claimed, *counting})


def stage_candidates(file: SampledFile) -> list[tuple[str, bool]]:
    """Return the columns that may say how a lead ended, best first, and whether each is a mere yes or no."""
    named = [(column, False) for phrase in STAGE for column in file.columns if fits(column, phrase)]
    flags = [(column, True) for phrase in FLAG for column in file.columns if fits(column, phrase)]
    found = [(c, flag) for c, flag in [*named, *flags] if _has_few_levels(file.filled(c)) and file.filled(c)]
    kept = [(c, flag) for c, flag in found if not flag or kind_of(file.filled(c)) == "yes_no"]
    return list(dict.fromkeys(kept))


def _claimed(wanted: Iterable[Role], file: SampledFile, taken: set[str]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for role in wanted:
        column = _first(role, file, taken | set(roles.values()))
        if column is not None:
            roles[role.name] = column
    return roles


def _first(role: Role, file: SampledFile, taken: set[str]) -> str | None:
    """Return the first column that is called so and holds what the role needs; an empty one only if no other is."""
    empty: str | None = None
    for phrase in role.phrases:
        for column in file.columns:
            if column not in taken and fits(column, phrase):
                cells = file.filled(column)
                if not (role.check is None or role.check(cells)):
                    continue
                if role.name == "name" and phrase in AMBIGUOUS and _are_levels(cells):
                    continue
                if cells:
                    return column
                empty = empty or column
    return empty or (_repeating_id(role, file, taken) if role.name == "id" else None)


def _repeating_id(role: Role, file: SampledFile, taken: set[str]) -> str | None:
    """Return the column that is called an id though some ids stand twice: an export of corrections, a doubled row."""
    for phrase in role.phrases:
        for column in file.columns:
            is_called_so = ANYWHERE not in phrase and column not in taken and fits(column, phrase)
            if is_called_so and mostly_differ(file.filled(column)):
                return column
    return None


def mostly_differ(cells: list[str]) -> bool:
    """Return whether cells may be ids, some of them perhaps standing twice."""
    return len(set(cells)) >= 0.3 * len(cells) > 0


def _are_levels(cells: list[str]) -> bool:
    return len(set(cells)) <= 0.3 * len(cells)


def _only_counts(column: str, file: SampledFile) -> bool:
    if fits(column, "… id") or fits(column, "discount") or fits(column, "скидка") or fits(column, "… price"):
        return False
    cells = file.filled(column)
    return bool(cells) and all(cell.isdigit() and len(cell) <= 3 for cell in cells) and "1" in cells
