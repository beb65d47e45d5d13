"""What search finds records and facts by: passages, their tokens, rank, and the names' spelling."""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import chain
from pathlib import Path

from app.coverage import sentences
from app.matching import FIELDS
from app.references import dump
from app.text import key
from app.tokens import exact_key, is_legal_form, name_tokens, spellings, tokens, words
from seed import spool
from seed.files import SourceDocument
from seed.rows import Row, Rows
from seed.spool import Piece, Pieces

Passage = tuple[str, str | None, str]
"""A field, the public id of the fact that says so (None of a name), and a text."""
Found = tuple[int, str, list[Passage]]
"""A record's id and kind, and the passages by which it is found, its name first."""
OfWord = Callable[[str], Iterable[str]]

MAX_PASSAGES = 60
"""The most passages by which one record is found; a document has one for every sentence."""

_NAMES = {"name", "also_known_as"}
_TEXTS = {"evidence", "text"}
_SENTENCES = {"document", "quotation"}


@lru_cache(maxsize=100_000)
def _tokens_of(of_word: OfWord, printed: str) -> tuple[str, ...]:
    return tuple(token for word in words(printed) for token in of_word(word.text))


def _tokens(of_word: OfWord, texts: Iterable[str]) -> str:
    """Return the tokens of texts, each once. No word has a space in it, so pieces are kept."""
    printed = dict.fromkeys(chain.from_iterable(map(str.split, texts)))
    found = chain.from_iterable(_tokens_of(of_word, each) for each in printed)
    return " ".join(dict.fromkeys(found))


@lru_cache(maxsize=50_000)
def _tokens_of_text(text: str) -> tuple[str, ...]:
    """Return the tokens of a text. Many facts of one record, and of one place, share theirs."""
    found = chain.from_iterable(_tokens_of(name_tokens, each) for each in text.split())
    return tuple(dict.fromkeys(found))


def _of_name(word: str) -> Iterable[str]:
    return () if is_legal_form(word) else name_tokens(word)


def _indexed(dialect: str, **fields: str) -> Row:
    """Return the columns of a search index: fields on SQLite, tokens with weights on PostgreSQL."""
    if dialect == "sqlite":
        return dict(fields)
    places: dict[str, str] = {}
    for field, weight in FIELDS.items():
        for token in fields.get(field, "").split():
            places[token] = f"{places[token]},1{weight}" if token in places else f"1{weight}"
    return {"tokens": " ".join(f"'{token}':{each}" for token, each in places.items())}


def found_row(id_: int, kind: str, passages: list[Passage], dialect: str) -> Row:
    """Return the row that finds a record of which the passages are given, its name first."""
    # What bears a sentence for a name is found by it, but not before what is called so.
    called = set() if kind in _SENTENCES else _NAMES
    names = [text for name, _, text in passages if name in called]
    values = [text for name, _, text in passages if name not in called | _TEXTS]
    # A legal form is no name: what is typed first of a name doesn't mean it.
    forms = [word.text for name in names for word in words(name) if is_legal_form(word.text)]
    name = passages[0][2]
    return {
        "entity_id": id_,
        "words": sum(1 for _ in words(name)),
        "name_key": key(name),
        "exact_key": exact_key(name),
        "passages": dump(passages),
        **_indexed(
            dialect,
            name=" ".join(
                [
                    _tokens(_of_name, names),
                    *map(exact_key, names),
                ]
            ),
            value=_tokens(name_tokens, [*values, *forms]),
            evidence=_tokens(tokens, (text for name, _, text in passages if name in _TEXTS)),
            kind=kind,
        ),
    }


def document_passages(document: SourceDocument) -> list[Passage]:
    """Return what a document is found by: its sentences."""
    text = document.text
    passages: list[Passage] = [("name", None, document.metadata.title)]
    passages += [("text", None, text[each.start : each.end]) for each in sentences(text)]
    return passages


def found_rows(dialect: str, folder: Path, piece: Piece) -> Rows:
    """Return the rows that find the records whose passages stand in a piece."""
    rows = Rows()
    for found in spool.take(folder, [piece]):
        rows.add(found_row(id_, kind, passages, dialect) for id_, kind, passages in found)
    return rows


def spell(folder: Path, piece: Piece) -> Pieces[str]:
    """Make the rows that find words when one letter is wrong; put them aside by the first."""
    parts: dict[str, list[tuple[str, str]]] = {}
    for found in spool.take(folder, [piece]):
        for printed, folded in found:
            for token in name_tokens(folded):
                for spelling in spellings(token):
                    parts.setdefault(spelling[0], []).append((spelling, printed))
    return spool.put(folder, parts)


def find_facts(dialect: str, folder: Path, piece: Piece) -> Pieces[int]:
    """Make the rows that find facts, by their texts; put them aside by the parts of their ids."""
    parts: dict[int, list[tuple[int, str]]] = {}
    for facts in spool.take(folder, [piece]):
        for id_, texts in facts:
            parts.setdefault(spool.part_of(id_), []).append(fact_row(id_, texts, dialect))
    return spool.put(folder, parts)


def fact_row(id_: int, texts: Iterable[str], dialect: str) -> tuple[int, str]:
    """Return the row that finds a fact by its texts: its id, and its tokens."""
    found = " ".join(dict.fromkeys(chain.from_iterable(map(_tokens_of_text, texts))))
    if dialect == "postgresql":
        found = _indexed(dialect, value=found)["tokens"]
    return id_, found


def words_of(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the words of names, as printed and folded."""
    for name in names:
        for word in words(name):
            yield name[word.start : word.end], word.text
