"""Checks and repairs what every worker of a Citus cluster needs besides the tables.

Citus copies roles to a worker as they are on the coordinator, where the two roles of the service
may not log in. When a session acts as a role, Citus connects to the workers as that role, so there
it must be able to log in. A service may also connect to a worker instead of the coordinator, and
then needs the same there.
"""

import json
from typing import Any

import asyncpg

from crm_cell.storage.postgres import catalog
from crm_cell.storage.postgres.server import APP_ROLE, MAINTENANCE_ROLE

ROLES = (APP_ROLE, MAINTENANCE_ROLE)
PROPAGATE = "citus.propagate_set_commands"
_SETTING = f"{PROPAGATE}=local"
_FUNCTIONS = """
SELECT DISTINCT refobjid::regprocedure::text, pg_get_functiondef(refobjid) FROM pg_depend
WHERE classid = 'pg_policy'::regclass AND refclassid = 'pg_proc'::regclass ORDER BY 1
"""
# One statement for every node, so that the answers can be compared as sets of facts.
_FACTS = """
SELECT coalesce(json_agg(fact ORDER BY fact), '[]')::text FROM (
    SELECT rolname || ' exists' FROM pg_roles WHERE rolname IN ({roles})
    UNION SELECT rolname || ' may log in' FROM pg_roles
    WHERE rolcanlogin AND rolname IN ({roles})
    UNION SELECT rolname || ' is held by row-level security' FROM pg_roles
    WHERE NOT (rolsuper OR rolbypassrls) AND rolname IN ({roles})
    UNION SELECT current_user || ' may act as ' || rolname FROM pg_roles
    WHERE pg_has_role(oid, 'MEMBER') AND rolname IN ({roles})
    UNION SELECT proname || ' has the text ' || md5(prosrc) FROM pg_proc
    WHERE oid IN ({functions})
    UNION SELECT r.rolname || ' may ' || privilege_type || ' ' || relname
    FROM pg_class CROSS JOIN aclexplode(relacl) JOIN pg_roles AS r ON r.oid = grantee
    WHERE pg_class.oid IN ({tables}) AND r.rolname IN ({roles})
    UNION SELECT setting FROM pg_db_role_setting CROSS JOIN unnest(setconfig) AS setting
    WHERE setrole = 0 AND setting LIKE '{propagate}=%'
    AND setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())
) AS facts (fact)
"""
_GRANTS = """
SELECT format('GRANT %s ON %s TO %I', string_agg(privilege_type, ', ' ORDER BY privilege_type),
              c.oid::regclass, r.rolname)
FROM pg_class AS c CROSS JOIN aclexplode(relacl) JOIN pg_roles AS r ON r.oid = grantee
WHERE relname = ANY ($1::text[]) AND r.rolname = ANY ($2::text[])
GROUP BY c.oid, r.rolname ORDER BY 1
"""
_MEMBERS = """
SELECT quote_ident(r.rolname), quote_ident(m.rolname) FROM pg_auth_members
JOIN pg_roles AS r ON r.oid = roleid JOIN pg_roles AS m ON m.oid = member
WHERE r.rolname = ANY ($1::text[]) GROUP BY 1, 2 ORDER BY 1, 2
"""
_ON_WORKERS = """SELECT * FROM run_command_on_workers($workers$
DO $do$ BEGIN
    PERFORM set_config('citus.enable_ddl_propagation', 'off', true);
{commands}
END $do$
$workers$)"""
# The check that follows reports what could not be repaired, so errors do not stop the rest.
_UNLESS_ERROR = "    BEGIN {command}; EXCEPTION WHEN {condition} THEN NULL; END;"


async def faults(connection: "asyncpg.Connection[Any]") -> list[str]:
    """What nodes lack that the service needs, one line each. None without Citus."""
    done = await catalog.distributed(connection)
    if not done:
        return []
    wanted = await _facts(connection) | {_SETTING} | {f"{role} may log in" for role in ROLES}
    local = [*await catalog.local_tables(connection)]
    if "alembic_version" not in done:
        local.append("alembic_version")
    return [
        *(f"here: {name} is on no other node" for name in local),
        *([] if _SETTING in await _facts(connection) else [f"here: missing: {_SETTING}"]),
        *await _faults_of_workers(connection, wanted),
    ]


async def repairs(connection: "asyncpg.Connection[Any]") -> list[str]:
    """Statements that repair every worker, whatever its state: roles, functions and settings."""
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    setting = f"ALTER DATABASE {name} SET {PROPAGATE} = 'local'"
    functions = [row[1] for row in await connection.fetch(_FUNCTIONS)]
    members = await connection.fetch(_MEMBERS, ROLES)
    commands = [
        *(_unless_error("duplicate_object", f"CREATE ROLE {role}") for role in ROLES),
        *(f"    ALTER ROLE {role} LOGIN;" for role in ROLES),
        *(f"{function.rstrip()};" for function in functions),
        *(
            _unless_error("undefined_object", f"GRANT {role} TO {member}")
            for role, member in members
        ),
        _unless_error("insufficient_privilege", setting),
    ]
    return [setting, _ON_WORKERS.format(commands="\n".join(commands))]


async def missing_rights(connection: "asyncpg.Connection[Any]", found: list[str]) -> list[str]:
    """The grants of each table that a fault names. Citus applies them to workers and shards."""
    done = await catalog.distributed(connection)
    tables = [name for name in sorted(done) if any(each.endswith(f" {name}") for each in found)]
    return [row[0] for row in await connection.fetch(_GRANTS, tables, ROLES)]


async def _faults_of_workers(connection: "asyncpg.Connection[Any]", wanted: set[str]) -> list[str]:
    rows = await connection.fetch(
        "SELECT nodename, nodeport, success, result FROM run_command_on_workers($1)"
        " ORDER BY nodename, nodeport",
        await _question(connection),
    )
    return [
        f"{row['nodename']}:{row['nodeport']}: {fault}"
        for row in rows
        for fault in _missing_facts(wanted, success=row["success"], result=row["result"])
    ]


def _missing_facts(wanted: set[str], *, success: bool, result: str) -> list[str]:
    if not success:
        return [f"does not answer: {' '.join(result.split())}"]
    return [f"missing: {fact}" for fact in sorted(wanted - set(json.loads(result)))]


async def _facts(connection: "asyncpg.Connection[Any]") -> set[str]:
    return set(json.loads(await connection.fetchval(await _question(connection))))


async def _question(connection: "asyncpg.Connection[Any]") -> str:
    functions = [row[0] for row in await connection.fetch(_FUNCTIONS)]
    tables = sorted(await catalog.distributed(connection))
    return _FACTS.format(
        roles=_quoted(ROLES),
        functions=", ".join(f"to_regprocedure({each})" for each in map(_literal, functions)),
        tables=", ".join(f"to_regclass({each})" for each in map(_literal, tables)),
        propagate=PROPAGATE,
    )


def _unless_error(condition: str, command: str) -> str:
    return _UNLESS_ERROR.format(condition=condition, command=command)


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(map(_literal, names))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
