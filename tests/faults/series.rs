//! Every call of a stage, in turn: once failing, once as the last before a power cut.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use anshi::env::weaken::Weakness;
use tempfile::TempDir;

use super::disk::{Cut, Disk};
use super::shim::{Fault, Kind, Record, read_journal};
use super::stage::{Stage, base, copy_tree, hold, now, work};
use crate::crash::Place;

const THREADS: usize = 2;

/// One undisturbed run of a stage, and the folder that it started from.
pub struct Run {
    stage: Stage,
    base: TempDir,
    /// The disk before the first call.
    disk: Disk,
    records: Vec<Record>,
    made_ms: i64,
}

/// How many were tried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    pub calls: usize,
    /// Power cuts that leave something else than those before them.
    pub cuts: usize,
    pub faults: usize,
    /// Faults after which the stage was not done.
    pub refused: usize,
}

/// Which of many are tried: every one, or so many spread evenly.
#[derive(Clone, Copy, Debug)]
pub enum Sample {
    All,
    Spread(usize),
}

impl Sample {
    /// Places of `0..count`.
    fn of(self, count: usize) -> Vec<usize> {
        match self {
            Self::Spread(wanted) if wanted < count => (0..wanted).map(|n| (2 * n + 1) * count / (2 * wanted)).collect(),
            _ => (0..count).collect(),
        }
    }
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

impl Run {
    /// Works the stage once, undisturbed, and checks that the journal tells all of what became of the disk.
    pub fn of(stage: Stage, weakness: Option<Weakness>) -> Self {
        let (from, to) = (folder(), folder());
        match stage {
            Stage::Init => {}
            Stage::Start => Self::of(Stage::Jobs, None).cut_in_the_middle(from.path()),
            _ => drop(stage.begin(base(), from.path())),
        }
        let place = stage.begin(from.path(), to.path());
        let mut disk = Disk::load(&place.root, from.path());
        let before = disk.clone();
        let ended = work(stage, &place, None, weakness);
        assert!(ended.done, "{stage:?} works undisturbed: {}", ended.said);
        let records = read_journal(&place);
        for record in &records {
            disk.apply(record);
        }
        disk.assert_is_real();
        Self { stage, base: from, disk: before, records, made_ms: now().0 }
    }

    /// A place in `root` as after a power cut in the middle of the run.
    fn cut_in_the_middle(&self, root: &Path) {
        let mut disk = self.disk.clone();
        for record in &self.records[..self.records.len() / 2] {
            disk.apply(record);
        }
        self.lay_down(&disk, Cut::Kill, root);
    }

    fn lay_down(&self, disk: &Disk, cut: Cut, root: &Path) {
        let told = self.base.path().join("jobs");
        if told.exists() {
            copy_tree(&told, &root.join("jobs")).unwrap();
        }
        std::fs::create_dir_all(root.join("jobs")).unwrap();
        disk.lay_down(cut, root);
        // What no stage changes is the base's own, which outlives every run: another stage may begin with what is laid here.
        if self.stage != Stage::Init {
            for name in ["guest", "delivery-later"] {
                std::os::unix::fs::symlink(base().join(name), root.join(name)).unwrap();
            }
        }
    }

    /// Cuts the power after calls of the run, in three ways each, and checks what is left.
    pub fn cuts(&self, sample: Sample, count: &mut Count) -> Result<(), String> {
        count.calls = self.records.len();
        let mut seen = HashSet::new();
        let mut cuts = Vec::new();
        let mut disk = self.disk.clone();
        for (at, record) in self.records.iter().enumerate() {
            if disk.apply(record) {
                let ways = [Cut::Strict, Cut::Kill, Cut::Mixed(at as u64)];
                cuts.extend(ways.into_iter().filter(|cut| seen.insert(disk.fingerprint(*cut))).map(|cut| (at, cut)));
            }
        }
        let chosen: Vec<_> = sample.of(cuts.len()).into_iter().map(|n| cuts[n]).collect();
        count.cuts += chosen.len();
        in_turn(chosen.len(), |n| {
            let (at, cut) = chosen[n];
            let mut disk = self.disk.clone();
            for record in &self.records[..=at] {
                disk.apply(record);
            }
            let root = folder();
            self.lay_down(&disk, cut, root.path());
            let about = format!("power cut {cut:?} after call {at} {:?}", show(&self.records[at]));
            self.judge(&Place::at(root.path()), self.made_ms, &about)
        })
    }

    /// Has calls of the run fail, and checks what is left; behind a failed sync also what a power cut leaves.
    pub fn faults(
        &self,
        kind: Kind,
        sample: Sample,
        weakness: Option<Weakness>,
        count: &mut Count,
    ) -> Result<(), String> {
        let calls = self.records.iter().filter(|record| record.counts(kind)).count();
        let chosen = sample.of(calls);
        count.faults += chosen.len();
        let refused = AtomicUsize::new(0);
        let result = in_turn(chosen.len(), |n| {
            let fault = Fault { kind, at: chosen[n] + 1 };
            let root = folder();
            let place = self.stage.begin(self.base.path(), root.path());
            let mut disk = Disk::load(root.path(), self.base.path());
            let about = format!("{fault:?}");
            let ended = caught(&about, || work(self.stage, &place, Some(fault), weakness))?;
            refused.fetch_add(usize::from(!ended.done), Ordering::Relaxed);
            let records = read_journal(&place);
            let failed = records.iter().find(|record| record.failed());
            let about = format!("{about} at {:?}: {ended:?}", failed.map(show));
            if kind == Kind::Short && !ended.done {
                return Err(format!("{about}: a write that is not whole is no failure"));
            }
            let lost = failed.filter(|record| record.op == 's').map(|_| {
                for record in &records {
                    disk.apply(record);
                }
                let root = folder();
                self.lay_down(&disk, Cut::Strict, root.path());
                root
            });
            self.judge(&place, now().0, &about)?;
            let about = format!("{about}, then a power cut");
            lost.map_or(Ok(()), |root| self.judge(&Place::at(root.path()), now().0, &about))
        });
        count.refused += refused.into_inner();
        result
    }

    fn judge(&self, place: &Place, made_ms: i64, about: &str) -> Result<(), String> {
        caught(&format!("{:?}: {about}", self.stage), || hold(self.stage, place, made_ms))
    }
}

fn show(record: &Record) -> (char, u64, &Path) {
    (record.op, record.inode, &record.path)
}

/// What `work` gives, or what it panicked with.
fn caught<T>(about: &str, work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        format!("{about}: {}", text.unwrap_or_default())
    })
}

/// Works `0..count` on all cores; the first of what failed.
fn in_turn(count: usize, work: impl Fn(usize) -> Result<(), String> + Sync) -> Result<(), String> {
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= count {
                        return;
                    }
                    if let Err(error) = work(n) {
                        failed.lock().unwrap().push(error);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    if failed.is_empty() { Ok(()) } else { Err(format!("{} of {count} failed:\n{}", failed.len(), failed.join("\n"))) }
}
