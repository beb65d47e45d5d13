"""The files of a document: its text byte for byte, what is known of it, and the facts in YAML."""

import hashlib
import re
from collections.abc import Iterable, Iterator
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

from app.domain.ids import SLUG
from app.domain.vocabulary import COLLECTIONS, Kind, Support
from seed.errors import SeedError

ModelT = TypeVar("ModelT", bound=BaseModel)

FILES = TEXT, METADATA, FACTS = ("text.txt", "document.yaml", "facts.yaml")
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


Facts = Annotated[list[FactLine], Field(min_length=1)]


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


def _built(parser: Any, event: Any, anchors: dict[str, Any]) -> Any:
    """Return what an event begins, every scalar as the text that stands there.

    PyYAML's own loaders make a node and a guess at a type of everything first, and take thrice as
    long.
    """
    made: Any
    if isinstance(event, yaml.AliasEvent):
        if event.anchor not in anchors:
            raise _yaml_error(event, f"there is no anchor «{event.anchor}»")
        return anchors[event.anchor]
    if isinstance(event, yaml.ScalarEvent):
        made = event.value
    elif isinstance(event, yaml.MappingStartEvent):
        made = _mapping(parser, anchors)
    else:
        made = []
        while not isinstance(start := parser.get_event(), yaml.SequenceEndEvent):
            made.append(_built(parser, start, anchors))
    if event.anchor is not None:
        anchors[event.anchor] = made
    return made


def _mapping(parser: Any, anchors: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    while not isinstance(start := parser.get_event(), yaml.MappingEndEvent):
        name = _built(parser, start, anchors)
        if not isinstance(name, str):
            raise _yaml_error(start, "a key must be a text")
        if name in made:
            raise _yaml_error(start, f"the key «{name}» stands twice")
        made[name] = _built(parser, parser.get_event(), anchors)
    return made


def _yaml_error(event: Any, message: str) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(None, None, message, event.start_mark)


def _parsed(text: str) -> Any:
    """Return what the one document of a YAML text says, None of an empty one."""
    parser: Any = yaml.CBaseLoader(text)
    parser.get_event()
    if isinstance(parser.get_event(), yaml.StreamEndEvent):
        return None
    made = _built(parser, parser.get_event(), {})
    parser.get_event()
    if not isinstance(more := parser.get_event(), yaml.StreamEndEvent):
        raise _yaml_error(more, "a second document")
    return made


# What may stand between quotation marks in YAML and mean itself; a word that needs none.
_TEXT = r'"([^"\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]*)"'
_WORD = r"([a-z0-9][a-z0-9_/-]*)"
_SAID = re.compile(rf"([a-z_]{{1,100}}): (?:{_TEXT}|{_WORD})")
_LINE = re.compile(rf"    - \{{{_SAID.pattern}(?:, {_SAID.pattern})*\}}")
_SECTION = re.compile(r"([a-z_]{1,100}):")
_RECORD = re.compile(r"  ([a-z0-9][a-z0-9-]{0,99}):")


def _simple(text: str) -> dict[str, dict[str, list[dict[str, str]]]] | None:
    """Return what a facts file says that has a fact in each line, written in the simplest way.

    Most are written so, and it takes a third of the time of YAML. None of any other file: YAML
    reads it, or tells what is wrong with it.
    """
    made: dict[str, dict[str, list[dict[str, str]]]] = {}
    records: dict[str, list[dict[str, str]]] | None = None
    facts: list[dict[str, str]] | None = None
    for line in text.removesuffix("\n").split("\n"):
        if facts is not None and _LINE.fullmatch(line):
            found = _SAID.findall(line)
            fact = {name: said or word for name, said, word in found}
            if len(fact) < len(found):
                return None
            facts.append(fact)
        elif records is not None and (record := _RECORD.fullmatch(line)):
            if record[1] in records:
                return None
            facts = records[record[1]] = []
        elif section := _SECTION.fullmatch(line):
            if section[1] in made:
                return None
            records, facts = made.setdefault(section[1], {}), None
        else:
            return None
    is_whole = all(each and all(each.values()) for each in made.values())
    return made if is_whole else None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SeedError(f"can't be read: {error.strerror}", path) from error


def _decode(path: Path, data: bytes) -> str:
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise SeedError(f"is not UTF-8: {error.reason} at byte {error.start}", path) from error
    if "\0" in text:
        raise SeedError(f"has the character NUL at {text.index(chr(0))}", path)
    return text


def _validate(model: type[ModelT], path: Path, content: bytes) -> ModelT:
    text = _decode(path, content)
    try:
        data = _simple(text) or _parsed(text)
    except yaml.YAMLError as error:
        raise SeedError(f"is not the YAML it should be: {error}", path) from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
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
    contents = [_read(path) for path in paths]
    text = _decode(paths[0], contents[0])
    if not text:
        raise SeedError("is empty", paths[0])
    metadata = _validate(Metadata, paths[1], contents[1])
    if metadata.title not in text:
        raise SeedError("the title isn't in the text", paths[1], quote=metadata.title)
    facts = _validate(FactsFile, paths[2], contents[2])
    sha256 = hashlib.sha256(contents[0]).hexdigest()
    return SourceDocument(folder, text, sha256, _hash_of(contents), metadata, facts)


def files_sha256(folder: Path) -> str:
    """Return the hash of all files of a document."""
    return _hash_of([_read(folder / name) for name in FILES])


def _hash_of(contents: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for content in contents:
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def document_folders(root: Path) -> list[Path]:
    """Return the folder of every document under ``root``, in the order of their names."""
    try:
        if not root.is_dir():
            raise SeedError("is not a folder", root)
        folders = sorted(
            path for path in root.iterdir() if path.is_dir() and not path.name.startswith(".")
        )
    except OSError as error:
        raise SeedError(f"can't be read: {error.strerror}", Path(error.filename)) from error
    if not folders:
        raise SeedError("has no documents", root)
    return folders
