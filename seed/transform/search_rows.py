"""Search rows: the passages and tokens by which records and facts are found, and spellings."""

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from pydantic_core import to_json

from app.domain.sentences import sentences
from app.domain.text import KEY_LENGTH, key
from app.search.analysis import (
    exact_key,
    is_legal_form,
    name_tokens,
    normalize,
    split_words,
    tokens,
)
from app.search.indexes import FIELD_PREFIXES, FIELDS
from app.search.query import SearchField, kind_token
from app.search.spelling import deletion_variants

Passage = tuple[str, str | None, str]
"""A field, the public id of the fact that says so (None of a name), and a text."""

EntryRow = tuple[Any, ...]
"""A search entry without its rank, and the columns of its row in the index; see ``ENTRY``."""

ENTRY = ("entity_id", "words", "name_key", "exact_key", "passages")
"""The columns of a search entry with which an ``EntryRow`` begins."""

MAX_PASSAGES = 60
"""The most passages by which one record is found; a document has one for every sentence."""

MAX_TOKENS_SIZE = (1 << 20) - 1
"""The most bytes of tokens that find a record or a fact: the limit of PostgreSQL's tsvector."""
# Names have at most 26 bytes of tokens a letter, measured on 27,000 made-up words; all are indexed
# with a prefix, too, and the parts of a hyphenated word beside the whole.
_MAX_BYTES_PER_CHARACTER = 128

_NAMES = {"name", "also_known_as", "printed_as"}
_TEXTS = {"evidence", "text"}
_SENTENCES = {"document", "quotation"}


class _Tokens(dict[str, tuple[str, ...]]):
    """The tokens of texts, kept: a load asks for the same ones again and again."""

    def __init__(self, make: Callable[[str], Iterable[str]], most: int) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def __missing__(self, text: str) -> tuple[str, ...]:
        if len(self) >= self._most:
            self.clear()
        made = self[text] = tuple(dict.fromkeys(self._make(text)))
        return made

    def of(self, texts: Iterable[str]) -> str:
        """Return the tokens of some texts, each once."""
        return " ".join(dict.fromkeys(chain.from_iterable(map(self.__getitem__, texts))))


def _tokens_of(of_word: Callable[[str], Iterable[str]]) -> _Tokens:
    """Return what keeps the tokens of texts without spaces: no word has a space in it."""
    return _Tokens(
        lambda printed: chain.from_iterable(of_word(word.text) for word in split_words(printed)),
        200_000,
    )


def _pieces(texts: Iterable[str]) -> Iterable[str]:
    """Return what stands between the spaces of texts, each once."""
    return dict.fromkeys(chain.from_iterable(map(str.split, texts)))


def _of_name(word: str) -> Iterable[str]:
    return () if is_legal_form(word) else name_tokens(word)


_CALLED = _tokens_of(_of_name)
_NAMED = _tokens_of(name_tokens)
_PRINTED = _tokens_of(tokens)
# Many facts of one record, and of one place, share their texts.
_WHOLE = _Tokens(lambda text: chain.from_iterable(map(_NAMED.__getitem__, text.split())), 50_000)


def index_columns(dialect: str, asked: Iterable[SearchField] = (), **fields: str) -> list[bytes]:
    """Return the columns of a search index: fields on SQLite, all their tokens on PostgreSQL.

    There, tokens can also be asked for in one of the fields ``asked``.
    """
    if dialect == "sqlite":
        return [fields[name].encode() for name in FIELDS if name in fields]
    found = {f"'{token}'" for text in fields.values() for token in text.split()}
    found |= {
        f"'{FIELD_PREFIXES[name]}{token}'" for name in asked for token in fields[name].split()
    }
    return [" ".join(found).encode()]


def entry_row(id_: int, kind: str, passages: list[Passage], dialect: str) -> EntryRow:
    """Return the search entry of a record, and its tokens; its name is the first passage."""
    name = passages[0][2]
    return (
        id_,
        sum(1 for _ in split_words(name)),
        key(name),
        exact_key(name),
        to_json(passages),
        *entry_tokens(kind, passages, dialect),
    )


def entry_tokens(kind: str, passages: list[Passage], dialect: str) -> list[bytes]:
    """Return the columns of a record in the search index."""
    # What bears a sentence for a name is found by it, but not before what is called so.
    called = set() if kind in _SENTENCES else _NAMES
    names = [text for name, _, text in passages if name in called]
    values = [text for name, _, text in passages if name not in called | _TEXTS]
    # A legal form is no name: what is typed first of a name doesn't mean it.
    forms = [word.text for name in names for word in split_words(name) if is_legal_form(word.text)]
    return index_columns(
        dialect,
        FIELD_PREFIXES,
        name=" ".join([_CALLED.of(_pieces(names)), *map(exact_key, names)]),
        value=_NAMED.of(_pieces([*values, *forms])),
        evidence=_PRINTED.of(_pieces(text for name, _, text in passages if name in _TEXTS)),
        kind=kind_token(kind),
    )


def check_record(kind: str, passages: list[Passage]) -> None:
    """Raise ValueError where the tokens of a record exceed ``MAX_TOKENS_SIZE``."""
    if _may_exceed([text for *_, text in passages]):
        _check_size(entry_tokens(kind, passages, "postgresql")[-1])


def check_fact(texts: list[str]) -> None:
    """Raise ValueError where the tokens of a fact exceed ``MAX_TOKENS_SIZE``."""
    if _may_exceed(texts):
        _check_size(fact_tokens(texts, "postgresql"))


def _may_exceed(texts: list[str]) -> bool:
    most = MAX_TOKENS_SIZE // _MAX_BYTES_PER_CHARACTER
    return sum(map(len, texts)) > most and sum(map(len, _pieces(texts))) > most


def _check_size(indexed: bytes) -> None:
    # Each token is in quotation marks, with a space between two.
    size = len(indexed) - 2 - 3 * indexed.count(b" ")
    if size > MAX_TOKENS_SIZE:
        raise ValueError(
            f"has too many different words for search: {size:,} bytes of tokens, and "
            f"{MAX_TOKENS_SIZE:,} are the most"
        )


def document_passages(title: str, text: str) -> list[Passage]:
    """Return the passages by which a document is found: its title and its sentences."""
    found: list[Passage] = [("name", None, title)]
    found += [("text", None, text[each.start : each.end]) for each in sentences(text)]
    return found


def fact_tokens(texts: Iterable[str], dialect: str) -> bytes:
    """Return the tokens of a fact's texts, as the search index takes them."""
    [found] = index_columns(dialect, value=_WHOLE.of(texts))
    return found


def spellings(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the rows of ``Spelling`` of printed words, which find them when one letter is wrong."""
    for word in words:
        for token in name_tokens(normalize(word)):
            for variant in deletion_variants(token):
                yield variant, word


def words_of(name: str) -> Iterator[str]:
    """Yield the printed words of a name, hyphenated ones whole and in parts."""
    for word in split_words(name):
        # PostgreSQL's index of spellings takes no longer ones, and nobody types them.
        if word.end - word.start <= KEY_LENGTH:
            yield name[word.start : word.end]
