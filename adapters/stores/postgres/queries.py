"""PostgreSQL's SQL, read once."""

from adapters.stores.sql_files import SqlFolder

SQL = SqlFolder(__package__)
QUERIES = SQL.queries()
