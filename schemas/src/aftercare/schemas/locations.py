"""Where the contract files lie: beside the sources in a checkout, inside the package in a wheel."""

from pathlib import Path

_INSTALLED = Path(__file__).parent / "contract"
_CHECKOUT = Path(__file__).parents[3]


def contract_folder(name: str) -> Path:
    """The folder `topics`, `json` or `examples` of the contracts.

    Raises `FileNotFoundError` when neither a checkout nor a wheel is around this module.
    """
    for root in (_INSTALLED, _CHECKOUT):
        folder = root / name
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the contract folder {name!r} is neither in {_INSTALLED} nor in {_CHECKOUT}")
