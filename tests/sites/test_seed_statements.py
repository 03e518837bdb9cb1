"""Each line of `seeds/README.md`, "What each page must say", is on its page, in the original's order.

The tables below follow the four originals from top to bottom. A row is one line of that list as far as
it concerns one page: a key (the words that begin the line in the list) and phrases, regular expressions
in the order in which the page says them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from lxml import html

Row = tuple[str, tuple[str, ...]]

COMMITMENT: Final = "commitment to users' privacy"
SECURITY: Final = "security measures"
REVISIONS: Final = "revisions"
VISITOR_DATA: Final = "visitor data"
COLLECTING: Final = "nothing identifiable collected"
WEB_LOGS: Final = "web logs"
COOKIES: Final = "cookies"
MESSAGES: Final = "messages"
EVALUATION: Final = "evaluation and research"
EMAILS: Final = "emails"
CHILDREN: Final = "children under 13"
DISCLOSURES: Final = "disclosures"
OPT_OUT: Final = "opt out of recurring mail"
CCPA: Final = "CCPA notice"
CONTACT: Final = "contact"
DATE: Final = "date"  # beside the article, not in it: a test of its own
CPI: Final = "Communication Partners, Inc."

VISITOR_DATA_ROW: Final[Row] = (
    VISITOR_DATA,
    (
        "how many people come",
        "which pages they see",
        "from where they arrive",
        "how long they stay",
        "as totals, and nothing in the totals identifies a visitor",
        "No other organization gets them for independent use",
    ),
)
LOG_FIELDS: Final = (
    r"internet domain .*aol\.com and abc\.org",
    "IP address: a static address may identify you, but a dynamic one usually does not",
    "browser and operating system",
    "date and time",
    "the pages that you viewed",
    "the site that referred you",
    "When you sign on .* individual identifier .* which services you used",
    "store all logs securely",
    "need-to-know basis",
    "design the website",
    "which features are popular",
    "solve problems",
    "make the website more useful",
)
SESSION_COOKIES: Final = (
    "session cookie .* expires when .* close the browser",
    "customize",
    "keep you signed on",
    "click path",
)
COOKIE_CHOICES: Final = ("decline", "features of this website may fail", "see the website of your browser")
DISCLOSURES_ROW: Final[Row] = (
    DISCLOSURES,
    (
        "auditing, legal, operational",
        "feasible, we give them information that identifies nobody",
        "may not redisclose",
        "subpoena, a court order, or a search warrant",
        "safety",
        "violation of law",
        "secure and reliable",
        "liability",
    ),
)
CCPA_DEFINITION: Final = (
    "covered individual is",
    "applicant or employee",
    "owner, director, or officer",
    "medical staff",
    "contractor",
)
CCPA_CATEGORIES: Final = (
    "name",
    "contact information",
    "unique personal identifiers",
    "financial accounts and health insurance",
    "drug and health screening, and for workers' compensation",
    "history of education, profession, and employment",
    "internet browsing",
)
CCPA_PURPOSES: Final = (
    "communications",
    "payroll, taxes, and benefits",
    "recruitment and relocation",
    "policy administration",
    "personnel records",
)

STATEMENTS: Final[Mapping[str, tuple[Row, ...]]] = {
    "kp-businessnet": (
        (
            COMMITMENT,
            (
                "Kaiser Permanente is committed to the privacy of everyone who uses",
                "State and federal law limit how we use and disclose personal information",
                "visitors, or about customers who use this website, is never sold or rented",
            ),
        ),
        (
            SECURITY,
            (
                "encrypted on its way",
                "that we send you electronically goes through a secured messaging service",
                "cannot guarantee .* confidential",
                "mailing address or telephone number listed in the section Questions and complaints",
            ),
        ),
        (
            REVISIONS,
            (
                "when we add features .* or when a change in the law",
                "post a notice on the website when a change is material",
                "applies to the information that we hold by then and to all that we receive",
                r"version .* is the date \(year, month, and day\) of its last revision",
                "reread this privacy statement now and then",
            ),
        ),
        VISITOR_DATA_ROW,
        (COLLECTING, ("no information that identifies", "except as", "Sections 1 through 5 that follow")),
        (WEB_LOGS, ("all visitors and customers", *LOG_FIELDS)),
        (
            COOKIES,
            (
                "unique identifier that contains no information about you or your health history",
                "Our cookies are of two types: session and persistent",
                *SESSION_COOKIES,
                "persistent cookie stays .* after you leave",
                "permit the website to remember a feature",
                "email you about your Kaiser Permanente benefits",
                "Sometimes a web beacon",
                "No persistent cookie contains personal information",
                *COOKIE_CHOICES,
                "Three common browsers are Safari, Firefox, and Internet Explorer",
            ),
        ),
        (MESSAGES, ("staff best able to help you", "best effort .* archive your messages")),
        (CHILDREN, ("under the age of 13 .* account for the secured features of this website",)),
        DISCLOSURES_ROW,
        (CONTACT, ("Internet Services Group 5820 Owens Drive, Building E-2 Pleasanton, CA 94588",)),
    ),
    "kp-employees": (
        (
            COMMITMENT,
            (
                "State and federal law limit how we use and disclose personal information",
                "visitors, or about employees who use this website, is never sold or rented",
            ),
        ),
        (SECURITY, ("encrypted on its way",)),
        VISITOR_DATA_ROW,
        (COLLECTING, ("no information that identifies", "except as", "Sections 1 through 6 that follow")),
        (WEB_LOGS, ("all visitors and employees", "for a while", *LOG_FIELDS)),
        (
            COOKIES,
            (
                "unique identifier that contains no personal information",
                "Our cookies are of one type: session",
                *SESSION_COOKIES,
                *COOKIE_CHOICES,
            ),
        ),
        (
            EVALUATION,
            (
                "surveys",
                "age, gender, and education",
                "does not request anything that identifies you",
                "contact you to follow up",
                "kept for later research",
            ),
        ),
        (
            MESSAGES,
            (
                "staff best able to help you",
                "best effort .* archive your messages",
                "HR Employee Self Service",
                "stored in those systems, where the people who test and support them can see it",
            ),
        ),
        DISCLOSURES_ROW,
        (CCPA, (r"CCPA\) of 2018", *CCPA_DEFINITION, *CCPA_CATEGORIES, *CCPA_PURPOSES)),
        (
            REVISIONS,
            (
                "when we add features .* or when a change in the law",
                "post a notice on the website when a change is material",
                "applies to the information that we hold by then and to all that we receive",
                "reread this privacy statement now and then",
            ),
        ),
    ),
    "kp-careers": (
        (
            COMMITMENT,
            (
                "Kaiser Permanente is committed to the privacy of everyone who uses",
                "State and federal law limit how we use and disclose personal information",
                "visitors, or about applicants who use this website, is never sold or rented",
            ),
        ),
        (
            SECURITY,
            (
                "encrypted on its way",
                "that we send you electronically goes through a secured messaging service",
                "cannot guarantee .* confidential",
                "email address or telephone number listed in the section Questions and complaints",
            ),
        ),
        (
            REVISIONS,
            (
                "when we add features .* or when a change in the law",
                "post a notice on the website when a change is material",
                "applies to the information that we hold by then and to all that we receive",
                r"version .* is the date \(year, month, and day\) of its last revision",
                "reread this privacy statement now and then",
            ),
        ),
        VISITOR_DATA_ROW,
        (COLLECTING, ("no information that identifies", "except as", "Sections 1 through 8 that follow")),
        (WEB_LOGS, ("all visitors make to this website", *LOG_FIELDS)),
        (
            COOKIES,
            (
                "unique identifier that contains no information about you",
                "Our cookies are of two types: session and persistent",
                *SESSION_COOKIES,
                "persistent cookie stays .* after you leave",
                "email you about a Kaiser Permanente job opportunity",
                "No persistent cookie contains personal information",
                *COOKIE_CHOICES,
            ),
        ),
        (
            EMAILS,
            (
                "third-party vendor",
                "address is used only to write to you on our behalf",
                "through a server of the vendor, which registers the click",
                "Your address is the only information that we share",
                "unsubscribe",
            ),
        ),
        (CHILDREN, ("under the age of 13 .* account on this website",)),
        DISCLOSURES_ROW,
        (
            OPT_OUT,
            (
                "job alerts, you can ask us to stop",
                "Each recurring email explains how to opt out",
                "decline requests that go beyond what the section Opting out of mailings offers",
            ),
        ),
        (
            CCPA,
            (
                r"CCPA\) of 2018, as amended by the California Privacy Rights Act \(CPRA\)",
                r"The Permanente Medical Group \(TPMG\)",
                r"Southern California Permanente Medical Group \(SCPMG\)",
                *CCPA_DEFINITION,
                "rights",
                "know which categories",
                "correct personal information",
                "delete personal information",
                *CCPA_CATEGORIES,
                *CCPA_PURPOSES,
                "unable to delete information that a personnel service still needs",
                "the law obliges us to keep",
                "has requested from us",
            ),
        ),
        (CONTACT, (r"kp-hires@kp\.org.*833-945-2456 \(?toll[- ]free",)),
    ),
    "communication-partners": (
        (CPI, ("promises to its clients and to their employees",)),
        (CPI, (r"http://www\.commpart\.com", "Proposal Agreement")),
        (
            CPI,
            (
                "Client contact information",
                "name address number of benefit-eligible employees type of industry",
                "inform clients",
                "keep a record of inquiries",
                "explains features",
                "announces promotions",
                "concerns the way a client uses the service",
                "share this information with no other organization",
            ),
        ),
        (
            CPI,
            (
                "Employee information",
                "name and address social security number title, salary, and hire date benefit elections",
                "dependents",
                "only when a client directs us",
                "payroll services, insurers, or third-party administrators",
            ),
        ),
        (CPI, (r"user ID and a personal identification number \(PIN\)",)),
        (CPI, ("BenefitElect Enrollment Site", "IP addresses", "diagnose interruptions and administer")),
        (
            CPI,
            (
                "session cookies",
                "do not keep them after",
                "reject cookies, but the service will not work without them",
            ),
        ),
        (
            CPI,
            ("record everything that you do", "improve its features", "to no one, neither to clients nor"),
        ),
        (
            CPI,
            (
                "Exceptions Apart from",
                "technical problems, and to process",
                "security and integrity .* enforcing the Proposal Agreement",
                "rights and property",
                "liability",
                "claims",
                "law or with judicial process",
                "law enforcement, or to help an inquiry into public safety",
            ),
        ),
        (
            CPI,
            (
                "send and receive messages",
                "technical requirements of networks",
                "limits of our service",
                "technical requirements of a similar kind",
            ),
        ),
        (
            CPI,
            (
                r"clients and prospective clients for up to seven \(7\) years",
                r"while the client's Proposal Agreement is in force and for up to ninety \(90\) days after",
                "delete it automatically",
            ),
        ),
        (CPI, ("Links to other sites", "not our responsibility")),
        (CPI, ("firewall", "co-location facility, run by a professional vendor")),
        (CPI, ("post every change", "differently from .* tell our clients by email")),
        (
            CPI,
            (
                "tell the President",
                "132 Crowell Way, Suite 100 Bend, OR 97702",
                "541-323-1207",
            ),
        ),
    ),
}
ROWS: Final = [
    pytest.param(page, phrases, id=f"{page}-{number}-{key.split(',')[0]}")
    for page, rows in STATEMENTS.items()
    for number, (key, phrases) in enumerate(rows, 1)
]


def phrases_in_order(text: str, phrases: tuple[str, ...], start: int = 0) -> tuple[int, list[str]]:
    """Look for each phrase after the one before; return where the first begins, and the phrases not found."""
    first, missing = -1, []
    for phrase in phrases:
        # a dot never crosses the end of a sentence by more than a few: 300 characters bound it
        found = re.compile(phrase.replace(".*", ".{0,300}?")).search(text, start)
        if found is None:
            missing.append(phrase)
            continue
        start = found.end()
        first = found.start() if first < 0 else first
    return first, missing


@pytest.mark.parametrize(("page", "phrases"), ROWS)
def test_page_says_it(page: str, phrases: tuple[str, ...], built_pages: Mapping[str, str]) -> None:
    """A page says what the line asks for, its parts in the order of the original."""
    _, missing = phrases_in_order(built_pages[page], phrases)
    assert missing == []


@pytest.mark.parametrize("page", STATEMENTS)
def test_page_keeps_the_order_of_the_original(page: str, built_pages: Mapping[str, str]) -> None:
    """Read as one list, all that a page must say stands on it from top to bottom."""
    everything = tuple(phrase for _, phrases in STATEMENTS[page] for phrase in phrases)
    _, missing = phrases_in_order(built_pages[page], everything)
    assert missing == []


def test_every_line_of_the_list_has_a_row(seeds: Path) -> None:
    """No line of the list is forgotten: each begins with the key of some row, or of the test of dates."""
    listing = (seeds / "README.md").read_text(encoding="utf-8").partition("## What each page must say")[2]
    listing = listing.partition("\n## ")[0]
    lines = [line.lstrip("- *") for line in listing.splitlines() if line.startswith(("- ", "**Comm"))]
    keys = {key for rows in STATEMENTS.values() for key, _ in rows} | {DATE}
    assert len(lines) == 17
    assert [line for line in lines if not line.startswith(tuple(keys))] == []


PLACES: Final = {
    "kp-businessnet": ["limits", "revisions", "visitor-data", "collecting", "contact"],
    "kp-employees": ["limits", "visitor-data", "collecting", "revisions"],
    "kp-careers": ["limits", "revisions", "visitor-data", "collecting", "contact"],
}
NUMBERED: Final = {
    "kp-businessnet": ["web-logs", "cookies", "messages", "children", "disclosures"],
    "kp-employees": ["web-logs", "cookies", "evaluation", "messages", "disclosures", "ccpa"],
    "kp-careers": [
        *("web-logs", "cookies", "emails", "children", "disclosures"),
        *("opt-out", "other-requests", "ccpa"),
    ],
}


@pytest.mark.parametrize("page", PLACES)
def test_sections_stand_where_the_original_has_them(
    page: str, built_articles: Mapping[str, html.HtmlElement]
) -> None:
    """The section on revisions is the second on two pages and the last on the employees' page."""
    assert [section.get("id") for section in built_articles[page].iterchildren("section")] == PLACES[page]


@pytest.mark.parametrize("page", NUMBERED)
def test_numbered_sections_are_those_that_the_page_counts(
    page: str, built_articles: Mapping[str, html.HtmlElement]
) -> None:
    """What "sections 1 through N" announces follows, numbered in that order."""
    sections = built_articles[page].xpath(".//section[@id='collecting']/section")
    numbers = [section.findtext("*/span[@class='number']") for section in sections]
    assert [section.get("id") for section in sections] == NUMBERED[page]
    assert numbers == [f"{number}." for number in range(1, len(sections) + 1)]


@pytest.mark.parametrize("page", ["kp-businessnet", "kp-careers"])
def test_contact_section_is_cited_by_its_real_title(
    page: str, built_articles: Mapping[str, html.HtmlElement]
) -> None:
    """The link from the section on security bears the title of the section to which it leads."""
    article = built_articles[page]
    (link,) = article.xpath(".//a[@href='#contact'][not(@class)]")
    assert link.text_content() == article.xpath("string(.//section[@id='contact']/h2)").strip()


def test_employees_page_claims_no_contact_and_no_date(built_pages: Mapping[str, str]) -> None:
    """The page of 001 has neither contact nor date, and promises neither."""
    text = built_pages["kp-employees"].lower()
    assert not re.search(r"mailing address|telephone|toll|version|last revision|secured messaging", text)


def test_businessnet_gives_its_telephone_number(built_pages: Mapping[str, str]) -> None:
    """The telephone number of 000 stands in the contact block, with the word that it is toll free."""
    contact = built_pages["kp-businessnet"].partition("Internet Services Group")[2]
    assert re.search(r"800-556-7677.{0,5}toll[- ]free", contact, re.IGNORECASE)


@pytest.mark.parametrize(
    ("page", "stated"),
    [
        ("kp-businessnet", r"Last updated:? March 15, 2013"),
        ("kp-employees", None),
        ("kp-careers", r"Last reviewed/updated:? January 24, 2023"),
        ("communication-partners", None),
    ],
)
def test_page_states_the_date_of_the_original(
    page: str, stated: str | None, built_documents: Mapping[str, html.HtmlElement]
) -> None:
    """A date stands on the page where the original has one, under the original's label, and nowhere else."""
    text = " ".join(" ".join(built_documents[page].find("body").itertext()).split())
    if stated is None:
        assert not re.search(r"(?i)last (updated|reviewed)|[A-Z][a-z]+ \d{1,2}, \d{4}", text)
    else:
        assert re.search(stated.replace(" ", r"\s*"), text, re.IGNORECASE)


def test_exceptions_of_cpi_are_counted(built_articles: Mapping[str, html.HtmlElement]) -> None:
    """There are seven exceptions, and four kinds of technical processing."""
    lists = built_articles["communication-partners"].xpath(".//section[@id='exceptions']//ol")
    assert [len(found.findall("li")) for found in lists] == [7, 4]


@pytest.mark.parametrize("page", STATEMENTS)
def test_nothing_is_called_anonymous(page: str, built_pages: Mapping[str, str]) -> None:
    """No page calls anonymous what stands beside logs with an individual identifier."""
    assert "anonym" not in built_pages[page].lower()


@pytest.mark.parametrize(
    ("page", "others"),
    [
        ("kp-businessnet", "employees who use|applicants"),
        ("kp-employees", "customers|applicants who use"),
        ("kp-careers", r"customers|employees who use|kp\.org(?<!kp-hires@kp\.org)"),
    ],
)
def test_page_names_its_own_audience(page: str, others: str, built_pages: Mapping[str, str]) -> None:
    """A page speaks of its own audience and site, and of nobody else's."""
    assert not re.search(others, built_pages[page])
