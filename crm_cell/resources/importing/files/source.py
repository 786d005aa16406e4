"""Opens a file by what it contains: a workbook, JSON, or delimited text."""

from crm_cell.resources.importing.files.content import Content, UnreadableFile
from crm_cell.resources.importing.files.delimited import Delimited, Known
from crm_cell.resources.importing.files.encodings import codec_named
from crm_cell.resources.importing.files.messages import UNSUPPORTED
from crm_cell.resources.importing.files.objects import DOCUMENTS, LINES, Objects
from crm_cell.resources.importing.files.rows import Source

# The first bytes of a workbook, whatever the suffix of the file.
_WORKBOOK = b"PK\x03\x04"
_UNSUPPORTED = {
    b"\xd0\xcf\x11\xe0": "a workbook in the old .xls format, or with a password",
    b"%PDF": "a PDF document",
    b"<": "HTML or XML, as some programs write under the name .xls",
    b"{\\rtf": "a text document",
}
_BOM = b"\xef\xbb\xbf"
_BEGIN_BYTES = 64


def source_of(
    content: Content, known: Known, encoding: str | None = None, *, untrusted: bool = False
) -> Source:
    """`known` counts the known headings of a row. Raises UnreadableFile. What comes over the
    network is `untrusted`: a workbook then has narrow limits."""
    codec = codec_named(encoding) if encoding is not None else None
    with content.open() as file:
        begin = file.read(_BEGIN_BYTES)
    for mark, kind in _UNSUPPORTED.items():
        if begin.removeprefix(_BOM).lstrip().startswith(mark):
            raise UnreadableFile(UNSUPPORTED, file=content.name, kind=kind)
    if begin.startswith(_WORKBOOK):
        from crm_cell.resources.importing.files.untrusted import repacked
        from crm_cell.resources.importing.files.workbook import Workbook

        return Workbook(repacked(content) if untrusted else content)
    if content.name.lower().endswith((*DOCUMENTS, *LINES)):
        return Objects(content)
    return Delimited(content, codec, known)
