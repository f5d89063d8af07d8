//! What a guest's runs use while its cases are played, and which columns no case needs: for its developer, on the invented data of
//! the stage alone. Nothing of it reaches a receipt; an answer comes to be without it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use super::error::PlayError;
use super::stage::{Play, Stage};
use crate::data::Invented;
use crate::disclosure::ComparedSums;
use crate::env::Stopwatch;
use crate::guest::{ColumnPlace, Fault, Guest, Probe, Run};
use crate::job::Asking;
use crate::model::{Bilingual, Digest, Manifest, TableRead, World};
use crate::policy::{Plan, Policy, Resolved, resolve};

/// A label is asked again and again for its time: so often at most, and no longer than that.
const TIMED_RUNS_MAX: usize = 100;
const TIMED_FOR: Duration = Duration::from_millis(250);

/// A column, as a person names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ColumnName {
    /// The role; none of a table.
    pub role: Option<String>,
    /// The dataset.
    pub dataset: String,
    /// The column.
    pub column: String,
}

impl fmt::Display for ColumnName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let role = self.role.as_ref().map(|role| format!("{role}.")).unwrap_or_default();
        write!(f, "{role}{}.{}", self.dataset, self.column)
    }
}

/// What the runs of one case used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Runs: one, or one for each unit of a table.
    pub runs: u64,
    /// The most fuel of one run.
    pub fuel: u64,
    /// The most memory of one run, in bytes.
    pub memory_bytes: u64,
    /// How long one run took on this machine: the median.
    pub median: Duration,
    /// Of how many runs that is the median.
    pub timed: usize,
    /// Runs that gave no answer.
    pub failed: u64,
    /// Why the first of them did not. A trap's text is the guest's own, about invented data.
    pub fault: Option<Fault>,
}

/// What was measured of one guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeasuredGuest {
    /// What the cases call it.
    pub name: String,
    /// Its digest.
    pub digest: Digest,
    /// Of each case that it answered, by number.
    pub cases: Vec<(usize, Figures)>,
    /// The largest of all of them; the time is the median of all runs.
    pub most: Figures,
    /// Columns that it reads and that changed no case's answer when every value of them was missing.
    pub unneeded: Vec<ColumnName>,
    /// Columns that the policy grants and that it does not read.
    pub unread: Vec<ColumnName>,
}

/// Measures what is played.
pub(super) struct Bench {
    guests: BTreeMap<Digest, Tally>,
}

/// What was seen of one guest.
#[derive(Default)]
struct Tally {
    cases: Vec<(usize, Figures)>,
    times: Vec<Duration>,
    needed: BTreeSet<ColumnPlace>,
    /// What a table came to that was asked before: by snapshot and parameters.
    tables: BTreeMap<String, Figures>,
}

impl Bench {
    pub const fn new() -> Self {
        Self { guests: BTreeMap::new() }
    }

    /// Runs what a case has asked again, beside the engine, and with columns blanked.
    pub fn measure(&mut self, stage: &Stage, (play, number): (&Play<'_>, usize), token: &str) -> Result<(), PlayError> {
        let Ok(asking) = Asking::read(&stage.room.engine, token.to_owned()) else { return Ok(()) };
        let request = asking.request();
        let Some(guest) = stage.room.engine.guest(request.guest).map_err(PlayError::of)? else { return Ok(()) };
        let catalog = stage.room.engine.catalog();
        let Ok(resolved) = resolve(play.policy, guest.manifest(), request, &catalog) else { return Ok(()) };
        let invented = stage.invented()?;
        let bench = Asked { policy: play.policy, guest: &guest, invented: &invented, resolved: &resolved };
        let tally = self.guests.entry(request.guest).or_default();
        let figures = match &*resolved.plan {
            Plan::Label { .. } => bench.label(tally),
            Plan::Table { .. } => bench.table(tally),
        };
        tally.cases.extend(figures.map(|figures| (number, figures)));
        Ok(())
    }

    /// What came of it, for the guests that were registered.
    pub fn end(self, stage: &Stage, policy: &Policy) -> Result<Vec<MeasuredGuest>, PlayError> {
        let mut guests = Vec::with_capacity(stage.room.guests.len());
        let mut tallies = self.guests;
        for (name, digest) in &stage.room.guests {
            let Some(guest) = stage.room.engine.guest(*digest).map_err(PlayError::of)? else { continue };
            let tally = tallies.remove(digest).unwrap_or_default();
            guests.push(tally.told((name.clone(), *digest), guest.manifest(), policy));
        }
        Ok(guests)
    }
}

/// One request, to be run again.
struct Asked<'a> {
    policy: &'a Policy,
    guest: &'a Guest,
    invented: &'a Invented,
    resolved: &'a Resolved,
}

impl Asked<'_> {
    fn label(&self, tally: &mut Tally) -> Option<Figures> {
        let probe = Probe::new(self.guest, self.invented, &self.policy.limits);
        let first = probe.label(self.resolved, None)?;
        let mut figures = Figures { runs: 1, ..Figures::default() };
        figures.see(&first);
        let (watch, mut times) = (Stopwatch::new(), vec![first.took]);
        while times.len() < TIMED_RUNS_MAX && watch.elapsed() < TIMED_FOR {
            times.push(probe.label(self.resolved, None)?.took);
        }
        for (place, _) in columns(self.guest.manifest()) {
            if !tally.needed.contains(&place)
                && probe.label(self.resolved, Some(place))?.answer.ok() != first.answer.clone().ok()
            {
                tally.needed.insert(place);
            }
        }
        tally.times.extend(&times);
        figures.time(times);
        Some(figures)
    }

    fn table(&self, tally: &mut Tally) -> Option<Figures> {
        let name = format!("{} {:?}", self.invented.snapshot().name(), self.resolved.parameters);
        if let Some(known) = tally.tables.get(&name) {
            return Some(known.clone());
        }
        let (Some(rule), Plan::Table { cells, .. }) = (self.policy.table(), &*self.resolved.plan) else { return None };
        let probe = Probe::new(self.guest, self.invented, &self.policy.limits);
        let mut open: Vec<ColumnPlace> = columns(self.guest.manifest()).into_iter().map(|(place, _)| place).collect();
        open.retain(|place| !tally.needed.contains(place));
        let sums = || ComparedSums::new(rule, self.invented);
        let (mut whole, mut blanked) = (sums(), open.iter().map(|_| sums()).collect::<Vec<_>>());
        let (mut figures, mut times) = (Figures::default(), Vec::new());
        probe.units(self.resolved, &open, &mut |number, run| {
            let into = match number {
                None => {
                    figures.runs += 1;
                    figures.see(run);
                    times.push(run.took);
                    Some(&mut whole)
                }
                Some(number) => blanked.get_mut(number),
            };
            if let (Some(sums), Ok(given)) = (into, &run.answer) {
                sums.add(cells, given);
            }
        })?;
        let differs = open.iter().zip(&blanked).filter(|(_, sums)| !sums.same(&whole));
        tally.needed.extend(differs.map(|(place, _)| *place));
        tally.times.extend(&times);
        figures.time(times);
        tally.tables.insert(name, figures.clone());
        Some(figures)
    }
}

impl Figures {
    fn see<T>(&mut self, run: &Run<T>) {
        self.fuel = self.fuel.max(run.fuel);
        self.memory_bytes = self.memory_bytes.max(run.memory_bytes);
        if let Err(fault) = &run.answer {
            self.failed += 1;
            self.fault.get_or_insert_with(|| fault.clone());
        }
    }

    fn time(&mut self, mut times: Vec<Duration>) {
        times.sort_unstable();
        self.timed = times.len();
        self.median = times.get(times.len() / 2).copied().unwrap_or_default();
    }
}

impl Tally {
    fn told(self, (name, digest): (String, Digest), manifest: &Manifest, policy: &Policy) -> MeasuredGuest {
        let mut most = Figures::default();
        for (_, figures) in &self.cases {
            most.runs = most.runs.max(figures.runs);
            most.fuel = most.fuel.max(figures.fuel);
            most.memory_bytes = most.memory_bytes.max(figures.memory_bytes);
            most.failed = most.failed.max(figures.failed);
            most.fault = most.fault.or_else(|| figures.fault.clone());
        }
        most.time(self.times);
        let reads = columns(manifest);
        // Without a case that was answered nothing is known of any column.
        let unneeded = reads.iter().filter(|(place, _)| !self.cases.is_empty() && !self.needed.contains(place));
        let unneeded = unneeded.map(|(_, name)| name.clone()).collect();
        let read: BTreeSet<&ColumnName> = reads.iter().map(|(_, name)| name).collect();
        let granted = policy.grants.iter().flat_map(|grant| {
            let column = |column: &String| ColumnName {
                role: grant.role.clone(),
                dataset: grant.dataset.clone(),
                column: column.clone(),
            };
            grant.columns.iter().map(column)
        });
        let unread = granted.filter(|name| !read.contains(name)).collect();
        MeasuredGuest { name, digest, cases: self.cases, most, unneeded, unread }
    }
}

/// Every column that a guest reads, with its places.
fn columns(manifest: &Manifest) -> Vec<(ColumnPlace, ColumnName)> {
    let of = |role: usize, name: Option<&String>, tables: &[TableRead]| {
        let mut found = Vec::new();
        for (table, read) in tables.iter().enumerate() {
            for (column, of) in read.reads.iter().enumerate() {
                let (dataset, named) = (read.dataset.clone(), of.column.clone());
                let name = ColumnName { role: name.cloned(), dataset, column: named };
                found.push((ColumnPlace { role, table, column }, name));
            }
        }
        found
    };
    match &manifest.world {
        World::Verifier { roles, .. } => {
            roles.iter().enumerate().flat_map(|(place, role)| of(place, Some(&role.name), &role.tables)).collect()
        }
        World::Contributor { tables, .. } => of(0, None, tables),
    }
}

/// Why a stage's data cannot be measured on: it is no synthetic home, or has a unit that nobody invented.
pub(super) fn not_invented() -> PlayError {
    PlayError::of(Bilingual {
        zh: "只在全部为虚构主体的合成数据上测量程序".to_owned(),
        en: "a guest is measured on invented data alone, and not every unit here is invented".to_owned(),
    })
}
