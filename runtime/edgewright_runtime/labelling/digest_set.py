"""Which texts were seen, in ten bytes each."""

from __future__ import annotations

import hashlib

_BYTES = 8
"""Of each text's hash; among a million texts, two are alike with a probability of one in 37 million."""

_BUCKETS = 4096


class DigestSet:
    """A set of texts that cannot give them back. A Python set of as many hashes would take ten times the memory."""

    def __init__(self) -> None:
        self._buckets = [bytearray() for _ in range(_BUCKETS)]
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, text: str) -> bool:
        bucket, digest = self._place(text)
        return _is_in(bucket, digest)

    def add(self, text: str) -> None:
        """Takes the text in, once."""
        bucket, digest = self._place(text)
        if not _is_in(bucket, digest):
            bucket += digest
            self._count += 1

    def _place(self, text: str) -> tuple[bytearray, bytes]:
        digest = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), digest_size=_BYTES).digest()
        return self._buckets[int.from_bytes(digest[:2], "big") % _BUCKETS], digest


def _is_in(bucket: bytearray, digest: bytes) -> bool:
    """Whether the digest is one of those that lie in the bucket one behind the other."""
    place = bucket.find(digest)
    while place % _BYTES and place >= 0:  # across two of them
        place = bucket.find(digest, place + 1)
    return place >= 0
