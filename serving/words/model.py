"""The words of the models' pages, Russian and English side by side: none that a head of sales would not use."""

from __future__ import annotations

MODEL_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "models": ("Модели", "Models"),
    "models_lead": (
        "Модель уточняет правила ABC: на ваших же продажах она выучила, какие заявки заканчиваются покупкой. Здесь видно, какая работает сейчас и насколько ей верить.",
        "A model refines the ABC rules: from your own sales it learned which leads buy. Here is which one works now, and how far to trust it.",
    ),
    "no_models": (
        "Модели ещё нет: работают правила ABC, а вероятность — оценка самой компании. Когда накопится достаточно продаж, `leadloop train` обучит первую.",
        "There is no model yet: the ABC rules work, and the chance is the company's own guess. Once there are sales enough, `leadloop train` makes the first one.",
    ),
    "rules_serve": (
        "Сейчас работают правила ABC: ни одна модель не включена.",
        "The ABC rules work now: no model is switched on.",
    ),
    "model_refused": (
        "Модель {version} не включена: она не прошла проверку или не читается. Работает прежняя.",
        "Model {version} was not switched on: it did not stand its trial or cannot be read. The one before goes on.",
    ),
    "card_shadow": ("В тени: рядом с той, что работает", "In the shadow: beside the one that works now"),
    "shadow_few": (
        "Пока мало данных: рядом оценено заявок: {leads}.",
        "Not enough data yet: {leads:# lead was|# leads were} scored beside it.",
    ),
    "shadow_scored": (
        "Рядом оценено заявок: {leads}, с {first} по {last}.",
        "{leads:# lead was|# leads were} scored beside it, from {first} to {last}.",
    ),
    "shadow_changed": (
        "{changed:Другую оценку получила бы # заявка|Другую оценку получили бы # заявки|Другую оценку получили бы # заявок}, {share}",
        "{changed:# lead|# leads} would have another grade, {share}",
    ),
    "shadow_mean": (
        "Вероятность в среднем отличается на {mean} процентного пункта",
        "The chance differs by {mean} percentage points on average",
    ),
    "col_shadow_serves": ("Сейчас", "Now"),
    "col_shadow_this": ("По этой модели", "By this model"),
    "shadow_how": (
        "Эти оценки никто не видит, очередь по ним не строится. Каждая заявка считается один раз; рядом с числом — границы, верные в 95 случаях из 100.",
        "Nobody is shown these scores and no queue is ordered by them. Each lead counts once; beside a figure, the bounds that hold in 95 of 100 cases.",
    ),
    "col_model": ("Модель", "Model"),
    "col_trained": ("Обучена", "Trained"),
    "col_learned": ("Училась на", "Learned from"),
    "col_how_good": ("Насколько хороша", "How good"),
    "model_serves": ("работает сейчас", "works now"),
    "model_challenges": ("последняя, не включена", "latest, not switched on"),
    "learned_of": ("заявок:\u00a0{leads}, купили:\u00a0{sales}", "{leads:# lead|# leads}, {sales} bought"),
    "model_within": ("покупка в течение {days:# дня|# дней|# дней}", "buys within {days:# day|# days}"),
    "known_by": ("известное к {cut_off}", "what was known by {cut_off}"),
    "found_short": (
        "В первых 30\u00a0% звонков — {model} продаж, по правилам — {rules}.",
        "The first 30\u00a0% of the calls find {model} of the sales, by the rules {rules}.",
    ),
    "found_short_rules": (
        "В первых 30\u00a0% звонков — {rules} продаж.",
        "The first 30\u00a0% of the calls find {rules} of the sales.",
    ),
    "found_on": (
        "Проверено на более поздних. Заявок:\u00a0{leads}, купили:\u00a0{sales}.",
        "On later leads: {leads:# lead|# leads}, {sales} bought.",
    ),
    "share_between": ("{share} ({low}–{high})", "{share} ({low} to {high})"),
    "verdict_surely": ("Лучше правил, и это не случайность.", "Better than the rules, and that is no luck."),
    "verdict_several_times": (
        "Лучше правил на всех проверках вместе; на последних заявках отдельно разница может быть случайной.",
        "Better than the rules over all checks together; on the latest leads alone the difference may be luck.",
    ),
    "verdict_unsure": (
        "Лучше ли она правил, сказать нельзя: разница может быть случайной.",
        "Whether it beats the rules cannot be said: the difference may be luck.",
    ),
    "verdict_worse": ("Хуже правил, и это не случайность.", "Worse than the rules, and that is no luck."),
    "verdict_rules_alone": (
        "Ничто из известного о заявке не предсказало продажи надёжнее правил. Поэтому это сами правила, но с долями, которые показали ваши заявки.",
        "Nothing that is known of a lead foretold sales more surely than the rules. So this is the rules themselves, at the rates that your leads showed.",
    ),
    "verdict_not_enough": (
        "Мало данных, чтобы сравнить с правилами.",
        "Not enough data to compare it with the rules.",
    ),
    # the card
    "card_title": ("Модель {version}", "Model {version}"),
    "all_models": ("Все модели", "All models"),
    "card_says": (
        "Говорит, с какой вероятностью заявка закончится покупкой в течение {days:# дня|# дней|# дней}, — по тому, что о ней известно в эту минуту.",
        "Says how likely a lead is to buy within {days:# day|# days}, from what is known of it at that minute.",
    ),
    "card_says_in_the_end": (
        "Говорит, с какой вероятностью заявка в итоге закончится покупкой, — по тому, что о ней известно в эту минуту.",
        "Says how likely a lead is to buy in the end, from what is known of it at that minute.",
    ),
    "card_shorter": (
        "Срок компании — {own:# день|# дня|# дней}, но заявок, у которых он уже прошёл, пока слишком мало. Поэтому модель училась на покупках в течение {days:# дня|# дней|# дней}: большинство покупателей приходит за это время. Покупки после этого срока в вероятность не входят, поэтому она ниже — как правило, не больше чем на пятую часть. Учиться по полному сроку модель сможет самое позднее с {date}.",
        "The company counts {own:# day|# days}, but too few leads have lived through them yet. So the model learned from purchases within {days:# day|# days}: most buyers come by then. Who buys later is missing from its chances, which are lower for it, as a rule by no more than a fifth. The full {own:# day|# days} can teach it from {date} at the latest.",
    ),
    "card_trained": (
        "Обучена {trained}, известное к {cut_off}.",
        "Trained {trained}, from what was known by {cut_off}.",
    ),
    "card_cut_off": ("Училась на известном к {cut_off}.", "Learned from what was known by {cut_off}."),
    "card_old": (
        "Эту модель обучили до того, как карточки стали сохраняться целиком. У следующей, после `leadloop train`, здесь будет всё.",
        "This model was trained before cards were kept whole. The next one, after `leadloop train`, tells everything here.",
    ),
    "card_since": ("Что видно с тех пор", "What is seen since"),
    "since_not_looked": (
        "На заявки, пришедшие после обучения, ещё никто не смотрел: `leadloop follow` посмотрит один раз, `leadloop work` — каждый час.",
        "Nobody has looked at the leads that came since it learned: `leadloop follow` looks once, `leadloop work` every hour.",
    ),
    "since_none": (
        "С тех пор и по {until} в работу не пришло ни одной заявки: сравнивать пока нечего. Заявки, которым позвонили позже, войдут, как только станет известен новый этап любой сделки.",
        "No worked lead has come since and by {until}: there is nothing to compare yet. Leads that were called later count once a later stage of any lead is told.",
    ),
    "since_together": (
        "С тех пор в работе заявок:\xa0{leads}. К\xa0{until} среди них ожидалось продаж:\xa0{expected} (случай мог дать от\xa0{low} до\xa0{high}), а уже купили:\xa0{bought}.",
        "{leads:# worked lead|# worked leads} came since. By {until} {expected:# sale was|# sales were} expected of them ({low} to {high} by chance alone); {bought:# has|# have} bought.",
    ),
    "since_within": (
        "Считаются покупки в течение {days:# дня|# дней|# дней} после заявки.",
        "Purchases within {days:# day|# days} of the request count.",
    ),
    "since_not_enough": ("Пока мало данных.", "Not enough data yet."),
    "since_as_expected": ("Так, как обещано.", "As promised."),
    "since_more": (
        "Покупают чаще, чем обещано: случайностью это объяснить трудно.",
        "They buy more often than promised: chance hardly explains it.",
    ),
    "since_fewer": (
        "Покупают реже, чем обещано: случайностью это объяснить трудно.",
        "They buy less often than promised: chance hardly explains it.",
    ),
    "since_held": (
        "В пределах случайности — {held} из {of:# недели, по которой|# недель, по которым|# недель, по которым} хватает данных.",
        "Within chance in {held} of the {of:# week|# weeks} with enough data.",
    ),
    "since_unlike": (
        "Не похожи на те заявки, на которых она училась (новая кампания, новое слово в форме): {n} из {of}, {share}; среди тех, на которых училась, таких было {learned}. В них она менее уверена.",
        "Unlike the leads it learned from (a new campaign, a new word in a form): {n} of {of}, {share}; of those it learned from {learned} were. It is less sure of these.",
    ),
    "since_weeks": ("По неделям", "Week by week"),
    "since_looked": (
        "Смотрели {at}; о продажах известно по {until}.",
        "Looked at {at}; sales are known up to {until}.",
    ),
    "col_week": ("Неделя с", "Week from"),
    "col_expected_so_far": (
        "Ожидалось",
        "Expected",
    ),
    "col_seen_so_far": (
        "Уже купили",
        "Have bought",
    ),
    "col_by_chance": ("Мог дать случай", "By chance"),
    "week_not_enough": ("мало данных", "not enough data"),
    "week_as_expected": ("как обещано", "as promised"),
    "week_more": ("больше", "more"),
    "week_fewer": ("меньше", "fewer"),
    "level_holds": (
        "Рынок покупает, как и раньше: вероятности не сдвинуты.",
        "The market buys as it did: no probability was moved.",
    ),
    "level_unmoved": (
        "Вероятности не сдвинуты: того, что видно, для этого пока мало.",
        "No probability was moved: what was seen so far is too little for that.",
    ),
    "level_higher": (
        "Покупают чаще, чем когда она училась: у средней заявки вероятность была {before}, стала {now}; остальные сдвинуты вместе с ней.",
        "People buy more often than when it learned: a middling lead was given {before}, now {now}; all others moved with it.",
    ),
    "level_lower": (
        "Покупают реже, чем когда она училась: у средней заявки вероятность была {before}, стала {now}; остальные сдвинуты вместе с ней.",
        "People buy less often than when it learned: a middling lead was given {before}, now {now}; all others moved with it.",
    ),
    "strength_stronger": (
        "Сильные заявки отличаются от слабых больше, чем она выучила: вероятности разведены дальше.",
        "Strong leads differ more from weak ones than it learned: probabilities were drawn further apart.",
    ),
    "strength_weaker": (
        "Сильные заявки отличаются от слабых меньше, чем она выучила: вероятности сведены ближе.",
        "Strong leads differ less from weak ones than it learned: probabilities were drawn together.",
    ),
    "level_served": ("Пока она работала:", "While it served:"),
    "level_chart": (
        "Вероятность средней заявки, день за днём; полоса — где правда лежит в 80 случаях из 100.",
        "A middling lead's probability, day by day; the band holds the truth in 80 cases of 100.",
    ),
    "card_learned": ("На чём училась", "What it learned from"),
    "learned_leads": ("{n:решённая заявка|решённые заявки|решённых заявок}", "{n:settled lead|settled leads}"),
    "learned_sales": ("из них купили", "of them bought"),
    "learned_dates": ("Заявки оставлены с {first} по {last}.", "Their requests came from {first} to {last}."),
    "learned_settled": (
        "Решённая заявка — с ней работали, и ей больше {days:# дня|# дней|# дней}.",
        "A settled lead was worked on and is older than {days:# day|# days}.",
    ),
    "learned_settled_closed": (
        "Решённая заявка — закрытая: продажа, отказ или нецелевая.",
        "A settled lead is closed: a sale, a loss, or non-target.",
    ),
    "learned_drawn": ("Взяты наугад из {n} решённых.", "Drawn at random from {n:# settled one|# settled ones}."),
    "learned_young": (
        "Кроме них, свежих заявок в работе: {leads}, из них уже купили: {sales}. Остальные учтены по шансу, что ещё купят, а не как потерянные.",
        "{leads:# more is young|# more are young} and being worked on, {sales} of them bought already. The others count by the chance that they still buy, never as lost.",
    ),
    "learned_never": (
        "Заявок, с которыми так и не связались: {n}. Они ничему не учат: никто не знает, купили бы они.",
        "{n:# lead was|# leads were} never reached. Such leads teach nothing: nobody knows whether they would have bought.",
    ),
    "learned_weighed": (
        "Кому звонить, решал не случай, поэтому заявки, каким звонили редко, весят больше. С этими весами они говорят столько же, сколько {n:# заявка|# заявки|# заявок} с равным весом.",
        "Whom to call was not left to chance, so leads whose like was rarely called weigh more. Weighed so, they tell as much as {n:# lead|# leads} of equal weight.",
    ),
    "never_worked": (
        "Не проверено: с такими заявками никто не работал, и о них модель судит по остальному, что о них известно.",
        "Not looked at: nobody worked on leads of this kind, so the model goes by what else is known of them.",
    ),
    "never_worked_one": ("заявок:\u00a0{n}", "{n:# lead|# leads}"),
    "card_better": ("Лучше ли она правил", "Does it beat the rules"),
    "judged_on": (
        "Проверка: сначала её обучили только на более ранних заявках, затем показали более поздние, оставленные с {first} по {last}. Этих заявок: {leads}, купили: {sales}.",
        "The check: first it learned from earlier leads alone, then it was shown {leads:# later one|# later ones}, left from {first} to {last}. {sales} of them bought.",
    ),
    "judged_by_creation": (
        "В данных почти нет дат продаж и отказов, поэтому результаты могут быть чуть лучше правды.",
        "The data hardly says when sales and losses came, so the results may look a little better than the truth.",
    ),
    "found_how": (
        "Сколько продаж окажется в первых 30\u00a0% звонков, если звонить:",
        "How many of the sales lie in the first 30\u00a0% of the calls, calling:",
    ),
    "order_model": ("в порядке модели", "in the model's order"),
    "order_rules": ("в порядке A, B, C по правилам", "in the order of the rules' A, B, C"),
    "order_chance": ("наугад", "at random"),
    "interval": ("от {low} до {high}", "{low} to {high}"),
    "over_none": (
        "До неё работали правила, другой модели она не сменяла.",
        "The rules worked before it; there was no other model to beat.",
    ),
    "over_as_before": (
        "Сделана так же, как модель {version}, которая работала тогда, но на большем числе заявок.",
        "Made as model {version}, which worked then, was, but of more leads.",
    ),
    "over_better": (
        "Лучше модели {version}, которая работала тогда.",
        "Better than model {version}, which worked then.",
    ),
    "over_same": (
        "Не хуже модели {version}, которая работала тогда, и свежее.",
        "No worse than model {version}, which worked then, and fresher.",
    ),
    "over_worse": ("Хуже модели {version}, которая работала тогда.", "Worse than model {version}, which worked then."),
    "over_other_window": (
        "Модель {version}, которая работала тогда, говорила о покупке в течение {other:# дня|# дней|# дней}, а эта — в течение {days}: сравнить их нельзя.",
        "Model {version}, which worked then, spoke of a purchase within {other:# day|# days}, this one within {days}: the two cannot be compared.",
    ),
    "over_no_window": (
        "Модель {version}, которая работала тогда, говорила о покупке без срока, а эта — в течение {days:# дня|# дней|# дней}: сравнить их нельзя.",
        "Model {version}, which worked then, spoke of a purchase in the end, this one within {days:# day|# days}: the two cannot be compared.",
    ),
    "over_other_own": (
        "Когда училась модель {version}, которая работала тогда, срок компании был другим — {was:# день|# дня|# дней}: сравнить их нельзя.",
        "When model {version}, which worked then, learned, the company counted {was:# day|# days}: the two cannot be compared.",
    ),
    "over_unknown": (
        "С моделью {version}, которая работала тогда, её сравнить не удалось: с тех пор решилось слишком мало продаж.",
        "It could not be compared with model {version}, which worked then: too few sales were settled since.",
    ),
    "card_truth": ("Говорит ли она правду", "Does it say the truth"),
    "truth_together": (
        "Когда эти заявки поступили, она обещала от всех вместе продаж: {promised}. Случилось: {sold}.",
        "When these leads came in, it promised {promised:# sale|# sales} of them together. {sold} came.",
    ),
    "truth_right": ("Разница не больше случайной.", "The difference is no more than chance."),
    "truth_too_low": (
        "Купили больше, чем обещано: она была осторожна.",
        "More bought than was promised: it was cautious.",
    ),
    "truth_too_high": (
        "Купили меньше, чем обещано: она завышала.",
        "Fewer bought than was promised: it promised too much.",
    ),
    "truth_tenths": (
        "Заявки разложены по обещанию на равные части, лучшие слева. Сколько обещано, столько и купило, в пределах случайности, в {kept} из {n:# части|# частей|# частей}.",
        "The leads are laid out in equal parts by what was promised, the best on the left. As many bought as promised, give or take chance, in {kept} of {n:# part|# parts}.",
    ),
    "truth_since": (
        "После проверки она доучилась и на этих заявках, так что общий уровень поправлен по ним.",
        "After the check it learned from these leads too, so its overall level follows them.",
    ),
    "truth_figures": ("Цифры к графику", "The figures of the chart"),
    "card_promised": ("обещано", "promised"),
    "card_bought": ("купили", "bought"),
    "card_tenths": ("части заявок, лучшие слева", "parts of the leads, the best on the left"),
    "col_part": ("Часть", "Part"),
    "col_promised": ("Обещано", "Promised"),
    "col_bought_of": ("Купили", "Bought"),
    "card_grades": ("Оценки A, B, C: по правилам и уточнённые", "Grades A, B, C: by the rules and refined"),
    "grades_first_graded": (
        "Те же более поздние заявки, каждая один раз: в ту минуту, когда правила впервые смогли её оценить.",
        "The same later leads, each once: at the minute when the rules could first grade it.",
    ),
    "grades_left_out": (
        "Ещё {n:# заявку|# заявки|# заявок} правила так и не оценили.",
        "{n:# more was|# more were} never graded by the rules.",
    ),
    "grades_arrival": (
        "Те же более поздние заявки, как они поступили: правила ни одной не оценили.",
        "The same later leads as they came in: the rules graded none of them.",
    ),
    "grades_other_half": (
        "Границы оценок поставлены по каждой второй из более поздних заявок, а здесь — остальные.",
        "The grades' borders were set on every second of the later leads; these are the others.",
    ),
    "grades_kept": (
        "Заявки с уточнённой A должны заканчиваться покупкой не реже, чем A по правилам. На этих заявках так и было: {refined} против {rules}.",
        "A refined A must buy at least as often as the rules' A. On these leads it did: {refined} against {rules}.",
    ),
    "grades_by_chance": (
        "Заявки с уточнённой A должны заканчиваться покупкой не реже, чем A по правилам. Здесь {refined} против {rules}, разница не больше случайной.",
        "A refined A must buy at least as often as the rules' A. Here it is {refined} against {rules}, a difference no larger than chance.",
    ),
    "grades_broken": (
        "Заявки с уточнённой A должны заканчиваться покупкой не реже, чем A по правилам, а здесь вышло реже: {refined} против {rules}.",
        "A refined A must buy at least as often as the rules' A, but here it bought less often: {refined} against {rules}.",
    ),
    "grades_not_shown": (
        "Заявки с уточнённой A должны заканчиваться покупкой не реже, чем A по правилам. Этого таблица ещё не показывает: по этим же заявкам поставлены границы. Покажет следующее обучение.",
        "A refined A must buy at least as often as the rules' A. This table does not show that yet: the same leads set the borders. The next training will show it.",
    ),
    "grades_not_enough": (
        "Как часто заявки с уточнённой A заканчиваются покупкой, говорить рано: мало данных.",
        "How often a refined A buys cannot be said yet: not enough data.",
    ),
    "grades_more": (
        "Заявок A стало {refined} вместо {rules}: больше тех, кому звонить первым.",
        "There {refined:is # A lead|are # A leads} instead of {rules}: more to call first.",
    ),
    "managers_title": ("Оценки менеджеров рядом с оценками модели", "The managers' own grades beside the model's"),
    "managers_none": (
        "Своих оценок менеджеры пока не ставили. Поставить A, B или C можно после звонка в карточке заявки; CRM присылает её со звонком (`grade`), выгрузка звонков — столбцом (`export.calls.grade`).",
        "Managers have given no grade of their own yet. A, B or C can be given after a call on the lead's card; the CRM sends it with the call (`grade`), an export of calls has it as a column (`export.calls.grade`).",
    ),
    "managers_agree": (
        "Совпали на {k} из {n:# заявки|# заявок|# заявок}: {share}",
        "They agree on {k} of {n:# lead|# leads}: {share}",
    ),
    "managers_few": (
        "Как часто они совпадают, говорить рано: мало данных. Заявок с обеими оценками: {n}, нужно {fewest}.",
        "How often they agree cannot be said yet: not enough data. Leads with both grades: {n}, it takes {fewest}.",
    ),
    "managers_leads": ("Заявок", "Leads"),
    "managers_bought": ("Купили из решённых", "Bought, of settled"),
    "side_same": ("Оценили одинаково", "Graded alike"),
    "side_manager_higher": ("Менеджер выше", "Manager higher"),
    "side_model_higher": ("Модель выше", "Model higher"),
    "managers_pairs": ("По оценкам", "By grade"),
    "managers_own": ("Менеджер", "Manager"),
    "managers_model": ("Модель", "Model"),
    "managers_how": (
        "Каждая заявка один раз: первая оценка менеджера рядом с той, которую модель показала последней перед ней. Купили — из заявок, исход которых уже известен.",
        "Each lead once: the first grade that a manager gave it, beside the one that the model had shown last before that. Bought is of leads whose outcome is known.",
    ),
    "managers_not_served": (
        "Ещё {n} оценил менеджер, а эта модель до него не оценивала.",
        "{n:# more was|# more were} graded by a manager, and not by this model before him.",
    ),
    "managers_none_served": (
        "Ещё {n} оценил менеджер, а ни одна модель до него не оценивала.",
        "{n:# more was|# more were} graded by a manager, and by no model before him.",
    ),
    "managers_after": (
        "Ещё {n:# оценена|# оценены|# оценено}, когда исход был уже известен: {n:она|они|они} не в счёт.",
        "{n:# more was|# more were} graded when the outcome was known already: {n:it does|they do} not count.",
    ),
    "managers_caution": (
        "Менеджер уже слышал разговор, а модель ещё нет; и с теми, кого он оценил выше, он работает усерднее. Поэтому видно, где они расходятся, но не кто прав.",
        "The manager had heard the talk and the model had not; and a manager works harder on those he graded higher. So this shows where they part, not who is right.",
    ),
    "col_by_rules": ("По правилам", "By the rules"),
    "col_refined": ("Уточнённая", "Refined"),
    "grade_leads": ("заявок: {n}", "{n:# lead|# leads}"),
    "card_fields": ("Что для неё важнее всего", "What matters to it most"),
    "fields_lead": (
        "Доля — какую часть различий между заявками создаёт поле. Рядом ответы, с которыми покупают заметно чаще и заметно реже.",
        "The share is how much of the difference between leads a field makes. Beside it the answers with which leads buy noticeably more often, and less often.",
    ),
    "col_field": ("Поле", "Field"),
    "col_share": ("Доля", "Share"),
    "col_more_often": ("Покупают чаще", "Buy more often"),
    "col_less_often": ("Покупают реже", "Buy less often"),
    "fields_rules": ("Только оценка по правилам ABC.", "The grade by the ABC rules alone."),
    "card_weak": ("Где она слаба", "Where it is weak"),
    "weak_channel": ("Канал «{channel}»", "Channel {channel}"),
    "weak_at_arrival": ("Сразу после заявки", "Right after the request"),
    "weak_after_a_call": ("После звонка", "After a call"),
    "weak_not_enough": (
        "мало данных (заявок: {leads}, продаж: {sales})",
        "not enough data ({leads:# lead|# leads}, {sales:# sale|# sales})",
    ),
    "weak_hardly": (
        "почти не отличает тех, кто купит, от остальных",
        "hardly tells those who buy from the others",
    ),
    "weak_too_early": (
        "рано говорить, отличает ли она тех, кто купит, от остальных",
        "too early to say whether it tells those who buy from the others",
    ),
    "weak_too_much": (
        "обещает в {times} раза больше, чем покупают (от {low} до {high})",
        "promises {times} times as much as is bought ({low} to {high})",
    ),
    "weak_too_little": (
        "покупают в {times} раза больше, чем она обещает (от {low} до {high})",
        "{times} times as many buy as it promises ({low} to {high})",
    ),
    "weak_counts": ("заявок: {leads}, продаж: {sales}", "{leads:# lead|# leads}, {sales:# sale|# sales}"),
    "weak_none": (
        "Ни в одном канале не нашлось слабости, которую нельзя объяснить случаем.",
        "In no channel was there a weakness that chance does not explain.",
    ),
    "card_unknown": ("Чего она не знает", "What it does not know"),
    "unknown_amount": (
        "Сколько заплатят: сумма берётся из цены предложения или среднего чека.",
        "How much will be paid: the amount is the offer's price, or the average check.",
    ),
    "unknown_reached": (
        "Заявки, которым никто не звонил: чем они кончились бы, она не видела.",
        "Leads that nobody ever called: it has not seen how they would have ended.",
    ),
    "unknown_old": (
        "Заявки старше {days:# дня|# дней|# дней}: о них она больше ничего не говорит.",
        "Leads older than {days:# day|# days}: it says nothing of them any more.",
    ),
    "unknown_new": (
        "Новый продукт, новый канал, изменённые вопросы формы: для них её надо обучить заново.",
        "A new product, a new channel, changed questions of the form: for them it has to be trained anew.",
    ),
    "unknown_people": (
        "Людей: она решает, кому звонить раньше, а не кому отказать, и не оценивает менеджеров.",
        "People: it orders calls; it refuses nobody anything, and does not judge managers.",
    ),
    # for the analyst
    "card_analyst": ("Для аналитика: меры по их именам", "For the analyst: the measures by their names"),
    "analyst_note": (
        "Более поздние заявки: {leads}, продаж: {sales}. Интервалы 95\u00a0% по перевыборке заявок.",
        "{leads:# later lead|# later leads}, {sales:# sale|# sales}. 95\u00a0% intervals by resampling leads.",
    ),
    "analyst_differences": (
        "Log-loss модели минус log-loss остальных (меньше нуля — модель лучше)",
        "The model's log-loss minus that of the others (below zero the model is better)",
    ),
    "analyst_blend": ("Смесь", "Blend"),
    "rung_scorecard": ("скоринговая карта", "scorecard"),
    "rung_trees_of_one_field": ("деревья по одному полю", "trees of one field"),
    "rung_trees_of_two_fields": ("деревья по двум полям", "trees of two fields"),
    "analyst_borders": (
        "Границы: A от {a}, B от {b}, как при обучении; с уровнем рынка они сдвигаются вместе с вероятностями.",
        "Borders: A from {a}, B from {b}, as it learned; they move with the market's level, as the probabilities do.",
    ),
    "analyst_rules_grades": (
        "Уточнённая оценка — это оценка правил: сверх них модель ничего не говорит.",
        "A refined grade is the rules' own: the model says nothing beyond them.",
    ),
    "analyst_files": (
        "Полностью: models/{version}/card.md и evaluation.json в папке данных; `leadloop models show {version}`.",
        "In full: models/{version}/card.md and evaluation.json in the data folder; `leadloop models show {version}`.",
    ),
    "who_candidate": ("модель", "model"),
    "who_rules": ("правила", "rules"),
    "who_base rate": ("средняя доля", "base rate"),
    "who_guesses": ("оценка компании", "company's guesses"),
    "who_champion": ("прежняя модель", "champion before"),
    # what is not there
    "no_model": ("Нет такой модели", "There is no such model"),
    "no_model_remedy": ("Все модели — на странице /models.", "The page /models lists those that there are."),
    "bad_model": ("Эту модель не прочитать", "This model cannot be read"),
    "bad_model_remedy": (
        "Её файлы повреждены или записаны другой версией leadloop. Обучите её заново: `leadloop train`.",
        "Its files are damaged, or another version of leadloop wrote them. Train anew: `leadloop train`.",
    ),
}
