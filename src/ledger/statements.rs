//! The statements of one transaction: each is prepared once for all of its jobs. Looking one up among a connection's takes a
//! copy of its text, and a job needs a dozen.

use std::cell::RefCell;
use std::ops::Deref;

use rusqlite::{CachedStatement, Connection};

/// A connection, and what was prepared on it. Statements that are needed once are prepared on the connection itself.
pub(super) struct Statements<'c> {
    connection: &'c Connection,
    prepared: RefCell<Vec<(&'static str, CachedStatement<'c>)>>,
}

impl<'c> Statements<'c> {
    /// None yet.
    pub fn on(connection: &'c Connection) -> Self {
        Self { connection, prepared: RefCell::default() }
    }

    /// Does `work` with the statement `sql`.
    pub fn with<T>(
        &self,
        sql: &'static str,
        work: impl FnOnce(&mut CachedStatement<'c>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<T> {
        // By address: a text that stands in the program twice is prepared twice.
        let place = self.prepared.borrow().iter().position(|(prepared, _)| std::ptr::eq(*prepared, sql));
        let mut statement = match place {
            Some(place) => self.prepared.borrow_mut().swap_remove(place).1,
            None => self.connection.prepare_cached(sql)?,
        };
        let done = work(&mut statement);
        self.prepared.borrow_mut().push((sql, statement));
        done
    }
}

impl Deref for Statements<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.connection
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADD: &str = "INSERT INTO number (number) VALUES (?1)";
    const SUM: &str = "SELECT SUM(number) FROM number WHERE number != ?1";

    #[test]
    fn a_statement_is_used_again_and_may_be_used_within_another() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE number (number INTEGER UNIQUE)").unwrap();
        let statements = Statements::on(&connection);
        let add = |number: i64| statements.with(ADD, |add| add.execute([number]));
        let sum = || statements.with(SUM, |sum| sum.query_row([-1], |row| row.get::<_, i64>(0))).unwrap();
        for number in 1..=4 {
            add(number).unwrap();
            assert_eq!(sum(), number * (number + 1) / 2);
        }
        assert!(add(4).is_err(), "what it refuses, it refuses");
        add(5).unwrap();
        assert_eq!(statements.prepared.borrow().len(), 2);
        let within = statements.with(SUM, |outer| {
            assert_eq!(sum(), 15, "another of the same text");
            outer.query_row([5], |row| row.get::<_, i64>(0))
        });
        assert_eq!(within.unwrap(), 10);
        assert!(statements.with("SELECT nothing", |_| Ok(())).is_err());
        assert_eq!(statements.query_row("SELECT COUNT(*) FROM number", [], |row| row.get::<_, i64>(0)).unwrap(), 5);
    }
}
