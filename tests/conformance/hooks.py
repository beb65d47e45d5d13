"""What schemathesis can't know of our parameters, since JSON Schema has no words for it."""

from typing import Any

import schemathesis


@schemathesis.hook
def filter_case(context: schemathesis.HookContext, case: "schemathesis.Case[Any]") -> bool:
    """Leave out data that the schema allows though only a server can tell that it is wrong.

    A cursor must come from a page of the same list, a passage must end after it starts, counts and
    embedded facts stand in JSON alone, and one empty field is written as no field is.
    """
    del context
    query = case.query or {}
    start, comma, end = str(query.get("overlaps", "")).partition(",")
    ordered = (
        not (comma and start.isdecimal() and end.isdecimal()) or int(start) < int(end) <= 10**9
    )
    is_flat = query.get("format", "json") != "json" and ("facet" in query or "include" in query)
    is_empty = query.get("fields") in ("", [""])
    return "cursor" not in query and ordered and not is_flat and not is_empty
