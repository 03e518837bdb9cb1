"""The shape of a target in policypages.yaml: where the output goes, and nothing that opens doors."""

from __future__ import annotations

import re
from typing import Final

from policypages.formats.schema_fields import TEXT, Choice, Fact, Scalar, Shape, refuse, shown

# S3, Google and Azure agree on these; braces stand for the entity's id
_BUCKET: Final = r"[a-z0-9{][a-z0-9._{}-]*"
_PLACE: Final = re.compile(rf"(s3|gs|az|azure)://({_BUCKET})(/[A-Za-z0-9._~{{}}/-]*)?")
_WEB: Final = re.compile(r"https?://[A-Za-z0-9.{}-]+(:[0-9]{1,5})?(/[A-Za-z0-9._~{}/-]*)?")
_ENTITY: Final = "{entity}"
_WRITE: Final = "write `s3://BUCKET/PREFIX`, `gs://BUCKET/PREFIX`, `azure://CONTAINER/PREFIX`, or a folder"
NO_CREDENTIALS: Final = (
    "credentials come from the environment, never from a file: take it out, and change it if anybody saw it"
)
_DOORS: Final = re.compile(r"(?i)key|secret|token|passw|credential|sas|account")


def is_credential(key: str) -> bool:
    """Tell whether an unknown key of a target is about credentials, by its name."""
    return _DOORS.search(key) is not None


def _destination(text: str) -> str:
    scheme, sign, rest = text.partition("://")
    if not sign:
        return _folder(text)
    if "@" in rest or "?" in rest:
        message = "wants a place without a user name, a key or a signature"
        raise refuse(message, NO_CREDENTIALS)
    place = _PLACE.fullmatch(text)
    if place is None or not _is_clean(rest):
        message = f"wants a place to publish to, not {shown(text)}"
        raise refuse(
            message, _WRITE if scheme not in {"http", "https"} else f"an address is for `purge`; {_WRITE}"
        )
    return text


def _folder(text: str) -> str:
    path = text.removeprefix("./").rstrip("/")
    if not text or "\\" in text or not _is_clean(path.lstrip("/")) or path in {"", "."}:
        message = f"wants a place to publish to, not {shown(text)}"
        raise refuse(message, _WRITE)
    return text


def _web(text: str) -> str:
    if not _WEB.fullmatch(text) or not _is_clean(text.partition("://")[2]):
        message = f"wants a web address, not {shown(text)}"
        raise refuse(message, "write it whole: `https://legal.example.org/`")
    return text


def _is_clean(path: str) -> bool:
    """Tell whether no part of a path is empty or leads upwards, and braces are only round `entity`."""
    parts = path.rstrip("/").split("/")
    return not ({"", "."} & {*parts}) and ".." not in parts[1:] and "{" not in path.replace(_ENTITY, "")


DESTINATION: Final = Scalar(
    _destination, {"type": "string", "examples": ["s3://policy-pages/live", "./public"]}
)
WEB: Final = Scalar(
    _web, {"type": "string", "pattern": "^https?://", "examples": ["https://legal.example.org/"]}
)

TARGET: Final = Shape(
    "Target",
    "A place that `policypages publish` puts the output at; credentials come from the environment.",
    {
        "to": Fact(
            DESTINATION,
            "A bucket and perhaps a prefix, or a folder; with `{entity}` in it, each site has its own.",
            examples=("s3://policy-pages/live",),
            required=True,
        ),
        "region": Fact(TEXT, "The region of the bucket.", examples=("eu-central-1",)),
        "endpoint": Fact(WEB, "The server, where it is not the provider's own."),
        "purge": Fact(WEB, "The address that the place has for readers, for the list of what to purge."),
        "encoding": Fact(
            Choice(("none", "gzip", "br")), "How texts are compressed on an object store.", default="none"
        ),
    },
)
