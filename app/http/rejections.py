"""Rejections: the problems with which the protocol responds before the application does."""

from collections.abc import Iterable
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from app.http.problems import RETRY_LATER, URI_TOO_LONG, problem

NO_HTTP = "This isn't HTTP/1.1; the path and the query must be percent-encoded."
INVALID_HOST = "There must be one header Host: a name or address, and perhaps a port."


class RejectionError(Exception):
    """A request, or a connection, that is rejected with a problem."""

    def __init__(self, status: HTTPStatus, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.kind = kind
        self.detail = detail

    def response(self, default_headers: Iterable[tuple[bytes, bytes]]) -> bytes:
        """Return the response, after which the connection ends."""
        headers = {"Cache-Control": "no-cache", "Connection": "close"}
        if self.status == HTTPStatus.SERVICE_UNAVAILABLE:
            headers |= {"Cache-Control": "no-store", **RETRY_LATER}
        found = problem({"path": "/"}, self.status, self.kind, self.detail, headers=headers)
        lines = [b"%b: %b\r\n" % each for each in (*default_headers, *found.raw_headers)]
        return b"".join([STATUS_LINE[self.status], *lines, b"\r\n", bytes(found.body)])


def invalid(detail: str) -> RejectionError:
    """Return the rejection of what isn't a valid request."""
    return RejectionError(HTTPStatus.BAD_REQUEST, "bad-request", detail)


def too_long(target: bytes, limit: int) -> RejectionError:
    """Return the rejection of a head over the limit, which may be due to its target."""
    if len(target) > limit // 2:
        return RejectionError(*URI_TOO_LONG)
    detail = f"The path with its query and all headers must be at most {limit:,} bytes."
    status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    return RejectionError(status, "request-header-fields-too-large", detail)


def too_many_connections() -> RejectionError:
    """Return the rejection of a connection over the limit."""
    detail = "There are too many connections; try again in a moment."
    return RejectionError(HTTPStatus.SERVICE_UNAVAILABLE, "unavailable", detail)
