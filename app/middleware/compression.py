"""Compression: gzip of complete bodies, and of streams chunk by chunk."""

import gzip
import zlib

from starlette.datastructures import Headers
from starlette.types import Message

from app.http.negotiation import accepts_gzip

MIN_SIZE = 512
"""The smallest body, in bytes, that is worth compressing."""
_GZIP_FORMAT = 16 + zlib.MAX_WBITS
_COMPRESSED_TYPES = {"application/zip"}


def compresses_body(request: Headers, body: bytes) -> bool:
    """Return whether a complete body is to be compressed."""
    return len(body) >= MIN_SIZE and _is_accepted(request)


def compress(body: bytes) -> bytes:
    """Return a complete body, compressed; equal bodies yield equal bytes."""
    return gzip.compress(body, compresslevel=6, mtime=0)


def compresses_stream(request: Headers, media_type: str) -> bool:
    """Return whether a stream of this media type is to be compressed."""
    return media_type not in _COMPRESSED_TYPES and _is_accepted(request)


class StreamCompressor:
    """The compressor of one stream."""

    def __init__(self) -> None:
        # Level 1, since a stream is compressed for every client anew.
        self._compressor = zlib.compressobj(level=1, wbits=_GZIP_FORMAT)

    def compress(self, message: Message) -> Message:
        """Return the message with its chunk compressed."""
        body = self._compressor.compress(message.get("body", b""))
        if not message.get("more_body"):
            body += self._compressor.flush()
        return {**message, "body": body}


def _is_accepted(request: Headers) -> bool:
    return accepts_gzip(",".join(request.getlist("accept-encoding")))
