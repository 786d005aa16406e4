"""Deals with a day on which they are expected, a probability, and why they were lost.

Since when a deal has been at its stage, and when it was closed, follow from the stored history. One
without a history has been there since its creation, and was closed at its last change.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0029"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
COLUMNS: dict[str, sa.types.TypeEngine[Any]] = {
    "expected_close_on": TEXT,
    "probability": BIG,
    "lost_reason": TEXT,
    "lost_note": TEXT,
    "competitor": TEXT,
    "source": TEXT,
    "closed_at": BIG,
    "stage_since": BIG,
    "pushed_count": BIG,
}
INDEXES = {
    "stage_since": "deleted_at IS NULL",
    "expected_close_on": "deleted_at IS NULL",
    "stage_expected_close_on": "deleted_at IS NULL AND expected_close_on IS NOT NULL",
    "probability": "deleted_at IS NULL AND probability IS NOT NULL",
}
READ_AND_WRITTEN = ("opportunities", "opportunity_changes")

FROM_HISTORY = """
UPDATE opportunities SET
    pushed_count = 0,
    stage_since = coalesce((
        SELECT max(c.created_at) FROM opportunity_changes AS c
        WHERE c.tenant_id = opportunities.tenant_id AND c.opportunity_id = opportunities.id
        AND c.to_stage = opportunities.stage
        AND (c.from_stage IS NULL OR c.from_stage <> c.to_stage)
    ), created_at),
    closed_at = CASE WHEN status = 1 THEN NULL ELSE coalesce((
        SELECT max(c.created_at) FROM opportunity_changes AS c
        WHERE c.tenant_id = opportunities.tenant_id AND c.opportunity_id = opportunities.id
        AND c.to_status = opportunities.status
        AND (c.from_status IS NULL OR c.from_status <> c.to_status)
    ), updated_at) END
"""


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("opportunities", sa.Column(name, kind, nullable=True))
    # Forced row-level security also applies to the tables' owner.
    force("NO FORCE")
    op.execute(FROM_HISTORY)
    force("FORCE")
    for name, where in INDEXES.items():
        columns = ["stage", "expected_close_on"] if name == "stage_expected_close_on" else [name]
        op.create_index(
            f"opportunities_by_{name}",
            "opportunities",
            ["tenant_id", *columns, "id"],
            sqlite_where=sa.text(where),
            postgresql_where=sa.text(where),
        )


def force(how: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in READ_AND_WRITTEN:
            op.execute(f"ALTER TABLE {table} {how} ROW LEVEL SECURITY")
