"""A rejected row of an import of customers."""

import msgspec

from crm_cell.kernel.errors import BadRequest, ClientError
from crm_cell.kernel.explanations import describe_field_error, explain
from crm_cell.kernel.messages import Language


class Refused(msgspec.Struct):
    """`index` is its position from 0."""

    index: int
    name: str | None
    error: ClientError

    def reason(self, language: Language) -> str:
        if isinstance(self.error, BadRequest):
            separator = "; " if language == "en" else "；"
            return separator.join(
                describe_field_error(language, field_error)
                for field_error in self.error.field_errors
            )
        return explain(language, self.error)[0]
