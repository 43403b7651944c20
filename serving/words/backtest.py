"""The words of the replayed past, Russian and English side by side."""

from __future__ import annotations

BACKTEST_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "backtest": ("Проверка на прошлом", "The past"),
    "bt_title": ("Как бы это было", "How it would have gone"),
    "bt_lead": (
        "Прошлое пройдено заново, {every}: каждый раз модель училась только на том, что компания знала в тот день, и оценивала заявки, которые пришли следом, в момент их прихода. Потом мы посмотрели, кто купил.",
        "The past was gone through again, {every}: each time the model learned only from what the company knew on that day, and scored the leads that came next, the moment they arrived. Then it was looked up who bought.",
    ),
    "bt_every_week": ("неделя за неделей", "week by week"),
    "bt_every_weeks": ("по {n} нед. за шаг", "{n} weeks at a step"),
    "bt_read_at": ("Кто купил — по тому, что известно на {moment}.", "Who bought: as known on {moment}."),
    "bt_sample": (
        "Заявок так много, что взята выборка: {share}.",
        "There are so many leads that a sample was taken: {share}.",
    ),
    "bt_nothing": (
        "Прошлое ещё не проверяли. Это делает команда `leadloop backtest`, за несколько минут; страница покажет, сколько покупателей нашлось бы первыми и сбылись ли прогнозы.",
        "The past was not gone through yet. The command `leadloop backtest` does it, in a few minutes; this page then shows how many buyers would have been found first, and whether what was foretold came true.",
    ),
    "bt_unreadable": (
        "Отчёт не читается: запустите `leadloop backtest` ещё раз.",
        "The report cannot be read: run `leadloop backtest` again.",
    ),
    "bt_too_early": (
        "Мало данных: пока приходили заявки, исход которых уже известен, учиться было ещё не на чем. Нужна история длиннее.",
        "Not enough data: while the leads came whose outcome is known by now, there was too little to learn from. It takes a longer history.",
    ),
    "bt_too_few": (
        "Мало данных: после первого обучения пришло заявок с известным исходом: {leads}, купили: {sales}. Судить рано.",
        "Not enough data: after the model first learned, {leads:# lead|# leads} came whose outcome is known, {sales} bought. It is too early to judge.",
    ),
    "bt_first": ("Если бы сил хватало только на каждую пятую заявку", "If only every fifth lead could be called"),
    "bt_found": (
        "покупателей — среди первых 20 % заявок, лучшие по модели впереди",
        "of the buyers stand among the first 20 % of leads, best first by the model",
    ),
    "bt_by_model": ("по модели", "by the model"),
    "bt_by_rules": ("по правилам ABC", "by the ABC rules"),
    "bt_at_random": ("наугад", "at random"),
    "bt_more": (
        "Покупателей больше, чем по правилам ABC, на {n} (от {low} до {high}). Всего заявок: {leads}, купили: {sales}.",
        "{n:# buyer|# buyers} more than by the ABC rules ({low} to {high}), of {sales} among {leads:# lead|# leads}.",
    ),
    "bt_no_more": (
        "Разница с правилами ABC в числе покупателей: {n} (от {low} до {high}). Это может быть и случайность. Всего заявок: {leads}, купили: {sales}.",
        "The difference to the ABC rules is {n:# buyer|# buyers} ({low} to {high}) of {sales} among {leads:# lead|# leads}: it may be chance.",
    ),
    "bt_first_note": (
        "Оценка ставится в момент прихода, до первого звонка: правила ABC тогда мало что знают об ответах. Цифры говорят, где в списке стояли покупатели, а не сколько новых прибавил бы более ранний звонок.",
        "Leads are scored as they arrive, before the first call, when the ABC rules know few answers. The figures say where in the list the buyers stood, not how many more an earlier call would have won.",
    ),
    "bt_found_chart": (
        "Доля покупателей среди первых 20 % заявок",
        "Share of the buyers among the first 20 % of leads",
    ),
    "bt_foretold": ("Предсказано и сбылось по месяцам", "Foretold and came true, by month"),
    "bt_expected": ("Предсказано", "Foretold"),
    "bt_came_true": ("Сбылось", "Came true"),
    "bt_month": ("Месяц заявки", "Month of the lead"),
    "bt_whole": ("Всего", "In all"),
    "bt_arrived": ("Пришло заявок", "Leads came"),
    "bt_settled": ("Исход известен", "Outcome known"),
    "bt_not_judged": ("Не в счёт", "Not counted"),
    "bt_open": ("срок не вышел: {n}", "time not up: {n}"),
    "bt_open_no_horizon": ("ещё не закрыты: {n}", "not closed yet: {n}"),
    "bt_never": ("не связались: {n}", "never reached: {n}"),
    "bt_left_out": ("тестовые или закрыты до оценки: {n}", "test leads, or closed before scoring: {n}"),
    "bt_never_lost": (
        "Заявки, срок которых не вышел, и те, с кем не связались, не считаются потерянными: о них судить нельзя.",
        "Leads whose time is not up, and those that nobody reached, are not counted as lost: nobody can judge by them.",
    ),
    "bt_never_lost_no_horizon": (
        "Заявки, которые ещё не закрыты, и те, с кем не связались, не считаются потерянными: о них судить нельзя.",
        "Leads that are not closed yet, and those that nobody reached, are not counted as lost: nobody can judge by them.",
    ),
    "bt_no_horizon": (
        "Срока покупки у компании нет, поэтому в счёт идут только закрытые заявки; среди недавних продаж может быть больше, чем на деле.",
        "The company has no time limit for a purchase, so only closed leads count; among recent ones sales may look more frequent than they are.",
    ),
    "bt_alone": ("Если бы модель больше не учили", "If the model had been left alone"),
    "bt_alone_lead": (
        "Модель, обученная один раз, рядом с той, что училась заново на каждом шаге, на одних и тех же более поздних заявках. «Отстала» — её вероятности стали хуже, чем объяснит случай.",
        "A model that learned once, beside one that learned anew at every step, on the same later leads. It “fell behind” where its chances came out worse than luck explains.",
    ),
    "bt_learned_on": ("Училась", "Learned on"),
    "bt_from_leads": ("заявок:\u00a0{n}", "from {n:# lead|# leads}"),
    "bt_later": ("Позже пришло", "Came later"),
    "bt_later_counts": ("заявок:\u00a0{leads}, купили:\u00a0{sales}", "{leads:# lead|# leads}, {sales:# sale|# sales}"),
    "bt_kept": ("Без обучения: первыми найдено", "Left alone: found first"),
    "bt_renewed": ("С обучением: первыми найдено", "Learning on: found first"),
    "bt_verdict": ("Итог", "So"),
    "bt_fell_behind": ("отстала", "fell behind"),
    "bt_kept_up": ("отставания не видно", "no falling behind seen"),
    "bt_got_better": ("оказалась лучше", "was better"),
    "bt_analyst": ("Для аналитика: меры по шагам и ступеням", "For the analyst: measures by step and rung"),
    "bt_contender": ("Кто оценивал", "Contender"),
    "bt_log_loss": ("log-loss", "log-loss"),
    "bt_over_base": ("log-loss к базовой доле", "log-loss over the base rate's"),
    "bt_found_20": ("Продаж в первых 20 %", "Sales in first 20 %"),
    "bt_learning": (
        "Кривая обучения: log-loss к базовой доле (меньше 1 — лучше)",
        "Learning curve: log-loss over the base rate's (below 1 is better)",
    ),
    "bt_learned_from": ("заявок с исходом, на которых училась", "settled leads learned from"),
    "bt_rules_served": ("правила", "rules"),
    "bt_shorter": ("срок {days}\u00a0дн.", "within {days}\u00a0days"),
    "bt_shorter_note": (
        "На шагах, где указан срок короче {own} дней, с начала работы прошло слишком мало времени: модель знала только, кто покупает за этот срок, а судят её по тем, кто купил за {own} дней. Поэтому предсказать там она могла меньше, чем сбылось.",
        "At the steps where fewer than {own} days stand, the company was too young for those: the model knew only who buys within them, and is held to who bought within {own} days. So it may have foretold less there than came true.",
    ),
    "bt_mean": ("Среднее p", "Mean p"),
    "bt_rungs_note": (
        "Ступени по отдельности и «без молодых» обучены только на заявках с исходом; лестница — ещё и на молодых. У каждой заявки одна оценка, в момент прихода. Интервалы 95 %: перевыборка заявок, доли — по Уилсону. Настройки компании — сегодняшние. Зерно {seed}, факты до № {number}, company.yaml {hash}.",
        "The rungs alone and “without young leads” learned from settled leads only, the ladder from young ones too. Each lead has one score, at its arrival. 95 % intervals: resampled leads; Wilson's for rates. The company's words are today's. Seed {seed}, facts up to no. {number}, company.yaml {hash}.",
    ),
    "bt_who_model": ("лестница (работала бы)", "ladder (would have served)"),
    "bt_who_rules": ("правила ABC", "ABC rules"),
    "bt_who_base_rate": ("базовая доля, известная тогда", "base rate known then"),
    "bt_who_without_young_leads": ("лестница без молодых заявок", "ladder without young leads"),
    "bt_who_scorecard": ("только скоринговая карта", "scorecard alone"),
    "bt_who_trees_of_one_field": ("только деревья по одному полю", "trees of one field alone"),
    "bt_who_trees_of_two_fields": ("только деревья по двум полям", "trees of two fields alone"),
    "bt_alone_ratio": ("log-loss к log-loss обновляемой", "Log-loss over the renewed one's"),
}
