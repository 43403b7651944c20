"""How often leads bought, with what chance leaves open: a share, its 95 % interval and the counts behind it."""

from __future__ import annotations

import pandas as pd

from monitoring.intervals import Rate


def rates(bought: pd.Series[float], by: pd.Series[str] | pd.Series[float]) -> pd.DataFrame:
    """Return how often leads bought, for each value of ``by``: the most frequent first, a missing value last.

    Parameters
    ----------
    bought
        1.0 or 0.0 by lead id; leads without an outcome yet (missing) are left out.
    by
        A value for each lead id: a column of ``Bench.leads``, or bins of one.

    Returns
    -------
    pandas.DataFrame
        ``bought`` (the share that did) with ``low`` and ``high`` of Wilson's 95 % interval, ``leads``, ``sales``.

    Examples
    --------
    >>> leads = ["1", "2", "3", "4"]
    >>> rates(pd.Series([1.0, 0.0, 0.0, None], leads), pd.Series(["vk", "vk", "ads", "ads"], leads)).round(2)
        bought   low  high  leads  sales
    vk     0.5  0.09  0.91      2      1
    ads    0.0  0.00  0.79      1      0
    """
    settled = bought.dropna()
    grouped = settled.groupby(by.reindex(settled.index), observed=True, dropna=False).agg(["size", "sum"])
    counts = grouped.sort_values("size", ascending=False, kind="stable")
    counts = pd.concat([counts[counts.index.notna()], counts[counts.index.isna()]])
    rows = [
        (*rate_told(int(sales), int(leads)), int(leads), int(sales)) for leads, sales in counts.itertuples(index=False)
    ]
    return pd.DataFrame(rows, columns=["bought", "low", "high", "leads", "sales"], index=counts.index)


def rate_told(count: int, of: int) -> tuple[float | None, float, float]:
    """Return a share, None of nothing, with both ends of its 95 % interval."""
    rate = Rate(count, of)
    return (rate.value, *rate.interval)
