"""Every way in which leadloop says no, with what to do next.

LeadloopError
├── SettingWrong                an environment variable cannot be used
├── CompanyFileWrong            company.yaml does not hold together: file, line, key, remedy
├── ImportRefused               a file does not fit at all; nothing of it was stored
├── NotThere                    what was asked for is not stored
│   ├── UnknownLead
│   ├── UnknownImport
│   ├── UnknownModel
│   ├── UnknownAlarm
│   ├── UnknownLetter
│   ├── UnknownExperiment
│   ├── NoDataFolder            nothing was ever kept where --home or LEADLOOP_HOME points
│   └── DatabaseEmpty           the database holds no tables of leadloop's
├── NotYourLead                 a manager asked for a lead that is another's
├── FactRefused                 one fact cannot be taken: field and remedy
├── KeyUsedOtherwise            an Idempotency-Key came with another request before
├── KeyUnreadable               an Idempotency-Key is empty or too long
├── NothingToLearn              too little is settled to train on
├── ArtefactUnreadable          a saved model is damaged or of another format
├── ModelUnfit                  a model that did not stand its trial and may not serve
├── ModelOutgrown               the company's window is another than the model learned with
├── StoreUnreachable            the database does not answer
│   └── StoreBusy               more waits to be stored than can wait
├── RegistryUnreachable         the record of models does not answer
├── KeysAway                    the master key that opens contacts is missing
├── AccessRefused               an account or a key cannot be made or changed like this
├── DeliveryFailed              a message to people did not go out; it is tried again
├── NothingToTell               an ad system that company.yaml does not name, or a way that it does not take
├── ExperimentRefused           a test that cannot be planned, or not be judged yet
├── DestinationRefused          a request would go where none may go
├── CrmAway                     a CRM does not answer; what it told waits
├── CrmRefused                  a CRM says no, or is not set up: what to put right
├── BackupRefused               a backup cannot be made or restored; nothing was changed
├── WorkerElsewhere             another worker leads and does the duties
├── DutyLacks                   a duty cannot do its work, or a part of it: what is missing, and the remedy
├── DutyCrashed                 the process that did a duty ended in the middle of it
└── AddressRefused              serving an open house beyond this machine

No message ever carries a name, a phone number or an e-mail address.
"""

from __future__ import annotations

from dataclasses import dataclass


class LeadloopError(Exception):
    """Something a person can put right; the message says how."""


class SettingWrong(LeadloopError):
    """An environment variable has a value that cannot be used."""


@dataclass(frozen=True, slots=True)
class CompanyMistake:
    """One wrong place in company.yaml (line 0: the whole file): where it is, what is wrong, what would be right."""

    line: int
    key: str
    remedy: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.key}: {self.remedy}"


class CompanyFileWrong(LeadloopError):
    """company.yaml cannot be used; every mistake is named with its line."""

    def __init__(self, path: str, mistakes: list[CompanyMistake]) -> None:
        lines = "\n".join(
            f"  {path}:{m.line}: {m.key}: {m.remedy}" if m.line else f"  {path} {m.remedy}" for m in mistakes
        )
        super().__init__(f"{path} has {len(mistakes)} mistake(s):\n{lines}")
        self.path = path
        self.mistakes = mistakes


class ImportRefused(LeadloopError):
    """A file does not fit at all; nothing of it was stored."""


class NotThere(LeadloopError):
    """What was asked for is not stored."""


class UnknownLead(NotThere):
    """Somebody asked about a lead that was never sent."""

    def __init__(self, lead_id: str) -> None:
        super().__init__(f"Lead {lead_id!r} is not stored; send it to POST /v1/leads or import it first.")
        self.lead_id = lead_id


class UnknownImport(NotThere):
    """There is no import of this number."""

    def __init__(self, import_id: int) -> None:
        super().__init__(f"There is no import {import_id}; `leadloop imports` lists them.")
        self.import_id = import_id


class UnknownModel(NotThere):
    """The registry holds no such model version or alias."""

    def __init__(self, wanted: str) -> None:
        super().__init__(f"The registry holds no model {wanted!r}; `leadloop models list` lists them.")
        self.wanted = wanted


class NotYourLead(LeadloopError):
    """A manager asked for a lead that neither waits in his queue nor was ever his."""

    def __init__(self, lead_id: str) -> None:
        super().__init__(f"Lead {lead_id!r} is not yours; your queue has those that are.")
        self.lead_id = lead_id


class TakenByAnother(NotYourLead):
    """A manager wants to take a lead that another was quicker to take, or speaks with."""


class UnknownAlarm(NotThere):
    """There is no alarm of this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no alarm {name!r}; `leadloop alarms` and the page /alarms list them.")


class UnknownLetter(NotThere):
    """No letter of this number waits for a person."""

    def __init__(self, letter_id: int) -> None:
        super().__init__(f"No letter {letter_id} waits for a person; `leadloop outbox` lists them.")
        self.letter_id = letter_id


class UnknownExperiment(NotThere):
    """No test of the budget has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no test {name!r}; `leadloop experiment list` lists them.")
        self.name = name


class NoDataFolder(NotThere):
    """Nothing was ever kept in the folder that was named; none was made, as the name may be mistyped."""

    def __init__(self, home: str, *, is_there: bool = False) -> None:
        told = f"There is no data folder at {home}"
        if is_there:
            told = f"The folder {home} holds no leadloop.db; where the database is elsewhere, LEADLOOP_DATABASE_URL names it"
        super().__init__(
            f"{told}; --home (or LEADLOOP_HOME) names another, `leadloop import` or `leadloop serve` makes a new one."
        )
        self.home = home


class DatabaseEmpty(NotThere):
    """The database that was named is not one of ours, or not yet; ``file`` where it is a file."""

    def __init__(self, file: str | None = None) -> None:
        told = "The database of LEADLOOP_DATABASE_URL" if file is None else file
        super().__init__(
            f"{told} holds no tables of leadloop's; name the database that `leadloop serve` uses, or let `leadloop migrate` make "
            "them in this one."
        )


class FactRefused(LeadloopError):
    """One fact cannot be taken: which field, and what would be right."""

    def __init__(self, field: str, remedy: str) -> None:
        super().__init__(f"{field}: {remedy}")
        self.field = field
        self.remedy = remedy


class KeyUsedOtherwise(LeadloopError):
    """An Idempotency-Key came again, but with another request."""

    def __init__(self) -> None:
        super().__init__(
            "This Idempotency-Key came with another request in the last 24 hours; nothing was stored now. Send a key of its own "
            "with each request, and the same one only where the very same request is repeated."
        )


class KeyUnreadable(LeadloopError):
    """An Idempotency-Key cannot be used."""

    def __init__(self) -> None:
        super().__init__(
            "An Idempotency-Key is a text of 1 to 255 letters, digits and signs; a random UUID is a good one."
        )


class NothingToLearn(LeadloopError):
    """Too little is settled to train on; the message says how much there is and is needed."""


class ArtefactUnreadable(LeadloopError):
    """A saved model is damaged, or was written by another version of the format."""


class ModelUnfit(LeadloopError):
    """A model did not stand its trial, so the one before goes on."""

    def __init__(self, version: str, why: str) -> None:
        super().__init__(f"Model {version} may not serve: {why}.")
        self.version = version


class ModelOutgrown(LeadloopError):
    """The company's window is another than the one a model learned with, so its leads cannot be followed."""

    def __init__(self, version: str, learned: int | None, now: int | None) -> None:
        told = [f"{days} days" if days else "none" for days in (learned, now)]
        super().__init__(
            f"Model {version} learned with another window (horizon_days: {told[0]}) than company.yaml has now ({told[1]}); "
            "run `leadloop train`."
        )
        self.version = version


class StoreUnreachable(LeadloopError):
    """The database does not answer."""


class StoreBusy(StoreUnreachable):
    """So much waits to be stored that more would wait too long."""

    def __init__(self) -> None:
        super().__init__(
            "More waits to be stored than the database takes in; nothing of this was stored, send it again later."
        )


class RegistryUnreachable(LeadloopError):
    """The record of models does not answer, or not as it should."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The record of models does not answer ({why}); look whether MLflow's database or server runs and has room on "
            "its disk, and whether MLFLOW_TRACKING_URI and MLFLOW_REGISTRY_URI name it."
        )
        self.why = why


class KeysAway(LeadloopError):
    """The master key under which contacts were sealed is not at hand."""

    def __init__(self, master: str) -> None:
        super().__init__(
            f"The master key {master} that opens contacts is not at hand; bring back contact.key in the data folder, or name it "
            "in LEADLOOP_CONTACT_KEY."
        )
        self.master = master


class AccessRefused(LeadloopError):
    """An account or a key cannot be made or changed like this; the message says what would be right."""


class DeliveryFailed(LeadloopError):
    """A message to people did not go out; the message says why and names no address and no secret."""


class NothingToTell(LeadloopError):
    """An ad system is not named in company.yaml, or does not take what it is told in this way."""


class ExperimentRefused(LeadloopError):
    """A test of the budget cannot be planned so, or not be judged yet; the message says what would do.

    ``why`` names the message for pages, which say it in the reader's language with ``said`` put in.
    """

    def __init__(self, why: str, message: str, **said: object) -> None:
        super().__init__(message)
        self.why = why
        self.said = said


class DestinationRefused(LeadloopError):
    """A request would go where none may go."""

    def __init__(self, name: str, remedy: str) -> None:
        super().__init__(f"{name} is not asked: {remedy}.")
        self.name = name
        self.remedy = remedy


class CrmAway(LeadloopError):
    """A CRM does not answer now; what it told waits, and is asked for again."""

    def __init__(self, crm: str, why: str) -> None:
        super().__init__(f"{crm} does not answer ({why}); what it told waits here, and is asked for again later.")
        self.crm = crm


class CrmRefused(LeadloopError):
    """A CRM says no to what it is asked, or is not set up; the message says what to put right and names no secret."""


class BackupRefused(LeadloopError):
    """A backup cannot be made, or not be restored there; nothing was changed."""


class AddressRefused(LeadloopError):
    """An open house may be served to this machine alone."""


class WorkerElsewhere(LeadloopError):
    """Another worker leads and does the duties."""


class DutyLacks(LeadloopError):
    """A duty cannot do all of its work until a person puts something right; the message says what, and names no secret."""


class DutyCrashed(LeadloopError):
    """The process that did a duty ended in the middle of it; the worker goes on, and tries again."""

    def __init__(self, name: str, exit_code: int | None) -> None:
        ended = (
            f"was ended by signal {-exit_code}"
            if exit_code is not None and exit_code < 0
            else f"ended with {exit_code}"
        )
        super().__init__(
            f"The process that did {name!r} {ended} before it was done. Signal 9 means as a rule that the machine's memory did not "
            "suffice; what it said last stands above in the log."
        )
