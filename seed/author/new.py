"""New documents: a folder made of a text file, with everything but the facts."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from pydantic import ValidationError

from seed.author.decoding import decode
from seed.errors import SeedError
from seed.extract.characters import check_value
from seed.extract.facts_file import KINDS
from seed.extract.files import (
    FACTS_YAML,
    ID_RULE,
    MAX_FILE_SIZE,
    METADATA,
    TEXT,
    Metadata,
    is_slug,
    read_file,
)
from seed.extract.problems import validation_problems
from seed.extract.quotes import title_problem
from seed.facts_schema import MODELINE
from seed.transform.search_rows import check_record

_FACTS = f"""\
{MODELINE}
#
# Every fact of the document, by section ({", ".join(KINDS)})
# and by the record it is about. A record's key is its public id.
#
# A fact: predicate; object (kind/id) or value; quote, the words that prove it, once in the text (or
# once in `within`); support, `stated` unless said, `entailed` or `inferred`; attributed_to, whose
# claim it is where not the text's own; reason, wherever the words could be read otherwise.
#
# companies:
#   sibir:
#     - {{predicate: name, value: Сибирь, quote: ЗАО «Сибирь»}}
#     - {{predicate: city, object: place/omsk, quote: ЗАО «Сибирь» из Омска}}
"""


def new_document(
    root: Path,
    slug: str,
    file: Path,
    *,
    title: str | None = None,
    language: str = "ru",
    encoding: str | None = None,
) -> list[str]:
    """Make a document's folder under ``root`` of a text file; return what was done, a line each.

    Without ``title`` it is the first line of the text. Raises SeedError where a file can't be read
    or written, or the document wouldn't load; then nothing is made.
    """
    folder = root / slug
    _check_place(root, slug)
    text, steps = decode(file, read_file(file), encoding)
    if not text.strip():
        raise SeedError("is empty", file)
    if title is None:
        title = text.strip().splitlines()[0].strip()
        steps.append(f"took its first line as the title: {title}")
    metadata = _metadata(folder / METADATA, title, language)
    _check_text(file, text, metadata.title)
    fields = yaml.safe_dump(
        metadata.model_dump(), allow_unicode=True, sort_keys=False, width=len(title) + 100
    )
    _write(folder, {TEXT: text, METADATA: fields, FACTS_YAML: _FACTS})
    return [f"{file}: {step}" for step in steps] + [f"{folder}: made, without facts yet"]


def _check_place(root: Path, slug: str) -> None:
    """Raise SeedError where a document of this id can't be made under ``root``."""
    if not is_slug(slug):
        raise SeedError(f"«{slug}» is no id, which has {ID_RULE}", root)
    if not os.path.isdir(root):  # noqa: PTH112 (that of pathlib may raise PermissionError)
        raise SeedError("is not a folder", root)
    if os.path.lexists(root / slug):
        raise SeedError("is there already", root / slug)


def _metadata(path: Path, title: str, language: str) -> Metadata:
    try:
        check_value(title)
        return Metadata(title=title, language=language)
    except ValidationError as error:
        (problem, *_) = validation_problems(error, [*Metadata.model_fields])
        raise SeedError(problem.message, path) from error
    except ValueError as error:
        raise SeedError(f"`title`: {error}", path) from error


def _check_text(path: Path, text: str, title: str) -> None:
    """Raise SeedError where a text can't be loaded."""
    if len(text.encode()) > MAX_FILE_SIZE:
        raise SeedError(f"is larger than {MAX_FILE_SIZE:,} bytes in UTF-8", path)
    if problem := title_problem(title, text):
        raise SeedError(problem.message, path, quote=problem.quote)
    try:
        check_record("document", [("name", None, title), ("text", None, text)])
    except ValueError as error:
        raise SeedError(str(error), path) from error


def _write(folder: Path, files: dict[str, str]) -> None:
    """Write a folder that is there whole or not at all, whenever the process ends."""
    try:
        # Hidden folders are no documents. The one inside has the rights that a new folder has.
        with TemporaryDirectory(prefix=".new-", dir=folder.parent) as temporary:
            made = Path(temporary) / folder.name
            made.mkdir()
            for name, text in files.items():
                with (made / name).open("wb") as file:
                    file.write(text.encode())
                    file.flush()
                    os.fsync(file.fileno())
            made.rename(folder)
    except OSError as error:
        raise SeedError(f"can't be written: {error.strerror}", folder) from error
