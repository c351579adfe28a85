"""Stored values cannot be read, moved or altered without the key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.security.cipher_suites import SUITES
from gateway.security.field_encryption import FieldCipher, UnreadableField, field_context
from gateway.security.key_ring import KeyRing, new_ring, to_json

PLACE = field_context("patient", "name", "1")


@pytest.fixture(params=sorted(SUITES))
def cipher(request: pytest.FixtureRequest) -> FieldCipher:
    return FieldCipher(new_ring(request.param))


def test_value_decrypts_in_its_own_place(cipher: FieldCipher) -> None:
    assert cipher.decrypt(cipher.encrypt("王珅".encode(), PLACE), PLACE) == "王珅".encode()


def test_stored_value_holds_nothing_in_clear(cipher: FieldCipher) -> None:
    assert "王珅".encode() not in cipher.encrypt("王珅".encode() * 9, PLACE)


def test_value_moved_to_another_row_does_not_decrypt(cipher: FieldCipher) -> None:
    stored = cipher.encrypt(b"secret", PLACE)
    with pytest.raises(UnreadableField, match="altered or moved"):
        cipher.decrypt(stored, field_context("patient", "name", "2"))


def test_any_altered_byte_is_noticed(cipher: FieldCipher) -> None:
    stored = cipher.encrypt(b"secret", PLACE)
    for position in range(len(stored)):
        altered = bytearray(stored)
        altered[position] ^= 1
        with pytest.raises(UnreadableField):
            cipher.decrypt(bytes(altered), PLACE)


@pytest.mark.parametrize("length", [0, 3, 30])
def test_cut_value_is_noticed(cipher: FieldCipher, length: int) -> None:
    with pytest.raises(UnreadableField):
        cipher.decrypt(cipher.encrypt(b"", PLACE)[:length], PLACE)


def test_equal_values_are_stored_differently(cipher: FieldCipher) -> None:
    assert cipher.encrypt(b"same", PLACE) != cipher.encrypt(b"same", PLACE)


def test_keyed_hash_depends_on_purpose_and_text_alone(cipher: FieldCipher) -> None:
    first = cipher.keyed_hash("patient", "330102199001011237")
    assert len(first) == 32
    assert first == cipher.keyed_hash("patient", "330102199001011237")
    assert first != cipher.keyed_hash("audit", "330102199001011237")
    assert first != cipher.keyed_hash("patient", "330102199001011238")


def test_keyed_hash_of_another_deployment_differs() -> None:
    here, there = FieldCipher(new_ring()), FieldCipher(new_ring())
    assert here.keyed_hash("patient", "x") != there.keyed_hash("patient", "x")


def test_old_values_and_hashes_survive_a_change_to_the_chinese_suite() -> None:
    old_ring = new_ring()
    added = new_ring("SM4-GCM").keys[1]
    rotated = KeyRing({**old_ring.keys, 2: added}, current=2, lookup=1)
    old, new = FieldCipher(old_ring), FieldCipher(KeyRing.from_json(to_json(rotated)))
    stored = old.encrypt(b"before", PLACE)
    assert new.decrypt(stored, PLACE) == b"before"
    assert new.keyed_hash("patient", "x") == old.keyed_hash("patient", "x")
    with pytest.raises(UnreadableField, match="needs key 2"):
        old.decrypt(new.encrypt(b"after", PLACE), PLACE)


@given(plaintext=st.binary(max_size=200), context=st.binary(max_size=40))
def test_every_value_comes_back(plaintext: bytes, context: bytes) -> None:
    for name in SUITES:
        cipher = FieldCipher(new_ring(name))
        assert cipher.decrypt(cipher.encrypt(plaintext, context), context) == plaintext
