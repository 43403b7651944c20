"""Whose click a lead's link carries: an ad system's click id tells the source where the marks tell none."""

from __future__ import annotations

from collections.abc import Mapping

from features.facts.channels import mark_of

SOURCE_OF_CLICK = {
    "yclid": "yandex",
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "fbclid": "facebook",
    "rb_clickid": "vk",
}
"""Click id -> the source that its ad system is known by."""


def source_by_click(marks: Mapping[str, str]) -> str | None:
    """Return the source that a click id tells; None where the marks name one themselves, or no click id came.

    >>> source_by_click({"yclid": "123"}), source_by_click({"yclid": "123", "source": "mail"}), source_by_click({})
    ('yandex', None, None)
    """
    if mark_of(marks, "source") is not None:
        return None
    return next((source for click, source in SOURCE_OF_CLICK.items() if marks.get(click, "").strip()), None)
