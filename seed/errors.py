"""What the seed says when a document can't be loaded."""

from pathlib import Path


class SeedError(Exception):
    """A document is wrong; the text names the file, the record and the quote."""

    def __init__(self, message: str, *, file: Path, record: str = "", quote: str = "") -> None:
        place = ": ".join(part for part in (str(file), record) if part)
        super().__init__(f"{place}: {message}" + (f"\n    quote: {quote}" if quote else ""))
