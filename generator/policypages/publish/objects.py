"""Object stores as places to publish to: S3 and what speaks its language, Google Cloud Storage, Azure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

import obstore
from obstore.exceptions import (
    AlreadyExistsError,
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import AzureStore, GCSStore, S3Store

from policypages.publish.address import Address
from policypages.publish.store import KEPT_HEADERS, ConflictError, Found, Got, StoreError

T = TypeVar("T")
SECONDS: Final = 60.0  # for one request; an object is a page, not a film
_PAGE: Final = 1000
_NO_RETRIES: Final = {"max_retries": 0}  # `Patience` tries again: obstore does not after a lost connection
_STATUS: Final = re.compile(r"status code: (\d{3})")
_SAID: Final = re.compile(r"<Code>([^<]*)</Code>(?:\s*<Message>([^<]*)</Message>)?")
_SIGNED: Final = re.compile(r"\?[^\s\"')]+")
_KIND: Final = re.compile(r"kind: (\w+)")
# where a library asks for the role of a machine, once it found nothing in the environment
_ROLE: Final = re.compile(
    r"/latest/(?:api/token|meta-data)|computeMetadata|metadata/identity|token request"
    r"|Account must be specified|Missing (?:SecretAccess|AccessKey)"
)
_NAMES: Final = {
    "s3": "`AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`",
    "gs": "`GOOGLE_APPLICATION_CREDENTIALS`",
    "azure": "`AZURE_STORAGE_ACCOUNT_NAME` and `AZURE_STORAGE_ACCOUNT_KEY`",
}
_PASSING: Final = frozenset({408, 425, 429, *range(500, 600)})
_LOST: Final = {
    "Timeout": "it did not answer in time",
    "Connect": "no connection",
    "Interrupted": "the connection broke",
    "Request": "the connection broke",
}
_RIGHTS: Final = (
    "look at the credentials in the environment, and whether they may list, read, write and delete there"
)


class ObjectStore:
    """A bucket, or what lies in it below a prefix; credentials come from the environment."""

    def __init__(self, address: Address) -> None:
        self.name = address.name
        self._bucket = address.bucket
        self._names = _NAMES[address.scheme]
        self._store: Any = self._try(lambda: self._open(address))

    @property
    def keeps_headers(self) -> bool:
        """Tell that headers are kept."""
        return True

    def _open(self, address: Address) -> Any:
        endpoint = address.endpoint
        client: Any = {"timeout": f"{int(SECONDS * 1000)}ms", "connect_timeout": "5s"}
        if endpoint.startswith("http://"):
            client["allow_http"] = True
        more: dict[str, Any] = {"client_options": client, "retry_config": _NO_RETRIES}
        if address.prefix:
            more["prefix"] = address.prefix
        if address.scheme == "gs":
            return GCSStore(address.bucket, **more)
        if endpoint:
            more["endpoint"] = endpoint
        if address.scheme == "azure":
            return AzureStore(address.bucket, **more)
        if address.region:
            more["region"] = address.region
        # the server compares what came with what was sent
        return S3Store(address.bucket, checksum_algorithm="SHA256", **more)

    def pages(self, prefix: str, after: str) -> Iterator[Sequence[tuple[str, Found]]]:
        """See Store."""
        pages = iter(obstore.list(self._store, prefix or None, offset=after or None, chunk_size=_PAGE))
        while True:
            page = self._try(lambda: next(pages, None))
            if page is None:
                return
            yield [(one["path"], Found(one["size"], one["e_tag"] or "")) for one in page]

    def get(self, key: str) -> Got | None:
        """See Store."""

        def get() -> Got:
            got = obstore.get(self._store, key)
            headers = {name: got.attributes[name] for name in KEPT_HEADERS if name in got.attributes}
            return Got(bytes(got.bytes()), got.meta["e_tag"] or "", headers)

        try:
            return self._try(get)
        except FileNotFoundError:
            return None

    def put(self, key: str, data: bytes, headers: Mapping[str, str], etag: str) -> str:
        """See Store."""

        def put() -> str:
            done = obstore.put(
                self._store,
                key,
                data,
                attributes=dict(headers),
                mode={"e_tag": etag} if etag else "create",
                use_multipart=False,
            )
            return done["e_tag"] or ""

        try:
            return self._try(put)
        except FileNotFoundError as error:
            raise ConflictError from error

    def delete(self, keys: Sequence[str]) -> None:
        """See Store."""

        def delete() -> None:
            for at in range(0, len(keys), _PAGE):
                obstore.delete(self._store, [*keys[at : at + _PAGE]])

        self._try(delete)

    def _try(self, work: Callable[[], T]) -> T:
        """Do something, and say in our words what the store says when it does not."""
        try:
            return work()
        except (AlreadyExistsError, PreconditionError) as error:
            raise ConflictError from error
        except FileNotFoundError as error:
            if "NoSuchBucket" in str(error):
                raise self._no_bucket() from error
            raise
        except (PermissionDeniedError, UnauthenticatedError) as error:
            reason = f"access is denied{_said(str(error))}"
            raise StoreError(reason, hint=_RIGHTS) from error
        except (BaseError, ValueError, OSError) as error:
            raise self._explain(str(error)) from error

    def _explain(self, text: str) -> StoreError:
        if "NoSuchBucket" in text or "ContainerNotFound" in text:
            return self._no_bucket()
        if "redirect" in text and "region" in text:
            hint = "set `region:` of the target in policypages.yaml"
            return StoreError(f"the bucket `{self._bucket}` is in another region", hint=hint)
        if _ROLE.search(text):
            hint = f"set {self._names} in the environment"
            return StoreError("there are no credentials, or not all of them", hint=hint)
        status = _STATUS.search(text)
        if status is not None:
            number = int(status[1])
            reason = f"the server answers {number}{_said(text)}"
            busy = "the server is busy or broken: try again later" if number in _PASSING else None
            return StoreError(reason, hint=busy, passing=number in _PASSING)
        kind = _KIND.search(text)
        if kind is not None:
            return StoreError(_LOST.get(kind[1], "the connection broke"), passing=True)
        # an address may be signed: what stands behind its `?` is for nobody's log
        first = _SIGNED.sub("?…", text.partition("\n")[0])
        return StoreError(first[:1].lower() + first[1:], hint=_RIGHTS, passing="retries" in text)

    def _no_bucket(self) -> StoreError:
        return StoreError(f"there is no bucket `{self._bucket}`", hint="look at `to:` of the target")


def _said(text: str) -> str:
    said = _SAID.search(text)
    return f": {said[1]}{', ' + said[2].lower().rstrip('.') if said[2] else ''}" if said else ""
