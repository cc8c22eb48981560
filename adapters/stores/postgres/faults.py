"""What the driver's errors mean to a caller."""

import asyncpg

from gateway.errors import StoreError, StoreUnavailable

AWAY = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""Everything that asyncpg raises, and what the way to the server adds."""

OF_THE_CALLER = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, ValueError)
"""Values that PostgreSQL cannot keep, such as a NUL in a text: a repeat would be refused as well."""

DEADLOCK = asyncpg.DeadlockDetectedError
"""Nothing was written; written again it will be."""


def refusal(error: BaseException) -> StoreError:
    """A new one for every caller, as each adds its own traceback. The text never has the DSN in it."""
    kind = StoreError if isinstance(error, OF_THE_CALLER) else StoreUnavailable
    code = getattr(error, "sqlstate", None)
    refused = kind(f"PostgreSQL{f' {code}' if code else ''}: {str(error) or type(error).__name__}")
    refused.__cause__ = error
    return refused
