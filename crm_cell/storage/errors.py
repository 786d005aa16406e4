"""What a database can say no with, whichever database it is."""


class UniqueViolation(Exception):
    """Two rows cannot both have this; `constraint` is the index's name in the migrations."""

    def __init__(self, constraint: str) -> None:
        super().__init__(constraint)
        self.constraint = constraint
