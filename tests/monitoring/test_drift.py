"""The drift report: one file that loads nothing from elsewhere, made from a sample however many leads there are."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pandas as pd

from monitoring.arrival_rows import MOST_ROWS
from monitoring.drift import Heading, drift_report
from monitoring.drift_summary import load_summary, summary_path

ELSEWHERE = re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//[^"']+|@import\s+url\(|url\(["']?https?://""")
TAG = re.compile(r"<(?:script|link|img|iframe)\b[^>]*>")


def rows(count: int, *, area: float = 80.0, owners: float = 0.5, seed: int = 0) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    role = np.where(draw.random(count) < owners, "owner", "tenant").astype(object)
    return pd.DataFrame({"area": draw.normal(area, 10, count), "role": role, "empty": np.full(count, np.nan)})


def page_of(path: Path, reference: pd.DataFrame, current: pd.DataFrame) -> str:
    drift_report(reference, current, path, heading=Heading("Лиды <vk>", "120 против 200", "Назад"), language="ru")
    return path.read_text(encoding="utf-8")


def without_ids(page: str) -> str:
    return re.sub(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", "", page)


def test_the_report_is_one_file_that_holds_no_address_of_a_script_or_style_elsewhere(tmp_path: Path) -> None:
    page = page_of(tmp_path / "deep" / "report.html", rows(200), rows(120, area=130.0, owners=0.9, seed=1))
    assert [tag for tag in TAG.findall(page) if ELSEWHERE.search(tag)] == []
    assert "(2 out of 2)" in page
    assert sorted(one.name for one in (tmp_path / "deep").iterdir()) == ["report.html", "report.json"]


def test_it_says_above_what_is_compared_and_leads_back(tmp_path: Path) -> None:
    page = page_of(tmp_path / "report.html", rows(200), rows(120))
    assert '<html lang="ru">' in page
    assert "<title>Лиды &lt;vk&gt;</title>" in page
    body = page[page.index("<body") :]
    assert body.index('<a href="/channels">Назад</a>') < body.index("120 против 200") < body.index("out of")


def test_a_column_that_moved_is_told_from_one_that_did_not(tmp_path: Path) -> None:
    still = page_of(tmp_path / "a.html", rows(400), rows(400, seed=1))
    moved = page_of(tmp_path / "b.html", rows(400), rows(400, area=130.0, seed=1))
    assert [re.findall(r"\((\d) out of (\d)\)", page)[0] for page in (still, moved)] == [("0", "2"), ("1", "2")]


def test_large_frames_are_sampled(tmp_path: Path) -> None:
    large, small = rows(MOST_ROWS + 5_000), rows(150, seed=1)
    sampled = large.sample(MOST_ROWS, random_state=0)
    whole, of_sample = page_of(tmp_path / "a.html", large, small), page_of(tmp_path / "b.html", sampled, small)
    assert without_ids(whole) == without_ids(of_sample)
    assert len(whole) < 20_000_000


def test_the_figures_beside_the_report_are_those_that_evidently_shows(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    for before, after in ((rows(400), rows(300, area=130.0, seed=1)), (rows(1_500), rows(1_200, owners=0.9, seed=1))):
        page = page_of(path, before, after)
        summary = load_summary(summary_path(path))
        assert summary is not None
        (shown,) = set(re.findall(r"\((\d) out of (\d)\)", page))
        assert (summary.drifted, len(summary.columns)) == (int(shown[0]), int(shown[1]))
        assert (summary.before, summary.after) == (len(before), len(after))
        assert all(one.statistic for one in summary.columns)
        assert [one.drifted for one in summary.columns] == [True, False]


def test_figures_that_are_missing_or_broken_are_none(tmp_path: Path) -> None:
    assert load_summary(tmp_path / "none.json") is None
    (tmp_path / "broken.json").write_text("{")
    assert load_summary(tmp_path / "broken.json") is None


def test_the_report_shows_no_contact_that_somebody_wrote_into_an_answer_or_a_mark(tmp_path: Path) -> None:
    named = rows(200).assign(role=["8 912 345-67-89", "79123456789", "anna@levin.ru", "owner"] * 50)
    page = page_of(tmp_path / "report.html", rows(200), named)
    assert not any(sign in page for sign in ("345-67-89", "79123456789", "anna@levin"))
    assert "(contact)" in page
