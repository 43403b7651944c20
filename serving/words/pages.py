"""The words of the pages, Russian and English side by side; each wing of pages has a file of its own."""

from __future__ import annotations

from serving.words.access import ACCESS_WORDS
from serving.words.alarms import ALARM_PAGE_WORDS
from serving.words.backtest import BACKTEST_WORDS
from serving.words.budget import BUDGET_WORDS
from serving.words.channels import CHANNEL_WORDS
from serving.words.conversions import CONVERSION_WORDS
from serving.words.journey import JOURNEY_WORDS
from serving.words.lead_card import LEAD_CARD_WORDS
from serving.words.model import MODEL_WORDS
from serving.words.offers import OFFER_WORDS
from serving.words.plan import PLAN_WORDS
from serving.words.portrait import PORTRAIT_WORDS
from serving.words.queue import QUEUE_WORDS

GENERAL_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "nav_sales": ("Продажи", "Sales"),
    "nav_marketing": ("Маркетинг", "Marketing"),
    "nav_buyers": ("Спрос", "Demand"),
    "nav_model": ("Модель", "Model"),
    "nav_access": ("Доступ", "Access"),
    "queue": ("Очередь звонков", "Call queue"),
    "channels": ("Каналы", "Channels"),
    "other_language": ("English", "Русский"),
    "skip": ("К содержанию", "Skip to content"),
    "scrolls": ("Таблица, прокручивается вбок", "A table, scrolls sideways"),
    "interval_note": (
        "Серым рядом с числом — границы, в которых правда лежит в 95 случаях из 100.",
        "Grey beside a figure: the bounds between which the truth lies in 95 of 100 cases.",
    ),
    "col_act": ("Действие", "Action"),
    "col_compared": ("Сравнение", "Comparison"),
    "grade_A": ("A", "A"),
    "grade_B": ("B", "B"),
    "grade_C": ("C", "C"),
    "grade_non_target": ("нецелевой", "non-target"),
    "grade_ungraded": ("без оценки", "ungraded"),
    "span_days": ("{days} д {hours} ч", "{days} d {hours} h"),
    "span_whole_days": ("{days} д", "{days} d"),
    "span_whole_hours": ("{hours} ч", "{hours} h"),
    "span_hours": ("{hours} ч {minutes} мин", "{hours} h {minutes} min"),
    "span_minutes": ("{minutes} мин", "{minutes} min"),
    # errors
    "not_found": ("Нет такой заявки", "There is no such lead"),
    "not_found_remedy": ("Её ещё не прислали и не загрузили.", "It was neither sent nor imported yet."),
    "not_found_not_stored": (
        "Её ещё не прислали и не загрузили, поэтому сохранить к ней нечего.",
        "It was neither sent nor imported yet, so nothing was stored with it.",
    ),
    "no_page": ("Такой страницы нет", "There is no such page"),
    "no_page_remedy": (
        "Адрес набран с ошибкой или устарел. Все страницы — в меню наверху.",
        "The address is mistyped or out of date. The menu above leads to every page.",
    ),
    "unfit": ("Так эту страницу не открыть", "This page cannot be opened like that"),
    "unfit_remedy": (
        "В адресе страницы не подходит: {places}. Откройте страницу из меню и выберите на ней, что показать.",
        "In the page's address this does not fit: {places}. Open the page from the menu, and choose there what to show.",
    ),
    "unfit_not_stored": (
        "В форме не подходит: {places}. Ничего не сохранено. Вернитесь на страницу назад, введённое осталось в форме.",
        "In the form this does not fit: {places}. Nothing was stored. Go one page back, where the form still holds what you typed.",
    ),
    # what an address or a form calls a thing, and what people call it
    "place_again": ("Пароль ещё раз", "The password once more"),
    "place_before": ("Прежний пароль", "The old password"),
    "place_campaign": ("Кампания", "Campaign"),
    "place_change": ("На сколько менять расход", "By how much to change the costs"),
    "place_channel": ("Канал", "Channel"),
    "place_drawn": ("Какой портрет", "Which portrait"),
    "place_key": ("Ключ", "Key"),
    "place_kind": ("Что это", "What it is"),
    "place_known": ("На какой момент известно", "By when it is known"),
    "place_lead": ("Заявка", "Lead"),
    "place_level": ("Строки таблицы", "Lines of the table"),
    "place_link": ("Ссылка", "Link"),
    "place_login": ("Логин", "Login"),
    "place_manager": ("Менеджер", "Manager"),
    "place_month": ("Месяц", "Month"),
    "place_name": ("Название", "Name"),
    "place_password": ("Пароль", "Password"),
    "place_saved": ("Сохранено ли", "Whether it was saved"),
    "place_source": ("Источник", "Source"),
    "place_to_campaign": ("Кампания заявок", "Campaign of the leads"),
    "place_to_source": ("Источник заявок", "Source of the leads"),
    "place_weeks": ("Сколько недель", "How many weeks"),
    "place_who": ("Кто", "Who"),
    "being_read": ("Заявки читаются после запуска", "Leads are being read after the start"),
    "being_read_note": (
        "Сервис только что запущен и уже считает вероятности покупки для новых заявок. Сохранённые заявки читаются, при миллионе это занимает около минуты. Страница откроется сама.",
        "The service has just been started and scores new leads already. The stored ones are being read, which takes about a minute with a million. The page opens by itself.",
    ),
    "unreachable": ("База данных не отвечает", "The database does not answer"),
    "unreachable_remedy": (
        "Сейчас ничего не сохраняется; сохранённое раньше не потеряно. Обновите страницу через несколько секунд; если не поможет, проверьте, что база работает и на диске есть место.",
        "Nothing is stored now; what was stored before is not lost. Load the page again in a few seconds; if that does not help, see that the database runs and has room on its disk.",
    ),
    "unreachable_not_stored": (
        "То, что вы отправили, не сохранено. Вернитесь на страницу назад, введённое осталось в форме, и отправьте ещё раз через несколько секунд.",
        "What you sent was not stored. Go one page back, where the form still holds it, and send it again in a few seconds.",
    ),
}

PAGE_WORDS: dict[str, tuple[str, str]] = (
    GENERAL_WORDS
    | QUEUE_WORDS
    | LEAD_CARD_WORDS
    | CHANNEL_WORDS
    | BACKTEST_WORDS
    | MODEL_WORDS
    | ACCESS_WORDS
    | PORTRAIT_WORDS
    | OFFER_WORDS
    | ALARM_PAGE_WORDS
    | JOURNEY_WORDS
    | CONVERSION_WORDS
    | BUDGET_WORDS
    | PLAN_WORDS
)
