"""Errors in a declaration, found when the service starts."""


class InvalidDeclaration(Exception):
    """Names the module, the resource or field, and what to change."""

    def __init__(self, module: str, place: str, advice: str) -> None:
        super().__init__(f"{module.replace('.', '/')}.py: {place}: {advice}")
