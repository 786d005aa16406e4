"""Names in Chinese and English."""

Label = tuple[str, str]


def bilingual(text: Label | str) -> str:
    """Both languages in one line, for the API documentation."""
    return text if isinstance(text, str) else " · ".join(text)
