"""Errors of documents: one, and all those of a run."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

MAX_ERRORS = 100
_MAX_LENGTH = 500


class SeedError(Exception):
    """A document is wrong; the text names the file, its line, the record and the quote."""

    def __init__(
        self, message: str, file: Path, record: str = "", quote: str = "", line: int = 0
    ) -> None:
        # All arguments, because another process makes the exception anew from them.
        super().__init__(message, file, record, quote, line)
        self.line = line

    def __str__(self) -> str:
        message, file, record, quote, line = self.args
        parts = [str(file), f"line {line}" if line else "", _shortened(record), _shortened(message)]
        place = ": ".join(filter(None, parts))
        return f"{place} (quote: {_shortened(quote)})" if quote else place


class SeedErrors(Exception):  # noqa: N818 (it has many)
    """Documents are wrong: the first errors, and how many more there are at least."""

    def __init__(self, errors: Iterable[SeedError], more: int = 0) -> None:
        self.errors = tuple(errors)
        self.more = more
        super().__init__(self.errors, more)

    def __str__(self) -> str:
        more = [f"And at least {self.more:,} more."] if self.more else []
        return "\n".join([*map(str, self.errors), *more])


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

    @contextmanager
    def catch(self) -> Iterator[None]:
        """Add the errors that are raised inside, and go on after them."""
        try:
            yield
        except SeedError as error:
            self.add([error])
        except SeedErrors as error:
            self.add(error.errors, error.more)

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
