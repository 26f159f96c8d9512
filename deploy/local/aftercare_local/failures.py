"""What can be missing on a stranger's machine, each as one sentence that says what to do."""

import errno


class StackError(RuntimeError):
    """The stack can't go on. The text is for a person: what is wrong and what to do, in one sentence."""


class PortTakenError(StackError):
    def __init__(self, port: int, wanted_for: str, setting: str) -> None:
        super().__init__(
            f"Port {port}, which {setting} asks for ({wanted_for}), is in use by another program: "
            f"stop that program, or set {setting} to another number or leave it out."
        )


class PartFailedError(StackError):
    """A part did not come up, or died. Names the log to read."""


def disk_sentence(error: OSError) -> str | None:
    """The sentence for a full disk or a folder that can't be written, `None` for any other error."""
    where = error.filename or "the disk"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full ({where}): free about 2 GB, or run `make clean` to remove old runs, and start again."
    if error.errno in (errno.EACCES, errno.EROFS):
        return f"{where} can't be written: give yourself the right to write there, or use a checkout of your own."
    return None
