"""The words of the call queue, Russian and English side by side."""

from __future__ import annotations

QUEUE_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "queue_lead": (
        "Кому звонить дальше: сначала обещанные звонки, затем самые ценные заявки.",
        "Whom to call next: promised call-backs first, then the leads worth most.",
    ),
    "queue_explores": (
        "Небольшая часть мест — случайные заявки, чтобы ни один вид заявок не остался без звонка.",
        "A few of the places are leads drawn at random, so that no kind of lead is left without a call.",
    ),
    "whose": ("Чья очередь", "Whose queue"),
    "everybody": ("Вся команда", "The whole team"),
    "show": ("Показать", "Show"),
    "waiting_now": ("{n:ждёт|ждут|ждут} звонка сейчас", "{n:waits|wait} for a call now"),
    "coming_back": (
        "{n:вернётся сама|вернутся сами|вернутся сами}: обещан звонок позже или пауза после попытки",
        "{n:comes back by itself|come back by themselves}: promised for later, or resting after a try",
    ),
    "shown": ("показаны первые {count}", "the first {count} are shown"),
    "nobody": (
        "Сейчас никто не ждёт звонка: заявки закрыты, в работе, отдыхают после попытки или старше горизонта.",
        "Nobody waits for a call now: leads are closed, in work, resting after a try, or past their horizon.",
    ),
    "col_rank": ("№", "No."),
    "col_lead": ("Заявка", "Lead"),
    "col_chance": ("Вероятность покупки", "Purchase chance"),
    "col_value": ("Ожидаемая ценность", "Expected value"),
    "col_grade": ("Оценка", "Grade"),
    "col_why": ("Почему", "Why"),
    "col_waits": ("Ждёт", "Waits"),
    "col_ask": ("Спросить", "Ask"),
    "first_come_was": ("по приходу: {rank}", "first-come: {rank}"),
    "rules_say": ("по правилам {grade}", "rules say {grade}"),
    "up_to": ("может стать\u00a0{grade}", "could become\u00a0{grade}"),
    "grade_note": (
        "Оценка: сверху по модели (граница её A выбрана так, чтобы такие заявки заканчивались покупкой не реже, чем A по правилам), под ней по правилам ABC и какой она станет, если ответы на открытые вопросы окажутся лучшими.",
        "Grade: on top by the model (the border of its A is chosen so that such leads buy at least as often as the rules' A), below it by the ABC rules, and what it becomes if the open questions get the best answers.",
    ),
    "grade_note_rules": (
        "Оценка по правилам ABC; под ней — какой она станет, если ответы на открытые вопросы окажутся лучшими.",
        "Grade by the ABC rules; below it, what it becomes if the open questions get the best answers.",
    ),
    "take": ("Взять", "Take"),
    "wait_new": ("новая", "new"),
    "wait_reopened": ("снова в работе", "in work again"),
    "wait_retry": ("не дозвонились", "not reached yet"),
    "wait_call_back": ("обещан звонок", "call promised"),
    "guess": (
        "Модели ещё нет: вероятность — оценка компании для её ABC-правил. `leadloop train` заменит её опытом.",
        "There is no model yet: the chance is the company's own guess for the ABC grade. `leadloop train` replaces it by experience.",
    ),
    "model_note": (
        "Модель {version}, обучена на данных до {cut_off}",
        "Model {version}, learned from data up to {cut_off}",
    ),
}
