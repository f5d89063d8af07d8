-- What was asked, sealed with a key that is not in here, so that a label can be computed again. The only tables whose rows
-- may go (`anshi snapshot prune`): they name people, and serve for nothing else. Nothing is decided by them.

CREATE TABLE request (
    intent_index INTEGER PRIMARY KEY,   -- the job that it asked for
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE batch (
    id INTEGER PRIMARY KEY,
    input BLOB NOT NULL UNIQUE,         -- SHA-256 of its signing input
    sealed BLOB NOT NULL
) STRICT;

CREATE TABLE batch_job (
    intent_index INTEGER PRIMARY KEY,   -- a job of a batch
    batch INTEGER NOT NULL,
    place INTEGER NOT NULL              -- in the batch, from 0
) STRICT;

CREATE INDEX batch_job_batch ON batch_job (batch);

CREATE TRIGGER request_kept BEFORE UPDATE ON request BEGIN SELECT RAISE(ABORT, 'never changed'); END;
CREATE TRIGGER batch_kept BEFORE UPDATE ON batch BEGIN SELECT RAISE(ABORT, 'never changed'); END;
CREATE TRIGGER batch_job_kept BEFORE UPDATE ON batch_job BEGIN SELECT RAISE(ABORT, 'never changed'); END;
