"""What search finds records and facts by: passages, their tokens, rank, and the names' spelling."""

import json
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import Any

from app.text import key
from app.tokens import exact_key, is_legal_form, name_tokens, spellings, tokens, words

Row = dict[str, Any]
Passage = tuple[str, str | None, str]
"""A field, the public id of the fact that says so (None of a name), and a text."""

MAX_PASSAGES = 60
"""The most passages by which one record is found; a document has one for every sentence."""

_NAMES = {"name", "also_known_as"}
_TEXTS = {"evidence", "text"}
_SENTENCES = {"document", "quotation"}


def _words(texts: Iterable[str]) -> Iterator[str]:
    return (word.text for text in texts for word in words(text))


def _tokens(of_word: Callable[[str], Iterable[str]], texts: Iterable[str]) -> str:
    return " ".join(sorted(set(chain.from_iterable(map(of_word, _words(texts))))))


def _of_name(word: str) -> Iterable[str]:
    return () if is_legal_form(word) else name_tokens(word)


def entity_rows(records: Iterable[tuple[int, str, list[Passage]]]) -> dict[str, list[Row]]:
    """Return the rows that find records, of which id, kind and passages are given, name first."""
    ranked = sorted(
        (sum(1 for _ in words(passages[0][2])), key(passages[0][2]), id_, kind, passages)
        for id_, kind, passages in records
    )
    entries, index = [], []
    for rank, (count, name_key, id_, kind, passages) in enumerate(ranked, 1):
        entries.append(
            {
                "rank": rank,
                "entity_id": id_,
                "words": count,
                "name_key": name_key,
                "exact_key": exact_key(passages[0][2]),
                "passages": json.dumps(passages, ensure_ascii=False),
            }
        )
        # What bears a sentence for a name is found by it, but not before what is called so.
        called = set() if kind in _SENTENCES else _NAMES
        names = [text for name, _, text in passages if name in called]
        values = [text for name, _, text in passages if name not in called | _TEXTS]
        # A legal form is no name: what is typed first of a name doesn't mean it.
        forms = [word for word in _words(names) if is_legal_form(word)]
        index.append(
            {
                "rowid": rank,
                "name": " ".join([_tokens(_of_name, names), *map(exact_key, names)]),
                "value": _tokens(name_tokens, [*values, *forms]),
                "evidence": _tokens(tokens, (text for name, _, text in passages if name in _TEXTS)),
                "kind": kind,
            }
        )
    return {"search_entry": entries, "entity_search": index}


def fact_row(id_: int, texts: Iterable[str]) -> Row:
    """Return the row that finds a fact by its texts."""
    return {"rowid": id_, "value": _tokens(name_tokens, texts)}


def spelling_rows(names: Iterable[str]) -> list[Row]:
    """Return the rows that find a name's word when one letter of it is wrong, in either script."""
    found = {
        (spelling, name[word.start : word.end])
        for name in names
        for word in words(name)
        for token in name_tokens(word.text)
        for spelling in spellings(token)
    }
    return [{"spelling": spelling, "word": word} for spelling, word in sorted(found)]
