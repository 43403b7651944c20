"""What lies in ``deploy/`` says only what is there: its commands, its variables, its metrics, its pins."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml
from prometheus_client.parser import text_string_to_metric_families

import features.settings
from features.duty_log import DutyRun
from leadloop.cli import app
from serving.metrics.exposition import written
from serving.metrics.standing import InTheDatabase, Standing
from serving.telemetry.counts import Counts
from tests.support.machine import REPOSITORY

DEPLOY = REPOSITORY / "deploy"
NOT_OURS = re.compile(r"^(PATH|PIP_\w+|PYTHON\w+|MPLCONFIGDIR|POSTGRES_\w+)$")
OF_COMPOSE = {"LEADLOOP_DB_PASSWORD", "LEADLOOP_COMPANY_FILE"}
"""What compose.yaml reads by itself, from .env."""
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
PROMETHEUS_OWN = {"up"}


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return found


def ours() -> dict[str, Any]:
    return {name: one for name, one in compose()["services"].items() if one["image"] == "leadloop"}


def unit(path: Path) -> configparser.ConfigParser:
    """Return a unit's sections; of a key that stands several times, all values, a line each."""

    class Several(dict[str, Any]):
        def __setitem__(self, key: str, value: Any) -> None:
            if isinstance(value, list) and key in self:
                self[key].extend(value)
            else:
                super().__setitem__(key, value)

    read = configparser.ConfigParser(strict=False, interpolation=None, dict_type=Several, delimiters=("=",))
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(path, encoding="utf-8")
    return read


def dockerfile() -> list[tuple[str, str]]:
    """Return the instructions of the Dockerfile, each with what it says on one line."""
    text = re.sub(r"\\\n\s*", "", (DEPLOY / "Dockerfile").read_text(encoding="utf-8"))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines]


def require_understood(words: list[str]) -> None:
    """Fail where the command line does not know a command or an option."""
    group: Any = typer.main.get_command(app)
    one = group.commands[words[0]]
    one.make_context(words[0], list(words[1:]))


def commands() -> Iterator[list[str]]:
    for one in ours().values():
        yield one["command"]
        test = one.get("healthcheck", {}).get("test", [])
        if test[1:2] == ["leadloop"]:
            yield test[2:]
    for path in UNITS:
        service = unit(path)["Service"]
        for line in f"{service['ExecStart']}\n{service['ExecStartPre']}".splitlines():
            program, *words = shlex.split(line)
            assert program == "/opt/leadloop/bin/leadloop"
            yield words
    yield json.loads(dict(dockerfile())["CMD"])


def variables() -> Iterator[str]:
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    yield from re.findall(r"\$\{(\w+)", text)
    for one in compose()["services"].values():
        yield from one.get("environment", {})
    for path in UNITS:
        yield from (line.split("=")[0] for line in unit(path)["Service"]["Environment"].splitlines())
    for name, said in dockerfile():
        if name == "ENV":
            yield from re.findall(r"(\w+)=", said)


def test_every_command_in_it_is_one_that_leadloop_understands() -> None:
    found = list(commands())
    assert len(found) >= 9
    for words in found:
        require_understood(words)


def test_every_variable_in_it_is_one_that_the_settings_read() -> None:
    read = set(re.findall(r"\b(?:LEADLOOP|MLFLOW)_\w+", features.settings.__doc__ or ""))
    unknown = {one for one in variables() if not NOT_OURS.match(one)} - read - OF_COMPOSE
    assert unknown == set()


def test_containers_run_without_rights_on_a_root_that_nobody_writes_to() -> None:
    for name, one in ours().items():
        assert (one["read_only"], one["cap_drop"]) == (True, ["ALL"]), name
        assert "no-new-privileges:true" in one["security_opt"], name
    users = [said for name, said in dockerfile() if name == "USER"]
    assert users == ["10001"]
    assert "LEADLOOP_OPEN" not in set(variables())


def test_whatever_stands_in_env_reaches_each_of_our_containers_and_no_other() -> None:
    services = compose()["services"]
    handed = {name: one.get("env_file") for name, one in services.items()}
    assert handed == {name: [{"path": ".env", "required": False}] if name in ours() else None for name in services}
    for name, one in ours().items():  # what stands here wins over the file
        taken = {variable for variable, said in one["environment"].items() if f"${{{variable}:-" not in said}
        assert taken == {"LEADLOOP_DATABASE_URL"}, name


def test_nothing_serves_or_works_before_the_database_was_brought_up_to_date() -> None:
    services = ours()
    for name in ("serve", "work"):
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["db"]["condition"] == "service_healthy"


def test_the_programs_that_back_up_are_no_older_than_the_server_they_back_up() -> None:
    """Debian trixie carries PostgreSQL 17's pg_dump, and pg_dump reads no newer server."""
    image = compose()["services"]["db"]["image"]
    bases = {said.split()[0].rpartition("-")[2] for name, said in dockerfile() if name == "FROM"}
    assert (image, bases) == ("postgres:17-trixie", {"trixie"})


def test_whatever_the_image_is_made_of_is_there_and_sent_to_the_builder() -> None:
    sent = {
        line[1:] for line in (REPOSITORY / ".dockerignore").read_text(encoding="utf-8").splitlines() if line[:1] == "!"
    }
    copied = {
        word for name, said in dockerfile() if name == "COPY" and "--from" not in said for word in said.split()[:-1]
    }
    packages = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))
    assert copied == sent
    assert all((REPOSITORY / one).exists() for one in copied)
    assert {one.rstrip("*") for one in packages["tool"]["setuptools"]["packages"]["find"]["include"]} <= copied


def test_the_image_is_pinned_to_what_the_tests_run_with_and_carries_no_test() -> None:
    whole, image = (
        dict(re.findall(r"^([\w.-]+)(?:\[[\w,]+\])?==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE))
        for path in (REPOSITORY / "requirements.lock", DEPLOY / "requirements.lock")
    )
    assert image.items() <= whole.items()
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[\s\[<>=!~;]", one)[0].lower() for one in project["dependencies"]}
    assert names <= image.keys()
    assert {"pytest", "playwright", "mypy"} & image.keys() == set()
    assert "://" not in (DEPLOY / "requirements.lock").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_units_and_calls_them_shut(tmp_path: Path) -> None:
    copies = []
    for path in UNITS:
        text = path.read_text(encoding="utf-8").replace("/opt/leadloop/bin/leadloop", shutil.which("true") or "")
        (tmp_path / path.name).write_text(text, encoding="utf-8")
        copies.append(str(tmp_path / path.name))
    checked = subprocess.run(["systemd-analyze", "verify", *copies], capture_output=True, text=True, check=False)
    ours_only = [line for line in checked.stderr.splitlines() if "leadloop" in line]
    assert ours_only == []
    for copy in copies:
        words = ["systemd-analyze", "security", "--offline=true", "--threshold=20", copy]
        judged = subprocess.run(words, capture_output=True, text=True, check=False)
        assert judged.returncode == 0, judged.stdout[-500:] + judged.stderr


def told_names() -> set[str]:
    """Return the name of every sample that ``/metrics`` can tell."""
    now, hour = datetime(2026, 3, 2, tzinfo=UTC), timedelta(hours=1)
    run = DutyRun("train", "host:1", hour, now, now, "done", None, now, 0)
    stored = InTheDatabase({("crm", "dead"): 1}, now, [run], 7)
    counts = Counts()
    counts.request("POST", "/v1/score", 200, 0.01)
    counts.scores([("A", "v1")])
    counts.group(3)
    body, _ = written(counts.counted(), Standing(stored, 0, "v1", now, now), 0, "")
    return {one.name for family in text_string_to_metric_families(body.decode()) for one in family.samples}


def named_in(expression: str) -> set[str]:
    return set(re.findall(r"\b(?:leadloop|process)_\w+|\bup\b", expression))


def test_every_metric_on_the_board_and_in_the_alerts_is_one_that_the_service_tells() -> None:
    board = json.loads((DEPLOY / "grafana" / "leadloop.json").read_text(encoding="utf-8"))
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    shown = [one["expr"] for panel in board["panels"] for one in panel["targets"]]
    watched = [rule["expr"] for group in alerts["groups"] for rule in group["rules"]]
    named = {name for one in [*shown, *watched] for name in named_in(one)}
    assert named - PROMETHEUS_OWN <= told_names()
    told = {name.removesuffix("_bucket").removesuffix("_sum").removesuffix("_count") for name in told_names()}
    ours_told = {name for name in told if name.startswith("leadloop_")}
    assert ours_told <= {re.sub(r"_(bucket|sum|count)$", "", one) for one in named}  # nothing is told for nobody


def test_every_alert_says_what_is_wrong_and_what_to_do_and_stands_in_the_docs() -> None:
    alerts = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text(encoding="utf-8"))
    rules = [rule for group in alerts["groups"] for rule in group["rules"]]
    docs = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    for rule in rules:
        assert {"summary", "remedy"} <= rule["annotations"].keys(), rule["alert"]
        assert rule["alert"] in docs


def test_panels_of_the_board_do_not_lie_on_each_other() -> None:
    board = json.loads((DEPLOY / "grafana" / "leadloop.json").read_text(encoding="utf-8"))
    cells: set[tuple[int, int]] = set()
    for panel in board["panels"]:
        at = panel["gridPos"]
        mine = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & mine, panel["title"]
        assert at["x"] + at["w"] <= 24
        cells |= mine
