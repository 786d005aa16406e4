"""The options of customers that every tenant has. Rows hold their ids, so labels may change."""

from collections.abc import Mapping
from typing import Final

from crm_cell.kernel.labels import Label

LEVELS: Final[Mapping[str, Label]] = {
    "level.a": ("A 重点", "A, key account"),
    "level.b": ("B 重要", "B, important"),
    "level.c": ("C 普通", "C, ordinary"),
    "level.d": ("D 低价值", "D, low value"),
}
LEVEL_COLORS: Final[Mapping[str, str]] = {
    "level.a": "red",
    "level.b": "amber",
    "level.c": "blue",
}
SOURCES: Final[Mapping[str, Label]] = {
    "source.referral": ("转介绍", "referral"),
    "source.website": ("官网", "website"),
    "source.advertising": ("广告", "advertising"),
    "source.exhibition": ("展会", "exhibition"),
    "source.phone": ("电话营销", "cold call"),
    "source.visit": ("陌拜", "cold visit"),
    "source.partner": ("渠道", "partner"),
    "source.other": ("其他", "other"),
}
INDUSTRIES: Final[Mapping[str, Label]] = {
    "industry.software": ("软件和信息服务", "software and information services"),
    "industry.manufacturing": ("制造", "manufacturing"),
    "industry.retail": ("零售和消费", "retail and consumer goods"),
    "industry.finance": ("金融", "finance"),
    "industry.education": ("教育", "education"),
    "industry.health": ("医疗健康", "health"),
    "industry.construction": ("建筑和房地产", "construction and property"),
    "industry.logistics": ("交通和物流", "transport and logistics"),
    "industry.energy": ("能源", "energy"),
    "industry.public": ("政府和公共事业", "government and public services"),
    "industry.services": ("专业服务", "professional services"),
    "industry.other": ("其他", "other"),
}
