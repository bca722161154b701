"""The one error tree: every error says what is wrong and how to mend it."""

from __future__ import annotations


class TiltmeterError(Exception):
    """
    An error whose cause lies with the input, in words a user can act on.

    Args:
        what: What is wrong, one line.
        mend: What to do about it, one line.
        where: File, line or setting it was found at; empty when there is none.

    >>> print(TiltmeterError("no such state: KAX", mend="did you mean KAZ?", where="my.toml"))
    my.toml: no such state: KAX
      Mend: did you mean KAZ?
    """

    def __init__(self, what: str, *, mend: str, where: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.mend = mend
        self.where = where

    def __str__(self) -> str:
        first = f"{self.where}: {self.what}" if self.where else self.what
        return f"{first}\n  Mend: {self.mend}"

    def __reduce__(self) -> tuple[object, ...]:
        # keyword-only arguments do not survive the default pickling; workers raise these
        return _rebuild, (type(self), self.what, self.mend, self.where)


def _rebuild(kind: type[TiltmeterError], what: str, mend: str, where: str) -> TiltmeterError:
    return kind(what, mend=mend, where=where)


class SettingsError(TiltmeterError, ValueError):
    """A setting, a theatre or another hand-written file is at fault."""


class StoreError(TiltmeterError, OSError):
    """The store cannot be opened, read or written."""


class SourceError(TiltmeterError, ValueError):
    """A file is not what its format says."""


class FetchError(TiltmeterError, ConnectionError):
    """A file cannot be fetched, or may not be."""


class ClusterError(TiltmeterError, ConnectionError):
    """A cluster cannot be reached, or cannot do the work."""


class ActorError(TiltmeterError, LookupError):
    """A name or code is no actor we know."""


class CoderError(TiltmeterError, ValueError):
    """The corpus or a text cannot be used by the coder."""


class ModelError(TiltmeterError, ArithmeticError):
    """The panel cannot be fitted."""


class QuestionError(TiltmeterError, ValueError):
    """A claim or question cannot be asked."""


class ShowError(TiltmeterError, RuntimeError):
    """A report or page cannot be made."""
