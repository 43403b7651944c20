"""One of several serving processes: each opens the house by itself and follows the champion; they store in turn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI


def app() -> FastAPI:
    """Return the application of the data folder that the process was handed (``features/settings.py``)."""
    from features.facts.database import engine_for
    from features.settings import settings_from_environment
    from leadloop.log_lines import set_up_logs
    from serving.app import create_app
    from serving.settled_memory import share_one_heap
    from serving.wiring import service_of

    share_one_heap()
    settings = settings_from_environment()
    set_up_logs(settings.log)
    return create_app(service_of(settings, engine_for(settings.database_url)))
