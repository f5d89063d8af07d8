-- What every job writes. A charge is one row of one b-tree, with the use of its party's consent, and no index stands beside
-- what is found without it: their keys come in no order, so each further one is a page more to write for every job.

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
    issuer TEXT,                        -- of the consent that its party gave; NULL: `consent_use` has the job's uses
    jti TEXT,
    PRIMARY KEY (account, party, client, day, intent_index, place)
) STRICT, WITHOUT ROWID;

-- The uses that no charge bears: of free jobs, of those that not each party gave a consent for, and all before version 6.
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
