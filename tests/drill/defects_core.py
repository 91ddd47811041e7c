"""Defects of the rules: money that should not move moves, or the other way round."""

from __future__ import annotations

from tests.drill.defect import Defect

CORE = (
    # --- limits ---
    Defect(
        "a line may be passed by one unit", "ledger/core/draft.py",
        "if falls > left:", "if falls > left + 1:", "tests/unit/test_core_limits.py",
    ),
    Defect(
        "holds are not counted against what is available", "ledger/core/draft.py",
        "held.debits_posted - held.debits_held - floor", "held.debits_posted - floor",
        "tests/unit/test_core_limits.py",
    ),
    Defect(
        "a ceiling ignores what is promised", "ledger/core/draft.py",
        "(held.credits_posted - held.debits_posted) - held.credits_held",
        "(held.credits_posted - held.debits_posted)", "tests/unit/test_core_limits.py",
    ),
    Defect(
        "a promise helps to pay", "ledger/core/draft.py",
        "out + out_held - into)", "out + out_held - into - held.credits_held)",
        "tests/unit/test_core_limits.py",
    ),
    Defect(
        "force crosses the floor of backed units", "ledger/core/draft.py",
        "if self.force and currency_of(self.books, held).model in CREDIT:", "if self.force:",
        "tests/unit/test_core_history.py",
    ),
    Defect(
        "a leaver keeps the credit line", "ledger/core/charges.py",
        "account_set(held, floor=0, state=", "account_set(held, state=", "tests/unit/test_domain_core.py",
    ),
    Defect(
        "an account with an open hold closes", "ledger/core/membership.py",
        "if held.balance or held.debits_held or held.credits_held:", "if held.balance:",
        "tests/unit/test_core_accounts.py",
    ),
    # --- rounding and fees ---
    Defect(
        "halves are rounded down", "ledger/core/money.py",
        "(2 * numerator + denominator) // (2 * denominator)", "(2 * numerator + denominator - 1) // (2 * denominator)",
        "tests/unit/test_core_money.py",
    ),
    Defect(
        "the reserved part of a fee is not given back", "ledger/core/corrections.py",
        "if fee.reason in (Reason.FEE, Reason.FEE_RESERVE):", "if fee.reason == Reason.FEE:",
        "tests/unit/test_core_corrections.py",
    ),
    Defect(
        "fees of several refunds are rounded each for itself", "ledger/core/corrections.py",
        "round_half_up(fee.posted * after, main.posted) - round_half_up(fee.posted * before, main.posted)",
        "round_half_up(fee.posted * (after - before), main.posted)", "tests/unit/test_core_corrections.py",
    ),
    # --- corrections ---
    Defect(
        "an entry is reversed twice", "ledger/core/corrections.py",
        'if past.reversed:\n        raise Rejected(Code.ALREADY_REVERSED, "this entry',
        'if past.reversed and past.refunded:\n        raise Rejected(Code.ALREADY_REVERSED, "this entry',
        "tests/unit/test_core_corrections.py",
    ),
    Defect(
        "a reversed payment is refunded", "ledger/core/corrections.py",
        'if past.reversed:\n        raise Rejected(Code.ALREADY_REVERSED, "this payment',
        'if past.reversed and past.refunded:\n        raise Rejected(Code.ALREADY_REVERSED, "this payment',
        "tests/unit/test_core_corrections.py",
    ),
    Defect(
        "earlier refunds do not count", "ledger/core/corrections.py",
        "left = main.posted - past.refunded", "left = main.posted", "tests/unit/test_core_corrections.py",
    ),
    Defect(
        "the window of reversals ends a moment early", "ledger/core/corrections.py",
        "if now > past.ts + policy", "if now >= past.ts + policy",
        "tests/unit/test_core_corrections.py",
    ),
    Defect(
        "the window of reversals is a day too long", "ledger/core/corrections.py",
        "past.ts + policy.reversal_window_days * checks.DAY", "past.ts + (policy.reversal_window_days + 1) * checks.DAY",
        "tests/unit/test_core_corrections.py",
    ),
    Defect(
        "who entered it reverses it", "ledger/core/corrections.py",
        "if command.actor == past.actor:", "if command.approver == past.actor:",
        "tests/unit/test_core_corrections.py",
    ),
    # --- holds ---
    Defect(
        "a hold is captured beyond its amount", "ledger/core/holds.py",
        "if amount > hold.amount:", "if amount > hold.amount + 1:", "tests/unit/test_core_holds.py",
    ),
    Defect(
        "a hold lives one nanosecond longer", "ledger/core/holds.py",
        "hold.expires_at is not None and now >= hold.expires_at", "hold.expires_at is not None and now > hold.expires_at",
        "tests/unit/test_core_holds.py",
    ),
    Defect(
        "a partial capture leaves the rest on hold", "ledger/core/holds.py",
        "Reason.CAPTURE, held=-hold.amount", "Reason.CAPTURE, held=-amount", "tests/unit/test_core_holds.py",
    ),
    # --- the guarantee ---
    Defect(
        "only the digital fund must cover its units", "ledger/core/draft.py",
        "for form in Form:", "for form in (Form.DIGITAL,):", "tests/unit/test_domain_backed.py",
    ),
    Defect(
        "a short fund may be worsened", "ledger/core/draft.py",
        "if after < 0 and after < before:", "if after < 0 <= before:", "tests/unit/test_domain_backed.py",
    ),
    Defect(
        "the guarantee is not asked when euros leave", "ledger/core/draft.py",
        "_GUARANTEE = frozenset({AccountKind.ISSUANCE, AccountKind.RESERVE})",
        "_GUARANTEE = frozenset({AccountKind.ISSUANCE})", "tests/unit/test_domain_backed.py",
    ),
    Defect(
        "a redemption pays the commission out of the fund", "ledger/core/supply.py",
        "(AccountKind.OUTSIDE, gross - commission,", "(AccountKind.OUTSIDE, gross,", "tests/unit/test_domain_backed.py",
    ),
    Defect(
        "an invoice is redeemed twice", "ledger/core/supply.py",
        "if claim in books.claims:", "if claim in books.claims and not member.version:", "tests/unit/test_domain_backed.py",
    ),
    Defect(
        "units are issued for fewer euros", "ledger/core/supply.py",
        "if command.euros != command.amount:", "if command.euros > command.amount:", "tests/unit/test_domain_backed.py",
    ),
    # --- purses ---
    Defect(
        "a purse pays for any activity", "ledger/core/payments.py",
        "if activity not in programme.sectors:", "if not activity:", "tests/unit/test_domain_earmarked.py",
    ),
    Defect(
        "a purse pays any merchant", "ledger/core/payments.py",
        "if not set(programme.sectors) & set(payee.sectors):", "if not set(programme.sectors) | set(payee.sectors):",
        "tests/unit/test_domain_earmarked.py",
    ),
    Defect(
        "grants ignore the budget in force", "ledger/core/supply.py",
        "draft.budget = programme.budget", "draft.budget = None",
        "tests/unit/test_core_policy.py",
    ),
    Defect(
        "a person receives the same grant twice", "ledger/core/supply.py",
        "if command.once is not None and command.once in books.claims:",
        "if command.once is not None and not purse.version and command.once in books.claims:",
        "tests/unit/test_domain_earmarked.py",
    ),
    Defect(
        "a purse pays in the moment that it ends", "ledger/core/payments.py",
        "programme.ends_at and now >= programme.ends_at", "programme.ends_at and now > programme.ends_at",
        "tests/unit/test_domain_earmarked.py",
    ),
    # --- time and authority ---
    Defect(
        "demurrage takes what is set aside for others", "ledger/core/demurrage.py",
        "max(held.balance - held.debits_held, 0)", "max(held.balance, 0)", "tests/unit/test_domain_demurrage.py",
    ),
    Defect(
        "what a leaver may still spend is forfeited", "ledger/core/charges.py",
        "if now < held.spend_until:", "if now < held.spend_until - checks.DAY:", "tests/unit/test_domain_mutual.py",
    ),
    Defect(
        "a loss takes more from the fund than it has free", "ledger/core/charges.py",
        "max(fund.balance - fund.debits_held, 0)", "max(fund.balance, 0)",
        "tests/unit/test_domain_mutual.py",
    ),
    Defect(
        "demurrage takes the newest units first", "ledger/core/demurrage.py",
        "in reversed(list(received)):", "in list(received):", "tests/unit/test_domain_demurrage.py",
    ),
    Defect(
        "a frozen account still receives", "ledger/core/checks.py",
        "if held.frozen & Freeze.CREDITS:", "if held.frozen & Freeze.DEBITS:", "tests/unit/test_core_limits.py",
    ),
    Defect(
        "history is imported into a closed period", "ledger/core/payments.py",
        'checks.unsealed(books, command.occurred_at, "occurred_at")', "pass", "tests/unit/test_core_history.py",
    ),
    Defect(
        "the last moment of a closed period is open", "ledger/core/checks.py",
        "if moment <= books.sealed_through:", "if moment < books.sealed_through:", "tests/unit/test_core_history.py",
    ),
    Defect(
        "one person is four eyes", "ledger/core/checks.py",
        "if approver is None or approver == actor:", "if approver is None:",
        "tests/unit/test_domain_backed.py",
    ),
    Defect(
        "the key of another account signs", "ledger/core/checks.py",
        "elif signature.key not in payer.keys:", "elif not payer.keys:", "tests/unit/test_core_accounts.py",
    ),
    Defect(
        "new rules do not hold in their first moment", "ledger/core/accounts.py",
        "versions[place].since > at:", "versions[place].since >= at:", "tests/unit/test_core_policy.py",
    ),
    Defect(
        "a batch pays the lines that are good", "ledger/core/payments.py",
        "if first is not None:\n        raise first", "if first is not None and not draft._transfers:\n        raise first",
        "tests/unit/test_core_limits.py",
    ),
    # --- proofs ---
    Defect(
        "whoever asks lets a further device in", "ledger/core/membership.py",
        "    checks.signed(held, command.signature)\n    _not_closed(held)", "    _not_closed(held)",
        "tests/unit/test_core_accounts.py",
    ),
    Defect(
        "history is imported out of an account with devices", "ledger/core/payments.py",
        "    if payer.signed_only:\n        raise Rejected(", "    if payer.keys:\n        raise Rejected(",
        "tests/unit/test_core_accounts.py",
    ),
    Defect(
        "the amount is not under the signature", "ledger/core/signing.py",
        'if each.name != "signature"]', 'if each.name not in ("signature", "amount")]',
        "tests/unit/test_core_signing.py",
    ),
    Defect(
        "a proof turns the wrong way at the middle", "ledger/core/merkle.py",
        "if index < middle:", "if index <= middle:", "tests/unit/test_merkle.py",
    ),
    Defect(
        "a receipt brings its own key", "ledger/core/receipts.py",
        "if vkey is not None and not leads_to(vkey, receipt.vkey, receipt.handed_on):", "if vkey is not None and not receipt.vkey:",
        "tests/unit/test_receipts.py",
    ),
    Defect(
        "a proof may be of another size than its checkpoint", "ledger/core/receipts.py",
        "if checkpoint.size != receipt.size:", "if checkpoint.size < receipt.size:", "tests/unit/test_receipts.py",
    ),
    # --- the key of the checkpoints ---
    Defect(
        "a signing key that was replaced names the next", "ledger/core/governance.py",
        "if command.signature.key != books.signing_keys[-1]:", "if command.signature.key not in books.signing_keys:",
        "tests/integration/test_changing_keys.py",
    ),
    Defect(
        "a signing key that was replaced comes back", "ledger/core/governance.py",
        "if command.public_key in books.signing_keys:", "if command.public_key == books.signing_keys[-1]:",
        "tests/integration/test_changing_keys.py",
    ),
    Defect(
        "a step to another key needs no signature", "ledger/core/handing.py",
        " and signature_holds(each, each.signature):", ":", "tests/unit/test_handing.py",
    ),
)  # fmt: skip
