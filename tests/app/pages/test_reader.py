"""The reader: segments put together are the text, and each knows exactly its facts."""

from hypothesis import given
from hypothesis import strategies as st

from app.domain.spans import Span
from app.pages.reader import (
    MAX_PART_LENGTH,
    MAX_PART_SPANS,
    EvidenceSpan,
    Part,
    Reader,
    Segment,
    Sentence,
)

TEXTS = st.text(
    st.one_of(st.sampled_from("Аб. \n\r«»<&\">'!?…😀é"), st.characters(exclude_categories=["Cs"])),
    min_size=1,
    max_size=80,
)


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[EvidenceSpan]]:
    """Return a text and spans in it, in their order: crossing, equal and touching ones."""
    text = draw(TEXTS)
    supports = st.sampled_from(["stated", "entailed", "inferred"])
    spans = []
    for fact in range(draw(st.integers(0, 6))):
        for _ in range(draw(st.integers(1, 3))):
            start = draw(st.integers(0, len(text) - 1))
            spans.append(
                EvidenceSpan(fact, start, draw(st.integers(start + 1, len(text))), draw(supports))
            )
    return text, sorted(spans, key=lambda span: (span.start, span.end, span.fact_id))


def segments(part: Part) -> list[Segment]:
    """Return the segments of a part, in their order."""
    return [each for found in part.sentences for each in (*found.words, *found.space)]


def read(text: str, spans: list[EvidenceSpan]) -> list[Sentence]:
    """Return the sentences of all parts."""
    reader = Reader(text, spans)
    return [each for at in range(reader.parts) for each in reader.part(at + 1).sentences]


@given(texts_with_spans())
def test_the_segments_put_together_are_the_text(given_: tuple[str, list[EvidenceSpan]]) -> None:
    text, spans = given_
    found = segments(Reader(text, spans).part(1))
    assert "".join(each.text for each in found) == text
    assert [each.start for each in found] == sorted({each.start for each in found})


@given(texts_with_spans())
def test_a_segment_has_exactly_the_facts_whose_spans_cover_it(
    given_: tuple[str, list[EvidenceSpan]],
) -> None:
    text, spans = given_
    for segment in segments(Reader(text, spans).part(1)):
        end = segment.start + len(segment.text)
        covering = {each.fact_id for each in spans if each.start <= segment.start < each.end}
        assert set(segment.facts) == covering
        # No boundary of a span is inside of a segment.
        assert not any(segment.start < at < end for each in spans for at in (each.start, each.end))


@given(texts_with_spans())
def test_each_fact_is_noted_once_and_counted_wherever_it_has_evidence(
    given_: tuple[str, list[EvidenceSpan]],
) -> None:
    found = read(*given_)
    noted = [fact for each in found for fact in each.facts]
    assert sorted(noted) == sorted({each.fact_id for each in given_[1]})
    for sentence in found:
        marked = {fact for each in (*sentence.words, *sentence.space) for fact in each.facts}
        assert marked == {*sentence.facts, *sentence.elsewhere}
        assert sentence.count == len(marked)


@given(texts_with_spans(), st.data())
def test_the_ends_of_a_passage_are_boundaries(
    given_: tuple[str, list[EvidenceSpan]], data: st.DataObject
) -> None:
    text, spans = given_
    start = data.draw(st.integers(0, len(text) - 1))
    passage = Span(start, data.draw(st.integers(start + 1, len(text))))
    reader = Reader(text, spans)
    starts = {each.start for each in segments(reader.part(1, passage))} | {len(text)}
    assert {passage.start, passage.end} <= starts
    assert set(reader.overlapping(passage)) == {
        each.fact_id for each in spans if each.start < passage.end and passage.start < each.end
    }


def test_a_paragraph_ends_with_a_line_break() -> None:
    part = Reader("Раз. Два.\nТри.\r\n\nЧетыре.", []).part(1)
    printed = [
        "".join(each.text for found in paragraph for each in (*found.words, *found.space))
        for paragraph in part.paragraphs
    ]
    assert printed == ["Раз. Два.\n", "Три.\r\n\n", "Четыре."]


def test_the_strongest_support_of_a_segment_is_its_own() -> None:
    spans = [EvidenceSpan(1, 0, 4, "inferred"), EvidenceSpan(2, 0, 2, "stated")]
    found = segments(Reader("Омск", spans).part(1))
    assert [(each.text, each.support) for each in found] == [("Ом", "stated"), ("ск", "inferred")]


def test_a_long_text_comes_in_parts_that_end_with_a_sentence() -> None:
    sentence = "Слово за словом. "
    text = sentence * (2 * MAX_PART_LENGTH // len(sentence) + 10)
    reader = Reader(text, [])
    parts = [reader.part(number + 1) for number in range(reader.parts)]
    printed = ["".join(each.text for each in segments(part)) for part in parts]
    assert reader.parts == 3
    assert "".join(printed) == text
    assert all(each.endswith(". ") for each in printed)
    assert all(len(each) <= MAX_PART_LENGTH + len(sentence) for each in printed)
    begin = 0
    for number, part in enumerate(printed, 1):
        assert reader.part_at(begin) == reader.part_at(begin + len(part) - 1) == number
        begin += len(part)


def test_a_part_has_a_bounded_number_of_spans() -> None:
    text = "Омск. " * (2 * MAX_PART_SPANS)
    spans = [EvidenceSpan(at, 6 * at, 6 * at + 4, "stated") for at in range(2 * MAX_PART_SPANS)]
    assert Reader(text, spans).parts == 2
    assert [each.count for each in read(text, spans)] == [1] * (2 * MAX_PART_SPANS)
