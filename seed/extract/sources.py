"""Changes of the documents since a load: by the signatures of their files, then by their hashes."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from seed.errors import SeedErrors
from seed.extract.files import document_folders, files_sha256, is_ignored

_RECENT = 2_000_000_000
"""Nanoseconds in which a file may change again unseen: FAT counts time in steps of 2 s."""


class Stored(NamedTuple):
    """The signature and hash of a document's files, as a database has them."""

    signature: str
    files_sha256: str


@dataclass(frozen=True)
class Changes:
    """The documents that differ from the stored ones, in the order of their names.

    ``signatures`` are those of the added and the changed.
    """

    added: list[Path] = field(default_factory=list)
    changed: list[Path] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged_with_new_signature: dict[str, str] = field(default_factory=dict)
    signatures: dict[str, str] = field(default_factory=dict)


def signature(folder: Path, *, now: int) -> str:
    """Return names, sizes, times of modification and inodes of a folder's files.

    It is empty, and so equal to none, where a file can't be read, or was modified less than two
    seconds before ``now``, in nanoseconds: it may change again and keep its time.
    """
    parts = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not is_ignored(entry.name):
                    stat = entry.stat()
                    if now - stat.st_mtime_ns < _RECENT:
                        return ""
                    parts.append(f"{entry.name}/{stat.st_size}/{stat.st_mtime_ns}/{stat.st_ino}")
    except OSError:
        return ""
    return "/".join(sorted(parts))


def find_changes(
    root: Path, stored: Mapping[str, Stored], *, now: int, verify_files: bool = False
) -> Changes:
    """Return the changes of the documents under ``root``; ``now`` is when the load began, in ns.

    A document with the stored signature isn't read, unless ``verify_files``. One that can't be read
    counts as changed. Raises SeedErrors as ``document_folders`` does.
    """
    changes = Changes()
    folders = document_folders(root)
    for folder in folders:
        slug, found = folder.name, signature(folder, now=now)
        known = stored.get(slug)
        if known is None:
            changes.added.append(folder)
            changes.signatures[slug] = found
        elif verify_files or not found or found != known.signature:
            if _hash(folder) != known.files_sha256:
                changes.changed.append(folder)
                changes.signatures[slug] = found
            elif found != known.signature:
                changes.unchanged_with_new_signature[slug] = found
    changes.removed.extend(sorted(stored.keys() - {folder.name for folder in folders}))
    return changes


def _hash(folder: Path) -> str | None:
    try:
        return files_sha256(folder)
    except SeedErrors:
        return None
