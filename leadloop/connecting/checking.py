"""Says in words what of a connection works and what is to be put right, one line a thing, each with its remedy."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine

from features.counted_words import counted
from features.crm.hubspot_records import LIFECYCLE
from features.crm.inbox import Inbox
from features.crm.record_book import RecordBook
from features.errors import CrmAway, CrmRefused, DestinationRefused
from features.facts.company import Company
from features.facts.crm_settings import Crm
from features.outbox.outbox import Outbox
from features.outbox.safe_address import safe_address
from features.settings import CrmSecrets
from leadloop.connecting.connector import Connector, Description
from leadloop.connecting.read_words import words_of
from leadloop.connecting.reconciling import READ_ANEW

LATELY = timedelta(days=3)
SHOWN = 10
DOORS = {"bitrix24": "/crm/bitrix24", "amocrm": "/crm/amocrm/SECRET", "hubspot": "/crm/hubspot"}
PROOFS = {
    "bitrix24": ("LEADLOOP_BITRIX24_APPLICATION_TOKEN", "the application_token of the outgoing webhook"),
    "amocrm": ("LEADLOOP_AMOCRM_PATH_SECRET", "a long random word, also the last part of the webhook's address"),
    "hubspot": ("LEADLOOP_HUBSPOT_CLIENT_SECRET", "the client secret of the app"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: whether it works (None: it is only told), and in words what it is or what to do."""

    works: bool | None
    text: str


def check_lines(
    company: Company, connector: Connector, secrets: CrmSecrets, engine: Engine, moment: datetime, *, loopback: bool
) -> Iterator[Line]:
    """Yield what works and what does not; a CRM that does not let us in ends what is asked of it, not the rest."""
    crm = company.crm
    assert crm is not None
    try:
        yield Line(True, f"{connector.greeted()}.")
        told = connector.described()
    except (CrmAway, CrmRefused) as error:
        yield Line(False, str(error))
    else:
        yield from _mapping(crm, company, told)
        yield from _write_back(crm, told)
    if crm.write_back.fields:
        yield from _destination(connector, loopback)
    yield from _door(crm, secrets, engine, moment)
    yield from _waiting(crm, company, engine)


def _mapping(crm: Crm, company: Company, told: Description) -> Iterator[Line]:
    there = {one.name: one for one in told.fields}
    for name, field in crm.fields.items():
        if field not in there:
            yield Line(
                False, f"crm.fields.{name}: the CRM has no field {field}; name one that it has, or make it there."
            )
            continue
        ids = [one for one in there[field].choices if one not in crm.choices.get(name, {})]
        if ids and crm.system == "bitrix24":
            yield Line(
                False,
                f"crm.choices.{name}: {len(ids)} values of {field} have no word, {ids[0]} for one; see --draft.",
            )
        else:
            yield Line(True, f"crm.fields.{name}: read from {field}.")
    if not crm.fields:
        yield Line(False, "crm.fields is empty: no answer of the form is taken; --draft names the CRM's fields.")
    codes = {one.code: one.label for one in told.stages}
    for code, label in codes.items():
        if code not in crm.stages:
            yield Line(
                False,
                f"crm.stages: {code} ({label}) has no entry; leads that stand there are taken without their stage.",
            )
    for code, name in crm.stages.items():
        if code not in codes and not code.startswith(LIFECYCLE):
            yield Line(False, f"crm.stages: the CRM has no stage {code}; take the entry out.")
        elif company.kind_of_stage(name) == "other":
            yield Line(None, f"The stage {name} is of no kind under stages: it counts as a step on the way.")
    mapped = {company.kind_of_stage(name) for name in crm.stages.values()}
    for kind, what in (("won", "sales are"), ("lost", "lost deals are")):
        if kind not in mapped:
            yield Line(
                False,
                f"No stage of the CRM means {kind}: {what} never learned of. Map one under crm.stages and stages.",
            )
    for code in sorted(set(crm.managers) - set(told.people)) if told.people else ():
        yield Line(False, f"crm.managers: the CRM has no person {code}; take the entry out.")
    if not crm.managers and told.people:
        yield Line(None, f"crm.managers is empty: none of {len(told.people)} people is taken as a manager.")


def _write_back(crm: Crm, told: Description) -> Iterator[Line]:
    there = {one.name: one for one in told.fields}
    if not crm.write_back.fields:
        yield Line(None, "No field is named under crm.write_back: scores are not written into the CRM.")
    for part, field in crm.write_back.fields.items():
        if field not in there:
            yield Line(False, f"crm.write_back.{part}: the CRM has no field {field}; make it there, or name another.")
        elif part == "score" and there[field].kind not in ("number", "text", ""):
            yield Line(False, f"crm.write_back.score: {field} is no number field; a score is a number.")
        elif field in crm.fields.values():
            yield Line(False, f"crm.write_back.{part}: {field} is also read as an answer; name a field of its own.")
        else:
            yield Line(True, f"crm.write_back.{part}: written into {field}.")


def _destination(connector: Connector, loopback: bool) -> Iterator[Line]:
    url = connector.letter(*connector.home_of("1"), {}, "check").url
    try:
        safe_address(url, loopback=loopback)
    except DestinationRefused as error:
        yield Line(False, f"Scores cannot be written back: {error}")


def _door(crm: Crm, secrets: CrmSecrets, engine: Engine, moment: datetime) -> Iterator[Line]:
    name, what = PROOFS[crm.system]
    proofs = {
        "bitrix24": secrets.bitrix24_application_token,
        "amocrm": secrets.amocrm_path_secret,
        "hubspot": secrets.hubspot_client_secret,
    }
    if not proofs[crm.system]:
        yield Line(False, f"{name} is not set: {DOORS[crm.system]} takes no message. It is {what}.")
    last = Inbox(engine, crm.system).counts().last_got_at
    if last is None:
        yield Line(False, f"No message ever came: let the CRM's webhook send to https://YOUR-ADDRESS{DOORS[crm.system]}. "
                          "Until then leads are found by looking through, minutes later.")  # fmt: skip
    else:
        is_lately = moment - last <= LATELY
        said = f"The last message came {last:%Y-%m-%d %H:%M} UTC"
        yield Line(
            is_lately, f"{said}." if is_lately else f"{said}, long ago: look whether the webhook is still set there."
        )


def _waiting(crm: Crm, company: Company, engine: Engine) -> Iterator[Line]:
    inbox, book, outbox = Inbox(engine, crm.system), RecordBook(engine, crm.system), Outbox(engine)
    counts = inbox.counts()
    wait, done = counted(counts.waiting, "message waits", "messages wait"), counted(counts.done, "was", "were")
    yield Line(None if counts.waiting else True, f"Inbox: {wait}, {done} looked into.")
    for one in inbox.failing(SHOWN):
        yield Line(False, f"{one.entity} {one.record_id}, tried {counted(one.tries, 'time')}: {one.why}")
    for entity, (cursor, looked) in book.cursors().items():
        yield Line(
            True,
            f"{entity}: looked through {looked:%Y-%m-%d %H:%M} UTC, up to the change of {cursor:%Y-%m-%d %H:%M} UTC.",
        )
    if not book.cursors():
        yield Line(
            None, "Nothing was looked through yet: `leadloop work` does it every few minutes, --once does it now."
        )
    for entity, record in book.counts().items():
        yield Line(
            None,
            f"{entity}: {record.seen:,} seen, {record.deleted:,} deleted there, {record.amiss:,} not wholly taken.",
        )
    otherwise = book.count_under_other_words(words_of(company))
    if otherwise:
        anew = counted(otherwise, "record was", "records were")
        yield Line(
            None, f"{anew} read under other words of company.yaml; each look reads up to {READ_ANEW} of them anew."
        )
    for known in book.amiss(most=SHOWN):
        yield Line(False, f"{known.entity} {known.record_id}: {known.why}")
    states = {state: count for (to, state), count in outbox.counts().items() if to == f"crm-{crm.system}"}
    if states:
        said = ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
        yield Line(
            not states.get("dead"), f"Scores written back: {said}. `leadloop outbox` shows those that need a person."
        )
