//! A guest and what it is asked: one unit's rows, the same at every call.

use std::path::Path;
use std::sync::Arc;

use anshi::data::Window;
use anshi::guest::{Contributions, Guest, Registry, RunInput, UnitRuns};
use anshi::model::{ParameterValue, UnitId, UnitKind};
use anshi::policy::Limits;

use crate::room::{Room, Subject, least, plan};

/// The guest of `make bench` that the others are set beside: 3 columns × 24 rows, and 1 × 1.
pub const YARDSTICK: &str = "yardstick";
const ROWS: u32 = 24;
/// With a slot that no busy machine makes a call miss.
const LIMITS: Limits = Limits { fuel: 1 << 32, memory_bytes: 64 << 20, slot_ms: 60_000, jobs_per_minute: 1 };

/// A guest, and what it is asked.
pub enum Asked {
    /// A verifier, with its input and its answer.
    Label { guest: Arc<Guest>, input: RunInput, answer: u32 },
    /// A contributor as a table's units run it: the firm, its places in the datasets, and what it gives.
    Table {
        subject: &'static Subject,
        runs: UnitRuns<'static>,
        firm: &'static UnitId,
        ordinals: Vec<Option<u64>>,
        gave: Contributions,
    },
}

impl Asked {
    /// The guest of a file.
    pub fn new(room: &'static Room, registry: &Registry, file: &Path, what: &str) -> Self {
        let module = std::fs::read(file).unwrap();
        Self::of(room, registry.load(&registry.register(&module).unwrap().row).unwrap(), what)
    }

    /// A guest that is loaded.
    pub fn of(room: &'static Room, guest: Arc<Guest>, what: &str) -> Self {
        match what {
            "contributor" => {
                // The process ends when it has measured this one guest: what it needs meanwhile is never given back.
                let subject: &Subject = Box::leak(Box::new(room.under(guest, "fiscal-themes")));
                let firm: &UnitId = Box::leak(Box::new(full(room, "tax_payment")));
                let parameters = Box::leak(Box::new(theme()));
                let (runs, ordinals) = subject.runs(room, *firm, parameters, &LIMITS);
                let gave = runs.runner().run(firm.as_str(), &ordinals).unwrap();
                assert!(!gave.cells.is_empty(), "a firm that contributes nothing measures little");
                Self::Table { subject, runs, firm, ordinals, gave }
            }
            "verifier" => {
                let subject = room.under(guest, "revenue-verification");
                let input = subject.input(room, full(room, "tax_filing"), &[ParameterValue::Integer(5_000_000)]);
                Self::label(subject.guest, input)
            }
            _ => {
                let parameters: &[ParameterValue] = if what == YARDSTICK { &[ParameterValue::Integer(0)] } else { &[] };
                let input = room.input(&plan(&guest, ROWS), full(room, "tax_payment"), parameters);
                Self::label(guest, input)
            }
        }
    }

    fn label(guest: Arc<Guest>, input: RunInput) -> Self {
        let answer = guest.run(&input, &LIMITS).0.unwrap();
        Self::Label { guest, input, answer }
    }

    /// A fresh instance, its call, and the end of it.
    pub fn call(&self) {
        match self {
            Self::Label { guest, input, answer } => assert_eq!(guest.run(input, &LIMITS).0.as_ref(), Ok(answer)),
            Self::Table { runs, firm, ordinals, gave, .. } => {
                assert_eq!(runs.runner().run(firm.as_str(), ordinals).as_ref(), Ok(gave));
            }
        }
    }

    /// The fuel of a call.
    pub fn fuel(&self, room: &Room) -> u64 {
        least(LIMITS.fuel, |fuel| self.ends_well(room, &Limits { fuel, ..LIMITS }))
    }

    /// The least memory that a call can do with, in whole pages.
    pub fn memory_bytes(&self, room: &Room) -> u64 {
        let page = 64 << 10;
        page * least(LIMITS.memory_bytes / page, |pages| {
            self.ends_well(room, &Limits { memory_bytes: pages * page, ..LIMITS })
        })
    }

    fn ends_well(&self, room: &Room, limits: &Limits) -> bool {
        match self {
            Self::Label { guest, input, answer } => guest.run(input, limits).0 == Ok(*answer),
            Self::Table { subject, firm, gave, .. } => {
                subject.contribution(room, **firm, &theme(), limits).as_ref() == Ok(gave)
            }
        }
    }
}

fn theme() -> [ParameterValue; 1] {
    [ParameterValue::Text("tax".to_owned())]
}

/// The first firm with as many rows of a dataset as are read at most.
fn full(room: &Room, dataset: &str) -> UnitId {
    let files = room.snapshot.dataset(dataset).unwrap();
    let window = Window::new(room.snapshot.as_of(), None, ROWS);
    let unit = |id: &[u8; 18]| UnitId::parse(UnitKind::Enterprise, std::str::from_utf8(id).unwrap()).unwrap();
    let mut units = files.unit_ids().iter().map(unit);
    units.find(|id| files.rows(files.ordinal(id), &window, &[]).rows == ROWS as usize).unwrap()
}
