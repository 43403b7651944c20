"""When a reason is one that people can check."""

from __future__ import annotations

import pytest

from models.score import Reason


@pytest.mark.parametrize(
    ("contribution", "leads", "sales", "is_borne_out"),
    [
        (0.2, 19, 9, False),
        (0.2, 20, 9, True),
        (-0.2, 20, 9, False),
        (-0.2, 20, 0, True),
        (0.2, 1000, 104, False),
        (0.2, 1000, 106, True),
        (-0.2, 1000, 96, False),
        (-0.2, 1000, 94, True),
        (0.2, 0, 0, False),
    ],
)
def test_a_reason_is_borne_out_by_enough_leads_that_bought_noticeably_more_or_less_often(
    contribution: float, leads: int, sales: int, is_borne_out: bool
) -> None:
    assert Reason("area", None, contribution, leads, sales).is_borne_out(0.1) is is_borne_out
