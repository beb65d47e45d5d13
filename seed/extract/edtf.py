"""Dates that may lack a year: the part of EDTF (ISO 8601-2) that articles need."""

import re
from calendar import monthrange
from dataclasses import dataclass

_EDTF = re.compile(
    r"(?P<year>[0-9]{4}|XXXX)(-(?P<month>[0-9]{2})(-(?P<day>[0-9]{2}))?)?(?P<open>/\.\.)?"
)
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class PartialDate:
    """The known parts of a date; ``first`` and ``last`` are the days it allows, as YYYYMMDD.

    Of an interval with an open end these are the parts and the days of its beginning.
    """

    year: int | None
    month: int | None
    day: int | None
    first: int
    last: int


def parse(text: str) -> PartialDate:
    """Read ``2013``, ``2013-10``, ``2013-10-14``, ``XXXX-10`` or ``XXXX-10-14``.

    ``/..`` may follow: the date is then a beginning whose end isn't told. An unknown year counts as
    0 in ``first`` and ``last``. Raises ValueError for anything else, and for days that no calendar
    has.
    """
    match = _EDTF.fullmatch(text)
    if match is None or not (match["month"] or match["year"] != "XXXX"):
        raise ValueError(
            f"«{text}» is not a date such as 2013, 2013-10-14, XXXX-10-14 or XXXX-10-14/.."
        )
    year = None if match["year"] == "XXXX" else int(match["year"])
    month = int(match["month"]) if match["month"] else None
    day = int(match["day"]) if match["day"] else None
    if year == 0 or (month is not None and not 1 <= month <= 12):
        raise ValueError(f"«{text}» is not a date: there is no such year or month")
    last_month = month or 12
    days = monthrange(year or _LEAP_YEAR, last_month)[1]
    if day is not None and not 1 <= day <= days:
        raise ValueError(f"«{text}» is not a date: that month has {days} days")
    base = (year or 0) * 10_000
    return PartialDate(
        year,
        month,
        day,
        first=base + (month or 1) * 100 + (day or 1),
        last=base + last_month * 100 + (day or days),
    )
