"""Which challenger scores in the shadow of the champion, and of which share of the leads: a file beside the champion's pointer."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path

import orjson

from features.errors import ArtefactUnreadable
from features.whole_file import write_whole

CHALLENGER = "challenger"


@dataclass(frozen=True, slots=True)
class Challenge:
    """A version, and the share of leads that it scores beside the champion."""

    version: str
    share: float


def challenge_of(home: Path) -> Challenge | None:
    """Return the challenge of a data folder; None where there is none.

    Raises
    ------
    ArtefactUnreadable
        Where the file cannot be read.
    """
    try:
        said = orjson.loads((home / "models" / CHALLENGER).read_bytes())
        found = Challenge(str(said["version"]), float(said["share"]))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        found = Challenge("", 0.0)
    if not found.version or not 0 < found.share <= 1:
        raise ArtefactUnreadable(f"models/{CHALLENGER} is damaged; `leadloop models shadow VERSION` writes it anew.")
    return found


def set_challenge(home: Path, challenge: Challenge | None) -> None:
    """Let a challenger score in the shadow, or none; a reader sees the old file or the new, never half of one."""
    folder = home / "models"
    folder.mkdir(parents=True, exist_ok=True)
    if challenge is None:
        (folder / CHALLENGER).unlink(missing_ok=True)
        return
    write_whole(folder / CHALLENGER, orjson.dumps(asdict(challenge)))
