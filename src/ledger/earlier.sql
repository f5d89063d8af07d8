-- A store of version 3 or 4, for who only reads it: what its tables have, under the names and columns of `jobs.sql`. Views of
-- the connection, before which the tables of the same names step back; nothing of it is in the file.

CREATE TEMP VIEW job AS
    SELECT *, intent_index NOT IN (SELECT intent_index FROM main.charge) AS free FROM main.job;

-- A charge's id orders it as its place does.
CREATE TEMP VIEW charge AS
    SELECT account, party, client, day, intent_index, id AS place, amount,
           (SELECT sameness FROM main.job WHERE job.intent_index = charge.intent_index) AS sameness,
           NULL AS issuer, NULL AS jti
    FROM main.charge;

CREATE TEMP VIEW consent_use AS
    SELECT issuer, jti, intent_index, rowid AS place FROM main.consent_use;
