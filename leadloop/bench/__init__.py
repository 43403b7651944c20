"""The analyst's bench: a company's leads as they were known at any moment, its models and its past, as pandas frames.

    from leadloop.bench import open_company

    bench = open_company("demo-data")
    leads = bench.leads("arrival")          # a row each, as known when it arrived
    model = bench.model()                   # what serves
    scores = model.scores("arrival")

What stands in ``__all__`` here is kept: names, arguments, and the columns that each method names. Every frame of leads is
read through the same gate to the past as a score, so nothing in it was learned later than its moment.
"""

from leadloop.bench.backtest import Backtest
from leadloop.bench.bench import Bench, open_company
from leadloop.bench.model import Model
from leadloop.bench.purchase_rates import rates

__all__ = ["Backtest", "Bench", "Model", "open_company", "rates"]
