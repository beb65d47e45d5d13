"""The command ``python -m app``: serve on HOST and PORT with uvicorn."""

from app.command import operator_errors

# They take most of a second, in which Ctrl-C may come, too.
with operator_errors():
    import gc
    import json

    from starlette.types import ASGIApp
    from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

    from app.http.problems import MEDIA_TYPE
    from app.http.server import run
    from app.main import create_app
    from app.settings import get_settings


class Protocol(HttpToolsProtocol):
    """The HTTP protocol with problem+json as the response to an unparsable request."""

    def send_400_response(self, msg: str) -> None:
        """Respond to an unparsable request, and close the connection."""
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
    """Return the front of the application, for a process that only serves."""
    app = create_app().front
    # All objects so far live as long as the process, so the garbage collector can skip them.
    gc.collect()
    gc.freeze()
    return app


def main() -> None:
    """Serve until stopped."""
    settings = get_settings()
    run(
        "app.__main__:serving",
        factory=True,
        host=settings.host,
        port=settings.port,
        http=Protocol,
        # The application writes its own access log, and the header Server helps only attackers.
        access_log=False,
        server_header=False,
    )


if __name__ == "__main__":
    with operator_errors():
        main()
