//! One dataset of the twin: which model tells about it, how many rows a unit has, and how a row becomes
//! a line of the source. Never opens a file.

use std::ops::Range;

use super::calendar::{Calendar, Month};
use super::csv::{Cell, Encoding, Form, push_text};
use super::draw::{Draws, tag};
use super::firm::{Firm, Firms};
use super::{electricity, generic, insurance, registration, tax};
use crate::catalog::{Column, ColumnType, Dataset};
use crate::model::{IdError, UnitId, UnitKind};

/// From so many rows on, a dataset with a time has one row for each month.
const SERIES_ROWS_MIN: u32 = 6;
/// More than the rows of one unit in one month.
const PLACES_PER_MONTH: u64 = 1 << 32;

/// A column that a hand-made model knows.
pub(super) struct Field {
    pub name: &'static str,
    pub holds: Holds,
}

/// What a model puts into a column.
pub(super) enum Holds {
    Date,
    Integer,
    /// These words at most.
    Words(&'static [&'static str]),
}

impl Field {
    /// Whether the catalog's column can hold what the model gives: a catalog may have been changed.
    fn fits(&self, column: &Column) -> bool {
        self.name == column.name
            && match (&self.holds, &column.kind) {
                (Holds::Date, ColumnType::Date) | (Holds::Integer, ColumnType::Integer(_)) => true,
                (Holds::Words(words), ColumnType::Text { values }) => {
                    let known = |word: &&str| values.as_ref().is_none_or(|values| values.iter().any(|v| v == word));
                    words.iter().all(known)
                }
                _ => false,
            }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Model {
    Registration,
    Tax,
    Electricity,
    Insurance,
    /// One row a month.
    Series,
    /// Rows on any day.
    Events,
}

impl Model {
    fn of(dataset: &Dataset) -> Self {
        match (dataset.unit, dataset.name.as_str()) {
            (UnitKind::Enterprise, "business_registration") => Self::Registration,
            (UnitKind::Enterprise, "tax_payment") => Self::Tax,
            (UnitKind::Enterprise, "electricity_usage") => Self::Electricity,
            (UnitKind::Enterprise, "social_insurance") => Self::Insurance,
            _ if dataset.time.is_some() && dataset.rows_per_unit.max >= SERIES_ROWS_MIN => Self::Series,
            _ => Self::Events,
        }
    }

    const fn fields(self) -> &'static [Field] {
        match self {
            Self::Registration => &registration::FIELDS,
            Self::Tax => &tax::FIELDS,
            Self::Electricity => &electricity::FIELDS,
            Self::Insurance => &insurance::FIELDS,
            Self::Series | Self::Events => &[],
        }
    }
}

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
    pub firm: Firm,
    id: UnitId,
    /// The months of which it has rows, as months before the newest.
    pub months: Range<u32>,
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

    /// The unit `number` as this table knows it.
    pub(super) fn life(&self, number: u64, firms: &Firms<'_>) -> Result<Life, IdError> {
        let firm = firms.firm(number)?;
        let id = match self.dataset.unit {
            UnitKind::Enterprise => firm.id,
            UnitKind::Person => firms.ids.person(number)?,
        };
        Ok(Life { id, months: self.months(&firm, firms.calendar), firm })
    }

    fn months(&self, firm: &Firm, calendar: &Calendar) -> Range<u32> {
        let rows = self.dataset.rows_per_unit;
        let share = u64::from(rows.max - rows.min.min(rows.max)) * u64::from(firm.history_permille) / 1000;
        let history = rows.min.saturating_add(u32::try_from(share).unwrap_or(0));
        let skipped = match self.model {
            Model::Registration | Model::Events => return 0..1,
            Model::Tax => calendar.not_yet_due(),
            _ => 0,
        };
        firm.ended.max(skipped)..history.saturating_add(skipped).min(firm.age_months)
    }

    /// How many rows the firm has in a month of its months.
    pub(super) fn rows_in(&self, firm: &Firm, month: &Month) -> u32 {
        let rows = self.dataset.rows_per_unit;
        match self.model {
            Model::Tax => tax::rows(firm, month),
            Model::Events => {
                let drawn = Draws::new(firm.key, self.tag, 0).between(i64::from(rows.min), i64::from(rows.max));
                u32::try_from(drawn).unwrap_or(0)
            }
            _ => 1,
        }
    }

    /// How many rows the firm has.
    pub(super) fn rows_of(&self, firm: &Firm, calendar: &Calendar) -> u64 {
        let months = self.months(firm, calendar).filter_map(|ago| calendar.month(ago));
        months.map(|month| u64::from(self.rows_in(firm, month))).sum()
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
        let firm = &life.firm;
        let row = u64::from(month.index) * PLACES_PER_MONTH + u64::from(place);
        let draws = &mut Draws::new(firm.key, self.tag, row);
        cells.clear();
        match self.model {
            Model::Registration => registration::row(firm, draws, cells),
            Model::Tax => tax::row(firm, firms.calendar, month, place, draws, cells),
            Model::Electricity => electricity::row(firm, month, draws, cells),
            Model::Insurance => insurance::row(firm, month, draws, cells),
            Model::Series => cells.push(generic::period(month)),
            Model::Events => cells.push(Cell::Date(generic::event_day(firm, firms.calendar, draws))),
        }
        for (number, ((slot, encoding), column)) in self.columns.iter().zip(&self.dataset.columns).enumerate() {
            if number > 0 {
                out.push(b',');
            }
            let cell = match slot {
                Slot::Key => Cell::Id(life.id),
                Slot::Time if self.model == Model::Events => cells.first().copied().unwrap_or(Cell::Missing),
                Slot::Time => generic::period(month),
                Slot::Field(field) => cells.get(*field).copied().unwrap_or(Cell::Missing),
                Slot::Generic(tag) => {
                    let draws = &mut Draws::new(firm.key, self.tag ^ tag, row);
                    generic::cell(&column.name, &column.kind, firm, firms, draws)?
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
