"""Notes that say about the same stand together: by the stems and the letters of their words, in Russian and in English.

No language model is asked and nothing is fetched: what says the same in other words stays apart, and what is like nothing else
is "other", which is counted and shown as such.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.sparse import hstack
from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

MOST_DIFFERENT = 1_500
"""Of more different notes the most frequent are grouped, and the others join the group that they are nearest to."""
FARTHEST = 0.76
"""Notes whose mean distance (1 less the cosine) is larger stand apart."""
NEAREST_JOIN = 0.45
QUOTES = 3
ENDINGS = re.compile(
    r"(?:иями|ями|ами|иях|ях|ах|ией|ого|его|ому|ему|ыми|ими|ость|ости|ться|тся|ают|яют|ует|уют|ить|ать|ять|еть|ешь|ишь|"
    r"ает|яет|ала|ила|или|али|ешние|ый|ий|ой|ая|яя|ое|ее|ые|ие|ов|ев|ей|ой|ом|ем|им|ым|ую|юю|ия|ию|ии|а|я|о|е|и|ы|у|ю|ь|"
    r"ations|ation|ings|ing|edly|ness|ies|ied|ers|er|ed|es|ly|y|s|e)$"
)
_FILLER_WORDS = """
и в на с без по к у о от до за из что как но а не для чтобы это мы он она они бы же ли уже очень при the a an
of to in on for and is are was it that with at we he she they be this not very
"""
FILLERS = frozenset(_FILLER_WORDS.split())


def stem(word: str) -> str:
    """Return a word without its ending, by a light rule that leaves at least three letters.

    >>> [stem(word) for word in ("гарантия", "гарантии", "тихие", "тихий", "windows", "window")]
    ['гарант', 'гарант', 'тих', 'тих', 'window', 'window']
    """
    folded = word.casefold().replace("ё", "е")
    found = ENDINGS.search(folded, 3)
    return folded[: found.start()] if found else folded


def stems_of(text: str) -> str:
    """Return a note's stems, without the words that say nothing.

    >>> stems_of("Гарантия на 10 лет и тишина")
    'гарант 10 лет тишин'
    """
    words = [one for one in re.findall(r"\w+", text) if one.casefold() not in FILLERS]
    return " ".join(stem(one) for one in words)


def themes_of(notes: Sequence[str]) -> npt.NDArray[np.int64]:
    """Return the number of each note's theme, -1 for one that is like no other; an empty note is like no other.

    >>> themes_of(["гарантия 10 лет", "Гарантии 10 лет", "тихие окна", "окна тихие", "цена"]).tolist()
    [0, 0, 1, 1, -1]
    """
    said = [stems_of(one) for one in notes]
    counted = Counter(one for one in said if one)
    if not counted:
        return np.full(len(notes), -1, dtype=np.int64)
    different = [one for one, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))]
    theme = _grouped(different)
    sizes = Counter(theme[one] for one in said if one)
    order: dict[int, int] = {}
    for one in said:
        if one and sizes[theme[one]] > 1:
            order.setdefault(theme[one], len(order))
    return np.array([order.get(theme[one], -1) if one else -1 for one in said], dtype=np.int64)


def typical(notes: Sequence[str]) -> list[str]:
    """Return the notes of a theme that are most like all of it, the most typical first, each in words of its own.

    >>> typical(["гарантия 10 лет", "гарантия 10 лет", "гарантия на стекло 10 лет"])[0]
    'гарантия 10 лет'
    """
    counted = Counter(notes)
    different = sorted(counted, key=lambda one: (-counted[one], one))[:MOST_DIFFERENT]
    said = [stems_of(one) or one for one in different]
    vectors = _vectors(said)
    weight = np.array([counted[one] for one in different], dtype=np.float64)
    mean = np.asarray(vectors.T @ weight).ravel() / weight.sum()
    likeness = np.asarray(vectors @ mean).ravel()
    ordered = [different[n] for n in np.argsort(-likeness, kind="stable")]
    kept: dict[str, str] = {}
    for one in ordered:
        kept.setdefault(stems_of(one), one)
    return list(kept.values())[:QUOTES]


def _grouped(different: Sequence[str]) -> dict[str, int]:
    if len(different) == 1:
        return {different[0]: 0}
    vectors = _vectors(different)
    first = min(len(different), MOST_DIFFERENT)
    near = np.asarray((vectors[:first] @ vectors[:first].T).todense())
    grouping = AgglomerativeClustering(
        n_clusters=None, metric="precomputed", linkage="average", distance_threshold=FARTHEST
    )
    labels = grouping.fit_predict(np.clip(1.0 - near, 0.0, 2.0))
    found = {one: int(label) for one, label in zip(different, labels, strict=False)}
    for n in range(first, len(different)):
        likeness = np.asarray((vectors[n] @ vectors[:first].T).todense()).ravel()
        best = int(np.argmax(likeness))
        found[different[n]] = int(labels[best]) if likeness[best] >= NEAREST_JOIN else len(labels) + n
    return found


def _vectors(said: Sequence[str]):  # type: ignore[no-untyped-def]
    """Return unit vectors of stems and of their letters, both weighing the same."""
    words = TfidfVectorizer(analyzer="word", token_pattern=r"\S+", sublinear_tf=True).fit_transform(said)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True).fit_transform(said)
    return hstack([words, letters]).tocsr() * np.sqrt(0.5)
