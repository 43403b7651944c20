"""Cases are drawn one after another under a seed, so that whoever sees one go wrong can draw it again; none is made smaller."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import HealthCheck, Phase, seed, settings

Asks = Callable[[], None]


def drawn(draw: int, *, most: int) -> Callable[[Asks], Asks]:
    """Return what lets a test ask up to ``most`` cases, always the same ones under a ``draw``; a busy machine is no failure."""
    how = settings(
        max_examples=most,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    return lambda asks: seed(draw)(how(asks))
