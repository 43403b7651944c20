"""The words of the budget's page, Russian and English side by side."""

from __future__ import annotations

BUDGET_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "budget": ("Бюджет", "Budget"),
    "bg_title": ("Что принёс рекламный бюджет", "What the advertising budget brought"),
    "bg_lead": (
        "За последние {n} полных недель, по неделе заявки. Продажи — состоявшиеся и ещё ожидаемые: открытая заявка не считается потерянной.",
        "Over the last {n} whole weeks, by the week of the lead. Sales are those made and those still expected: an open lead does not count as lost.",
    ),
    "bg_none": (
        "Пока нет ни одной полной недели с заявками или расходами.",
        "There is no whole week of leads or costs yet.",
    ),
    "bg_chart": ("Сколько стоила продажа", "What a sale cost"),
    "bg_a_sale": ("в среднем", "on average"),
    "bg_next_sale": ("ещё одна", "one more"),
    "bg_col_sold": ("Продажи", "Sales"),
    "bg_made_expected": ("{made} + ожидается {expected}", "{made} + {expected} expected"),
    "bg_col_average": ("Стоила продажа", "A sale cost"),
    "bg_col_next": ("Стоила бы ещё одна", "One more would cost"),
    "bg_col_elastic": ("Продаж на +10 % денег", "Sales for 10 % more money"),
    "bg_between": ("{low}–{high}", "{low} to {high}"),
    "bg_or_never": ("от {low}; может быть, и никогда", "{low} or more; perhaps never"),
    "bg_cannot_tell": ("не сказать", "cannot tell"),
    "bg_hardly_varied": (
        "расход почти не менялся, или мало недель и продаж",
        "spend hardly varied, or too few weeks and sales",
    ),
    "bg_free": ("без расхода", "no spend"),
    "bg_association": (
        "«Ещё одна» — это связь, а не причина: сравниваются недели, когда на канал тратили больше, с неделями, когда тратили меньше. В те же недели могло меняться и другое: сезон, спрос, сами объявления; а где расход растёт от числа заявок, связь будет и без всякого влияния. Наверняка скажет только честная проверка, ниже.",
        "“One more” is an association, not a cause: weeks in which more was spent on a channel are compared with weeks in which less was. Other things may have changed in the same weeks: the season, demand, the ads themselves; and where spend follows the number of leads, they go together without any effect. Only an honest test tells for sure; see below.",
    ),
    "bg_test": ("Честная проверка", "An honest test"),
    "bg_test_lead": (
        "Недели идут парами. В каждой паре жребий решает, какая получит больше денег, а какая меньше; за пару канал стоит столько же, сколько всегда. Что бы ни случилось ещё — сезон, конкурент, — жребий этого не знает, поэтому разница между неделями показывает, что сделали деньги.",
        "Weeks go in pairs. In each pair a draw decides which gets more money and which less; over the pair the channel costs what it always does. Whatever else happens, a season, a competitor, the draw does not know of it, so the difference between the weeks shows what the money did.",
    ),
    "bg_channels": ("Каналы", "Channels"),
    "bg_change": ("Больше и меньше на", "More and less by"),
    "bg_weeks": ("Недель", "Weeks"),
    "bg_show": ("Показать план", "Show the plan"),
    "bg_plan": ("План с {begins} по {ends}", "Plan from {begins} to {ends}"),
    "bg_power": (
        "Если ещё 10 % денег приносят {effect} продаж, проверка заметит это в {power} случаев.",
        "If 10 % more money brings {effect} sales, the test notices it in {power} of cases.",
    ),
    "bg_smallest": (
        "В 80 % случаев заметит, если 10 % денег дают хотя бы {effect} продаж.",
        "In 80 % of cases it notices if 10 % more money brings at least {effect} sales.",
    ),
    "bg_smallest_none": (
        "В 80 % случаев такая проверка не заметит никакого правдоподобного влияния: возьмите больше недель, каналов или размах.",
        "In 80 % of cases such a test notices no effect that is plausible: take more weeks, channels, or a larger change.",
    ),
    "bg_usual": (
        "Обычно здесь {sold:# продажа|# продажи|# продаж} и {cost} в неделю; недели разбросаны в {scatter} раза сильнее, чем просто счёт.",
        "Usually {sold:# sale|# sales} and {cost} a week here; weeks scatter {scatter} times as much as mere counts.",
    ),
    "bg_week_from": ("Неделя с", "Week from"),
    "bg_name": ("Название: a–z, 0–9 и дефис", "Name: a–z, 0–9 and -"),
    "bg_keep": ("Сохранить жребий", "Keep the draw"),
    "bg_keep_note": (
        "Сохранённый жребий не меняется: никто не выберет недели задним числом.",
        "A kept draw is not changed: nobody chooses weeks afterwards.",
    ),
    "bg_tests": ("Проверки", "Tests"),
    "bg_no_tests": ("Пока ни одной.", "None yet."),
    "bg_when": (
        "{begins} — {ends}; {channels}; ±{change}. Прошло пар: {over} из {pairs}.",
        "{begins} to {ends}; {channels}; ±{change}. Pairs over: {over} of {pairs}.",
    ),
    "bg_verdict_not_over": (
        "Ещё идёт. Итог будет после последней недели: кто смотрит раньше, того обманет случай.",
        "Still on. It is judged after its last week: whoever looks earlier is fooled by chance.",
    ),
    "bg_verdict_not_spent": (
        "Деньги не пошли за жребием: больше в нужные недели не потрачено. Судить не о чем.",
        "The money did not follow the draw: no more was spent in the weeks that were to get more. There is nothing to judge.",
    ),
    "bg_verdict_works": (
        "Больше денег — больше продаж, и это не случай.",
        "More money sold more, and that is no luck.",
    ),
    "bg_verdict_not_shown": (
        "Влияние не показано: такую разницу мог дать и один жребий.",
        "No effect was shown: the draw alone may have made such a difference.",
    ),
    "bg_verdict_harms": (
        "Больше денег — меньше продаж, и это не случай: посмотрите, что ещё изменилось.",
        "More money went with fewer sales, and that is no luck: look what else it changed.",
    ),
    "bg_effect": (
        "Ещё {money} изменили бы число продаж на {value} ({low} … {high}).",
        "{money} more would bring {value} sales ({low} to {high}).",
    ),
    "bg_open": (
        "Ещё не решено заявок: {n}; вместо них считаются ожидаемые продажи.",
        "{n:# lead is not decided yet and counts|# leads are not decided yet and count} by the sales expected of {n:it|them}.",
    ),
    "bg_not_followed": (
        "В {n:# паре|# парах|# парах} деньги не пошли за жребием; {n:она посчитана|они посчитаны|они посчитаны}, как выпало.",
        "In {n:# pair|# pairs} the money did not follow the draw; {n:it counts as it was|they count as they were} drawn.",
    ),
    "bg_refused_no_channel": ("Выберите хотя бы один канал.", "Choose at least one channel."),
    "bg_refused_no_monday": (
        "Проверка начинается в понедельник, а {day} — другой день.",
        "A test begins on a Monday; {day} is none.",
    ),
    "bg_refused_change": (
        "Размах — доля больше 0 и не больше 1: 0,5 прибавляет и убавляет половину.",
        "The change is a share above 0 and up to 1: 0.5 raises and lowers by half.",
    ),
    "bg_refused_pairs": (
        "Пар недель по всем каналам вместе вышло {pairs}: столько ничего не покажут, или это слишком много. Нужно от {fewest} до {most}.",
        "{pairs} pairs of weeks show nothing, or are too many: take {fewest} to {most}, over all channels together.",
    ),
    "bg_refused_nothing_to_vary": (
        "У канала {channel} за последние {weeks} недель не было расхода или продаж: менять нечего.",
        "{channel} had no spend, or sold nothing, in the last {weeks} weeks: there is nothing to vary.",
    ),
    "bg_refused_name": (
        "В названии проверки только a–z, 0–9 и дефис, не больше шестидесяти знаков.",
        "A test's name is of a–z, 0–9 and -, sixty letters at most.",
    ),
    "bg_refused_taken": (
        "Проверка {name} уже есть, а сохранённый жребий не меняется; назовите эту иначе.",
        "There is a test {name} already, and a drawn test is not changed; name this one otherwise.",
    ),
    "bg_refused_shared_weeks": (
        "Канал {channel} уже занят проверкой {name} с {begins} по {ends}: возьмите другой канал или начните {after} или позже.",
        "{channel} is in the test {name} from {begins} to {ends}: take another channel, or begin on {after} or later.",
    ),
    "bg_verdict_unknown_channel": (
        "Не оценена: ни одна заявка и ни один расход не относятся к каналу: {channels}. Канал переименовали в company.yaml (channels.rules)? Под именем из проверки её недели найдутся снова.",
        "It is not judged: no lead and no cost of any week counts in: {channels}. Was a channel renamed in company.yaml (channels.rules)? Under the name of the test its weeks are found again.",
    ),
    "bg_any": ("сколько угодно", "any number"),
}
