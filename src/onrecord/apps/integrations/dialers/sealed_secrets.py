"""Secrets that we have to read again, such as a dialer's signing secret, sealed with the master key."""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


def seal(text: str, master_key: bytes) -> str:
    """AES-256-GCM in base64; an empty text stays empty."""
    if not text:
        return ""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + _aead(master_key).encrypt(nonce, text.encode(), None)).decode()


def unseal(sealed: str, master_key: bytes) -> str:
    """The text. Raises ValueError if it was sealed with another master key or has been changed."""
    if not sealed:
        return ""
    raw = base64.b64decode(sealed)
    try:
        return _aead(master_key).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
    except InvalidTag as error:
        raise ValueError("A dialer's secret cannot be opened with this host's master key.") from error


def _aead(master_key: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=None, info=b"onrecord dialers").derive(master_key))
