"""``leadloop serve``: a real process on a loopback port, from its first word to Ctrl-C."""

from __future__ import annotations

import json
import re
import signal
import stat
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.leadloop.command_line import Small, one_line, run, started, wait_until_ready
from tests.serving.doors import VERSION, promote
from tests.support.free_port import free_port

PASSWORD = "a sentence of my own"


def test_the_server_answers_and_ends_cleanly_on_ctrl_c(imported: Small) -> None:
    port = free_port()
    process = started("serve", "--port", str(port), *imported.place)
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(process, address)
        assert httpx.get(f"{address}/readyz").json() == {"status": "ready", "model_version": None}
        assert httpx.get(f"{address}/v1/leads/1").json()["outcome"] == "bought"
        for page in ("/queue", "/channels", "/docs"):
            assert httpx.get(address + page).status_code == 200
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0
    assert f"Serving on http://127.0.0.1:{port} (Ctrl-C ends it)" in said
    for page in ("/queue", "/channels", "/docs"):
        assert f"http://127.0.0.1:{port}{page}" in said
    assert "Traceback" not in said
    assert "may look into" not in said


def test_a_data_folder_that_everybody_may_read_is_told_and_stays_as_it_is(imported: Small) -> None:
    imported.home.chmod(0o755)
    port = free_port()
    process = started("serve", "--port", str(port), *imported.place, LEADLOOP_LOG="json")
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=20)
    told = [line for line in map(json.loads, said.splitlines()) if line["level"] == "warning"]
    assert [line["message"] for line in told] == [
        f"Everybody on this machine may look into {imported.home}, where personal data lies; "
        f"`chmod o= {imported.home}` ends that."
    ]
    assert stat.S_IMODE(imported.home.stat().st_mode) == 0o755


def test_scores_that_were_asked_for_just_before_ctrl_c_are_logged(imported: Small) -> None:
    port = free_port()
    process = started("serve", "--port", str(port), *imported.place)
    try:
        wait_until_ready(process, f"http://127.0.0.1:{port}")
        sent = httpx.post(f"http://127.0.0.1:{port}/v1/leads", json={"id": "web-1", "answers": {"role": "owner"}})
        assert sent.status_code == 201
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    finally:
        process.kill()
        process.communicate()
    assert "1 logged rows rebuilt, 1 the same, 0 differ." in imported.done("rebuild")


def test_an_address_that_others_can_reach_is_refused_for_an_open_house(company: Small) -> None:
    process = started("serve", "--host", "0.0.0.0", *company.place)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Listening on 0.0.0.0 lets others into an open house" in one_line(said)


def test_a_fresh_install_is_closed_and_prints_a_link_that_works_once(imported: Small) -> None:
    port = free_port()
    process = started("serve", "--port", str(port), *imported.place, LEADLOOP_OPEN="")
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(process, address)
        assert httpx.get(f"{address}/v1/leads/1").status_code == 401
        assert process.stdout is not None
        link = next(line.strip() for line in process.stdout if "/welcome?link=" in line)
        with httpx.Client(base_url=address, headers={"origin": address}) as browser:
            assert browser.get(link).status_code == 200
            chosen = {"link": link.partition("link=")[2], "password": PASSWORD, "again": PASSWORD}
            assert browser.post("/welcome", data=chosen).status_code == 303
            assert browser.get("/queue").status_code == 200
            assert httpx.post(f"{address}/welcome", data=chosen).status_code == 404
    finally:
        process.terminate()
        process.communicate(timeout=20)
    again = started("serve", "--port", str(port), *imported.place, LEADLOOP_OPEN="")
    try:
        wait_until_ready(again, address)
    finally:
        again.terminate()
        said, _ = again.communicate(timeout=20)
    assert "/welcome" not in said


def scores_counted(client: httpx.Client) -> float:
    lines = client.get("/metrics").text.splitlines()
    name = 'leadloop_requests_total{method="POST",route="/v1/score",status="200"}'
    return sum(float(line.split()[-1]) for line in lines if line.startswith(name))


def test_two_workers_share_one_store_tell_one_sum_of_what_both_were_asked_and_each_follows_the_champion(
    imported: Small,
) -> None:
    port = free_port()
    process = started("serve", "--port", str(port), "--workers", "2", *imported.place)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_ready(process, address)
        with httpx.Client(base_url=address, limits=httpx.Limits(max_keepalive_connections=0), timeout=20) as client:
            with ThreadPoolExecutor(8) as pool:
                sent = list(pool.map(lambda n: client.post("/v1/leads", json={"id": f"web-{n}"}), range(40)))
            assert [one.status_code for one in sent] == [201] * 40
            for _ in range(40):
                client.post("/v1/score", json={})  # a connection each, so that both are asked
            until = time.monotonic() + 30
            while scores_counted(client) < 40 and time.monotonic() < until:
                time.sleep(0.2)
            assert scores_counted(client) == 40
            promote(imported.home)
            deadline, in_a_row = time.monotonic() + 30, 0
            while in_a_row < 12:  # each request may reach either of them
                assert time.monotonic() < deadline, "a worker does not follow the champion"
                version = client.post("/v1/score", json={}).json()["model_version"]
                in_a_row = in_a_row + 1 if version == VERSION else 0
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
    assert process.returncode == 0
    assert "0 differ" in imported.done("rebuild")


def test_a_key_guards_what_is_served(imported: Small) -> None:
    port = free_port()
    process = started(
        "serve", "--port", str(port), *imported.place, LEADLOOP_API_KEY="a-long-shared-key", LEADLOOP_OPEN=""
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_ready(process, address)
        assert httpx.get(f"{address}/v1/leads/1").status_code == 401
        known = httpx.get(f"{address}/v1/leads/1", headers={"X-API-Key": "a-long-shared-key"})
        assert known.status_code == 200
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_a_port_in_use_is_said_before_any_work_is_done(imported: Small, tmp_path: Path) -> None:
    port, nowhere = free_port(), str(tmp_path / "demo")
    first = started("serve", "--port", str(port), *imported.place)
    try:
        wait_until_ready(first, f"http://127.0.0.1:{port}")
        for command in (
            imported.run("serve", "--port", str(port)),
            run("demo", "--port", str(port), "--folder", nowhere),
        ):
            assert command.code == 2
            said = f"127.0.0.1, port {port}, cannot be listened on (address already in use"
            assert said in one_line(command.err)
            assert "Serving on" not in command.out
        assert not Path(nowhere).exists()
    finally:
        first.terminate()
        first.communicate(timeout=20)


@pytest.mark.parametrize("host", ["192.0.2.1", "leads..example", "leads.invalid"])
def test_a_host_that_is_no_address_of_this_machine_is_told_so_and_nothing_is_made(company: Small, host: str) -> None:
    ran = company.run("serve", "--host", host)
    assert ran.code == 2
    assert f"--host {host} is no address of this machine; 127.0.0.1 is for this machine alone" in one_line(ran.err)
    assert "--port" not in one_line(ran.err)
    assert not company.home.exists()


@pytest.mark.parametrize("port", ["0", "65536", "99999"])
def test_a_port_that_there_is_not_is_told_by_the_ports_there_are(company: Small, tmp_path: Path, port: str) -> None:
    for ran in (company.run("serve", "--port", port), run("demo", "--port", port, "--folder", str(tmp_path / "demo"))):
        assert ran.code == 2
        assert re.search(
            r"'--port': Input should be (less|greater) than or equal to (1|65535) ", one_line(ran.err) + " "
        )
    assert not company.home.exists()
    assert not (tmp_path / "demo").exists()
