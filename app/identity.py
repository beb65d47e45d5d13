"""Identity: keys that follow from content alone, so that links and cursors survive a reload."""

import hashlib
from functools import lru_cache


def stable_id(*parts: str) -> int:
    """Return the 63-bit integer key of ``parts``, the same on every machine and in every load."""
    whole = b"".join(map(_framed, parts))
    return int.from_bytes(hashlib.sha256(whole).digest()[:8], "big") >> 1


@lru_cache(maxsize=10_000)
def _framed(part: str) -> bytes:
    data = part.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(4, "big") + data


def entity_id(kind: str, slug: str) -> int:
    """Return the key of the entity that ``slug`` names among its kind."""
    return stable_id("entity", kind, slug)


def public_fact_id(key: int) -> str:
    """Return the id that clients see of the fact with this key: 16 hexadecimal digits."""
    return f"{key:016x}"


def fact_key(public_id: str) -> int | None:
    """Return the key behind a fact's public id, or None where it can't be one."""
    if len(public_id) == 16 and all(digit in "0123456789abcdef" for digit in public_id):
        key = int(public_id, 16)
        return key if key < 1 << 63 else None
    return None
