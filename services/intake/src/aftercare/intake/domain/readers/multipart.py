"""Posts of web forms in parts, as browsers send them: the same document as of any other form. Files are left out."""

import re
from collections.abc import Iterator
from email.message import Message
from email.parser import Parser

from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.readers.document import FORMAT, Document
from aftercare.intake.domain.readers.form import MAX_FIELDS

_FIRST = re.compile(r'--(?P<boundary>[^\s"]{1,70})\r?\n[Cc]ontent-[Dd]isposition:\s*form-data\b')


def is_multipart(head: str) -> bool:
    """Whether a text begins as a form in parts: the boundary stands in its first line."""
    return _FIRST.match(head) is not None


def read_multipart(text: str) -> Iterator[Document]:
    """The form as one document; a field that stands more than once has a list. Raises `RefusedError`."""
    found = _FIRST.match(text)
    if found is None:
        raise RefusedError(Reason.NOT_A_RECORD, "no form in parts", "form")
    if f"--{found['boundary']}--" not in text:
        raise RefusedError(Reason.TRUNCATED_FORM, "the boundary that ends the form is missing", "form")
    if text.count(f"--{found['boundary']}") > MAX_FIELDS + 1:
        raise RefusedError(Reason.TOO_LARGE, f"more than {MAX_FIELDS} fields", "form")
    head = f'Content-Type: multipart/form-data; boundary="{found["boundary"]}"\n\n'
    parts = Parser().parsestr(head + text).get_payload()
    fields: dict[str, str | list[str]] = {}
    for part in parts if isinstance(parts, list) else ():
        _add(part, fields)
    yield Document(0, {**fields, FORMAT: "form"})


def _add(part: object, fields: dict[str, str | list[str]]) -> None:
    """One field; nothing of a file, and nothing of what is encoded or has parts of its own."""
    if not isinstance(part, Message) or part.get_filename() is not None or part.is_multipart():
        return
    name, words = part.get_param("name", header="content-disposition"), part.get_payload()
    if not isinstance(name, str) or not isinstance(words, str) or part.get("content-transfer-encoding"):
        return
    before = fields.get(name)
    if before is None:
        fields[name] = words.rstrip("\r\n")
    elif isinstance(before, list):
        before.append(words.rstrip("\r\n"))
    else:
        fields[name] = [before, words.rstrip("\r\n")]
