"""The section ``deliver`` of company.yaml: who is told, by exactly one way each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from features.errors import CompanyFileWrong
from features.facts.company_file import read_company
from features.facts.delivery_settings import Deliver, Recipient
from features.settings import DeliverySecrets
from tests.support.machine import REPOSITORY


def test_each_recipient_has_a_name_of_ours_and_one_way() -> None:
    told = Deliver.model_validate(
        {"to": {"a": {"email": "m@example.com"}, "b": {"telegram": -100}, "c": {"webhook": "https://example.com/in"}}}
    )
    assert [(one.way, one.address) for one in told.to.values()] == [
        ("email", "m@example.com"),
        ("telegram", "-100"),
        ("webhook", "https://example.com/in"),
    ]


@pytest.mark.parametrize(
    ("recipient", "remedy"),
    [
        ("{}", "exactly one of email, telegram, webhook"),
        ("{email: m@example.com, telegram: '-1'}", "exactly one of email, telegram, webhook"),
        ("{email: 'm@example.com, n@example.com'}", "one e-mail address"),
        ("{webhook: 'ftp://example.com'}", "begins with https:// or http://"),
    ],
)
def test_a_recipient_that_cannot_be_reached_is_named_with_its_line(tmp_path: Path, recipient: str, remedy: str) -> None:
    path = tmp_path / "company.yaml"
    path.write_text(f"company: Окна\ndeliver:\n  to:\n    team: {recipient}\n", encoding="utf-8")
    with pytest.raises(CompanyFileWrong) as raised:
        read_company(path)
    assert remedy in str(raised.value)
    assert raised.value.mistakes[0].line == 4


def test_an_address_is_no_name_because_names_are_shown(tmp_path: Path) -> None:
    path = tmp_path / "company.yaml"
    path.write_text("company: x\ndeliver: {to: {m@example.com: {email: m@example.com}}}\n", encoding="utf-8")
    with pytest.raises(CompanyFileWrong, match="plain name"):
        read_company(path)


def test_no_repr_shows_an_address_or_a_secret() -> None:
    assert "example" not in repr(Recipient(email="m@example.com"))
    assert "word" not in repr(DeliverySecrets("password", "password", "password"))


def test_every_example_of_the_docs_can_be_used_as_it_stands(tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "alarms-delivery.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        path = tmp_path / "company.yaml"
        path.write_text(f"company: Окна\n{block}", encoding="utf-8")
        assert read_company(path).deliver != Deliver()
