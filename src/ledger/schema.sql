-- The ledger, beside `jobs.sql` and `requests.sql`. Every table here and there only grows; triggers keep it so against
-- mistakes (not against an owner of the file: that is what the log is for).

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
