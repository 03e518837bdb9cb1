"""What an object store says when it does not do its work, in our words."""

from __future__ import annotations

import pytest
from obstore.exceptions import GenericError

from policypages.publish.address import address_of
from policypages.publish.objects import ObjectStore
from policypages.publish.store import StoreError


def test_a_signature_is_not_printed() -> None:
    """With a token of Azure each address is signed, and an error may name the address."""
    store = ObjectStore(address_of({"to": "s3://pages", "endpoint": "http://127.0.0.1:9", "region": "x"}))

    def fail() -> None:
        text = "Oh: https://acme.blob.example/live?sv=2024&sig=c2VjcmV0%3D (of no kind)"
        raise GenericError(text)

    with pytest.raises(StoreError) as caught:
        store._try(fail)
    assert caught.value.reason == "oh: https://acme.blob.example/live?… (of no kind)"
