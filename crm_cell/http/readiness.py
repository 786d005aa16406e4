"""Why this process should get no requests now, from all who know a reason."""

import structlog

log = structlog.get_logger()

DRAINING = "draining"


class Readiness:
    """`/readyz` answers 503 while there is a reason. Each reason is a code of its own, added and
    removed by whoever knows it; the log has every change."""

    def __init__(self) -> None:
        self._reasons: dict[str, None] = {}

    @property
    def reasons(self) -> tuple[str, ...]:
        """Empty while the process is ready; otherwise in the order in which they came."""
        return tuple(self._reasons)

    def add(self, reason: str) -> None:
        if reason not in self._reasons:
            self._reasons[reason] = None
            log.info("not_ready", reason=reason)

    def remove(self, reason: str) -> None:
        if reason in self._reasons:
            del self._reasons[reason]
            log.info("not_ready_no_longer", reason=reason, others=list(self._reasons))
