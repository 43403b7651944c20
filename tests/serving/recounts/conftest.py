"""The companies whose pages are counted again; a test that hands out, takes or draws does so in a copy."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.serving.recounts import companies
from tests.serving.recounts.companies import Shown


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    company = companies.demo(tmp_path_factory.mktemp("demo"))
    yield company
    company.close()


@pytest.fixture(scope="session")
def olist(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    company = companies.olist(tmp_path_factory.mktemp("olist"))
    yield company
    company.close()


@pytest.fixture(scope="session")
def hexlet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    company = companies.hexlet(tmp_path_factory.mktemp("hexlet"))
    yield company
    company.close()


@pytest.fixture(scope="session")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    company = companies.maven(tmp_path_factory.mktemp("maven"))
    yield company
    company.close()
