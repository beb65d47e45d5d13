"""Documents: the source texts."""

from sqlalchemy import CheckConstraint

from app.models.base import KindTable, indexes


class Document(KindTable, table=True):
    """A source text; ``text`` in UTF-8 is the file byte for byte, ``sha256`` its hash.

    ``files_sha256`` is the hash of all files of the document, and ``signature`` names the sizes,
    times and inodes that they had: while these are the same, a load needs no hash.
    """

    __table_args__ = (
        *indexes(["language"], ["name_key", "text_order"]),
        CheckConstraint("length(text) = length", name="length"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        CheckConstraint("length(files_sha256) = 64", name="files_sha256"),
    )

    # Columns behind a long text are read through all of its pages.
    language: str
    sha256: str
    length: int
    files_sha256: str
    signature: str
    text: str
