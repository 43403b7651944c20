"""The analyst: learn from what came, see the score change hands, prove old scores, and go back."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import httpx

from serving.desk.champion import LOOK_EVERY_SECONDS
from tests.conftest import DemoMade
from tests.leadloop.command_line import run
from tests.serving.doors import eventually
from tests.serving.running import listening


def leadloop(*words: str) -> str:
    """Return what a command says; it has to end well."""
    done = run(*words)
    assert done.code == 0, done.out + done.err
    return done.out


def test_a_model_is_learned_promoted_served_and_rolled_back_and_every_score_is_proved(
    demo_once: DemoMade, tmp_path: Path
) -> None:
    home, told = tmp_path / "demo-data", demo_once.said
    shutil.copytree(demo_once.folder, home)
    version = re.findall(r"Model (\S+):", told)[0]
    place = ["--home", str(home / "leadloop-data")]
    if "Promoted" not in told:  # so few leads may not be enough for the machine's own judgement
        leadloop("models", "promote", version, *place)
    lead = (home / "leads.csv").read_text(encoding="utf-8-sig").splitlines()[-1].split(",")[0].split(";")[0]

    def serving(client: httpx.Client) -> object:
        return client.get("/readyz").json()["model_version"]

    with listening(home / "leadloop-data", home / "company.yaml") as (client, _):
        assert serving(client) == version
        score = client.get(f"/v1/leads/{lead}").json()["score"]
        assert (score["model_version"], score["is_guess"]) == (version, False)
        assert client.get("/v1/queue").json()["waiting"] > 0

        # A wrong step is taken back while the service runs: the rules serve again within seconds.
        leadloop("models", "rollback", *place)
        eventually(lambda: serving(client) is None, LOOK_EVERY_SECONDS + 5)
        assert client.get(f"/v1/leads/{lead}").json()["score"]["is_guess"] is True
        leadloop("models", "promote", version, *place)
        eventually(lambda: serving(client) == version, LOOK_EVERY_SECONDS + 5)
        client.post(
            f"/v1/leads/{lead}/calls", json={"result": "reached", "answers": {"need": "yes"}}
        ).raise_for_status()

    # Every row that was scored is made again from the facts of its time, and is the same.
    proof = leadloop("rebuild", *place)
    assert re.search(r"\b0 differ\b", proof)
    assert not proof.startswith("0 logged")
