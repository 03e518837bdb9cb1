"""Pictures of a brand: their size, and that they run and fetch nothing."""

from __future__ import annotations

import struct

import pytest

from policypages.formats.pictures import read_picture

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:h="http://www.w3.org/1999/xhtml"'
    ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:e="http://editor.example/"'
    ' viewBox="0 0 20 10">{}</svg>'
)


def png(width: int, height: int) -> bytes:
    """Write the beginning of a PNG."""
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height)


@pytest.mark.parametrize(
    "inside",
    [
        r"<style>path{fill:u\72l(https://evil.example/)}</style>",
        r"<style>@\69mport 'https://evil.example/';</style>",
        "<style>path{background:image-set('https://evil.example/' 1x)}</style>",
        "<style>a{}<a/>@import 'https://evil.example/';</style>",
        "<path style='fill:url(https://evil.example/)'/>",
        "<h:img src='https://evil.example/'/>",
        "<image xlink:href='//evil.example/'/>",
        "<image href='#a'><set attributeName='href' to='https://evil.example/'/></image>",
        "<a href='#a'><animate attributeName='xlink:href' values='java&#9;script:alert(1)'/></a>",
        "<a href='java&#9;script:alert(1)'/>",
        "<use href='data:image/svg+xml,%3Csvg/%3E'/>",
        "<g onclick='alert(1)'/>",
    ],
)
def test_what_could_run_or_fetch_is_refused(inside: str) -> None:
    """However it is written: with escapes, by an animation, or as HTML."""
    assert read_picture("a.svg", SVG.format(inside).encode())[0] is None


@pytest.mark.parametrize(
    "data",
    [
        f"<?xml-stylesheet href='https://evil.example/'?>{SVG}".encode(),
        f"<!DOCTYPE svg [<!ENTITY a 'b'>]>{SVG}".encode("utf-16"),
        f"<?xml version='1.0' encoding='iso-2022-jp'?>{SVG}".encode(),
        SVG.replace("20 10", "9" * 400 + " 10").encode(),
        SVG.replace("20 10", "-20 10").encode(),
    ],
)
def test_a_file_that_is_read_in_two_ways_is_none(data: bytes) -> None:
    """Nor is one whose size is none."""
    assert read_picture("a.svg", data)[0] is None


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (SVG.format("<path fill='url(#a)'/><style>a{fill:url(#a)}</style>").encode(), (20, 10)),
        (SVG.format(r"<image e:file='C:\\logo.svg' href='data:image/png;base64,AA=='/>").encode(), (20, 10)),
        (SVG.replace("viewBox", 'width="30px" height="1.5e1" viewBox').encode(), (30, 15)),
        (SVG.replace("viewBox", 'width="100%" height="2em" viewBox').encode(), (20, 10)),
        (SVG.replace("0 0 20 10", "0,0,2e1,.9").encode(), (20, 1)),
        (f"\ufeff<?xml version='1.0' encoding='UTF-8'?>{SVG}".encode(), (20, 10)),
        (png(640, 480), (640, 480)),
    ],
)
def test_a_harmless_picture_has_its_size(data: bytes, size: tuple[int, int]) -> None:
    """Its own, else that of its box; notes of an editor are no matter."""
    picture, why = read_picture("a.png" if data.startswith(b"\x89") else "a.svg", data)
    assert picture is not None, why
    assert (picture.width, picture.height) == size
    assert read_picture("a.png", png(0, 480))[0] is None
