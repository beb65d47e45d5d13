"""Tallies: what a load counts of all lists, so that requests needn't."""

from sqlalchemy import Connection, delete, insert

from app.lists import LISTS
from app.models import Tally


def keep(connection: Connection) -> None:
    """Count all lists anew, and every value that they can be filtered by."""
    connection.execute(delete(Tally))
    for listing, _ in LISTS:
        connection.execute(insert(Tally), list(listing.tallies(connection)))
