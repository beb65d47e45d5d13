"""Sentences: their spans, and the coverage of a text and of its sentences by evidence."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from app.domain.spans import Span, merge_spans

_NEWLINE = r"\n\r\u2028\u2029"
_BOUNDARY = re.compile(
    rf"[{_NEWLINE}]+"
    rf"|[.!?…](?P<closing>[»”\")]*)[^\S{_NEWLINE}]+"
    rf"(?=(?P<opening>[«“„\"–—(]?)[^\S{_NEWLINE}]?(?P<word>[^\W_]+)(?P<period>\.?))"
)
"""A line break, or a mark that may end a sentence, with the space behind it, before a word."""
_WINDOW = 24
"""Code points before a boundary that have its abbreviation and the word before that."""
_WORD = re.compile(r"[^\W_]+\.?")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_LEADING = _words(
    "акад арх бул г гл гор гр д дер дир доц зам зав изд им инж кв комн корр наб нач напр о обл оз "
    "ок пгт пер пл пом пос пр просп проф р ред реж рис с св см ср ст стр т табл тел тов ул ур х "
    "хут чл ш щ дж вс dr mr mrs ms prof st"
)
"""Abbreviations that stand before a name: «г. Энск», «проф. Небылицын»."""
_TRAILING = _words("в вв гг др кг км коп мин млн млрд руб сек тыс час чел экз")
"""Abbreviations that stand behind their words: they end a sentence before a capital letter."""
_TRAILING_PAIRS = _words("т.д. т.п. н.э. у.е. с.г. л.с. с.ш. ю.ш. в.д. з.д.")
_OPENERS = _words(
    "А Без Более Было В Во Вот Все Всё Вы Где Для До Его Ее Её Если Еще Ещё За Затем Здесь И Из "
    "Их К Как Когда Кроме Кто Мы На Над Не Ни Но О Об Однако Он Она Они Оно От Перед По Под После "
    "Потом При С Сейчас Со Среди Так Также Там Теперь То Тогда У Уже Хотя Через Что Чтобы Эта Эти "
    "Это Этот Я"
)
"""Words that open sentences and are no names: an abbreviation before them ends a sentence."""


@dataclass(frozen=True)
class Coverage:
    """The coverage of a text in code points, and its ``bare`` sentences: those without evidence."""

    characters: int
    covered: int
    bare: list[tuple[Span, str]]

    @property
    def share(self) -> float:
        """The covered part of the text, from 0 to 1."""
        return self.covered / self.characters


def sentences(text: str) -> list[Span]:
    """Return the spans of the sentences of ``text``, without the space around them.

    A sentence ends at a line break, or at a full stop, exclamation or question mark or ellipsis
    before a capital letter, unless that full stop is an abbreviation's or an initial's.
    """
    return list(_sentences(text))


def measure(text: str, evidence: list[Span]) -> Coverage:
    """Return the coverage of ``text`` by ``evidence``."""
    union = merge_spans(evidence)
    starts = [span.start for span in union]

    def is_bare(sentence: Span) -> bool:
        before = bisect_left(starts, sentence.end)
        return not before or union[before - 1].end <= sentence.start

    bare = [
        (sentence, text[sentence.start : sentence.end])
        for sentence in sentences(text)
        if is_bare(sentence)
    ]
    return Coverage(len(text), sum(span.end - span.start for span in union), bare)


def _sentences(text: str) -> Iterator[Span]:
    start = 0
    for boundary in _BOUNDARY.finditer(text):
        if not boundary["word"] or _ends_sentence(text, start, boundary):
            yield from _trimmed(text, start, max(boundary.start(), boundary.end("closing")))
            start = boundary.end()
    yield from _trimmed(text, start, len(text))


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield a span without the space around its words, if it has any."""
    part = text[start:end].lstrip()
    if part:
        start = end - len(part)
        yield Span(start, start + len(part.rstrip()))


def _ends_sentence(text: str, start: int, boundary: re.Match[str]) -> bool:
    """Return whether the sentence that begins at ``start`` ends at a boundary before a word."""
    closing, opening, word, period = boundary.group("closing", "opening", "word", "period")
    if not word[0].isupper():
        return False
    end = boundary.start() + 1
    previous, last = ["", "", *_WORD.findall(text, max(start, end - _WINDOW), end)][-2:]
    if not last.endswith(".") or not text.endswith(last, start, end):
        return True
    name = last[:-1]
    is_pair = len(previous) == len(last) == 2 and previous.endswith(".") and name.islower()
    is_initial = len(name) == 1 and name.isupper()
    is_leading = is_initial or name.lower() in _LEADING
    if not (is_leading or is_pair or name in _TRAILING):
        # The number of a list's item stands alone before it.
        return not name.isdigit() or bool(text[start : end - len(last)].strip())
    if ")" in closing or opening in {"–", "—"}:
        return False
    if closing or (word in _OPENERS and not (period and len(word) == 1)):
        return True
    is_unit = previous.isdigit() and len(name) <= 2
    is_final_pair = f"{previous}{last}".lower() in _TRAILING_PAIRS
    return is_final_pair if is_pair else is_unit or not is_leading
