"""The doors of CRMs, whatever is sent to them, with proof and without: the short form of `make fuzz`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from features.facts.crm_settings import CrmName
from tests.fuzz.api_cases import KEPT, MODES, Told
from tests.fuzz.crm_cases import NOT_PROVEN, PATHS, PROVEN, CrmDoors, ask_crm, crm_doors


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CrmDoors]:
    with crm_doors(tmp_path_factory.mktemp("doors")) as opened:
        yield opened


@pytest.mark.parametrize("mode", MODES, ids=str)
@pytest.mark.parametrize("system", PATHS)
def test_no_request_makes_a_crms_door_fail_or_keep_what_is_not_proven(
    doors: CrmDoors, system: CrmName, mode: Any
) -> None:
    told = Told()

    def judge(case: Any, answer: Any) -> None:
        case.validate_response(answer, checks=list(KEPT))

    ask_crm(doors[system], system, mode, most=30, told=told, judge=judge, draw=7)
    asked = {proof: told.cases[f"POST {PATHS[system]}, {proof}"] for proof in (PROVEN, NOT_PROVEN)}
    assert min(asked.values()) > 0
    assert told.statuses[403] == asked[NOT_PROVEN]
    assert set(told.statuses) <= {200, 403, 422}
    if str(mode) == str(MODES[0]):
        assert told.statuses[200] > 0
