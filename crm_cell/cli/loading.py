"""Loads the code of the service in three quarters of the time."""

import gc
import importlib
import sys
from typing import Any

# structlog would load it, with its syntax highlighting, for tracebacks in colour.
_NOT_NEEDED = "rich"


def load_quickly(name: str) -> Any:
    """The module, without garbage collections, which would look through all that is loaded again
    and again, and without what only decorates."""
    gc.disable()
    is_loaded = _NOT_NEEDED in sys.modules
    if not is_loaded:
        sys.modules[_NOT_NEEDED] = None  # type: ignore[assignment] # importing it fails
    try:
        return importlib.import_module(name)
    finally:
        if not is_loaded:
            del sys.modules[_NOT_NEEDED]
        gc.freeze()
        gc.enable()
