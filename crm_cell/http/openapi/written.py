"""The document as text for people."""

from typing import Any

import msgspec


def as_yaml(document: dict[str, Any]) -> str:
    """YAML in the document's own order, Chinese as Chinese, without anchors."""
    import yaml

    class Dumper(yaml.SafeDumper):
        """Keeps the paragraphs of long texts as they are."""

    def text(dumper: Dumper, value: str) -> yaml.ScalarNode:
        style = "|" if "\n" in value else None
        return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)

    Dumper.add_representer(str, text)
    # A copy in which nothing is shared has nothing to put an anchor on.
    copy = msgspec.json.decode(msgspec.json.encode(document))
    written: str = yaml.dump(copy, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=100)
    return written
