"""What must not be shown, not even by a debugger's print."""

from typing import Any, cast

from aftercare.support.bootstrap import Support


def test_the_wired_service_does_not_show_its_key() -> None:
    nothing = cast("Any", None)
    assert "secret-key" not in repr(Support(nothing, nothing, nothing, b"secret-key"))
