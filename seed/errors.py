"""Errors of documents: one, and all those of a run."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

MAX_ERRORS = 100
_MAX_LENGTH = 500


class Location(NamedTuple):
    """A part of a file: lines and columns count from 1, columns in code points; 0 is unknown.

    The end is just behind its last character.
    """

    line: int = 0
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        return ":".join(str(number) for number in self[:2] if number)


class Subject(NamedTuple):
    """The part of the data that an error is about: a record, or one of its facts by number."""

    record: str = ""
    fact: int = 0
    predicate: str = ""

    def __str__(self) -> str:
        fact = f", fact {self.fact}" if self.fact else ""
        predicate = f" ({self.predicate})" if self.predicate else ""
        return f"{self.record}{fact}{predicate}"


NOWHERE, NO_SUBJECT = Location(), Subject()


class SeedError(Exception):
    """A document is wrong; the text names file, line, column, record and quote.

    ``suggestion`` is what may stand at the location instead.
    """

    def __init__(
        self,
        message: str,
        file: Path,
        subject: Subject = NO_SUBJECT,
        quote: str = "",
        location: Location = NOWHERE,
        suggestion: str = "",
    ) -> None:
        # All arguments, because another process makes the exception anew from them.
        super().__init__(message, file, subject, quote, location, suggestion)
        self.message = message
        self.file = file
        self.subject = subject
        self.quote = quote
        self.location = location
        self.suggestion = suggestion

    def __str__(self) -> str:
        place = ":".join(filter(None, (str(self.file), str(self.location))))
        parts = [place, _shortened(str(self.subject)), _shortened(self.message)]
        text = ": ".join(filter(None, parts))
        return f"{text} (quote: {_shortened(self.quote)})" if self.quote else text

    def data(self) -> dict[str, str | int | None]:
        """Return the error as plain data, for editors; None stands for what isn't known."""
        fields = {
            "file": str(self.file),
            **self.location._asdict(),
            **self.subject._asdict(),
            "message": self.message,
            "quote": self.quote,
            "suggestion": self.suggestion,
        }
        return {name: value or None for name, value in fields.items()}


class SeedErrors(Exception):  # noqa: N818 (it has many)
    """Documents are wrong: the first errors, and how many more there are at least."""

    def __init__(self, errors: Iterable[SeedError], more: int = 0) -> None:
        self.errors = tuple(errors)
        self.more = more
        super().__init__(self.errors, more)

    def __str__(self) -> str:
        more = [f"And at least {self.more:,} more."] if self.more else []
        return "\n".join([*map(str, self.errors), *more])

    def data(self) -> dict[str, Any]:
        """Return the errors as plain data, for editors."""
        return {"errors": [error.data() for error in self.errors], "more": self.more}


class ErrorCollector:
    """Collects errors in their order: the first ``MAX_ERRORS``, and the number of others."""

    def __init__(self) -> None:
        self._errors: list[SeedError] = []
        self._more = 0

    def add(self, errors: Iterable[SeedError], more: int = 0) -> None:
        """Add errors, and a number of others."""
        for error in errors:
            if len(self._errors) < MAX_ERRORS:
                self._errors.append(error)
            else:
                more += 1
        self._more += more

    def add_from(self, error: SeedError | SeedErrors) -> None:
        """Add what was raised."""
        if isinstance(error, SeedErrors):
            self.add(error.errors, error.more)
        else:
            self.add([error])

    @contextmanager
    def catch(self) -> Iterator[None]:
        """Add the errors that are raised inside, and go on after them."""
        try:
            yield
        except (SeedError, SeedErrors) as error:
            self.add_from(error)

    @property
    def errors(self) -> Sequence[SeedError]:
        """The first errors."""
        return self._errors

    @property
    def more(self) -> int:
        """The number of others."""
        return self._more

    @property
    def is_full(self) -> bool:
        """Whether another error wouldn't be shown."""
        return len(self._errors) == MAX_ERRORS

    def raise_any(self) -> None:
        """Raise SeedErrors with all errors, if there are any."""
        if self._errors:
            raise SeedErrors(self._errors, self._more)


def _shortened(text: str) -> str:
    """Return a text as one line, cut in its middle: both ends tell what is wrong."""
    line = " ".join(text.splitlines())
    half = _MAX_LENGTH // 2
    return line if len(line) <= _MAX_LENGTH else f"{line[:half]} … {line[-half:]}"


class LoadError(Exception):
    """The database, or the machine, can't take the load; the text says why."""
