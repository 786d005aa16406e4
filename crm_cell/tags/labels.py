"""Labels of tags in the audit log."""

from typing import Final

from crm_cell.audit.labels import ResourceLabels

TAG: Final = ResourceLabels(
    ("标签", "tag"),
    {
        "name": ("名称", "name"),
        "color": ("颜色", "colour"),
        "active": ("启用", "active"),
        "mergedInto": ("并入", "merged into"),
    },
    {},
)
