"""What names a data key without telling it."""

import hashlib
import hmac

import pytest

from onrecord.storage.recording import NotWitnessedError, Witness, check_witness, commitment

CALL = "a" * 32
KEY = bytes(range(32))


def test_a_commitment_is_an_hmac_under_the_key_of_the_call_that_it_is_for() -> None:
    said = f"onrecord data key of {CALL}".encode()
    assert commitment(CALL, KEY) == hmac.new(KEY, said, hashlib.sha256).hexdigest()


def test_another_key_and_another_call_have_other_commitments() -> None:
    assert len({commitment(CALL, KEY), commitment("b" * 32, KEY), commitment(CALL, bytes(32))}) == 3


def test_what_differs_is_named() -> None:
    known = Witness.of(CALL, b"{}", KEY)
    check_witness(Witness.of(CALL, b"{}", KEY), known)
    with pytest.raises(NotWitnessedError, match="a different manifest of it"):
        check_witness(Witness.of(CALL, b"[]", KEY), known)
    with pytest.raises(NotWitnessedError, match="a different manifest and a different key of it"):
        check_witness(Witness.of(CALL, b"[]", bytes(32)), known)


def test_a_witness_is_read_as_it_is_written() -> None:
    known = Witness.of(CALL, b"{}", KEY)
    assert Witness.parse(str(known)) == known
    for text in ("", ":", str(known)[:-1], str(known).upper()):
        with pytest.raises(ValueError, match="is not a witness"):
            Witness.parse(text)
