//! Which model tells about a dataset: the hand-made ones, by the dataset's name, and the generic ones by its
//! shape. Owns how many rows a unit has in a month, and hands each row to its model; never writes one.

use std::ops::Range;

use super::calendar::{Calendar, Month};
use super::csv::Cell;
use super::draw::{Draws, tag};
use super::firm::{Firm, Firms};
use super::person::Person;
use super::resident::Resident;
use super::story::{Of, Rhythm, Scene, Story};
use super::{
    court, credit, electricity, estate, filing, fund, generic, insurance, officers, register, registration, stories,
    tax, utilities,
};
use crate::catalog::{Column, ColumnType, Dataset};
use crate::model::{Date, IdError, UnitId, UnitKind};

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
    Boolean,
    Identifier,
    /// Words of a people's language.
    Text,
    /// These words at most.
    Words(&'static [&'static str]),
}

impl Field {
    /// Whether the catalog's column can hold what the model gives: a catalog may have been changed.
    pub(super) fn fits(&self, column: &Column) -> bool {
        self.name == column.name
            && match (&self.holds, &column.kind) {
                (Holds::Date, ColumnType::Date)
                | (Holds::Integer, ColumnType::Integer(_))
                | (Holds::Boolean, ColumnType::Boolean)
                | (Holds::Identifier, ColumnType::Identifier)
                | (Holds::Text, ColumnType::Text { values: None }) => true,
                (Holds::Words(words), ColumnType::Text { values }) => {
                    let known = |word: &&str| values.as_ref().is_none_or(|values| values.iter().any(|v| v == word));
                    words.iter().all(known)
                }
                _ => false,
            }
    }
}

/// The number of a row of a unit: where its draws begin.
pub(super) fn row_number(month: &Month, place: u32) -> u64 {
    u64::from(month.index) * PLACES_PER_MONTH + u64::from(place)
}

/// Whom a row is about.
pub(super) enum Subject {
    Firm(Firm),
    Person(Person),
    Resident(Resident),
}

impl Subject {
    pub(super) const fn id(&self) -> UnitId {
        match self {
            Self::Firm(firm) => firm.id,
            Self::Person(person) => person.id,
            Self::Resident(resident) => resident.id,
        }
    }

    /// The firm itself, or the person's.
    pub(super) const fn firm(&self) -> &Firm {
        match self {
            Self::Firm(firm) => firm,
            Self::Person(person) => &person.firm,
            Self::Resident(resident) => &resident.person.firm,
        }
    }

    /// Where the unit's draws come from.
    pub(super) const fn key(&self) -> u64 {
        match self {
            Self::Firm(firm) => firm.key,
            Self::Person(person) => person.key,
            Self::Resident(resident) => resident.key,
        }
    }

    /// The first day on which something can be known of it.
    pub(super) fn since(&self) -> Date {
        match self {
            Self::Firm(firm) => firm.established,
            Self::Person(person) => Firms::adult_on(&person.id),
            Self::Resident(resident) => resident.born,
        }
    }

    const fn history_permille(&self) -> u32 {
        match self {
            Self::Firm(firm) => firm.history_permille,
            Self::Person(person) => person.history_permille,
            Self::Resident(resident) => resident.person.history_permille,
        }
    }
}

/// Who tells about a dataset.
#[derive(Clone, Copy)]
pub(super) enum Model {
    Registration,
    Tax,
    Filing,
    Electricity,
    Utilities,
    Insurance,
    Credit,
    Court,
    Officers,
    Register,
    Fund,
    Estate,
    /// One of the stories.
    Told(&'static Story),
    /// One row a month.
    Series,
    /// Rows on any day.
    Events,
}

impl Model {
    pub(super) fn of(dataset: &Dataset) -> Self {
        match (dataset.unit, dataset.name.as_str()) {
            (UnitKind::Enterprise, "business_registration") => Self::Registration,
            (UnitKind::Enterprise, tax::DATASET) => Self::Tax,
            (UnitKind::Enterprise, "tax_filing") => Self::Filing,
            (UnitKind::Enterprise, "electricity_usage") => Self::Electricity,
            (UnitKind::Enterprise, "water_gas_heat_usage") => Self::Utilities,
            (UnitKind::Enterprise, "social_insurance") => Self::Insurance,
            (UnitKind::Enterprise, credit::DATASET) => Self::Credit,
            (UnitKind::Enterprise, court::DATASET) => Self::Court,
            (UnitKind::Enterprise, "enterprise_officers") => Self::Officers,
            (UnitKind::Person, register::DATASET) => Self::Register,
            (UnitKind::Person, "housing_fund") => Self::Fund,
            (UnitKind::Person, estate::DATASET) => Self::Estate,
            (unit, name) if let Some(story) = stories::of(unit, name) => Self::Told(story),
            _ if dataset.time.is_some() && dataset.rows_per_unit.max >= SERIES_ROWS_MIN => Self::Series,
            _ => Self::Events,
        }
    }

    pub(super) const fn fields(self) -> &'static [Field] {
        match self {
            Self::Registration => &registration::FIELDS,
            Self::Tax => &tax::FIELDS,
            Self::Filing => &filing::FIELDS,
            Self::Electricity => &electricity::FIELDS,
            Self::Utilities => &utilities::FIELDS,
            Self::Insurance => &insurance::FIELDS,
            Self::Credit => &credit::FIELDS,
            Self::Court => &court::FIELDS,
            Self::Officers => &officers::FIELDS,
            Self::Register => &register::FIELDS,
            Self::Fund => &fund::FIELDS,
            Self::Estate => &estate::FIELDS,
            Self::Told(story) => story.fields,
            Self::Series | Self::Events => &[],
        }
    }

    /// Whether its units are all residents, and not the persons of the firms alone.
    pub(super) const fn tells_of_residents(self) -> bool {
        matches!(self, Self::Register | Self::Told(Story { of: Of::Residents { .. }, .. }))
    }

    /// How many months lie between two of its rows.
    pub(super) const fn months_per_row(self) -> u32 {
        match self {
            Self::Told(story) => story.rhythm.months(),
            _ => 1,
        }
    }

    /// The months of which a unit has rows, as months before the newest.
    pub(super) fn months(self, dataset: &Dataset, subject: &Subject, calendar: &Calendar) -> Range<u32> {
        let rows = dataset.rows_per_unit;
        let share = u64::from(rows.max - rows.min.min(rows.max)) * u64::from(subject.history_permille()) / 1000;
        let history = rows.min.saturating_add(u32::try_from(share).unwrap_or(0));
        let firm = subject.firm();
        let (skipped, known) = match (self, subject) {
            (Self::Tax | Self::Filing, _) => (calendar.not_yet_due(), firm.age_months),
            (Self::Fund, Subject::Person(person)) => (0, person.fund_months),
            (Self::Electricity | Self::Utilities | Self::Insurance | Self::Fund | Self::Series, _) => {
                (0, firm.age_months)
            }
            (Self::Told(story), _) if story.rhythm != Rhythm::Once => {
                return firm.ended..history.saturating_mul(story.rhythm.months()).min(firm.age_months);
            }
            _ => return 0..1,
        };
        firm.ended.max(skipped)..history.saturating_add(skipped).min(known)
    }

    /// How many rows a unit has in a month of its months.
    pub(super) fn rows_in(self, dataset: &Dataset, subject: &Subject, month: &Month, firms: &Firms<'_>) -> u32 {
        let rows = dataset.rows_per_unit;
        match (self, subject) {
            (Self::Told(story), _) => {
                let scene = &Scene { firms, month, place: 0 };
                let told = match (story.of, subject) {
                    _ if !story.rhythm.has(month) => 0,
                    (Of::Firms { rows, .. }, Subject::Firm(firm)) => rows(firm, scene),
                    (Of::Residents { rows, .. }, Subject::Resident(resident)) => rows(resident, scene),
                    _ => 0,
                };
                told.min(rows.max)
            }
            (Self::Tax, Subject::Firm(firm)) => tax::rows(firm, month),
            (Self::Filing, _) => filing::rows(month),
            (Self::Utilities, Subject::Firm(firm)) => utilities::rows(firm, month),
            (Self::Credit, Subject::Firm(firm)) => credit::rows(firm).min(rows.max),
            (Self::Court, Subject::Firm(firm)) => court::rows(firm).min(rows.max),
            (Self::Officers, Subject::Firm(firm)) => officers::rows(firm).min(rows.max),
            (Self::Estate, Subject::Person(person)) => person.titles.min(rows.max),
            (Self::Events, _) => {
                let mut draws = Draws::new(subject.key(), tag(&dataset.name), 0);
                u32::try_from(draws.between(i64::from(rows.min), i64::from(rows.max))).unwrap_or(0)
            }
            _ => 1,
        }
    }

    /// The cells of one row: those of [`Self::fields`], or the time alone.
    pub(super) fn row(
        self,
        subject: &Subject,
        (month, place): (&Month, u32),
        firms: &Firms<'_>,
        draws: &mut Draws,
        row: &mut Vec<Cell>,
    ) -> Result<(), IdError> {
        let calendar = firms.calendar;
        let scene = Scene { firms, month, place };
        match subject {
            Subject::Resident(resident) => match self {
                Self::Told(Story { of: Of::Residents { row: tell, .. }, .. }) => tell(resident, &scene, draws, row)?,
                Self::Register => register::row(resident, calendar, draws, row),
                _ => row.push(generic::period(month)),
            },
            Subject::Firm(firm) => match self {
                Self::Told(Story { of: Of::Firms { row: tell, .. }, .. }) => tell(firm, &scene, draws, row)?,
                Self::Registration => registration::row(firm, draws, row),
                Self::Tax => tax::row(firm, calendar, month, place, draws, row),
                Self::Filing => filing::row(firm, calendar, month, place, draws, row),
                Self::Electricity => electricity::row(firm, month, draws, row),
                Self::Utilities => utilities::row(firm, month, place, draws, row),
                Self::Insurance => insurance::row(firm, month, draws, row),
                Self::Credit => credit::row(firm, calendar, place, draws, row),
                Self::Court => court::row(firm, calendar, draws, row),
                Self::Officers => officers::row(firm, firms, place, draws, row)?,
                Self::Events => row.push(Cell::Date(generic::event_day(subject, calendar, draws))),
                Self::Series | Self::Register | Self::Fund | Self::Estate | Self::Told(_) => {
                    row.push(generic::period(month));
                }
            },
            Subject::Person(person) => match self {
                Self::Fund => fund::row(person, month, draws, row),
                Self::Estate => estate::row(person, calendar, place, draws, row),
                Self::Events => row.push(Cell::Date(generic::event_day(subject, calendar, draws))),
                _ => row.push(generic::period(month)),
            },
        }
        Ok(())
    }
}
