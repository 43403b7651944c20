"""How early alarms come and how often they are false, beside peers at the same measured rate of false alarms.

    python -m benchmarks.alarms [single] [market] [company] [demo] [growth] [back] [--years 510] [--runs 150]
    python -m benchmarks.alarms ratios [--changes 10:20 30:45] [--years 1500] [--runs 2000]

20 called leads a day; nobody knows the share before or after, nor the day, except the CUSUM, which knows all but the day.
``single``: one channel alone, looked at after every lead. ``market``: the same with a weekly season and a market that moves
for all channels at once, beside five other channels; the CUSUM knows season and market too. ``company``: six channels with 40
campaigns, the whole pass, with everything that it watches. ``demo``: the simulated company, on the clock of the form's answers
beside that of the calls, where the spoiled traffic answers differently and where it does not. ``growth``: seconds of the pass
over companies of more and more leads. The detector is the product's own; only the streams are drawn with numpy. False alarms
are counted over whole years after a first 60 days. ``back``: how soon an alarm is over once all is well again, and how often too
soon. ``ratios``: single rows of ``single``, with the intervals of their ratios.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from benchmarks.alarms.back_again import back_again
from benchmarks.alarms.company_years import company
from benchmarks.alarms.demo_company import demo
from benchmarks.alarms.growth import growth
from benchmarks.alarms.one_channel import detection
from benchmarks.alarms.ratios import PEERS, ratios


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", default=["single", "market", "company", "demo", "growth", "back"])
    parser.add_argument("--years", type=int, default=510, help="channel-years without a change")
    parser.add_argument("--runs", type=int, default=150, help="runs of each change")
    parser.add_argument("--company-years", type=int, default=20)
    parser.add_argument("--demo-seeds", type=int, default=5)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--changes", nargs="+", default=["10:20", "30:45"], help="percent before and after, for ratios")
    parser.add_argument("--peers", nargs="+", default=["adwin", "weekly_z"], choices=list(PEERS), help="of ratios")
    parser.add_argument("--seed", type=int, default=2, help="of ratios")
    said = parser.parse_args()
    if "single" in said.parts:
        detection(said.years, said.runs, market=False)
    if "ratios" in said.parts:
        ratios([_change(one) for one in said.changes], said.years, said.runs, said.peers, seed=said.seed)
    if "market" in said.parts:
        detection(said.years, said.runs, market=True)
    if "company" in said.parts:
        company(said.company_years)
    if "demo" in said.parts:
        with tempfile.TemporaryDirectory(prefix="leadloop-alarms-") as folder:
            demo(range(1, said.demo_seeds + 1), Path(folder))
    if "growth" in said.parts:
        growth(said.leads)
    if "back" in said.parts:
        back_again(said.runs)


def _change(said: str) -> tuple[float, float]:
    before, _, after = said.partition(":")
    return float(before) / 100, float(after) / 100


if __name__ == "__main__":
    main()
