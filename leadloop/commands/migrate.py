"""leadloop migrate: the database brought to the shape of this version, before anything of it starts."""

from __future__ import annotations

from leadloop.commands._house import CompanyOption, HomeOption, open_database

NAME = "migrate"


def command(home: HomeOption = None, company: CompanyOption = None) -> None:
    """Bring the database up to date, while the version before goes on serving from it; does nothing where it is.

    Every command does so when it opens the database; this is for an upgrade that is made before the new version starts.
    """
    from rich.console import Console

    from features.settings import settings_from_environment
    from leadloop.database import newest_revision, revision_of

    engine = open_database(settings_from_environment(home, company), makes=True)
    stands, newest = revision_of(engine), newest_revision()
    console = Console()
    if stands == newest:
        console.print(f"The database stands at revision {stands}, the newest that this version knows.", highlight=False)
    else:
        console.print(
            f"The database stands at revision {stands}, of a later version than this one ({newest}); it was left as it is.",
            highlight=False,
        )
