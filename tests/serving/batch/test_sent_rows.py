"""The rows of a batch are told apart wherever the pieces of its body are cut."""

from __future__ import annotations

import json
from codecs import BOM_UTF8
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.errors import FactRefused
from serving.batch.sent_rows import TOO_LONG, Items, Lines, RowSplitter
from serving.http_errors import LARGEST_BODY

TEXTS = st.text(alphabet='ab"\\[]{},\n\té', max_size=6)
ROWS = st.lists(
    st.dictionaries(TEXTS, st.recursive(TEXTS | st.integers(), lambda inner: st.lists(inner, max_size=3)), max_size=3),
    max_size=6,
)


def split(splitter: RowSplitter, pieces: Sequence[bytes]) -> list[bytes]:
    return [*(row for piece in pieces for row in splitter.rows_of(piece)), *splitter.rest()]


def cut(body: bytes, places: Sequence[int]) -> list[bytes]:
    ends = sorted(place % (len(body) + 1) for place in places)
    return [body[begin:end] for begin, end in zip([0, *ends], [*ends, len(body)], strict=True)]


@given(ROWS, st.lists(st.integers(0, 10_000), max_size=6), st.sampled_from([None, 1]))
def test_any_json_array_is_told_apart_into_its_items_however_it_is_cut(
    rows: list[dict[str, object]], places: list[int], indent: int | None
) -> None:
    body = json.dumps(rows, indent=indent, ensure_ascii=False).encode()
    assert [json.loads(row) for row in split(Items(), cut(body, places))] == rows


def test_a_piece_of_nothing_between_a_backslash_and_its_quote_ends_no_text() -> None:
    assert split(Items(), [b'[{"id": "a\\', b"", b'"},b"}]']) == [b'{"id": "a\\"},b"}']


@given(ROWS, st.lists(st.integers(0, 10_000), max_size=6))
def test_any_lines_are_told_apart_however_they_are_cut(rows: list[dict[str, object]], places: list[int]) -> None:
    body = "\n".join(json.dumps(row) for row in rows).encode()
    assert [json.loads(row) for row in split(Lines(), cut(body, places))] == rows


@given(ROWS, st.lists(st.integers(0, 12), max_size=4))
def test_a_byte_order_mark_before_the_first_row_is_no_part_of_it_however_it_is_cut(
    rows: list[dict[str, object]], places: list[int]
) -> None:
    lines = BOM_UTF8 + "\n".join(json.dumps(row) for row in rows).encode()
    assert [json.loads(row) for row in split(Lines(), cut(lines, places))] == rows
    assert [json.loads(row) for row in split(Items(), cut(BOM_UTF8 + json.dumps(rows).encode(), places))] == rows


@pytest.mark.parametrize("splitter", [Lines, Items])
def test_what_only_begins_like_a_byte_order_mark_is_a_row_that_cannot_be_read(splitter: type[Lines | Items]) -> None:
    assert split(splitter(), [BOM_UTF8[:2]]) == [BOM_UTF8[:2]]


def test_a_row_that_is_no_json_takes_nothing_from_the_rows_around_it() -> None:
    assert split(Items(), [b'[{"id": 1}, what?, {"id": 2}]']) == [b'{"id": 1}', b"what?", b'{"id": 2}']
    assert split(Lines(), [b'{"id": 1}\nwhat?{\n{"id": 2}']) == [b'{"id": 1}', b"what?{", b'{"id": 2}']


@pytest.mark.parametrize("splitter", [Lines, Items])
def test_a_row_longer_than_a_request_may_be_is_passed_over_without_being_held(splitter: type[Lines | Items]) -> None:
    pieces = [
        b"[" if splitter is Items else b"",
        b'{"id": "',
        *[b"x" * 65_536] * 20,
        b'"}',
        b",",
        b"\n",
        b'{"id": "2"}',
    ]
    pieces = [piece for piece in pieces if piece != (b"\n" if splitter is Items else b",")]
    pieces.append(b"]" if splitter is Items else b"")
    assert sum(map(len, pieces)) > LARGEST_BODY
    assert split(splitter(), pieces) == [TOO_LONG, b'{"id": "2"}']


@pytest.mark.parametrize("body", [b'{"id": "7"}', b"  7", b'"rows"'])
def test_a_body_that_is_no_array_is_refused_with_the_remedy(body: bytes) -> None:
    with pytest.raises(FactRefused, match="one JSON array of rows"):
        split(Items(), [body])


@pytest.mark.parametrize("body", [b"", b"[]", b"[ ]", b"[\n]"])
def test_an_empty_batch_has_no_rows(body: bytes) -> None:
    assert split(Items(), [body]) == []
