"""Names as people write them, from what the company and its leads wrote."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.import_log import ImportLog
from features.facts.store import FactStore
from features.facts.values import Call, Fact, Lead, LeadId, Source
from features.facts.written_names import LATEST, WrittenNames

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
COMPANY = Company.model_validate({
    "company": "Окна",
    "fields": {"city": {"kind": "choice"}, "extras": {"kind": "list"}, "wish": {"kind": "text"}},
    "offers": {"Тихий офис": {}},
    "audience": {"city": ["москва", "Тверь Центр"]},
})  # fmt: skip


def lead(lead_id: str, **answers: str | tuple[str, ...]) -> Lead:
    return Lead(LeadId(lead_id), NOON, NOON, dict(answers))


def source(lead_id: str, **marks: str) -> Source:
    return Source(LeadId(lead_id), NOON, NOON, dict(marks))


def names_after(engine: Engine, facts: list[Fact]) -> WrittenNames:
    FactStore(engine).append(facts)
    names = WrittenNames(engine, COMPANY)
    names.look()
    return names


def test_a_name_is_written_as_most_of_the_latest_leads_write_it(engine: Engine) -> None:
    wrote = ("Весна  2026", "весна 2026", "Весна 2026", "ВЕСНА 2026")
    names = names_after(engine, [source(str(n), campaign=one) for n, one in enumerate(wrote)])
    assert names.of("весна 2026") == "Весна 2026"


def test_the_companys_offers_go_before_what_leads_write_and_its_answers_where_no_lead_wrote_one(
    engine: Engine,
) -> None:
    names = names_after(engine, [source("7", offer="ТИХИЙ ОФИС")])
    assert (names.of("москва"), names.of("тихий офис")) == ("москва", "Тихий офис")
    names = names_after(engine, [lead("7", city="МОСКВА")])
    assert names.of("москва") == "МОСКВА"


def test_each_item_of_a_list_and_what_a_call_learned_have_their_letters(engine: Engine) -> None:
    facts: list[Fact] = [
        lead("7", extras=("Жалюзи", "Москитная Сетка")),
        Call(LeadId("7"), NOON, NOON, "reached", answers={"city": "Тверь"}),
    ]
    names = names_after(engine, facts)
    assert [names.of(one) for one in ("жалюзи", "москитная сетка", "тверь")] == ["Жалюзи", "Москитная Сетка", "Тверь"]


def test_free_text_is_no_name(engine: Engine) -> None:
    assert names_after(engine, [lead("7", wish="Позвоните Анне")]).of("позвоните анне") == "позвоните анне"


def test_an_import_that_was_taken_back_writes_no_names(engine: Engine) -> None:
    log = ImportLog(engine)
    wrong = log.begin(file="leads.csv", sha256="0" * 64, kind="leads", started_at=NOON, exported_at=NOON).id
    FactStore(engine).append([source("7", ad="Окно")], import_id=wrong)
    FactStore(engine).undo(wrong)
    assert names_after(engine, [source("8", ad="Дверь")]).of("окно") == "окно"


def test_leads_far_ahead_of_the_latest_facts_are_read_where_those_are_theirs(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("features.facts.written_names.LATEST", 3)
    calls: list[Fact] = [Call(LeadId("7"), NOON, NOON, "busy", seconds=float(n)) for n in range(5)]
    names = names_after(engine, [source("6", ad="Старое"), source("7", ad="Новое"), *calls])
    assert (names.of("новое"), names.of("старое")) == ("Новое", "старое")
    assert LATEST > 1_000


def test_a_look_reads_again_only_where_enough_came(engine: Engine) -> None:
    store = FactStore(engine)
    names = names_after(engine, [source(str(n), ad="Пол") for n in range(20)])
    store.append([source("a", ad="Окно")])
    names.look()
    assert names.of("окно") == "окно"
    store.append([source(f"b{n}", ad="Окно") for n in range(5)])
    names.look()
    assert names.of("окно") == "Окно"


def test_the_first_look_reads_what_was_stored_before_it_was_asked_for(engine: Engine) -> None:
    store = FactStore(engine)
    store.append([source("7", ad="Было")])
    names = WrittenNames(engine, COMPANY, store.last_number())
    store.append([source("8", ad="Стало")])
    names.look()
    assert (names.of("было"), names.of("стало")) == ("Было", "стало")
    names.look()
    assert names.of("стало") == "Стало"


def test_a_mark_of_the_companys_own_such_as_a_clicks_number_is_no_name(engine: Engine) -> None:
    names = names_after(engine, [source("7", yclid="ABCdef", keyword="Окна В Офис")])
    assert [names.of(one) for one in ("abcdef", "окна в офис")] == ["abcdef", "Окна В Офис"]
