"""The measurement of delays beside peers: all at one rate of false alarms, and a best that is told both shares."""

from __future__ import annotations

from math import log

import numpy as np
import pytest

from benchmarks.alarm_peers import shiryaev_roberts
from benchmarks.alarms.ratios import Asked

ALL = np.arange(2)
PEER = Asked(false=np.array([[2.0, 2.0], [1.0, 0.0]]), delays=np.array([[10.0, 20.0], [30.0, 50.0]]))


@pytest.mark.parametrize(("rate", "delay"), [(2.0, 15.0), (0.5, 40.0), (1.25, 27.5)])
def test_a_peer_is_as_late_as_where_it_alarms_as_often_as_we_do(rate: float, delay: float) -> None:
    assert PEER.delay_at(rate, ALL, ALL) == pytest.approx(delay)


def test_years_in_which_a_peer_alarmed_less_let_it_be_quicker() -> None:
    calmer = np.array([1, 1])
    assert PEER.delay_at(0.5, calmer, ALL) < PEER.delay_at(0.5, ALL, ALL)


def test_runs_that_were_alarmed_already_tell_no_delay() -> None:
    ours = Asked(false=np.array([[1.0, 1.0]]), delays=np.array([[np.nan, 40.0]]))
    assert ours.delay_at(1.0, ALL, ALL) == 40.0


def test_shiryaev_roberts_sums_over_every_moment_at_which_the_change_may_have_come() -> None:
    leads = np.array([False, True, True, False, True])
    ratios = np.where(leads, 0.4 / 0.2, 0.6 / 0.8)
    sums = [sum(float(np.prod(ratios[begin : end + 1])) for begin in range(end + 1)) for end in range(len(leads))]
    peer = shiryaev_roberts(np.full(5, 0.2), np.full(5, 0.4))
    highest = sums.index(max(sums))
    assert peer(leads, log(sums[highest] * 0.999)) == [highest]
    assert peer(leads, log(sums[highest] * 1.001)) == []
