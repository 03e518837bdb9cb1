"""What two clauses say in nearly the same words."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.wordcase import clause, found, page_of, told, words

BASE = "We keep what you send us on this website for as long as we need it to answer you."


@pytest.mark.parametrize(
    ("other", "how", "spot"),
    [
        (BASE, "word for word", BASE),
        (BASE.replace("website", "web site"), "and only spelling differs", "web site"),
        (BASE.replace("website", "Website"), "and only case differs", "Website"),
        (BASE.replace("us on", "us, on"), "and only punctuation differs", ","),
        (BASE.replace("this website", "this\u00a0website"), "and only spaces differ", "\u00a0"),
        (BASE.replace("website", "shop"), "in nearly the same words", "shop"),
        (BASE.replace("website", "{{ wording.site }}"), "in nearly the same words", "{"),
        (BASE.replace("us on", "us by mail or on"), "in nearly the same words", "by mail or"),
    ],
)
def test_two_clauses_that_say_the_same_are_found(tmp_path: Path, other: str, how: str, spot: str) -> None:
    """The message says in what they differ, the caret is at the first, and a label at what is different."""
    case = page_of(tmp_path, BASE, other)
    (one,) = found(case, "drift")
    assert one.message == f"this paragraph stands in `b` too, {how}"
    assert (words(case, one.span), [words(case, label.span) for label in one.labels]) == (BASE, [spot])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Please write to us at any time.", "Please write to us at any time."),  # short: alike by chance
        (BASE, "We delete what you send to the shop once we have answered, or after one year at most."),
        (
            "A session cookie is deleted when you close your browser, and holds no more than a number.",
            "A persistent cookie stays for a year on your computer, and tells us when you come back.",
        ),
        (
            "We keep {{ name }} records on clients for seven years after the contract ends.",
            "We keep accounts of employees for ninety days when the benefit year is over.",
        ),
        ("猫は毎日この家の庭で静かに眠っています。", "犬は毎朝あの山の道を元気に走り回ります。"),
        ("", "🎉 🎉 🎉 🎉 🎉 🎉 🎉 🎉 🎉 🎉"),
    ],
)
def test_what_is_only_alike_in_part_is_left_alone(tmp_path: Path, one: str, other: str) -> None:
    """Short sentences, and such as share a phrase, are no drift."""
    assert found(page_of(tmp_path, one or "Text.", other), "drift") == []


def test_the_difference_is_shown_with_a_word_on_each_side(tmp_path: Path) -> None:
    """What the first says is taken out, what the other says is put in; the kinds of many are counted."""
    first = "We keep the data of this website, and email, licences and logs of it, for as long as you wish."
    other = "We keep the data of this web site, and e-mail, licenses and Logs of it for as long as we wish."
    (one,) = found(page_of(tmp_path, first, other), "drift")
    assert one.labels[0].text == (
        "`this [-website-]{+web site+} ,`, `and [-email-]{+e-mail+} ,`, `, [-licences-]{+licenses+} and`"
        " and 3 more: 1 in case, 1 in punctuation, 3 in spelling, 1 in words"
    )


@pytest.mark.parametrize(
    ("other", "hint"),
    [
        (BASE, "keep one clause with these words"),
        (BASE.replace("website", "web site"), "where the texts differ, write `{{ wording.site }}`"),
        (BASE.replace("answer", "serve"), "where the texts differ, print an option"),
        (BASE.replace("as long as", "7 days while"), "where the texts differ, print a fact of each site"),
        (BASE.replace("us on", "us, on"), "make it one clause, in one way of writing"),
        (BASE.replace("answer", "{{ name }}"), "print an option"),
    ],
)
def test_a_proposal_says_what_one_clause_would_take(tmp_path: Path, other: str, hint: str) -> None:
    """A declared wording, a fact, or an option, after what is different."""
    (one,) = found(page_of(tmp_path, BASE, other), "drift")
    assert one.hint is not None
    assert hint in one.hint


def test_tags_are_compared_by_what_they_say(tmp_path: Path) -> None:
    """One tag in both is the same word; another tag is another word, and an option may do."""
    tail = "is what answers for the records that we keep of every visit to our pages."
    case = page_of(tmp_path, f"{{{{ name }}}} {tail}", f"{{{{ id }}}} {tail}")
    (one,) = found(case, "drift")
    assert one.labels[0].text == "`[-{{ name }}-]{+{{ id }}+} is`"
    case.files["content/clauses/b.md"] = clause(f"{{{{ name }}}} {tail}")
    assert found(case, "drift")[0].message.endswith("word for word")


def test_a_cluster_is_one_diagnostic(tmp_path: Path) -> None:
    """Three clauses that say the same are told once, at the first of them, with labels at the others."""
    case = page_of(tmp_path, BASE, BASE.replace("website", "web site"), BASE.replace("website", "Web site"))
    (one,) = found(case, "drift")
    assert one.message == "this paragraph stands in `b` and `c` too, and only spelling differs"
    assert one.span is not None
    assert one.span.file == "content/clauses/a.md"
    assert [words(case, label.span) for label in one.labels] == ["web site", "Web site"]


def test_paragraphs_of_the_same_clauses_are_told_together(tmp_path: Path) -> None:
    """A clause that was copied whole is one thing to mend, not one for each paragraph."""
    other = "When you leave us, we take what you sent out of our systems within a month."
    case = page_of(tmp_path, f"{BASE}\n\n{other}", f"{BASE}\n\nAside.\n\n{other.replace('month', 'year')}")
    (one,) = found(case, "drift")
    assert one.message == "2 paragraphs of this clause stand in `b` too, in nearly the same words"
    assert [words(case, label.span) for label in one.labels] == ["year", BASE]


def test_items_of_lists_and_branches_are_compared(tmp_path: Path) -> None:
    """A branch that says what another clause says is found, and so is an item."""
    item = "to find out in which way people come to the pages of this website"
    case = page_of(
        tmp_path, f"We do it:\n\n- {item}\n- well", f"So:\n\n1. {item.replace('website', 'web site')}"
    )
    assert told(case, "drift") == [(item, "web site")]
    branch = f"{{% if wording.site %}}We keep nothing at all.{{% else %}}{BASE}{{% endif %}}"
    case = page_of(tmp_path, branch, BASE.replace("website", "web site"))
    assert len(found(case, "drift")) == 1


def test_readings_of_one_clause_are_not_compared(tmp_path: Path) -> None:
    """What a clause says twice, or in two branches, is no drift between clauses."""
    both = (
        f"{{% if wording.site %}}{BASE}{{% else %}}{BASE.replace('website', 'shop')}{{% endif %}}\n\n{BASE}"
    )
    assert found(page_of(tmp_path, both, "Another text."), "drift") == []


@pytest.mark.parametrize(
    ("variant", "count"),
    [(BASE, 0), (BASE.replace("website", "shop"), 0), (BASE.replace("website", "web site"), 1)],
)
def test_a_variant_may_say_another_thing_but_not_spell_it_otherwise(
    tmp_path: Path, variant: str, count: int
) -> None:
    """The words of a variant are chosen on the record; its spelling is not."""
    case = page_of(tmp_path, BASE)
    case.files["content/clauses/a@brief.md"] = clause(variant)
    diagnostics = found(case, "drift")
    assert len(diagnostics) == count
    assert all("`a@brief`" in one.message or "`a`" in one.message for one in diagnostics)


def test_locales_are_not_compared(tmp_path: Path) -> None:
    """A text that was copied to be translated is no drift."""
    case = page_of(tmp_path, BASE)
    case.files["content/clauses/b.de.md"] = clause(BASE)
    assert found(case, "drift") == []


def test_a_clause_may_allow_it(tmp_path: Path) -> None:
    """Where two texts have to stand apart, the first says so on the record."""
    case = page_of(tmp_path, BASE, BASE)
    case.files["content/clauses/a.md"] = f"---\ntitle: Part\nallow: {{drift: agreed}}\n---\n{BASE}\n"
    assert found(case, "drift") == []


def test_very_many_that_are_alike_are_one_finding(tmp_path: Path) -> None:
    """Four hundred copies with a word changed are compared with the first, and named by their number."""
    case = page_of(tmp_path, BASE)
    for number in range(400):
        case.files[f"content/clauses/copy/{number:03}.md"] = clause(BASE.replace("answer", f"serve{number}"))
    (one,) = found(case, "drift")
    assert "400 other clauses" in one.message
    assert len(one.labels) <= 8
