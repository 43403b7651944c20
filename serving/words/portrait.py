"""The words of the pages about buyers, won deals and offers, Russian and English side by side."""

from __future__ import annotations

PORTRAIT_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "portrait": ("Покупатели", "Buyers"),
    "pt_title": ("Кто на самом деле покупает", "Who really buys"),
    "pt_lead": (
        "Чем покупатели отличаются от всех, кто оставляет заявки, — и от тех, на кого нацелена реклама.",
        "How buyers differ from everybody who leaves a request, and from those whom the ads aim at.",
    ),
    "pt_nothing": (
        "Портрет ещё не составлен. Его составит команда `leadloop portrait`; `leadloop work` обновляет его раз в неделю.",
        "No portrait has been drawn yet. `leadloop portrait` draws one; `leadloop work` refreshes it every week.",
    ),
    "pt_unreadable": (
        "Последний портрет не читается: файл повреждён или другого формата. Команда `leadloop portrait` составит новый.",
        "The latest portrait cannot be read: the file is damaged or of another format. `leadloop portrait` draws a new one.",
    ),
    "pt_as_of": ("По состоянию на {moment}.", "As of {moment}."),
    "pt_earlier": ("Портрет от", "Portrait of"),
    "pt_known": ("Что было известно", "What was known"),
    "pt_known_arrival": ("когда пришла заявка", "when the lead arrived"),
    "pt_known_talk": ("после первого разговора", "after the first talk"),
    "pt_base": (
        "{bought:# продажа|# продажи|# продаж} среди {settled:# заявки|# заявок|# заявок} с известным исходом",
        "{bought:# sale|# sales} among {settled:# lead|# leads} whose outcome is known",
    ),
    "pt_open": (
        "{open:# ещё открыта и учтена|# ещё открыты и учтены|# ещё открыты и учтены} по вероятности: ожидается {sales:# продажа|# продажи|# продаж}",
        "{open:# is still open and counted by its|# are still open and counted by their} chance: {sales:# sale is|# sales are} expected",
    ),
    "pt_within": (
        "у {open:# срок ещё не вышел: она учтена|# срок ещё не вышел: они учтены|# срок ещё не вышел: они учтены} по вероятности, а купившие — как продажи, вместе {sales:# продажа|# продажи|# продаж}",
        "{open:# is within its window and counted by its|# are within their window and counted by their} chance, those that bought as sales: {sales:# sale|# sales} in all",
    ),
    "pt_never": (
        "не дозвонились: {n} — такие заявки не считаются потерянными и не участвуют",
        "{n:# was|# were} never reached: such leads are not counted as lost and take no part",
    ),
    "pt_talk_only": (
        "Только заявки, с которыми поговорили до того, как стал известен исход.",
        "Only leads that were spoken to before their outcome was known.",
    ),
    "pt_buyers": ("Портрет покупателя", "The buyers' portrait"),
    "pt_more": ("Покупают чаще других", "Buy more often than others"),
    "pt_less": ("Покупают реже других", "Buy less often than others"),
    "pt_segment": ("Кто", "Who"),
    "pt_of_leads": ("Среди заявок", "Among leads"),
    "pt_of_sales": ("Среди продаж", "Among sales"),
    "pt_buys": ("Покупает", "Buys"),
    "pt_others": ("остальные — {share}", "the others {share}"),
    "pt_was": ("до {day} было {share}", "until {day} it was {share}"),
    "pt_none_stand_out": (
        "Ничто не выделяет покупателей уверенно. Проверено сегментов: {n}. Это ответ, а не пробел: различий крупнее случайных не нашлось.",
        "Nothing surely sets buyers apart. Segments looked at: {n}. That is an answer and no gap: no difference is larger than chance.",
    ),
    "pt_too_few": (
        "Данных пока мало: {bought:# продажа|# продажи|# продаж} среди {settled:# заявки|# заявок|# заявок} с известным исходом. Портрет составляется, когда есть хотя бы {fewest} продаж и {fewest} отказов; пока не проверялось ничего.",
        "Not enough data yet: {bought:# sale|# sales} among {settled:# lead|# leads} whose outcome is known. A portrait needs at least {fewest} sales and {fewest} leads that did not buy; nothing was looked at.",
    ),
    "pt_looked": (
        "Проверено сегментов: {n}. Уверенно отличаются {out}; показаны те немногие, что объясняют остальные. Если бы покупатели ничем не отличались, портрет показал бы хоть что-то в {level} случаев.",
        "Segments looked at: {n}. {out} surely differ; shown are the few that explain the others. If buyers were like everybody, a portrait would show anything at all in {level} of cases.",
    ),
    "pt_left_out": (
        "Ещё {n:# самый мелкий сегмент не проверялся|# самых мелких сегмента не проверялись|# самых мелких сегментов не проверялись}: их слишком много.",
        "{n} more of the smallest segments {n:was|were} not looked at: there are too many.",
    ),
    "pt_no_calls": (
        "Звонки в компании не записываются, поэтому портрета «после разговора» нет.",
        "No calls are recorded in this company, so there is no portrait after the talk.",
    ),
    "pt_audience": ("На кого нацелена реклама", "Whom the ads aim at"),
    "pt_no_audience": (
        "Целевая аудитория не описана. Добавьте в company.yaml раздел `audience:` — и здесь встанут рядом аудитория и покупатели.",
        "No target audience is declared. Add a section `audience:` to company.yaml, and audience and buyers stand side by side here.",
    ),
    "pt_inside": (
        "Попадают в аудиторию: {leads} заявок, {sales} продаж",
        "Inside the audience: {leads} of leads, {sales} of sales",
    ),
    "pt_together": ("По всем признакам сразу", "In all fields at once"),
    "pt_aimed": ("цель", "aimed at"),
    "pt_declared": ("цель {share}", "aim {share}"),
    "pt_not_aimed": ("вне цели", "not aimed at"),
    "pt_v_more": ("чаще", "more often"),
    "pt_v_rarer": ("реже", "more rarely"),
    "pt_v_more_than_aim": ("больше цели", "more than the aim"),
    "pt_v_rarer_than_aim": ("меньше цели", "less than the aim"),
    "pt_v_no_difference": ("нет уверенной разницы", "no sure difference"),
    "pt_v_not_enough": ("мало данных", "not enough data"),
    "pt_verdict": ("Покупатели", "Buyers"),
    "pt_part": ("Ответ", "Answer"),
    "pt_audience_note": (
        "Сравниваются продажи и заявки (а где задана доля — продажи и эта доля); проверено строк: {n}, все вместе.",
        "Sales are held against leads (or, where a share is declared, against that share); {n} rows were tested, all together.",
    ),
    "pt_fix": ("Что исправить", "What to fix"),
    "pt_fix_nothing": (
        "Уверенных расхождений между аудиторией и покупателями нет.",
        "There is no sure difference between the audience and the buyers.",
    ),
    "pt_fix_aimed_rarer": (
        "Реклама нацелена, а покупают редко: {who} — {leads} заявок и только {sales} продаж.",
        "Aimed at, but they rarely buy: {who} is {leads} of leads and only {sales} of sales.",
    ),
    "pt_fix_not_aimed_more": (
        "Покупают, хотя реклама на них не нацелена: {who} — {leads} заявок и {sales} продаж.",
        "They buy though nobody aims at them: {who} is {leads} of leads and {sales} of sales.",
    ),
    "pt_fix_declared_rarer": (
        "Меньше, чем рассчитывали: {who} — цель {declared}, а среди продаж {sales}.",
        "Fewer than was aimed for: {who}, aim {declared}, but {sales} of sales.",
    ),
    "pt_fix_declared_more": (
        "Больше, чем рассчитывали: {who} — цель {declared}, а среди продаж {sales}.",
        "More than was aimed for: {who}, aim {declared}, but {sales} of sales.",
    ),
    "pt_fix_buyers_not_aimed": (
        "Ищите больше таких: {who} — {leads} заявок и {sales} продаж.",
        "Look for more of these: {who} is {leads} of leads and {sales} of sales.",
    ),
    "pt_fix_leads_not_buyers": (
        "Платите за таких меньше: {who} — {leads} заявок и только {sales} продаж.",
        "Pay less for these: {who} is {leads} of leads and only {sales} of sales.",
    ),
    "pt_changed": ("Что изменилось", "What changed"),
    "pt_changed_lead": (
        "{new:# продажа, решённая|# продажи, решённые|# продаж, решённых} после портрета от {day}, — против {before:#, решённой|#, решённых|#, решённых} до него. Проверено сегментов: {n}.",
        "The {new:# sale|# sales} settled since the portrait of {day}, beside the {before} settled until then. Segments looked at: {n}.",
    ),
    "pt_first": (
        "Это первый портрет: сравнивать пока не с чем.",
        "This is the first portrait: there is nothing to compare it with yet.",
    ),
    "pt_changed_few": (
        "После портрета от {day} решено продаж: {new}, до него — {before}. Сравнение начинается с {fewest} с каждой стороны; пока ничего не сравнивалось.",
        "{new:# sale was|# sales were} settled since the portrait of {day}, {before} until then. A comparison begins at {fewest} on each side; nothing was compared yet.",
    ),
    "pt_no_sure_change": ("Уверенных изменений нет.", "There is no sure difference."),
    "pt_sure_change": ("Уверенно изменилось:", "Surely changed:"),
    "pt_before": ("Было", "Was"),
    "pt_since": ("Стало", "Is now"),
    "pt_sure": ("уверенно", "sure"),
    "pt_not_sure": ("может быть случайно", "may be chance"),
    "pt_how": ("Как это посчитано", "How this was worked out"),
    "pt_how_text": (
        "Что выделяется, решают только заявки с известным исходом. Открытые заявки видны в долях среди продаж — каждая по своей вероятности ({by}), — но интервал от них не становится уже: мнение модели не открытие. Исходы {deals} раз раздаются заявкам заново, и каждый раз запоминается самый заметный из всех сегментов; уверенным считается то, что заметнее 95 из 100 таких. Сегмент из двух признаков показан, только если он говорит больше, чем каждый признак отдельно. Следующий сегмент показан, только если он выделяется и среди заявок, одинаковых по предыдущим.",
        "What stands out is decided by leads whose outcome is known alone. Open leads are seen in the shares of sales, each by its chance ({by}), but they make no interval narrower: a model's opinion is no discovery. The outcomes are dealt out to the leads anew {deals} times, and each time the most striking of all segments is noted; sure is what is more striking than 95 of 100 of those. A segment of two fields is shown only if it says more than each field alone. The next segment is shown only if it stands out also among leads that are alike in the ones before.",
    ),
    "pt_by_model": ("по модели {version}", "by model {version}"),
    "won": ("Сделки", "Deals"),
    "wn_title": ("Как и почему покупают", "How and why people buy"),
    "wn_lead": (
        "Сколько времени и звонков уходит до договора и что привлекает людей кроме цены — по заявкам с известным исходом.",
        "How much time and how many calls a contract takes, and what attracts people besides the price: of leads whose outcome is known.",
    ),
    "wn_nothing": (
        "Ещё не посчитано. Посчитает команда `leadloop won`; `leadloop work` обновляет это раз в неделю.",
        "Not worked out yet. `leadloop won` does; `leadloop work` refreshes it every week.",
    ),
    "wn_unreadable": (
        "Последний отчёт не читается: файл повреждён или другого формата. Команда `leadloop won` посчитает заново.",
        "The latest report cannot be read: the file is damaged or of another format. `leadloop won` works it out anew.",
    ),
    "wn_days": ("Дней до договора", "Days to the contract"),
    "wn_calls": ("Звонков до договора", "Calls to the contract"),
    "wn_lost_calls": ("Звонков, если не купили", "Calls where nothing was bought"),
    "wn_settled": ("Исход известен", "Outcome known"),
    "wn_won": ("Куплено", "Won"),
    "wn_by_channel": ("По каналам", "By channel"),
    "wn_by_offer": ("По предложениям", "By offer"),
    "wn_all": ("Все", "All"),
    "wn_middle": (
        "Медиана: у половины сделок меньше, у половины больше; рядом 95-процентный интервал, если сделок хотя бы шесть. Считаются заявки старше {days:# дня|# дней|# дней}: всем дали одинаковое время, поэтому быстрые недавние покупки не делают сделки быстрее, чем они есть.",
        "The median: half of the deals took less, half more; beside it the 95 % interval where there are six deals at least. Counted are leads older than {days:# day|# days}: all had the same time, so that quick recent sales do not make deals look quicker than they are.",
    ),
    "wn_middle_closed": (
        "Медиана: у половины сделок меньше, у половины больше; рядом 95-процентный интервал, если сделок хотя бы шесть. Считаются закрытые заявки; ещё открытых здесь нет, поэтому настоящие сделки могут быть дольше.",
        "The median: half of the deals took less, half more; beside it the 95 % interval where there are six deals at least. Counted are closed leads; those still open are not in here, so deals may really take longer.",
    ),
    "wn_notes_attracts": ("Что привлекает кроме цены", "What attracts besides the price"),
    "wn_notes_ideal_product": ("Идеальный продукт", "The ideal product"),
    "wn_notes_comment": ("Комментарии менеджеров", "Managers' comments"),
    "wn_theme": ("О чём говорят", "What is said"),
    "wn_quote": ("«{text}»", "“{text}”"),
    "wn_of_won": ("Среди купивших", "Of those who bought"),
    "wn_of_lost": ("Среди не купивших", "Of those who did not"),
    "wn_difference": ("Разница", "Difference"),
    "wn_more_won": ("чаще у купивших", "more often where it was won"),
    "wn_more_lost": ("чаще у не купивших", "more often where it was not"),
    "wn_other": ("другое", "something else"),
    "wn_no_notes": ("Заметок пока нет.", "There are no notes yet."),
    "wn_notes_base": (
        "Заметки {won:# купившего|# купивших|# купивших} и {lost:# не купившего|# не купивших|# не купивших}.",
        "Notes of {won:# lead|# leads} that bought and {lost} that did not.",
    ),
    "wn_notes_how": (
        "Заметки сгруппированы по общим словам; название группы — самая типичная заметка. Имена, телефоны, адреса и длинные номера убраны. Учитываются только заметки, сделанные до того, как стал известен исход; группа — от {fewest} заявок, остальное — «другое». Различия проверены все вместе: среди названных уверенными ложных в среднем не больше 5 %.",
        "Notes are grouped by the words that they share; a group is called by its most typical note. Names, phone numbers, addresses and long numbers are left out. Only notes made before the outcome was known count; a group has {fewest} leads at least, the rest is “something else”. The differences are tested all together: of those called sure, 5 % at most are false in the mean.",
    ),
    "pt_by_rules": ("по оценке самой компании для её правил", "by the company's own guess for its rules"),
}
