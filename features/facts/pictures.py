"""Pictures of advertisements that were uploaded: small files in the data folder, named by what is in them."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from features.errors import FactRefused
from features.whole_file import write_whole

LARGEST_PICTURE = 700_000
"""Bytes; a form with a larger one would not be read."""
SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "png"), (b"\xff\xd8\xff", "jpg"), (b"GIF87a", "gif"), (b"GIF89a", "gif"),
)  # fmt: skip
"""How the kinds of picture begin that every browser shows and none of which can hold a script."""
NAME = re.compile(r"^[0-9a-f]{32}\.(png|jpg|gif|webp)$")
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


def picture_kind(data: bytes) -> str | None:
    r"""Return the kind of a picture by how it begins, whatever its file is called; None where it is none of ours.

    >>> picture_kind(b"\x89PNG\r\n\x1a\n..."), picture_kind(b"RIFF....WEBPVP8 "), picture_kind(b"<svg onload=...>")
    ('png', 'webp', None)
    """
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    return next((kind for sign, kind in SIGNS if data.startswith(sign)), None)


def keep_picture(data: bytes, home: Path) -> str:
    """Keep a picture in the data folder; return the name of its file.

    Raises
    ------
    FactRefused
        Where it is too large, or no picture.
    """
    if len(data) > LARGEST_PICTURE:
        raise FactRefused("picture", f"has {len(data):,} bytes; {LARGEST_PICTURE:,} are taken, so make it smaller")
    kind = picture_kind(data)
    if kind is None:
        raise FactRefused("picture", "is no PNG, JPEG, GIF or WebP; save it as one of these")
    name = f"{sha256(data).hexdigest()[:32]}.{kind}"
    folder = home / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    if not path.exists():
        write_whole(path, data)
    return name


def kept_picture(name: str, home: Path) -> Path | None:
    """Return the file of a kept picture; None where there is none of that name, or the name is no such name at all."""
    path = home / "pictures" / name
    return path if NAME.match(name) and path.is_file() else None
