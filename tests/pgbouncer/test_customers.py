"""What customers do, as `tests/api/customers` tells it, through a pooler."""

from tests.api.customers import test_create, test_delete, test_get, test_list, test_update

for _module in (test_create, test_delete, test_get, test_list, test_update):
    _verb = _module.__name__.rpartition("_")[2]
    globals().update(
        {
            name.replace("test_", f"test_{_verb}_", 1) if name.startswith("test_") else name: thing
            for name, thing in vars(_module).items()
            if name.startswith("test_") or type(thing).__name__ == "FixtureFunctionDefinition"
        }
    )
