//! One dataset of the twin: which model tells about it, how many rows a unit has, and how a row becomes
//! a line of the source. Never opens a file.

use std::ops::Range;

use super::calendar::{Calendar, Month};
use super::csv::{Cell, Encoding, Form, push_text};
use super::draw::{Draws, tag};
use super::firm::Firms;
use super::generic;
use super::model::{Model, Subject, row_number};
use super::person::PERSONS_PER_FIRM;
use crate::catalog::{Column, ColumnType, Dataset};
use crate::model::{IdError, UnitKind};

/// Where a column's cells come from.
enum Slot {
    Key,
    Time,
    /// The hand-made model, by the place in its fields.
    Field(usize),
    /// The generic generator, with the column's own draws.
    Generic(u64),
}

/// One dataset, ready to be generated.
pub(super) struct Table<'a> {
    pub dataset: &'a Dataset,
    model: Model,
    tag: u64,
    columns: Vec<(Slot, Encoding)>,
}

/// A unit of a table.
pub(super) struct Life {
    pub subject: Subject,
    /// The months of which it has rows, as months before the newest.
    pub months: Range<u32>,
}

/// A firm and all its people.
pub(super) struct Household {
    firm: Subject,
    persons: [Subject; 3],
    residents: Vec<Subject>,
}

impl Household {
    pub(super) fn new(number: u64, firms: &Firms<'_>) -> Result<Self, IdError> {
        let firm = firms.firm(number)?;
        let persons = firms.persons(&firm)?;
        let mut residents = Vec::new();
        for person in &persons {
            residents.extend(firms.family_of(&persons, person.number)?.into_iter().map(Subject::Resident));
        }
        Ok(Self { firm: Subject::Firm(firm), persons: persons.map(Subject::Person), residents })
    }

    pub(super) const fn residents(&self) -> u64 {
        self.residents.len() as u64
    }
}

impl<'a> Table<'a> {
    pub(super) fn new(dataset: &'a Dataset) -> Self {
        let model = Model::of(dataset);
        let slot = |place: usize, column: &Column| {
            let field = model.fields().iter().position(|field| field.fits(column));
            match field {
                _ if place == dataset.key => Slot::Key,
                Some(field) => Slot::Field(field),
                None if dataset.time == Some(place) => Slot::Time,
                None => Slot::Generic(tag(&column.name)),
            }
        };
        let columns = dataset.columns.iter().zip(&dataset.source.decimals).enumerate();
        let columns = columns.map(|(place, (column, decimals))| (slot(place, column), encoding(column, *decimals)));
        Self { dataset, model, tag: tag(&dataset.name), columns: columns.collect() }
    }

    /// How many units there are of the table's kind for each firm.
    pub(super) const fn units_per_firm(&self) -> u64 {
        match self.dataset.unit {
            UnitKind::Enterprise => 1,
            UnitKind::Person => PERSONS_PER_FIRM,
        }
    }

    /// The firm or person `number` as this table knows them, and whoever else lives at the person's place.
    pub(super) fn push_lives(&self, number: u64, firms: &Firms<'_>, lives: &mut Vec<Life>) -> Result<(), IdError> {
        match self.dataset.unit {
            UnitKind::Enterprise => lives.push(self.life(Subject::Firm(firms.firm(number)?), firms.calendar)),
            UnitKind::Person if self.model.tells_of_residents() => {
                let family = firms.family(number)?.into_iter();
                lives.extend(family.map(|resident| self.life(Subject::Resident(resident), firms.calendar)));
            }
            UnitKind::Person => lives.push(self.life(Subject::Person(firms.person(number)?), firms.calendar)),
        }
        Ok(())
    }

    fn life(&self, subject: Subject, calendar: &Calendar) -> Life {
        Life { months: self.model.months(self.dataset, &subject, calendar), subject }
    }

    /// How many rows a unit has in a month of its months.
    pub(super) fn rows_in(&self, life: &Life, month: &Month, firms: &Firms<'_>) -> u32 {
        self.model.rows_in(self.dataset, &life.subject, month, firms)
    }

    /// How many rows this table has of a firm and its people.
    pub(super) fn rows_of(&self, household: &Household, firms: &Firms<'_>) -> u64 {
        let rows = |subject: &Subject| {
            let months = self.model.months(self.dataset, subject, firms.calendar);
            let months = months.filter_map(|ago| firms.calendar.month(ago));
            months.map(|month| u64::from(self.model.rows_in(self.dataset, subject, month, firms))).sum::<u64>()
        };
        match self.dataset.unit {
            UnitKind::Enterprise => rows(&household.firm),
            UnitKind::Person if self.model.tells_of_residents() => household.residents.iter().map(rows).sum(),
            UnitKind::Person => household.persons.iter().map(rows).sum(),
        }
    }

    /// How far back its rows go, in months.
    pub(super) const fn months_max(&self) -> u32 {
        self.dataset.rows_per_unit.max.saturating_mul(self.model.months_per_row())
    }

    /// Writes the names of the columns as the source calls them.
    pub(super) fn push_header(&self, out: &mut Vec<u8>) {
        for (place, header) in self.dataset.source.headers.iter().enumerate() {
            if place > 0 {
                out.push(b',');
            }
            push_text(out, header);
        }
    }

    /// Writes the row at `place` of a unit's month. `cells` is scratch.
    pub(super) fn push_row(
        &self,
        life: &Life,
        (month, place): (&Month, u32),
        firms: &Firms<'_>,
        form: &Form,
        (out, cells): (&mut Vec<u8>, &mut Vec<Cell>),
    ) -> Result<(), IdError> {
        let subject = &life.subject;
        let row = row_number(month, place);
        cells.clear();
        self.model.row(subject, (month, place), firms, &mut Draws::new(subject.key(), self.tag, row), cells)?;
        for (number, ((slot, encoding), column)) in self.columns.iter().zip(&self.dataset.columns).enumerate() {
            if number > 0 {
                out.push(b',');
            }
            let cell = match slot {
                Slot::Key => Cell::Id(subject.id()),
                Slot::Time if matches!(self.model, Model::Events) => cells.first().copied().unwrap_or(Cell::Missing),
                Slot::Time => generic::period(month),
                Slot::Field(field) => cells.get(*field).copied().unwrap_or(Cell::Missing),
                Slot::Generic(tag) => {
                    let draws = &mut Draws::new(subject.key(), self.tag ^ tag, row);
                    generic::cell(&column.name, &column.kind, subject, firms, draws)?
                }
            };
            encoding.push(out, &cell, form);
        }
        Ok(())
    }
}

fn encoding(column: &Column, decimals: u8) -> Encoding {
    let (min, max) = match &column.kind {
        ColumnType::Integer(bounds) => (bounds.min, bounds.max),
        _ => (i64::MIN, i64::MAX),
    };
    let written = |value: &String| {
        let mut out = Vec::new();
        push_text(&mut out, value);
        out
    };
    let values = match &column.kind {
        ColumnType::Text { values: Some(values) } => values.iter().map(written).collect(),
        _ => Vec::new(),
    };
    Encoding { decimals, min, max, values }
}
