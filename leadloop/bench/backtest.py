"""The company's past, replayed, in frames: each period, each month, and how each contender did."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from models.backtest_report import BacktestReport


@dataclass(frozen=True, slots=True)
class Backtest:
    """The company's past, replayed; ``Bench.backtest`` gives it. ``report`` holds all of it, the frames what is asked most."""

    report: BacktestReport

    def periods(self) -> pd.DataFrame:
        """Return each period by its beginning ``since``: what was learned from, what was foretold and what came.

        ``learned_leads``, ``arrived``, ``settled``, ``expected`` sales of the settled leads, ``sales``, ``open``, ``never_called``;
        ``log_loss_over_base`` with ``low`` and ``high`` (below 1 is better than the base rate), missing where too few settled.
        """
        rows = []
        for one in self.report.periods:
            model = one.judged["model"] if one.judged else None
            ends = (model.over_base.value, model.over_base.low, model.over_base.high) if model else (None, None, None)
            tally = one.tally
            rows.append(
                (one.since, one.learned_leads, tally.arrived, tally.settled, one.expected, tally.sales, tally.open,
                 tally.never_called, *ends)
            )  # fmt: skip
        columns = ["since", "learned_leads", "arrived", "settled", "expected", "sales", "open", "never_called",
                   "log_loss_over_base", "low", "high"]  # fmt: skip
        frame = pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns[-3:], float))
        return frame.set_index("since")

    def months(self) -> pd.DataFrame:
        """Return each ``month`` of leads: ``arrived``, ``settled``, ``expected`` and ``sales`` of the settled ones, ``open``."""
        rows = [
            (one.month, one.tally.arrived, one.tally.settled, one.expected, one.tally.sales, one.tally.open)
            for one in self.report.months
        ]
        columns = ["month", "arrived", "settled", "expected", "sales", "open"]
        return pd.DataFrame(rows, columns=columns).set_index("month")

    def contenders(self) -> pd.DataFrame:
        """Return how each ``contender`` did on all settled leads; empty where there is not enough data.

        ``found`` is the share of the sales among the first 20 % of each period's leads, best first, ``found_low`` and
        ``found_high`` its 95 % interval; ``log_loss_over_base``, ``low``, ``high`` as in ``periods``.
        """
        whole = self.report.overall
        rows = [
            (who, *(end / whole.sales for end in (one.found.value, one.found.low, one.found.high)),
             one.over_base.value, one.over_base.low, one.over_base.high)
            for who, one in (whole.judged or {}).items()
        ]  # fmt: skip
        columns = ["contender", "found", "found_low", "found_high", "log_loss_over_base", "low", "high"]
        return pd.DataFrame(rows, columns=columns).set_index("contender")
