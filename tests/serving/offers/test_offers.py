"""What the ads promised: told on a page, kept version after version, shown to managers, and never read before it was told."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from features.facts.catalogue import Catalogue, Promised, Version
from features.facts.values import LeadId
from tests.serving.doors import Doors

PNG = b"\x89PNG\r\n\x1a\n" + bytes(50)
TOLD = {"kind": "offer", "name": "Тихий офис", "promise": "Тишина за два дня", "discount": "10 %", "price": "250 000,5"}


def tell(doors: Doors, status: int = 303, picture: bytes | None = None, **said: str) -> str:
    """Send the form as a browser would; return the page that answers."""
    files = {"picture": ("a.png", picture, "image/png")} if picture else None
    answer = doors.client.post(
        "/offers/tell?lang=en", data={**TOLD, **said}, files=files, headers={"accept": "text/html"}
    )
    assert answer.status_code == status, answer.text
    return str(answer.text)


def held(doors: Doors) -> Catalogue:
    found = doors.service.desk.catalogue
    assert found is not None
    return found


def test_the_offers_of_company_yaml_stand_there_until_the_catalogue_says_more(doors: Doors) -> None:
    assert "From company.yaml" in doors.page("/offers?lang=en")
    assert "Окна не слышат улицу" in doors.page("/offers")
    tell(doors)
    page = doors.page("/offers?lang=en")
    assert "Тишина за два дня" in page
    assert "From company.yaml" not in page


def test_the_form_begins_with_what_company_yaml_says(doors: Doors) -> None:
    page = doors.page("/offers/tell?kind=offer&name=Тихий офис")
    assert "Окна не слышат улицу" in page
    assert 'value="320000"' in page


def test_a_manager_sees_on_the_card_what_was_promised(doors: Doors) -> None:
    doors.lead(marks={"source": "vk", "offer": "тихий  офис", "campaign": "Весна"})
    tell(doors, picture=PNG, pictures="https://example.com/a.jpg")
    tell(doors, kind="campaign", name="весна", promise="Окна к лету", price="")
    card = doors.page("/leads/7")
    assert "Тишина за два дня" in card
    assert "Окна к лету" in card
    assert "Окна не слышат улицу" not in card  # the catalogue's word stands instead of company.yaml's
    (name,) = set(re.findall(r'src="/offers/pictures/([^"]+)"', card))
    served = doors.client.get(f"/offers/pictures/{name}")
    assert served.content == PNG
    assert served.headers["content-type"] == "image/png"
    assert served.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in served.headers["content-security-policy"]


def test_a_price_told_today_moves_todays_expected_amount_and_none_of_yesterday(doors: Doors) -> None:
    doors.lead(marks={"source": "vk", "offer": "Тихий офис"})
    desk = doors.service.desk
    history, before = desk.store.history(LeadId("7")), desk.now()
    assert desk.scored(history, before).expected_amount == 320_000.0
    doors.clock.pass_time(timedelta(hours=1))
    tell(doors)
    assert desk.scored(history, desk.now()).expected_amount == 250_000.5
    assert desk.scored(history, before).expected_amount == 320_000.0


def test_a_version_that_is_not_valid_on_the_day_of_the_request_was_not_seen(doors: Doors) -> None:
    doors.lead(marks={"source": "vk", "offer": "Тихий офис"})
    tomorrow = (doors.clock() + timedelta(days=2)).date().isoformat()
    tell(doors, valid_from=tomorrow, promise="С завтрашнего дня")
    assert "С завтрашнего дня" not in doors.page("/leads/7")
    assert (
        doors.service.desk.scored(doors.service.desk.store.history(LeadId("7")), doors.clock()).expected_amount
        == 320_000.0
    )


def test_every_version_stays_and_a_withdrawn_entry_is_no_longer_shown(doors: Doors) -> None:
    doors.lead(marks={"source": "vk", "offer": "Тихий офис"})
    tell(doors, promise="Первое")
    tell(doors, promise="Второе")
    tell(doors, withdraw="yes")
    versions = held(doors).versions("offer", "тихий ОФИС")
    assert [one.promised.promise for one in versions] == ["", "Второе", "Первое"]
    assert held(doors).seen({"offer": "Тихий офис"}, created_at=doors.clock(), moment=doors.clock()) == []
    assert "Второе" in doors.page("/offers/tell?kind=offer&name=Тихий офис")
    assert "From company.yaml" in doors.page("/offers?lang=en")


@pytest.mark.parametrize(
    ("language", "typed", "price"),
    [
        ("en", "12,500", 12_500.0),
        ("en", "₽4,800.50", 4_800.5),
        ("en", "12.5", 12.5),
        ("ru", "12,5", 12.5),
        ("ru", "12 500", 12_500.0),
        ("ru", "12500.5", 12_500.5),
        ("ru", "5к", 5_000.0),
        ("ru", "5 руб. 50 к", 5.5),
        ("en", "5k", 5_000.0),
        ("en", "1.2m", 1_200_000.0),
    ],
)
def test_a_price_is_read_as_the_pages_language_writes_numbers(
    doors: Doors, language: str, typed: str, price: float
) -> None:
    answer = doors.client.post(f"/offers/tell?lang={language}", data={**TOLD, "price": typed})
    assert answer.status_code == 303
    assert held(doors).entries(doors.clock())[0].promised.price == price


@pytest.mark.parametrize(
    ("language", "typed", "remedy"),
    [
        ("en", "€4,800", "another currency"),
        ("ru", "4 800 долларов", "в другой валюте"),
        ("ru", "4800 KZT", "в другой валюте"),
    ],
)
def test_a_price_in_another_currency_is_not_taken_for_the_companys_own(
    doors: Doors, language: str, typed: str, remedy: str
) -> None:
    answer = doors.client.post(f"/offers/tell?lang={language}", data={**TOLD, "price": typed})
    assert (answer.status_code, remedy in answer.text, typed in answer.text) == (422, True, True)
    assert held(doors).entries(doors.clock()) == []


def test_what_does_not_fit_is_named_and_all_that_was_typed_stays(doors: Doors) -> None:
    page = tell(
        doors, 422, PNG, name=" ", promise="звоните 8 912 345-67-89", price="дорого", valid_from="2026-03-31",
        valid_to="2026-03-01", pictures="javascript:alert(1)",
    )  # fmt: skip
    for remedy in ("Write the name", "take it out", "number above zero", "before the first", "begins with https"):
        assert remedy in page
    for typed in ("дорого", "2026-03-31", "javascript:alert(1)", "10 %"):
        assert typed in page
    assert re.search(r'name="kept" value="[0-9a-f]{32}\.png" checked', page)  # the picture was good, and is kept
    assert held(doors).entries(doors.clock()) == []


def test_a_file_that_is_no_picture_is_refused_whatever_it_is_called(doors: Doors) -> None:
    page = tell(doors, 422, b"<svg onload='alert(1)'></svg>")
    assert "no PNG, JPEG, GIF or WebP" in page
    assert "Тишина за два дня" in page
    assert tell(doors, 422, PNG + bytes(700_000))


def test_only_kept_pictures_are_served(doors: Doors) -> None:
    for name in ("../company.yaml", "..%2Fcompany.yaml", "person.key", "0" * 32 + ".png", "a.svg"):
        assert doors.client.get(f"/offers/pictures/{name}").status_code == 404


def test_marks_of_leads_that_nobody_told_of_are_listed_the_most_frequent_first(doors: Doors) -> None:
    for lead_id, campaign in (("1", "Осень"), ("2", "Весна"), ("3", "весна")):
        doors.lead(lead_id, marks={"source": "vk", "campaign": campaign})
    page = doors.page("/offers?lang=en")
    assert page.index("весна") < page.index("осень")
    tell(doors, kind="campaign", name="Весна")
    assert "весна" not in doors.page("/offers?lang=en")


def test_another_process_sees_a_version_within_seconds(doors: Doors) -> None:
    engine, zone = doors.service.desk.store.engine, doors.service.company.zone
    other = Catalogue(engine, zone)
    assert other.entries(doors.clock()) == []
    held(doors).remember(Version("ad", "Баннер", doors.clock(), Promised("Скидка")))
    assert Catalogue(engine, zone).entries(doors.clock())[0].promised.promise == "Скидка"


def test_every_page_leads_to_the_offers(doors: Doors) -> None:
    assert 'href="/offers"' in doors.page("/portrait")
