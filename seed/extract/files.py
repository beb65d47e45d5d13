"""The files of a document: its text byte for byte, what is known of it, and the facts in YAML."""

import hashlib
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from app.domain.ids import SLUG
from app.domain.vocabulary import COLLECTIONS, Kind, Support
from seed.errors import SeedError
from seed.extract.strict_yaml import BYTE_ORDER_MARK, check_characters, parse

ModelT = TypeVar("ModelT", bound=BaseModel)

FILES = TEXT, METADATA, FACTS = ("text.txt", "document.yaml", "facts.yaml")
MAX_FILE_SIZE = 8 * 1024 * 1024
"""The largest size of a file in bytes, so that a load's memory is bounded."""
KINDS: dict[str, Kind] = {
    section: kind for kind, section in COLLECTIONS.items() if kind != "document"
}
"""The sections of a facts file, and the kind of their records."""

NonEmpty = Annotated[str, StringConstraints(min_length=1)]
Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG}$", max_length=100)]
Reference = Annotated[str, StringConstraints(pattern=rf"^[a-z]+/{SLUG}$", max_length=120)]


def _as_list(quote: object) -> object:
    return [quote] if isinstance(quote, str) else quote


class FactLine(BaseModel):
    """One fact as its author wrote it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    predicate: NonEmpty
    value: NonEmpty | None = None
    object: Reference | None = None
    quote: Annotated[list[NonEmpty], BeforeValidator(_as_list), Field(min_length=1)]
    within: NonEmpty | None = None
    support: Support = "stated"
    attributed_to: Reference | None = None
    reason: NonEmpty | None = None


Facts = Annotated[list[FactLine], Field(min_length=1, fail_fast=True)]


class Metadata(BaseModel):
    """What is known of a document itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: NonEmpty
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class FactsFile(BaseModel):
    """A facts file: for every kind, its records by id, each a list of one fact at least."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    companies: dict[Slug, Facts] = {}
    people: dict[Slug, Facts] = {}
    organizations: dict[Slug, Facts] = {}
    places: dict[Slug, Facts] = {}
    events: dict[Slug, Facts] = {}
    agreements: dict[Slug, Facts] = {}
    quotations: dict[Slug, Facts] = {}

    def records(self) -> Iterator[tuple[Kind, str, list[FactLine]]]:
        """Yield every record with its kind and id, in the order of the file."""
        for section, kind in KINDS.items():
            for slug, facts in getattr(self, section).items():
                yield kind, slug, facts


@dataclass(frozen=True)
class SourceDocument:
    """A document as it was read; ``text`` encoded as UTF-8 is the file, ``sha256`` its hash.

    ``files_sha256`` is that of all its files.
    """

    folder: Path
    text: str
    sha256: str
    files_sha256: str
    metadata: Metadata
    facts: FactsFile

    @property
    def slug(self) -> str:
        """The document's public id: the name of its folder."""
        return self.folder.name

    @property
    def file(self) -> Path:
        """The facts file, for messages."""
        return self.folder / FACTS


def _read(path: Path) -> bytes:
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


def _validate(model: type[ModelT], path: Path, content: bytes) -> ModelT:
    data = parse(path, _decode(path, content))
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        record = ".".join(str(part) for part in first["loc"])
        message = f"{first['msg']} (found: {str(first['input'])[:200]})"
        raise SeedError(message, path, record, _quote_at(data, first["loc"])) from error


def _quote_at(data: Any, place: tuple[int | str, ...]) -> str:
    """Return the quote of the fact that an error is in, "" where it is in none."""
    for part in place:
        if isinstance(data, dict) and "quote" in data:
            return str(data["quote"])
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return ""
    return str(data["quote"]) if isinstance(data, dict) and "quote" in data else ""


def read_document(folder: Path) -> SourceDocument:
    """Read one document's folder; raise SeedError for whatever is wrong with a file by itself."""
    if not re.fullmatch(SLUG, folder.name) or len(folder.name) > 100:
        raise SeedError("is no id: a folder's name has a-z, 0-9 and single hyphens", folder)
    paths = [folder / name for name in FILES]
    contents = _contents(folder)
    text = _decode(paths[0], contents[0])
    if not text:
        raise SeedError("is empty", paths[0])
    if text[0] == BYTE_ORDER_MARK:
        # The text is served byte for byte, and browsers drop the mark: offsets would be one off.
        raise SeedError("begins with a byte order mark: save it as UTF-8 without one", paths[0])
    metadata = _validate(Metadata, paths[1], contents[1])
    if metadata.title not in text:
        raise SeedError("the title isn't in the text", paths[1], quote=metadata.title)
    facts = _validate(FactsFile, paths[2], contents[2])
    sha256 = hashlib.sha256(contents[0]).hexdigest()
    return SourceDocument(folder, text, sha256, _hash_of(contents), metadata, facts)


def files_sha256(folder: Path) -> str:
    """Return the hash of all files of a document."""
    return _hash_of(_contents(folder))


def _contents(folder: Path) -> list[bytes]:
    """Return the contents of a document's files; raise SeedError where there are others."""
    for path in _entries(folder):
        if path.name not in FILES:
            raise SeedError(f"is none of {', '.join(FILES)}", path)
    return [_read(folder / name) for name in FILES]


def _hash_of(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def document_folders(root: Path) -> list[Path]:
    """Return the folder of every document under ``root``, in the order of their names.

    Raises SeedError where an entry that isn't hidden is no folder.
    """
    folders = _entries(root)
    for path in folders:
        if not _is_folder(path):
            raise SeedError("is not a folder, and every entry has to be a document's", path)
    if not folders:
        raise SeedError("has no documents", root)
    return folders


def _entries(folder: Path) -> list[Path]:
    """Return the entries of a folder that aren't hidden, in the order of their names."""
    if not _is_folder(folder):
        raise SeedError("is not a folder", folder)
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise SeedError(f"can't be read: {error.strerror}", folder) from error


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:
        raise SeedError(f"can't be read: {error.strerror}", path) from error
