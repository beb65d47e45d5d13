"""Decoding: files in the usual encodings become texts that can be loaded, or one clear error."""

import codecs
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seed.author.decoding import decode
from seed.errors import SeedError
from seed.extract.characters import check_characters

PATH = Path("article.txt")
TEXT = "Директор приехал в г. Энск. Завод «Сибирь» открыт в 1998 г., и мэр Омска рад."
GUESSED = ", the most likely encoding"


@pytest.mark.parametrize(
    ("content", "steps"),
    [
        (TEXT.encode(), []),
        (TEXT.encode("utf-8-sig"), ["dropped the byte order mark"]),
        (TEXT.encode("utf-16"), ["decoded as UTF-16", "dropped the byte order mark"]),
        (
            codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
            ["decoded as UTF-16", "dropped the byte order mark"],
        ),
        (TEXT.encode("utf-16-le"), [f"decoded as UTF-16LE{GUESSED}"]),
        (TEXT.encode("utf-16-be"), [f"decoded as UTF-16BE{GUESSED}"]),
        (TEXT.encode("cp1251"), [f"decoded as windows-1251{GUESSED}"]),
        (TEXT.replace("«", "").replace("»", "").encode("koi8-r"), [f"decoded as KOI8-R{GUESSED}"]),
    ],
)
def test_an_encoding_is_recognized(content: bytes, steps: list[str]) -> None:
    text, told = decode(PATH, content)
    assert text.replace("«", "").replace("»", "") == TEXT.replace("«", "").replace("»", "")
    assert told == steps


def test_an_encoding_can_be_named() -> None:
    assert decode(PATH, TEXT.encode("cp866", "ignore"), "cp866").steps == ["decoded as cp866"]
    for encoding, message in (("koi9", "unknown encoding"), ("ascii", "not in range.* at byte 0")):
        with pytest.raises(SeedError, match=message):
            decode(PATH, TEXT.encode(), encoding)


def test_line_ends_and_letters_are_put_right() -> None:
    text, steps = decode(PATH, "Йод\r\nи\u0306од\rда\r\nнет\n".encode())
    assert text == "Йод\nйод\nда\nнет\n"
    assert steps == [
        "turned line ends (CRLF, CR) into LF",
        "composed letters with their accents (Unicode NFC)",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20,
            "is no text in UTF-8, UTF-16, ",
        ),
        (TEXT.encode("cp866", "ignore"), "is no text in UTF-8, UTF-16, .*: name its encoding"),
        ("а\0б".encode(), r"is no text: it has the character U\+0000 at 1"),
        (bytes(7), "is no text|can't be decoded as utf_16_le: truncated"),
        ("а\x1b[2J".encode(), r"is no text: it has the character U\+001B at 1"),
        (b"\xff\xfe\x30", "can't be decoded as utf-16: truncated data at byte 2"),
        (b"\xef\xbb\xbf\xff", "can't be decoded as utf-8-sig: invalid start byte at byte "),
    ],
)
def test_a_file_that_is_no_text_is_one_error(content: bytes, message: str) -> None:
    with pytest.raises(SeedError, match=message) as error:
        decode(PATH, content)
    assert "\n" not in str(error.value)


@given(st.text(), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_text_of_unicode_is_read_as_it_was_written_or_rejected(text: str, code: str) -> None:
    try:
        content = text.encode(code)
        found = decode(PATH, content).text
    except (UnicodeEncodeError, SeedError):
        return
    expected = text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    assert found == unicodedata.normalize("NFC", expected)
    check_characters(found)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_text_or_an_error(content: bytes) -> None:
    try:
        text = decode(PATH, content).text
    except SeedError:
        return
    assert "\r" not in text
    check_characters(text)
