"""Schemathesis hooks: rules for parameters that JSON Schema can't express."""

from typing import Any

import schemathesis


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: "schemathesis.Case[Any]") -> bool:
    """Reject data that is valid by the schema but that only the server can recognise as invalid.

    A cursor must come from a page of the same list, a passage must end after its start, facets and
    embedded facts exist in JSON only, and one empty field is serialised like an empty list.
    """
    del context
    query = case.query or {}
    ordered = all(_is_ordered(str(query.get(name, ""))) for name in ("overlaps", "not_overlaps"))
    is_flat = query.get("format", "json") != "json" and ("facet" in query or "include" in query)
    is_empty = query.get("fields") in ("", [""])
    return "cursor" not in query and ordered and not is_flat and not is_empty


def _is_ordered(passage: str) -> bool:
    start, comma, end = passage.partition(",")
    is_passage = comma and start.isdecimal() and end.isdecimal()
    return not is_passage or int(start) < int(end) <= 10**9
