"""The OpenAPI 3.1 document, made of the same declarations that route and validate."""

from crm_cell.http.openapi.description import document as document
from crm_cell.http.openapi.written import as_yaml as as_yaml
