"""Sentences: a text is split, and the coverage lists sentences without evidence."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.sentences import measure, sentences
from app.domain.spans import Span
from seed.__main__ import DOCUMENTS
from seed.extract.files import document_folders, read_document


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Один. Два.", ["Один.", "Два."]),
        ("Заголовок\nПервое предложение.", ["Заголовок", "Первое предложение."]),
        ("ИП Турбина И.А. (марка) и другие.", ["ИП Турбина И.А. (марка) и другие."]),
        ("Выставка «Город живет…», где были.", ["Выставка «Город живет…», где были."]),
        ("«Да. Нет». – Кто?", ["«Да.", "Нет».", "– Кто?"]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_a_text_is_split_into_sentences(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentences(text)] == expected


def test_the_article_has_26_sentences() -> None:
    (folder,) = document_folders(DOCUMENTS)
    assert len(sentences(read_document(folder).text)) == 26


@given(st.text(alphabet="Аб.!»\n ", max_size=40))
def test_sentences_are_ordered_and_omit_only_whitespace(text: str) -> None:
    spans = sentences(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))
    inside = {at for span in spans for at in range(span.start, span.end)}
    assert not "".join(mark for at, mark in enumerate(text) if at not in inside).strip()


def test_a_sentence_without_evidence_is_listed() -> None:
    found = measure("Один. Два. Три.", [Span(0, 4), Span(2, 7)])
    assert (found.covered, found.characters) == (7, 15)
    assert found.bare == [(Span(11, 15), "Три.")]
    assert found.share == 7 / 15
