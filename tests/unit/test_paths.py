"""The normaliser of output paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policypages.paths import PathProblem, collision_key, output_path

E_ACUTE = "\u00e9"


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/etc/passwd",
        "a/",
        "a//b",
        ".",
        "..",
        "a/../b",
        "../../x",
        "a/./b",
        "a\\b",
        "..\\x",
        "%2e%2e/x",
        "a%2Fb",
        "%252e",
        "CON",
        "con",
        "aux.html",
        "Aux.tar.gz",
        "NUL ",
        "nul .txt",
        "COM1",
        "lpt9.x",
        "com\u00b9",
        "a.",
        "a ",
        " a",
        "a./b",
        "a:b",
        "a?b",
        'a"b',
        "a*b",
        "a|b",
        "<a>",
        "a\0b",
        "a\nb",
        "a\x7fb",
        "a\x85b",
        "a\u2028b",
        "a\u202eb",
        "caf\udce9",
        "x" * 256,
        E_ACUTE * 128,
        E_ACUTE * 126 + ".html",
        "/".join(["x" * 100] * 11),
        ".policypages/manifest",
        ".PolicyPages",
        ".staging-1/x",
    ],
)
def test_refuses_names_that_are_not_safe_everywhere(path: str) -> None:
    """The reason can be printed, and says what is wrong."""
    found = output_path(path)
    assert isinstance(found, PathProblem)
    found.path.encode()
    assert found.reason


@pytest.mark.parametrize(
    "parts",
    [
        ("acme", "privacy", "index.html"),
        ("acme", "cookies/persistent", "index.html"),
        ("acme", ".well-known/security.txt"),
        ("acme", "assets", "style.1a2b3c.css"),
        ("_overview", "index.html"),
        ("console", "auxiliary.html", "com.html"),
        (E_ACUTE * 127,),
    ],
)
def test_joins_good_names(parts: tuple[str, ...]) -> None:
    """Nothing is repaired: what comes out is what went in."""
    assert output_path(*parts) == "/".join(parts)


def test_an_empty_part_is_refused() -> None:
    """An empty id would move a page to another place."""
    assert isinstance(output_path("acme", "", "index.html"), PathProblem)
    assert isinstance(output_path(), PathProblem)


@given(st.lists(st.text(), max_size=4))
def test_whatever_is_accepted_stays_below_the_output(parts: list[str]) -> None:
    """Each component is a plain name."""
    found = output_path(*parts)
    if isinstance(found, str):
        assert not found.startswith("/")
        assert all(name not in {"", ".", ".."} and "\\" not in name for name in found.split("/"))
        assert all(len(name.encode()) <= 255 for name in found.split("/"))
        assert output_path(found) == found


@pytest.mark.parametrize("device", ["con", "prn", "aux", "nul", "com0", "com9", "lpt0", "lpt9"])
@pytest.mark.parametrize("path", ["{}", "a/{}", "{}/a", "a/b-c/{}.html", "{}.tar.gz/index.html", "a.b/{}/c"])
def test_a_device_of_windows_is_refused_wherever_it_stands(path: str, device: str) -> None:
    """With an ending or without; a name that only begins like one, or ends so, is as good as any."""
    refused = output_path(path.format(device))
    assert isinstance(refused, PathProblem)
    assert "device" in refused.reason
    for name in (f"{device}s", f"x{device}", f"{device}-", f"x.{device}", f"{device}10"):
        assert output_path(path.format(name)) == path.format(name)


def test_plain_paths_have_the_limits_of_all_paths() -> None:
    """A part of 255 letters, a path of 1024."""
    assert output_path("a" * 255) == "a" * 255
    assert isinstance(output_path("a" * 256), PathProblem)
    assert isinstance(output_path("a" * 256 + "/b"), PathProblem)
    long = "/".join(["a" * 127] * 8)
    assert len(long) == 1023
    assert output_path(long) == long
    assert isinstance(output_path(long + "aa"), PathProblem)


@given(st.text(alphabet="aZ0.-_/ \\%:n\n\u00e9", max_size=12))
def test_a_short_path_is_accepted_exactly_when_each_part_is(path: str) -> None:
    """However parts are put together."""
    parts = path.split("/")
    alone = [output_path(part) for part in parts]
    assert isinstance(output_path(path), str) == all(isinstance(one, str) for one in alone)


def test_paths_that_are_one_file_somewhere_have_one_key() -> None:
    """Case, and composed and decomposed letters."""
    assert collision_key("Acme/Privacy") == collision_key("acme/privacy")
    assert collision_key("caf\u00e9") == collision_key("cafe\u0301") == collision_key("CAFE\u0301")
    assert collision_key("stra\u00dfe") == collision_key("STRASSE")
    assert collision_key("a") != collision_key("b")
