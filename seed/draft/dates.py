"""Dates: days, months and years as a text tells them, in EDTF."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from app.domain.spans import Span
from seed.draft.tables import MONTHS
from seed.extract.edtf import parse

_MONTH = "|".join(MONTHS)
_DATE = re.compile(
    rf"(?<![\w.,:])(?P<day>[0-9]{{1,2}}) (?P<month>{_MONTH})"
    r"(?: (?P<year>[0-9]{4})(?: года| г\.)?)?(?!\w)"
    rf"|(?<![\w.])(?P<only_year>[0-9]{{4}}) (?:году|года|г\.)(?!\w)"
)
_VAGUE = re.compile(
    r"(?<!\w)(?:[Вв]о?|[Нн]а) (?:минувш|прошл|прошедш|эт|текущ|предстоящ|следующ)\w{2,3} "
    r"(?:недел[еюи]|выходные|понедельник|вторник|сред[уы]|четверг|пятницу|субботу|воскресенье|месяце|году)(?!\w)"
)


class Date(NamedTuple):
    """A date where the text tells it; its EDTF is "" where the words give none."""

    span: Span
    edtf: str


def find_dates(text: str) -> list[Date]:
    """Return the dates of a text in order."""
    return sorted(
        [*_exact(text), *(Date(Span(*each.span()), "") for each in _VAGUE.finditer(text))]
    )


def _exact(text: str) -> Iterator[Date]:
    for match in _DATE.finditer(text):
        if match["only_year"]:
            edtf = match["only_year"]
        else:
            year = match["year"] or "XXXX"
            edtf = f"{year}-{MONTHS[match['month']]:02}-{int(match['day']):02}"
        try:
            parse(edtf)
        except ValueError:
            continue
        yield Date(Span(*match.span()), edtf)
