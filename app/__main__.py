"""The command ``python -m app``: serve on HOST and PORT, with uvicorn set up as it should be."""

import gc
import json

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.errors import MEDIA_TYPE
from app.main import create_app
from app.settings import get_settings


class Protocol(HttpToolsProtocol):
    """HTTP whose errors are problem+json even where a request can't be parsed at all."""

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP request and close the connection."""
        problem = {
            "type": "/problems/bad-request",
            "title": "Bad Request",
            "status": 400,
            "detail": f"{msg} The path and the query must be percent-encoded and not endless.",
            "instance": "/",
        }
        body = json.dumps(problem).encode()
        head = (
            f"content-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\n"
            "cache-control: no-cache\r\n"
            "connection: close\r\n\r\n"
        )
        self.transport.write(STATUS_LINE[400] + head.encode() + body)
        self.transport.close()


def serving() -> ASGIApp:
    """Return the application from its front on, for a process that does nothing else."""
    app = create_app().front
    # What there is by now stays, so the garbage collector need not look through it ever again.
    gc.collect()
    gc.freeze()
    return app


def main() -> None:
    """Serve until stopped."""
    settings = get_settings()
    uvicorn.run(
        "app.__main__:serving",
        factory=True,
        host=settings.host,
        port=settings.port,
        http=Protocol,
        # The access log is our own, and what serves is nobody's business.
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    main()
