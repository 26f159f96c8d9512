"""What is sealed opens for one key only, what is encrypted opens in one place only, and nothing tells its length."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc.jwk import ECKey

from aftercare.kit.privacy import envelope_keys
from aftercare.kit.privacy.envelope_keys import CannotDecrypt, decrypt, encrypt, new_data_key, unwrap_key, wrap_key
from aftercare.kit.privacy.logins import login_key, login_token
from aftercare.kit.privacy.sealed import CannotOpen, new_key_pair, open_sealed, seal

PUBLIC, PRIVATE = new_key_pair("k1")
SOMEBODY_ELSES = new_key_pair("k2")[1]


def test_a_sealed_letter_opens_with_the_private_key_and_has_the_published_shape() -> None:
    letter = seal(json.dumps(PUBLIC), {"system": "s", "value": "Ö"})
    assert letter.count(".") == 4
    assert open_sealed(json.dumps(PRIVATE), letter) == {"system": "s", "value": "Ö"}


def test_a_p256_key_works_too() -> None:
    key = ECKey.generate_key("P-256")
    assert open_sealed(dict(key.as_dict(private=True)), seal(dict(key.as_dict(private=False)), {"a": 1})) == {"a": 1}


def test_the_public_half_holds_nothing_secret() -> None:
    assert "d" not in PUBLIC


def test_nobody_else_can_open_it_and_the_error_quotes_nothing() -> None:
    letter = seal(PUBLIC, {"value": "secret"})
    for wrong_key, text in (
        (SOMEBODY_ELSES, letter),
        (PUBLIC, letter),
        (PRIVATE, letter[:-4] + "AAAA"),
        (PRIVATE, "x.y"),
    ):
        with pytest.raises(CannotOpen) as refused:
            open_sealed(wrong_key, text)
        assert letter[:20] not in str(refused.value)


def test_a_letter_under_an_older_key_opens_while_keys_rotate() -> None:
    assert open_sealed({"keys": [SOMEBODY_ELSES, PRIVATE]}, seal(PUBLIC, {"a": 1})) == {"a": 1}


def test_the_length_of_a_letter_does_not_tell_the_length_of_a_name() -> None:
    assert len(seal(PUBLIC, {"value": "Li"})) == len(seal(PUBLIC, {"value": "Wolfeschlegelsteinhausenbergerdorff"}))


@pytest.mark.parametrize("key", ["", "[]", "{}", '{"kty":"oct","k":"AAAA"}', '{"kty":"OKP"}'])
def test_a_key_that_is_none_is_refused(key: str) -> None:
    with pytest.raises(ValueError, match="JWK"):
        seal(key, {})


@settings(max_examples=25)
@given(st.binary(max_size=200), st.text(max_size=50))
def test_a_field_decrypts_where_it_was_encrypted_and_nowhere_else(plain: bytes, context: str) -> None:
    key = new_data_key()
    stored = encrypt(key, plain, context)
    assert decrypt(key, stored, context) == plain
    for wrong_key, place in ((key, context + "x"), (new_data_key(), context)):
        with pytest.raises(CannotDecrypt):
            decrypt(wrong_key, stored, place)


def test_a_destroyed_key_leaves_nothing_to_read() -> None:
    master, owner = new_data_key(), "per_" + "0" * 32
    wrapped = wrap_key(master, key := new_data_key(), owner)
    assert unwrap_key(master, wrapped, owner) == key
    with pytest.raises(CannotDecrypt):
        unwrap_key(master, wrapped, "per_" + "1" * 32)


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x02" + b"0" * 40])
def test_what_we_did_not_encrypt_is_refused(stored: bytes) -> None:
    with pytest.raises(CannotDecrypt):
        decrypt(new_data_key(), stored, "")


def test_a_master_key_must_have_exactly_32_bytes() -> None:
    assert len(envelope_keys.master_key(base64.b64encode(bytes(32)).decode())) == 32
    with pytest.raises(ValueError, match="exactly 32"):
        envelope_keys.master_key(base64.b64encode(bytes(33)).decode())


def test_a_login_token_is_the_same_for_the_same_sign_in_only() -> None:
    key = login_key(base64.b64encode(bytes(32)).decode())
    token = login_token(key, "https://idp", "7")
    assert token == "login.v1.hs6o3S3HU1m_RT6XLvTn5kDgZ6IHIu7en4534_nrBAo"
    assert len({token, login_token(key, "https://idp7", ""), login_token(bytes(31) + b"1", "https://idp", "7")}) == 3
