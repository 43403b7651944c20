"""The words of what goes back to the ad systems, Russian and English side by side."""

from __future__ import annotations

CONVERSION_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "conversions": ("В рекламу", "To the ads"),
    "cv_title": ("Что узнали продажи — обратно в рекламу", "What sales learned, back to the ad systems"),
    "cv_lead": (
        "Рекламные системы учатся на том, что им рассказали. Расскажите не только о заявках, но и о том, кто годится и кто заплатил: с ожидаемой ценностью после разговора и с настоящей суммой после оплаты.",
        "Ad systems learn from what they are told. Tell them not only of leads but of who qualified and who paid: with the expected value after the talk, and the real amount after the payment.",
    ),
    "cv_none": (
        "Ни одна рекламная система не названа, поэтому ничего никуда не передаётся. Допишите в company.yaml, кому что рассказывать, например так:",
        "No ad system is named, so nothing goes anywhere. Write in company.yaml whom to tell what, for example:",
    ),
    "cv_consent_field": (
        "Контакты (только хешами) и номера кликов передаются, если на «{name}» ответили: {yes}. Кто не ответил, о том не рассказываем.",
        "Contacts (as hashes only) and click ids go out where “{name}” was answered with: {yes}. Of who did not answer nothing is told.",
    ),
    "cv_no_consent_rule": (
        "В company.yaml не сказано, что считать согласием (conversions.consent). Поэтому ничего, что сделано из телефона или почты, никуда не уходит, даже хешами; уходят только номера кликов, которые рекламные системы дали сами.",
        "company.yaml does not say what counts as consent (conversions.consent). So nothing that is made from a phone or an e-mail goes anywhere, not even hashed; only click ids do, which the ad systems gave out themselves.",
    ),
    "cv_system_yandex": ("Яндекс.Метрика: офлайн-конверсии", "Yandex.Metrica: offline conversions"),
    "cv_system_yandex_orders": ("Яндекс.Метрика: заказы CRM", "Yandex.Metrica: CRM orders"),
    "cv_being_counted": (
        "Считаем, как далеко дошла каждая заявка: после запуска службы это нужно один раз. Страница обновится сама, когда будет готово.",
        "Being counted: how far every lead has come. A service needs that once after its start. The page shows it by itself when it is ready.",
    ),
    "cv_system_google": ("Google Ads: конверсии по кликам", "Google Ads: click conversions"),
    "cv_system_google_adjustments": ("Google Ads: поправки к конверсиям", "Google Ads: conversion adjustments"),
    "cv_system_google_enhanced": (
        "Google Ads: расширенные конверсии для лидов",
        "Google Ads: enhanced conversions for leads",
    ),
    "cv_system_meta": ("Meta: конверсии CRM", "Meta: conversions for CRM"),
    "cv_by_yandex": (
        "Узнаёт по ClientID или yclid. Не старше {days:# дня|# дней|# дней} от заявки.",
        "Recognises by ClientID or yclid. At most {days:# day|# days} after the lead.",
    ),
    "cv_by_yandex_orders": (
        "Каждая заявка — заказ: в работе, оплачен, отменён, спам. Узнаёт по ClientID или MD5 телефона и почты. Новый заказ — не старше {days:# дня|# дней|# дней}; рассказанный обновляется и позже.",
        "Every lead is an order: in progress, paid, cancelled, spam. Recognises by ClientID or MD5 of phone and e-mail. A new order at most {days:# day|# days} old; one that was told is updated later too.",
    ),
    "cv_by_google": (
        "Узнаёт по gclid. Не старше {days:# дня|# дней|# дней} от заявки.",
        "Recognises by gclid. At most {days:# day|# days} after the lead.",
    ),
    "cv_by_google_adjustments": (
        "Переданное по кликам, что стало другим: новая сумма (RESTATE) или отмена (RETRACT), не позже {days:# дня|# дней|# дней} после конверсии. Отменённое Google обратно не принимает. Загружается отдельно от конверсий.",
        "What was told of clicks and is so no more: another amount (RESTATE), or taken back (RETRACT), at most {days:# day|# days} after the conversion. What was retracted Google takes no more. Uploaded apart from conversions.",
    ),
    "cv_by_google_enhanced": (
        "Узнаёт по SHA-256 почты и телефона. Не старше {days:# дня|# дней|# дней} от заявки.",
        "Recognises by SHA-256 of e-mail and phone. At most {days:# day|# days} after the lead.",
    ),
    "cv_by_meta": (
        "Узнаёт по номеру лид-формы Meta или SHA-256 почты и телефона. Событие не старше {days:# дня|# дней|# дней}.",
        "Recognises by the id of Meta's lead form or SHA-256 of e-mail and phone. Events at most {days:# day|# days} old.",
    ),
    "cv_col_step": ("Шаг", "Step"),
    "cv_col_reached": ("Дошли", "Reached it"),
    "cv_col_ready": ("Готово передать", "Ready"),
    "cv_col_told": ("Передано", "Told"),
    "cv_col_out": ("Не передать", "Fell out"),
    "cv_col_why": ("Почему", "Why"),
    "cv_step_lead": ("заявка", "lead"),
    "cv_step_qualified": ("квалифицирована (A, B)", "qualified (A, B)"),
    "cv_step_meeting": ("встреча", "meeting"),
    "cv_step_invoice": ("счёт", "invoice"),
    "cv_step_paid": ("оплата", "paid"),
    "cv_step_order": ("заказ", "order"),
    "cv_named": ("там: {name}", "there: {name}"),
    "cv_out_too_old": ("слишком старые", "too old"),
    "cv_out_no_consent": ("нет согласия", "no consent"),
    "cv_out_no_rule_of_consent": ("не сказано, что считать согласием", "no rule of consent"),
    "cv_out_no_click_id": ("не по чему узнать", "nothing to recognise them by"),
    "cv_out_unknown_value": ("сумма не известна", "value unknown"),
    "cv_reason": ("{why}:\u00a0{n}", "{why}:\u00a0{n}"),
    "cv_of_leads": ("Всего заявок: {n}.", "{n:# lead|# leads} in all."),
    "cv_sales_within": (
        "Оплаты здесь считаются все, когда бы они ни пришли; «Путь клиента» засчитывает продажу только в течение {days:# дня|# дней|# дней} от заявки{once}, поэтому там продаж может быть меньше.",
        "Every payment counts here, however late it came; the journey counts a sale only within {days:# day|# days} of its lead{once}, so it may show fewer sales.",
    ),
    "cv_sales_stay": (
        "Оплаты здесь считаются все; «Путь клиента» не засчитывает продажу, если потом сделку закрыли с отказом{once}, поэтому там продаж может быть меньше.",
        "Every payment counts here; the journey does not count a sale whose deal was lost afterwards{once}, so it may show fewer sales.",
    ),
    "cv_sales_once": (", а заявки одного человека — один раз", ", and the leads of one person once"),
    "cv_changed": (
        "Изменилось после передачи: {n}. Исправить переданное эта система не даёт.",
        "Changed since they were told: {n}. This system does not let what was told be mended.",
    ),
    "cv_changed_google": (
        "Изменилось после передачи: {n}. Исправляет файл поправок, ниже.",
        "Changed since they were told: {n}. The file of adjustments below mends it.",
    ),
    "cv_restated": ("Уточнено после передачи: {n}.", "Restated after they were told: {n}."),
    "cv_restatements": ("из них уточнений: {n}", "of these restatements: {n}"),
    "cv_last_file": ("Последний файл", "Last file"),
    "cv_last_pull": ("Последний забор", "Last pulled"),
    "cv_last_push": ("Последняя отправка", "Last pushed"),
    "cv_last": ("{moment}, строк: {n}", "{moment}, {n:# line|# lines}"),
    "cv_never": ("ещё не было", "never yet"),
    "cv_download": ("Скачать файл: {n:# строка|# строки|# строк}", "Download the file: {n:# line|# lines}"),
    "cv_download_note": (
        "Скачанное считается переданным: загрузите файл в кабинет.",
        "What is downloaded counts as told: upload the file to the system.",
    ),
    "cv_lost": ("Файл потерялся? Ещё раз:", "Lost the file? Once more:"),
    "cv_batch": ("№\u00a0{id} от {moment} ({n})", "no.\u00a0{id} of {moment} ({n})"),
    "cv_nothing_ready": ("Сейчас передавать нечего.", "Nothing to tell now."),
    "cv_address": (
        "Адрес, с которого система забирает файл сама",
        "Address from which the system fetches the file by itself",
    ),
    "cv_address_note": (
        "В файле каждый раз всё за {days:# день|# дня|# дней}: если забор сорвался, следующий наверстает, а повторы система узнаёт. Кто знает адрес, читает этот файл и больше ничего.",
        "The file always holds all of {days:# day|# days}: where a fetch broke off the next one makes up for it, and the system knows repeats. Whoever has the address reads this file and nothing else.",
    ),
    "cv_copy": ("Копировать", "Copy"),
    "cv_copied": ("Скопировано", "Copied"),
    "cv_renew": ("Заменить адрес", "Replace the address"),
    "cv_renew_note": ("Старый адрес сразу перестанет работать.", "The old address stops working at once."),
    "cv_push_on": ("Отправляется сама: `leadloop work` раз в час.", "Pushed by itself: `leadloop work`, every hour."),
    "cv_push_no_token": (
        "Отправка включена, но нет ключа: задайте {name} в окружении. Пока письма ждут.",
        "Pushing is on, but the token is missing: set {name} in the environment. Letters wait until then.",
    ),
    "cv_push_off_meta": (
        "Чтобы отправлялось само, назовите `dataset` в company.yaml. Файл — для загрузки через свои программы.",
        "To push by itself, name the `dataset` in company.yaml. The file is for programs of your own.",
    ),
    "cv_push_off_yandex": (
        "Чтобы отправлялось само, назовите `counter` в company.yaml.",
        "To push by itself, name the `counter` in company.yaml.",
    ),
    "cv_push_google": (
        "По API не отправляется: Google даёт для него ключ разработчика только после проверки, а те же строки берёт из файла или по адресу.",
        "Not pushed by API: Google gives a developer's token for it only after a review, and takes the same lines from a file or an address.",
    ),
    "cv_pull_not": (
        "По адресу не забирается: не сказано, что цель, переданная дважды, засчитается один раз.",
        "Not pulled by address: nothing says that a goal told twice counts once.",
    ),
    "cv_letters": ("Не доставлено, нужен человек", "Not delivered, needs a person"),
    "cv_waiting": ("Писем ждёт отправки: {n}.", "{n:# letter waits|# letters wait} to be sent."),
    "cv_col_letter": ("Письмо", "Letter"),
    "cv_col_tries": ("Попыток", "Tries"),
    "cv_col_answer": ("Последний ответ", "Last answer"),
    "cv_col_since": ("С", "Since"),
    "cv_again": ("Отправить ещё раз", "Send again"),
}
