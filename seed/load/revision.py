"""Revisions: the hashes that tell whether a load would change anything."""

import hashlib
from collections.abc import Iterable
from functools import cache
from importlib.metadata import version
from pathlib import Path
from unicodedata import unidata_version

import app
import seed

_DECIDING = {
    app: (
        "domain",
        "listing",
        "materialize.py",
        "models",
        "projections",
        "registry.py",
        "resources",
        "schemas",
        "search",
    ),
    seed: ("extract", "load", "transform"),
}
"""The code that decides what rows a document makes."""
# What is removed from SQLite's indexes is found by its tokens, which have to be those of then.
_LIBRARIES = ("pymorphy3", "pymorphy3-dicts-ru")


def content_hash(documents: Iterable[tuple[str, str]]) -> str:
    """Return the revision: the hash of the code, and of the ids and hashes of all documents."""
    digest = hashlib.sha256(code_hash().encode())
    for slug, files_sha256 in documents:
        digest.update(f"{slug} {files_sha256}".encode())
    return digest.hexdigest()


@cache
def code_hash() -> str:
    """Return the hash of the code and libraries that decide rows, which a process never changes."""
    digest = hashlib.sha256(unidata_version.encode())
    for library in _LIBRARIES:
        digest.update(version(library).encode())
    for package, names in _DECIDING.items():
        for name in names:
            path = Path(package.__file__ or "").parent / name
            files = [*path.rglob("*.py"), *path.rglob("*.toml")] if path.is_dir() else [path]
            for file in sorted(files):
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()
