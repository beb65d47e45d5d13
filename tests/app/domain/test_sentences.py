"""Sentences: a text is split, and the coverage lists sentences without evidence."""

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
        ("Он рад!\r\nОна – нет.", ["Он рад!", "Она – нет."]),
        ("Ушёл... Она тут.", ["Ушёл...", "Она тут."]),
        ("Завод в Омске. Әкім рад.", ["Завод в Омске.", "Әкім рад."]),
        ("", []),
        ("\n \n", []),
    ],
)
def test_a_text_is_split_into_sentences(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentences(text)] == expected


@pytest.mark.parametrize(
    "text",
    [
        "Директор И. А. Выдумкина приехала в г. Энск.",
        "Завод им. А.С. Вымыслова на ул. Мира.",
        "Его директор — проф. Б. Б. Небылицын.",
        "Чл.-корр. Иванов, д. м. н. Петров и Дж. Смит.",
        "Лес, поле, в т. ч. Омск, т. е. Сибирь и т. д.",
        "Завод (открыт в 1998 г.) Энска.",
        "В 1998 г. — Энск, позднее Омск.",
        "1. Энск",
    ],
)
def test_no_abbreviation_or_initial_ends_a_sentence(text: str) -> None:
    assert sentences(text) == [Span(0, len(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Лес, поле и т. д.| Затем она уехала.",
        "Лес, поле и др.| Энск рад.",
        "Открыт в 1998 г.| Завод стоит.",
        "Он стоит 100 р.| Омск рад.",
        "Площадь 50 кв. м.| Дом стоит.",
        "Выступил Иванов И. И.| Он рад.",
        "Было это в г. Энск.| А. И. Иванов рад.",
        "«Лес и т. д.»| Завод стоит.",
        "Их 5.| Завод стоит.",
    ],
)
def test_an_abbreviation_may_end_a_sentence(text: str) -> None:
    whole = text.replace("|", "")
    parts = [whole[span.start : span.end] for span in sentences(whole)]
    assert parts == [part.strip() for part in text.split("|")]


def test_the_article_has_26_sentences() -> None:
    (folder,) = document_folders(DOCUMENTS)
    assert len(sentences(read_document(folder).text)) == 26


PIECES = st.sampled_from([*'Аб5.!…»«")(– \n\r\u2028\xa0', " И.", "г. ", "т. д. ", "Он "])


@given(st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=40))
def test_sentences_and_the_space_between_them_are_the_text(text: str) -> None:
    spans = sentences(text)
    parts = [text[span.start : span.end] for span in spans]
    assert all(part and part == part.strip() for part in parts)
    ends = [0, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), len(text)]
    gaps = [text[end:start] for end, start in zip(ends, starts, strict=True)]
    assert not "".join(gaps).strip()
    assert "".join(gap + part for gap, part in zip(gaps, [*parts, ""], strict=True)) == text


@pytest.mark.parametrize("piece", [".", ". ", '"', "» ", ".»", "А. ", "1. ", "\n", " ", "г. А"])
def test_a_long_text_of_marks_takes_a_moment(piece: str) -> None:
    # Had it to be read again at every mark, this would take minutes.
    text = "Да." + piece * 200_000
    assert sentences(text)[-1].end == len(text.rstrip())


def test_a_sentence_without_evidence_is_listed() -> None:
    found = measure("Один. Два. Три.", [Span(0, 4), Span(2, 7)])
    assert (found.covered, found.characters) == (7, 15)
    assert found.bare == [(Span(11, 15), "Три.")]
    assert found.share == 7 / 15
