"""A word that thousands of leads say is held once: channels, campaigns and answers repeat from lead to lead.

Not ``sys.intern``: some versions of Python keep what is interned for ever, and click ids come but once.
"""

from __future__ import annotations

MOST_WORDS = 100_000
"""With more, all are let go and gathered anew, so that words which nobody repeats do not pile up."""
_words: dict[str, str] = {}


def once(word: str) -> str:
    """Return a word as the one that others have who say the same.

    >>> "".join(["о", "кна"]) is "".join(["о", "кна"]), once("".join(["о", "кна"])) is once("".join(["о", "кна"]))
    (False, True)
    """
    if len(_words) >= MOST_WORDS:
        _words.clear()
    return _words.setdefault(word, word)
