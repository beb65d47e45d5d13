"""Types of query parameters: ids, texts, numbers, and lists of them."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from app.domain.ids import SLUG
from app.domain.text import KEY_LENGTH, fold
from app.domain.vocabulary import EventRole

MAX_VALUES = 50
"""The largest number of values of one repeatable parameter."""


def _plain_integer(sent: object) -> object:
    # Pydantic also accepts "1_0", "+1", "01" and " 1 ".
    digits = str(sent)
    if digits != "0" and (not digits.isascii() or not digits.isdigit() or digits[0] == "0"):
        raise ValueError("a whole number in plain digits")
    if len(digits) > 10:
        raise ValueError("a whole number of at most 10 digits")
    return int(digits)


PlainNumber = BeforeValidator(_plain_integer)

Slug = Annotated[str, StringConstraints(pattern=f"^{SLUG}$", min_length=1, max_length=100)]
AnySlug = Annotated[
    str, StringConstraints(pattern=rf"^([a-z]+:)?{SLUG}$", min_length=1, max_length=120)
]

# At least one character must survive folding. Python counts some control characters as space
# that the patterns of JSON Schema don't.
_COMPARABLE = "^[^\\x00]*[^\\x00-\\x1f\\s«»„“”\"'’‘][^\\x00]*$"


def _comparable(text: str) -> str:
    if not fold(text):
        raise ValueError("a text with something besides space and quotation marks")
    return text


Text = Annotated[
    str,
    StringConstraints(pattern=_COMPARABLE, min_length=1, max_length=KEY_LENGTH),
    AfterValidator(_comparable),
]

Slugs = Annotated[list[Slug], Field(max_length=MAX_VALUES)]
AnySlugs = Annotated[list[AnySlug], Field(max_length=MAX_VALUES)]
Texts = Annotated[list[Text], Field(max_length=MAX_VALUES)]
EventRoles = Annotated[list[EventRole], Field(max_length=MAX_VALUES)]
