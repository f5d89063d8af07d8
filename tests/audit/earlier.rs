//! Homes whose ledger an earlier program wrote: read as they are, brought up to date by the next engine, and nothing that they
//! say has changed by it. And what a job is found by, beside what it was found by then.

use std::path::Path;

use anshi::job::{AccessLine, HomePaths, accesses, answer, cancel};
use anshi::ledger::{End, LedgerReader};
use anshi::model::Date;
use rusqlite::Connection;

use super::home::{Home, another_job, open};
use super::replay::calm;
use crate::support::{TableHome, TableSetup, TestHome, firm, spread, strong};

/// Writes a store anew as version 4 had it.
pub fn make_earlier(store: &Path) {
    let old = store.with_extension("old");
    let earlier = Connection::open(&old).unwrap();
    earlier.execute_batch(include_str!("schema_4.sql")).unwrap();
    earlier.execute("ATTACH ?1 AS new", [store.to_str().unwrap()]).unwrap();
    earlier
        .execute_batch(
            "BEGIN;
             INSERT INTO job SELECT intent_index, id, input, client, policy, sameness, admitted_ms FROM new.job;
             INSERT INTO charge (intent_index, account, party, client, day, amount)
                 SELECT intent_index, account, party, client, day, amount FROM new.charge ORDER BY intent_index, place;
             INSERT INTO consent_use SELECT issuer, jti, intent_index FROM
                 (SELECT issuer, jti, intent_index, place FROM new.consent_use
                  UNION ALL SELECT issuer, jti, intent_index, place FROM new.charge WHERE jti IS NOT NULL)
                 ORDER BY intent_index, place;
             COMMIT;",
        )
        .unwrap();
    for table in ["consent_revoked", "outcome", "entry", "hash", "checkpoint", "guest", "request", "batch", "batch_job"]
    {
        earlier.execute_batch(&format!("INSERT INTO {table} SELECT * FROM new.{table}")).unwrap();
    }
    earlier.execute_batch("DETACH new").unwrap();
    drop(earlier);
    for end in ["sqlite-wal", "sqlite-shm"] {
        let _ = std::fs::remove_file(store.with_extension(end));
    }
    std::fs::rename(old, store).unwrap();
}

fn version(store: &Path) -> i64 {
    Connection::open(store).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap()
}

/// Everything that a reader tells of jobs.
fn told(reader: &LedgerReader) -> Vec<String> {
    let jobs = reader.audit_jobs().unwrap();
    let first: Vec<_> = jobs.iter().map(|job| reader.first_of_same(job.0).unwrap()).collect();
    let mut leaves = Vec::new();
    reader.audit_leaves(|leaf| leaves.push(format!("{leaf:?}"))).unwrap();
    let day = reader.latest_day().unwrap();
    leaves.extend([
        format!("{jobs:?}"),
        format!("{first:?}"),
        format!("{:?}", reader.audit_charges().unwrap()),
        format!("{:?}", reader.audit_consents().unwrap()),
        format!("{:?}", reader.audit_outcomes().unwrap()),
        format!("{:?}", reader.charged().unwrap()),
        format!("{:?}", reader.all_spent(Date::from_days(0)).unwrap()),
        format!("{:?}", reader.all_spent(day.map_or(Date::from_days(0), |day| day.plus_days(1))).unwrap()),
        format!("{:?} {day:?} {:?}", reader.last_tick().unwrap(), reader.last_admission().unwrap()),
    ]);
    leaves
}

/// The first answered job of each one's kind, as it was found when every job's sameness was in an index; and whose jobs
/// they are, by the sameness of those that were charged.
fn found_then(store: &Path, account: &str, party: &[u8]) -> (Vec<Option<i64>>, Vec<i64>) {
    let store = Connection::open(store).unwrap();
    let mut first = store
        .prepare(
            "SELECT (SELECT MIN(job.intent_index) FROM job JOIN outcome USING (intent_index)
                     WHERE outcome.answer IS NOT NULL AND job.sameness = this.sameness)
             FROM job AS this ORDER BY intent_index",
        )
        .unwrap();
    let mut about = store
        .prepare(
            "SELECT intent_index FROM job WHERE sameness IN
               (SELECT charged.sameness FROM job AS charged JOIN charge ON charge.intent_index = charged.intent_index
                WHERE charge.account = ?1 AND charge.party = ?2)
             ORDER BY intent_index DESC",
        )
        .unwrap();
    let first = first.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let about = about.query_map((account, party), |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    (first, about)
}

/// Compares what is found now with what was then; gives how many jobs there are, and how many about the party.
fn compare(home: &Path, engine: &anshi::job::Engine, party: anshi::model::UnitId) -> (usize, usize) {
    let store = HomePaths::new(home).store();
    let reader = LedgerReader::open(&store).unwrap();
    let jobs = reader.audit_jobs().unwrap();
    let signed = |index: u64| i64::try_from(index).unwrap();
    let first: Vec<_> = jobs.iter().map(|job| reader.first_of_same(job.0).unwrap().map(signed)).collect();
    let (first_then, about_then) = found_then(&store, "label.enterprise", engine.pseudonym(&party).as_bytes());
    assert_eq!(first, first_then);
    let mut about: Vec<AccessLine> = Vec::new();
    loop {
        let next = accesses(engine, &party, about.last().map(|line| line.index)).unwrap();
        if next.is_empty() {
            break;
        }
        about.extend(next);
    }
    let about: Vec<i64> = about.iter().map(|line| signed(line.index)).collect();
    assert_eq!(about, about_then);
    (first.len(), about.len())
}

#[test]
fn a_home_of_version_4_is_read_as_it_is_and_goes_on_where_it_was() {
    let home = Home::copy();
    home.leave_a_job_open();
    let store = HomePaths::new(&home.path()).store();
    let before = told(&LedgerReader::open(&store).unwrap());
    make_earlier(&store);
    assert_eq!(told(&LedgerReader::open(&store).unwrap()), before);
    assert_eq!(told(&LedgerReader::open_for_audit(&store).unwrap()), before);
    assert_eq!(home.findings(), Vec::<String>::new());
    assert_eq!(LedgerReader::open(&store).unwrap().schema_versions().unwrap(), (6, 6), "the next start sees to it");
    assert_eq!(version(&store), 4, "who reads changes nothing");

    let engine = open(&home.path()).unwrap();
    assert_eq!(version(&store), 6);
    let after = told(&LedgerReader::open(&store).unwrap());
    let changed: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    // The job that was open was closed: its own rows, all outcomes, and no others.
    assert_eq!(changed.len(), 2, "{changed:#?}");
    assert_eq!(home.query("SELECT COUNT(*) FROM outcome WHERE answer IS NULL"), 1);
    // The charge of the abandoned one stayed; the question is charged anew, and then it is answered.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let ends: Vec<End> =
        (0..3).map(|_| runtime.block_on(answer(&engine, &another_job(&engine))).unwrap().end).collect();
    assert!(matches!(ends[1..], [End::Reused, End::Reused]), "{ends:?}");
    let (jobs, about) = compare(&home.path(), &engine, super::home::healthy());
    assert_eq!((jobs, about), (136, 70));
    drop(engine);
    assert_eq!(home.findings(), Vec::<String>::new());
    assert_eq!(home.query("SELECT COUNT(*) FROM charge"), 5);
    assert_eq!(home.query("SELECT COUNT(*) FROM job WHERE free"), 131);
}

/// The home as it is after its store was made one of version 4, read, and opened again.
fn round_trip(home: TestHome) -> TestHome {
    let before = told(&home.reader());
    let (home, ()) = home.while_closed(|path| {
        let store = HomePaths::new(path).store();
        make_earlier(&store);
        assert_eq!(told(&LedgerReader::open(&store).unwrap()), before);
    });
    assert_eq!(told(&home.reader()), before);
    home
}

#[test]
fn answers_of_every_kind_are_given_again_after_it() {
    let _turn = strong();
    let home = calm();
    let asked = [(0, 1), (0, 2), (2, 1), (0, 1), (2, 1)];
    for (behaviour, party) in asked {
        home.answered(&home.token(behaviour, party));
    }
    let totals = home.totals();
    assert_eq!(totals, (10, 3));
    let home = round_trip(home);
    for (behaviour, party) in asked {
        assert_eq!(home.answered(&home.token(behaviour, party)).end, End::Reused);
    }
    assert_eq!(home.totals(), (20, 3));
    assert_eq!(compare(&home.path, &home.engine, firm(1)), (10, 8));
    assert_eq!(compare(&home.path, &home.engine, firm(2)), (10, 2));
    assert_eq!(home.answered(&home.token(0, 3)).end, End::Answered);
    assert_eq!(home.totals(), (22, 4));
}

#[test]
fn tables_are_given_again_after_it_and_made_anew_where_there_was_none() {
    let _turn = strong();
    let mut home = TableHome::with(&TableSetup::noisy(spread(1, 10, |_| 501)));
    assert!(home.table(0).is_some());
    let token = home.token(3_000_000);
    let called_off = std::thread::scope(|scope| {
        let asking = scope.spawn(|| home.0.ask(&token));
        let reader = home.0.reader();
        while !reader.audit_jobs().unwrap().last().is_some_and(|job| cancel(&home.0.engine, "smart-finance", job.1)) {
            assert!(!asking.is_finished(), "it ended before it could be called off");
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        asking.join().unwrap().unwrap()
    });
    assert_eq!(called_off.end, End::Cancelled);
    let charges = home.charges();
    home = TableHome(round_trip(home.0));
    assert_eq!(home.ask(0).unwrap().end, End::Reused);
    assert_eq!(home.charges(), charges);
    assert_ne!(home.ask(3_000_000).unwrap().end, End::Reused);
    assert_eq!(home.charges().len(), charges.len() + 1);
    assert_eq!(compare(&home.0.path, &home.0.engine, firm(1)).1, 0);
}
