-- Run on every new connection.

-- Readers and the writer do not wait for each other.
PRAGMA journal_mode = WAL;

-- NORMAL would lose acknowledged sales in a power cut: it does not sync the WAL at a commit.
PRAGMA synchronous = FULL;

-- Another process (a backup, a shell) may hold the lock for a moment; a register does not wait longer.
PRAGMA busy_timeout = 2000;

-- The writer checkpoints by itself after it has answered its callers, not inside their commit.
PRAGMA wal_autocheckpoint = 0;

-- Savepoints spill into memory: a temporary file would be one more thing that can fail when a disk is full.
PRAGMA temp_store = MEMORY;
