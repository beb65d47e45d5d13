"""Health: liveness, readiness and metrics, for operators."""

import logging
import sqlite3
from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from app.db.database import Database
from app.db.schema_version import schema_error
from app.http.problems import problem
from app.models import Revision

logger = logging.getLogger(__name__)

router = APIRouter(include_in_schema=False)

_NO_STORE = {"Cache-Control": "no-store"}


@router.get("/healthz")
async def get_health() -> Response:
    """Report that the process is alive."""
    return Response("alive\n", media_type="text/plain", headers=_NO_STORE)


@router.get("/readyz")
def get_readiness(request: Request) -> Response:
    """Report whether the database can be reached, is migrated to head, and seeded."""
    reason = _unready(request.app.state.database)
    if reason is not None:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        return problem(request, status, "unavailable", reason, headers=_NO_STORE)
    return Response("ready\n", media_type="text/plain", headers=_NO_STORE)


@router.get("/metrics")
async def get_metrics(request: Request) -> Response:
    """Return the metrics, where they are switched on."""
    if request.app.state.metrics is None:
        return problem(request, HTTPStatus.NOT_FOUND, "not-found", "Metrics are switched off.")
    content = generate_latest(request.app.state.metrics.registry)
    return Response(content, headers=_NO_STORE, media_type=CONTENT_TYPE_LATEST)


def _unready(database: Database) -> str | None:
    """Return the reason why the database isn't ready, None if it is."""
    try:
        with database.read() as connection:
            if error := schema_error(connection):
                return error
            if connection.execute(select(col(Revision.content_hash))).scalar() is None:
                return "The database isn't seeded: run `python -m seed`."
    except DBAPIError as error:
        # SQLite's messages are safe to publish; PostgreSQL's name hosts and users.
        logger.warning("not ready: %s", error.orig)
        reason = (
            f": {error.orig}" if isinstance(error.orig, sqlite3.Error) else "; the log says why"
        )
        return f"The database can't be reached{reason}."
    return None
