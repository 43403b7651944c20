"""How import, training and scoring grow with the number of leads: seconds and peak memory, beside a plain script.

    python -m benchmarks.scale [--leads 10000 100000 1000000]

Each step is a process of its own, run as a user would run it (``leadloop import``, ``train``, ``score``); three calls a
lead. The plain script (``plain_script.py``) does the same with pandas and LightGBM, without a store and without time.
Below the table: the ladder on rows that are ready, beside one LightGBM fit on the same rows (``ladder_fit.py``). The mark:
at most 4 times its time and 3 GiB for a million leads.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.many_leads import write_exports

STEPS = ("import", "train", "score")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a step took: wall seconds and the process's peak memory in MiB."""

    seconds: float
    mebibytes: float

    def __str__(self) -> str:
        return f"{self.seconds:,.1f} s, {self.mebibytes:,.0f} MiB"


def cost_of(command: Sequence[str], folder: Path) -> Cost:
    """Run a command to its end; its own peak memory is read as it ends."""
    started = time.perf_counter()
    with (folder / "output.txt").open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}: {(folder / 'output.txt').read_text()[-2000:]}")
    return Cost(time.perf_counter() - started, _mebibytes(used))


def _mebibytes(used: resource.struct_rusage) -> float:
    return used.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


def product_costs(folder: Path) -> dict[str, Cost]:
    """Return what each of the product's steps took."""
    place = ["--home", str(folder / "home"), "--company", str(folder / "company.yaml")]
    leadloop = [sys.executable, "-m", "leadloop"]
    files = [str(folder / name) for name in ("leads.csv", "calls.csv", "stages.csv")]
    return {
        "import": cost_of([*leadloop, "import", *files, *place], folder),
        "train": cost_of([*leadloop, "train", *place], folder),
        "score": cost_of([*leadloop, "score", files[0], "--out", str(folder / "scores.csv"), *place], folder),
    }


def plain_costs(folder: Path) -> dict[str, Cost]:
    """Return what each step of the plain script took."""
    script = [sys.executable, "-m", "benchmarks.plain_script", str(folder)]
    return {step: cost_of([*script, step], folder) for step in STEPS}


def ladder_line(folder: Path) -> str:
    """Return what fitting the ladder took beside one LightGBM fit on the same rows."""
    command = [sys.executable, "-m", "benchmarks.ladder_fit", str(folder / "home"), str(folder / "company.yaml")]
    told = json.loads(subprocess.run(command, capture_output=True, check=True, text=True).stdout.splitlines()[-1])
    return (
        f"The ladder on {told['rows']:,} rows of {told['leads']:,} leads: {told['ladder']:,.1f} s, one LightGBM fit "
        f"{told['lightgbm']:,.1f} s, {told['ladder'] / told['lightgbm']:.2f} times; rows ready in {told['read']:,.1f} s; "
        f"{told['mebibytes']:,.0f} MiB at most."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    said = parser.parse_args()
    ladders: list[str] = []
    print("| leads | step | leadloop | plain script | database |\n|---|---|---|---|---|")
    for leads in said.leads:
        folder = Path(tempfile.mkdtemp(prefix="leadloop-scale-"))
        try:
            write_exports(leads, folder)
            mine, plain = product_costs(folder), plain_costs(folder)
            size = (folder / "home" / "leadloop.db").stat().st_size / 2**20
            for step in STEPS:
                print(f"| {leads:,} | {step} | {mine[step]} | {plain[step]} | {size:,.0f} MiB |", flush=True)
            ladders.append(ladder_line(folder))
        finally:
            shutil.rmtree(folder)
    print("", *ladders, sep="\n")


if __name__ == "__main__":
    main()
