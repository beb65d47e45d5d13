"""The files of a document: its text byte for byte, what is known of it, and its facts."""

import hashlib
import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from app.domain.ids import SLUG
from seed.errors import ErrorCollector, SeedError, SeedErrors
from seed.extract import strict_json, strict_yaml
from seed.extract.characters import BYTE_ORDER_MARK, check_characters
from seed.extract.problems import errors_in, validation_problems

TEXT, METADATA = "text.txt", "document.yaml"
FACTS_FILES = FACTS_YAML, FACTS_JSON = ("facts.yaml", "facts.json")
"""A document has one of them."""
_FILES = (TEXT, METADATA, *FACTS_FILES)
MAX_FILE_SIZE = 8 * 1024 * 1024
"""The largest size of a file in bytes, so that a load's memory is bounded."""

ID_RULE = "a-z, 0-9 and single hyphens between them, 100 at most"
"""The rule of ids, for messages."""
NonEmpty = Annotated[str, StringConstraints(min_length=1)]


class Metadata(BaseModel):
    """The metadata of a document: its title and language."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: NonEmpty
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


@dataclass(frozen=True)
class SourceDocument:
    """A document as it was read; ``text`` encoded as UTF-8 is the file, ``sha256`` its hash.

    ``files_sha256`` is that of all its files. ``facts`` are the lists, mappings and texts of the
    facts file, with ``REJECTED`` for each error in ``facts_errors``; ``fact_lines`` validates them.
    """

    folder: Path
    text: str
    sha256: str
    files_sha256: str
    metadata: Metadata
    metadata_text: str
    facts_file: Path
    facts_text: str
    facts: Any
    facts_errors: ErrorCollector

    @property
    def slug(self) -> str:
        """The document's public id: the name of its folder."""
        return self.folder.name


def is_slug(text: str) -> bool:
    """Return whether a text may be an id."""
    return len(text) <= 100 and re.fullmatch(SLUG, text) is not None


def is_ignored(name: str) -> bool:
    """Return whether a name is hidden, or an editor's: ``facts.yaml~``, ``#facts.yaml#``."""
    return name.startswith((".", "#")) or name.endswith("~")


def read_document(folder: Path) -> SourceDocument:
    """Read one document's folder; raise SeedErrors for whatever is wrong with a file by itself."""
    contents = _contents(folder)
    (text_file, text_bytes), (metadata_file, metadata_bytes), (facts_file, facts_bytes) = contents
    errors = ErrorCollector()
    wrong = ErrorCollector()
    with errors.catch():
        text = _text(text_file, text_bytes)
    with errors.catch():
        metadata_text = _decode(metadata_file, metadata_bytes)
        metadata = _metadata(metadata_file, metadata_text)
    with errors.catch():
        facts_text = _decode(facts_file, facts_bytes)
        facts, wrong = _facts(facts_file, facts_text)
    if errors.errors:
        errors.add(wrong.errors, wrong.more)
    errors.raise_any()
    sha256 = hashlib.sha256(text_bytes).hexdigest()
    files_hash = _hash_of(content for _, content in contents)
    return SourceDocument(
        folder,
        text,
        sha256,
        files_hash,
        metadata,
        metadata_text,
        facts_file,
        facts_text,
        facts,
        wrong,
    )


def read_text(folder: Path) -> str:
    """Return a document's text; raise SeedError where the file is amiss."""
    path = folder / TEXT
    return _text(path, read_file(path))


def read_facts_text(folder: Path) -> str:
    """Return what stands in a document's facts.yaml; raise SeedError where the file is amiss."""
    path = folder / FACTS_YAML
    return _decode(path, read_file(path))


def find_facts_file(folder: Path) -> Path:
    """Return the only facts file of a document; raise SeedError where it has none, or both."""
    found = [path for name in FACTS_FILES if os.path.lexists(path := folder / name)]
    if len(found) != 1:
        has = "both" if found else "neither"
        raise SeedError(f"has {has} of {' and '.join(FACTS_FILES)}: one is needed", folder)
    return found[0]


def files_sha256(folder: Path) -> str:
    """Return the hash of all files of a document; raise SeedErrors where one is amiss."""
    return _hash_of(content for _, content in _contents(folder))


def _text(path: Path, content: bytes) -> str:
    text = _decode(path, content)
    if not text:
        raise SeedError("is empty", path)
    if text[0] == BYTE_ORDER_MARK:
        # The text is served byte for byte, and browsers drop the mark: offsets would be one off.
        raise SeedError("begins with a byte order mark: save it as UTF-8 without one", path)
    return text


def _facts(path: Path, text: str) -> tuple[Any, ErrorCollector]:
    """Return the value of a facts file with ``REJECTED`` for each error, and the errors.

    It is None where the file has comments alone, and so no facts.
    """
    if not text.strip():
        # An interrupted save leaves such files.
        raise SeedError("is empty: write {} where there are no facts yet", path)
    if path.name == FACTS_JSON:
        return strict_json.parse(path, text), ErrorCollector()
    return strict_yaml.parse_valid(path, text)


def _metadata(path: Path, text: str) -> Metadata:
    data = strict_yaml.parse(path, text)
    try:
        return Metadata.model_validate(data)
    except ValidationError as error:
        problems = list(validation_problems(error, [*Metadata.model_fields]))
        raise SeedErrors(errors_in(path, text, problems)) from error


def _decode(path: Path, content: bytes) -> str:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise SeedError(f"is not UTF-8: {error.reason} at byte {error.start}", path) from error
    try:
        check_characters(text)
    except ValueError as error:
        raise SeedError(str(error), path) from error
    return text


def _contents(folder: Path) -> list[tuple[Path, bytes]]:
    """Return a document's files and their contents; raise SeedErrors where there are others."""
    errors = ErrorCollector()
    if not is_slug(folder.name):
        errors.add([SeedError(f"is no id: a folder's name has {ID_RULE}", folder)])
    contents = []
    with errors.catch():
        others = [Path(each.path) for each in _entries(folder) if each.name not in _FILES]
        errors.add(SeedError(f"is none of {', '.join(_FILES)}", path) for path in others)
        for name in (TEXT, METADATA):
            with errors.catch():
                contents.append((folder / name, read_file(folder / name)))
        path = find_facts_file(folder)
        contents.append((path, read_file(path)))
    errors.raise_any()
    return contents


def read_file(path: Path) -> bytes:
    """Return the bytes of a file; raise SeedError where it is no file that a load would read."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            # To open a pipe would wait for a writer.
            raise SeedError("is no regular file", path)
        with path.open("rb") as file:
            content = file.read(MAX_FILE_SIZE + 1)
    except OSError as error:
        raise SeedError(f"can't be read: {error.strerror}", path) from error
    if len(content) > MAX_FILE_SIZE:
        raise SeedError(f"is larger than {MAX_FILE_SIZE:,} bytes", path)
    return content


def _hash_of(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def document_folders(root: Path) -> list[Path]:
    """Return the folder of every document under ``root``, in the order of their names.

    Raises SeedErrors where entries that aren't ignored are no folders.
    """
    errors = ErrorCollector()
    entries = []
    with errors.catch():
        entries = _entries(root)
        if not entries:
            raise SeedError("has no documents", root)
    for entry in entries:
        if not entry.is_dir():
            wrong = "is not a folder, and every entry has to be a document's"
            errors.add([SeedError(wrong, Path(entry.path))])
    errors.raise_any()
    return [Path(entry.path) for entry in entries]


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    """Return the entries of a folder that aren't ignored, in the order of their names."""
    try:
        with os.scandir(folder) as entries:
            visible = [entry for entry in entries if not is_ignored(entry.name)]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise SeedError("is not a folder", folder) from error
    except OSError as error:
        raise SeedError(f"can't be read: {error.strerror}", folder) from error
    return sorted(visible, key=attrgetter("name"))
