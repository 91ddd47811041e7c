"""Who may do what: one table, one action a route.

Separation of duties (GOV-5): the treasurer issues, redeems and reverses; the operator looks after members and
accounts; the auditor reads everything and writes nothing; nobody but the member pays in a member's name.
"""

from __future__ import annotations

from functools import lru_cache

from api.identity.principal import OWN_ROLES, Principal, Role, Scope

_M, _S, _O, _T, _A = Role.MEMBER, Role.MERCHANT, Role.OPERATOR, Role.TREASURER, Role.AUDITOR
_R, _P = Role.REGION_READER, Role.PLATFORM_ADMIN
_OWN = (_M, _S)
_STAFF = (_O, _T, _A)
_ALL = tuple(Role)

# Members and merchants always mean: their own accounts, entries, requests and devices only.
TABLE: dict[str, tuple[Scope, tuple[Role, ...]]] = {
    # action                   scope           roles
    "communities.create":     (Scope.ADMIN,   (_P,)),
    "currencies.read":        (Scope.READ,    _ALL),
    "currencies.define":      (Scope.OPERATE, (_O,)),
    "policies.change":        (Scope.OPERATE, (_O, _T)),
    "members.create":         (Scope.OPERATE, (_O,)),
    "members.list":           (Scope.READ,    _STAFF),
    "members.read":           (Scope.READ,    (*_OWN, *_STAFF)),
    "members.update":         (Scope.OPERATE, (*_OWN, _O)),
    "members.enrol":          (Scope.OPERATE, (_O,)),
    "members.erase":          (Scope.OPERATE, (_O,)),
    "members.me":             (Scope.READ,    _OWN),
    "members.export":         (Scope.READ,    _OWN),
    "devices.list":           (Scope.READ,    (*_OWN, _O, _A)),
    "devices.revoke":         (Scope.OPERATE, (*_OWN, _O)),
    "devices.awaited":        (Scope.READ,    _OWN),
    "devices.approve":        (Scope.OPERATE, _OWN),  # and the signature of a device that signs
    "devices.add":            (Scope.OPERATE, _OWN),  # likewise
    "keys.list":              (Scope.READ,    (*_STAFF, _P)),
    "keys.confirm":           (Scope.OPERATE, (_O, _T)),  # who is somebody else than the key's maker
    "keys.create":            (Scope.ADMIN,   (_O, _P)),
    "keys.revoke":            (Scope.ADMIN,   (_O, _P)),
    "directory.read":         (Scope.READ,    (*_OWN, *_STAFF)),
    "accounts.open":          (Scope.OPERATE, (_O,)),
    "accounts.list":          (Scope.READ,    (*_OWN, *_STAFF)),
    "accounts.read":          (Scope.READ,    (*_OWN, *_STAFF)),
    "accounts.update":        (Scope.OPERATE, (_O,)),
    "accounts.close":         (Scope.OPERATE, (_O,)),
    "statements.read":        (Scope.READ,    (*_OWN, *_STAFF)),
    "payments.create":        (Scope.PAY,     _OWN),
    "payments.batch":         (Scope.PAY,     _OWN),
    "payments.refund":        (Scope.PAY,     _OWN),
    "desk.read":             (Scope.READ,    _STAFF),
    "desk.operate":          (Scope.OPERATE, (_O,)),
    "alerts.decide":         (Scope.OPERATE, (_O, _T)),
    "questions.answer":      (Scope.OPERATE, (_O, _T)),
    "links.agree":           (Scope.OPERATE, (_O,)),
    "observatory.compare":   (Scope.READ,    (_R,)),
    "till.use":               (Scope.REQUEST, (_S,)),
    "exchanges.read":         (Scope.READ,    _OWN),
    "exchanges.use":          (Scope.REQUEST, _OWN),
    "votes.read":             (Scope.READ,    _OWN),
    "votes.cast":             (Scope.REQUEST, _OWN),
    "reconversions.ask":      (Scope.REQUEST, (_S,)),
    "payments.read":          (Scope.READ,    (*_OWN, *_STAFF)),
    "payment_requests.create": (Scope.REQUEST, _OWN),
    "payment_requests.read":  (Scope.READ,    _OWN),
    "payment_requests.accept": (Scope.PAY,    _OWN),
    "payment_requests.reject": (Scope.REQUEST, _OWN),
    "holds.place":            (Scope.HOLD,    _OWN),
    "holds.capture":          (Scope.HOLD,    _OWN),
    "holds.void":             (Scope.HOLD,    (*_OWN, _O)),
    "holds.read":             (Scope.READ,    (*_OWN, *_STAFF)),
    "issues.create":          (Scope.ISSUE,   (_T,)),
    "redemptions.create":     (Scope.ISSUE,   (_T,)),
    "grants.create":          (Scope.ISSUE,   (_T,)),
    "fees.create":            (Scope.ISSUE,   (_T,)),
    "hours.give":             (Scope.OPERATE, (_O, _T)),  # the association's own, for its tasks (TIME-3)
    "entries.reverse":        (Scope.ISSUE,   (_T,)),
    "approvals.list":         (Scope.READ,    _STAFF),
    "approvals.decide":       (Scope.OPERATE, (_O, _T)),  # and the action that the proposal asks for
    "journal.read":           (Scope.READ,    _STAFF),
    "journal.stream":         (Scope.READ,    (*_OWN, *_STAFF)),
    "reports.list":           (Scope.READ,    (*_STAFF, _R)),
    "reports.read":           (Scope.READ,    (*_STAFF, _R)),  # the Region: aggregates only
    "entries.read":           (Scope.READ,    (*_OWN, *_STAFF)),
    "receipts.read":          (Scope.READ,    (*_OWN, *_STAFF)),
    "proofs.read":            (Scope.READ,    _ALL),
    "webhooks.create":        (Scope.OPERATE, (_S, _O)),
    "webhooks.list":          (Scope.READ,    (_S, _O, _A)),
    "webhooks.delete":        (Scope.OPERATE, (_S, _O)),
    "webhooks.rotate":        (Scope.OPERATE, (_S, _O)),
    "commands.set_terms":     (Scope.OPERATE, (_O,)),
    "commands.leave":         (Scope.OPERATE, (_O,)),
    "commands.charge_demurrage": (Scope.OPERATE, (_O, _T)),
    "commands.expire_hold":   (Scope.OPERATE, (_O, _T)),
    "commands.expire_purse":  (Scope.OPERATE, (_O, _T)),
    "commands.exchange_form": (Scope.ISSUE,   (_T,)),
    "commands.move_reserve":  (Scope.ISSUE,   (_T,)),
    "commands.settle_debt":   (Scope.ISSUE,   (_T,)),
    "commands.forfeit":       (Scope.ISSUE,   (_T,)),
    "commands.write_off":     (Scope.ISSUE,   (_T,)),
    "commands.seal_period":   (Scope.ISSUE,   (_T,)),
    "commands.import_opening": (Scope.OPERATE, (_O,)),
    "commands.import_payment": (Scope.OPERATE, (_O,)),
}  # fmt: skip

PUBLIC = frozenset(
    {
        "communities.list",
        "communities.read",
        "checkpoints.read",
        "devices.enrol",
        "health.read",
        "metrics.read",
    }
)
"""Actions without a key. Enrolling a device is proven by its code."""

ACTIONS: dict[str, frozenset[Role]] = {action: frozenset(roles) for action, (_, roles) in TABLE.items()}

GRANTS: dict[Role, frozenset[Role]] = {
    Role.PLATFORM_ADMIN: frozenset({_O, _T, _A, _R, _P}),
    Role.OPERATOR: frozenset({_M, _S, _O, _A}),
}
"""Which roles may be given to a new key, by the role of who makes it. No operator makes a treasurer (GOV-5)."""

APART = frozenset({Role.OPERATOR, Role.TREASURER})
"""Roles that no single key has together (GOV-5)."""


def allowed(principal: Principal, action: str) -> bool:
    """Whether a role of the caller has the action and the key's scopes include its scope.

    For a caller whom `only_own` names, the route must also check that the account is its own.
    """
    return action in PUBLIC or _granted(principal.roles, principal.scopes, action)[0]


def only_own(principal: Principal, action: str) -> bool:
    """Whether the caller has the action for the accounts of its own member only."""
    return action not in PUBLIC and _granted(principal.roles, principal.scopes, action)[1]


@lru_cache(maxsize=4_096)
def _granted(roles: frozenset[Role], scopes: frozenset[Scope], action: str) -> tuple[bool, bool]:
    """Whether they have the action, and whether none of the roles has it for more than its own; the same few are asked."""
    scope, _ = TABLE[action]
    of = ACTIONS[action]
    return scope in scopes and not roles.isdisjoint(of), roles.isdisjoint(of - OWN_ROLES)
