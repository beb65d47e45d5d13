"""Spool: what a pass puts aside in files for the next one, part by part, so memory stays flat.

Files are removed as soon as they are taken: what a machine keeps of them in memory is soon more
than what the processes have.
"""

import marshal
import os
import shutil
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

PartT = TypeVar("PartT")

# Ids are hashes of 63 bits: by the first of them, 128 parts, much the same in size.
_PART_BITS = 63 - 7
PARTS = range(1 << 7)
# So many neighbours share a folder.
_SHARING = 16
# What marshal writes without looking for what it has written before.
_VERSION = 2


def part_of(id_: int) -> int:
    """Return the part of an id; those of a part come before those of the next."""
    return id_ >> _PART_BITS


def ids_of(parts: Sequence[int]) -> tuple[int, int]:
    """Return the first and the last id of some parts in order."""
    return parts[0] << _PART_BITS, (parts[-1] + 1 << _PART_BITS) - 1


# The folders of what is put aside, and removed, together.
LINES, FACTS, EVIDENCE = "lines", "facts", "evidence"
PASSAGES, FOUND, FOUND_FACTS, WORDS = "passages", "found", "found-facts", "words"


class Piece(NamedTuple):
    """Where some things stand: how many, in which process's file, from which byte, how long."""

    things: int
    process: int
    offset: int
    size: int


Pieces = list[tuple[PartT, Piece]]


def put(
    folder: Path, parts: Mapping[PartT, Any], count: Callable[[Any], int] = len
) -> Pieces[PartT]:
    """Append the data of each part to this process's own file; return where it stands.

    Data is what ``marshal`` takes: plain tuples, lists, numbers and texts.
    """
    made: Pieces[PartT] = []
    process = os.getpid()
    folder.mkdir(exist_ok=True)
    with (folder / str(process)).open("ab") as file:
        offset = file.tell()
        for part, data in parts.items():
            size = file.write(marshal.dumps(data, _VERSION))
            made.append((part, Piece(count(data), process, offset, size)))
            offset += size
    return made


def put_in_order(
    folder: Path, parts: Mapping[int, Any], count: Callable[[Any], int] = len
) -> Pieces[int]:
    """Put parts aside that will be taken in order."""
    made: Pieces[int] = []
    folder.mkdir(exist_ok=True)
    for sharing, some in groupby(sorted(parts), key=lambda part: part // _SHARING):
        made += put(folder / str(sharing), {part: parts[part] for part in some}, count)
    return made


def put_whole(folder: Path, data: Any) -> Piece:
    """Put aside what has no parts; return where it stands."""
    [(_, piece)] = put(folder, {"": data})
    return piece


def take(folder: Path, pieces: Iterable[Piece]) -> Iterator[Any]:
    """Yield the data that stands there."""
    pieces = list(pieces)
    with ExitStack() as opened:
        files = {
            process: opened.enter_context((folder / str(process)).open("rb"))
            for process in {piece.process for piece in pieces}
        }
        for piece in pieces:
            file = files[piece.process]
            file.seek(piece.offset)
            yield marshal.loads(file.read(piece.size))  # noqa: S302 (this load wrote it)


def drop(folder: Path) -> None:
    """Remove what was put aside in a folder, as far as it can be: all goes when the load ends."""
    shutil.rmtree(folder, ignore_errors=True)


class Index(Generic[PartT]):
    """Knows the pieces of every part, in the order in which they were added."""

    def __init__(self) -> None:
        self._numbers: dict[PartT, array[int]] = {}

    def add(self, pieces: Pieces[PartT]) -> None:
        """Add some."""
        for part, piece in pieces:
            self._numbers.setdefault(part, array("q")).extend(piece)

    @property
    def count(self) -> int:
        """How many things there are in all."""
        return sum(sum(numbers[0::4]) for numbers in self._numbers.values())

    def parts(self) -> list[PartT]:
        """Return the parts that have pieces."""
        return list(self._numbers)

    def of(self, parts: Iterable[PartT]) -> list[Piece]:
        """Return the pieces of some parts."""
        made: list[Piece] = []
        for part in parts:
            numbers = self._numbers.get(part, array("q"))
            made += map(Piece, numbers[0::4], numbers[1::4], numbers[2::4], numbers[3::4])
        return made

    def together(self, parts: Iterable[PartT], size: int) -> Iterator[list[PartT]]:
        """Yield the parts that have pieces, so many at once that ``size`` things are in them."""
        made: list[PartT] = []
        found = 0
        for part in parts:
            if part in self._numbers:
                made.append(part)
                found += sum(self._numbers[part][0::4])
            if found >= size:
                yield made
                made, found = [], 0
        if made:
            yield made


def take_in_order(
    folder: Path, index: Index[int], size: int
) -> Iterator[tuple[list[int], Iterator[Any]]]:
    """Yield parts, and what was put aside of them in order, about ``size`` at once; remove it."""
    for sharing, some in groupby(PARTS, key=lambda part: part // _SHARING):
        for parts in index.together(some, size):
            yield parts, take(folder / str(sharing), index.of(parts))
        drop(folder / str(sharing))
