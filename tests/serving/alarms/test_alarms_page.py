"""The marketer's five minutes on Monday: what is wrong, since when, what it cost, what changed, what to do; and what was done."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from features.errors import StoreUnreachable
from features.facts.contacts import Contact
from features.facts.values import Fact, Lead, LeadId, Source
from monitoring.alarms.alarm_log import AlarmLog
from monitoring.alarms.kept_look import last_look, look_path, of_company
from monitoring.alarms.watcher import Watcher
from monitoring.drift_summary import ColumnDrift, DriftSummary, save_summary
from monitoring.lead_book import LeadBook, LeadSummary
from monitoring.telling.delivery_log import Delivery, DeliveryLog
from serving.alarm_looks import AlarmLooks
from serving.alarms.watch import AlarmWatch
from serving.reports.drift_reports import DriftReports
from tests.serving.doors import COMPANY, Doors, eventually, open_doors
from tests.serving.spoiled import spoiled
from tests.support.contacts import keep_contact
from tests.support.empty_database import empty_database
from tests.support.facts import call

DAY = timedelta(days=1)


def name_on(page: str) -> str:
    (name,) = set(re.findall(r'id="alarm-([0-9a-f]{16})"', page))
    return str(name)


def plain(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).replace("\u00a0", " ").split())


def alarmed(doors: Doors) -> str:
    """Let a channel go bad; return the alarm's name."""
    doors.service.desk.store.append(spoiled(doors.clock()))
    return name_on(doors.page("/alarms"))


@pytest.fixture(scope="module")
def alarm_once(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Doors, str]]:
    """Give the doors of a company with an alarm, and its name, to those of whose forms nothing is kept."""
    home = tmp_path_factory.mktemp("alarmed")
    with empty_database(home) as engine, open_doors(home, engine) as doors:
        yield doors, alarmed(doors)


def said(doors: Doors, name: str, action: str, **form: str) -> tuple[int, str]:
    answer = doors.client.post(f"/alarms/{name}/{action}", data=form, headers={"accept": "text/html"})
    return answer.status_code, answer.headers.get("location", answer.text)


def test_before_the_first_lead_it_says_so(doors: Doors) -> None:
    page = doors.page("/alarms")
    assert "Заявок пока нет" in page
    assert "Пока никому" in page


def test_too_little_nothing_wrong_and_not_looked_at_are_three_answers(tmp_path: Path, sqlite_engine: Engine) -> None:
    with open_doors(tmp_path, sqlite_engine) as doors:
        doors.lead("7")
        assert "Пока мало данных" in doors.page("/alarms")
        doors.service.desk.store.append(spoiled(doors.clock(), rise_days_ago=0))
        doors.clock.pass_time(timedelta(minutes=2))
        page = plain(doors.page("/alarms"))
        assert "Всё спокойно" in page
        assert re.search(r"Яндекс Доля нецелевых: [\d,]+ % \(\d+ из 300\); рост до \d+ % заметили бы", page)
    assert re.search(r"Доля нецелевых, видно после первого звонка [\d,]+ % .*? из 300 \d+ %", page)
    without = COMPANY.split("abc:")[0] + "stages: {won: [Договор]}\n"
    with open_doors(tmp_path, sqlite_engine, company=without) as doors:
        assert "Не смотрели" in doors.page("/alarms")


def test_an_alarm_says_what_since_when_how_much_and_what_to_do_in_both_languages(doors: Doors) -> None:
    alarmed(doors)
    page = plain(doors.page("/alarms"))
    assert "ВКонтакте: больше нецелевых" in page
    since = (doors.clock() - 20 * DAY).date()
    days = [f"{since + n * DAY:%d.%m.%Y}" for n in range(-7, 8)]
    assert any(f"С какого дня {day} скорее всего между" in page for day in days)
    assert re.search(r"Потрачено с тех пор \d+ 000 ₽ из них примерно [\d ]+ ₽ \(от [\d ]+ ₽ до [\d ]+ ₽\)", page)
    assert "Послушайте пять последних звонков" in page
    assert "Ни ответы формы, ни источники заметно не сдвинулись" in page
    english = plain(doors.page("/alarms?lang=en"))
    assert "ВКонтакте: more non-target leads" in english
    assert "What exactly changed" in english


def test_a_look_at_the_page_brings_the_log_up_to_date_and_recovery_ends_the_alarm(doors: Doors) -> None:
    name = alarmed(doors)
    log = AlarmLog(doors.service.desk.store.engine)
    assert [(one.name, one.is_on) for one in log.alarms()] == [(name, True)]
    doors.clock.pass_time(20 * DAY)
    later = doors.clock()
    doors.service.desk.store.append([one for n in range(3) for one in _good(f"G{n}", later - timedelta(hours=n))])
    page = plain(doors.page("/alarms"))
    assert [one.is_on for one in log.alarms()] == [True]  # a few good leads are no recovery
    doors.service.desk.store.append([one for n in range(3, 90) for one in _good(f"G{n}", later - timedelta(hours=n))])
    doors.clock.pass_time(timedelta(minutes=2))
    page = plain(doors.page("/alarms"))
    assert [one.is_on for one in log.alarms()] == [False]
    assert "Прежние тревоги Что было Когда Что решили ВКонтакте: больше нецелевых" in page
    assert "никто ничего не отметил" in page


def _good(lead_id: str, at: datetime) -> list[Fact]:
    name = LeadId(lead_id)
    return [Lead(name, at, at), Source(name, at, at, {"source": "vk"}), call(lead_id, at, need="yes", budget="yes")]


def test_who_saw_it_and_what_was_decided_is_kept_and_shown(any_doors: Doors) -> None:
    doors = any_doors
    name = alarmed(doors)
    status, back = said(doors, name, "seen", who="Анна")
    assert (status, back) == (303, f"/alarms?who=%D0%90%D0%BD%D0%BD%D0%B0#alarm-{name}")
    assert "видели: Анна" in doors.page("/alarms")
    status, _ = said(doors, name, "decision", who="Борис", kind="paused", words="баннер <77> выключен")
    page = doors.page("/alarms?who=Борис")
    assert status == 303
    assert "остановили рекламу" in page
    assert "баннер &lt;77&gt; выключен" in page
    assert 'value="Борис"' in page


def test_an_alarm_that_is_put_off_stands_apart_until_its_day_or_until_it_is_taken_back(doors: Doors) -> None:
    name = alarmed(doors)
    assert said(doors, name, "snooze", who="Анна", days="3", reason="меняем страницу")[0] == 303
    page = doors.page("/alarms")
    assert 'id="put-off"' in page
    assert "меняем страницу" in page
    assert "Тревог сейчас" not in page
    assert said(doors, name, "wake", who="Анна")[0] == 303
    assert 'id="put-off"' not in doors.page("/alarms")
    said(doors, name, "snooze", who="Анна", days="3", reason="меняем страницу")
    doors.clock.pass_time(3 * DAY)
    assert "Тревог сейчас" in doors.page("/alarms")


@pytest.mark.parametrize(
    ("action", "form", "words"),
    [
        ("seen", {}, "Напишите, кто вы."),
        ("seen", {"who": "a@example.com"}, "нельзя писать телефоны"),
        ("decision", {"who": "Анна"}, "Выберите, что решили."),
        ("decision", {"who": "Анна", "kind": "nonsense"}, "Выберите, что решили."),
        ("decision", {"who": "Анна", "kind": "other", "words": "8 912 345-67-89"}, "нельзя писать телефоны"),
        ("decision", {"who": "Анна", "kind": "other", "words": "x" * 501}, "не больше 500 знаков"),
        ("snooze", {"who": "Анна", "days": "7"}, "Напишите, почему откладываете."),
        ("snooze", {"who": "Анна", "days": "9999", "reason": "так"}, "Выберите, на сколько отложить."),
    ],
)
def test_a_form_that_does_not_fit_is_shown_again_with_what_was_typed_and_nothing_is_kept(
    alarm_once: tuple[Doors, str], action: str, form: dict[str, str], words: str
) -> None:
    doors, name = alarm_once
    status, page = said(doors, name, action, **form)
    assert status == 422
    assert words in page
    assert 'role="alert"' in page
    (kept,) = AlarmLog(doors.service.desk.store.engine).alarms()
    assert (kept.seen, kept.decisions, kept.snooze) == ((), (), None)


def test_an_alarm_that_never_was_is_answered_as_a_page(doors: Doors) -> None:
    status, page = said(doors, "0" * 16, "seen", who="Анна")
    assert status == 404
    assert "Нет такой тревоги" in page
    assert said(doors, "../7", "seen", who="Анна")[0] in (404, 405)


def test_comments_show_no_person_of_the_contact_book(doors: Doors) -> None:
    now = doors.clock()
    facts = spoiled(now)
    doors.service.desk.store.append(facts)
    keep_contact(
        doors.service.desk.store.engine, "L599", Contact("Ольга Сидорова", "8 912 345-67-89", "olga@example.com")
    )
    bad = [n for n in range(500, 600) if n % 2 == 0]
    for n in bad:
        doors.call(
            f"L{n}", result="reached", answers={"need": "no"}, comment="Ищет работу, просила Ольга, 8 912 345-67-89"
        )
    doors.clock.pass_time(timedelta(minutes=2))
    page = doors.page("/alarms")
    assert "Ищет работу, просила …" in page
    assert "Ольга" not in page
    assert "345-67-89" not in page


def test_evidentlys_figures_stand_beside_ours_where_there_is_a_report(doors: Doors) -> None:
    alarmed(doors)
    assert "Отчёта по этому каналу ещё нет" in doors.page("/alarms")
    reports = DriftReports(doors.service.settings, lambda: "stand")
    path = reports._path("ВКонтакте")
    path.parent.mkdir(parents=True)
    columns = (
        ColumnDrift("role", "Jensen-Shannon distance", 0.31, 0.1, True),
        ColumnDrift("hour", "K-S p_value", 0.4, 0.05, False),
    )
    save_summary(DriftSummary(918, 437, columns), path)
    page = plain(doors.page("/alarms"))
    assert "Изменилось полей: 1 из 2 (доля 50 %); 437 последних заявок канала против 918 прежних." in page
    assert "Кто вы Jensen-Shannon distance 0,310 0,1 изменилось" in page


def test_who_is_told_and_what_became_of_it_stands_there_without_addresses(
    tmp_path: Path, sqlite_engine: Engine
) -> None:
    told = COMPANY + "deliver: {to: {маркетолог: {email: m@example.com}, чат: {telegram: '-100777'}}}\n"
    with open_doors(tmp_path, sqlite_engine, company=told) as doors:
        doors.lead("7")
        log, now = DeliveryLog(sqlite_engine), doors.clock()
        one = Delivery("d1", "чат", "telegram", "digest", now.date(), {"new": ("a",)}, "begun", now)
        log.begin(one)
        log.end(one, moment=now, why="Telegram did not take the message (HTTP 503).")
        page = doors.page("/alarms")
    assert "Telegram did not take the message (HTTP 503)." in page
    assert "маркетолог" in page
    assert "m@example.com" not in page
    assert "100777" not in page


def kept_before(doors: Doors) -> tuple[AlarmWatch, LeadBook]:
    """Let a channel go bad and be looked at; return a watch of the same home as after a start, and its book."""
    alarmed(doors)
    service = doors.service
    of = of_company(service.company, service.desk.store.engine)
    assert last_look(service.settings.home, of=of, moment=doors.clock()) is not None
    book, log = LeadBook(service.desk.store, service.company), AlarmLog(service.desk.store.engine)
    watcher = Watcher(service.company, service.log)
    looks = AlarmLooks(book, watcher, service.figures.costs, log, home=service.settings.home, of=of)
    return AlarmWatch(looks, service.company, service.desk.store, service.contacts, lambda _: None), book


def test_after_a_start_the_page_shows_at_once_what_was_last_counted_and_of_when(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    (watch, book), may_go_on = kept_before(doors), threading.Event()
    monkeypatch.setattr("serving.alarm_looks.PATIENCE", 0.0)
    summaries = book.summaries
    monkeypatch.setattr(book, "summaries", lambda moment: may_go_on.wait(30) and summaries(moment))
    began = doors.clock()
    doors.service.desk.store.append(_good("new", began))
    doors.clock.pass_time(timedelta(hours=1))
    seen = watch.seen(doors.clock())
    assert seen.under_way
    assert seen.at is not None
    assert seen.at <= began
    assert [card.logged.alarm.watched.channel for card in seen.cards] == ["ВКонтакте"]
    assert seen.cards[0].changed is None
    may_go_on.set()
    eventually(lambda: not watch.seen(doors.clock()).under_way, 30)
    seen = watch.seen(doors.clock())
    assert seen.at is not None
    assert seen.at > began
    assert seen.cards[0].changed is not None


def test_before_the_first_count_is_done_the_page_says_so_and_not_that_all_is_quiet(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    doors.service.desk.store.append(spoiled(doors.clock()))
    may_go_on = threading.Event()
    summaries = doors.service.book.summaries
    monkeypatch.setattr("serving.alarm_looks.PATIENCE", 0.0)
    monkeypatch.setattr(doors.service.book, "summaries", lambda moment: may_go_on.wait(30) and summaries(moment))
    page = plain(doors.page("/alarms"))
    assert "Ещё не посчитано: первый подсчёт идёт прямо сейчас." in page
    assert "Всё спокойно" not in page
    assert "Заявок пока нет" not in page
    waits = doors.page("/alarms?lang=en")
    assert "Not counted yet" in plain(waits)
    assert "data-waiting" in waits  # it opens by itself once it is counted
    assert "waiting.js" in waits
    may_go_on.set()
    eventually(lambda: "больше нецелевых" in plain(doors.page("/alarms")), 30)
    counted = doors.page("/alarms")
    assert "Ещё не посчитано" not in plain(counted)
    assert "data-waiting" not in counted


def test_while_a_new_count_is_under_way_the_page_says_of_when_its_figures_are(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = alarmed(doors)
    may_go_on = threading.Event()
    summaries = doors.service.book.summaries
    monkeypatch.setattr("serving.alarm_looks.PATIENCE", 0.0)
    monkeypatch.setattr(doors.service.book, "summaries", lambda moment: may_go_on.wait(30) and summaries(moment))
    doors.clock.pass_time(timedelta(hours=3))
    page = doors.page("/alarms?lang=en")
    assert "a new count is still under way" in page
    assert name_on(page) == name
    looks = [one for one in threading.enumerate() if one.name == "alarms"]
    assert [one.daemon for one in looks] == [True]  # whoever ends the service does not wait for it
    may_go_on.set()
    eventually(lambda: "under way" not in doors.page("/alarms?lang=en"), 30)


def test_only_the_page_that_began_a_new_count_waits_for_it(doors: Doors, monkeypatch: pytest.MonkeyPatch) -> None:
    name = alarmed(doors)
    began, may_go_on = threading.Event(), threading.Event()
    summaries = doors.service.book.summaries

    def held(moment: datetime) -> Sequence[LeadSummary]:
        began.set()
        may_go_on.wait(30)
        return summaries(moment)

    monkeypatch.setattr("serving.alarm_looks.PATIENCE", 20.0)
    monkeypatch.setattr(doors.service.book, "summaries", held)
    doors.clock.pass_time(timedelta(hours=3))
    pages: list[str] = []
    first = threading.Thread(target=lambda: pages.append(doors.page("/alarms?lang=en")))
    first.start()
    try:
        assert began.wait(30)
        meanwhile = doors.page("/alarms?lang=en")
        assert "a new count is still under way" in meanwhile
        assert name_on(meanwhile) == name
        assert pages == []  # the one that began it still waits
    finally:
        may_go_on.set()
        first.join(30)
    assert "under way" not in pages[0]


def test_a_look_that_failed_is_told_to_whoever_waited_and_to_the_log_and_tried_again(
    doors: Doors, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unreachable(_: datetime) -> list[LeadSummary]:
        raise StoreUnreachable("gone")

    doors.service.desk.store.append(spoiled(doors.clock()))
    with monkeypatch.context() as broken:
        broken.setattr(doors.service.book, "summaries", unreachable)
        assert doors.client.get("/alarms", headers={"accept": "text/html"}).status_code == 503
    assert "The alarms could not be looked at" in caplog.text
    assert "больше нецелевых" in plain(doors.page("/alarms"))


def test_a_kept_look_of_other_words_or_a_damaged_one_is_not_shown(doors: Doors) -> None:
    alarmed(doors)
    home, moment = doors.service.settings.home, doors.clock()
    of = of_company(doors.service.company, doors.service.desk.store.engine)
    kept = last_look(home, of=of, moment=moment)
    assert kept is not None
    assert [one.watched.channel for one in kept.look.alarms] == ["ВКонтакте"]
    assert last_look(home, of="other words", moment=moment) is None
    assert last_look(home, of=of, moment=moment - DAY) is None
    look_path(home).write_bytes(look_path(home).read_bytes()[:-9])
    assert last_look(home, of=of, moment=moment) is None
