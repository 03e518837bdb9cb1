"""Which hosts, origins and paths are ours."""

from __future__ import annotations

import pytest

from policypages.preview.addresses import read_host, read_path, same_origin


@pytest.mark.parametrize(
    ("header", "others", "entity"),
    [
        ("localhost", (), None),
        ("localhost:8000", (), None),
        ("LOCALHOST:8000", (), None),
        ("127.0.0.1:8000", (), None),
        ("[::1]:8000", (), None),
        ("kp-careers.localhost:8000", (), "kp-careers"),
        ("preview.example.org:80", ("preview.example.org",), None),
        ("192.168.1.7:8000", ("*",), None),
        ("[fe80::1]:8000", ("*",), None),
    ],
)
def test_our_hosts(header: str, others: tuple[str, ...], entity: str | None) -> None:
    """Localhost, an entity on it, and what was asked for are ours."""
    host = read_host(header, others)
    assert host is not None
    assert host.entity == entity


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "evil.example",
        "localhost.evil.example",
        "evil.localhost.example",
        "a.b.localhost",
        "127.0.0.1.evil.example",
        "127.0.0.2",
        "localhost:8000@evil.example",
        "localhost:80:80",
        "localhost, evil.example",
        "localhost/",
        "localhost ",
        "192.168.1.7:8000",
        "[::2]",
        "xn--evil.localhost ",
    ],
)
def test_foreign_hosts(header: str | None) -> None:
    """Any other is foreign: a name of somebody's may lead to this machine."""
    assert read_host(header) is None


def test_with_any_address_names_are_foreign_still() -> None:
    """Who binds 0.0.0.0 is asked for by number, and not by a name that somebody else gave."""
    assert read_host("evil.example:8000", ("*",)) is None


@pytest.mark.parametrize(
    ("origin", "same"),
    [
        ("http://localhost:8000", True),
        ("http://LOCALHOST:8000", True),
        ("http://localhost:8001", False),
        ("https://localhost:8000", False),
        ("http://evil.example", False),
        ("http://localhost:8000.evil.example", False),
        ("null", False),
        ("", False),
        (None, False),
        ("http://[", False),
    ],
)
def test_origins(origin: str | None, *, same: bool) -> None:
    """A page of ours has the origin that it asks."""
    assert same_origin(origin, "localhost:8000") is same


@pytest.mark.parametrize(
    ("target", "path"),
    [("/", "/"), ("/a/b/", "/a/b/"), ("/a/b%C3%A9/?q=1", "/a/bé/"), ("/a%20b", "/a b"), ("/a?x=../..", "/a")],
)
def test_paths(target: str, path: str) -> None:
    """A path is decoded once, and its query is no part of it."""
    assert read_path(target) == path


@pytest.mark.parametrize(
    "target",
    [
        "",
        "a",
        "http://localhost/a",
        "/../a",
        "/a/..",
        "/./a",
        "/%2e%2e/a",
        "/..%2fa",
        "/..%2Fa",
        "/%252e%252e/a",
        "/a\\b",
        "/a%5cb",
        "/a%00",
        "/a%0a",
        "/%",
        "/%zz",
        "/%e",
        "/%ff",
        "//evil.example/",
        "/a//b",
        "/" + "a" * 65_536,
        "/\u00e9",
    ],
)
def test_no_paths(target: str) -> None:
    """What no link of ours has is not looked up at all."""
    assert read_path(target) is None
