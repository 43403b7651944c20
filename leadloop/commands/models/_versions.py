"""Which version a person means: its own name, or what it is to the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from features.errors import NotThere, UnknownModel
from models.artefact import champion_version
from models.model_registry import Alias, ModelRegistry

if TYPE_CHECKING:
    from pathlib import Path

NOBODY: dict[Alias, str] = {
    "champion": "No model serves, the rules do; `leadloop models list` shows what was trained.",
    "challenger": "No model was trained yet; `leadloop train` begins.",
    "previous": "No model served before this one; `leadloop models list` shows what was trained.",
}


def version_meant(wanted: str, home: Path, registry: ModelRegistry) -> str:
    """Return the version that ``wanted`` names: a version, ``champion``, ``challenger`` or ``previous``.

    Raises
    ------
    NotThere
        Where nothing has that name; the message says where to look.
    """
    for alias in get_args(Alias):
        if wanted == alias:
            # What serves is what the data folder points at, whatever a registry that others share says.
            version = champion_version(home) if alias == "champion" else registry.version_of(alias)
            if version is None:
                raise NotThere(NOBODY[alias])
            return version
    if wanted not in {one.version for one in registry.models()}:
        raise UnknownModel(wanted)
    return wanted
