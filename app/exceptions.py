"""The application's exceptions, independent of HTTP."""

from pydantic import BaseModel, Field

_MAX_SHOWN = 100
"""The length, in characters, to which names and values of parameters are shortened."""


class InvalidParameter(BaseModel):
    """One thing that is wrong with a request."""

    where: str = Field(description="The part of the request.", examples=["query.limit"])
    sent: str = Field(description="What was sent, shortened.", examples=["0"])
    allowed: str = Field(
        description="What is allowed there.",
        examples=["Input should be greater than or equal to 1"],
    )


class NotFoundError(Exception):
    """A requested record isn't in the dataset."""


class InvalidRequestError(Exception):
    """A request has invalid parameters, described by ``errors``."""

    def __init__(self, *errors: InvalidParameter) -> None:
        super().__init__("The request has parameters that aren't allowed.")
        self.errors = errors


class TooBusyError(Exception):
    """The limit of concurrent streams is reached."""


def invalid_parameter(where: str, sent: object, allowed: str) -> InvalidParameter:
    """Return the description of one invalid parameter, its name and value shortened."""
    return InvalidParameter(where=_shorten(where), sent=_shorten(str(sent)), allowed=allowed)


def _shorten(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else text[: _MAX_SHOWN - 1] + "…"


def record_not_found(id: str, path: str) -> NotFoundError:
    """Return the error for an unknown id in the list at ``path``."""
    return NotFoundError(f"There is no «{id[:_MAX_SHOWN]}» in {path}.")
