//! What workers bring back, added up, and whether it is whole: every bucket closed exactly once, with as many
//! contributions as its worker says that it wrote. Nobody's retries are trusted: a bucket that is lost, cut off or counted
//! twice, in whole or in part, makes the sums worthless.

use std::io::Read;

use super::sums::Sums;
use crate::data::{Contribution, MARKER_CELL, StreamError, read_contributions};
use crate::policy::{TableRule, UnitBounds};

/// The result of workers cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// A stream of contributions.
    #[error("a worker's result: {0}")]
    Stream(#[from] StreamError),
    /// A row that no worker writes.
    #[error("a worker's result has a row that no worker writes")]
    Row,
    /// Sums that are not those of all buckets, each once.
    #[error("bucket {bucket} came back {markers} times, with {counted} contributions of {written} written")]
    Bucket { bucket: usize, markers: i128, counted: i128, written: i128 },
}

/// What came back of one bucket.
#[derive(Clone, Debug, Default)]
struct Book {
    markers: i128,
    counted: i128,
    written: i128,
}

/// Sums of workers.
pub(super) struct Collected {
    sums: Sums,
    bounds: UnitBounds,
    measures: Vec<String>,
    books: Vec<Book>,
}

impl Collected {
    /// Nothing yet, of so many buckets.
    pub fn new(rule: &TableRule, buckets: usize) -> Self {
        let measures = rule.measures.iter().map(|measure| measure.name.clone()).collect();
        Self { sums: Sums::new(rule), bounds: rule.bounds(), measures, books: vec![Book::default(); buckets] }
    }

    /// Adds what one worker wrote.
    pub fn read(&mut self, output: impl Read) -> Result<(), Refused> {
        let measures = self.measures.clone();
        read_contributions(output, &measures, &mut |row| self.add(row))
    }

    /// Adds a row: of one unit, or of several that an engine has added up. A worker keeps the bounds; what does not keep
    /// them is no worker's.
    pub fn add(&mut self, row: &Contribution) -> Result<(), Refused> {
        let bucket = usize::try_from(row.bucket).ok();
        let book = bucket.and_then(|bucket| self.books.get_mut(bucket)).ok_or(Refused::Row)?;
        let units = i128::from(row.units);
        if row.cell == MARKER_CELL {
            if row.marker < 1 || units < 0 || row.sums.iter().any(|sum| *sum != 0) {
                return Err(Refused::Row);
            }
            book.markers += i128::from(row.marker);
            book.written += units;
            return Ok(());
        }
        let cell = usize::try_from(row.cell).ok().filter(|cell| *cell < self.bounds.cells).ok_or(Refused::Row)?;
        let within = |(sum, (lower, upper)): (&i64, &(i64, i64))| {
            (units * i128::from(*lower)..=units * i128::from(*upper)).contains(&i128::from(*sum))
        };
        if row.marker != 0 || units < 1 || !row.sums.iter().zip(&self.bounds.measures).all(within) {
            return Err(Refused::Row);
        }
        book.counted += units;
        self.sums.add_bounded(cell, units, row.sums.iter().copied().map(i128::from));
        Ok(())
    }

    /// What other workers brought.
    pub fn merge(&mut self, other: &Self) {
        self.sums.merge(&other.sums);
        for (book, other) in self.books.iter_mut().zip(&other.books) {
            book.markers += other.markers;
            book.counted += other.counted;
            book.written += other.written;
        }
    }

    /// The sums, if every bucket counts exactly once.
    pub fn whole(self) -> Result<Sums, Refused> {
        for (bucket, Book { markers, counted, written }) in self.books.into_iter().enumerate() {
            if markers != 1 || counted != written {
                return Err(Refused::Bucket { bucket, markers, counted, written });
            }
        }
        Ok(self.sums)
    }
}
