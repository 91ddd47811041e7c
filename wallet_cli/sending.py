"""Sends a payment until its outcome is known, and never a second one in its place.

The same bytes go out each time: the server knows the command's id and answers what it answered, or would have.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.core.errors import Code
from wallet_cli import pending as store
from wallet_cli.answers import Paid, read
from wallet_cli.errors import Locked, NoAnswer, Refused, Unproven, WalletError
from wallet_cli.files import alone
from wallet_cli.pending import Pending
from wallet_cli.session import Session
from wallet_cli.words import _

PAUSES: Final = (0, 1, 2, 4)
"""Seconds before each try."""
_FINAL = frozenset(Code) - {Code.NOT_ALLOWED} | {"request_rejected", "request_expired"}
"""Refusals by who looks the id up first, so that it would have said yes had the payment been made.

Anything else, such as a revoked device, may be said without looking."""


@dataclass
class Outcome:
    """What became of a payment: the receipt, or the refusal."""

    payment: Pending
    paid: Paid | None
    refused: WalletError | None = None


def send(session: Session, payment: Pending, first: bool) -> Outcome:
    """Send it. `first`: it was never sent before. Raises NoAnswer when the outcome stays unknown; it is then kept."""
    unsure = not first
    last: WalletError | None = None
    for pause in PAUSES:
        if pause:
            session.screen.note(
                _("No answer yet; sending the same payment again. It cannot be paid twice."), "yellow"
            )
            session.world.sleep(pause)
        try:
            paid = read(Paid, session.server.once("POST", payment.path, payment.body))
        except NoAnswer as error:
            unsure, last = unsure or error.sent, error
            if error.code == "odd_answer":
                break  # it was heard; the same answer would come again
        except (Refused, Locked) as error:
            if not unsure or error.code in _FINAL:
                store.forget(session.folder, payment)
                return Outcome(payment, None, error)
            last = error
            break
        else:
            _check(payment, paid)
            store.forget(session.folder, payment)
            return Outcome(payment, paid)
    assert last is not None
    if not unsure:
        store.forget(session.folder, payment)
        raise NoAnswer(_("{reason} Nothing was paid.", reason=last.sentence), last.code, sent=False) from None
    raise NoAnswer(
        _(
            "It is not known whether the payment of {payment} was made: {reason} Send it again with the same command, or "
            "with: ricochet-wallet pending --send. It cannot be paid twice.",
            payment=payment, reason=last.sentence,
        ),
        "outcome_unknown",
        payment=payment.id,
    ) from None  # fmt: skip


def _check(asked: Pending, paid: Paid) -> None:
    """The receipt is of the payment that was signed."""
    told = (paid.id, paid.payer, paid.payee, paid.amount, paid.currency)
    if told != (asked.id, asked.payer, asked.payee, asked.amount, asked.currency):
        raise Unproven(
            _(
                "The server's receipt is of another payment than the one that you signed. Tell your community."
            ),
            "wrong_receipt",
            payment=asked.id,
        )


def settle(session: Session, *, yes: bool = False, before_paying: bool = False) -> list[Outcome]:
    """Ask about payments that were not confirmed, and send them again; what became of each.

    With nobody to ask and without `yes` they are only mentioned. Before a new payment an unknown one must be settled:
    then NoAnswer is raised when it is left or stays unknown.
    """
    outcomes = []
    for payment in store.all_of(session.folder, session.enrolment.community):
        if not yes and not session.world.interactive:
            session.screen.note(
                _("Not confirmed yet: {payment}. See: ricochet-wallet pending", payment=payment), "yellow"
            )
            continue
        if not yes:
            session.screen.note(_("This payment was not confirmed: {payment}.", payment=payment), "yellow")
            if not session.confirm(_("Send it again? It cannot be paid twice. [Y/n]"), default=True):
                if before_paying:
                    raise NoAnswer(
                        _("Nothing was paid. Settle the unconfirmed payment first: ricochet-wallet pending"),
                        "unsettled",
                    )
                continue
        try:
            outcome = send(session, payment, first=False)
        except NoAnswer as error:
            if before_paying:
                raise
            session.screen.note(error.sentence, "yellow")
            continue
        outcomes.append(outcome)
        _tell(session, outcome)
    return outcomes


def settle_first(session: Session) -> None:
    """`settle` before a look at the accounts; not while another command is paying, whose business it is."""
    session.profile.find(session.community)  # says how to enrol, before anything is made
    try:
        with alone(session.folder):
            settle(session)
    except Locked as locked:
        if locked.code != "busy":
            raise


def _tell(session: Session, outcome: Outcome) -> None:
    if outcome.paid:
        session.screen.note(
            _(
                "Confirmed, and paid once: {payment} (entry {seq}).",
                payment=outcome.payment,
                seq=outcome.paid.seq,
            ),
            "green",
        )
    elif outcome.refused:
        session.screen.note(
            _(
                "Refused, and not paid: {payment}. {reason}",
                payment=outcome.payment,
                reason=outcome.refused.sentence,
            ),
            "red",
        )
