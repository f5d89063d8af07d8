//! Harm done to the ledger's tables.

use super::home::Home;

#[test]
fn an_untouched_home_is_clean_and_counted() {
    let report = Home::copy().audit();
    let counted: Vec<String> =
        report.checks.iter().map(|check| format!("{}: {}", check.name, check.counted())).collect();
    assert!(counted.iter().any(|line| line.starts_with("published log: 265 entries")), "{counted:?}");
    assert!(counted.iter().any(|line| line.starts_with("ledger: 265 entries")), "{counted:?}");
    assert!(counted.contains(&"records: 132 intents, 3 charges, 1 registration".to_owned()), "{counted:?}");
    assert!(counted.contains(&"outcomes: 132 outcomes".to_owned()), "{counted:?}");
    assert!(report.checks.iter().all(|check| check.notes.is_empty()), "{report:?}");
}

#[test]
fn a_changed_charge_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE charge SET amount = 1 WHERE intent_index = 3");
    home.expect(&["records: intent 3 has other charges", "sums: `smart-finance` has spent 3 bits"]);
}

#[test]
fn a_charge_moved_to_another_party_day_or_account_is_found() {
    for change in ["party = zeroblob(32)", "day = day - 100", "account = 'label.person'", "client = 'other'"] {
        let home = Home::copy();
        home.tamper(&format!("UPDATE charge SET {change} WHERE intent_index = 1"));
        home.expect(&["records: intent 1 has other charges", "sums: "]);
    }
}

#[test]
fn a_charge_that_another_job_is_found_by_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE charge SET sameness = zeroblob(32) WHERE intent_index = 1");
    home.expect(&["records: intent 1 has other charges"]);
}

#[test]
fn a_deleted_charge_is_found() {
    let home = Home::copy();
    home.tamper("DELETE FROM charge WHERE intent_index = 1");
    home.expect(&["records: intent 1 has other charges", "sums: "]);
}

#[test]
fn an_inserted_charge_is_found() {
    let copy = |bits: &str| {
        format!(
            "INSERT INTO charge SELECT account, party, client, day, intent_index, 1, {bits}, sameness, issuer, jti
             FROM charge WHERE intent_index = 1"
        )
    };
    let home = Home::copy();
    home.tamper(&copy("3"));
    home.expect(&["records: intent 1 has other charges", "sums: "]);
    let home = Home::copy();
    home.tamper(&copy("-3"));
    home.expect(&["records: intent 1 has a charge of nothing", "sums: "]);
}

#[test]
fn a_charge_of_no_intent_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE charge SET intent_index = 2 WHERE intent_index = 1");
    home.expect(&["records: a charge names entry 2, which is no intent", "records: intent 1 has other charges"]);
    let home = Home::copy();
    home.tamper("UPDATE charge SET intent_index = -9 WHERE intent_index = 1");
    home.expect(&["records: a charge names entry -9, which is no intent"]);
}

#[test]
fn a_changed_record_is_found() {
    let home = Home::copy();
    home.tamper(
        "UPDATE entry SET record = CAST(replace(CAST(record AS TEXT), 'smart-finance', 'another-bank') AS BLOB)
         WHERE leaf_index = 1",
    );
    home.expect(&[
        "ledger: entry 1: salt and record do not open its leaf in the published log",
        "ledger: the checkpoint of size 2 says",
        "ledger: stored hash 1 does not follow",
        "mirror: the home is not the one that was mirrored",
        "records: intent 1 has another client in the table",
    ]);
}

#[test]
fn a_record_that_is_no_json_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE entry SET record = x'00' WHERE leaf_index IN (1, 2)");
    home.expect(&["records: intent 1: its record cannot be read", "outcomes: outcome 2: its record cannot be read"]);
}

#[test]
fn a_removed_record_is_found() {
    let home = Home::copy();
    home.tamper("DELETE FROM entry WHERE leaf_index = 5");
    home.expect(&["ledger: entry 5 is missing", "records: a job names entry 5, which is no intent"]);
    // The others are not blamed for it.
    assert!(!home.findings().iter().any(|finding| finding.contains("entry 6:")));
}

#[test]
fn records_removed_from_the_end_are_found() {
    let home = Home::copy();
    home.tamper("DELETE FROM entry WHERE leaf_index >= 261");
    home.expect(&["ledger: entry 261 is missing", "ledger: entry 264 is missing"]);
}

#[test]
fn an_inserted_record_is_found() {
    let home = Home::copy();
    home.tamper("INSERT INTO entry SELECT 265, kind, salt, record FROM entry WHERE leaf_index = 1");
    home.expect(&["ledger: the newest checkpoint covers 265 entries, there are 266"]);
    let home = Home::copy();
    home.tamper("INSERT INTO entry SELECT 1 << 60, kind, salt, record FROM entry WHERE leaf_index = 1");
    home.expect(&["is not where the log ends"]);
}

#[test]
fn a_changed_salt_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE entry SET salt = zeroblob(32) WHERE leaf_index = 4");
    home.expect(&["ledger: entry 4: salt and record do not open its leaf"]);
    let home = Home::copy();
    home.tamper("UPDATE entry SET salt = x'' WHERE leaf_index = 4");
    home.expect(&["ledger: entry 4 has a salt that is not 32 bytes long"]);
}

#[test]
fn a_changed_kind_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE entry SET kind = 'outcome' WHERE leaf_index = 1");
    home.expect(&["ledger: entry 1: salt and record do not open", "records: a job names entry 1, which is no intent"]);
}

#[test]
fn changed_claims_are_found() {
    let home = Home::copy();
    home.tamper(
        "UPDATE outcome SET claims = CAST(replace(CAST(claims AS TEXT), 'sme-lending', 'curiosity') AS BLOB)
         WHERE intent_index = 1",
    );
    home.expect(&["outcomes: outcome 2 has the digest of other claims"]);
    let home = Home::copy();
    home.tamper(
        "UPDATE outcome SET claims = CAST(replace(CAST(claims AS TEXT), 'sme-credit-check', 'other') AS BLOB)
         WHERE intent_index = 1",
    );
    home.expect(&["outcomes: the claims of intent 1 name another policy"]);
    let home = Home::copy();
    home.tamper("UPDATE outcome SET claims = CAST('{}' AS BLOB) WHERE intent_index = 1");
    home.expect(&["outcomes: the claims of intent 1 cannot be read", "outcomes: outcome 2 has the digest"]);
}

#[test]
fn a_changed_answer_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE outcome SET answer = 'B' || answer WHERE intent_index = 1");
    home.expect(&[
        "outcomes: the claims of intent 1 have another answer than the table",
        "is not the answer that the same job was given before",
    ]);
}

#[test]
fn changed_openings_are_found() {
    let home = Home::copy();
    home.tamper("UPDATE outcome SET parties = CAST('[]' AS BLOB) WHERE intent_index = 1");
    home.expect(&["outcomes: the claims of intent 1 do not fit the openings"]);
}

#[test]
fn a_changed_reason_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE outcome SET reason = 'trap' WHERE intent_index = 1");
    home.expect(&["outcomes: outcome 2 does not hold the commitment to the reason", "outcomes: outcome 2 tells more"]);
    let home = Home::copy();
    home.tamper("UPDATE outcome SET reason_salt = zeroblob(32) WHERE intent_index = 1");
    home.expect(&["outcomes: outcome 2 does not hold the commitment to the reason"]);
}

#[test]
fn a_removed_outcome_is_found() {
    let home = Home::copy();
    home.tamper("DELETE FROM outcome WHERE intent_index = 1");
    home.expect(&["outcomes: outcome 2 is not in the table"]);
}

#[test]
fn an_outcome_under_another_checkpoint_is_found() {
    let home = Home::copy();
    home.tamper("UPDATE outcome SET checkpoint_size = 265 WHERE intent_index = 1");
    home.expect(&["outcomes: outcome of intent 1: 265 is not the first checkpoint over it"]);
}

#[test]
fn a_changed_job_is_found() {
    for (change, wanted) in [
        ("id = zeroblob(32)", "is of another job"),
        ("input = zeroblob(32)", "has another request"),
        ("client = 'other'", "has another client"),
        ("policy = 'other'", "has another policy"),
        ("sameness = zeroblob(32)", "has another sameness"),
        ("admitted_ms = 0", "was admitted at another time"),
        ("free = 1", "is wrongly marked as free or charged"),
    ] {
        let home = Home::copy();
        home.tamper(&format!("UPDATE job SET {change} WHERE intent_index = 1"));
        home.expect(&[&format!("records: intent 1 {wanted}")]);
    }
    let home = Home::copy();
    home.tamper("DELETE FROM job WHERE intent_index = 1");
    home.expect(&["records: intent 1 has no job"]);
}

#[test]
fn a_changed_consent_use_is_found() {
    let home = Home::copy();
    assert_eq!(home.query("SELECT jti IS NOT NULL FROM charge WHERE intent_index = 1"), 1);
    let free = home.query("SELECT MIN(intent_index) FROM consent_use");
    let of_charge = |set: &str| (1, format!("UPDATE charge SET {set} WHERE intent_index = 1"));
    for (intent, sql) in [
        of_charge("issuer = NULL, jti = NULL"),
        of_charge("jti = NULL"),
        of_charge("jti = 'other'"),
        of_charge("issuer = 'other'"),
        (
            1,
            "INSERT INTO consent_use SELECT issuer, jti, intent_index, 0 FROM charge WHERE intent_index = 1".to_owned(),
        ),
        (free, format!("DELETE FROM consent_use WHERE intent_index = {free}")),
        (free, format!("UPDATE consent_use SET jti = 'other' WHERE intent_index = {free}")),
    ] {
        let home = Home::copy();
        home.tamper(&sql);
        home.expect(&[&format!("records: intent {intent}: the consent uses are not those of its record")]);
    }
}

#[test]
fn a_changed_stored_hash_is_found() {
    for (sql, wanted) in [
        ("UPDATE hash SET hash = zeroblob(32) WHERE id = 2", "ledger: stored hash 2 does not follow"),
        ("DELETE FROM hash WHERE id = 2", "ledger: stored hash 2 is missing"),
        ("INSERT INTO hash VALUES (100000, zeroblob(32))", "ledger: stored hash 100000 belongs to no entry"),
    ] {
        let home = Home::copy();
        home.tamper(sql);
        home.expect(&[wanted]);
    }
}

#[test]
fn a_forked_or_foreign_checkpoint_in_the_ledger_is_found() {
    for (own_key, wanted) in [(true, "the entries have the root"), (false, "is not signed by the log's key")] {
        let home = Home::copy();
        let size = u64::try_from(home.query("SELECT MIN(size) FROM checkpoint WHERE size > 9")).unwrap();
        let note = home.other_checkpoint(size, own_key);
        home.tamper(&format!("UPDATE checkpoint SET note = '{note}' WHERE size = {size}"));
        home.expect(&[&format!("ledger: the checkpoint of size {size}"), wanted]);
    }
}
