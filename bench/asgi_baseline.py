"""The bare servers: no less than these can be done under uvicorn, or with FastAPI."""

import json
import os
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.types import Receive, Scope, Send

from app.api.companies import CompanyDetail, CompanyPage


class Bare:
    """An ASGI application that knows its whole answers, by path: status, headers and body."""

    def __init__(self, answers: dict[str, dict[str, Any]]) -> None:
        self.answers = {
            path: (
                {
                    "type": "http.response.start",
                    "status": answer["status"],
                    "headers": [
                        (name.encode(), value.encode()) for name, value in answer["headers"]
                    ],
                },
                {"type": "http.response.body", "body": answer["body"].encode()},
            )
            for path, answer in answers.items()
        }

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """Answer with what is known of the path, which is all that is looked at."""
        if scope["type"] == "http":
            start, body = self.answers[scope["path"]]
            await send(start)
            await send(body)


def _answers() -> dict[str, dict[str, Any]]:
    answers: dict[str, dict[str, Any]] = json.loads(Path(os.environ["ANSWERS"]).read_text())
    return answers


def asgi_app() -> Bare:
    """Return the bare ASGI application."""
    return Bare(_answers())


def fastapi_app() -> FastAPI:
    """Return the same data from bare routes: plain functions that return it to their model."""
    answers = _answers()
    app = FastAPI()
    page, detail = (json.loads(answers[path]["body"]) for path in ("/list", "/detail"))

    @app.get("/list", response_model=CompanyPage)
    def list_companies() -> Any:
        return page

    @app.get("/detail", response_model=CompanyDetail)
    def get_company() -> Any:
        return detail

    return app
