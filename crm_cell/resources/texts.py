"""What the API documentation says of the operations of a resource, by their names."""

from crm_cell.resources.resource import AnyResource


def summary(resource: AnyResource, name: str) -> str:
    """In Chinese."""
    chinese = resource.label[0]
    return (
        resource.summaries.get(name.rstrip("_"))
        or {
            "list_": f"{chinese}列表",
            "search": f"{chinese}查询",
            "create": f"创建{chinese}",
            "get": f"{chinese}详情",
            "update": f"更新{chinese}",
            "delete": f"删除{chinese}",
            "restore": f"恢复{chinese}",
            "reveal": "查看完整联系方式",
            "export": f"导出{chinese}",
            "import": f"批量导入{chinese}",
        }[name]
    )


def description(resource: AnyResource, name: str) -> str:
    english = resource.label[1].lower()
    if text := resource.descriptions.get(name.rstrip("_")):
        return text
    article = "an" if english[0] in "aeiou" else "a"
    return {
        "list_": f"List {resource.tag}, newest first.",
        "search": f"List {resource.tag} as GET does, with the parameters in a body.",
        "create": f"Create {article} {english}.",
        "get": f"One {english}.",
        "update": f"Change {article} {english} by a JSON merge patch.",
        "delete": f"Delete {article} {english}.",
        "restore": f"Restore a deleted {english}. One that is not deleted stays as it is.",
        "import": f"Import up to 2000 {resource.tag}. Each row is checked and written by itself."
        "\n\n`dryRun=true` reports what would become of each row, and writes nothing but an entry"
        " in the audit log.",
        "export": f"A page of up to 1000 {resource.tag}. As `csv`, `xlsx` or `ndjson`"
        " without `page`: all of them.\n\nWithout `format` the header `Accept` decides, and"
        " JSON is what it is otherwise.",
        "reveal": "The full telephone number or e-mail address. Each time is counted and put on"
        " record.\n\nA repeated request shows it again and counts once; where the record has"
        " changed since, it is refused.",
    }[name]
