"""``leadloop alarms``: what is wrong now, told to whom it is due; the worker does the same by itself."""

from __future__ import annotations

import signal
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from features.facts.company_file import read_company
from features.facts.database import engine_for
from features.facts.store import FactStore
from features.facts.values import Source, Spend
from leadloop.alarm_turn import AlarmTurns
from leadloop.commands._house import open_house
from leadloop.database import bring_up_to_date
from monitoring.alarms.alarm_log import AlarmLog
from monitoring.alarms.kept_look import last_look, of_company
from tests.leadloop.command_line import Small, one_line, run, started
from tests.leadloop.deliveries.servers import Mailbox, Web, mail_server, web_server
from tests.serving.doors import COMPANY
from tests.serving.spoiled import spoiled
from tests.support.free_port import free_port

PATIENCE = 90.0
HERE = {"LEADLOOP_SEND_TO_LOOPBACK": "1"}


def alarmed(folder: Path, deliver: str = "", marked: str = "vk") -> Small:
    """Return a company of which a channel went bad, with these settings of delivery; its leads and costs are ``marked`` so."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "company.yaml").write_text(COMPANY + deliver, encoding="utf-8")
    engine = engine_for(f"sqlite:///{folder / 'home' / 'leadloop.db'}")
    bring_up_to_date(engine)
    facts = [
        replace(one, marks={"source": marked})
        if isinstance(one, Source | Spend) and one.marks["source"] == "vk"
        else one
        for one in spoiled(datetime.now(UTC))
    ]
    FactStore(engine).append(facts)
    engine.dispose()
    return Small(folder)


def settings(box: Mailbox, hook: Web | None = None) -> str:
    webhook = f", crm: {{webhook: '{hook.address}/in'}}" if hook else ""
    return (
        f"deliver:\n  hour: 0\n  to: {{marketer: {{email: m@example.com}}{webhook}}}\n"
        f"  mail: {{server: 127.0.0.1, port: {box.port}, security: none}}\n"
    )


def test_it_shows_what_is_wrong_since_when_with_counts_and_what_is_quiet(tmp_path: Path) -> None:
    said = one_line(alarmed(tmp_path).done("alarms"))
    assert "ВКонтакте: more non-target leads" in said
    assert "since about" in said
    assert "spent since" in said
    assert "Яндекс non-target 300" in said


def test_what_a_turn_found_is_kept_for_the_page_of_alarms(tmp_path: Path) -> None:
    company = alarmed(tmp_path)
    company.done("alarms")
    engine = engine_for(f"sqlite:///{tmp_path / 'home' / 'leadloop.db'}")
    of = of_company(read_company(tmp_path / "company.yaml"), engine)
    kept = last_look(tmp_path / "home", of=of, moment=datetime.now(UTC))
    number = FactStore(engine).last_number()
    engine.dispose()
    assert kept is not None
    assert [one.watched.channel for one in kept.look.alarms] == ["ВКонтакте"]
    assert (kept.number, kept.has_leads) == (number, True)


def test_commands_and_the_worker_go_on_from_the_lines_that_a_service_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alarmed(tmp_path)
    house = open_house(tmp_path / "home", tmp_path / "company.yaml")
    moment = datetime.now(UTC)
    kept = house.lead_book()
    told = kept.summaries(moment)
    kept.keep(moment)
    monkeypatch.setattr(FactStore, "histories", lambda *_, **__: pytest.fail("the leads were read again"))
    assert house.lead_book().summaries(datetime.now(UTC)) == told
    assert [one.watched.channel for one in AlarmTurns().look(house, moment=datetime.now(UTC)).look.alarms] == [
        "ВКонтакте"
    ]
    house.engine.dispose()


def test_where_nothing_could_be_noticed_it_says_so(imported: Small) -> None:
    assert "Not enough data: nowhere would a change have been noticed yet." in one_line(imported.done("alarms"))


def test_what_is_due_is_sent_once_however_often_it_is_asked(tmp_path: Path) -> None:
    with mail_server() as box:
        company = alarmed(tmp_path, settings(box))
        assert "marketer (e-mail): sent" in company.done("alarms", "--deliver", **HERE)
        assert "Nothing is due to anybody." in company.done("alarms", "--deliver", **HERE)
    (mail,) = box.mails
    assert "больше нецелевых" in str(mail["subject"])


def test_a_message_writes_names_as_the_leads_do(tmp_path: Path) -> None:
    with mail_server() as box:
        company = alarmed(tmp_path, settings(box), marked="VK Реклама")
        assert "sent" in company.done("alarms", "--deliver", **HERE)
        assert "VK Реклама: more non-target leads" in one_line(company.done("alarms"))
    (mail,) = box.mails
    assert "VK Реклама: больше нецелевых" in str(mail["subject"])


def test_what_did_not_go_out_is_said_in_words_and_goes_out_later(tmp_path: Path) -> None:
    with mail_server() as box, web_server() as hook:
        company = alarmed(tmp_path, settings(box, hook))
        hook.statuses = [503, 200]
        ran = company.run("alarms", "--deliver", **HERE)
        assert ran.code == 1
        assert "crm (webhook): not sent: The webhook's server did not take the message (HTTP 503" in one_line(ran.out)
        assert "m@example.com" not in ran.out + ran.err
        assert "crm (webhook): sent" in company.done("alarms", "--deliver", **HERE)


def test_a_check_says_what_works_and_what_does_not(tmp_path: Path) -> None:
    with mail_server() as box:
        company = alarmed(
            tmp_path, settings(box).replace("}}", f"}}, crm: {{webhook: 'http://127.0.0.1:{free_port()}'}}}}")
        )
        ran = company.run("alarms", "--check", **HERE)
    assert ran.code == 1
    assert "marketer (e-mail): works, a test message went out" in ran.out
    assert "crm (webhook): not sent: The webhook's server does not answer (ConnectError)." in one_line(ran.out)


def test_without_a_recipient_a_check_says_where_to_write_one(opened: Small) -> None:
    ran = opened.run("alarms", "--check", **HERE)
    assert ran.code == 1
    assert "deliver: to" in one_line(ran.out)


def test_the_worker_looks_and_tells_people_by_itself(tmp_path: Path) -> None:
    with mail_server() as box:
        company = alarmed(tmp_path, settings(box))
        process = started("work", *company.place)
        until = time.monotonic() + PATIENCE
        while not box.mails and process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        out = one_line(process.communicate(timeout=PATIENCE)[0])
    assert len(box.mails) == 1, out
    assert "marketer (e-mail): told of alarms" in out
    engine = engine_for(f"sqlite:///{company.home / 'leadloop.db'}")
    assert [one.is_on for one in AlarmLog(engine).alarms()] == [True]
    engine.dispose()


def test_what_is_no_span_is_answered_in_one_sentence(company: Small) -> None:
    ran = run("work", "--alarms", "soon", *company.place)
    assert ran.code == 2
    assert "--alarms takes a span" in one_line(ran.err)
