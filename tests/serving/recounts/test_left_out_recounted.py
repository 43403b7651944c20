"""Where there are more segments than a portrait looks at, it leaves out the smallest of two fields, and says how many."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random

import pytest

from monitoring.portrait import segments
from monitoring.portrait.drawing import drawn_portrait
from monitoring.portrait.portrait_report import PORTRAITS
from tests.serving.recounts.companies import Shown
from tests.serving.recounts.page import Page, is_written
from tests.serving.recounts.test_buyers_recounted import DEALS, LEVEL, LOOKED, segments_by_hand, traits_by_hand
from tests.support.plain_deals import p_values, surely_and_maybe

LEFT_OUT = {
    "en": r" ([\d,]+) more of the smallest segments were not looked at: there are too many\.",
    "ru": r" Ещё ([\d\u00a0]+) самых мелких сегментов не проверялись: их слишком много\.",
}


def test_the_smallest_segments_beyond_the_limit_are_left_out_and_counted(
    demo: Shown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    company = demo.copy(tmp_path / "copy")
    moment, service = company.moments()[-1], company.doors.service
    traits, leads = traits_by_hand(company, company.at(moment), moment)
    settled = [n for n, one in enumerate(leads) if one.told["outcome"] in ("bought", "did_not_buy")]
    bought = {n for n in settled if leads[n].told["outcome"] == "bought"}
    # those of one field have the first places, then the largest come first
    every = sorted(segments_by_hand(traits, settled, bought), key=lambda one: (one[0], -len(one[1])))
    singles = sum(fields == 1 for fields, _ in every)
    limit = next(n for n in range(singles + 120, len(every)) if len(every[n][1]) < len(every[n - 1][1]))
    monkeypatch.setattr(segments, "MOST_SEGMENTS", limit)
    PORTRAITS.write(
        drawn_portrait(service.desk.store, service.company, service.settings.home, moment=moment), service.settings.home
    )
    place = {n: at for at, n in enumerate(settled)}
    asked = [(fields, [place[n] for n in inside]) for fields, inside in every[:limit]]
    p = p_values(asked, len(settled), [place[n] for n in bought], deals=DEALS, draw=Random(93))
    surely, maybe = surely_and_maybe(p, LEVEL, 2, DEALS)
    for language, said in LEFT_OUT.items():
        text = Page(company.doors.page(f"/portrait?lang={language}")).text("buyers")
        left_out, looked = re.findall(said, text), LOOKED.search(text)
        is_written(" ".join(left_out), language, len(every) - limit)
        assert looked
        is_written(looked[1], language, limit)
        stood_out = int(re.sub(r"\D", "", looked[2]))
        assert sum(surely) <= stood_out
        assert stood_out <= sum(maybe)
    company.close()
