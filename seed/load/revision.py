"""Revisions: the hashes that tell whether a load would change anything."""

import hashlib
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path

import app
import seed

_DECIDING = {
    app: ("domain", "listing", "models", "projections", "resources", "schemas", "search"),
    seed: ("extract", "load", "transform"),
}
"""The folders of the code that decides what rows a document makes."""


def content_hash(documents: Iterable[tuple[str, str]]) -> str:
    """Return the revision: the hash of the code, and of the ids and hashes of all documents."""
    digest = hashlib.sha256(code_hash().encode())
    for slug, files_sha256 in documents:
        digest.update(f"{slug} {files_sha256}".encode())
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """Return the hash of the code that decides rows; the code of a process doesn't change."""
    folders = [
        Path(package.__file__ or "").parent / name
        for package, names in _DECIDING.items()
        for name in names
    ]
    files = chain.from_iterable(sorted(folder.rglob("*.py")) for folder in folders)
    return hashlib.sha256(
        b"".join(hashlib.sha256(path.read_bytes()).digest() for path in files)
    ).hexdigest()
