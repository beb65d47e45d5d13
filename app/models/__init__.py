"""The tables. Importing this package fills ``metadata`` with all of them."""

from sqlmodel import AutoString

from app.models.agreement import Agreement
from app.models.base import Text, metadata
from app.models.company import Company
from app.models.document import Document
from app.models.entity import Entity
from app.models.event import Event
from app.models.fact import Evidence, Fact
from app.models.organization import Organization
from app.models.person import Person
from app.models.place import Place
from app.models.quotation import Quotation
from app.models.rendered_item import RenderedItem
from app.models.revision import Revision
from app.models.search import NameWord, SearchEntry, Spelling
from app.models.stored_count import StoredCount

for _table in metadata.tables.values():
    for _column in _table.columns:
        if isinstance(_column.type, AutoString):
            _column.type = Text
    for _key in _table.foreign_key_constraints:
        # Checked at commit: a load writes and removes rows in any order.
        _key.deferrable, _key.initially = True, "DEFERRED"

__all__ = [
    "Agreement",
    "Company",
    "Document",
    "Entity",
    "Event",
    "Evidence",
    "Fact",
    "NameWord",
    "Organization",
    "Person",
    "Place",
    "Quotation",
    "RenderedItem",
    "Revision",
    "SearchEntry",
    "Spelling",
    "StoredCount",
    "metadata",
]
