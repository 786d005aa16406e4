"""A stand-in for a Citus cluster: its catalog and functions on a coordinator, and workers that are
servers of their own, whose roles are their own too."""

from collections.abc import Sequence

from crm_cell.storage.migrate import migrate
from tests.databases import Outside, PostgresDatastore, PostgresServer, Row

Moves = Sequence[float | str]
CATALOG = """
CREATE EXTENSION dblink;
CREATE TABLE pg_dist_partition (logicalrelid regclass);
GRANT SELECT ON pg_dist_partition TO PUBLIC;
INSERT INTO pg_dist_partition SELECT oid FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> 'pg_dist_partition';
CREATE TABLE nodes (nodename text, nodeport int, place text);
CREATE FUNCTION run_command_on_workers(command text)
RETURNS TABLE (nodename text, nodeport int, success bool, result text) LANGUAGE plpgsql AS $$
DECLARE node nodes;
BEGIN
    FOR node IN SELECT * FROM nodes ORDER BY 1, 2 LOOP
        BEGIN
            success := true;
            IF command ~ '^[[:space:]]*SELECT' THEN
                SELECT answer INTO result FROM dblink(node.place, command) AS t (answer text);
            ELSE
                result := dblink_exec(node.place, command);
            END IF;
        EXCEPTION WHEN OTHERS THEN
            success := false;
            result := SQLERRM;
        END;
        nodename := node.nodename;
        nodeport := node.nodeport;
        RETURN NEXT;
    END LOOP;
END $$
"""

BACKGROUND = """
CREATE TABLE jobs (ends_as text);
CREATE TABLE moves (done_at timestamptz, message text);
CREATE VIEW pg_dist_background_task AS SELECT 1::bigint AS job_id, message,
    CASE WHEN message IS NOT NULL THEN 'error' WHEN clock_timestamp() > done_at THEN 'done'
    ELSE 'runnable' END AS status FROM moves;
CREATE VIEW pg_dist_background_job AS SELECT 1::bigint AS job_id,
    CASE WHEN EXISTS (SELECT FROM pg_dist_background_task WHERE status = 'runnable')
    THEN 'running' ELSE ends_as END AS state FROM jobs;
CREATE FUNCTION citus_rebalance_start(
    rebalance_strategy name DEFAULT NULL, drain_only bool DEFAULT false,
    shard_transfer_mode text DEFAULT 'auto'
) RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN
    IF shard_transfer_mode <> 'block_writes' THEN
        RAISE EXCEPTION 'cannot move a table with row-level security by logical replication';
    END IF;
    RETURN (SELECT job_id FROM pg_dist_background_job);
END $$
"""


def with_background(coordinator: PostgresDatastore, job: str | None, moves: Moves) -> None:
    """What the next rebalancing does: the job's state in the end, and after how many seconds each
    move is done, or why it fails."""
    coordinator.rows(f"DO $do$ BEGIN EXECUTE $all${BACKGROUND}$all$; END $do$")
    if job is not None:
        coordinator.rows("INSERT INTO jobs VALUES (?)", job)
    for move in moves:
        seconds, message = (None, move) if isinstance(move, str) else (move, None)
        coordinator.rows(
            "INSERT INTO moves VALUES (clock_timestamp() + ?::float8 * interval '1 s', ?::text)",
            seconds,
            message,
        )


def make_cluster(coordinator: PostgresDatastore, *workers: str) -> None:
    """Everything is distributed already; each worker is the URL of a database."""
    coordinator.rows(f"DO $do$ BEGIN EXECUTE $all${CATALOG}$all$; END $do$")
    for number, place in enumerate(workers, 1):
        coordinator.rows("INSERT INTO nodes VALUES (?, 5432, ?)", f"w{number}", place)


class Worker:
    """What Citus has brought there: tables, rights, and roles as the coordinator has them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._outside = Outside(url)

    def rows(self, sql: str) -> list[Row]:
        return self._outside.run(sql)

    def close(self) -> None:
        self._outside.close()


class WorkerServer:
    """Its roles are its own."""

    def __init__(self, server: PostgresServer) -> None:
        self._server = server
        self._run("CREATE DATABASE arrived")
        migrate(server.url("arrived"))

    def worker(self, name: str) -> Worker:
        """A new one, whose roles are those of the coordinator again."""
        self._run("ALTER ROLE crm_app NOLOGIN NOBYPASSRLS")
        self._run("ALTER ROLE crm_upkeep NOLOGIN NOBYPASSRLS")
        self._run(f"CREATE DATABASE {name} TEMPLATE arrived STRATEGY FILE_COPY")
        return Worker(self._server.url(name))

    def _run(self, sql: str) -> None:
        outside = Outside(self._server.url())
        outside.run(sql)
        outside.close()
