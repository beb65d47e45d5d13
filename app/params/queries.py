"""Query models of lists: typed parameters; an unknown or repeated one is an error."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    StringConstraints,
    create_model,
)
from pydantic.fields import FieldInfo
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import CoreSchema, core_schema

from app.params.types import PlainNumber, Slug, Text

MAX_LIMIT = 200
MAX_CURSOR = 2_000
ORDER_BY = "What to order by; `text_order` is the order in which the documents mention them."

Order = Literal["asc", "desc"]
Format = Literal["json", "csv", "ndjson", "jsonld"]
INCLUDED = ("facts",)
"""Fields that items have only with `include`; a document's own required `facts` isn't one."""


class FieldsOf:
    """A list of a model's field names, sent comma-separated, repeated, or both."""

    def __init__(self, model: type[BaseModel]) -> None:
        self._names = [
            name
            for name, field in model.model_fields.items()
            if name not in INCLUDED or field.is_required()
        ]

    def __get_pydantic_core_schema__(
        self, _source: object, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Return the validation schema; the JSON Schema follows from it."""
        names = core_schema.list_schema(
            core_schema.literal_schema(self._names), max_length=len(self._names)
        )
        return core_schema.no_info_before_validator_function(_split_commas, names)


def _split_commas(sent: object) -> object:
    if not isinstance(sent, list):
        return sent
    return [name for text in sent if text != "" for name in str(text).split(",")]


FIELDS: Any = Field(
    default=[],
    description=(
        "The fields to give of each record, such as `name,type`; its `id` is always there."
        " All, unless sent."
    ),
)
FACETS: Any = Field(
    default=[],
    max_length=20,
    description="Count all that match by these: see `facets` of the answer.",
)
HAS: Any = Field(
    default=[],
    max_length=20,
    description="Names of filters: only records that have a value for all of these.",
)
LACKS: Any = Field(
    default=[],
    max_length=20,
    description="Names of filters: only records that have no value for any of these.",
)


class PageQuery(BaseModel):
    """The parameters of every paginated response."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    limit: Annotated[int, Field(ge=1, le=MAX_LIMIT), PlainNumber] = Field(
        default=50, description="The most records that a page holds."
    )
    cursor: (
        Annotated[
            str,
            StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", min_length=1, max_length=MAX_CURSOR),
        ]
        | SkipJsonSchema[None]
    ) = Field(
        default=None,
        description="Where to go on: from the `next` of a page, with its filters and order.",
    )


class ListQuery(PageQuery):
    """The parameters of every list. Each list adds its ``sort``, ``fields`` and ``facet``."""

    sort: str = Field(description=ORDER_BY)
    order: Order = Field(default="asc", description="Ascending or descending.")
    fields: list[str] = FIELDS
    facet: Sequence[str] = FACETS
    format: Format | SkipJsonSchema[None] = Field(
        default=None,
        description=(
            "The form of the answer, before what the header Accept says. `csv`, `ndjson` and "
            "`jsonld` give all that match, without pages, unless `limit` is sent."
        ),
    )
    q: Text | SkipJsonSchema[None] = Field(
        default=None,
        description=(
            "Words to find in names, values and evidence, in any form and in either script; all "
            "must be there, and the last may be only begun. Prepositions, conjunctions and "
            "particles are left out, and find nothing alone."
        ),
        json_schema_extra={"examples": ["сибирь"]},
    )

    @property
    def includes_facts(self) -> bool:
        """Whether each item carries its facts."""
        return False


class NamedQuery(ListQuery):
    """The parameters of a list of named records."""

    id: Annotated[list[Slug], Field(max_length=MAX_LIMIT)] = Field(
        default=[], description="Ids of the records to give; those that don't exist are left out."
    )


class EntityQuery(NamedQuery):
    """The parameters of a list of entities."""

    include: list[Literal["facts"]] = Field(
        default=[], max_length=1, description="`facts`: give every record's facts along."
    )

    @property
    def includes_facts(self) -> bool:
        """Whether each item carries its facts."""
        return bool(self.include)


QueryT = TypeVar("QueryT", bound=ListQuery)
_NO_FILTERS = EntityQuery.model_fields.keys() - {"q", "id"} | {"has", "lacks"}


def with_negations(query: type[QueryT]) -> type[QueryT]:
    """Return the query model of a list with `not_city` beside a filter `city`, and so on.

    A boolean has none: its other value is its negation.
    """
    negations: Any = {
        f"not_{name}": _negation(name, field)
        for name, field in query.model_fields.items()
        if name not in _NO_FILTERS and bool not in {field.annotation, *get_args(field.annotation)}
    }
    return create_model(
        query.__name__,
        __base__=query,
        __module__=query.__module__,
        __doc__=query.__doc__,
        **negations,
    )


def _negation(name: str, field: FieldInfo) -> tuple[Any, Any]:
    """Return the type and the default of the negation of a filter."""
    description = (
        f"Only records that `{name}` alone doesn't find, those without a value among them; of "
        "several values, none."
    )
    documented = Field(description=description, json_schema_extra=field.json_schema_extra)
    # Pydantic would copy a default of [] for every request, in a microsecond each.
    default: Any = None if field.default is None else Field(default_factory=list)
    return Annotated[field.annotation, *field.metadata, documented], default
