"""The vocabulary: every word has labels and a meaning, and the types repeat its keys."""

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

import pytest
from pydantic import ValidationError

from app.domain.vocabulary import (
    AGREEMENT_ROLES,
    EVENT_ROLES,
    KINDS,
    LEGAL_FORMS,
    PREDICATES,
    STATUSES,
    SUBJECTS,
    SUPPORTS,
    TYPES,
    AgreementStatus,
    AgreementType,
    EventType,
    Kind,
    Label,
    OrganizationType,
    PlaceType,
    Predicate,
    Support,
    Word,
    allowed_values,
    literal_values,
)

WORDS: dict[str, Mapping[Any, Word]] = {
    "kind": KINDS,
    "support": SUPPORTS,
    "status": STATUSES,
    "legal form": LEGAL_FORMS,
    "predicate": PREDICATES,
    **{f"type of {kind}": words for kind, words in TYPES.items()},
}
CYRILLIC, LATIN = re.compile("[А-Яа-яЁё]"), re.compile("[A-Za-z]")


def labels() -> Iterator[tuple[str, Label]]:
    for name, words in WORDS.items():
        for key, word in words.items():
            yield f"{name} {key}", word.label
    for kind, word in KINDS.items():
        yield f"several of {kind}", word.plural


@pytest.mark.parametrize(("name", "label"), list(labels()))
def test_every_word_has_a_label_in_either_language(name: str, label: Label) -> None:
    assert CYRILLIC.search(label.ru)
    assert not LATIN.search(label.ru)
    assert LATIN.search(label.en)
    assert not CYRILLIC.search(label.en)
    for text in (label.ru, label.en):
        assert text == " ".join(text.split())
        assert text == text.lower()


@pytest.mark.parametrize("name", WORDS)
def test_every_word_has_a_meaning_of_one_clause(name: str) -> None:
    for key, word in WORDS[name].items():
        assert word.key == key
        assert re.fullmatch(r"[^.;:\n]+\S", word.meaning), key


@pytest.mark.parametrize(
    ("alias", "words"),
    [
        (Kind, KINDS),
        (Support, SUPPORTS),
        (OrganizationType, TYPES["organization"]),
        (PlaceType, TYPES["place"]),
        (EventType, TYPES["event"]),
        (AgreementType, TYPES["agreement"]),
        (AgreementStatus, STATUSES),
    ],
    ids=str,
)
def test_a_type_has_the_words_of_the_file(alias: Any, words: Mapping[str, Word]) -> None:
    assert literal_values(alias) == tuple(words)


def test_the_roles_are_the_predicates_marked_so() -> None:
    for kind, roles in (("event", EVENT_ROLES), ("agreement", AGREEMENT_ROLES)):
        marked = [key for key, each in PREDICATES.items() if each.role and kind in each.subjects]
        assert tuple(marked) == roles
    assert len(EVENT_ROLES + AGREEMENT_ROLES) == sum(each.role for each in PREDICATES.values())


@pytest.mark.parametrize("kind", SUBJECTS)
def test_no_two_predicates_of_a_kind_share_a_label(kind: Kind) -> None:
    said = [each for each in PREDICATES.values() if kind in each.subjects]
    for one, other in combinations(said, 2):
        assert one.label.ru != other.label.ru
        assert one.label.en != other.label.en


@pytest.mark.parametrize("name", sorted(WORDS.keys() - {"predicate"}))
def test_no_two_words_of_a_sort_share_a_label(name: str) -> None:
    for one, other in combinations(WORDS[name].values(), 2):
        assert one.label.ru != other.label.ru
        assert one.label.en != other.label.en


@pytest.mark.parametrize("key", PREDICATES)
def test_a_predicate_takes_something_of_known_kinds(key: str) -> None:
    predicate = PREDICATES[key]
    assert predicate.value or predicate.objects
    assert predicate.subjects
    assert set(predicate.subjects) <= set(SUBJECTS)
    assert set(predicate.objects) <= set(SUBJECTS)
    assert not predicate.same_kind or set(predicate.objects) == set(predicate.subjects)
    assert not predicate.verbatim or predicate.value == "text"
    for kind in predicate.subjects:
        assert bool(allowed_values(predicate, kind)) == (predicate.value in {"type", "status"})


def test_a_misspelt_mark_is_an_error() -> None:
    entry: dict[str, Any] = PREDICATES["brand"].model_dump() | {"sinlge": True}
    with pytest.raises(ValidationError, match="sinlge"):
        Predicate(**entry)
