"""The laws of the house, kept by reading its source: who may import what, who reads clocks and the environment."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest
import typer

import features
from features.facts.database import engine_for
from features.settings import settings_from_environment
from leadloop.cli import app as command_line
from leadloop.database import bring_up_to_date
from serving.app import create_app
from serving.wiring import service_of
from tests.support.machine import REPOSITORY

PACKAGES = ("features", "models", "training", "monitoring", "serving", "leadloop")
ONE_FILE_EACH = ("mlflow", "evidently", "lightgbm", "opentelemetry", "prometheus_client", "argon2")
CLOCK_READERS = frozenset({"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime"})
OWNERS_OF_CLOCKS = frozenset({"datetime", "date", "time", "pd", "Timestamp", "clock_time"})
MAY_READ_A_CLOCK = ("leadloop/", "serving/wiring.py")
ENVIRONMENT_READERS = frozenset({"environ", "environb", "getenv", "putenv", "unsetenv"})
UNSAFE_TO_LOAD = frozenset({"pickle", "cPickle", "dill", "cloudpickle", "joblib", "shelve", "marshal"})
COME_WITH = frozenset({"starlette", "pydantic-core"})
"""FastAPI's and pydantic's own foundations: their versions are pinned by what is declared."""
VERBS = frozenset({"get", "post", "put", "patch", "delete"})
SKIPPED_COMMAND_OPTIONS = frozenset({"--help", "--install-completion", "--show-completion"})


def product_files() -> list[Path]:
    return sorted(path for name in PACKAGES for path in (REPOSITORY / name).rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def _names_taken_in(tree: ast.AST, module: str, names: frozenset[str]) -> Iterator[int]:
    """Yield the line of every ``from module import`` of one of the names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == module and {one.name for one in node.names} & names:
            yield node.lineno


def imported_in(tree: ast.AST) -> Iterator[str]:
    """Yield the top name of every module that is imported, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


@cache
def imports_of(path: Path) -> frozenset[str]:
    return frozenset(imported_in(tree_of(path)))


def clocks_read_in(tree: ast.AST) -> Iterator[int]:
    """Yield the line of every look at a clock; a monotonic clock measures spans and is none."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in CLOCK_READERS:
            owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
            if owner in OWNERS_OF_CLOCKS:
                yield node.lineno
    yield from _names_taken_in(tree, "time", CLOCK_READERS)


def environment_read_in(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in ENVIRONMENT_READERS:
            yield node.lineno
    yield from _names_taken_in(tree, "os", ENVIRONMENT_READERS)


def naive_moments_in(tree: ast.AST) -> Iterator[int]:
    """Yield the line of every ``datetime(...)`` or ``fromtimestamp(...)`` without a time zone."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        keywords = {keyword.arg for keyword in node.keywords}
        if isinstance(node.func, ast.Name) and node.func.id == "datetime":
            if "tzinfo" not in keywords and len(node.args) < 8:
                yield node.lineno
        elif isinstance(node.func, ast.Attribute) and node.func.attr in {"fromtimestamp", "combine"}:
            needed = 2 if node.func.attr == "fromtimestamp" else 3
            if not keywords & {"tz", "tzinfo"} and len(node.args) < needed:
                yield node.lineno
        elif isinstance(node.func, ast.Attribute) and node.func.attr in {"utcnow", "utcfromtimestamp"}:
            yield node.lineno


@pytest.fixture(scope="module", autouse=True)
def _trees_are_kept_for_this_file_alone() -> Iterator[None]:
    yield
    tree_of.cache_clear()


@pytest.mark.parametrize("library", ONE_FILE_EACH)
def test_each_foreign_library_lives_behind_one_file(library: str) -> None:
    importers = [name_of(path) for path in product_files() if library in imports_of(path)]
    assert len(importers) == 1, f"{library} is imported in {importers}"


def test_fastapi_is_known_only_at_the_doors() -> None:
    importers = [name_of(path) for path in product_files() if {"fastapi", "starlette"} & imports_of(path)]
    below = [name for name in importers if not name.startswith(("serving/", "leadloop/"))]
    assert importers
    assert below == []


def test_the_environment_is_read_in_one_file() -> None:
    readers = [name_of(path) for path in product_files() if list(environment_read_in(tree_of(path)))]
    assert readers == ["features/settings.py"]


def test_only_the_front_door_and_the_wiring_read_a_clock() -> None:
    found = {name_of(path): list(clocks_read_in(tree_of(path))) for path in product_files()}
    readers = {name: lines for name, lines in found.items() if lines}
    assert "serving/wiring.py" in readers
    assert {name: lines for name, lines in readers.items() if not name.startswith(MAY_READ_A_CLOCK)} == {}


def test_every_moment_has_a_time_zone() -> None:
    found = {name_of(path): list(naive_moments_in(tree_of(path))) for path in product_files()}
    assert {name: lines for name, lines in found.items() if lines} == {}


def test_the_readers_of_this_file_see_what_they_look_for() -> None:
    assert sorted(
        clocks_read_in(ast.parse("import time\nx = datetime.now(UTC)\ny = time.time()\nz = time.monotonic()"))
    ) == [2, 3]
    assert list(clocks_read_in(ast.parse("from time import time"))) == [1]
    assert sorted(environment_read_in(ast.parse("import os\nos.environ.get('A')\nos.getenv('B')"))) == [2, 3]
    naive = ast.parse(
        "datetime(2026, 3, 2)\ndatetime(2026, 3, 2, tzinfo=UTC)\ndatetime.fromtimestamp(0)\ndatetime.combine(a, b)"
    )
    assert sorted(naive_moments_in(naive)) == [1, 3, 4]
    assert _is_said("/queue", "see http://127.0.0.1:8000/queue")
    assert not _is_said("/queue", "GET /v1/queue/7/take")
    assert _is_said("/leads/{lead_id}", "`/leads/{id}`")
    assert not _is_said("/leads/{lead_id}", "`/leads/{id}/calls`")
    assert sorted(imported_in(ast.parse("def f():\n    import pickle.x\n    from joblib import load"))) == [
        "joblib",
        "pickle",
    ]


def test_nothing_is_pickled() -> None:
    found = {name_of(path): UNSAFE_TO_LOAD & imports_of(path) for path in product_files()}
    methods = [
        f"{name_of(path)}:{node.lineno}"
        for path in product_files()
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in {"to_pickle", "read_pickle", "allow_pickle"}
    ]
    assert {name: modules for name, modules in found.items() if modules} == {}
    assert methods == []


def test_the_packages_that_run_are_those_of_this_repository() -> None:
    assert Path(features.__file__).resolve().parent == REPOSITORY / "features"


def test_every_module_says_what_it_is() -> None:
    silent = [name_of(path) for path in product_files() if not ast.get_docstring(tree_of(path))]
    assert [name for name in silent if not name.startswith("leadloop/migrations/versions/")] == []


def test_every_import_of_the_product_is_declared() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [one for name, some in project["optional-dependencies"].items() if name != "dev" for one in some]
    declared = {_plain(re.split(r"[\s\[<>=!~;]", one)[0]) for one in [*project["dependencies"], *extras]}
    distributions = packages_distributions()
    missing: dict[str, set[str]] = {}
    for path in product_files():
        for module in imports_of(path) - set(sys.stdlib_module_names) - set(PACKAGES):
            if not {_plain(name) for name in distributions.get(module, [])} & (declared | COME_WITH):
                missing.setdefault(module, set()).add(name_of(path))
    assert missing == {}


def test_no_tracked_file_names_a_package_index() -> None:
    lock = (REPOSITORY / "requirements.lock").read_text(encoding="utf-8")
    assert "--hash=sha256:" in lock
    assert "://" not in lock
    assert "index-url" not in lock
    named = re.compile(r"(?:--(?:extra-)?index-url|--find-links)[ =]\S|https?://\S+\.(?:whl|tar\.gz)\b")
    wrong = [name for name, text in _tracked_texts() if named.search(text) and name != "tests/test_house.py"]
    assert wrong == []


def test_every_command_is_named_in_the_docs() -> None:
    said = _docs()
    missing = [name for name in _commands() if not re.search(rf"\bleadloop {re.escape(name)}\b", said)]
    assert missing == [], f"README.md and docs/ do not name: {missing}"


def test_every_endpoint_and_page_is_named_in_the_docs(tmp_path: Path) -> None:
    said = _docs()
    missing = sorted(path for path in _paths(tmp_path) if not _is_said(path, said))
    assert missing == [], f"README.md and docs/ do not name: {missing}"


def test_every_command_and_every_option_says_what_it_does() -> None:
    commands = _commands()
    silent = [name for name, one in commands.items() if not (one.help or "").strip()]
    silent += [
        f"{name} {parameter.opts[0]}"
        for name, one in commands.items()
        for parameter in one.params
        if not SKIPPED_COMMAND_OPTIONS & set(parameter.opts) and not (parameter.help or "").strip()
    ]
    assert len(commands) >= 15
    assert silent == []


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    heavy = "{'pandas', 'lightgbm', 'mlflow', 'evidently', 'sklearn', 'matplotlib', 'fastapi', 'plotly', 'sqlalchemy', 'pydantic'}"
    said = f"import sys, leadloop.cli; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout.strip() == "[]"


def test_the_server_starts_without_the_training_libraries() -> None:
    heavy = "{'pandas', 'lightgbm', 'mlflow', 'evidently', 'sklearn', 'matplotlib', 'training'}"
    said = f"import sys, serving.app, serving.wiring; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=REPOSITORY)
    assert done.stdout.strip() == "[]"


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _tracked_texts() -> Iterator[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=REPOSITORY, check=False)
    if listed.returncode:
        pytest.skip("not a git repository: which files are tracked cannot be told")
    for name in listed.stdout.decode().split("\0"):
        path = REPOSITORY / name
        if (
            name
            and path.suffix in {"", ".py", ".toml", ".lock", ".md", ".yaml", ".yml", ".txt", ".cfg"}
            and path.is_file()
        ):
            yield name, path.read_text(encoding="utf-8", errors="replace")


def _docs() -> str:
    files = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
    return "\n".join(path.read_text(encoding="utf-8") for path in files if path.exists())


def _commands() -> dict[str, Any]:
    """Return every command by what a person types, a group's own name and its verbs among them."""
    return dict(_named(typer.main.get_command(command_line), ""))


def _named(group: Any, before: str) -> Iterator[tuple[str, Any]]:
    for name, one in group.commands.items():
        yield f"{before}{name}", one
        if hasattr(one, "commands"):
            yield from _named(one, f"{before}{name} ")


def _paths(folder: Path) -> set[str]:
    """Return the path of every endpoint of the OpenAPI schema, and of every page, which it does not list."""
    files = [path for path in product_files() if name_of(path).startswith("serving/")]
    served = [route for file in files for route in _served_in(tree_of(file))]
    listed = set(_schema(folder)["paths"])
    assert listed <= {path for _, path in served}  # nothing is declared in a way that is not seen here
    pages = {path for verb, path in served if verb == "get"}
    return {path for path in listed | pages if path != "/" and not path.startswith("/static/")}


def _served_in(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield verb and path of every ``@router.get("/path")`` and the like, under the prefix of the file's router."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    said = [one.value for node in calls for one in node.keywords if one.arg == "prefix"]
    prefix = "".join(str(one.value) for one in said if isinstance(one, ast.Constant))
    for node in calls:
        if isinstance(node.func, ast.Attribute) and node.func.attr in VERBS and node.args:
            path = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if isinstance(path, str) and path.startswith("/"):
                yield node.func.attr, prefix + path.replace(":path}", "}")


def _schema(folder: Path) -> dict[str, Any]:
    (folder / "company.yaml").write_text("company: Окна\n", encoding="utf-8")
    settings = settings_from_environment(folder / "home", folder / "company.yaml")
    engine = engine_for(f"sqlite:///{folder / 'leadloop.db'}")
    bring_up_to_date(engine)
    service = service_of(settings, engine)
    schema = create_app(service).openapi()
    service.writer.close()
    engine.dispose()
    return schema


def _is_said(path: str, said: str) -> bool:
    """Return whether a path stands in the docs, with anything for its parameters."""
    pattern = re.sub(r"\\\{[^}]*\\\}", r"[^/\\s]+", re.escape(path))
    return re.search(rf"(?<![A-Za-z_}}/])(?<!v1){pattern}(?![\w{{}}/])", said) is not None
