"""The command ``python -m seed draft``: suggestions for the facts of one document."""

import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from app.domain.sentences import measure
from app.domain.text import fold
from app.domain.vocabulary import PREDICATES
from seed.draft.facts_text import HEADER, add_to, comment_of
from seed.draft.rules import suggest
from seed.draft.suggestions import Record, Suggestion, Suggestions, renamed
from seed.errors import SeedError
from seed.extract import strict_yaml
from seed.extract.facts_file import KINDS
from seed.extract.files import FACTS_JSON, FACTS_YAML, TEXT, is_slug, read_facts_text, read_text

_NAMES = ("name", "also_known_as", "text")
"""The predicates by whose value a record is known, if not by its id."""

_SAID = ("predicate", "value", "object", "attributed_to")


class Draft(NamedTuple):
    """The text of a facts file with suggestions, and their number."""

    text: str
    facts: int


class _Line(NamedTuple):
    """A line that stands in a facts file, as far as it can be read."""

    record: Record
    fields: dict[str, Any]


def draft(root: Path, slug: str) -> str:
    """Add suggestions to the facts.yaml of a document; return what that has done, in a sentence.

    Raises SeedError or SeedErrors where a file is amiss, or suggestions can't be added.
    """
    folder, path = root / slug, root / slug / FACTS_YAML
    if not is_slug(slug) or not folder.is_dir():
        raise SeedError(f"has no document «{slug}»: its folder with {TEXT} is needed", root)
    if (folder / FACTS_JSON).exists():
        wrong = f"has the facts: a draft is written in {FACTS_YAML} alone"
        raise SeedError(wrong, folder / FACTS_JSON)
    text = read_text(folder)
    before = read_facts_text(folder) if path.exists() else ""
    found = drafted(path, text, before)
    if found.text == before:
        return f"Nothing to add to {path}"
    _write(path, found.text)
    return f"{path}: suggested {found.facts:,} facts; read each, then remove its `draft`"


def drafted(path: Path, text: str, before: str) -> Draft:
    """Return a facts file with suggestions for a text; ``before`` is what stands in it.

    No byte of that changes, and only what it doesn't say is added.
    """
    facts = strict_yaml.parse(path, before)
    if facts is not None and not isinstance(facts, dict):
        raise SeedError("has to be a mapping of sections to their records", path)
    lines = list(_lines(facts))
    suggestions = suggest(text)
    added = _missing(lines, suggestions.facts())
    known = set(before.splitlines())
    comments = dict.fromkeys(map(comment_of, _bare(suggestions, lines, added)))
    new = [comment for comment in comments if comment not in known]
    if before and not added and not new:
        return Draft(before, 0)
    return Draft(add_to(path, before or HEADER, facts, added, new), len(added))


def _lines(facts: Any) -> Iterator[_Line]:
    """Yield the lines of a facts file; what is amiss in it is for a check to tell."""
    for section, records in (facts or {}).items():
        if section in KINDS and isinstance(records, dict):
            for slug, lines in records.items():
                for line in lines if isinstance(lines, list) else ():
                    if isinstance(line, dict):
                        yield _Line(Record(KINDS[section], slug), line)


def _missing(lines: Sequence[_Line], facts: Sequence[Suggestion]) -> list[Suggestion]:
    """Return the suggestions that no line says, of records as the file has them."""
    records = {line.record for line in lines}
    named = {
        (line.record.kind, fold(value)): line.record
        for line in lines
        if line.fields.get("predicate") in _NAMES
        and isinstance(value := line.fields.get("value"), str)
    }
    names = {
        each.record: named[key]
        for each in facts
        if each.predicate in {"name", "text"}
        and each.record not in records
        and (key := (each.record.kind, fold(each.value or ""))) in named
    }
    said = {_said(line.record, *map(line.fields.get, _SAID)) for line in lines}
    missing = []
    for each in renamed(facts, names):
        says = _said(each.record, *each.said)
        if says not in said:
            said.add(says)
            missing.append(each)
    return missing


def _said(record: Record, predicate: Any, value: Any, other: Any, speaker: Any) -> tuple[str, ...]:
    """Return what makes a fact the one it is; a record has one of a single predicate."""
    if isinstance(predicate, str) and predicate in PREDICATES and PREDICATES[predicate].single:
        return str(record), predicate
    return str(record), *map(str, (predicate, value, other, speaker))


def _bare(
    suggestions: Suggestions, lines: Sequence[_Line], added: Sequence[Suggestion]
) -> list[str]:
    """Return the sentences that neither the lines of a file nor suggestions prove a fact by."""
    spans = [span for each in added for span in each.proof.spans]
    for line in lines:
        quotes, within = line.fields.get("quote"), line.fields.get("within")
        for quote in quotes if isinstance(quotes, list) else [quotes]:
            if isinstance(quote, str) and isinstance(within, str | None):
                span = suggestions.quotes.find(quote, within)
                spans += [span] if span else []
    text = suggestions.article.text
    return [sentence for _, sentence in measure(text, spans).bare] if text else []


def _write(path: Path, text: str) -> None:
    """Write a file as a whole, or leave it as it was."""
    target = path.resolve()
    new = target.with_name(f".{target.name}.new")
    new.write_bytes(text.encode())
    if target.exists():
        shutil.copymode(target, new)
    new.replace(target)
