from psycopg.types.json import Json

from system.kit.db import Connection, execute


async def defer(conn: Connection, *, queue: str, task: str, arguments: dict[str, object]) -> None:
    """Order a durable job in the caller's transaction: it exists exactly if what asked for it is committed.

    Made by the function of Procrastinate's own schema; the worker logs `arguments`, so they hold ids and nothing else.
    """
    await execute(
        conn,
        """
        SELECT procrastinate_defer_jobs_v1(ARRAY[ROW(
                   %(queue)s, %(task)s, 0, NULL, NULL, %(arguments)s, NULL)::procrastinate_job_to_defer_v1])
        """,
        {"queue": queue, "task": task, "arguments": Json(arguments)},
    )
