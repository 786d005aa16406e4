"""Writes the document as YAML."""

from typing import Any

import msgspec


def as_yaml(document: dict[str, Any]) -> str:
    """YAML in the order of the document, with unescaped Chinese, without anchors."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Writes multi-line texts as literal blocks."""

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    # In the copy no object occurs twice, so YAML needs no anchors.
    copy = msgspec.json.decode(msgspec.json.encode(document))
    written: str = yaml.dump(copy, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return written
