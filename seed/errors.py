"""What the seed says when a document can't be loaded."""

from pathlib import Path

_MAX_LENGTH = 500


class SeedError(Exception):
    """A document is wrong; the text names the file, the record and the quote."""

    def __init__(self, message: str, file: Path, record: str = "", quote: str = "") -> None:
        # What the exception is made of, so that another process can send it.
        super().__init__(message, file, record, quote)

    def __str__(self) -> str:
        message, file, record, quote = self.args
        place = ": ".join(part for part in (str(file), _line(record)) if part)
        return f"{place}: {_line(message)}" + (f"\n    quote: {_line(quote)}" if quote else "")


def _line(text: str) -> str:
    """Return a text as one line, cut in its middle: both ends tell what is wrong."""
    line = " ".join(text.splitlines())
    half = _MAX_LENGTH // 2
    return line if len(line) <= _MAX_LENGTH else f"{line[:half]} … {line[-half:]}"
