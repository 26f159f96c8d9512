"""People become tokens: the same token for the same identifier, never the same for two."""

import base64
import hashlib
import hmac
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.kit.privacy.identifiers import IdentifierKeyring, canonical, fhir_reference, normalise, normalise_system

KEY = base64.b64encode(bytes(range(32))).decode()
OTHER = base64.b64encode(bytes(range(32, 64))).decode()
TOKEN = re.compile(r"^v1\.[a-z0-9-]{1,16}\.[A-Za-z0-9_-]{43}$")
kinds = st.sampled_from(["identifier", "reference", "display-name"])
systems = st.sampled_from(["https://h.example/staff", "urn:payroll", "urn:x:username", "mail"]) | st.text()


@pytest.mark.parametrize(
    ("system", "kind", "value", "token"),
    [
        ("urn:payroll", "identifier", "1001", "v1.a.7Zap6qjIdFfNBH77ymJMl1y_R4weVak000BCAo8JuaE"),
        ("https://h.example/fhir", "reference", "Practitioner/7", "v1.a.wTT6B6nYocetPYeEz-RVK5B0hDZqibTz8DgrHogIZtM"),
        ("urn:badge", "display-name", "Doe,  JO", "v1.a.vNYWRt86gERSOtOx0ndXYEWcLdr9lLR1JdLlmCGMb_w"),
    ],
)
def test_tokens_stay_what_they_are_for_ever(system: str, kind: str, value: str, token: str) -> None:
    assert IdentifierKeyring.from_setting(f"a:{KEY}").token(system, kind, value) == token
    assert TOKEN.match(token)


def test_a_token_is_what_the_architecture_says_it_is() -> None:
    mac = hmac.new(bytes(range(32)), b'["urn:payroll","identifier","1001"]', hashlib.sha256).digest()
    expected = base64.urlsafe_b64encode(mac).decode().rstrip("=")
    assert IdentifierKeyring.from_setting(f"a:{KEY}").token("urn:payroll", "identifier", "1001") == f"v1.a.{expected}"


def test_the_same_identifier_typed_differently_is_the_same_person() -> None:
    ring = IdentifierKeyring.from_setting(f"a:{KEY}")
    assert ring.token("mail", "identifier", " Jo.Doe@Example.ORG ") == ring.token(
        "mail", "identifier", "jo.doe@example.org"
    )
    assert ring.token("urn:username", "identifier", "JDoe1") == ring.token("urn:username", "identifier", "jdoe1")
    assert ring.token("urn:nr", "identifier", "12 34\u00a056") == ring.token("urn:nr/", "identifier", "123456")
    assert ring.token("x", "identifier", "１２３") == ring.token("x", "identifier", "123")
    assert ring.token("x", "display-name", "Doe,  JO") == ring.token("x", "display-name", "doe, jo")


def test_case_is_kept_where_it_may_tell_two_people_apart() -> None:
    assert normalise("urn:badge", "identifier", "aB1") != normalise("urn:badge", "identifier", "Ab1")
    assert normalise("mail", "reference", "Practitioner/aB") == "Practitioner/aB"


def test_a_relative_reference_and_the_absolute_one_name_the_same() -> None:
    absolute = fhir_reference("https://other.example", "HTTPS://Fhir.Example/r4/Practitioner/7/_history/3")
    assert fhir_reference("https://fhir.example/r4/", "Practitioner/7") == absolute
    assert absolute == ("https://fhir.example/r4", "Practitioner/7")


def test_the_same_relative_reference_from_two_sources_names_two_people() -> None:
    assert fhir_reference("https://a.example", "Practitioner/7") != fhir_reference(
        "https://b.example", "Practitioner/7"
    )


def test_a_reference_into_the_same_document_names_nobody_outside_it() -> None:
    with pytest.raises(ValueError, match="inside the document"):
        fhir_reference("https://a.example", "#p1")


def test_while_keys_rotate_every_token_is_known_and_the_first_is_current() -> None:
    old, new = f"old:{KEY}", f"new:{OTHER}"
    ring = IdentifierKeyring.from_setting(f"{new}, {old}")
    tokens = ring.tokens("s", "identifier", "1")
    assert tokens[0] == ring.token("s", "identifier", "1")
    assert tokens[1] == IdentifierKeyring.from_setting(old).token("s", "identifier", "1")


@pytest.mark.parametrize("setting", ["", "a", f"A B:{KEY}", "a:%%%", "a:c2hvcnQ=", f"a:{KEY},a:{OTHER}"])
def test_a_bad_key_is_refused_without_being_shown(setting: str) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        IdentifierKeyring.from_setting(setting)
    assert KEY not in str(refused.value)
    assert "c2hvcnQ" not in str(refused.value)


def test_a_keyring_never_shows_its_keys() -> None:
    assert "keys" not in repr(IdentifierKeyring.from_setting(f"a:{KEY}"))


def test_an_identifier_without_anything_visible_is_refused() -> None:
    with pytest.raises(ValueError, match="visible"):
        normalise("s", "identifier", " \u200b\t")


@given(systems, kinds, st.text())
def test_normalising_twice_changes_nothing(system: str, kind: str, value: str) -> None:
    try:
        once = normalise(system, kind, value)
    except ValueError:
        return
    assert normalise(system, kind, once) == once


triples = st.tuples(systems, kinds, st.text(min_size=1))


@given(triples, triples)
def test_two_different_identifiers_never_have_the_same_encoding(
    one: tuple[str, str, str], two: tuple[str, str, str]
) -> None:
    try:
        spelled = [(normalise_system(s), k, normalise(normalise_system(s), k, v)) for s, k, v in (one, two)]
    except ValueError:
        return
    assert (canonical(*one) == canonical(*two)) == (spelled[0] == spelled[1])


@given(st.text(min_size=1).filter(lambda value: value.isprintable() and value.strip()))
def test_the_same_number_in_two_systems_is_two_people(value: str) -> None:
    try:
        assert canonical("urn:a", "identifier", value) != canonical("urn:b", "identifier", value)
    except ValueError:
        assert not value.strip("\u00ad\u200b\ufeff")
