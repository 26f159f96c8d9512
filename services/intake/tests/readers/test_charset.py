"""Bytes become text by what somebody says, never by a guess."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.readers.charset import decode

WORDS = "<a>é ü</a>"


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"]
)
def test_what_the_bytes_say_themselves_needs_nobody_to_say_it(encoding: str) -> None:
    assert decode(WORDS.encode(encoding)) == WORDS


@pytest.mark.parametrize(
    ("encoding", "stated"),
    [
        ("iso-8859-1", "ISO-8859-1"),
        ("cp1252", "windows-1252"),
        ("cp932", "Shift_JIS"),
        ("euc_jp", "EUC-JP"),
        ("iso2022_jp", "iso-2022-jp"),
        ("gb18030", "GB18030"),
        ("koi8-r", "KOI8-R"),
        ("utf-16-le", "UTF-16LE"),
    ],
)
def test_a_charset_that_the_sender_states_is_believed(encoding: str, stated: str) -> None:
    words = {"cp932": "事故", "euc_jp": "事故", "iso2022_jp": "事故", "gb18030": "事故", "koi8-r": "ЖЮ"}.get(
        encoding, "é ü"
    )
    assert decode(words.encode(encoding), stated) == words


def test_a_record_that_says_its_charset_is_believed_before_its_sender() -> None:
    body = '<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>'.encode("iso-8859-1")
    assert decode(body, "koi8-r").endswith("<a>é</a>")
    message = "MSH|^~\\&|A|B|C|D|2026||PEX^P07|1|P|2.5||||||8859/1\rPES|é\r".encode("iso-8859-1")
    assert decode(message).endswith("PES|é")


def message(says: str, encoding: str, words: str, before: str = "") -> bytes:
    return f"{before}MSH|^~\\&|A|B|C|D|2026||PEX^P07|1|P|2.5||||||{says}\rPES|{words}\r".encode(encoding)


@pytest.mark.parametrize(
    ("says", "encoding", "words"),
    [
        ("~8859/1", "iso-8859-1", "é"),
        ("ASCII~8859/2", "iso-8859-2", "ł"),
        ("ISO IR6~8859/1~8859/1", "iso-8859-1", "é"),
        ("8859/1~8859/2", "iso-8859-1", "é"),
        ("~ISO IR87", "iso2022_jp", "患者"),
        ("ASCII~ISO IR87", "iso2022_jp", "患者"),
        ("ISO IR6~ISO IR87~ISO IR159", "iso2022_jp_1", "患丂者"),
        ("KS X 1001", "cp949", "환자"),
    ],
)
def test_of_a_list_in_msh_18_the_first_is_the_default_and_an_empty_one_is_ascii(
    says: str, encoding: str, words: str
) -> None:
    assert decode(message(says, encoding, words)).endswith(f"PES|{words}")


def test_of_several_charsets_behind_an_empty_first_one_none_is_guessed_unless_the_sender_says() -> None:
    body = message("~8859/1~8859/2", "iso-8859-2", "ł")
    with pytest.raises(RefusedError):
        decode(body)
    assert decode(body, "iso-8859-2").endswith("PES|ł")


@pytest.mark.parametrize("says", ["", "~"])
def test_an_empty_msh_18_states_nothing(says: str) -> None:
    with pytest.raises(RefusedError):
        decode(message(says, "iso-8859-1", "é"))


def test_a_charset_behind_the_headers_of_a_batch_is_believed() -> None:
    body = message("8859/1", "iso-8859-1", "é", before="FHS|^~\\&|A|B\rBHS|^~\\&|A|B\r")
    assert decode(body).endswith("PES|é")


def test_a_switch_of_character_sets_far_behind_the_head_is_seen() -> None:
    words = f"{'x' * 5000}|患者"
    assert decode(message("~ISO IR87", "iso2022_jp", words)).endswith(words)


@pytest.mark.parametrize("stated", [None, "utf-8", "utf-7", "unicode_escape", "rot13", "idna", "nonsense"])
def test_what_nobody_says_is_refused_and_no_codec_that_is_no_charset_is_used(stated: str | None) -> None:
    with pytest.raises(RefusedError) as refused:
        decode(b'{"a": "\xe9\xe8\xe0 et les autres"}', stated)
    assert refused.value.refusal.reason is Reason.WRONG_CHARSET


def test_a_refusal_names_what_it_could_be_and_quotes_nothing() -> None:
    words = "Les infirmières ont été prévenues à l'hôpital, près de la forêt, où Zaphodine était déjà."
    with pytest.raises(RefusedError) as refused:
        decode(words.encode("iso-8859-1"))
    assert "have the sender state it" in refused.value.refusal.detail
    assert "Zaphodine" not in refused.value.refusal.detail


@given(st.binary(max_size=200), st.sampled_from([None, "utf-8", "iso-8859-1", "shift_jis", "utf-16", "x"]))
def test_any_bytes_are_text_or_refused(body: bytes, stated: str | None) -> None:
    try:
        text = decode(body, stated)
    except RefusedError:
        return
    assert text
    assert "\x00" not in text
