"""What a tenant wants to be done about customers that may be there already. Pure."""

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

from crm_cell.kernel.actor import CHANNELS
from crm_cell.matching.keys import CORE, EMAIL, PHONE, USCC

Act = Literal["block", "warn", "off"]
BLOCK, WARN, OFF = ACTS = ("block", "warn", "off")
POLICY_KEYS: Final = (CORE, PHONE, EMAIL, USCC)


class Policy(msgspec.Struct, frozen=True):
    """By key and channel. What is not named is off."""

    acts: Mapping[str, Mapping[str, Act]] = {}
    version: int = 0
    """0 of a tenant that has never set it."""
    updated_at: int | None = None

    def act(self, key: str, channel: str) -> Act:
        return self.acts.get(key, {}).get(channel, "off")

    def watched(self, channel: str) -> dict[str, Act]:
        """The keys by which writes of the channel are compared."""
        found = {key: self.act(key, channel) for key in POLICY_KEYS}
        return {key: act for key, act in found.items() if act != OFF}

    @property
    def complete(self) -> dict[str, dict[str, Act]]:
        """With what is off."""
        return {
            key: {channel: self.act(key, channel) for channel in CHANNELS} for key in POLICY_KEYS
        }


NOTHING: Final = Policy()
