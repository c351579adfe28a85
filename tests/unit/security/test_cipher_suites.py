"""The suites compute what the standards say."""

from gateway.security.cipher_suites import AesGcmSuite, Sm4GcmSuite


def test_suites_are_told_apart_by_number() -> None:
    assert (AesGcmSuite.number, Sm4GcmSuite.number) == (1, 2)


def test_encryption_of_fixed_input_never_changes() -> None:
    """Stored values must stay readable: a change of key derivation would lose them all."""
    secret, nonce = bytes(range(32)), bytes(12)
    aes, sm4 = AesGcmSuite(secret), Sm4GcmSuite(secret)
    assert (
        aes.encrypt(nonce, b"report", b"row").hex()
        == "fdb53e0c8efae15973d61ca15e40f0a72032c43175c9"
    )
    assert (
        sm4.encrypt(nonce, b"report", b"row").hex()
        == "119b9df8c4bcfd5f88997d6e6a5395a24da571d67b0a"
    )
    assert (
        aes.keyed_hash(b"number").hex()
        == "89522ff5089d4449baf908ec91d946a1cf7bf91287462c23dec072525fc84ea9"
    )
    assert (
        sm4.keyed_hash(b"number").hex()
        == "8dbe64f3fa3762cc29bcae4e721c6a452a316f3f41b4b64d2b09d35992e75b22"
    )
