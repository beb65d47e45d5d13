"""Negotiation: the forms that an answer can have, and how a client chooses among them."""

from collections.abc import Iterable

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "jsonld": "application/ld+json",
    "graphml": "application/graphml+xml",
}
"""The media type of every form by its name, which is also what a file's name ends with."""


def choose(accepted: str, offered: Iterable[str]) -> str:
    """Return the form of ``offered`` that an ``Accept`` header likes best (RFC 9110, 12.5.1).

    The first one offered is also the answer to a header that likes none of them.
    """
    offered = tuple(offered)
    ranges = dict(map(_weighed, accepted.lower().split(",")))
    # Nothing of weight 0 is better than this, however precisely it is named.
    best, score = offered[0], (0.0, 2)
    for form in offered:
        media_type = MEDIA_TYPES[form].partition(";")[0]
        kind = media_type.partition("/")[0]
        for precision, name in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
            if name in ranges:
                if (ranges[name], precision) > score:
                    best, score = form, (ranges[name], precision)
                break
    return best


def _weighed(media_range: str) -> tuple[str, float]:
    """Return a media range without its parameters, and its weight: 0 where that can't be read."""
    name, *parameters = (part.strip() for part in media_range.split(";"))
    weights = [each[2:].strip() for each in parameters if each.startswith("q=")]
    if not weights:
        return name, 1.0
    is_number = weights[0].replace(".", "", 1).isdecimal() and weights[0].isascii()
    return name, min(float(weights[0]), 1.0) if is_number else 0.0
