"""What the seed says when a document can't be loaded."""

from pathlib import Path

_MAX_QUOTE = 200


class SeedError(Exception):
    """A document is wrong; the text names the file, the record and the quote."""

    def __init__(self, message: str, file: Path, record: str = "", quote: str = "") -> None:
        # What the exception is made of, so that another process can send it.
        super().__init__(message, file, record, quote)

    def __str__(self) -> str:
        message, file, record, quote = self.args
        place = ": ".join(part for part in (str(file), record) if part)
        shown = quote if len(quote) <= _MAX_QUOTE else f"{quote[:_MAX_QUOTE]}…"
        return f"{place}: {message}" + (f"\n    quote: {shown}" if quote else "")
