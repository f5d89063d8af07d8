//! Sorts runs and puts those that do not fit into memory into temporary files, on a thread of its own, so that
//! reading goes on meanwhile. A run's file loses its name as soon as it is mapped: the system frees it
//! when the ingest ends, however it ends.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::run::{Run, UnsortedRun};
use crate::env::{FileError, MappedFile, create_new, remove_file};

const WRITE_BUFFER_BYTES: usize = 1 << 18;

/// Where sorted runs are collected.
pub(super) struct Spill {
    folder: PathBuf,
    worker: Option<Worker>,
}

struct Worker {
    /// Holds none: whoever hands a run over waits until the one before is on disk, so at most two are in memory.
    runs: SyncSender<UnsortedRun>,
    thread: JoinHandle<Result<Vec<Run>, FileError>>,
}

impl Spill {
    /// No runs yet; temporary files go to `folder`.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_owned(), worker: None }
    }

    /// Takes a run that is full.
    pub fn push(&mut self, run: UnsortedRun) -> Result<(), FileError> {
        let worker = match self.worker.take() {
            Some(worker) => worker,
            None => self.start()?,
        };
        if worker.runs.send(run).is_ok() {
            self.worker = Some(worker);
            return Ok(());
        }
        // The thread ends early only with an error.
        worker.finish().map(|_| ())
    }

    /// Takes the last run, and gives all of them; a single one stays in memory.
    pub fn finish(mut self, last: UnsortedRun) -> Result<Vec<Run>, FileError> {
        if self.worker.is_none() {
            let mut sorted = Vec::with_capacity(last.memory_bytes(0));
            let failed = |source| FileError { action: "sort", path: self.folder.clone(), source };
            last.write_sorted(&mut sorted).map_err(failed)?;
            return Ok(vec![Run::Memory(sorted)]);
        }
        if last.rows() > 0 {
            self.push(last)?;
        }
        self.worker.take().map_or_else(|| Ok(Vec::new()), Worker::finish)
    }

    fn start(&self) -> Result<Worker, FileError> {
        let (runs, full) = sync_channel(0);
        let folder = self.folder.clone();
        let thread = std::thread::Builder::new().name("sort-runs".to_owned()).spawn(move || spill(&folder, &full));
        let thread = thread.map_err(|source| FileError { action: "sort into", path: self.folder.clone(), source })?;
        Ok(Worker { runs, thread })
    }
}

impl Worker {
    fn finish(self) -> Result<Vec<Run>, FileError> {
        drop(self.runs);
        // A panic in the thread becomes one here.
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn spill(folder: &Path, full: &Receiver<UnsortedRun>) -> Result<Vec<Run>, FileError> {
    full.iter().enumerate().map(|(number, run)| spill_one(&folder.join(format!("run-{number}")), &run)).collect()
}

fn spill_one(path: &Path, run: &UnsortedRun) -> Result<Run, FileError> {
    let failed = |source| FileError { action: "write", path: path.to_owned(), source };
    let mut file = BufWriter::with_capacity(WRITE_BUFFER_BYTES, create_new(path)?);
    let written = run.write_sorted(&mut file).and_then(|()| file.flush()).map_err(failed);
    let mapped = written.and_then(|()| MappedFile::open(path));
    // Whatever happened, nothing keeps its name.
    remove_file(path)?;
    Ok(Run::File(mapped?))
}
