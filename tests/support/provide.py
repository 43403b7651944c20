"""Installs what the tests want and this machine lacks, where it may; else names what is left out and how to get it."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.support.machine import chromium, is_ci, postgres_programs

WANTED = {"postgresql": postgres_programs, "chromium": chromium}
PACKAGES = {"postgresql": ["postgresql"], "chromium": ["chromium", "fonts-dejavu-core"]}


def main() -> int:
    """Return 0 when all is there, or when something is left out on a developer's machine; 1 under CI."""
    missing = [name for name, find in WANTED.items() if find() is None]
    if missing and os.geteuid() == 0:
        _install([package for name in missing for package in PACKAGES[name]])
        missing = [name for name, find in WANTED.items() if find() is None]
    for name in missing:
        print(f"Left out: the tests that need {name}. To have them: sudo apt-get install {' '.join(PACKAGES[name])}")
    return 1 if missing and is_ci() else 0


def _install(packages: list[str]) -> None:
    print(f"Installing {', '.join(packages)} ...")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", *packages]):
        done = subprocess.run(command, env=quiet, capture_output=True, text=True, check=False)
        if done.returncode:
            print(done.stderr.strip()[-500:])
            return


if __name__ == "__main__":
    sys.exit(main())
