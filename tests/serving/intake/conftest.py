"""A lead to tell of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving.intake.one_lead import OneLead, one_lead


@pytest.fixture
def seven() -> Iterator[OneLead]:
    """Give a lead of which nothing is known yet."""
    with one_lead() as lead:
        yield lead
