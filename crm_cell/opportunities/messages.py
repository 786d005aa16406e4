"""Messages about opportunities."""

from typing import Final

from crm_cell.kernel.messages import Message

NAME_YOUR_OPPORTUNITY: Final = Message(
    "name_your_opportunity",
    "客户由同事负责，请注明您负责的商机",
    "A colleague owns the customer: name an opportunity of yours",
)
STAGE_AND_STATUS_DISAGREE: Final = Message(
    "stage_and_status_disagree",
    "商机阶段与状态不一致",
    "The opportunity's stage and status disagree",
)
