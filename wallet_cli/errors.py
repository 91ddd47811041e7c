"""How a command of the wallet can end badly; each class has its exit code (docs/how-to/wallet.md)."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes by class of error."""

    DONE = 0
    REFUSED = 1
    USAGE = 2
    NO_ANSWER = 3
    LOCKED = 4
    UNPROVEN = 5
    INTERRUPTED = 130


class WalletError(Exception):
    """One sentence for people that says what happened and what to do, and a stable code for programs."""

    exit: Exit = Exit.REFUSED

    def __init__(self, sentence: str, code: str, **more: object) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.more = more
        """Further facts for `--json`."""


class Refused(WalletError):
    """The rules, or the person at the keyboard, said no; nothing was written."""

    exit = Exit.REFUSED


class Misused(WalletError):
    """The command line cannot be understood, or lacks something."""

    exit = Exit.USAGE

    def __init__(self, sentence: str, code: str = "usage", **more: object) -> None:
        super().__init__(sentence, code, **more)


class NoAnswer(WalletError):
    """The server did not answer. `sent` False: the request certainly never reached it."""

    exit = Exit.NO_ANSWER

    def __init__(self, sentence: str, code: str = "no_answer", sent: bool = True, **more: object) -> None:
        super().__init__(sentence, code, **more)
        self.sent = sent


class Locked(WalletError):
    """No enrolment, no passphrase, a revoked device, or another command at work."""

    exit = Exit.LOCKED

    def __init__(self, sentence: str, code: str = "locked", **more: object) -> None:
        super().__init__(sentence, code, **more)


class Unproven(WalletError):
    """Something that should prove itself does not: a receipt, a key, an answer that is not what was asked."""

    exit = Exit.UNPROVEN

    def __init__(self, sentence: str, code: str = "unproven", **more: object) -> None:
        super().__init__(sentence, code, **more)
