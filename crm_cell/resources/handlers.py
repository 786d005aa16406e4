"""Handlers as the routing layer reads them: with a name, a text and a signature."""

import inspect
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any, Protocol


class Handler(Protocol):
    def __call__(self, *arguments: Any) -> Awaitable[Any]: ...


def described(
    handler: Handler, name: str, text: str, parameters: Mapping[str, Any], returns: Any
) -> Handler:
    """The handler with what a written-out function has of itself: the types are made at run time.
    `parameters` are the kinds of its arguments, in order."""
    made: Any = partial(handler)
    made.__name__ = name
    made.__doc__ = text
    made.__annotations__ = {**parameters, "return": returns}
    made.__signature__ = inspect.Signature(
        [
            inspect.Parameter(parameter, inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=kind)
            for parameter, kind in parameters.items()
        ],
        return_annotation=returns,
    )
    decorated: Handler = made
    return decorated
