"""Say where a target is: a bucket with a prefix, or a folder, for one site or for all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

ENTITY: Final = "{entity}"
Encoding = Literal["none", "gzip", "br"]
_SCHEMES: Final = {"s3": "s3", "gs": "gs", "azure": "azure", "az": "azure"}


@dataclass(frozen=True, slots=True)
class Address:
    """A place to publish to; `scheme` is empty for a folder, of which `prefix` is the path.

    `purge` is the web address that its root has for readers, with a slash at the end; empty where
    nobody said it.
    """

    name: str
    scheme: str
    bucket: str
    prefix: str
    region: str = ""
    endpoint: str = ""
    purge: str = ""
    encoding: Encoding = "none"

    @property
    def each(self) -> bool:
        """Tell whether each site has a place of its own."""
        return ENTITY in self.name

    def of(self, entity: str) -> Address:
        """Return the place of one site."""
        bucket, prefix = self.bucket.replace(ENTITY, entity), self.prefix.replace(ENTITY, entity)
        name, purge = self.name.replace(ENTITY, entity), self.purge.replace(ENTITY, entity)
        return replace(self, name=name, bucket=bucket, prefix=prefix, purge=purge)


def address_of(target: Mapping[str, Any]) -> Address:
    """Read a target of the settings."""
    to = str(target["to"])
    scheme, sign, rest = to.partition("://")
    if not sign:
        scheme, rest = "", ""
    bucket, _, prefix = rest.partition("/")
    purge = str(target.get("purge") or "")
    return Address(
        to.rstrip("/") or to,
        _SCHEMES.get(scheme, ""),
        bucket,
        prefix.strip("/") if sign else to,
        str(target.get("region") or ""),
        str(target.get("endpoint") or ""),
        f"{purge.rstrip('/')}/" if purge else "",
        target.get("encoding") or "none",
    )
