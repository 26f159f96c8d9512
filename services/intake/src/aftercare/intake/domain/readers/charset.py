"""Bytes to text by what the bytes, the record or the sender say; never by a guess.

In this order: a byte order mark, UTF-8 that is whole, what the record says of itself (XML's declaration, `MSH-18`),
what the sender says. Else it is refused, and the refusal names what the bytes look like, so that somebody can say it.
"""

import re

from charset_normalizer import from_bytes

from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.readers.csv_head import MAX_ABOVE, WELL_KNOWN

_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_WIDE = (
    (re.compile(rb"[{\[<\"]\x00\x00\x00"), "utf-32-le"),
    (re.compile(rb"\x00\x00\x00[{\[<\"]"), "utf-32-be"),
    (re.compile(rb"[{\[<\"M]\x00[^\x00]"), "utf-16-le"),
    (re.compile(rb"\x00[{\[<\"M]\x00"), "utf-16-be"),
)
_XML_SAYS = re.compile(rb"""\A\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_HL7_HEAD = re.compile(rb"\A\s*(?:[FB]HS[^\r\n]*[\r\n]\s*){0,2}(MSH([^\w\s])[^\r\n]*)")
_BELIEVED = {
    "us-ascii": "cp1252",
    **{f"iso-8859-{part}": f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 7, 8, 9, 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"cp{page}": f"cp{page}" for page in (850, 852, 858, 932, *range(1250, 1259))},
    "latin-1": "iso-8859-1",
    "latin1": "iso-8859-1",
    "shift-jis": "cp932",
    "windows-31j": "cp932",
    "ms932": "cp932",
    "sjis": "cp932",
    "euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp",
    "iso-2022-jp-1": "iso2022_jp_1",
    "euc-kr": "cp949",
    "gb18030": "gb18030",
    "gbk": "gbk",
    "big5": "big5",
    "koi8-r": "koi8-r",
    "utf-16": "utf-16",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
    "utf-32": "utf-32",
    "macintosh": "mac-roman",
}
"""Charsets that are believed when somebody states them. Codecs that are no charsets, and UTF-7, are not here."""
_HL7_NAMES = {
    **{f"8859/{part}": f"iso-8859-{part}" for part in (1, 2, 3, 4, 5, 7, 8, 9, 15)},
    "iso ir6": "us-ascii",
    "iso ir87": "iso-2022-jp-1",
    "iso ir159": "iso-2022-jp-1",
    "ks x 1001": "euc-kr",
    "gb 18030-2000": "gb18030",
    "big-5": "big5",
    "unicode utf-16": "utf-16",
    "ascii": "us-ascii",
}
_ASCII = ("", "us-ascii")
_SWITCH = b"\x1b$"
"""Where text of one byte per sign ends and Japanese begins, in the charsets of ISO 2022."""
_OF_TABLES = ("cp932", "euc-jp")
"""Charsets of national data whose files do not state them: their well-known column names do."""
_SPACES = "".join(sign for sign in map(chr, range(0x3001)) if sign.isspace() and sign != "\t")


def decode(body: bytes, stated: str | None = None) -> str:
    """The text of a body without its mark, and without spaces but with tabs around it. Raises `RefusedError`."""
    sure = _by_bytes(body)
    said = [known for name in (*_record_says(body), stated) if (known := _known(name)) is not None]
    for encoding in (*sure, *said):
        try:
            text = body.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        text = text.lstrip("\ufeff").strip(_SPACES).lstrip("\ufeff")
        if text.strip() and "\x00" not in text:
            return text
    if sure and sure[0].startswith(("utf-16", "utf-32")):
        raise RefusedError(Reason.BROKEN_TEXT, f"the bytes are {sure[0][:6].upper()} with half a character", "text")
    if b"\x00" in body[:4096] or body.count(b"\x00") > len(body) // 8:
        raise RefusedError(Reason.BINARY, "the bytes are not text", "binary")
    raise RefusedError(Reason.WRONG_CHARSET, f"the bytes are not UTF-8{_looks_like(body)}", "text")


def _by_bytes(body: bytes) -> list[str]:
    marked = next((encoding for mark, encoding in _MARKS if body.startswith(mark)), None)
    if marked is not None:
        return [marked]
    wide = next((encoding for head, encoding in _WIDE if head.match(body)), None)
    if wide is not None:
        return [wide]
    return [] if _SWITCH in body else ["utf-8-sig"]


def _record_says(body: bytes) -> list[str]:
    head = body[:4096].removeprefix(b"\xef\xbb\xbf")
    xml = _XML_SAYS.match(head)
    if xml is not None:
        return [xml[1].decode("ascii")]
    hl7 = _HL7_HEAD.match(head)
    if hl7 is None:
        return _column_names_say(body)
    fields = hl7[1].split(hl7[2])
    return _hl7_says(fields[17], body) if len(fields) > 17 else []


def _hl7_says(field: bytes, body: bytes) -> list[str]:
    """`MSH-18`: the default and others beside it. An empty default is ASCII, to which one other can be added.

    Of several others nobody can tell which is meant where.
    """
    written = [name.strip().casefold() for name in field.decode("ascii", "replace").split("~")]
    default, *others = [_HL7_NAMES.get(name, name) for name in written]
    if _SWITCH in body:
        return [name for name in (default, *others) if name.startswith("iso-2022")]
    beside = {name for name in others if name not in _ASCII}
    if default not in _ASCII or not beside:
        return [default]
    return list(beside) if len(beside) == 1 else []


def _column_names_say(body: bytes) -> list[str]:
    """A table one of whose first lines holds well-known column names in a charset is written in it."""
    lines = body[: 64 * 1024].split(b"\n", MAX_ABOVE + 1)[: MAX_ABOVE + 1]
    written = {name: [word.encode(name) for word in WELL_KNOWN] for name in _OF_TABLES}
    return [name for name, words in written.items() if any(all(word in line for word in words) for line in lines)][:1]


def _known(name: str | None) -> str | None:
    return _BELIEVED.get(name.strip().casefold().replace("_", "-")) if name else None


def is_charset(name: str) -> bool:
    """Whether bytes are read in this charset when somebody states it."""
    return _known(name) is not None or name.strip().casefold() in ("utf-8", "utf8")


def _looks_like(body: bytes) -> str:
    """A hint for the sender. It is never used to read: what looks like one charset can be another.

    Few bytes look like many charsets: the commonest of Europe is always named where it fits.
    """
    head = body[: 32 * 1024]
    found = [_windows(match.encoding.replace("_", "-")) for match in from_bytes(head)]
    names = [name for name in found if _known(name) and name != _COMMON][:3]
    if _decodes(head, _COMMON):
        names = [_COMMON, *names[:2]]
    if not names:
        return ""
    return (
        f"; they could be {' or '.join(names)}: have the sender state it in the content type, or say"
        f" `charset: {names[0]}` for the source (sources.yaml; to try it: check --charset {names[0]})"
    )


_COMMON = "windows-1252"


def _windows(name: str) -> str:
    return f"windows-{name[2:]}" if re.fullmatch(r"cp125\d", name) else name


def _decodes(body: bytes, name: str) -> bool:
    try:
        body.decode(name)
    except UnicodeDecodeError:
        return False
    return True
