//! The same job again: a job is found by its first charge, or, where it wrote none, by an index of such jobs alone. Never
//! decides what is charged.

use rusqlite::types::FromSql;
use rusqlite::{OptionalExtension, named_params};

use super::read::LedgerReader;
use super::records::IntentRecord;
use super::statements::Statements;
use super::store::{LedgerError, digest, signed};
use crate::model::{AccountKind, Digest};
use crate::policy::{Permit, everyone};

/// The answer of the same job, given earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The answer's word.
    pub answer: String,
}

/// The intents of all jobs with this sameness. Client, policy and parties are part of it: so each of them that was charged
/// charged this account of this party, and a client has so many charges there as its quota lets it have. A job that was free
/// has none, however often it is asked.
macro_rules! of_same {
    ($sql:literal) => {
        concat!(
            "WITH same AS (
                 SELECT intent_index FROM charge
                 WHERE account = :account AND party = :party AND client = :client AND sameness = :sameness
                 UNION ALL SELECT intent_index FROM job WHERE free AND sameness = :sameness) ",
            $sql
        )
    };
}

const ASKED: &str = of_same!("SELECT EXISTS (SELECT 1 FROM same)");
/// SQLite gives the answer of the row that has the least intent.
const ANSWER: &str =
    of_same!("SELECT answer, MIN(intent_index) FROM same JOIN outcome USING (intent_index) WHERE answer IS NOT NULL");
const TABLE: &str = of_same!(
    "SELECT answer, MIN(intent_index) FROM same JOIN outcome USING (intent_index)
     WHERE answer IS NOT NULL AND answer != 'undetermined'"
);
const FIRST: &str =
    of_same!("SELECT MIN(intent_index) FROM same JOIN outcome USING (intent_index) WHERE answer IS NOT NULL");

/// What the same jobs are found by.
pub(super) struct Key<'a> {
    pub sameness: Digest,
    pub client: &'a str,
    /// What each of them charges first; a job about nobody charges nothing.
    pub charged: Option<(AccountKind, Digest)>,
}

impl<'a> Key<'a> {
    fn of(permit: &'a Permit) -> Self {
        let charged = permit.charges().first().map(|charge| (charge.account, charge.party));
        Self { sameness: permit.sameness(), client: &permit.request().client, charged }
    }

    /// The first value that `sql` gives.
    fn query<T: FromSql>(&self, statements: &Statements<'_>, sql: &'static str) -> Result<Option<T>, LedgerError> {
        let account = self.charged.map_or("", |(account, _)| account.word());
        let party = self.charged.as_ref().map_or(&[][..], |(_, party)| party.as_bytes());
        let key = named_params! {
            ":account": account, ":party": party, ":client": self.client, ":sameness": self.sameness.as_bytes(),
        };
        Ok(statements.with(sql, |statement| statement.query_row(key, |row| row.get(0))).optional()?)
    }

    /// The answer of the first of them that has one. A table job that ended without a table has none: the client knows that,
    /// and pays anew.
    pub fn answer(&self, statements: &Statements<'_>, of_table: bool) -> Result<Option<Stored>, LedgerError> {
        let answer = self.query::<Option<String>>(statements, if of_table { TABLE } else { ANSWER })?.flatten();
        Ok(answer.map(|answer| Stored { answer }))
    }
}

/// The answer of the same job.
pub(super) fn stored_answer(statements: &Statements<'_>, permit: &Permit) -> Result<Option<Stored>, LedgerError> {
    Key::of(permit).answer(statements, permit.policy().table().is_some())
}

/// Whether the same job was ever admitted: for a weakened build alone.
pub(super) fn was_asked(statements: &Statements<'_>, permit: &Permit) -> Result<bool, LedgerError> {
    Ok(Key::of(permit).query(statements, ASKED)?.unwrap_or(false))
}

impl LedgerReader {
    /// The job that first had the answer that this one was given again; itself, where there is no earlier one. `None`
    /// where none of them has an answer, or the job's record cannot be read.
    pub fn first_of_same(&self, intent_index: u64) -> Result<Option<u64>, LedgerError> {
        let sql =
            "SELECT record, client, sameness FROM job JOIN entry ON leaf_index = intent_index WHERE intent_index = ?1";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, digest(row, 2)?));
        let found: Option<(Vec<u8>, String, Digest)> =
            self.0.prepare_cached(sql)?.query_row([signed(intent_index)], row).optional()?;
        let Some((record, client, sameness)) = found else { return Ok(None) };
        let Ok(record) = serde_json::from_slice::<IntentRecord>(&record) else { return Ok(None) };
        let party = record.parties.first().and_then(|party| party.party.parse().ok());
        let (statements, mut first) = (Statements::on(&self.0), None::<i64>);
        // Which account it was, the record of a free job does not say.
        for account in AccountKind::ALL {
            let charged = match account {
                AccountKind::Label(_) => party,
                AccountKind::Table(unit) => Some(everyone(unit)),
            };
            let key = Key { sameness, client: &client, charged: charged.map(|party| (account, party)) };
            let found = key.query::<Option<i64>>(&statements, FIRST)?.flatten();
            first = first.into_iter().chain(found).min();
        }
        Ok(first.and_then(|first| u64::try_from(first).ok()))
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::super::reserve::GIVER;
    use super::super::upgrade::create_tables;
    use super::*;
    use crate::keys::sha256;
    use crate::model::UnitKind;

    const CLIENTS: [&str; 3] = ["a", "b", "c"];
    /// What version 4 found the answer by, with its index of every job's sameness.
    const EARLIER: &str = "SELECT outcome.answer FROM job JOIN outcome USING (intent_index)
         WHERE job.sameness = ?1 AND outcome.answer IS NOT NULL AND NOT (?2 AND outcome.answer = 'undetermined')
         ORDER BY intent_index LIMIT 1";

    /// What is asked: by whom, about whom, in which words.
    struct Question {
        client: &'static str,
        charges: Vec<(AccountKind, Digest)>,
        of_table: bool,
        sameness: Digest,
    }

    /// Every question: of a firm, of a firm and a person, of two firms in either order, of nobody, of all firms, by each of
    /// the clients, on each of two snapshots.
    fn questions() -> Vec<Question> {
        let [firm, other, person] = ["firm", "other", "person"].map(|name| sha256(name.as_bytes()));
        let (firms, persons) = (AccountKind::Label(UnitKind::Enterprise), AccountKind::Label(UnitKind::Person));
        let all = (AccountKind::Table(UnitKind::Enterprise), everyone(UnitKind::Enterprise));
        let about = [
            vec![(firms, firm)],
            vec![(firms, firm), (persons, person)],
            vec![(firms, firm), (firms, other)],
            vec![(firms, other), (firms, firm)],
            Vec::new(),
            vec![all],
        ];
        let mut questions = Vec::new();
        for client in CLIENTS {
            for charges in &about {
                for snapshot in 0..2 {
                    let sameness = sha256(format!("{client} {charges:?} {snapshot}").as_bytes());
                    let of_table = *charges == [all];
                    questions.push(Question { client, charges: charges.clone(), of_table, sameness });
                }
            }
        }
        questions
    }

    struct Random(u64);

    impl Random {
        fn below(&mut self, bound: usize) -> usize {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            usize::try_from(self.0 % bound as u64).unwrap()
        }
    }

    fn admit(ledger: &Connection, intent: i64, question: &Question, free: bool) {
        let charges: &[_] = if free { &[] } else { &question.charges };
        let sameness = question.sameness.as_bytes();
        let id = sha256(&intent.to_be_bytes());
        let job = rusqlite::params![intent, id.as_bytes(), question.client, sameness, charges.is_empty()];
        ledger.execute("INSERT INTO job VALUES (?1, ?2, x'', ?3, 'policy', ?4, 0, ?5)", job).unwrap();
        for (place, (account, party)) in (0i64..).zip(charges) {
            let charge = rusqlite::params![
                account.word(),
                party.as_bytes(),
                question.client,
                intent,
                place,
                sameness.as_slice()
            ];
            ledger.execute("INSERT INTO charge VALUES (?1, ?2, ?3, 0, ?4, ?5, 1, ?6, NULL, NULL)", charge).unwrap();
        }
    }

    fn end(ledger: &Connection, intent: i64, answer: Option<&str>) {
        let sql = "INSERT INTO outcome (intent_index, outcome_index, answer, reason, reason_salt, checkpoint_size)
                   VALUES (?1, ?1, ?2, '', x'', 0)";
        ledger.execute(sql, rusqlite::params![intent, answer]).unwrap();
    }

    fn compare(ledger: &Connection, question: &Question) -> Option<Stored> {
        let key =
            Key { sameness: question.sameness, client: question.client, charged: question.charges.first().copied() };
        let statements = Statements::on(ledger);
        let found = key.answer(&statements, question.of_table).unwrap();
        let earlier = rusqlite::params![question.sameness.as_bytes(), question.of_table];
        let earlier: Option<String> = ledger.query_row(EARLIER, earlier, |row| row.get(0)).optional().unwrap();
        assert_eq!(found.as_ref().map(|stored| &stored.answer), earlier.as_ref());
        let asked = key.query::<bool>(&statements, ASKED).unwrap();
        let sql = "SELECT EXISTS (SELECT 1 FROM job WHERE sameness = ?1)";
        assert_eq!(asked, ledger.query_row(sql, [question.sameness.as_bytes()], |row| row.get(0)).unwrap());
        found
    }

    #[test]
    fn the_same_answers_are_found_as_by_an_index_of_every_job() {
        let ledger = Connection::open_in_memory().unwrap();
        create_tables(&ledger).unwrap();
        let questions = questions();
        let (mut random, mut open, mut reused) = (Random(0x2026_1127), Vec::new(), 0);
        for intent in 0..3_000 {
            let question = &questions[random.below(questions.len())];
            let stored = compare(&ledger, question);
            reused += usize::from(stored.is_some());
            // A weakened build lets a job go free that has no answer yet.
            admit(&ledger, intent, question, stored.is_some() || random.below(20) == 0);
            open.push(intent);
            // Jobs end late and in any order, in every way: some never.
            if random.below(3) > 0 {
                let ended = open.swap_remove(random.below(open.len()));
                // Mostly without an answer at first, so that many are charged before one has it.
                let ends = [None, Some("undetermined"), Some("undetermined"), Some("yes"), Some("no")];
                let known = if intent < 1_500 { 3 } else { ends.len() };
                end(&ledger, ended, ends[random.below(known)]);
            }
            for question in &questions {
                if intent % 97 == 0 {
                    compare(&ledger, question);
                }
            }
        }
        assert!(reused > 500 && reused < 2_900, "{reused}");
    }

    #[test]
    fn no_table_is_read_through_for_it() {
        let ledger = Connection::open_in_memory().unwrap();
        create_tables(&ledger).unwrap();
        let plan = |sql: &str| -> Vec<String> {
            let mut statement = ledger.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
            statement.raw_query().mapped(|row| row.get(3)).map(Result::unwrap).collect()
        };
        let whole = |step: &&String| step.starts_with("SCAN") && *step != "SCAN same";
        let steps = plan(GIVER);
        assert_eq!(steps.iter().find(whole), None, "{steps:?}");
        for index in ["consent_use USING PRIMARY KEY (issuer=? AND jti=?)", "job_free (sameness=?)"] {
            assert!(steps.iter().any(|step| step.contains(index)), "{steps:?}");
        }
        let steps = plan(ANSWER);
        assert_eq!(steps.iter().find(whole), None, "{steps:?}");
        assert!(steps.iter().any(|step| step.contains("job_free (sameness=?)")), "{steps:?}");
        assert!(steps.iter().any(|step| step.contains("(account=? AND party=? AND client=?)")), "{steps:?}");
        assert!(plan("SELECT id FROM job WHERE policy = 'p'").iter().any(|step| whole(&step)), "the test sees a scan");
    }
}
