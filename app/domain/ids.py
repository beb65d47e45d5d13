"""Ids: keys computed from content alone, so that links and cursors survive a reload."""

import hashlib

SLUG = r"[a-z0-9]+(-[a-z0-9]+)*"
"""The pattern of a slug, without anchors."""


def stable_id(*parts: str) -> int:
    """Return the 63-bit integer key of ``parts``, the same on every machine and in every load."""
    encoded = b"".join(map(_length_prefixed, parts))
    return int.from_bytes(hashlib.sha256(encoded).digest()[:8], "big") >> 1


def _length_prefixed(part: str) -> bytes:
    # Without lengths, ("ab", "c") and ("a", "bc") would have the same key.
    data = part.encode("utf-8", "surrogatepass")
    return len(data).to_bytes(4, "big") + data


def entity_id(kind: str, slug: str) -> int:
    """Return the key of the entity with this kind and slug."""
    return stable_id("entity", kind, slug)


def public_fact_id(key: int) -> str:
    """Return the public id of a fact: its key as 16 hexadecimal digits."""
    return f"{key:016x}"


def fact_key(public_id: str) -> int | None:
    """Return the key of a fact's public id, None for a malformed one."""
    if len(public_id) == 16 and all(digit in "0123456789abcdef" for digit in public_id):
        key = int(public_id, 16)
        return key if key < 1 << 63 else None
    return None
