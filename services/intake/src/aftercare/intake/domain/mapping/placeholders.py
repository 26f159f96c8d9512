"""What stands where a person is due, and names nobody: `anonym`, `unbekannt`, `n/a`, `xxx`, `000`.

Taken for a person it would be one and the same in every incident: an offer to nobody, and nobody would be asked.
"""

import re
import unicodedata
from functools import cache
from importlib import resources

import yaml

_FILLED = re.compile(r"x+|0+")
"""A field that had to be filled."""


@cache
def _data() -> tuple[frozenset[str], frozenset[str]]:
    """Words and phrases, from the file beside this one."""
    said = yaml.safe_load((resources.files(__package__) / "placeholders.yaml").read_text(encoding="utf-8"))
    words = (frozenset(plain_words(str(one)) for one in said[name]) for name in ("words", "phrases"))
    return next(words), next(words)


def is_placeholder(written: str, own: frozenset[str]) -> bool:
    """Whether it is one of those that we know, or of the `own` ones of a mapping, as `plain_words` writes them."""
    words, phrases = _data()
    plain = plain_words(written)
    if plain in own or plain in phrases:
        return True
    parts = frozenset(plain.split())
    return parts <= words or bool(_FILLED.fullmatch("".join(parts)) and len(parts) < 2)


def plain_words(written: str) -> str:
    """Without case, width and signs, and with one space between: `(K.A.)` is `k a`."""
    folded = unicodedata.normalize("NFKC", written).casefold()
    return " ".join("".join(sign if sign.isalnum() else " " for sign in folded).split())
