"""The OpenAPI 3.1 document, generated from the declarations of routes and schemas."""

from crm_cell.http.openapi.description import document as document
from crm_cell.http.openapi.written import as_yaml as as_yaml
