"""Nearest passages: the words that an author may have meant, and where they differ."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.extract.nearest import NearestPassages

TEXT = (
    "Заголовок\nООО\u00a0«Ромашка» из города Энска производит мыло № 5, а мэр Омска — Ёлкин. "
    "«Сибирь» рядом с рекой."
)


@pytest.mark.parametrize(
    ("quote", "words", "differences"),
    [
        (
            "ООО «Ромашка»",
            "ООО\u00a0«Ромашка»",
            "expected U+0020 space, found U+00A0 no-break space after «ООО»",
        ),
        (
            "Cибирь",
            "Сибирь",
            "expected «C» (U+0043 latin capital letter c), "
            "found «С» (U+0421 cyrillic capital letter es) in «Сибирь»",
        ),
        ("мыло № 5 а мэр", "мыло № 5, а мэр", "expected nothing, found «,» after «5»"),
        ("мыло № 5, мэр", "мыло № 5, а мэр", "expected nothing, found «а » after «,»"),
        ("ромашка", "Ромашка", "expected «ромашка», found «Ромашка»"),
        ("Елкин", "Ёлкин", "expected «Елкин», found «Ёлкин»"),
        (
            "Омска - Ёлкин",
            "Омска — Ёлкин",
            "expected «-», found «—» (U+2014 em dash) after «Омска»",
        ),
        (
            '"Сибирь» рядом',
            "«Сибирь» рядом",
            'expected «"», found ««» (U+00AB left-pointing double angle quotation mark)',
        ),
        ("мэра Омска", "мэр Омска", "expected «мэра», found «мэр»"),
        ("города  Энска", "города Энска", "expected U+0020 space, found nothing after «города»"),
        (
            "Заголовок ООО",
            "Заголовок\nООО",
            "expected U+0020 space, found U+000A line feed after «Заголовок»",
        ),
        ("рекой", "рекой", ""),
        ("совсем другое дело", None, None),
        ("Да", None, None),
        ("", None, None),
    ],
)
def test_the_nearest_words_are_found_with_their_differences(
    quote: str, words: str | None, differences: str | None
) -> None:
    found = NearestPassages(TEXT).find(quote)
    assert (found and found.words, found and found.differences) == (words, differences)
    if found:
        assert TEXT.startswith(found.words, found.start)


def test_of_many_differences_the_first_few_are_told() -> None:
    found = NearestPassages("а1 б2 в3 г4 д5 е6 конец этого длинного текста").find(
        "а0 б0 в0 г0 д0 е0 конец этого длинного текста"
    )
    assert found is not None
    assert found.differences.endswith("after «б2»; and 3 more differences")


@given(st.text(min_size=1), st.data())
def test_what_stands_in_the_text_is_nearest_to_itself(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    quote = text[start : data.draw(st.integers(start + 1, len(text)))]
    found = NearestPassages(text).find(quote)
    if found:
        assert text[found.start : found.start + len(found.words)] == found.words


def test_many_quotes_are_looked_for_in_a_long_text() -> None:
    # Had each to be compared with every passage, this would take minutes.
    words = [f"слово{number:05}" for number in range(60_000)]
    passages = NearestPassages(" ".join(words))
    for number in range(0, 60_000, 3_000):
        found = passages.find(f"{words[number]}, {words[number + 1]}")
        assert found is not None
        assert found.words == f"{words[number]} {words[number + 1]}"
        assert passages.find("йцукен гшщзх ъфыва пролджэ" * 20) is None
