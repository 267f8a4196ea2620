# SPDX-License-Identifier: Apache-2.0
"""Writes the known-answer vectors of secure aggregation. Usage: `python vectors.py FILE`.

A second implementation of docs/learning.md, with other libraries: three participants whose accounts
and secrets are bytes of 1, 2 and 3, on the chain `ee..ee`, in round 7, two shares needed of three.
The first one's announcement and share file, and the second one's upload of (0.5, -0.25, 2.0), clipped
to 1 with 20 bits after the point, of weight 3.
"""

import hashlib
import struct
import sys
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.ciphers.algorithms import ChaCha20
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

GENESIS = b"\xee" * 32
ROUND = struct.pack("<Q", 7)
THRESHOLD = 2
TAG = hashlib.sha256(b"ratio1/learning/round" + GENESIS + ROUND).digest()
SHARES, UPLOAD = 1, 2
SEED, MASK_KEY = 1, 2


def derive(salt, secret, info):
    return HKDF(hashes.SHA256(), 32, salt, info).derive(secret)


def stream(key, length):
    # Counter and nonce are zero.
    return Cipher(ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(length))


def header(kind, account):
    return b"r1-learn" + bytes([kind, 1]) + GENESIS + ROUND + account


class Participant:
    def __init__(self, byte):
        self.account = bytes([byte]) * 32
        key = lambda label: derive(
            GENESIS, bytes([byte]) * 32, b"ratio1/learning/keys/" + label + ROUND + self.account
        )
        self.mask, self.share = key(b"mask"), key(b"share")
        self.seed, self.dealing = key(b"seed"), key(b"dealing")
        self.mask_key, self.share_key = public(self.mask), public(self.share)
        self.seed_commitment = hashlib.sha256(b"ratio1/learning/seed" + self.seed).digest()


def public(secret):
    return X25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def agree(secret, other):
    return X25519PrivateKey.from_private_bytes(secret).exchange(
        X25519PublicKey.from_public_bytes(other)
    )


def multiply(one, other):
    """In GF(2^8), modulo x^8 + x^4 + x^3 + x + 1."""
    product = 0
    for bit in range(8):
        if other >> bit & 1:
            product ^= one << bit
    for bit in range(14, 7, -1):
        if product >> bit & 1:
            product ^= 0x11B << (bit - 8)
    return product


def split(secret, count, words):
    """Each byte is the constant of a polynomial; other coefficients are the low bytes of words."""
    shares = [bytearray() for _ in range(count)]
    for byte in secret:
        coefficients = [byte] + [next(words) for _ in range(THRESHOLD - 1)]
        for point, share in enumerate(shares, 1):
            value, power = 0, 1
            for coefficient in coefficients:
                value ^= multiply(coefficient, power)
                power = multiply(power, point)
            share.append(value)
    return [bytes(share) for share in shares]


def share_file(dealer, everyone):
    words = iter(stream(dealer.dealing, 4 * 2 * 32 * THRESHOLD)[::4])
    masks = split(dealer.mask, len(everyone), words)
    seeds = split(dealer.seed, len(everyone), words)
    file = header(SHARES, dealer.account) + bytes([THRESHOLD, len(everyone)])
    for recipient, mask, seed in zip(everyone, masks, seeds):
        key = derive(
            TAG,
            agree(dealer.share, recipient.share_key),
            b"ratio1/learning/share" + dealer.account + recipient.account,
        )
        file += ChaCha20Poly1305(key).encrypt(bytes(12), mask + seed, None)
        for kind, share in (MASK_KEY, mask), (SEED, seed):
            file += hashlib.sha256(
                b"ratio1/learning/share-hash"
                + TAG
                + dealer.account
                + recipient.account
                + bytes([kind])
                + share
            ).digest()
    return file


def upload(participant, everyone, elements):
    masks = [(1, derive(TAG, participant.seed, b"ratio1/learning/self-mask"))]
    for other in everyone:
        if other is not participant:
            low, high = sorted([participant.account, other.account])
            sign = 1 if participant.account == low else -1
            secret = agree(participant.mask, other.mask_key)
            masks.append((sign, derive(TAG, secret, b"ratio1/learning/pair-mask" + low + high)))
    words = list(elements)
    for sign, key in masks:
        mask = struct.unpack(f"<{len(words)}Q", stream(key, 8 * len(words)))
        words = [(word + sign * word_of_mask) % 2**64 for word, word_of_mask in zip(words, mask)]
    start = header(UPLOAD, participant.account) + struct.pack("<I", len(words) - 1)
    return start + struct.pack(f"<{len(words)}Q", *words)


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: python vectors.py FILE")
    everyone = [Participant(byte) for byte in (1, 2, 3)]
    first, second, _ = everyone
    weight, one = 3, 2**20
    elements = [weight * value for value in (one // 2, -one // 4, one)] + [weight]
    vectors = {
        "mask-key": first.mask_key,
        "share-key": first.share_key,
        "seed-commitment": first.seed_commitment,
        "share-file": share_file(first, everyone),
        "upload": upload(second, everyone, elements),
    }
    lines = [f"{name} {value.hex()}\n" for name, value in vectors.items()]
    Path(sys.argv[1]).write_text("".join(lines))


if __name__ == "__main__":
    main()
