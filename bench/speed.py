"""Speed: requests a second of Pobratim, of the barest servers, of the usual build and of peers."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from random import Random
from urllib.parse import quote, urlencode

from app.identity import entity_id
from bench.databases import for_peers, sqlite, url_of
from bench.load import Client, Spread, wrk
from bench.report import Row
from bench.scaling import words_in
from bench.servers import (
    DATA,
    BenchError,
    Cores,
    Server,
    free_port,
    pobratim,
    program,
    progress,
    serving,
    uvicorn,
)
from bench.workload import DRAWN, company_ids, names_in

OURS, CACHED = "Pobratim", "Pobratim, cached"
ASGI, FASTAPI = "bare ASGI", "bare FastAPI"
LAZY, EAGER = "usual build, lazy", "usual build, selectin"
DATASETTE, ROAPI = "Datasette", "roapi"
USUAL = (LAZY, EAGER)
FORM = "ООО"


@dataclass(frozen=True)
class Scenario:
    """One question, as each server takes it; the first is measured against all the others.

    ``targets`` has how many times as many answers the first must give as the fastest of some.
    """

    name: str
    paths: Mapping[str, Sequence[str]]
    targets: Mapping[Sequence[str], float]
    headers: Mapping[str, str] = field(default_factory=dict)


def scenarios(slugs: Sequence[str], words: Sequence[str], tag: str) -> list[Scenario]:
    """Return all of them, for companies that there are, words of names, and the list's ETag."""
    form = quote(FORM)
    keys = [entity_id("company", slug) for slug in slugs]
    known = f"/v1/companies/{slugs[0]}"
    sized = urlencode({"_size": 50, "_sort": "name_key"})
    return [
        Scenario(
            "hot list",
            {CACHED: ["/v1/companies"], ASGI: ["/list"], FASTAPI: ["/list"]},
            {(ASGI,): 0.7},
        ),
        Scenario(
            "hot detail",
            {CACHED: [known], ASGI: ["/detail"], FASTAPI: ["/detail"]},
            {(ASGI,): 0.7},
        ),
        Scenario(
            "304",
            {CACHED: ["/v1/companies"], ASGI: ["/304"]},
            {(ASGI,): 0.7},
            headers={"If-None-Match": tag},
        ),
        Scenario(
            "list",
            {
                OURS: ["/v1/companies"],
                LAZY: ["/companies"],
                EAGER: ["/companies"],
                DATASETTE: [f"/peers/company.json?{sized}"],
                ROAPI: ["/api/tables/company?sort=name_key&limit=50"],
            },
            {USUAL: 5, (DATASETTE,): 2},
        ),
        Scenario(
            "list, filtered",
            {
                OURS: [f"/v1/companies?legal_form={form}"],
                LAZY: [f"/companies?legal_form={form}"],
                EAGER: [f"/companies?legal_form={form}"],
                DATASETTE: [f"/peers/company.json?{sized}&legal_form={form}"],
                ROAPI: [
                    f"/api/tables/company?sort=name_key&limit=50&filter[legal_form]=%27{form}%27"
                ],
            },
            {USUAL: 5, (DATASETTE,): 2},
        ),
        Scenario(
            "detail",
            {
                OURS: [f"/v1/companies/{slug}" for slug in slugs],
                LAZY: [f"/companies/{slug}" for slug in slugs],
                EAGER: [f"/companies/{slug}" for slug in slugs],
                DATASETTE: [f"/peers/company/{key}.json?_shape=objects" for key in keys],
                ROAPI: [f"/api/tables/company?filter[id]={key}" for key in keys],
            },
            {USUAL: 5, (DATASETTE,): 1},
        ),
        Scenario(
            "facets",
            {
                OURS: ["/v1/companies?facet=city&facet=legal_form"],
                DATASETTE: [f"/peers/company.json?{sized}&_facet=city&_facet=legal_form"],
            },
            {(DATASETTE,): 5},
        ),
        Scenario(
            "search",
            {
                OURS: [f"/v1/search?q={quote(word)}" for word in words],
                DATASETTE: [
                    f"/peers/record.json?{urlencode({'_search': word, '_size': 50})}"
                    for word in words
                ],
            },
            {(DATASETTE,): 2},
        ),
    ]


@contextmanager
def servers(facts: int, cores: Cores) -> Iterator[dict[str, Server]]:
    """Run all servers over the same data; all but the one that is asked are idle."""
    url, peers = url_of(sqlite(facts)), for_peers(facts)
    with ExitStack() as stack:
        found = {
            name: stack.enter_context(pobratim(name, url, cores.servers, cached=cached))
            for name, cached in ((OURS, False), (CACHED, True))
        }
        answers = DATA / "answers.json"
        slug = company_ids(sqlite(facts))[0]
        answers.write_text(json.dumps(_answers(found[CACHED], slug)))

        def run(name: str, factory: str, ready: str, **environment: str) -> None:
            port = free_port()
            found[name] = stack.enter_context(
                serving(
                    name,
                    uvicorn(factory, port),
                    port=port,
                    core=cores.servers,
                    ready=ready,
                    environment=environment,
                )
            )

        run(ASGI, "bench.asgi_baseline:asgi_app", "/list", ANSWERS=str(answers))
        run(FASTAPI, "bench.asgi_baseline:fastapi_app", "/list", ANSWERS=str(answers))
        run(LAZY, "bench.orm_baseline:create_app", "/companies", DATABASE_URL=url)
        run(
            EAGER,
            "bench.orm_baseline:create_app",
            "/companies",
            DATABASE_URL=url,
            LOADING="selectin",
        )
        run(DATASETTE, "bench.peers:datasette_app", "/peers.json", PEERS_DATABASE=str(peers))
        found[ROAPI] = stack.enter_context(_roapi(peers, cores))
        yield found


@contextmanager
def _roapi(database: Path, cores: Cores) -> Iterator[Server]:
    port = free_port()
    command = [
        program("roapi", "`make bench` installs it."),
        *("--addr-http", f"127.0.0.1:{port}", "--table", f"company=sqlite://{database}"),
        # It serves more than HTTP; any free port is right for the rest.
        *("--addr-postgres", "127.0.0.1:0", "--addr-flight-sql", "127.0.0.1:0"),
    ]
    ready = "/api/tables/company?limit=1"
    environment = {"RUST_LOG": "error"}
    with serving(
        ROAPI, command, port=port, core=cores.servers, ready=ready, environment=environment
    ) as server:
        yield server


def _answers(server: Server, slug: str) -> dict[str, object]:
    """Return our own answers, for the bare servers to give."""
    client = Client(server)
    _status, headers, _body = client.get("/v1/companies")
    tag = dict(headers)["etag"]
    asked = {
        "/list": ("/v1/companies", {}),
        "/detail": (f"/v1/companies/{slug}", {}),
        "/304": ("/v1/companies", {"If-None-Match": tag}),
    }
    answers: dict[str, object] = {}
    for path, (ours, sent) in asked.items():
        status, headers, body = client.get(ours, sent)
        answers[path] = {
            "status": status,
            # uvicorn writes the date itself.
            "headers": [each for each in headers if each[0].lower() != "date"],
            "body": body.decode(),
        }
    client.close()
    return answers


def measure(facts: int, cores: Cores, *, rounds: int, seconds: int) -> list[Row]:
    """Return a row for every pair of a scenario, and for the memory of every server."""
    database = sqlite(facts)
    words = sorted(set(words_in(names_in(database))))
    words = Random(20).sample(words, min(DRAWN, len(words)))  # noqa: S311 (no secret)
    with servers(facts, cores) as running:
        idle = {name: server.memory()[0] for name, server in running.items()}
        client = Client(running[CACHED])
        _status, headers, _body = client.get("/v1/companies")
        client.close()
        asked = scenarios(company_ids(database), words, dict(headers)["etag"])
        for scenario in asked:
            _check(scenario, running)
        measured: dict[tuple[str, str], list[float]] = {}
        for number in range(rounds):
            for scenario in asked:
                progress(f"  round {number + 1} of {rounds}: {scenario.name}")
                for name, paths in scenario.paths.items():
                    sent = scenario.headers if name in (OURS, CACHED) else {}
                    found = wrk(
                        running[name], paths, core=cores.load, seconds=seconds, headers=sent
                    )
                    measured.setdefault((scenario.name, name), []).append(found)
        rows = [row for scenario in asked for row in _rows(scenario, measured)]
        return [*rows, *_memory(running, idle)]


def _check(scenario: Scenario, running: Mapping[str, Server]) -> None:
    """Ask for every path once, so that no server is measured as it fails."""
    for name, paths in scenario.paths.items():
        client = Client(running[name])
        for path in paths:
            if scenario.headers:
                if client.get(path, scenario.headers)[0] != HTTPStatus.NOT_MODIFIED:
                    raise BenchError(f"{name} answers {path} with no 304.")
            else:
                client.seconds(path)
        client.close()


def _rows(scenario: Scenario, measured: Mapping[tuple[str, str], Sequence[float]]) -> list[Row]:
    spreads = {name: Spread.of(measured[scenario.name, name]) for name in scenario.paths}
    ours, *others = spreads
    targets = {
        max(names, key=lambda name: spreads[name].median): target
        for names, target in scenario.targets.items()
    }
    return [
        Row(
            group="speed",
            what=scenario.name,
            name="",
            unit="/s",
            measured=spreads[ours],
            against=spreads[other],
            than=other,
            target=targets.get(other),
        )
        for other in others
    ]


def _memory(running: Mapping[str, Server], idle: Mapping[str, float]) -> list[Row]:
    return [
        Row(
            group="memory under load, against idle",
            what=name,
            name="",
            unit="MB",
            measured=Spread.of([server.memory()[1]]),
            against=Spread.of([idle[name]]),
            than="idle",
        )
        for name, server in running.items()
    ]
