"""Whose costs a file tells: an ad system's own export, or a table of the company's, which names the channel of each cost."""

from __future__ import annotations

from pathlib import Path

from features.drafting.column_roles import marks_of, roles_of
from features.drafting.sampled_file import sampled
from features.facts.spend_exports.found_export import ad_system_of


def exported_by(path: Path) -> str | None:
    """Return the ad system that a file of costs is exported by, or None for a table of the company's own.

    Raises
    ------
    ImportRefused
        Where the file cannot be read.
    """
    system = ad_system_of(path)
    if system is None:
        return None
    file = sampled(path)
    return None if "source" in marks_of("spend", file, roles_of("spend", file).values()) else system
