"""Four eyes: a command that waits for a second person."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from pydantic import Field

from api.schemas.common import MomentOut, Out


class ApprovalOut(Out):
    """A proposal."""

    id: UUID = Field(description="Also the id of the entry that it will make.")
    command: str
    summary: str
    asked_by: UUID
    state: Literal["open", "approved", "rejected", "expired"]
    expires_at: MomentOut


class WaitingOut(Out):
    """Nothing is written yet: somebody else must approve it."""

    approval: ApprovalOut
