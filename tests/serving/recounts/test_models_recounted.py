"""Every number of a model's page equals plain loops over the exported files and the probabilities that it gave."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.serving.recounts.beside_card import check_managers, check_shadow
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.judged_card import (
    check_found,
    check_grades,
    check_learned,
    check_list,
    check_measures,
    check_truth,
    check_weak,
)
from tests.serving.recounts.page import Page
from tests.serving.recounts.since_card import check_since
from tests.serving.recounts.tables_card import check_cards, check_fields, check_logged
from tests.serving.recounts.taught import taught


@pytest.mark.parametrize("name", ["demo", "olist", "hexlet", "maven"])
def test_every_number_of_a_models_page_equals_counting_by_hand(
    name: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    company: Shown = request.getfixturevalue(name).copy(tmp_path / "copy")
    moments, draw = company.moments(), Random(71)
    when = moments[2] if name == "hexlet" else moments[1]  # this school's export says how leads ended, and not when
    told = taught(company, when)
    for language in ("en", "ru"):
        html = company.doors.page(f"{told.page}?lang={language}")
        page = Page(html)
        check_learned(page, told, language)
        check_found(page, told, language)
        check_truth(page, html, told, language)
        check_grades(page, told, language)
        check_measures(page, told, language, draw)
        check_weak(page, told, language)
    check_list(Page(company.doors.page("/models?lang=en")), told)
    fields = check_fields(Page(company.doors.page(f"{told.page}?lang=en")), told)
    assert fields or not told.trained.candidate.tables.cells
    half = moments[1] + (moments[2] - moments[1]) / 2
    check_since(told, [half, moments[2]] if name == "demo" else [moments[2]])
    check_cards(told, moments[2], draw)
    check_managers(told, draw)
    check_shadow(told, draw)
    check_logged(told, moments[2])
    company.close()
