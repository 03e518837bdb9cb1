"""Terms that are out of date, each with the day since when, the reason and a source: data of a rule.

Sources were looked up in 2026-11. `pattern` is a regular expression, cases as written unless it says
otherwise; `beside` must stand in the same sentence, and `unless` must not.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final


@dataclass(frozen=True, slots=True)
class DeadTerm:
    """A term that was current once: `instead` says what to write."""

    name: str
    pattern: str
    since: date
    why: str
    instead: str
    source: str
    beside: str = ""
    unless: str = ""


_LAWS: Final = (
    r"(?:CCPA|California Consumer Privacy Act|CPRA|California Privacy Rights Act|GDPR"
    r"|General Data Protection Regulation|LGPD|CalOPPA|HIPAA)"
)

TERMS: Final = (
    DeadTerm(
        "Internet Explorer",
        r"\b(?:Internet Explorer|MSIE)\b",
        date(2022, 6, 15),
        "Microsoft ended its support",
        "name browsers that people use today, or none",
        "https://learn.microsoft.com/lifecycle/products/internet-explorer-11",
        unless=r"\bmode\b",
    ),
    DeadTerm(
        "Netscape",
        r"\bNetscape(?: Navigator| Communicator)?\b",
        date(2008, 3, 1),
        "AOL ended its support",
        "name browsers that people use today, or none",
        "https://blog.netscape.com/2007/12/28/end-of-support-for-netscape-web-browsers/",
    ),
    DeadTerm(
        "SSL",
        r"\b(?:SSL(?:v?[23](?:\.0)?)?|[Ss]ecure [Ss]ockets? [Ll]ayer)\b(?! [Cc]ertificates?\b)(?!\.\w)",
        date(2015, 6, 26),
        "it was deprecated for its weakness, and TLS took its place",
        "write `TLS`, or `encrypted on its way`",
        "https://www.rfc-editor.org/rfc/rfc7568",
        unless=r"\bTLS\b|[Tt]ransport [Ll]ayer|\bOpenSSL\b|\bSSL Labs\b",
    ),
    DeadTerm(
        "TLS 1.0 and 1.1",
        r"\bTLS ?v?1\.[01]\b",
        date(2021, 3, 25),
        "both were deprecated for their weakness",
        "write `TLS` without a version, or `TLS 1.2 or later`",
        "https://www.rfc-editor.org/rfc/rfc8996",
        unless=r"(?i:\b(?:or|and) (?:later|higher|newer|above)\b|refus|reject|disabl|block|older|not accept)",
    ),
    DeadTerm(
        "Safe Harbor",
        r"\bSafe Harbou?r\b",
        date(2015, 10, 6),
        "the Court of Justice of the EU declared it invalid (C-362/14)",
        "name what transfers rest on today, such as the Data Privacy Framework",
        "https://curia.europa.eu/juris/liste.jsf?num=C-362/14",
        beside=r"\b(?:EU|U\.?S\.?|European|Swiss|Switzerland|Department of Commerce|FTC)\b|Safe Harbou?r (?:"
        r"[Ff]ramework|[Pp]rinciples|[Pp]rogram|[Pp]rivacy|[Aa]greement|[Cc]ertif)",
        unless=r"\b(?:DMCA|HIPAA|copyright|Copyright|de-identif\w+|researchers?)\b",
    ),
    DeadTerm(
        "Privacy Shield",
        r"\bPrivacy Shield\b",
        date(2020, 7, 16),
        "the Court of Justice of the EU declared it invalid (C-311/18)",
        "name what transfers rest on today, such as the Data Privacy Framework",
        "https://curia.europa.eu/juris/liste.jsf?num=C-311/18",
    ),
    DeadTerm(
        "Flash cookies",
        r"\b(?:[Ff]lash [Cc]ookies?|[Ll]ocal [Ss]hared [Oo]bjects?|(?:Adobe )?Flash Player)\b",
        date(2020, 12, 31),
        "Adobe ended Flash Player, and browsers removed it",
        "take it out, or name the storage that is used today",
        "https://www.adobe.com/products/flashplayer/end-of-life.html",
    ),
    DeadTerm(
        "Silverlight",
        r"\bSilverlight\b",
        date(2021, 10, 12),
        "Microsoft ended its support",
        "take it out, or name the storage that is used today",
        "https://learn.microsoft.com/lifecycle/products/silverlight-5",
    ),
    DeadTerm(
        "Do Not Track",
        r"\b(?:[Dd]o [Nn]ot [Tt]rack|Do-Not-Track|DNT)\b",
        date(2019, 1, 17),
        "the group that was to make it a standard was closed",
        "say what is done on a Global Privacy Control signal, or that Do Not Track is not answered",
        "https://www.w3.org/2011/tracking-protection/",
        beside=r"(?i:\b(?:honou?r|respect|obey|observe|compl(?:y|ie)|adhere|follow|recogni[sz]e|support)s?\b)",
        unless=r"(?i:\b(?:no|not currently|cannot|never|whether|unable|how)\b|n['\u2019]t\b"
        r"|\b(?:do|does|did|is|are|may|will|can)(?: \w+)? not (?!track)|\bnot yet\b"
        r"|Global Privacy Control|\bGPC\b)",
    ),
    DeadTerm(
        "P3P",
        r"\bP3P\b|\bPlatform for Privacy Preferences\b",
        date(2018, 8, 30),
        "the W3C declared it obsolete",
        "take it out",
        "https://www.w3.org/TR/P3P/",
    ),
    DeadTerm(
        "Google+",
        r"\bGoogle ?(?:\+(?!\w)|Plus\b)",
        date(2019, 4, 2),
        "Google closed it",
        "take it out",
        "https://support.google.com/googlecurrents/answer/9195133",
    ),
    DeadTerm(
        "Symbian",
        r"\bSymbian\b",
        date(2014, 1, 1),
        "Nokia has taken in no programs for it",
        "take it out",
        "https://en.wikipedia.org/wiki/Symbian",
    ),
    DeadTerm(
        "Universal Analytics",
        r"\bUniversal Analytics\b",
        date(2023, 7, 1),
        "Google ended it for Google Analytics 4",
        "name what is used today",
        "https://support.google.com/analytics/answer/11583528",
    ),
    DeadTerm(
        "Directive 95/46/EC",
        r"\b(?:Directive )?95/46/E[CG]\b|\b(?:EU|European) Data Protection Directive\b",
        date(2018, 5, 25),
        "the GDPR repealed it",
        "name the GDPR, Regulation (EU) 2016/679",
        "https://eur-lex.europa.eu/eli/reg/2016/679/oj (article 94)",
    ),
    DeadTerm(
        "Data Protection Act 1998",
        r"\bData Protection Act,?(?: of)? \(?1998\b",
        date(2018, 5, 25),
        "the Data Protection Act 2018 took its place",
        "name the Data Protection Act 2018 and the UK GDPR",
        "https://www.legislation.gov.uk/ukpga/2018/12/schedule/19",
    ),
    DeadTerm(
        "a new law",
        rf"\b{_LAWS}\b[^.;:]{{0,40}}?,? (?:(?:which|that) )?(?:is |was )?(?:the|a|one of the) "
        rf"(?:latest|newest|most recent|new|recent)\b(?: \w+){{0,3}} (?:law|act|regulation|legislation)s?\b"
        rf"|\b(?:latest|newest|most recent)\b(?: \w+){{0,3}} (?:law|act|regulation)s?\b"
        rf"[^.;:]{{0,60}}?\b{_LAWS}\b"
        rf"|\b(?:latest|newest|most recent)(?: of (?:which|these|them|those))? (?:is|was) the \b{_LAWS}\b"
        rf"|\b(?:new|newly enacted|recently enacted|upcoming|forthcoming) "
        rf"(?:EU |European |California )?{_LAWS}\b",
        date(2023, 1, 1),
        "it has been in force for years, and others came after it",
        "name the law, and say nothing of its age",
        "https://cppa.ca.gov/regulations/",
    ),
)

# words by which a sentence says itself that the term is past
PAST: Final = re.compile(
    r"\b(?:formerly|former|previous|previously|predecessors?|successors?|succeed(?:s|ed)|replac\w+|repeal\w*"
    r"|supersed\w+|invalid\w*|no longer|retired|discontinued|deprecated|obsolete|outdated|once|used to"
    r"|was|were|until|before|historic\w*|legacy|ended|expired|abolished|amended|annulled|struck down)\b",
    re.IGNORECASE,
)
