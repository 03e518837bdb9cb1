"""Contrast is reckoned as WCAG 2 does, and a near colour that passes is one that passes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policypages.formats.colour import contrast, ink_on, lowest, nearest_fit, read_colour

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
GROUNDS = ("#ffffff", "#f5f7fa", "#edf3fd")


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        # the ends of the scale, by the definition in WCAG 2
        ("#000000", "#ffffff", "21.00"),
        ("#ffffff", "#ffffff", "1.00"),
        # grays on both sides of a threshold, and colours that guides to WCAG 2 name with their ratios
        ("#767676", "#ffffff", "4.54"),
        ("#777777", "#ffffff", "4.48"),
        ("#ff0000", "#ffffff", "4.00"),
        ("#00ff00", "#ffffff", "1.37"),
        ("#0000ff", "#ffffff", "8.59"),
        ("#ffff00", "#ffffff", "1.07"),
        ("#1e293b", "#ffffff", "14.63"),
        ("#595959", "#ffffff", "7.00"),
    ],
)
def test_published_ratios(one: str, other: str, ratio: str) -> None:
    """Colours have the contrast that is published of them, whichever comes first."""
    assert f"{contrast(one, other):.2f}" == f"{contrast(other, one):.2f}" == ratio


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        ("#1A56B8", "#1a56b8"),
        ("1a56b8", "#1a56b8"),
        ("#abc", "#aabbcc"),
        ("red", None),
        ("#12345", None),
        ("", None),
    ],
)
def test_a_colour_is_written_with_or_without_its_sign(text: str, colour: str | None) -> None:
    """Three or six digits, in any case; names of colours are refused."""
    assert read_colour(text) == colour


@given(COLOURS)
def test_a_near_colour_passes(colour: str) -> None:
    """What is proposed in the place of a colour passes on all grounds, and what passes is left alone."""
    near = nearest_fit(colour, GROUNDS)
    assert near is not None
    assert lowest(near, GROUNDS) >= 4.5
    if lowest(colour, GROUNDS) >= 4.5:
        assert near == colour


@given(COLOURS)
def test_text_on_any_header_can_be_read(ground: str) -> None:
    """Black or white stands out on every colour there is."""
    assert contrast(ink_on(ground), ground) >= 4.5
