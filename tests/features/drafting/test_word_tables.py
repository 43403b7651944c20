"""Words of CRMs for calls, stages and sources become ours."""

from __future__ import annotations

import pytest

from features.drafting.call_result_words import result_meant
from features.drafting.channel_variants import channel_rules
from features.drafting.field_names import plain_name
from features.drafting.stage_words import stages_meant, yes_and_no_meant
from features.facts.company import NAME
from features.facts.values import CALL_RESULTS, CallResult, StageKind


@pytest.mark.parametrize(
    ("word", "result"),
    [
        ("Дозвонились", "reached"), ("Не дозвонились", "no_answer"), ("Недозвон", "no_answer"), ("Нет ответа", "no_answer"),
        ("Занято", "busy"), ("BUSY", "busy"), ("Неверный номер", "wrong_number"), ("Отказался", "refused"),
        ("Not interested", "refused"), ("Перезвонить", "call_back"), ("Call back later", "call_back"), ("Answered", "reached"),
        ("Not answered", "no_answer"), ("NO ANSWER", "no_answer"), ("no_answer", "no_answer"), ("Пропущенный", "no_answer"),
        ("Разговор состоялся", "reached"), ("Чудо", None),
    ],
)  # fmt: skip
def test_a_calls_result_is_understood(word: str, result: CallResult | None) -> None:
    assert result_meant(word) == result


@pytest.mark.parametrize(
    "word",
    ["Не ответил", "Клиент не ответила", "Разговор не состоялся", "Не состоялся", "Звонок не принят", "Неотвеченный", "Неуспешный",
     "Не поговорили", "Not contacted", "Unsuccessful", "Did not answer", "Didn't answer"],
)  # fmt: skip
def test_a_no_before_a_word_of_speaking_says_that_nobody_was_reached(word: str) -> None:
    assert result_meant(word) == "no_answer"


def test_a_no_that_denies_something_else_says_nothing_of_the_call() -> None:
    assert [result_meant(word) for word in ("Дозвонились, не подходит", "Ответил, не наш профиль")] == ["reached"] * 2


def test_our_own_words_mean_themselves() -> None:
    assert [result_meant(word) for word in CALL_RESULTS] == list(CALL_RESULTS)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Успешно реализовано", "won"), ("Закрыто и не реализовано", "lost"), ("142", "won"), ("143", "lost"),
        ("Closed Won", "won"), ("Closed Lost", "lost"),
        ("Not converted", "lost"), ("Отказ от встречи", "lost"), ("Встреча назначена", "meeting"),
        ("Выставлен счёт", "invoice"), ("Спам", "non_target"), ("Нецелевой", "non_target"), ("Дубль", "ignore"),
        ("Продажа", "won"), ("Unqualified", "non_target"),
    ],
)  # fmt: skip
def test_a_stage_is_understood(name: str, kind: StageKind) -> None:
    assert stages_meant([name]) == {name: kind}


def test_a_contract_is_the_sale_only_where_no_other_stage_is() -> None:
    assert stages_meant(["Договор"]) == {"Договор": "won"}
    assert stages_meant(["Договор", "Оплачено"]) == {"Договор": "contract", "Оплачено": "won"}


@pytest.mark.parametrize(
    ("name", "meant"),
    [("Счёт не оплачен", {"Счёт не оплачен": "invoice"}), ("Не оплачено", {}), ("Не продано", {}), ("Not purchased", {}),
     ("Unsold", {}), ("Счёт оплачен", {"Счёт оплачен": "won"})],
)  # fmt: skip
def test_a_sale_behind_a_no_is_no_sale(name: str, meant: dict[str, StageKind]) -> None:
    assert stages_meant([name]) == meant


def test_a_stage_that_nobody_can_know_is_left_out() -> None:
    assert stages_meant(["В работе", "141"]) == {}


def test_yes_and_no_are_won_and_lost() -> None:
    assert yes_and_no_meant(["Да", "нет", "?"]) == {"Да": "won", "нет": "lost"}


def test_variants_of_a_source_are_one_channel() -> None:
    found = channel_rules(["Yandex", "yandex-direct", "vk", "vk", "tg", "telegram.me", "avito"])
    assert found == {"Yandex": ["yandex", "yandex-direct"], "Telegram": ["telegram.me", "tg"]}


@pytest.mark.parametrize(
    "column",
    ["Кто вы?", "№ 5", "ü", "", "Щёлочь, м²", "x" * 99, "2026", "what do you want to learn with us today, please"],
)
def test_any_column_gives_a_plain_name(column: str) -> None:
    name = plain_name(column, set())
    assert NAME.match(name)
    assert len(name) <= 46
    assert plain_name(column, {name}) != name
