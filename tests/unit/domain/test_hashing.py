"""A hash in pieces is the hash of the whole."""

from hashlib import md5, sha256

import pytest

from gateway.domain.hashing import PIECE, hexdigest


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 10 * PIECE + 7])
def test_a_hash_in_pieces_is_the_hash_of_the_whole(size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    assert hexdigest(sha256(), content) == sha256(content).hexdigest()
    assert hexdigest(md5(usedforsecurity=False), content) == md5(content, usedforsecurity=False).hexdigest()


def test_a_piece_is_too_small_for_hashlib_to_let_go_of_the_lock() -> None:
    """CPython, Modules/hashlib.h: HASHLIB_GIL_MINSIZE is 2048."""
    assert PIECE < 2048
