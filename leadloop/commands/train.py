"""leadloop train: from settled leads to a champion."""

from __future__ import annotations

from typing import Annotated

import typer

from leadloop.commands._house import CompanyOption, HomeOption, now, open_house
from leadloop.commands._moments import moment_of
from leadloop.commands._training import train_once

NAME = "train"


def command(
    cut_off: Annotated[
        str | None, typer.Option("--cut-off", help="Learn from what was known by then, 2026-03-31.", show_default="now")
    ] = None,
    promote: Annotated[bool, typer.Option("--promote/--no-promote", help="Let a better model serve at once.")] = True,
    seed: Annotated[int, typer.Option(help="Seed of what is drawn at random.")] = 0,
    home: HomeOption = None,
    company: CompanyOption = None,
) -> None:
    """Train on settled leads, judge on later ones, and promote the model where it deserves it.

    The candidate is judged beside the rules alone, the base rate and the champion; the command says why it was promoted
    or why not. When nothing predicts it says so, and the rules go on serving.
    """
    from rich.console import Console

    house = open_house(home, company)
    moment = now()
    learned_until = moment
    if cut_off is not None:
        learned_until = moment_of(cut_off, option="--cut-off", zone=house.company.zone, not_after=moment)
    train_once(house, Console(), learned_until=learned_until, moment=moment, promote=promote, seed=seed)
