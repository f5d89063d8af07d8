-- From the tables of version 4, which `old_…` are here, into those of `jobs.sql`.

INSERT INTO job
    SELECT intent_index, id, input, client, policy, sameness, admitted_ms,
           intent_index NOT IN (SELECT intent_index FROM old_charge)
    FROM old_job ORDER BY intent_index;

-- In the order of the new b-tree: its pages are then full, and each is written once.
INSERT INTO charge
    SELECT account, party, old_charge.client, day, intent_index,
           ROW_NUMBER() OVER (PARTITION BY intent_index ORDER BY old_charge.id) - 1, amount, sameness,
           NULL, NULL
    FROM old_charge JOIN old_job USING (intent_index)
    ORDER BY account, party, old_charge.client, day, intent_index, old_charge.id;

INSERT INTO consent_use
    SELECT issuer, jti, intent_index, ROW_NUMBER() OVER (PARTITION BY intent_index ORDER BY rowid) - 1
    FROM old_consent_use ORDER BY issuer, jti, intent_index, rowid;

INSERT INTO outcome SELECT * FROM old_outcome ORDER BY intent_index;
