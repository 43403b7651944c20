"""How the letters of a file are written; bytes of it that are no letters are marked, so that their rows can be told.

The encoding is recognised where the first letters beyond plain Latin stand, however far into the file. A few bytes that do not
fit are damage (a text cut in the middle of a letter); where most do not fit, it is another encoding.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from features.errors import ImportRefused
from features.facts.table_rows import Unfit

SAMPLE = 1_000_000
"""Bytes that are looked at in one go."""
ENOUGH_LETTERS = 1_000
BINARY = {
    b"PK\x03\x04": "a spreadsheet (xlsx) or archive",
    b"\xd0\xcf\x11\xe0": "an old spreadsheet (xls)",
    b"%PDF": "a PDF",
}
BYTE_ORDER = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
NO_LETTER = "\udcff"
"""Stands for bytes that are no letter; no text that could be decoded holds it."""
MARKED = "leadloop-no-letter"
OTHER_ENCODING = Unfit("is written in UTF-8, the file in cp1251; save the whole file as UTF-8")


def _marked(error: UnicodeError) -> tuple[str, int]:
    if isinstance(error, UnicodeDecodeError):
        return NO_LETTER, error.end
    raise error


codecs.register_error(MARKED, _marked)


def opened(path: Path, encoding: str) -> TextIO:
    """Return the file, opened for reading its lines as they are; bytes that are no letters come as ``NO_LETTER``."""
    return path.open(encoding=encoding, newline="", errors=MARKED)


def encoding_of(path: Path, said: str | None = None) -> str:
    """Return how the letters of ``path`` are written: by its first bytes, as ``said``, or else as recognised.

    Raises
    ------
    ImportRefused
        For a file that is empty, no text, or written otherwise than ``said``.
    """
    sample = sample_of(path)
    encoding = next((name for mark, name in BYTE_ORDER if sample.startswith(mark)), said)
    if encoding is None:
        if b"\x00" in sample:
            raise ImportRefused(f"{path.name} is no text file; save it as CSV (UTF-8) and import that.")
        return _recognised(path)
    try:
        letters, damaged = _told(codecs.getincrementaldecoder(encoding)(errors="replace").decode(sample))
    except LookupError:
        letters, damaged = 0, 1
    if damaged > letters:
        raise ImportRefused(f"{path.name} is not written in {encoding}; mend export.encoding in company.yaml.")
    return encoding


def sample_of(path: Path) -> bytes:
    """Return the first bytes of a file; ``ImportRefused`` where it is empty or a known format that is no text."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE)
    if not sample.strip():
        raise ImportRefused(f"{path.name} is empty; export it again.")
    for start, kind in BINARY.items():
        if sample.startswith(start):
            raise ImportRefused(f"{path.name} is {kind}; save it as CSV (UTF-8) and import that.")
    return sample


def damage_in(cells: Sequence[str], encoding: str) -> Unfit | None:
    """Return what is wrong with the letters of a row, or None."""
    text = "".join(cells)
    if NO_LETTER in text:
        return Unfit(
            f"holds bytes that are no letters of {encoding}; write the cut or damaged word anew, or say export.encoding in "
            "company.yaml where the file is written otherwise"
        )
    return OTHER_ENCODING if encoding == "cp1251" and not text.isascii() and _is_utf_8(text) else None


def _is_utf_8(text: str) -> bool:
    try:
        text.encode("cp1251").decode("utf-8")
    except UnicodeError:
        return False
    return True


def _recognised(path: Path) -> str:
    """Return utf-8 or cp1251, as most of the first letters beyond ASCII say."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    letters = damaged = 0
    with path.open("rb") as file:
        while letters + damaged < ENOUGH_LETTERS and (block := file.read(SAMPLE)):
            more, amiss = _told(decoder.decode(block))
            letters, damaged = letters + more, damaged + amiss
    return "cp1251" if damaged > letters else "utf-8"


def _told(text: str) -> tuple[int, int]:
    """Return how many letters beyond ASCII a text has, and how many bytes or cut letters could not be decoded."""
    damaged = text.count("\ufffd")
    return len(text) - len(text.encode("ascii", "ignore")) - damaged, damaged
