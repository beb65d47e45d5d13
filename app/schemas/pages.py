"""Pages, and the fields that the items and details of every kind share."""

from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from app.domain.json import Json
from app.domain.vocabulary import Kind
from app.schemas.facts import MAX_PER_PREDICATE, FactOut

TOTAL_CAP = 10_000
"""The largest exact total."""
MAX_FACET_VALUES = 1_000
"""The largest number of values that a facet counts."""

ItemT = TypeVar("ItemT")
_DEFERRED = ConfigDict(defer_build=True)
"""A load imports the models of all lists, and validates nothing with them: 70 ms of its start."""


class EntityOut(BaseModel):
    """The fields of every record."""

    model_config = _DEFERRED

    id: str = Field(description="Its id, unique within its kind.", examples=["sibir"])
    kind: Kind = Field(description="Its kind.", examples=["company"])
    name: str = Field(description="Its name, in the nominative.", examples=["Сибирь"])
    also_known_as: list[str] = Field(
        description="Its other names, in the nominative.", examples=[["ЗАО «Сибирь»"]]
    )
    printed_as: list[str] = Field(
        description=(
            "Forms in which the documents print its names, where they differ by case or capitals."
        ),
        examples=[["Булат БАКАУОВ", "Булата БАКАУОВА"]],
    )


class WithFacts(BaseModel):
    """The field that a detail adds to the list's item."""

    facts: list[FactOut] = Field(
        description=(
            "The facts about it: first those of which it is the subject, then those of which it is "
            f"the object, in reading order; at most {MAX_PER_PREDICATE} of one predicate on each "
            "side (`/v1/facts?subject=…` and `/v1/facts?object=…` have all)."
        )
    )


class SparseItem(BaseModel):
    """An item of a list; `fields` may leave out all of its fields but the id."""

    model_config = _DEFERRED | ConfigDict(json_schema_extra={"required": ["id"]})


class OptionalFacts(SparseItem):
    """An item of a list that carries its facts on request."""

    facts: list[FactOut] | SkipJsonSchema[None] = Field(
        default=None, description="As in the detail; there only with `include=facts`."
    )


class Count(BaseModel):
    """How many of the records that match have one value."""

    value: str | None = Field(
        description="The value, as the filter takes it; null for those that have none.",
        examples=["omsk"],
    )
    label: str | None = Field(
        description="Its name, as one reads it; null with the value.", examples=["Омск"]
    )
    count: int = Field(description="How many have it.", examples=[9], ge=1)


class Page(BaseModel, Generic[ItemT]):
    """One page of a list."""

    model_config = _DEFERRED

    items: list[ItemT] = Field(description="The records of this page.")
    total: int = Field(
        description=f"How many match; exact up to {TOTAL_CAP:,}.", examples=[12], ge=0, le=TOTAL_CAP
    )
    total_capped: bool = Field(
        description=f"Whether there are more than {TOTAL_CAP:,}.", examples=[False]
    )
    next: str | None = Field(
        description="Path and query of the next page, if there is one.", examples=[None]
    )
    facets: dict[str, list[Count]] | SkipJsonSchema[None] = Field(
        default=None,
        description=(
            "For each `facet` asked for: how many of all that match have which value, the most "
            f"frequent first, at most {MAX_FACET_VALUES:,} values; after these, with the value "
            "null, how many have none: those that `lacks` finds. There only if asked for."
        ),
        examples=[{"city": [{"value": "omsk", "label": "Омск", "count": 9}]}],
    )
    facets_capped: list[str] | SkipJsonSchema[None] = Field(
        default=None,
        description=(
            f"The facets that have more than {MAX_FACET_VALUES:,} values. There with `facets`."
        ),
        examples=[[]],
    )


def page_totals(total: int) -> Json:
    """Return the total of a page up to the cap, and whether there are more."""
    return {"total": min(total, TOTAL_CAP), "total_capped": total > TOTAL_CAP}
