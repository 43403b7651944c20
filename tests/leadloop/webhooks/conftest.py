"""The doors whose stores are told of."""

from __future__ import annotations

from tests.serving.conftest import doors

__all__ = ["doors"]
