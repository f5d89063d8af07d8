//! The versions of the store's tables: what a new store has, how one of an earlier version is brought up to date when it is
//! opened for writing, and how it is read as it is. Only moves rows; what they say stays as it was.

use rusqlite::Connection;

use super::store::{Inconsistency, LedgerError, checkpoint};

/// `PRAGMA user_version` of a store with all of `schema.sql`, `jobs.sql` and `requests.sql`.
pub(super) const SCHEMA_VERSION: i64 = 6;
/// The version that brought `requests.sql`, and nothing else.
pub(super) const REQUESTS_SCHEMA: i64 = 4;
/// The version that made tables anew.
const ANEW_SCHEMA: i64 = 5;
/// The first version that is brought up to date.
const SCHEMA_OLDEST: i64 = 3;

const SCHEMA: &str = include_str!("schema.sql");
const JOBS: &str = include_str!("jobs.sql");
const REQUESTS: &str = include_str!("requests.sql");
/// What version 6 brought: a charge may bear a consent use. Earlier uses stay where they are.
const BORNE: &str =
    "ALTER TABLE charge ADD COLUMN issuer TEXT; ALTER TABLE charge ADD COLUMN jti TEXT; PRAGMA user_version = 6;";
/// The same for who only reads a store of version 5.
const UNBORNE: &str = "CREATE TEMP VIEW charge AS SELECT *, NULL AS issuer, NULL AS jti FROM main.charge";
/// The tables that version 5 made anew.
const ANEW: [&str; 4] = ["job", "charge", "consent_use", "outcome"];

/// What nothing may be found by once the rows have moved: rows that are lost or changed, and sums that are others.
const WRONG: [&str; 7] = [
    "SELECT 1 FROM old_job AS old LEFT JOIN job AS new USING (intent_index)
     WHERE (new.id, new.input, new.client, new.policy, new.sameness, new.admitted_ms)
         IS NOT (old.id, old.input, old.client, old.policy, old.sameness, old.admitted_ms)",
    "SELECT 1 WHERE (SELECT COUNT(*) FROM old_job) != (SELECT COUNT(*) FROM job)",
    "SELECT 1 FROM old_charge AS old WHERE NOT EXISTS
         (SELECT 1 FROM charge AS new JOIN job USING (intent_index)
          WHERE new.account = old.account AND new.party = old.party AND new.client = old.client AND new.day = old.day
            AND new.intent_index = old.intent_index AND new.amount = old.amount
            AND new.sameness = job.sameness AND NOT job.free)",
    "SELECT 1 WHERE (SELECT COUNT(*), SUM(amount) FROM old_charge) IS NOT (SELECT COUNT(*), SUM(amount) FROM charge)",
    "SELECT 1 FROM old_consent_use AS old WHERE NOT EXISTS
         (SELECT 1 FROM consent_use AS new
          WHERE new.issuer = old.issuer AND new.jti = old.jti AND new.intent_index = old.intent_index)",
    "SELECT 1 WHERE (SELECT COUNT(*) FROM old_consent_use) != (SELECT COUNT(*) FROM consent_use)",
    "SELECT 1 FROM old_outcome AS old LEFT JOIN outcome AS new USING (intent_index)
     WHERE (new.outcome_index, new.answer, new.claims, new.parties, new.reason, new.reason_salt, new.checkpoint_size)
         IS NOT (old.outcome_index, old.answer, old.claims, old.parties, old.reason, old.reason_salt, old.checkpoint_size)
     UNION ALL SELECT 1 WHERE (SELECT COUNT(*) FROM old_outcome) != (SELECT COUNT(*) FROM outcome)",
];

/// Makes the tables of a new store.
pub(super) fn create_tables(connection: &Connection) -> Result<(), LedgerError> {
    connection.execute_batch(&[SCHEMA, JOBS, REQUESTS].concat())?;
    Ok(connection.pragma_update(None, "user_version", SCHEMA_VERSION)?)
}

/// The version of a store's tables.
pub(super) fn version(connection: &Connection) -> Result<i64, LedgerError> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// Whether a store of this version is brought up to date when it is opened for writing.
pub(super) fn is_earlier(version: i64) -> bool {
    (SCHEMA_OLDEST..SCHEMA_VERSION).contains(&version)
}

/// Brings a store up to date, in one transaction. After an error the connection must not be used any more: with it what was
/// begun goes, and the store is as it was.
pub(super) fn bring_up_to_date(connection: &Connection) -> Result<(), LedgerError> {
    let wrong_version = |found| LedgerError::Inconsistent(Inconsistency::Schema { found, wanted: SCHEMA_VERSION });
    match version(connection)? {
        SCHEMA_VERSION => return Ok(()),
        found if is_earlier(found) => {
            tracing::info!(found, wanted = SCHEMA_VERSION, "the ledger's tables are brought up to date")
        }
        found => return Err(wrong_version(found)),
    }
    connection.execute_batch("BEGIN IMMEDIATE")?;
    match version(connection)? {
        ..ANEW_SCHEMA => make_anew(connection)?,
        ANEW_SCHEMA => connection.execute_batch(BORNE)?,
        // Somebody else has just done it.
        _ => {}
    }
    connection.execute_batch("COMMIT")?;
    // The write-ahead log has held every page; where somebody reads it, it is emptied another time.
    checkpoint(connection, "TRUNCATE")?;
    Ok(())
}

fn make_anew(connection: &Connection) -> Result<(), LedgerError> {
    let found = version(connection)?;
    if found < REQUESTS_SCHEMA {
        connection.execute_batch(REQUESTS)?;
    }
    move_rows(connection)?;
    for wrong in WRONG {
        if connection.prepare(wrong)?.exists([])? {
            return Err(LedgerError::Inconsistent(Inconsistency::Upgrade { found }));
        }
    }
    for table in ANEW {
        connection.execute_batch(&format!("DROP TABLE old_{table};"))?;
    }
    Ok(connection.pragma_update(None, "user_version", SCHEMA_VERSION)?)
}

/// Sets the tables aside as `old_…`, and fills new ones from them.
fn move_rows(connection: &Connection) -> Result<(), LedgerError> {
    for table in ANEW {
        connection.execute_batch(&format!(
            "DROP TRIGGER {table}_kept; DROP TRIGGER {table}_stays; ALTER TABLE {table} RENAME TO old_{table};"
        ))?;
    }
    Ok(connection.execute_batch(&[JOBS, include_str!("upgrade.sql")].concat())?)
}

/// Lets a connection that only reads find the rows of an earlier store where this program looks for them.
pub(super) fn show_earlier(connection: &Connection) -> Result<(), LedgerError> {
    match version(connection)? {
        SCHEMA_OLDEST..ANEW_SCHEMA => connection.execute_batch(include_str!("earlier.sql"))?,
        found if is_earlier(found) => connection.execute_batch(UNBORNE)?,
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::reserve::GIVER;
    use super::*;

    const EARLIER: &str = include_str!("../../tests/audit/schema_4.sql");
    const VERSION_5: &str = include_str!("../../tests/audit/schema_5.sql");

    /// A store of version 4 with jobs of every kind: charged for one party, for two, for all units, for one party twice,
    /// free, about nobody, still open, abandoned; with no consent, with one, with one twice.
    const ROWS: &str = "
        INSERT INTO job VALUES
            (0, x'00', x'10', 'a', 'p', x'a0', 50), (1, x'01', x'11', 'a', 'p', x'a1', 40), (3, x'03', x'13', 'b', 'q', x'a3', 60),
            (4, x'04', x'14', 'a', 'p', x'a0', 70), (6, x'06', x'16', 'b', 'r', x'a6', 80), (7, x'07', x'17', 'b', 'p', x'a7', 90),
            (9, x'09', x'19', 'a', 'p', x'a9', 95);
        INSERT INTO charge VALUES
            (1, 0, 'label.enterprise', x'c2', 'a', 5, 2), (2, 1, 'label.person', x'c3', 'a', 5, 3),
            (3, 1, 'label.enterprise', x'c1', 'a', 5, 3), (5, 3, 'table.enterprise', x'ee', 'b', 6, 1000000000),
            (6, 7, 'label.enterprise', x'c1', 'b', 6, 2), (7, 7, 'label.enterprise', x'c1', 'b', 6, 2);
        INSERT INTO consent_use (issuer, jti, intent_index) VALUES
            ('i', 'z', 0), ('i', 'b', 1), ('i', 'a', 1), ('i', 'z', 4), ('i', 'a', 7), ('i', 'a', 7);
        INSERT INTO outcome VALUES
            (0, 2, 'yes', x'01', x'02', 'answered', x'03', 3), (1, 5, 'undetermined', x'04', x'05', 'fuel', x'06', 6),
            (3, 8, NULL, NULL, NULL, 'abandoned', x'07', 9), (4, 10, 'yes', x'08', x'09', 'reused', x'0a', 11);
        INSERT INTO request VALUES (0, x'0b');
        INSERT INTO hash VALUES (1, x'0c');";

    fn earlier() -> Connection {
        let store = Connection::open_in_memory().unwrap();
        store.execute_batch(&[EARLIER, ROWS].concat()).unwrap();
        store
    }

    /// The rows of a query, as text.
    fn rows(store: &Connection, sql: &str) -> Vec<String> {
        let mut statement = store.prepare(sql).unwrap();
        let columns = statement.column_count();
        let row = |row: &rusqlite::Row<'_>| {
            let value = |column| row.get::<_, rusqlite::types::Value>(column).map(|value| format!("{value:?}"));
            Ok((0..columns).map(value).collect::<rusqlite::Result<Vec<_>>>()?.join(" "))
        };
        statement.query_map([], row).unwrap().map(Result::unwrap).collect()
    }

    const SEEN: [&str; 6] = [
        "SELECT intent_index, id, input, client, policy, sameness, admitted_ms, free FROM job ORDER BY intent_index",
        "SELECT intent_index, account, party, client, day, amount, sameness FROM charge ORDER BY intent_index, place",
        "SELECT intent_index, issuer, jti FROM consent_use ORDER BY intent_index, place",
        "SELECT account, party, client, SUM(amount) FROM charge GROUP BY account, party, client",
        "SELECT * FROM outcome ORDER BY intent_index",
        "SELECT * FROM request, hash",
    ];

    #[test]
    fn a_store_of_version_4_becomes_the_very_store_that_it_would_be_today() {
        let read = earlier();
        show_earlier(&read).unwrap();
        let before = SEEN.map(|sql| rows(&read, sql));
        assert_eq!(before.each_ref().map(Vec::len), [7, 6, 6, 5, 4, 1], "a reader sees it as it will be");
        let store = earlier();
        bring_up_to_date(&store).unwrap();
        assert_eq!(SEEN.map(|sql| rows(&store, sql)), before);
        assert_eq!(
            rows(&store, "SELECT intent_index FROM job WHERE free ORDER BY 1"),
            ["Integer(4)", "Integer(6)", "Integer(9)"]
        );
        let wanted = ["(1, 0, 3, A1)", "(1, 1, 3, A1)", "(7, 0, 2, A7)", "(7, 1, 2, A7)"];
        let shown =
            "SELECT '(' || intent_index || ', ' || place || ', ' || amount || ', ' || hex(sameness) || ')' FROM charge
                     WHERE intent_index IN (1, 7) ORDER BY intent_index, place";
        assert_eq!(rows(&store, shown), wanted.map(|row| format!("Text({row:?})")));
        let fresh = Connection::open_in_memory().unwrap();
        create_tables(&fresh).unwrap();
        let schema = "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name";
        assert_eq!(rows(&store, schema), rows(&fresh, schema));
        assert_eq!(version(&store).unwrap(), SCHEMA_VERSION);
        assert!(store.execute("DELETE FROM charge", []).is_err(), "the triggers are there");
        bring_up_to_date(&store).unwrap();
        assert_eq!(SEEN.map(|sql| rows(&store, sql)), before, "once is enough");
    }

    /// A store of version 5 with the same rows.
    fn version_5() -> Connection {
        let then = earlier();
        let store = Connection::open_in_memory().unwrap();
        store.execute_batch(VERSION_5).unwrap();
        bring_up_to_date(&then).unwrap();
        for (table, columns) in [
            ("job", "*"),
            ("charge", "account, party, client, day, intent_index, place, amount, sameness"),
            ("consent_use", "*"),
            ("outcome", "*"),
            ("request", "*"),
            ("hash", "*"),
        ] {
            let mut found = then.prepare(&format!("SELECT {columns} FROM {table}")).unwrap();
            let marks = vec!["?"; found.column_count()].join(", ");
            let insert = format!("INSERT INTO {table} VALUES ({marks})");
            let mut found = found.query([]).unwrap();
            while let Some(row) = found.next().unwrap() {
                let values = (0..).map_while(|column| row.get::<_, rusqlite::types::Value>(column).ok());
                store.execute(&insert, rusqlite::params_from_iter(values)).unwrap();
            }
        }
        store
    }

    #[test]
    fn one_of_version_5_stays_as_it_is_and_its_charges_may_bear_uses() {
        let read = version_5();
        show_earlier(&read).unwrap();
        let before = SEEN.map(|sql| rows(&read, sql));
        assert_eq!(before.each_ref().map(Vec::len), [7, 6, 6, 5, 4, 1], "a reader sees it as it will be");
        assert_eq!(rows(&read, "SELECT DISTINCT issuer, jti FROM charge"), ["Null Null"]);
        let store = version_5();
        bring_up_to_date(&store).unwrap();
        assert_eq!(SEEN.map(|sql| rows(&store, sql)), before);
        let fresh = Connection::open_in_memory().unwrap();
        create_tables(&fresh).unwrap();
        for table in ANEW {
            let columns = format!("SELECT * FROM pragma_table_xinfo('{table}')");
            assert_eq!(rows(&store, &columns), rows(&fresh, &columns));
        }
        let objects = "SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name";
        assert_eq!(rows(&store, objects), rows(&fresh, objects));
        assert_eq!(version(&store).unwrap(), SCHEMA_VERSION);
        store
            .execute("INSERT INTO charge VALUES ('label.person', x'c3', 'a', 9, 99, 0, 1, x'a1', 'i', 'z')", [])
            .unwrap();
        assert!(store.execute("UPDATE charge SET jti = NULL", []).is_err(), "the triggers are there");
        // The uses of then and those of now are added up.
        let used = |store: &Connection| -> i64 {
            let key = rusqlite::params!["label.enterprise", [0xc1_u8], "b", "i", "a", 0, [0_u8]];
            store.query_row(GIVER, key, |row| row.get(1)).unwrap()
        };
        assert_eq!((used(&read), used(&store)), (3, 3));
        store
            .execute("INSERT INTO charge VALUES ('label.enterprise', x'c1', 'b', 9, 99, 0, 1, x'a1', 'i', 'a')", [])
            .unwrap();
        assert_eq!(used(&store), 4);
    }

    #[test]
    fn one_of_version_3_gets_the_archive_too() {
        let store = earlier();
        store
            .execute_batch("DROP TABLE request; DROP TABLE batch; DROP TABLE batch_job; PRAGMA user_version = 3")
            .unwrap();
        bring_up_to_date(&store).unwrap();
        assert_eq!(rows(&store, "SELECT COUNT(*) FROM request"), ["Integer(0)"]);
        assert_eq!(rows(&store, "SELECT COUNT(*) FROM charge"), ["Integer(6)"]);
    }

    #[test]
    fn what_would_lose_a_row_is_left_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("store");
        let stray = "INSERT INTO charge VALUES (99, 2, 'label.person', x'c3', 'a', 5, 3)";
        Connection::open(&path).unwrap().execute_batch(&[EARLIER, ROWS, stray].concat()).unwrap();
        let refused = bring_up_to_date(&Connection::open(&path).unwrap());
        assert!(matches!(refused, Err(LedgerError::Inconsistent(Inconsistency::Upgrade { found: 4 }))), "{refused:?}");
        let store = Connection::open(&path).unwrap();
        assert_eq!(version(&store).unwrap(), 4);
        assert_eq!(rows(&store, "SELECT COUNT(*) FROM charge"), ["Integer(7)"]);
    }

    #[test]
    fn every_check_can_fail() {
        let harms = [
            "UPDATE job SET client = 'other' WHERE intent_index = 1",
            "INSERT INTO job VALUES (99, x'99', x'19', 'a', 'p', x'a9', 95, 1)",
            "UPDATE charge SET amount = amount + 1 WHERE intent_index = 3",
            "INSERT INTO charge SELECT account, party, client, day, intent_index, place + 9, amount, sameness, issuer, jti FROM charge",
            "UPDATE consent_use SET jti = 'other' WHERE intent_index = 1",
            "INSERT INTO consent_use VALUES ('i', 'z', 9, 0)",
            "UPDATE outcome SET parties = NULL WHERE intent_index = 0",
        ];
        for (wrong, harm) in WRONG.iter().zip(harms) {
            let store = earlier();
            move_rows(&store).unwrap();
            assert!(!store.prepare(wrong).unwrap().exists([]).unwrap(), "{wrong}");
            for table in ANEW {
                store.execute_batch(&format!("DROP TRIGGER {table}_kept")).unwrap();
            }
            store.execute_batch(harm).unwrap();
            assert!(store.prepare(wrong).unwrap().exists([]).unwrap(), "{harm}");
        }
    }
}
