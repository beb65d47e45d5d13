"""Content negotiation: the format and the coding of a response (RFC 9110, 12.5)."""

from collections.abc import Iterator, Sequence

MEDIA_TYPES = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "ndjson": "application/x-ndjson",
    "jsonld": "application/ld+json",
    "graphml": "application/graphml+xml",
}
"""The media type of every format by its name, which is also the extension of a file's name."""


def choose_format(accept: str, offered: Sequence[str]) -> str:
    """Return the format of ``offered`` that an ``Accept`` header prefers (RFC 9110, 12.5.1).

    The first one offered is also the default for a header that accepts none of them.
    """
    ranges = dict(_weights(accept, empty=0.0))
    # A range of weight 0 never beats the default, whatever its precision.
    best, score = offered[0], (0.0, 2)
    for candidate in offered:
        media_type = MEDIA_TYPES[candidate].partition(";")[0]
        kind = media_type.partition("/")[0]
        for precision, name in ((2, media_type), (1, f"{kind}/*"), (0, "*/*")):
            if name in ranges:
                if (ranges[name], precision) > score:
                    best, score = candidate, (ranges[name], precision)
                break
    return best


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether an ``Accept-Encoding`` header allows gzip (RFC 9110, 12.5.3)."""
    codings = dict(_weights(accept_encoding, empty=1.0))
    return codings.get("gzip", codings.get("x-gzip", codings.get("*", 0.0))) > 0


def _weights(header: str, *, empty: float) -> Iterator[tuple[str, float]]:
    """Yield the elements of a header without their parameters, each with its weight.

    The weight is 1 without a ``q``, ``empty`` where its value is empty, and 0 where it is no
    number.
    """
    for element in header.lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        weights = [each[2:].strip() for each in parameters if each.startswith("q=")]
        if not weights:
            yield name, 1.0
        elif not weights[0]:
            yield name, empty
        else:
            is_number = weights[0].replace(".", "", 1).isdecimal() and weights[0].isascii()
            yield name, min(float(weights[0]), 1.0) if is_number else 0.0
