"""The coverage of a document: what its author has not stated yet."""

from pathlib import Path

from app.domain.sentences import measure
from seed.extract.files import read_document
from seed.extract.statements import evidence


def coverage(folder: Path) -> str:
    """Return a document's coverage, and the sentences without evidence."""
    document = read_document(folder)
    found = measure(document.text, evidence(document))
    return "\n".join(
        [
            f"{document.slug}: evidence covers {found.covered:,} of {found.characters:,} "
            f"characters ({found.share:.1%}); sentences without evidence: {len(found.bare)}",
            *(f"  [{span.start}, {span.end}) {text}" for span, text in found.bare),
        ]
    )
