-- The ledger's tables as they were in version 5, for the tests of what becomes of such a store.

CREATE TABLE consent_revoked (
    revocation_index INTEGER PRIMARY KEY,   -- its leaf in the log
    issuer TEXT NOT NULL,
    jti TEXT NOT NULL,
    UNIQUE (issuer, jti)
) STRICT;

CREATE TABLE entry (
    leaf_index INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    salt BLOB NOT NULL,
    record BLOB NOT NULL
) STRICT;

CREATE TABLE hash (
    id INTEGER PRIMARY KEY,             -- stored-hash index
    hash BLOB NOT NULL
) STRICT;

CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note TEXT NOT NULL
) STRICT;

CREATE TABLE guest (
    registration_index INTEGER PRIMARY KEY, -- its leaf in the log; the latest registration counts
    digest BLOB NOT NULL,               -- of the module as submitted
    engine TEXT NOT NULL,               -- what the artefact was compiled for
    artefact BLOB NOT NULL,             -- SHA-256 of the compiled artefact
    manifest TEXT NOT NULL
) STRICT;
CREATE INDEX guest_digest ON guest (digest, engine);

CREATE TRIGGER consent_revoked_kept BEFORE UPDATE ON consent_revoked BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER consent_revoked_stays BEFORE DELETE ON consent_revoked BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER entry_kept BEFORE UPDATE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER entry_stays BEFORE DELETE ON entry BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER hash_kept BEFORE UPDATE ON hash BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER hash_stays BEFORE DELETE ON hash BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER checkpoint_kept BEFORE UPDATE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER checkpoint_stays BEFORE DELETE ON checkpoint BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER guest_kept BEFORE UPDATE ON guest BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER guest_stays BEFORE DELETE ON guest BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TABLE job (
    intent_index INTEGER PRIMARY KEY,   -- its leaf in the log
    id BLOB NOT NULL UNIQUE,            -- SHA-256 of issuer, audience, jti
    input BLOB NOT NULL,                -- SHA-256 of the request's signing input
    client TEXT NOT NULL,
    policy TEXT NOT NULL,
    sameness BLOB NOT NULL,             -- equal for the same job again
    admitted_ms INTEGER NOT NULL,
    free INTEGER NOT NULL               -- 1: it wrote no charge
) STRICT;
-- The same job is found by its charges; only where there are none, here.
CREATE INDEX job_free ON job (sameness) WHERE free;

CREATE TABLE charge (
    account TEXT NOT NULL,
    party BLOB NOT NULL,                -- pseudonym; of a table, all units of a kind
    client TEXT NOT NULL,
    day INTEGER NOT NULL,               -- days since 1970-01-01
    intent_index INTEGER NOT NULL,
    place INTEGER NOT NULL,             -- among the job's charges, from 0
    amount INTEGER NOT NULL,            -- bits, or billionths of ε
    sameness BLOB NOT NULL,             -- the job's
    PRIMARY KEY (account, party, client, day, intent_index, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE consent_use (
    issuer TEXT NOT NULL,
    jti TEXT NOT NULL,
    intent_index INTEGER NOT NULL,
    place INTEGER NOT NULL,             -- among the job's consents, from 0
    PRIMARY KEY (issuer, jti, intent_index, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE outcome (
    intent_index INTEGER PRIMARY KEY,
    outcome_index INTEGER NOT NULL,     -- its leaf in the log
    answer TEXT,                        -- NULL: abandoned
    claims BLOB,                        -- the receipt's payload; NULL: abandoned
    parties BLOB,                       -- the parties' openings for the bundle; NULL: abandoned
    reason TEXT NOT NULL,               -- how it ended, for auditors; the record holds a commitment to it
    reason_salt BLOB NOT NULL,
    checkpoint_size INTEGER NOT NULL    -- the checkpoint that covers it
) STRICT;

CREATE TRIGGER job_kept BEFORE UPDATE ON job BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER job_stays BEFORE DELETE ON job BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER charge_kept BEFORE UPDATE ON charge BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER charge_stays BEFORE DELETE ON charge BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER consent_use_kept BEFORE UPDATE ON consent_use BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER consent_use_stays BEFORE DELETE ON consent_use BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER outcome_kept BEFORE UPDATE ON outcome BEGIN SELECT RAISE(ABORT, 'append only'); END;
CREATE TRIGGER outcome_stays BEFORE DELETE ON outcome BEGIN SELECT RAISE(ABORT, 'append only'); END;
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

PRAGMA user_version = 5;
