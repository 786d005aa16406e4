"""Values as SQL literals, for a message that takes no parameters.

Text and bytes are written as hexadecimal digits, so they cannot end the literal, whatever the
encoding and the settings of the session.
"""


def literal(value: object) -> str:
    """The literal of text, bytes, an integer or None. Raises TypeError for anything else."""
    match value:
        case None:
            return "NULL"
        case bool():
            raise TypeError("no column holds one")
        case int():
            return f"{value:d}"
        case str():
            return f"convert_from(decode('{value.encode().hex()}', 'hex'), 'UTF8')"
        case bytes():
            return f"decode('{value.hex()}', 'hex')"
    raise TypeError(f"no literal for {type(value).__name__}")
