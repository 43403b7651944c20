"""The words of the catalogue of offers, Russian and English side by side."""

from __future__ import annotations

OFFER_WORDS: dict[str, tuple[str, str]] = {
    # key: (Russian, English)
    "offers": ("Предложения", "Offers"),
    "of_title": ("Что обещала реклама", "What the ads promised"),
    "of_lead": (
        "Менеджер видит это на карточке заявки и говорит с человеком о том, что тот видел. Цена из каталога становится ожидаемой суммой сделки.",
        "Managers see it on the lead card, and speak with people about what they saw. A price told here becomes the expected amount of a sale.",
    ),
    "of_new": ("Описать предложение, кампанию или объявление", "Tell of an offer, a campaign or an ad"),
    "of_told_of": ("Описано", "Told of"),
    "of_none": ("Пока ничего не описано.", "Nothing is told of yet."),
    "of_untold": ("Ещё не описано", "Not told of yet"),
    "of_untold_lead": (
        "Это стоит в метках заявок, но никто не описал, что обещала реклама: {n}. Сначала самые частые.",
        "These stand in the marks of leads, but nobody told what the ad promised: {n}. The most frequent first.",
    ),
    "of_what": ("Что это", "What it is"),
    "of_name": ("Название", "Name"),
    "of_name_as": ("Название, как в метках заявок", "Name, as in the marks of leads"),
    "of_leads": ("Заявок", "Leads"),
    "of_tell": ("Описать", "Tell"),
    "of_change": ("Изменить", "Change"),
    "of_no_promise": ("Обещание не записано.", "No promise is written down."),
    "of_price": ("Цена", "Price"),
    "of_price_long": ("Цена (ожидаемая сумма сделки, {currency})", "Price (expected amount of a sale, {currency})"),
    "of_valid": ("Действует", "Valid"),
    "of_not_now": ("сейчас не действует", "not valid now"),
    "of_default": ("Из company.yaml; каталог может сказать больше.", "From company.yaml; the catalogue may say more."),
    "of_told": ("Записано {moment}", "Told on {moment}"),
    "of_form": ("Что обещала реклама", "What the ad promised"),
    "of_form_lead": (
        "Каждое сохранение — новая версия: прежние остаются, и старые заявки видят то, что действовало в день заявки.",
        "Every save is a new version: the earlier ones stay, and older leads show what held on the day of the request.",
    ),
    "of_promise": ("Что обещали", "What was promised"),
    "of_from": ("Действует с", "Valid from"),
    "of_to": ("Действует по", "Valid to"),
    "of_addresses": ("Адреса картинок, по одному на строке", "Addresses of pictures, one a line"),
    "of_upload": (
        "Или загрузить картинку (PNG, JPEG, GIF, WebP; до {largest} кБ)",
        "Or upload a picture (PNG, JPEG, GIF, WebP; up to {largest} kB)",
    ),
    "of_kept": ("Загруженные картинки", "Uploaded pictures"),
    "of_withdraw": ("Убрать из каталога", "Take out of the catalogue"),
    "of_withdrawn": ("убрано из каталога", "taken out of the catalogue"),
    "of_versions": ("Версии", "Versions"),
    "of_pictures": ("картинок: {n}", "pictures: {n}"),
    "of_picture_of": ("Картинка: {name}", "Picture: {name}"),
    "of_picture_at": ("Картинка на {place}", "Picture at {place}"),
    "of_not_stored": ("Ещё не сохранено.", "Not stored yet."),
    "of_mend": (
        "Исправьте отмеченное; всё набранное осталось в форме.",
        "Mend what is marked; all that was typed is still in the form.",
    ),
    "of_wrong_kind": ("Выберите: предложение, кампания или объявление.", "Choose an offer, a campaign or an ad."),
    "of_wrong_name": (
        "Напишите название, как оно стоит в метках заявок.",
        "Write the name as it stands in the marks of leads.",
    ),
    "of_wrong_long": ("Слишком длинно; сократите.", "Too long; make it shorter."),
    "of_wrong_contact": (
        "Здесь телефон или почта; уберите их.",
        "This holds a phone number or an e-mail; take it out.",
    ),
    "of_wrong_currency": (
        "Цена названа в другой валюте: напишите её в валюте компании.",
        "The price is told in another currency: write it in the company's own.",
    ),
    "of_wrong_price": ("Цена — число больше нуля, например 180000.", "A price is a number above zero, such as 180000."),
    "of_wrong_day": ("День — в виде 2026-03-31.", "A day is written as 2026-03-31."),
    "of_wrong_order": ("Последний день раньше первого.", "The last day lies before the first."),
    "of_wrong_many": ("Не больше шести картинок.", "Six pictures at most."),
    "of_wrong_address": (
        "Адрес картинки начинается с https:// и не содержит пробелов.",
        "A picture's address begins with https:// and holds no blanks.",
    ),
    "of_wrong_picture": (
        "Это не PNG, JPEG, GIF или WebP, либо файл больше {largest} кБ.",
        "This is no PNG, JPEG, GIF or WebP, or it is larger than {largest} kB.",
    ),
}
