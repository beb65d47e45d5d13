"""The files of a document: its text byte for byte, what is known of it, and the facts in YAML."""

import hashlib
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from app.vocabulary import COLLECTIONS, Kind, Support
from seed.errors import SeedError

ModelT = TypeVar("ModelT", bound=BaseModel)

TEXT, METADATA, FACTS = "text.txt", "document.yaml", "facts.yaml"
KINDS: dict[str, Kind] = {
    section: kind for kind, section in COLLECTIONS.items() if kind != "document"
}
"""The sections of a facts file, and the kind of their records."""

NonEmpty = Annotated[str, StringConstraints(min_length=1)]
SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, max_length=100)]
Reference = Annotated[
    str, StringConstraints(pattern=r"^[a-z]+/[a-z0-9]+(-[a-z0-9]+)*$", max_length=120)
]


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


class Metadata(BaseModel):
    """What is known of a document itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: NonEmpty
    language: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


class FactsFile(BaseModel):
    """A facts file: for every kind, its records by id, each a list of facts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    companies: dict[Slug, list[FactLine]] = {}
    people: dict[Slug, list[FactLine]] = {}
    organizations: dict[Slug, list[FactLine]] = {}
    places: dict[Slug, list[FactLine]] = {}
    events: dict[Slug, list[FactLine]] = {}
    agreements: dict[Slug, list[FactLine]] = {}
    quotations: dict[Slug, list[FactLine]] = {}

    def records(self) -> Iterator[tuple[Kind, str, list[FactLine]]]:
        """Yield every record with its kind and id, in the order of the file."""
        for section, kind in KINDS.items():
            for slug, facts in getattr(self, section).items():
                yield kind, slug, facts


@dataclass(frozen=True)
class SourceDocument:
    """A document as it was read; ``text`` encoded as UTF-8 is the file."""

    folder: Path
    text: str
    sha256: str
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


class _TextLoader(yaml.CBaseLoader):
    """YAML with every scalar as the text that stands there, and no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) < len(node.value):
            keys = [self.construct_object(key) for key, _ in node.value]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise yaml.constructor.ConstructorError(
                None, None, f"the key «{twice}» stands twice", node.start_mark
            )
        return mapping


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SeedError(f"can't be read: {error.strerror}", file=path) from error


def _decode(path: Path, data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise SeedError(f"is not UTF-8: {error.reason} at byte {error.start}", file=path) from error
    if "\0" in text:
        raise SeedError(f"has the character NUL at {text.index(chr(0))}", file=path)
    return text


def _load_yaml(path: Path) -> Any:
    text = _decode(path, _read(path))
    try:
        return yaml.load(text, Loader=_TextLoader)  # noqa: S506 (a loader of texts alone)
    except yaml.YAMLError as error:
        raise SeedError(f"is not the YAML it should be: {error}", file=path) from error


def _validate(model: type[ModelT], path: Path) -> ModelT:
    data = _load_yaml(path)
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        record = ".".join(str(part) for part in first["loc"])
        message = f"{first['msg']} (found: {str(first['input'])[:200]})"
        quote = _quote_at(data, first["loc"])
        raise SeedError(message, file=path, record=record, quote=quote) from error


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
        raise SeedError("is no id: a folder's name has a-z, 0-9 and single hyphens", file=folder)
    path = folder / TEXT
    data = _read(path)
    text = _decode(path, data)
    if not text:
        raise SeedError("is empty", file=path)
    metadata = _validate(Metadata, folder / METADATA)
    if metadata.title not in text:
        raise SeedError("the title isn't in the text", file=folder / METADATA, quote=metadata.title)
    facts = _validate(FactsFile, folder / FACTS)
    return SourceDocument(folder, text, hashlib.sha256(data).hexdigest(), metadata, facts)


def read_documents(root: Path) -> list[SourceDocument]:
    """Read every document under ``root``, a folder each, in the order of their names."""
    if not root.is_dir():
        raise SeedError("is not a folder", file=root)
    folders = sorted(
        path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")
    )
    if not folders:
        raise SeedError("has no documents", file=root)
    return [read_document(folder) for folder in folders]
