"""Problem pages: the page of every kind of error."""

from typing import Any

from fastapi.testclient import TestClient

from app.http.problems import MAX_TARGET


def test_every_problem_type_is_the_path_of_a_page(client: TestClient) -> None:
    problems: list[dict[str, Any]] = [
        client.get("/v1/nothing").json(),
        client.post("/v1/companies").json(),
        client.get("/v1/companies?limit=0").json(),
        client.get("/v1/companies?q=%FF").json(),
        client.get("/" + "a" * MAX_TARGET).json(),
    ]
    assert len({problem["type"] for problem in problems}) == 5
    for problem in problems:
        page = client.get(problem["type"])
        assert page.status_code == 200
        assert str(problem["status"]) in page.text
    assert client.get("/problems/none").status_code == 404
