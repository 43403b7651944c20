"""UTM marks under the names that links give them count as ours: most CRMs and forms hand them on just as they came."""

from __future__ import annotations

from types import MappingProxyType

UTM = MappingProxyType({
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "campaign",
    "utm_content": "ad",
    "utm_term": "keyword",
})  # fmt: skip


def with_our_names(marks: dict[str, str]) -> dict[str, str]:
    """Return marks with the UTM ones under our names as well; what was told under our own name stays.

    They stay under the links' names too, as a rule of ``company.yaml`` may ask for them so. An empty one says nothing: most forms
    send them all.

    >>> with_our_names({"utm_source": "vk", "utm_content": "17", "ad": "18"})
    {'utm_source': 'vk', 'utm_content': '17', 'ad': '18', 'source': 'vk'}
    """
    if UTM.keys().isdisjoint(marks):
        return marks
    return marks | {ours: marks[theirs] for theirs, ours in UTM.items() if marks.get(theirs) and ours not in marks}
