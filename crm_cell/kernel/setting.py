"""Declaration of settings: a class for each area, a field with a docstring for each setting."""

import ast
import inspect
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated, Any

from pydantic import AfterValidator, AliasGenerator, BeforeValidator, Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX = "CRM_"


class SettingsGroup(BaseSettings):
    """The environment variable of a field is CRM_ and its name, unless it has a `validation_alias`.
    Validators raise ValueError; a validator of several fields names the variable in the text."""

    model_config = SettingsConfigDict(
        alias_generator=AliasGenerator(validation_alias=lambda name: PREFIX + name.upper()),
        validate_by_name=True,
        case_sensitive=True,
        frozen=True,
        hide_input_in_errors=True,
        # Classes that only serve as a parent class never need a validator.
        defer_build=True,
    )

    @classmethod
    def settings_customise_sources(
        cls, *_: Any, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Only arguments, because `crm_cell.settings.read_settings` reads the environment."""
        return (sources["init_settings"],)


def field_docstrings(group: type[SettingsGroup]) -> dict[str, str]:
    """The docstring of each field, read from the source when the documentation needs them.
    Pydantic's `use_attribute_docstrings` reads them at each start, which takes 20 ms."""
    found = {}
    for area in inspect.getmro(group):
        if issubclass(area, SettingsGroup):
            (definition,) = ast.parse(inspect.getsource(area)).body
            for pair in pairwise(ast.iter_child_nodes(definition)):
                match pair:
                    case ast.AnnAssign(ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                        found[name] = " ".join(text.split())
    return found


def checked(check: Callable[[Any], object]) -> AfterValidator:
    """A validator that calls `check`, which raises ValueError."""

    def validate(value: Any) -> Any:
        if value is not None:
            check(value)
        return value

    return AfterValidator(validate)


def within(minimum: int, maximum: int | None = None, *, or_zero: bool = False) -> AfterValidator:
    bounds = f"at least {minimum}" if maximum is None else f"{minimum} to {maximum}"

    def check(value: int) -> None:
        is_within = minimum <= value and (maximum is None or value <= maximum)
        if not is_within and not (or_zero and value == 0):
            raise ValueError(f"must be {bounds}{', or 0' if or_zero else ''}")

    return checked(check)


def _matching(pattern: str, reason: str) -> BeforeValidator:
    """Needed because pydantic also accepts ` 1`, `+1`, `1_000` and digits of other scripts as
    numbers, and `yes` and `off` as booleans."""
    form = re.compile(pattern, re.DOTALL)

    def validate(value: Any) -> Any:
        if isinstance(value, str) and not form.fullmatch(value):
            raise ValueError(reason)
        return value

    return BeforeValidator(validate)


Text = Annotated[str, _matching(r".+", "must not be empty")]
Integer = Annotated[int, _matching(r"[0-9]{1,9}", "must be a whole number")]
Flag = Annotated[bool, _matching(r"[01]", "must be 0 or 1")]
FROM_FILE = Field(repr=False)
"""For secrets and multi-line values: they may be in a file, whose path is in the variable with the
suffix `_FILE`, and no repr shows them."""
Secret = Annotated[Text | None, FROM_FILE]
