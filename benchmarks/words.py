"""Write the thirty clauses of the logical site: our own words, put together the same way each time."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Final

WORDS_A_CLAUSE: Final = 215


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: `flag` is the fact that puts it on a page, None where every page has it.

    `body` is Markdown with tags of our clause language. `shared` are the facts it reads when none of them
    is an entity's alone, so that a peer may keep the result; None where it must be made for each entity.
    """

    id: str
    title: str
    flag: str | None
    body: str
    shared: tuple[str, ...] | None


# id, title, what is spoken of (plural, so that it fits every sentence), what it serves, and words of its own
_TOPICS: Final = (
    ("web-logs", "Web logs", "log entries|records of visits|traces of errors", "finding faults|planning capacity",
     "Our servers write a line into a log for each page they send, and a line holds:\n\n- the time of the visit\n"
     "- the address of the page\n- the kind of browser\n- the page that led here\n\n"
     "A log is kept for {{ retention.logs }} and then deleted."),
    ("accounts", "Accounts", "account details|sign-in names|settings", "signing you in|showing your history",
     "An account at {{ short_name }} holds a name, an address and a password that we cannot read. "
     "{% if audience == \"customers\" %}Customers can buy without one.{% else %}"
     "You can read the {{ wording.site }} without one.{% endif %} Closing it takes one message."),
    ("orders", "Orders", "order forms|invoices|receipts", "filling an order|answering the tax office",
     "Orders placed with {{ controller }} are kept for {{ retention.orders }}, because **tax law** asks for it."),
    ("payments", "Payments", "payment records|card tokens|bank references", "taking a payment|refunding it",
     "Card numbers go straight to the payment house; this {{ wording.site }} never sees them. We get:\n\n"
     "1. a token\n2. the last four digits\n3. a yes or a no"),
    ("delivery", "Delivery", "delivery addresses|parcel numbers|times of day", "bringing a parcel|proving delivery",
     "Carriers learn where to go and whom to ask for, and nothing else."),
    ("surveys", "Surveys", "answers|ratings|remarks", "learning what works|setting priorities",
     "Now and then {{ name }} asks a few questions. *Nobody has to answer*, and no service depends on it."),
    ("newsletters", "Newsletters", "mailing lists|subscriptions|bounced messages", "sending news|counting readers",
     "Each letter ends with a link that stops it. You can also write to "
     "[{{ contacts.privacy.email }}](mailto:{{ contacts.privacy.email }}), or see {{ ref(\"contact\") }} below."),
    ("support", "Support requests", "tickets|messages|call notes", "solving a problem|training our staff",
     "Ask for help by mail or at {{ contacts.privacy.phone }}; both reach the same desk at {{ short_name }}."),
    ("comments", "Comments", "comments|pen names|reports of abuse", "publishing a remark|keeping order",
     "What you publish on this {{ wording.site }} can be read, copied and quoted by anyone."),
    ("photos", "Photos and files", "pictures|attachments|captions", "showing your picture|checking a claim",
     "Pictures can hold more than they show: the place, the hour and the device. We remove that before others "
     "see them."),
    ("location", "Location", "positions|regions|postal codes", "finding a branch near you|showing local prices",
     "We work out a region from the network address, no finer than a city. "
     "{% if extra.delivery %}A precise place is used for delivery alone. {% endif %}Your device asks before it "
     "tells us more."),
    ("applications", "Applications for work", "applications|references|interview notes",
     "choosing among people|proving a fair choice",
     "People who apply to {{ controller }} send us their history. Papers of those whom we could not take are "
     "destroyed after {{ retention.logs }}."),
    ("events", "Events", "guest lists|badges|recordings", "running an event|keeping people safe",
     "Who signs up for an event of {{ name }} gets a badge, and the host sees the list of guests."),
    ("children", "Children", "records about children|notes from parents|permissions", "obeying the law|answering parents",
     "This {{ wording.site }} is not meant for people under {{ extra.minimum_age }}. "
     "A parent who finds that a child has written to us should say so; see {{ ref(\"contact\") }} for the way."),
    ("security", "Security", "keys|access lists|audit trails", "keeping strangers out|noticing a breach",
     "Everything travels encrypted. Inside the house the rule is **need to know**:\n\n"
     "- rights are given by role\n- rights end with the job\n- each use leaves a trace\n\nNo defence is perfect."),
    ("partners", "Partners", "shared records|referrals|joint offers", "keeping a promise made together|settling accounts",
     "{{ controller }} works with these partners:\n\n{% for item in extra.companions %}\n- {{ item }}\n{% endfor %}\n\n"
     "They are bound by contract to the words of this page."),
    ("processors", "Companies that work for us", "contracts|instructions|backups", "running the machines|sending mail",
     "Some work is done by others on our behalf, and only as {{ short_name }} instructs. Among them are "
     "{{ extra.companions | series }} at present."),
    ("transfers", "Transfers to other countries", "transfers|safeguards|copies held abroad",
     "serving people everywhere|keeping a spare copy",
     "Some of our machines stand outside {{ extra.region }}. Where the law there protects less, a contract fills "
     "the gap."),
    ("keeping", "How long we keep things", "files|copies|archives", "meeting a legal term|proving what was agreed",
     "A table in our office says for each kind of record when it goes. Orders stay {{ retention.orders }}; "
     "logs stay {{ retention.logs }}; the rest goes when its purpose does."),
    ("legal-requests", "Requests by authorities", "warrants|court orders|letters from agencies",
     "obeying a court|protecting a person in danger",
     "We read each demand with care, refuse what is too broad, and hand over the least that the law asks for."),
    ("advertising", "Advertising", "advertising identifiers|campaigns|click counts", "showing fewer advertisements|"
     "measuring a campaign",
     "Advertisements on this {{ wording.site }} are chosen by the page, not by the person. "
     "{% if extra.analytics %}Clicks are counted, without names. {% endif %}We sell no lists."),
    ("analytics", "Statistics", "counts|charts|samples", "seeing what is read|mending what is not",
     "We count pages and not people. The {{ wording.site }} works the same for {{ audience }} who refuse to be "
     "counted."),
    ("links", "Links to other places", "links|addresses|referrers", "leading you on|crediting a source",
     "A link leads away from this {{ wording.site }}, and what happens there is the business of others."),
    ("social-media", "Social networks", "posts|likes|messages from networks", "talking in public|answering quickly",
     "Buttons of social networks stay off until you press them. Then the network learns what you read at {{ name }}."),
    ("automated-decisions", "Decisions made by machines", "scores|rules|thresholds", "stopping fraud|sorting requests",
     "No machine alone decides anything that matters to you. A person looks at each refusal, and you may ask why."),
    ("mergers", "If the business changes hands", "ledgers|customer files|promises", "going on with the service|"
     "informing you in time",
     "Should {{ controller }} be sold, the buyer takes over this page with its promises, and {{ audience }} hear of "
     "it a month before."),
)  # fmt: skip

_ALWAYS: Final = (
    ("opening", "Opening", "words|promises|facts", "being plain with you|keeping our word",
     "{{ name }} is run by {{ controller }}. This page tells {{ audience }} what the {{ wording.site }} learns about "
     "them at <{{ site }}>, why, and for how long."),
    ("collecting", "What we collect", "records|answers|measurements", "doing what you asked for|keeping accounts",
     "We collect what you give us, what your browser sends and what the sections below describe. Nothing is bought "
     "from brokers. The way to object stands under {{ ref(\"contact\") }} at the end."),
    ("cookies", "Cookies", "cookies|identifiers|choices", "remembering a choice|keeping you signed in",
     "This {{ wording.site }} sets {{ cookies | length }} cookies. "
     "{% if extra.advertising %}Some of them serve advertisements. {% endif %}You can refuse all that are not "
     "necessary; the table lists each of them."),
    ("contact", "How to reach us", "questions|complaints|requests", "answering you|learning from a complaint",
     "Write to {{ controller }}, or call. We answer {{ audience }} within a month, at no charge. More about the "
     "{{ wording.site }} stands under {{ ref(\"collecting\") }} and {{ ref(\"cookies\") }} on this page."),
)  # fmt: skip

_SENTENCES: Final = (
    "We hold {t} for {p} and for nothing else.",
    "Where {t} are wrong, tell us, and we correct them without asking for a reason.",
    "Only people whose work is {p} may open {t}, and what they open is noted.",
    "When {p} is done, {t} are deleted or made anonymous.",
    "We do not sell {t}, lend them, or trade them for other data.",
    "If {p} can be done without {t}, we do it without them.",
    "Copies of {t} lie in two places, so that a fire in one of them loses nothing.",
    "You may ask at any time which {t} concern you, and get them in a form that a machine can read.",
    "The law lets us use {t} because {p} is part of what you asked us for.",
    "Before we use {t} in a new way, we change this page and say so on the first screen.",
    "Our staff learn each year how to handle {t}, and what to do when something goes wrong.",
    "Should {t} reach the wrong hands, we tell those concerned within three days.",
    "Statistics made from {t} name nobody, and small groups are left out of them.",
    "We compare {t} with nothing that other companies hold.",
    "Objecting to {p} costs nothing and has no effect on other services.",
    "We keep a short note of who asked for {t} to be deleted, so that they do not come back from a copy.",
    "A machine sorts {t}; a person decides what is done with them.",
    "Paper versions of {t} are locked away, and shredded at the end of their term.",
    "For {p} we rely on your consent, and you can take it back with one line by mail.",
    "We test with invented {t}, never with real ones.",
    "Whoever audits us sees the rules for {t}, and a sample, under a promise of silence.",
    "Old {t} are moved to an archive that is not connected to the network.",
    "Nobody at our offices can change {t} without leaving a name and an hour.",
    "If you think that {p} goes too far, write to us first: most doubts end with an answer.",
    "We review once a year whether {p} still needs {t} at all.",
)
_SHARED_SENTENCES: Final = (
    "The {{ wording.site }} asks for {t} only where {{ audience }} can see why.",
    "On this {{ wording.site }}, {t} are shown to nobody but the person they concern.",
    "We write to {{ audience }} when {p} changes in a way that matters.",
)
_OWN_SENTENCES: Final = (
    "At {{ short_name }} one person answers for {t}, and another checks.",
    "{{ controller }} decides how {t} are used for {p}.",
    "If {{ name }} stops {p}, its {t} go within a month.",
)
_PATH: Final = re.compile(r"\{[{%]\s*(?:if |for item in )?([a-z][a-z_.]*)")
_SHARED: Final = {"wording.site", "audience", "extra.minimum_age", "extra.region", "retention.logs",
                  "retention.orders"}  # fmt: skip


def clauses() -> tuple[Clause, ...]:
    """Return all clauses, those of every page first."""
    always = [_clause(topic, always=True) for topic in _ALWAYS]
    return (*always, *(_clause(topic, always=False) for topic in _TOPICS))


def _clause(topic: tuple[str, str, str, str, str], *, always: bool) -> Clause:
    id_, title, things, purposes, opening = topic
    opening = opening.replace("<{{ site }}>", "[{{ site_url }}]({{ site_url }})")
    kind = _kind(opening)
    chance = random.Random(id_)  # noqa: S311 - the same words each time, not a secret
    bank = list(_SENTENCES)
    chance.shuffle(bank)
    extra = {"plain": (), "shared": _SHARED_SENTENCES, "own": _SHARED_SENTENCES + _OWN_SENTENCES}[kind]
    for at, sentence in enumerate(extra):
        bank.insert(3 * at + 1, sentence)
    paragraphs = [opening]
    count = len(opening.split())
    while count < WORDS_A_CLAUSE:
        taken, bank = bank[:4], bank[4:]
        text = " ".join(_fill(one, things.split("|"), purposes.split("|"), chance) for one in taken)
        count += len(text.split())
        paragraphs.append(text)
    body = "\n\n".join(paragraphs) + "\n"
    reads = _reads(body)
    flag = None if always else id_.replace("-", "_")
    keepable = all(path in _SHARED or path.removeprefix("extra.") in _FLAGS for path in reads)
    return Clause(id_, title, flag, body, tuple(sorted(reads)) if keepable else None)


def _fill(sentence: str, things: list[str], purposes: list[str], chance: random.Random) -> str:
    filled = sentence.replace("{t}", chance.choice(things)).replace("{p}", chance.choice(purposes))
    return filled[0].upper() + filled[1:]


def _kind(opening: str) -> str:
    reads = _reads(opening)
    if not reads:
        return "plain"
    return "shared" if reads <= _SHARED or all(path.startswith("extra.") for path in reads) else "own"


def _reads(body: str) -> set[str]:
    return set(_PATH.findall(body)) - {"else", "endif", "endfor", "item", "ref"}


_FLAGS: Final = {topic[0].replace("-", "_") for topic in _TOPICS}
FLAGS: Final = tuple(topic[0].replace("-", "_") for topic in _TOPICS)
