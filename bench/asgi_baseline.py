"""ASGI baselines: the least work possible under uvicorn, and with FastAPI."""

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.resources.companies import CompanyDetail, CompanyPage


class StaticResponses:
    """An ASGI application that maps paths to complete responses: status, headers and body."""

    def __init__(self, responses: dict[str, dict[str, Any]]) -> None:
        self.messages = {
            path: (
                {
                    "type": "http.response.start",
                    "status": response["status"],
                    "headers": [
                        (name.encode(), value.encode()) for name, value in response["headers"]
                    ],
                },
                {"type": "http.response.body", "body": response["body"].encode()},
            )
            for path, response in responses.items()
        }

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Send the response of the path; method, query and headers are ignored."""
        if scope["type"] == "http":
            start, body = self.messages[scope["path"]]
            await send(start)
            await send(body)


def _recorded_responses() -> dict[str, dict[str, Any]]:
    responses: dict[str, dict[str, Any]] = json.loads(Path(os.environ["ANSWERS"]).read_text())
    return responses


def asgi_app() -> StaticResponses:
    """Return the ASGI application of the recorded responses."""
    return StaticResponses(_recorded_responses())


def fastapi_app() -> FastAPI:
    """Return a FastAPI application of plain routes that validate the recorded data."""
    responses = _recorded_responses()
    app = FastAPI()
    page, detail = (json.loads(responses[path]["body"]) for path in ("/list", "/detail"))

    @app.get("/list", response_model=CompanyPage)
    def list_companies() -> Any:
        return page

    @app.get("/detail", response_model=CompanyDetail)
    def get_company() -> Any:
        return detail

    return app
