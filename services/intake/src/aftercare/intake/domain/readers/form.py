"""Posts of web forms: `{"@format": "form", FIELD: text}`, a list for a field that stands more than once."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from aftercare.intake.domain.outcome import Reason, RefusedError
from aftercare.intake.domain.readers.document import FORMAT, Document

CONTENT_TYPE = "application/x-www-form-urlencoded"
MAX_FIELDS = 2_000


def read_form(text: str) -> Iterator[Document]:
    """The form as one document. Raises `RefusedError`."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except UnicodeDecodeError:
        raise RefusedError(Reason.WRONG_CHARSET, "the form's bytes are not UTF-8", "form") from None
    except ValueError:
        raise RefusedError(Reason.TOO_LARGE, f"more than {MAX_FIELDS} fields", "form") from None
    value: dict[str, str | list[str]] = {}
    for name, words in pairs:
        before = value.get(name)
        if before is None:
            value[name] = words
        elif isinstance(before, list):
            before.append(words)
        else:
            value[name] = [before, words]
    yield Document(0, {**value, FORMAT: "form"})
