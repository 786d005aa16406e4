"""Rules of deals that operators set: when one is stuck, and what a stage requires."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from crm_cell.kernel.errors import FieldError
from crm_cell.kernel.labels import Label
from crm_cell.opportunities.stages import STAGES, Status

DAY: Final = 24 * 60 * 60 * 1000
_OPEN: Final = [stage.number for stage in STAGES if stage.status is Status.OPEN]
_ALL: Final = [stage.number for stage in STAGES]
_MOST_DAYS: Final = 3_650
REQUIRABLE: Final[Mapping[str, str]] = {
    "amountCents": "amount_cents",
    "expectedCloseOn": "expected_close_on",
    "probability": "probability",
    "lostReason": "lost_reason",
    "lostNote": "lost_note",
    "competitor": "competitor",
    "source": "source",
}
"""Members that a stage may require, and their fields."""


class DealRules(msgspec.Struct, frozen=True):
    stuck_after_days: tuple[tuple[int, int], ...] = ((1, 14), (2, 14), (3, 21), (4, 30))
    """Stages and days; a deal at another stage is never stuck."""
    required: tuple[tuple[int, str], ...] = ()
    """Stages and the members that a deal needs there."""

    def missing(
        self,
        opportunity: Any,
        moved: bool,
        set_fields: Mapping[str, Any],
        labels: Mapping[str, Label],
    ) -> list[FieldError]:
        """One for each required member that is empty: of those that move to the stage, and of the
        required members that a change of another deal there sets."""
        return [
            FieldError(member, "required", label=labels[REQUIRABLE[member]])
            for stage, member in self.required
            if stage == opportunity.stage
            and (moved or REQUIRABLE[member] in set_fields)
            and _is_missing(REQUIRABLE[member], opportunity)
        ]


def _is_missing(field: str, opportunity: Any) -> bool:
    """An amount of 0 is one that nobody has entered."""
    value = getattr(opportunity, field)
    return value is None or (field == "amount_cents" and value == 0)


def read_stuck_days(text: str) -> tuple[tuple[int, int], ...]:
    """`1:14,2:14`: stage and days. Raises ValueError."""
    found: dict[int, int] = {}
    for stage, value in _pairs(text, _OPEN):
        if not value.isascii() or not value.isdigit() or not 1 <= int(value) <= _MOST_DAYS:
            raise ValueError(f"days must be 1 to {_MOST_DAYS}, as in 1:14,2:14")
        if stage in found:
            raise ValueError(f"stage {stage} is named twice")
        found[stage] = int(value)
    return tuple(found.items())


def read_required(text: str) -> tuple[tuple[int, str], ...]:
    """`6:lostReason,6:lostNote`: stage and member. Raises ValueError."""
    found = _pairs(text, _ALL)
    if any(member not in REQUIRABLE for _, member in found):
        raise ValueError(f"members are {', '.join(REQUIRABLE)}, as in 6:lostReason,6:lostNote")
    return tuple(dict.fromkeys(found))


def _pairs(text: str, stages: Sequence[int]) -> list[tuple[int, str]]:
    pairs = []
    for part in filter(None, (each.strip() for each in text.split(","))):
        stage, _, value = part.partition(":")
        if stage.strip() not in map(str, stages):
            raise ValueError(f"stages are {stages[0]} to {stages[-1]}, as in 1:14 or 6:lostReason")
        pairs.append((int(stage), value.strip()))
    return pairs
