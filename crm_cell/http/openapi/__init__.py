"""The OpenAPI 3.1 document, made of the same declarations that route and validate."""
