"""Search limits: a record or a fact that can't be indexed is the same named error everywhere."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

import pytest

from seed.errors import SeedErrors
from seed.load.pipeline import check, load
from seed.transform.search_rows import MAX_TOKENS_SIZE
from tests.helpers import value_fact, write_documents
from tests.seed.test_seed import dump, write

LETTERS = "bdfglmnprtv"


def words(count: int, seed: int = 1) -> str:
    """Return different words of 60 letters without repeated ones, each its own only token."""
    random = Random(seed)
    made = []
    for _ in range(count):
        letters = [random.choice(LETTERS)]
        while len(letters) < 60:
            letters.append(random.choice(LETTERS.replace(letters[-1], "")))
        made.append("".join(letters))
    return " ".join(made)


def facts(record: str, **values: str) -> str:
    lines = "".join(
        f'    - {{predicate: {name}, value: "{value}", quote: Начало, support: entailed}}\n'
        for name, value in values.items()
    )
    return f"{record}:\n  a:\n{lines}"


def document(text: str, facts: str) -> Mapping[str, str]:
    return {"text": f"Начало. {text}", "document": "title: Начало\nlanguage: ru\n", "facts": facts}


NAME = facts("companies", name="Ромашка")
LIMIT = MAX_TOKENS_SIZE // 60
"""The number of these words that fit: each has exactly one token, of 60 bytes."""


def long_text(root: Path) -> str:
    write(root, **document(words(LIMIT), NAME))
    return "doc/text.txt: has too many different words for search: 1,0"


def long_value(root: Path) -> str:
    value = words(LIMIT // 2)
    write(root, **document("", facts("companies", name="Ромашка", description=value)))
    return "doc/facts.yaml: company/a: has too many different words for search"


def long_fact(root: Path) -> str:
    value = words(LIMIT)
    write(root, **document("", facts("companies", name="Ромашка", description=value)))
    return "doc/facts.yaml: company/a, fact 2 (description): has too many different words"


def many_documents(root: Path) -> str:
    for number in range(4):
        quote = words(LIMIT // 4 + 10, number)
        line = f"{{predicate: name, value: Ромашка, quote: {quote}, support: entailed}}"
        given = document(quote, f"companies:\n  a:\n    - {line}\n")
        write(root, f"d{number}", **given)
    return "d0/facts.yaml: company/a, fact 1 (name): has too many different words for search"


@pytest.mark.parametrize("spoil", [long_text, long_value, long_fact, many_documents])
def test_too_many_different_words_are_rejected(
    tmp_path: Path, fresh_url: str, spoil: Callable[[Path], str]
) -> None:
    message = spoil(tmp_path / "documents")
    before = dump(fresh_url)
    for run in (check, lambda root: load(root, fresh_url)):
        with pytest.raises(SeedErrors) as error:
            run(tmp_path / "documents")
        assert message in re.sub(r":\d+:\d+:", ":", str(error.value))
        assert len(str(error.value)) < 2000
    assert dump(fresh_url) == before


def test_texts_up_to_the_limit_are_loaded(tmp_path: Path, fresh_url: str) -> None:
    text, value = words(LIMIT - 10), words(MAX_TOKENS_SIZE // (60 + 62) - 10)
    write(tmp_path, **document(text, facts("companies", name="Ромашка", description=value)))
    assert check(tmp_path)
    assert load(tmp_path, fresh_url)


def test_long_texts_of_few_words_are_loaded(tmp_path: Path, fresh_url: str) -> None:
    text = " ".join(f"Слово {number % 100}." for number in range(300_000))
    write(tmp_path, **document(text, NAME))
    assert load(tmp_path, fresh_url)


@pytest.mark.parametrize(
    "name",
    [f"{words(1)} " * 40_000, words(200).replace(" ", ""), "\U00010400\U00010401" * 5000],
    ids=["40,000 words", "a long word", "a long word of astral letters"],
)
def test_names_of_any_length_are_loaded(tmp_path: Path, fresh_url: str, name: str) -> None:
    lines = [value_fact("name", name), value_fact("also_known_as", f"{name} b")]
    assert load(write_documents(tmp_path, {"a": {"companies": {"a": lines}}}), fresh_url)
