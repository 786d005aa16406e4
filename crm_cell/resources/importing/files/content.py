"""The bytes of a file, which readers read more than once: on disk, or in memory."""

import io
from pathlib import Path
from typing import BinaryIO, Protocol

from crm_cell.kernel.messages import Language, Message


class Content(Protocol):
    name: str
    """For messages; its suffix tells JSON from NDJSON."""

    def open(self) -> BinaryIO: ...


class OnDisk:
    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    def open(self) -> BinaryIO:
        return self._path.open("rb")


class InMemory:
    def __init__(self, name: str, data: bytes) -> None:
        self.name = name
        self._data = data

    def open(self) -> BinaryIO:
        return io.BytesIO(self._data)


class UnreadableFile(Exception):
    """Why a file cannot be read, and where in it. `option` in the message is what the caller can
    name the encoding by."""

    def __init__(self, message: Message, *, file: str = "", place: str = "", **params: object):
        super().__init__(message.key)
        self.message = message
        self.file = file
        self.place = place
        self.params = params

    def text(self, language: Language, option: str) -> str:
        text = self.message.text(language, option=option, **self.params)
        return f"{self.place}: {text}" if self.place else text

    def with_file(self, language: Language, option: str) -> str:
        """The text, beginning with the file's name."""
        text = self.text(language, option)
        return f"{self.file}{', ' if self.place else ': '}{text}" if self.file else text
