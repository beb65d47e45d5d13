"""Documents: the source texts."""

from sqlalchemy import CheckConstraint, Index

from app.models.base import KindTable


class Document(KindTable, table=True):
    """A source text; ``text`` in UTF-8 is the file byte for byte, ``sha256`` its hash."""

    __table_args__ = (
        Index(None, "name_key", "id"),
        Index(None, "text_order", "id"),
        CheckConstraint("length(text) = length", name="length"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
    )

    text: str
    language: str
    sha256: str
    length: int
