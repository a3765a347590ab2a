"""What people have under an image's name that is not read, by its first bytes or its suffix."""

from __future__ import annotations

from collections.abc import Iterable

RAW_SUFFIXES = frozenset(
    (".raw", ".dng", ".cr2", ".cr3", ".nef", ".nrw", ".arw", ".orf", ".rw2", ".raf", ".pef", ".srw")
)
"""File name endings of cameras' raw files."""

UNREAD_SUFFIXES = frozenset(
    (".avif", ".jxl", ".jp2", ".j2k", ".jpx", ".svg", ".psd", ".psb", ".tga", ".xcf", ".exr", ".hdr", ".ico")
)
"""File name endings of further images that are not read."""

SAVE_AS = "save it as JPEG or PNG"

# What people really have under an image's name, by the first bytes that give it away.
_STRANGERS: tuple[tuple[int, tuple[bytes, ...], str], ...] = (
    (4, (b"ftypavif", b"ftypavis"), f"is an AVIF image, which is not read here; {SAVE_AS}"),
    (4, (b"ftyp",), "is a video; give a single image"),
    (0, (b"\xff\x0a", b"\x00\x00\x00\x0cJXL "), f"is a JPEG XL image, which is not read here; {SAVE_AS}"),
    (0, (b"\x00\x00\x00\x0cjP  ",), f"is a JPEG 2000 image, which is not read here; {SAVE_AS}"),
    (0, (b"%PDF",), f"is a PDF document; export the page as an image, or {SAVE_AS}"),
    (0, (b"8BPS",), f"is a Photoshop document; {SAVE_AS}"),
    (0, (b"\x00\x00\x01\x00",), f"is an icon, which is not read here; {SAVE_AS}"),
    (0, (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!"), "is an archive; unpack it and give the images in it"),
    (0, (b"version https://git-lfs",), "is a Git LFS pointer, not the image itself; run: git lfs pull"),
)


def what_it_is(start: bytes, suffix: str, *, read: Iterable[str]) -> str:
    """What a file is that is not read, and what to do: a phrase for after its name.

    Args:
        start: its first bytes, a few hundred.
        suffix: of its name; for files that have no mark of their own.
        read: names of the formats that are read.
    """
    if suffix.lower() in RAW_SUFFIXES:
        return f"is a camera's raw file, which is not read here; develop it and {SAVE_AS}"
    by_content = _by_content(start)
    if by_content is not None:
        return by_content
    if suffix.lower() in UNREAD_SUFFIXES:
        return f"is a {suffix[1:].upper()} file, which is not read here; {SAVE_AS}"
    return f"is not an image, or is damaged; the formats read here are {', '.join(read)}"


def _by_content(start: bytes) -> str | None:
    if not start:
        return "is empty; copy or download it again"
    for offset, marks, sentence in _STRANGERS:
        if start[offset:].startswith(marks):
            return sentence
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if b"<svg" in text:
        return f"is an SVG drawing, which is not read here; {SAVE_AS}"
    if text.startswith((b"<!doctype html", b"<html")):
        return "is a web page, not an image; download the image itself"
    return None
