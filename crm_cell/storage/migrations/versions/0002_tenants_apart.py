"""Row-level security on PostgreSQL: the second layer of tenant isolation.

The first layer is that every statement names its tenant. In addition, requests act as a role that
owns no table and sees only the tenant that its transaction has set; without one it gets an error.
Maintenance has its own role. SQLite has no roles, and so no second layer.
"""

from alembic import op

revision = "0002"
down_revision = "0001"

APP, UPKEEP = "crm_app", "crm_upkeep"
SETTING = "app.tenant_id"

# The rights of requests. They only append to logs, and only maintenance deletes rows.
RIGHTS = {
    "customers": "SELECT, INSERT, UPDATE",
    "contacts": "SELECT, INSERT, UPDATE",
    "opportunities": "SELECT, INSERT, UPDATE",
    "opportunity_changes": "SELECT, INSERT",
    "follow_ups": "SELECT, INSERT, UPDATE",
    "contracts": "SELECT, INSERT, UPDATE",
    "payments": "SELECT, INSERT, UPDATE",
    "counters": "SELECT, INSERT, UPDATE",
    "funnel": "SELECT, INSERT, UPDATE",
    "idempotency_keys": "SELECT, INSERT, UPDATE",
    "audit_logs": "SELECT, INSERT",
    "events": "SELECT, INSERT",
}
# Updated by most transactions: free space on each page lets a new row version stay on the page of
# the old one, so that no index needs an update.
OFTEN_UPDATED = {"counters": 50, "funnel": 50}

ROLE = """
DO $$ BEGIN
    CREATE ROLE {role} NOLOGIN;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;  -- another database of this server has it already
END $$
"""
# Since PostgreSQL 16 the creator of a role may grant it, but cannot use it without this grant.
MEMBERSHIP = """
DO $$ BEGIN
    GRANT {role} TO CURRENT_USER;
EXCEPTION WHEN insufficient_privilege THEN
    NULL;  -- the server's administrator made the role; the service's start says if it is missing
END $$
"""
# A function, because the planner could optimise an expression away: a missing tenant must be an
# error even on an empty table. After a transaction the setting is the empty string.
NAMED_TENANT = f"""
CREATE FUNCTION named_tenant() RETURNS text LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
    tenant text := current_setting('{SETTING}', true);
BEGIN
    IF coalesce(tenant, '') = '' THEN
        RAISE insufficient_privilege USING MESSAGE = 'this transaction has named no tenant',
            HINT = 'SET LOCAL {SETTING} = ...';
    END IF;
    RETURN tenant;
END $$
"""


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        roles()
        op.execute(NAMED_TENANT)
        for table, rights in RIGHTS.items():
            wall(table, rights)
        op.execute(f"GRANT DELETE ON idempotency_keys TO {UPKEEP}")
        op.execute(f"GRANT SELECT ON alembic_version TO {APP}, {UPKEEP}")
        for table, percent in OFTEN_UPDATED.items():
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {percent})")


def roles() -> None:
    for role in (APP, UPKEEP):
        op.execute(ROLE.format(role=role))
        op.execute(MEMBERSHIP.format(role=role))


def wall(table: str, rights: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY one_tenant ON {table} TO {APP} USING (tenant_id = named_tenant())")
    op.execute(f"CREATE POLICY every_tenant ON {table} TO {UPKEEP} USING (true)")
    op.execute(f"GRANT {rights} ON {table} TO {APP}")
    op.execute(f"GRANT SELECT ON {table} TO {UPKEEP}")
