//! The map step as a stream: rows of one unit in, what it adds within the policy's bounds out, and a marker for every
//! bucket of units that has been seen to its end. The same runs and the same bounds as in the coordinator's own threads.

use std::io::{Read, Write};

use super::bounds::Bounding;
use super::worker_job::WorkerJob;
use crate::data::{ContributionsWriter, Step, StreamError, read_rows};
use crate::guest::{Contributions, Guest, StreamRuns};

/// A worker cannot go on. What it has written by then lacks the marker of a bucket, so nobody takes it for whole.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The job's description.
    #[error("the job's description is none that this version reads")]
    Job,
    /// Another module than the job's.
    #[error("the guest is not the one of the job: its SHA-256 is another, or it answers no table")]
    Guest,
    /// A stream.
    #[error(transparent)]
    Stream(#[from] StreamError),
}

/// Runs the guest on every unit of the stream `input`, one after the other, and writes what each adds to `output`. A unit
/// whose run fails adds nothing.
pub fn map_units(job: &WorkerJob, guest: &Guest, input: impl Read, output: impl Write) -> Result<(), WorkerError> {
    if guest.digest() != job.guest {
        return Err(WorkerError::Guest);
    }
    let runs = StreamRuns::new(guest, job.as_of, (&job.shapes, &job.parameters), &job.limits);
    let mut runs = runs.ok_or(WorkerError::Guest)?;
    let mut mapping = Mapping::new(job, output)?;
    read_rows(input, &job.tables, &mut |step| match step {
        Step::Unit { bucket, unit, tables } => match runs.run(unit, &tables) {
            Ok(given) => mapping.unit(bucket, &given),
            Err(_) => Ok(()),
        },
        Step::Closed { bucket } => mapping.close(bucket),
    })?;
    mapping.finish()
}

/// From contributions, which may be anything, to rows of the output, which are within the bounds.
pub(super) struct Mapping<'j, W: Write> {
    job: &'j WorkerJob,
    bounding: Bounding,
    output: ContributionsWriter<W>,
}

impl<'j, W: Write> Mapping<'j, W> {
    pub fn new(job: &'j WorkerJob, output: W) -> Result<Self, WorkerError> {
        let output = ContributionsWriter::new(output, &job.measures)?;
        Ok(Self { job, bounding: Bounding::new(job.bounds.clone()), output })
    }

    pub fn unit(&mut self, bucket: u32, given: &Contributions) -> Result<(), WorkerError> {
        let mut written = Ok(());
        let output = &mut self.output;
        self.bounding.bound(&self.job.map, given, &mut |cell, values| {
            // Bounds are of 50 bits; only a weakened build shows more.
            let narrow = |value: &i128| i64::try_from(*value).unwrap_or(if *value < 0 { i64::MIN } else { i64::MAX });
            let pushed = output.push(bucket, cell, values.iter().map(narrow));
            if written.is_ok() {
                written = pushed;
            }
        });
        Ok(written?)
    }

    pub fn close(&mut self, bucket: u32) -> Result<(), WorkerError> {
        Ok(self.output.close(bucket)?)
    }

    pub fn finish(self) -> Result<(), WorkerError> {
        Ok(self.output.finish()?)
    }
}
