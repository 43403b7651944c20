"""``leadloop work``: trains when it is due, as a process of its own, and stops when told."""

from __future__ import annotations

import signal
import time

import pytest

from models.artefact import champion_version
from tests.leadloop.command_line import Small, company_with_a_pattern, one_line, run, started

PATIENCE = 120.0


def test_it_trains_at_once_where_nothing_was_trained_and_stops_when_told(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    made = company_with_a_pattern(tmp_path_factory.mktemp("worked"), leads=300)
    made.done("import", *(made.file(name) for name in ("leads.csv", "calls.csv", "stages.csv")))
    process = started("work", "--every", "1w", *made.place)
    until = time.monotonic() + PATIENCE
    while champion_version(made.home) is None and process.poll() is None and time.monotonic() < until:
        time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    out = one_line(process.communicate(timeout=PATIENCE)[0])
    assert process.returncode == 0, out
    assert "the last was never" in out
    assert f"Model {champion_version(made.home)}" in out
    assert out.endswith("Stopped.")


def test_it_waits_where_mlflow_is_away_at_its_start_says_so_and_stops_when_told(imported: Small) -> None:
    (imported.home / "mlflow.db").write_bytes(b"no database" * 100)
    process = started("work", *imported.place, PYTHONUNBUFFERED="1")
    assert process.stdout is not None
    said = ""
    while "RegistryUnreachable" not in said and (line := process.stdout.readline()):
        said += line
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    said = one_line(said + process.communicate(timeout=PATIENCE)[0])
    assert process.returncode == 0, said
    assert "When the last training was cannot be told; asking again every 5 min. Ctrl-C stops." in said
    assert "The record of models does not answer" in said
    assert said.endswith("Stopped.")


@pytest.mark.parametrize("value", ["soon", "0d", "10s", "-1h"])
def test_what_is_no_span_is_answered_in_one_sentence(company: Small, value: str) -> None:
    ran = run("work", "--every", value, *company.place)
    assert ran.code == 2
    assert "--every takes a span such as 30m, 6h, 1d or 2w" in one_line(ran.err)
