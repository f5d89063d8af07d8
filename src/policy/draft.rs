//! The smallest policy that accepts a guest, as a file to begin with: every grant, column, label and parameter that its manifest names,
//! and no other. What only a person can decide has a value that a check takes and a comment that says so; nothing here is in
//! force by being written.

use std::collections::BTreeSet;
use std::fmt::Write;

use super::check::{MEMORY_MIB_MAX, SLOT_MS_MAX};
use super::check_answer::SLOT_S_MAX;
use super::draft_words::DraftNote;
use super::fit::fit;
use super::load::check_policy;
use super::misfit::Misfit;
use crate::catalog::{Catalog, Dataset};
use crate::document::{Document, DocumentError};
use crate::model::{Billionths, Date, Digest, Manifest, Pace, ParameterKind, Read, Role, TableRead, UnitKind, World};

/// As much as the shipped policies give a small guest, and an interpreter.
const FUEL: (u64, u64) = (500_000, 200_000_000);
const FUEL_PER_UNIT: (u64, u64) = (20_000, 10_000_000);
/// What begins with more is an interpreter.
const INTERPRETER_BYTES: u64 = 1 << 20;
const UNITS: u32 = 10_000;
const SLOT_MS: u32 = 50;
const HISTORY_MONTHS: u32 = 12;
const ROWS_MAX: u32 = 100;
const DAYS: i32 = 365;

/// What a draft is made of.
#[derive(Clone, Copy)]
pub struct DraftOf<'a> {
    /// What the policy is called until somebody finds a better name.
    pub id: &'a str,
    /// The guest: the only one that may answer.
    pub guest: Digest,
    /// What it reads and answers.
    pub manifest: &'a Manifest,
    /// The catalog that it reads by.
    pub catalog: &'a Catalog,
    /// The first day.
    pub today: Date,
    /// How slow the machine may be that holds its slot.
    pub pace: Pace,
}

/// No policy accepts the guest, whatever it grants.
#[derive(Debug)]
pub enum NoPolicy {
    /// The guest asks for what no catalog of this kind has.
    Misfits(Vec<Misfit>),
    /// The policy that would grant what it asks for is none.
    Mistakes(Box<DocumentError>),
}

/// The smallest policy that accepts a guest; `words` says what a note says in the reader's language, on one line.
pub fn smallest_policy(of: &DraftOf<'_>, words: &dyn Fn(&DraftNote) -> String) -> Result<String, NoPolicy> {
    let most = match of.manifest.world {
        World::Verifier { .. } => SLOT_MS_MAX,
        World::Contributor { .. } => SLOT_S_MAX,
    };
    let mut slot = SLOT_MS;
    loop {
        let text = Draft { out: String::new(), of, words }.policy(slot);
        let document = Document::new(format!("{}.toml", of.id), text.as_str());
        match check_policy(&document, of.catalog, of.pace) {
            Ok(policy) => {
                return fit(&policy, of.manifest, of.catalog).map(|_| text).map_err(NoPolicy::Misfits);
            }
            // A slot that holds the worst case is the machine's affair: the next longer one is tried.
            Err(_) if slot < most => slot = slot.saturating_mul(2).min(most),
            Err(error) => {
                // What is wrong beside the slot is what no slot mends.
                return match check_policy(&document, of.catalog, Pace::NONE) {
                    Ok(policy) => fit(&policy, of.manifest, of.catalog).map(|_| text).map_err(NoPolicy::Misfits),
                    Err(_) => Err(NoPolicy::Mistakes(Box::new(error))),
                };
            }
        }
    }
}

struct Draft<'a> {
    out: String,
    of: &'a DraftOf<'a>,
    words: &'a dyn Fn(&DraftNote) -> String,
}

impl Draft<'_> {
    fn policy(mut self, slot: u32) -> String {
        let DraftOf { id, guest, manifest, today, .. } = *self.of;
        self.comment(&DraftNote::Head(guest));
        self.comment(&DraftNote::Marks);
        self.blank();
        self.decide("id", &quoted(id), &DraftNote::Id);
        self.line("version", "\"0.1.0\"");
        self.decide("title", &format!("{{ zh = {0}, en = {0} }}", quoted(id)), &DraftNote::Title);
        self.decide("purpose", "\"to-be-decided\"", &DraftNote::Purpose);
        self.decide("basis", "[\"to be decided\"]", &DraftNote::Basis);
        let valid = format!("{{ from = {today}, until = {} }}", today.plus_days(DAYS));
        self.decide("valid", &valid, &DraftNote::Valid);
        self.block("[who]");
        self.decide("clients", "[]", &DraftNote::Clients);
        self.line("guests", &format!("[\"{guest}\"]"));
        match &manifest.world {
            World::Verifier { roles, labels } => {
                roles.iter().for_each(|role| self.role(role));
                for role in roles {
                    role.tables.iter().for_each(|table| self.table(Some(&role.name), table));
                }
                self.parameters();
                self.block("[answer]");
                self.line("kind", "\"label\"");
                self.line("labels", &list(labels));
            }
            World::Contributor { tables, dimensions, measures } => {
                tables.iter().for_each(|table| self.table(None, table));
                self.parameters();
                self.block("[answer]");
                self.line("kind", "\"table\"");
                self.line("unit", &quoted(self.unit(tables).word()));
                self.decide("cells_per_unit", "1", &DraftNote::CellsPerUnit);
                self.decide("min_units", "20", &DraftNote::MinUnits);
                for dimension in dimensions {
                    self.block("[[answer.dimension]]");
                    self.line("name", &quoted(&dimension.name));
                    self.line("labels", &list(&dimension.labels));
                }
                self.measures(measures);
                self.block("[privacy]");
                self.line("noise", "\"discrete-laplace\"");
                self.decide("epsilon_per_job", "\"0.5\"", &DraftNote::Epsilon);
            }
        }
        self.limits(slot);
        self.out
    }

    fn role(&mut self, role: &Role) {
        self.block(&format!("[role.{}]", role.name));
        let unit = quoted(self.unit(&role.tables).word());
        match role.tables.iter().any(|table| self.of.catalog.dataset(&table.dataset).is_some()) {
            true => self.line("unit", &unit),
            // Nothing that is read says what it is.
            false => self.decide("unit", &unit, &DraftNote::Unit),
        }
        self.decide("count", "{ min = 1, max = 1 }", &DraftNote::Count);
        self.decide("consent", "\"required\"", &DraftNote::Consent);
    }

    /// The unit of the first of these datasets that the catalog has.
    fn unit(&self, tables: &[TableRead]) -> UnitKind {
        let known = tables.iter().find_map(|table| self.of.catalog.dataset(&table.dataset));
        known.map_or(UnitKind::Enterprise, |dataset: &std::sync::Arc<Dataset>| dataset.unit)
    }

    fn table(&mut self, role: Option<&str>, table: &TableRead) {
        match (self.of.catalog.dataset(&table.dataset), role) {
            (None, Some(role)) => self.client_dataset(role, table),
            (known, role) => {
                let has_time = known.is_some_and(|dataset| dataset.time.is_some());
                self.block("[[grant]]");
                role.into_iter().for_each(|role| self.line("role", &quoted(role)));
                self.line("dataset", &quoted(&table.dataset));
                self.line("columns", &list(table.reads.iter().map(|read| &read.column)));
                if has_time {
                    self.decide("history_months", &HISTORY_MONTHS.to_string(), &DraftNote::History);
                }
                self.decide("rows_max", &ROWS_MAX.to_string(), &DraftNote::Rows);
            }
        }
    }

    /// What no department delivers, the client must.
    fn client_dataset(&mut self, role: &str, table: &TableRead) {
        let name = quoted(&table.dataset);
        self.block("[[client_dataset]]");
        self.comment(&DraftNote::ClientDataset(table.dataset.clone()));
        self.line("name", &name);
        self.decide("title", &format!("{{ zh = {name}, en = {name} }}"), &DraftNote::Title);
        self.line("role", &quoted(role));
        self.decide("rows_max", &ROWS_MAX.to_string(), &DraftNote::Rows);
        for Read { column, values } in &table.reads {
            let name = quoted(column);
            self.block("[[client_dataset.column]]");
            self.line("name", &name);
            match values.is_empty() {
                true => self.decide("type", "\"integer\"", &DraftNote::ColumnType),
                false => {
                    self.line("type", "\"text\"");
                    self.decide("values", &list(values), &DraftNote::ColumnValues);
                }
            }
            self.line("title", &format!("{{ zh = {name}, en = {name} }}"));
        }
    }

    fn parameters(&mut self) {
        for parameter in &self.of.manifest.parameters {
            self.block("[[parameter]]");
            self.line("name", &quoted(&parameter.name));
            self.line("kind", &quoted(parameter.kind.word()));
            let values = match parameter.kind {
                ParameterKind::Integer => "[0]".to_owned(),
                ParameterKind::Date => format!("[{}]", self.of.today),
                ParameterKind::Text => "[\"to be decided\"]".to_owned(),
                ParameterKind::Identifier => continue,
            };
            self.decide("values", &values, &DraftNote::Values);
        }
    }

    fn measures(&mut self, measures: &[String]) {
        // All of them and the count alike.
        let share = Billionths::new(Billionths::ONE.count() / (measures.len() as u64 + 1).max(1));
        for measure in measures {
            self.block("[[answer.measure]]");
            self.line("name", &quoted(measure));
            self.decide("unit", "\"to be decided\"", &DraftNote::MeasureUnit);
            self.decide("lower", "0", &DraftNote::Bounds);
            self.decide("upper", "1", &DraftNote::Bounds);
            self.decide("share", &quoted(&share.to_string()), &DraftNote::Share);
        }
    }

    fn limits(&mut self, slot: u32) {
        let manifest = self.of.manifest;
        let large = manifest.memory_bytes > INTERPRETER_BYTES;
        let of = |(small, interpreter): (u64, u64)| if large { interpreter } else { small }.to_string();
        let mib = manifest.memory_bytes.div_ceil(1 << 20).clamp(1, MEMORY_MIB_MAX.into()).to_string();
        self.block("[limits]");
        let contributes = matches!(manifest.world, World::Contributor { .. });
        match contributes {
            false => self.decide("fuel", &of(FUEL), &DraftNote::Fuel),
            true => self.decide("fuel_per_unit", &of(FUEL_PER_UNIT), &DraftNote::Fuel),
        }
        self.decide("memory_mib", &mib, &DraftNote::Memory);
        match contributes {
            false => self.decide("slot_ms", &slot.to_string(), &DraftNote::Slot),
            true => {
                self.decide("units_max", &UNITS.to_string(), &DraftNote::Units);
                self.decide("slot_s", &slot.to_string(), &DraftNote::Slot);
            }
        }
        self.decide("jobs_per_minute", "1", &DraftNote::Rate);
    }

    fn block(&mut self, header: &str) {
        self.blank();
        let _ = writeln!(self.out, "{header}");
    }

    fn blank(&mut self) {
        self.out.push('\n');
    }

    fn line(&mut self, key: &str, value: &str) {
        let _ = writeln!(self.out, "{key} = {value}");
    }

    /// A line whose value a person has to decide, and is marked so.
    fn decide(&mut self, key: &str, value: &str, note: &DraftNote) {
        let note = one_line(&(self.words)(note));
        let _ = writeln!(self.out, "{key} = {value}    # {note}");
    }

    fn comment(&mut self, note: &DraftNote) {
        let note = one_line(&(self.words)(note));
        let _ = writeln!(self.out, "# {note}");
    }
}

/// A comment is one line, whatever was put into it.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn list(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut seen = BTreeSet::new();
    let texts = texts.into_iter().filter(|text| seen.insert(text.as_ref().to_owned()));
    format!("[{}]", texts.map(|text| quoted(text.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
