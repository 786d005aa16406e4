"""Labels of options in the audit log."""

from typing import Final

from crm_cell.audit.labels import ResourceLabels

OPTION: Final = ResourceLabels(
    ("选项", "option"),
    {
        "labelZh": ("中文名称", "Chinese label"),
        "labelEn": ("英文名称", "English label"),
        "color": ("颜色", "colour"),
        "position": ("位置", "position"),
        "active": ("启用", "active"),
    },
    {},
    numbers=frozenset({"position"}),
)
