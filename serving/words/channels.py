"""The words of the channels' page and of what changed in one, Russian and English side by side."""

from __future__ import annotations

CHANNEL_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "channels_lead": (
        "Что приносит каждый канал. Продажа относится к периоду, в котором создана заявка; открытые заявки считаются ожидаемыми продажами, а не потерянными.",
        "What each channel brings. A sale belongs to the period in which its lead was created; open leads count as expected sales, never as lost.",
    ),
    "by_channel": ("по каналам", "by channel"),
    "by_campaign": ("по кампаниям", "by campaign"),
    "period": ("Заявки, созданные", "Leads created"),
    "whole_time": ("за всё время", "at any time"),
    "alarms": ("Стало хуже", "Became worse"),
    "alarm_not_reached": (
        "{channel}: доля тех, до кого не дозвонились с первого раза, выросла с {before} до {after} примерно с {since} (от {earliest} до {latest}).",
        "{channel}: the share not reached by the first call rose from {before} to {after} since about {since} ({earliest} to {latest}).",
    ),
    "alarm_unqualified": (
        "{channel}: доля получивших в первом разговоре ни A, ни B выросла с {before} до {after} примерно с {since} (от {earliest} до {latest}).",
        "{channel}: the share graded neither A nor B by the first talk rose from {before} to {after} since about {since} ({earliest} to {latest}).",
    ),
    "alarm_chance": (
        "{channel}: доля заявок со слабой оценкой при поступлении (ниже медианы компании) выросла с {before} до {after} примерно с {since} (от {earliest} до {latest}).",
        "{channel}: the share of leads scored below the company's median when they came rose from {before} to {after} since about {since} ({earliest} to {latest}).",
    ),
    "alarm_bought": (
        "{channel}: доля купивших среди тех, чей срок вышел, упала с {before} до {after} примерно с {since} (от {earliest} до {latest}).",
        "{channel}: the share that bought, of those whose window is over, fell from {before} to {after} since about {since} ({earliest} to {latest}).",
    ),
    "alarm_non_target": (
        "{channel}: доля нецелевых выросла с {before} до {after} примерно с {since} (от {earliest} до {latest}).",
        "{channel}: the non-target share rose from {before} to {after} since about {since} ({earliest} to {latest}).",
    ),
    "alarm_counts": ("до: {k0} из {n0}; после: {k1} из {n1}", "before: {k0} of {n0}; since: {k1} of {n1}"),
    "alarm_cost": ("за это время потрачено {cost}", "spent since: {cost}"),
    "to_alarms": ("Что изменилось и что делать", "What changed, and what to do"),
    "channels_not_looked": (
        "Стало ли где-то хуже, ещё не посчитано: первый подсчёт идёт прямо сейчас. Таблица и график ниже уже полные.",
        "Whether anything became worse is not counted yet: the first count is under way right now. The table and the chart below are complete.",
    ),
    "no_alarms": ("Ни один канал не стал заметно хуже.", "No channel became noticeably worse."),
    "not_watched_nothing_says_so": (
        "Не смотрели: в company.yaml ничто не называет заявку нецелевой (ни правила ABC, ни этап non_target).",
        "Not looked at: nothing in company.yaml calls a lead non-target (neither ABC rules nor a non_target stage).",
    ),
    "not_watched_too_little": (
        "Мало данных за последние 120 дней: ни в одном канале рост нецелевых не был бы замечен.",
        "Not enough data in the last 120 days: in no channel would a rise of non-target leads have been noticed.",
    ),
    "quiet": ("Где тихо, и что было бы замечено", "Where it is quiet, and what would have been noticed"),
    "quiet_text": (
        "{channel}: нецелевых {share} ({k} из {n}); рост до {noticeable} за последние две недели (заявок: {latest}) заметили бы",
        "{channel}: {share} non-target ({k} of {n}); a rise to {noticeable} in the last two weeks ({latest:# lead|# leads}) would have been noticed",
    ),
    "quiet_little": (
        "{channel}: мало данных (заявок с разговором: {n})",
        "{channel}: not enough data ({n:# lead|# leads} spoken to)",
    ),
    "not_looked_at": ("не смотрели, заявок без разговора: {n}", "not looked at: {n:# lead|# leads} nobody spoke to"),
    "col_channel": ("Канал", "Channel"),
    "col_leads": ("Заявок", "Leads"),
    "col_processed": ("Обработано", "Processed"),
    "col_qualified": ("Квалифиц. (A, B)", "Qualified (A, B)"),
    "col_non_target": ("Нецелевых", "Non-target"),
    "col_bought": ("Купили (из решённых)", "Bought (of settled)"),
    "col_expected": ("Ожидается ещё", "Still expected"),
    "col_cost": ("Расход", "Cost"),
    "col_cpl": ("За заявку", "Per lead"),
    "col_cpq": ("За квалифиц.", "Per qualified"),
    "col_cps": ("За продажу", "Per sale"),
    "col_romi": ("ROMI", "ROMI"),
    "sales_made": ("продаж: {n}", "sales: {n}"),
    "sold_untold": ("продаж без звонка: {n}", "{n:# sale|# sales} without a call"),
    "bought_early": ("и ещё {n}, срок не вышел", "{n} more, window open"),
    "drift_link": ("что изменилось", "what changed"),
    "of": ("{count} из {of}", "{count} of {of}"),
    "not_enough": ("мало данных", "not enough data"),
    "open_leads": (
        "{n:# открыта|# открыты|# открыто}, {m:# не проработана|# не проработаны|# не проработано}",
        "{n} open, {m} not worked",
    ),
    "expected_note": (
        "Ожидается: заявки в работе — по вероятности; из непроработанных только те, что ещё возьмут в работу, как это было с прежними заявками после такого же ожидания.",
        "Expected: worked leads by their chance; of leads that nobody worked only those that still will be, as earlier leads were after so long a wait.",
    ),
    "late_sales": (
        "{n:ещё # продажа|ещё # продажи|ещё # продаж}{money} {n:пришла|пришли|пришли} позже {days:# дня|# дней|# дней} и не {n:посчитана|посчитаны|посчитаны}",
        "{n:# later sale|# later sales}{money} came after {days:# day|# days} and {n:is|are} not counted",
    ),
    "late_for": (" на {money}", " for {money}"),
    "no_campaign": ("(без кампании)", "(no campaign)"),
    "trend_leads": ("Заявки по неделям", "Leads by week"),
    "trend_few": (
        "Ни у одного канала не было недели хотя бы с {n} заявками, с которыми поговорили: от меньшего числа доля скачет. Доли за всё время — в таблице.",
        "No channel had a week with {n} leads that were talked to: of fewer the share jumps about. The shares of all time stand in the table.",
    ),
    "trend": ("Доля нецелевых по неделям", "Non-target share by week"),
    "non_target_note": (
        "Нецелевые — из тех, с кем поговорили; отмеченные нецелевыми без разговора показаны отдельно, из всех заявок.",
        "Non-target is of those spoken to; leads named non-target without a talk are shown apart, of all leads.",
    ),
    "named": ("без разговора: {k} из {n}", "without a talk: {k} of {n}"),
    "alarm_named": (
        "{channel}: доля отмеченных нецелевыми без разговора выросла с {before} до {after} примерно с {since} (от {earliest} до {latest}).",
        "{channel}: the share named non-target without a talk rose from {before} to {after} since about {since} ({earliest} to {latest}).",
    ),
    "quiet_little_name": (
        "{channel}: об отмеченных без разговора судить рано (заявок: {n})",
        "{channel}: too early to say of leads named without a talk ({n:# lead|# leads})",
    ),
    "quiet_name": (
        "{channel}: без разговора отмечены нецелевыми {share} ({k} из {n}); рост до {noticeable} за последние две недели (заявок: {latest}) заметили бы",
        "{channel}: {share} named non-target without a talk ({k} of {n}); a rise to {noticeable} in the last two weeks ({latest:# lead|# leads}) would have been noticed",
    ),
    "non_target_of_all": (
        "Звонки не записываются, поэтому нецелевые — доля всех заявок.",
        "No calls are recorded, so non-target is the share of all leads.",
    ),
    "once_a_person": (
        "От одного человека считается только первая заявка; что продано по следующим, засчитано ей: купил дважды — одна продажа, деньги обе.",
        "Of one person's requests the first alone counts; what a later one sold counts with it: who bought twice is one sale, with the money of both.",
    ),
    "every_request": (
        "Каждая заявка считается отдельно, даже от одного человека.",
        "Every request counts, also of the same person.",
    ),
    "no_leads": (
        "Заявок пока нет. Загрузите выгрузку командой `leadloop import leads.csv` или присылайте заявки из CRM.",
        "There are no leads yet. Import an export with `leadloop import leads.csv`, or let the CRM send them.",
    ),
    "table": ("Подробно", "In detail"),
    "unknown_fields": ("Неизвестные поля формы", "Unknown form fields"),
    "drift_title": ("Дрейф признаков: {channel}", "Feature drift: {channel}"),
    "drift_wait": (
        "Отчёт готовится: заявки канала сравниваются с теми, на которых училась модель. Страница обновится сама.",
        "The report is being made: the channel's leads against those the champion learned from. The page renews itself.",
    ),
    "drift_failed": ("Отчёт не получился: {why}", "The report could not be made: {why}"),
}
