"""The reasons why this process should not get requests."""

import structlog

log = structlog.get_logger()

DRAINING = "draining"


class Readiness:
    """`/readyz` answers 503 while there is a reason. Each reason is a code, which the component
    that detects it adds and removes. Changes are logged."""

    def __init__(self) -> None:
        self._reasons: dict[str, None] = {}

    @property
    def reasons(self) -> tuple[str, ...]:
        """In the order of their addition; empty while the process is ready."""
        return tuple(self._reasons)

    def add(self, reason: str) -> None:
        if reason not in self._reasons:
            self._reasons[reason] = None
            log.info("not_ready", reason=reason)

    def remove(self, reason: str) -> None:
        if reason in self._reasons:
            del self._reasons[reason]
            log.info("not_ready_no_longer", reason=reason, others=list(self._reasons))
