"""pay, accept, reject, pending: what leaves an account."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal

import typer

from wallet_cli import pending as store
from wallet_cli.amounts import write_amount
from wallet_cli.answers import Request, read
from wallet_cli.cli import command
from wallet_cli.errors import Misused, NoAnswer, Refused
from wallet_cli.files import alone
from wallet_cli.orders import (
    Order,
    by_amount,
    choose,
    fetch_request,
    find_payees,
    order_for,
    request_key,
    with_deal,
)
from wallet_cli.paying import carry_out, show_paid
from wallet_cli.sending import Outcome, settle
from wallet_cli.session import Session
from wallet_cli.words import _

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Source = Annotated[
    str | None, typer.Option("--from", help="Id of your account that pays, when you have several.")
]
Sphere = Literal["individual", "collective", "associative"]


Which = Annotated[Sphere | None, typer.Option("--sphere", help="Sphere of an exchange of time.")]
Deal = Annotated[
    str | None, typer.Option("--deal", help="Whole price, when the rest is paid in euros apart.")
]
Activity = Annotated[str, typer.Option("--activity", help="Activity code of what is bought, for a purse.")]


def pay(
    session: Session,
    payee: Annotated[str, typer.Argument(help="Name of a member, id of an account, or a payment link.")],
    amount: Annotated[
        str | None, typer.Argument(help="How much: 12.50, or 1h30 for time. A link says it itself.")
    ] = None,
    currency: Annotated[str | None, typer.Option(help="Code of the currency, when you have several.")] = None,
    source: Source = None,
    deal: Deal = None,
    sphere: Which = None,
    activity: Activity = "",
    memo: Annotated[str, typer.Option(help="A line for you and the payee.")] = "",
    yes: Yes = False,
) -> None:
    """Pay by name, account or link."""
    if request_key(payee) and (amount or currency or memo):
        raise Misused(
            _("A payment link says how much and what for; leave amount, --currency and --memo out.")
        )
    with alone(session.folder):
        settled = settle(session, yes=yes, before_paying=True)
        if request_key(payee):
            order = _order_for(session, payee, source, settled)
        elif amount is None:
            raise Misused(_("How much? For example: ricochet-wallet pay {payee} 12.50", payee=payee))
        else:
            pair = choose(session.accounts(), find_payees(session, payee), currency, source)
            order = replace(by_amount(pair, session, amount), memo=memo.strip())
        outcome = _pay(session, order, deal, sphere, activity, yes, settled)
    show_paid(session, outcome)


def accept(
    session: Session,
    link: Annotated[str, typer.Argument(help="Payment link, or id of a request.")],
    source: Source = None,
    deal: Deal = None,
    sphere: Which = None,
    activity: Activity = "",
    yes: Yes = False,
) -> None:
    """Pay what a payment request asks for."""
    with alone(session.folder):
        settled = settle(session, yes=yes, before_paying=True)
        outcome = _pay(
            session, _order_for(session, link, source, settled), deal, sphere, activity, yes, settled
        )
    show_paid(session, outcome)


def _order_for(session: Session, link: str, source: str | None, settled: list[Outcome]) -> Order | Outcome:
    """The order that a link means, or how it ended, when it is one of those that were settled just now."""
    request = fetch_request(session, link)
    for earlier in settled:
        if earlier.paid and earlier.payment.path == f"{request.path}/acceptance":
            return earlier
    return order_for(session, request, source)


def _pay(
    session: Session, order: Order | Outcome, deal: str | None, sphere: str | None, activity: str, yes: bool,
    settled: list[Outcome],
) -> Outcome:  # fmt: skip
    if isinstance(order, Outcome):
        return order
    return carry_out(
        session, with_deal(replace(order, sphere=sphere, activity=activity), deal), yes=yes, settled=settled
    )


def reject(
    session: Session,
    link: Annotated[str, typer.Argument(help="Payment link, or id of a request.")],
    yes: Yes = False,
) -> None:
    """Say no to a payment request."""
    request = fetch_request(session, link)
    unit = session.enrolment.unit(request.currency, request.scale)
    session.screen.pairs(
        [(_("To"), request.payee_name or request.payee), (_("Amount"), write_amount(request.amount, unit))],
        aside=True,
    )
    if not yes and not session.confirm(_("Reject this request? [y/N]")):
        raise Refused(_("Nothing was changed."), "not_confirmed")
    found = read(
        Request,
        session.server.once("POST", f"{request.path}/rejection", {}),
    )
    if not session.screen.answer(found.plain()):
        session.screen.line(_("Rejected; nothing was paid."), "green")


def pending(
    session: Session,
    resend: Annotated[bool, typer.Option("--send", help="Send them again without asking.")] = False,
    forget: Annotated[
        str | None, typer.Option(help="Id of one to give up; only if your history shows it was not paid.")
    ] = None,
    yes: Yes = False,
) -> None:
    """Payments whose answer was lost."""
    with alone(session.folder):
        waiting = store.all_of(session.folder, session.enrolment.community)
        if forget:
            _forget(session, waiting, forget, yes)
            return
        if not waiting:
            if not session.screen.answer({"pending": [], "settled": []}):
                session.screen.line(_("Every payment is confirmed."), "green")
            return
        outcomes = [] if session.screen.as_json and not resend else settle(session, yes=resend)
        left = store.all_of(session.folder, session.enrolment.community)
    if not session.screen.answer(
        {
            "pending": [each.model_dump(mode="json", exclude={"body"}) for each in left],
            "settled": [
                {
                    "id": each.payment.id,
                    "paid": each.paid is not None,
                    "seq": each.paid.seq if each.paid else None,
                }
                for each in outcomes
            ],
        }
    ):
        for each in left:
            session.screen.line(f"{each}  {each.id}")
    if resend and left:
        raise NoAnswer(
            _("Not every payment could be confirmed; send again later. None can be paid twice."),
            "outcome_unknown",
        )


def _forget(session: Session, waiting: list[store.Pending], command_id: str, yes: bool) -> None:
    found = next((each for each in waiting if each.id == command_id), None)
    if found is None:
        raise Refused(_("There is no unconfirmed payment {id}.", id=command_id), "no_such_payment")
    session.screen.note(_("This payment may have been made all the same: {payment}", payment=found), "yellow")
    if not yes and not session.confirm(_("Forget it? [y/N]")):
        raise Refused(_("Nothing was changed."), "not_confirmed")
    store.forget(session.folder, found)
    if not session.screen.answer({"forgotten": found.id}):
        session.screen.line(_("Forgotten."))


def register(app: typer.Typer) -> None:
    """Add these commands to the program."""
    command(app, "pay", help="Pay a member by name, an account, or a payment link.")(pay)
    command(app, "accept", help="Pay what a payment link asks for.")(accept)
    command(app, "reject", help="Say no to a payment link.")(reject)
    command(app, "pending", help="Settle payments whose answer was lost.")(pending)
