"""What the last look came to is kept beside the reports, so that the page of alarms has an answer before anybody looks again.

Whoever looks keeps it: the worker at each of its turns, the service when the page is asked for. It names the moment up to which
was counted and the words of company.yaml by which; what was counted by other words is no answer any more.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from pathlib import Path

import orjson
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Engine

from features.facts.company import Company
from features.facts.company_file import fingerprint
from features.whole_file import write_whole
from monitoring.alarms.look import AlarmLook

FORMAT = 1
"""Another one is not read: all is counted anew."""


@dataclass(frozen=True, slots=True)
class KeptLook:
    """A look, up to which storage number and moment it knew, and whether there was any lead at all.

    ``of`` names the company's words and the database.
    """

    of: str
    moment: datetime
    number: int
    has_leads: bool
    look: AlarmLook
    format: int = FORMAT


_KEPT = TypeAdapter(KeptLook)


def of_company(company: Company, engine: Engine) -> str:
    """Return what names a company's words and its database, in a word that tells neither."""
    database = engine.url.render_as_string(hide_password=True)
    return blake2b(f"{fingerprint(company)} {database}".encode(), digest_size=16).hexdigest()


def look_path(home: Path) -> Path:
    """Return where the last look lies in a data folder; it may be deleted."""
    return home / "reports" / "alarms" / "look.json"


def keep_look(kept: KeptLook, home: Path) -> None:
    """Keep a look; whoever reads meanwhile sees the one before or this one."""
    path = look_path(home)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, orjson.dumps(kept))


def last_look(home: Path, *, of: str, moment: datetime) -> KeptLook | None:
    """Return the last look; None where there is none, or one of other words, of a later moment, or a damaged one."""
    try:
        kept = _KEPT.validate_json(look_path(home).read_bytes())
    except (OSError, ValidationError):
        return None
    return kept if (kept.format, kept.of) == (FORMAT, of) and kept.moment <= moment else None
