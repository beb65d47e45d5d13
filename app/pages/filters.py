"""Filters of list pages: the parameters sent, as links that remove, add and sort."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, get_args

from app.domain.json import Json
from app.domain.text import fold
from app.listing.declaration import Listing
from app.listing.facets import display
from app.pages import words
from app.pages.templates import link
from app.params.queries import ListQuery
from app.schemas.refs import page_path

MAX_VALUES = 12
"""The largest number of a facet's values on a page."""
_ARRANGING = {"sort", "order", "limit"}
"""The parameters that arrange the matches, and change none."""
_LACKS = "lacks"

Sent = Mapping[str, Sequence[str]]
"""The parameters of a page that differ from their defaults, as text."""


class FacetChoice(NamedTuple):
    """A value of a facet: its label, and the number of the matches that have it.

    The link adds or removes the filter; it is "" where nothing filters by the value.
    """

    label: str
    records: int
    is_active: bool
    href: str


class FacetChoices(NamedTuple):
    """The first values of a facet, the number of all others, and where all are served."""

    label: str
    choices: list[FacetChoice]
    rest: int
    api: str


class ActiveFilter(NamedTuple):
    """A filter that is active, and the link that removes it."""

    label: str
    value: str
    href: str


class SortChoice(NamedTuple):
    """A sort of the list and its link; that of the current one reverses the order."""

    label: str
    is_current: bool
    href: str


def sent_parameters(query: ListQuery) -> dict[str, list[str]]:
    """Return the parameters of a query but its cursor."""
    sent = query.model_dump(mode="json", exclude_defaults=True, exclude={"cursor"})
    return {
        name: [display(each) for each in (value if isinstance(value, list) else [value])]
        for name, value in sent.items()
        if value not in (None, [])
    }


class Filters:
    """The filters of one page of a list, given the counts of its facets.

    The counts are those of the API: ``value`` and ``label`` are None in that of the matches that
    have no value.
    """

    def __init__(
        self, listing: Listing, query: ListQuery, counts: Mapping[str, Sequence[Json]]
    ) -> None:
        self.sent = sent_parameters(query)
        self.path = page_path(listing.path)
        self._listing = listing
        self._query = query
        self._counts = counts

    @property
    def conditions(self) -> Sent:
        """The parameters that decide what matches."""
        return {name: each for name, each in self.sent.items() if name not in _ARRANGING}

    def active(self) -> list[ActiveFilter]:
        """Return the active filters, each with the link that removes it."""
        return [
            ActiveFilter(
                words.parameter(name), self._label(name, each), self._link(name, each, remove=True)
            )
            for name, values in self.conditions.items()
            for each in values
        ]

    def facets(self) -> list[FacetChoices]:
        """Return the facets that have values among the matches.

        An active facet has its active values alone: another one would add matches to those that
        its count is of.
        """
        found = []
        for name, counts in self._counts.items():
            active = [each for each in counts if self._is_active(name, each["value"])]
            shown = active or counts[:MAX_VALUES]
            if not active and counts[MAX_VALUES:] and counts[-1]["value"] is None:
                # What isn't said comes last, and is shown however many values there are.
                shown = [*counts[: MAX_VALUES - 1], counts[-1]]
            if shown:
                rest = 0 if active else len(counts) - len(shown)
                api = link(self._listing.path, {**self.conditions, "facet": name, "limit": 1})
                choices = [self._choice(name, each) for each in shown]
                found.append(FacetChoices(words.parameter(name), choices, rest, api))
        return found

    def sorts(self) -> list[SortChoice]:
        """Return the sorts of the list."""
        found = []
        for name in get_args(type(self._query).model_fields["sort"].annotation):
            is_current = name == self._query.sort
            order = "desc" if is_current and self._query.order == "asc" else "asc"
            href = link(self.path, {**self.sent, "sort": name, "order": order})
            found.append(SortChoice(words.SORTS[name], is_current, href))
        return found

    def _choice(self, name: str, counted: Json) -> FacetChoice:
        value, is_active = counted["value"], self._is_active(name, counted["value"])
        if value is None:
            has_parameter = _LACKS in type(self._query).model_fields
            href = self._link(_LACKS, name, remove=is_active) if has_parameter else ""
            return FacetChoice(words.parameter(_LACKS), counted["count"], is_active, href)
        label = self._known_label(name, value) or counted["label"]
        return FacetChoice(
            label, counted["count"], is_active, self._link(name, value, remove=is_active)
        )

    def _is_active(self, name: str, value: str | None) -> bool:
        if value is None:
            return name in self.sent.get(_LACKS, ())
        return any(_is_same(value, each) for each in self.sent.get(name, ()))

    def _label(self, name: str, sent: str) -> str:
        """Return the label of a value that was sent, which the facet has if anything matches."""
        counts = self._counts.get(name, ())
        labels = (
            each["label"] for each in counts if each["value"] and _is_same(each["value"], sent)
        )
        return self._known_label(name, sent) or next(labels, sent)

    def _known_label(self, name: str, value: str) -> str | None:
        return words.parameter_value(name, value, getattr(self._listing, "kind", None))

    def _link(self, name: str, value: str, *, remove: bool) -> str:
        """Return the link to the first page with one value of a parameter more, or less."""
        values = [each for each in self.sent.get(name, ()) if not _is_same(value, each)]
        return link(self.path, {**self.sent, name: values if remove else [*values, value]})


def _is_same(value: str, sent: str) -> bool:
    """Return whether a value of a facet is the one that was sent, perhaps without its kind."""
    return fold(sent) in {fold(value), fold(value.partition(":")[2])}
