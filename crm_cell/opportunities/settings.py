"""Settings of deals."""

from typing import Annotated

from crm_cell.kernel.setting import SettingsGroup, checked
from crm_cell.opportunities.rules import DealRules, read_required, read_stuck_days


class DealSettings(SettingsGroup):
    stuck_days: Annotated[str, checked(read_stuck_days)] = "1:14,2:14,3:21,4:30"
    """After how many days at a stage an open deal counts as stuck, by stage: `1:14,3:21`"""
    stage_requires: Annotated[str | None, checked(read_required)] = None
    """Members that a deal needs at a stage: `6:lostReason,6:lostNote`. By default none"""

    @property
    def deals(self) -> DealRules:
        return DealRules(read_stuck_days(self.stuck_days), read_required(self.stage_requires or ""))
