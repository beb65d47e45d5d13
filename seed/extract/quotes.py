"""Quotes: their spans in the text, or what is wrong with them and which words may be meant."""

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from app.domain.spans import QuoteError, Span, locate
from seed.extract.facts_file import FactLine
from seed.extract.problems import Keys, Problem

if TYPE_CHECKING:
    from seed.extract.nearest import NearestPassages

_MAX_SHOWN = 160


@lru_cache(maxsize=2)
def _passages(text: str) -> "NearestPassages":
    # Only errors need the library behind it, which takes long to import.
    from seed.extract.nearest import NearestPassages  # noqa: PLC0415

    return NearestPassages(text)


def _shortened(words: str) -> str:
    """Return words that a message can show beside their differences."""
    return words if len(words) <= _MAX_SHOWN else f"{words[: _MAX_SHOWN // 2]}…"


class WrongQuote(NamedTuple):
    """A quote of a line, or its ``within``, that can't be located; ``keys`` lead to it."""

    keys: Keys
    message: str
    quote: str
    suggestion: str = ""


class Quotes:
    """The quotes of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        # A method would hold this object, and both would wait for the garbage collector.
        self._locate = cache(lambda *quote: locate(text, *quote))

    def spans(self, line: FactLine) -> Iterator[Span | WrongQuote]:
        """Yield the span of each quote of a line, or what is wrong with it."""
        for number, quote in enumerate(line.quote):
            try:
                yield self._locate(quote, line.within)
            except QuoteError as error:
                yield self._explain(error, line, number)
                if error.is_within:
                    return

    def _explain(self, error: QuoteError, line: FactLine, number: int) -> WrongQuote:
        quote, within = line.quote[number], line.within
        at_quote: Keys = ("quote", number) if len(line.quote) > 1 else ("quote",)
        if error.is_within:
            message, near = str(error), ""
            if error.is_absent and within:
                message, near = self.absent(message, within)
            return WrongQuote(("within",), f"{message} (within: {within})", quote, near)
        if not error.is_absent:
            return WrongQuote(at_quote, str(error), quote)
        if within and (at := self._text.find(quote)) >= 0:
            message = f"`within` doesn't have the quote, which stands in line {self._line(at)}"
            return WrongQuote(("within",), f"{message} (within: {within})", quote)
        if within and (found := _passages(within).find(quote)):
            message = f"{error}, which has «{_shortened(found.words)}»: {found.differences}"
            return WrongQuote(at_quote, message, quote, found.words)
        message, near = self.absent(str(error), quote)
        return WrongQuote(at_quote, message, quote, near)

    def absent(self, message: str, quote: str) -> tuple[str, str]:
        """Return the message of an absent quote with the nearest words of the text, and these."""
        found = _passages(self._text).find(quote)
        if found is None:
            return message, ""
        line, words = self._line(found.start), _shortened(found.words)
        return f"{message}; line {line} has «{words}»: {found.differences}", found.words

    def _line(self, offset: int) -> int:
        return self._text.count("\n", 0, offset) + 1


def title_problem(title: str, text: str) -> Problem | None:
    """Return the problem of a title that isn't in the text."""
    if title in text:
        return None
    message, near = Quotes(text).absent("the title isn't in the text", title)
    return Problem(("title",), message, quote=title, suggestion=near)
