"""``leadloop models``, ``promote`` and ``rollback``: what was trained, and what serves."""

from __future__ import annotations

from models.artefact import champion_version
from tests.leadloop.command_line import Small, one_line


def aliases(company: Small) -> dict[str, set[str]]:
    """Return version -> the names that point at it, as ``leadloop models`` shows them."""
    rows = [line.split() for line in company.done("models").splitlines() if line.strip()[:2] == "20"]
    return {row[0]: {word.strip(",") for word in row[6:]} for row in rows}


def test_before_any_training_the_rules_serve_and_it_says_so(imported: Small) -> None:
    assert "No model was trained yet: the rules serve." in imported.done("models")
    assert "The rules serve already; there is nothing to roll back." in imported.done("rollback")


def test_the_list_shows_whole_versions_with_figures_and_names(trained: Small) -> None:
    version = str(champion_version(trained.home))
    assert aliases(trained) == {version: {"champion", "challenger"}}
    line = next(line for line in trained.done("models").splitlines() if version in line)
    assert line.count("0.") >= 3


def test_a_model_promoted_by_hand_serves_and_rolling_back_brings_the_one_before(trained: Small) -> None:
    first = str(champion_version(trained.home))
    trained.done("train", "--cut-off", "2025-12-20", "--no-promote")
    second = next(version for version in aliases(trained) if version != first)
    assert f"Model {second} serves now." in trained.done("promote", second)
    assert champion_version(trained.home) == second
    assert aliases(trained) == {first: {"previous"}, second: {"champion", "challenger"}}
    assert f"Model {first} serves again." in trained.done("rollback")
    assert champion_version(trained.home) == first


def test_rolling_back_the_first_model_leaves_the_rules(trained: Small) -> None:
    assert "The rules serve again: no model served before." in trained.done("rollback")
    assert champion_version(trained.home) is None
    assert aliases(trained).popitem()[1] == {"challenger"}
    assert "The rules serve already" in trained.done("rollback")


def test_an_unknown_version_is_not_promoted(trained: Small) -> None:
    before = champion_version(trained.home)
    for wrong in ("no-such", "", "../models"):
        ran = trained.run("promote", wrong)
        assert ran.code == 1
        assert "UnknownModel: The registry holds no model" in one_line(ran.err)
    assert champion_version(trained.home) == before
