"""Writes the rows of an import, each by itself: a refused row leaves the others written."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Generic, Literal

import msgspec

from crm_cell.fields import Field, Writable
from crm_cell.fields.checks import is_masked_phone
from crm_cell.http.schema import Body, PatchFields, validate, validate_patch
from crm_cell.kernel.actor import Actor
from crm_cell.kernel.errors import BadRequest, ClientError, Conflict, FieldError
from crm_cell.kernel.masking import has_masked_form, is_masked_birthday, is_masked_wechat
from crm_cell.kernel.money import CURRENCIES, DEFAULT_CURRENCY, decimals
from crm_cell.resources.bodies import values_of
from crm_cell.resources.external import store as external_ids
from crm_cell.resources.importing.messages import AMBIGUOUS, IMPORT_DIFFERS, MASKED, NOT_MONEY
from crm_cell.resources.importing.rows import ImportRow, with_headings
from crm_cell.resources.messages import not_found
from crm_cell.resources.reading import title_key
from crm_cell.resources.record import R
from crm_cell.resources.service import Service
from crm_cell.resources.views import camel
from crm_cell.storage.engine import Tx

Mode = Literal["create", "upsert"]
Done = Literal["created", "updated", "unchanged"]


class Written(msgspec.Struct, Generic[R]):
    """What became of a row: `record` where it was written or was there already, else `error`."""

    row: ImportRow
    record: R | None = None
    done: Done | None = None
    error: ClientError | None = None


class RowWriter(Generic[R]):
    """Of one resource."""

    def __init__(
        self, service: Service[R], create_body: type[Body], patch: type[PatchFields], make_view: Any
    ) -> None:
        self.service = service
        self.create_body = create_body
        self._patch = patch
        self._make_view = make_view
        fields = service.resource.fields.values()
        self._references = {camel(each.name): each for each in service.resource.references}
        self._currency = next((each for each in fields if each.kind == "currency"), None)
        self._labels = {camel(each.name): each.label for each in fields}

    async def write(
        self,
        tx: Tx,
        actor: Actor,
        rows: Sequence[ImportRow],
        mode: Mode,
        source: str | None = None,
    ) -> list[Written[R]]:
        """In the order of the rows. `source` is the system whose ids rows may refer to records
        by."""
        await self._resolve_titles(tx, actor, rows, source)
        ids = {each.identifier for each in rows if each.identifier is not None}
        known = await self._known(tx, actor, ids)
        return [await self._one(tx, actor, each, mode, known) for each in rows]

    async def _known(self, tx: Tx, actor: Actor, ids: set[str]) -> set[str]:
        """Those ids of records that the caller reads."""
        found: set[str] = set()
        wanted = sorted(ids)
        for begin in range(0, len(wanted), _MOST_IDS):
            some = set(wanted[begin : begin + _MOST_IDS])
            found |= (await self.service.store.find_readable(tx, actor, some)).keys()
        return found

    async def _one(
        self, tx: Tx, actor: Actor, row: ImportRow, mode: Mode, known: set[str]
    ) -> Written[R]:
        actor = msgspec.structs.replace(actor, item=row.index, channel="import")
        try:
            return await tx.savepoint(lambda: self._write(tx, actor, row, mode, known))
        except BadRequest as bad:
            return Written(row, error=BadRequest(with_headings(row, bad.field_errors)))
        except ClientError as error:
            return Written(row, error=error)

    async def _write(
        self, tx: Tx, actor: Actor, row: ImportRow, mode: Mode, known: set[str]
    ) -> Written[R]:
        if row.identifier is not None and (mode == "upsert" or row.identifier in known):
            return await self._change(tx, actor, row, row.identifier, mode)
        await self._set_amounts(tx, actor, row, None)
        faults = [*row.faults, *self._masked(row)]
        values = self._checked(row, faults)
        record = await self.service.create(tx, actor, values)
        return Written(row, record, "created")

    async def _change(
        self, tx: Tx, actor: Actor, row: ImportRow, identifier: str, mode: Mode
    ) -> Written[R]:
        """Masked contact details mean those that the record has."""
        find = self.service.get_writable if mode == "upsert" else self.service.get
        current = await find(tx, actor, identifier)
        await self._set_amounts(tx, actor, row, current)
        if row.faults:
            raise BadRequest(row.faults)
        changes = validate_patch(row.tree, self._patch).against(self._make_view(current), current)
        if not changes:
            return Written(row, current, "unchanged")
        if mode == "create":
            raise Conflict(IMPORT_DIFFERS, members=", ".join(map(camel, changes)))
        after = await self.service.update(tx, actor, current, changes)
        return Written(row, after, "unchanged" if after is current else "updated")

    def _checked(self, row: ImportRow, faults: Sequence[FieldError]) -> Any:
        """Raises BadRequest with all faults; a cell that was not understood is not also missing."""
        wrong = {each.field for each in faults}
        tree = {name: value for name, value in row.tree.items() if name not in wrong}
        try:
            body = validate(tree, self.create_body)
        except BadRequest as bad:
            more = [each for each in bad.field_errors if each.field not in wrong]
            raise BadRequest([*faults, *more]) from None
        if faults:
            raise BadRequest(faults)
        return values_of(body)

    def _masked(self, row: ImportRow) -> list[FieldError]:
        """A new record needs its contact details in full."""
        kinds = {
            "phone": is_masked_phone,
            "email": has_masked_form,
            "wechat": is_masked_wechat,
            "birthday": is_masked_birthday,
        }
        return [
            FieldError(camel(field.name), "malformed", {"text": MASKED}, field.label)
            for field in self.service.resource.encrypted
            if kinds[field.kind](row.tree.get(camel(field.name)))
        ]

    # References

    async def _resolve_titles(
        self, tx: Tx, actor: Actor, rows: Sequence[ImportRow], source: str | None
    ) -> None:
        """Sets the ids of the records that rows name by title, or by their ids in `source`. One
        that the caller may not see is not found, like one that does not exist."""
        for member, field in self._references.items():
            wanted = [each for each in rows if member in each.titles]
            if wanted and source is not None:
                wanted = await self._resolve_external(tx, actor, member, field, wanted, source)
            if wanted:
                await self._resolve(tx, actor, member, field, wanted)

    async def _resolve_external(
        self,
        tx: Tx,
        actor: Actor,
        member: str,
        field: Field,
        rows: Sequence[ImportRow],
        source: str,
    ) -> list[ImportRow]:
        """Gives the rows that name no external id of a record that the caller reads."""
        assert field.reference is not None, "the field is a reference"
        parent = self.service.services.registry.of_table(field.reference.path)
        named = {each.titles[member] for each in rows}
        found = await external_ids.records_of(tx, actor.tenant, parent.name, source, sorted(named))
        store = self.service.services.of(parent).store
        ids = sorted(set(found.values()))
        readable: set[str] = set()
        for begin in range(0, len(ids), _MOST_IDS):
            some = set(ids[begin : begin + _MOST_IDS])
            readable |= (await store.find_readable(tx, actor, some)).keys()
        others = []
        for row in rows:
            identifier = found.get(row.titles[member])
            if identifier in readable:
                row.tree[member] = identifier
            else:
                others.append(row)
        return others

    async def _resolve(
        self, tx: Tx, actor: Actor, member: str, field: Field, rows: Sequence[ImportRow]
    ) -> None:
        assert field.reference is not None, "the field is a reference"
        parent = self.service.services.registry.of_table(field.reference.path)
        found: dict[str, tuple[str, int]] = {}
        if parent.title is not None:
            store = self.service.services.of(parent).store
            found = await store.ids_by_title(tx, actor, {each.titles[member] for each in rows})
        _, key = title_key(parent)
        for row in rows:
            identifier, count = found.get(key(row.titles[member]), (None, 0))
            if identifier is not None and count == 1:
                row.tree[member] = identifier
            else:
                params: dict[str, Any] = {"text": not_found(parent)}
                if count > 1:
                    params = {"text": AMBIGUOUS, "count": count}
                row.faults.append(FieldError(member, "value", params, field.label))

    # Money

    async def _set_amounts(self, tx: Tx, actor: Actor, row: ImportRow, current: R | None) -> None:
        """Amounts in the currency's minor unit."""
        if not row.amounts:
            return
        places = decimals(await self._currency_of(tx, actor, row, current))
        for member, amount in row.amounts.items():
            minor = amount.scaleb(places)
            if minor == minor.to_integral_value():
                row.tree[member] = int(minor)
            else:
                params = {"text": NOT_MONEY, "places": places}
                row.faults.append(FieldError(member, "value", params, self._labels.get(member)))
        row.amounts = dict[str, Decimal]()

    async def _currency_of(self, tx: Tx, actor: Actor, row: ImportRow, current: R | None) -> str:
        field = self._currency
        if field is None:
            return DEFAULT_CURRENCY
        given = row.tree.get(camel(field.name)) or row.currency
        if given in CURRENCIES:
            return str(given)
        if current is not None:
            return str(getattr(current, field.name))
        if field.writable is Writable.NEVER:
            return await self._currency_of_parent(tx, actor, row) or DEFAULT_CURRENCY
        return DEFAULT_CURRENCY

    async def _currency_of_parent(self, tx: Tx, actor: Actor, row: ImportRow) -> str | None:
        """Of the record that decides the currency, like the contract of a payment."""
        for member, field in self._references.items():
            assert field.reference is not None, "references have one"
            parent = self.service.services.registry.of_table(field.reference.path)
            name = next(
                (each.name for each in parent.fields.values() if each.kind == "currency"), ""
            )
            identifier = row.tree.get(member)
            if name and isinstance(identifier, str):
                found = await self.service.services.of(parent).store.find(tx, actor, identifier)
                return None if found is None else str(getattr(found, name))
        return None


# Of one statement.
_MOST_IDS = 200
