"""leadloop models shadow: lets a challenger score beside the champion, for nobody to see."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import HomeOption, open_database, settings_of_house

NAME = "shadow"


def command(
    version: Annotated[
        str | None, typer.Argument(help="The version, or `challenger` for the one trained last.", show_default="tell")
    ] = None,
    share: Annotated[float, typer.Option("--share", help="Of which share of the leads.", min=0.001, max=1.0)] = 0.1,
    off: Annotated[bool, typer.Option("--off", help="Let nobody score in the shadow any more.")] = False,
    home: HomeOption = None,
) -> None:
    """Let a challenger score a share of the leads beside the champion; running servers follow within seconds.

    Nobody is shown its scores and no queue is ordered by them; answers do not wait for it. Without a version it tells who scores in
    the shadow, and how far it parts from the champion so far: counts, mean difference, share of other grades.
    """
    from leadloop.commands.models._parting import parting_words
    from leadloop.commands.models._versions import version_meant
    from models.artefact import champion_version, load_artefact, model_folder
    from models.mlflow_registry import MlflowRegistry
    from models.shadow_log import ShadowLog
    from models.shadow_pointer import Challenge, challenge_of, set_challenge

    settings = settings_of_house(home)
    champion = champion_version(settings.home)
    if off:
        set_challenge(settings.home, None)
        typer.echo("Nobody scores in the shadow any more.")
        return
    if version is not None:
        meant = version_meant(version, settings.home, MlflowRegistry(settings))
        if meant == champion:
            raise typer.BadParameter(f"Model {meant} serves; a challenger is another one (`leadloop models list`).")
        load_artefact(model_folder(settings.home, meant))
        set_challenge(settings.home, Challenge(meant, share))
        typer.echo(f"Model {meant} scores {share:.1%} of the leads in the shadow from now on.")
        return
    challenge = challenge_of(settings.home)
    if challenge is None:
        typer.echo("Nobody scores in the shadow; `leadloop models shadow VERSION` lets a challenger do so.")
        return
    typer.echo(f"Model {challenge.version} scores {challenge.share:.1%} of the leads in the shadow.")
    told = ShadowLog(open_database(settings)).parting(champion, challenge.version)
    for line in parting_words(told, champion, challenge.version):
        typer.echo(line)
