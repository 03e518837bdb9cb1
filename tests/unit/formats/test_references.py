"""A reference to a section or a policy in the filters that are made for lists."""

from __future__ import annotations

import pytest
from tests.clausecase import outcome


@pytest.mark.parametrize(
    "tag", ['ref("contact") | join', 'ref("contact") | lines', '[ref("contact")] | series']
)
def test_a_filter_for_lists_makes_text_of_a_reference_by_its_title(tag: str) -> None:
    """The page shows the title of the section, never how Python names the object."""
    assert outcome(f"See {{{{ {tag} }}}}.").html == "<p>See Contact us.</p>\n"


def test_a_filter_for_lists_does_not_hide_that_a_reference_leads_nowhere() -> None:
    """A section that the page does not have is an error at the tag."""
    assert outcome('{{ ref("nowhere") | join }}').problems == (("refused-expression", 1, 1),)
