"""Everything that follows from the declaration of a resource: schemas, routes, storage, events."""
