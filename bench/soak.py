"""Soak: the memory of a server under load, against the bound that docs/operations.md promises.

``python -m bench.soak`` sends three loads over 64 connections, one after the other, to a server
without the response cache and to one with it, over SQLite and PostgreSQL; in each, hardly any
request repeats an earlier one.
"""

import argparse
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http import HTTPStatus
from http.client import HTTPException
from itertools import product
from random import Random
from threading import Lock
from typing import Any
from urllib.parse import quote, urlencode

from app.registry import LISTS
from app.settings import Settings
from bench import databases
from bench.load import Client
from bench.servers import BenchError, Server, available_cores, run_pobratim
from bench.workload import entity_names

MAX_MEMORY = {"sqlite": 220, "postgresql": 250}
"""The promised peak of a process's resident set size in MB, without its response cache."""
CACHE_MEMORY = Settings().cache_bytes / 1024 / 1024
CONNECTIONS = 64
_LETTERS = "абвгдежзиклмнопрстуфхцчшэюя"
_LONGEST_PATH = 12_000
_RANGES = {
    "date_from": ("1990-01-01", "2005-01-01", "2015-01-01"),
    "date_to": ("1995-01-01", "2005-01-01", "2030-01-01"),
    "overlaps": ("0,100", "0,2000", "100000,100010"),
}
Paths = Iterator[str]


def searches(names: Sequence[str], random: Random) -> Paths:
    """Yield searches and suggestions for words of names, begun words, and made-up words."""
    words = sorted({word for name in names for word in re.findall(r"\w+", name)})
    while True:
        asked = random.sample(words, random.choice((1, 1, 2, 3)))
        asked[-1] = asked[-1][: random.randint(1, len(asked[-1]))]
        if random.random() < 0.3:
            asked = ["".join(random.choices(_LETTERS, k=random.randint(1, 60)))]
        path = random.choice(("/v1/search", "/v1/search", "/v1/suggest"))
        yield f"{path}?q={quote(' '.join(asked)[:200])}&limit={random.randint(1, 50)}"


def filter_values(client: Client) -> dict[str, dict[str, Sequence[str]]]:
    """Return the most frequent values of each filter with a facet or a range, by list."""
    found: dict[str, dict[str, Sequence[str]]] = {}
    for listing, _ in LISTS:
        facets: Any = client.json(
            f"{listing.path}?{urlencode({'facet': list(listing.facets)}, doseq=True)}"
        )["facets"]
        counted = {
            name: [each["value"] for each in values if each["value"] is not None]
            for name, values in facets.items()
        }
        ranges = {name: _RANGES[name] for name in listing.all_filters if name in _RANGES}
        found[listing.path] = {
            name: values for name, values in (counted | ranges).items() if values
        }
    return found


def combinations(values: Mapping[str, Mapping[str, Sequence[str]]], random: Random) -> Paths:
    """Yield random combinations of filters, negations, orders, facets and words."""
    lists = {listing.path: (listing, values[listing.path]) for listing, _ in LISTS}
    while True:
        listing, filters = random.choice(list(lists.values()))
        params: dict[str, Any] = {"order": random.choice(("asc", "desc"))}
        params["sort"] = random.choice(list(listing.sorts))
        params["limit"] = random.randint(1, 50)
        for name in random.sample(sorted(filters), random.randint(0, min(4, len(filters)))):
            most = 3 if name in listing.facets and name != "official" else 1
            parameter = f"not_{name}" if name != "official" and random.random() < 0.3 else name
            params[parameter] = random.sample(filters[name], min(most, len(filters[name])))
        if listing.presence and random.random() < 0.3:
            params[random.choice(("has", "lacks"))] = random.choice(list(listing.presence))
        if random.random() < 0.3:
            params["q"] = random.choice(("омск", "о", "павлодар", "выставка", "мэр города"))
        if random.random() < 0.3:
            params["facet"] = random.choice(sorted(listing.facets))
        yield f"{listing.path}?{urlencode(params, doseq=True)}"


def distinct_paths(names: Sequence[tuple[str, str]], random: Random) -> Paths:
    """Yield paths that no other request has: lists, unknown records, unknown paths."""
    paths = [listing.path for listing, _ in LISTS]
    for number in range(sys.maxsize):
        path = random.choice(paths)
        tail = "x" * random.choice((10, 100, 1_000, _LONGEST_PATH))
        yield random.choice(
            (
                f"{path}?limit={random.randint(1, 50)}&q={quote(random.choice(names)[1])[:900]}",
                f"{path}?fields=id&limit={random.randint(1, 200)}&cursor={number}",
                f"{path}/{number}{tail}",
                f"{path}?{tail}={number}",
                f"/{number}{tail}",
            )
        )


def send(server: Server, paths: Paths, seconds: float) -> Counter[int]:
    """Send paths over all connections for some seconds; return the number of responses by status.

    Raises BenchError for a 500, or where the server closes a connection.
    """
    lock = Lock()
    deadline = time.monotonic() + seconds

    def work(_: int) -> Counter[int]:
        client = Client(server)
        statuses: Counter[int] = Counter()
        while time.monotonic() < deadline:
            with lock:
                path = next(paths)
            try:
                status = client.get(path)[0]
            except (OSError, HTTPException) as error:
                raise BenchError(f"{path[:200]}: {error!r}") from error
            if status == HTTPStatus.INTERNAL_SERVER_ERROR:
                raise BenchError(f"{path[:200]} is answered with {status}")
            statuses[status] += 1
        client.close()
        return statuses

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        return sum(pool.map(work, range(CONNECTIONS)), Counter[int]())


def soak(server: Server, names: Sequence[tuple[str, str]], seconds: float) -> float:
    """Send every load to a server, and print its memory after each; return the peak."""
    random = Random(20)  # noqa: S311 (no secret)
    loads: dict[str, Paths] = {
        "search": searches([name for _, name in names], random),
        "filters": combinations(filter_values(Client(server)), random),
        "distinct paths": distinct_paths(names, random),
    }
    peak = 0.0
    for load, paths in loads.items():
        statuses = send(server, paths, seconds)
        now, peak = server.memory()
        counts = ", ".join(f"{count:,} × {status}" for status, count in sorted(statuses.items()))
        print(f"{server.name}, {load}: {now:.0f} MB, at most {peak:.0f} MB ({counts})")
    return peak


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0, or 1 where a server took more memory than is promised."""
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--facts", type=int, default=50_000, help="the size of the database")
    parser.add_argument("--seconds", type=float, default=15, help="the time of each load")
    parser.add_argument(
        "--only", nargs="+", choices=MAX_MEMORY, default=MAX_MEMORY, help="databases"
    )
    args = parser.parse_args(arguments)
    # SIGTERM would skip the context managers that stop the servers; SystemExit runs them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    exceeded = False
    try:
        cores = available_cores()
        file = databases.sqlite_file(args.facts)
        names = entity_names(file)
        with ExitStack() as stack:
            urls = {"sqlite": databases.sqlite_url(file)}
            if "postgresql" in args.only:
                postgres = stack.enter_context(databases.postgres_server(cores.load))
                urls["postgresql"] = databases.postgres_url(args.facts, postgres)
            for system, cached in product(args.only, (False, True)):
                name = f"{system} {'with' if cached else 'without'} cache"
                bound = MAX_MEMORY[system] + (CACHE_MEMORY if cached else 0)
                with run_pobratim(name, urls[system], cores.servers, cached=cached) as server:
                    peak = soak(server, names, args.seconds)
                print(f"{name}: {peak:.0f} of {bound:.0f} MB")
                exceeded = exceeded or peak > bound
    except BenchError as error:
        print(f"The soak failed. {error}", file=sys.stderr)
        return 1
    return int(exceeded)


if __name__ == "__main__":
    sys.exit(main())
