//! What a worker is told of a table: what it reads, how the guest's cells lie, what one unit may add at most. Of budgets,
//! noise, thresholds and keys it is told nothing.

use serde::{Deserialize, Serialize};

use super::worker::WorkerError;
use crate::data::{ColumnForm, DatasetFiles, Snapshot, StreamColumn, StreamTable, Window};
use crate::guest::{ReadShape, TableShape};
use crate::model::{Date, Digest, ParameterValue};
use crate::policy::{CellMap, Limits, Plan, TablePlan, TableRule, UnitBounds};

const FORMAT: &str = "anshi/worker-job/v1";

/// What a worker does, checked.
#[derive(Clone, Debug)]
pub struct WorkerJob {
    pub(super) guest: Digest,
    pub(super) as_of: Date,
    pub(super) parameters: Vec<ParameterValue>,
    pub(super) tables: Vec<StreamTable>,
    pub(super) shapes: Vec<TableShape>,
    pub(super) map: CellMap,
    pub(super) bounds: UnitBounds,
    /// The measures' names, in the policy's order.
    pub(super) measures: Vec<String>,
    pub(super) limits: Limits,
    wire: Wire,
}

/// The same as JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Wire {
    format: String,
    guest: String,
    as_of: String,
    parameters: Vec<WireParameter>,
    tables: Vec<WireTable>,
    cells: WireCells,
    cells_per_unit: u32,
    measures: Vec<WireMeasure>,
    limits: WireLimits,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum WireParameter {
    Integer(i64),
    Date(String),
    Text(String),
    Identifier(String),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireTable {
    dataset: String,
    time: Option<String>,
    history_months: Option<u32>,
    rows_max: u32,
    columns: Vec<WireColumn>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireColumn {
    column: String,
    form: String,
    identifier: bool,
    place: usize,
    values: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireCells {
    count: usize,
    places: Vec<Vec<usize>>,
    measures: Vec<usize>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireMeasure {
    name: String,
    lower: i64,
    upper: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WireLimits {
    fuel_per_unit: u64,
    memory_bytes: u64,
    slot_ms: u32,
}

impl WorkerJob {
    /// The job of a planned table; `None` where the plan is of no table, or the snapshot lacks what it names.
    pub(super) fn of(
        rule: &TableRule,
        (plan, parameters): (&Plan, &[ParameterValue]),
        limits: &Limits,
        guest: Digest,
        snapshot: &Snapshot,
    ) -> Option<Self> {
        let Plan::Table { tables, cells, .. } = plan else { return None };
        let table = |plan: &TablePlan| WireTable::new(plan, snapshot.dataset(&plan.dataset)?);
        let measure = |measure: &crate::policy::MeasureRule| WireMeasure {
            name: measure.name.clone(),
            lower: measure.lower,
            upper: measure.upper,
        };
        let wire = Wire {
            format: FORMAT.to_owned(),
            guest: guest.to_string(),
            as_of: snapshot.as_of().to_string(),
            parameters: parameters.iter().map(WireParameter::new).collect(),
            tables: tables.iter().map(table).collect::<Option<_>>()?,
            cells: WireCells {
                count: cells.cells(),
                places: cells.places().to_vec(),
                measures: cells.measures().to_vec(),
            },
            cells_per_unit: rule.cells_per_unit,
            measures: rule.measures.iter().map(measure).collect(),
            limits: WireLimits {
                fuel_per_unit: limits.fuel,
                memory_bytes: limits.memory_bytes,
                slot_ms: limits.slot_ms,
            },
        };
        Self::check(wire).ok()
    }

    /// Reads a job's description. Unknown members are errors.
    pub fn parse(json: &str) -> Result<Self, WorkerError> {
        Self::check(serde_json::from_str(json).map_err(|_| WorkerError::Job)?)
    }

    /// The description that [`Self::parse`] reads.
    pub fn to_json(&self) -> String {
        // Nothing in it can fail: plain members, keys of text.
        serde_json::to_string_pretty(&self.wire).unwrap_or_default()
    }

    /// The guest that it runs.
    pub const fn guest(&self) -> Digest {
        self.guest
    }

    fn check(wire: Wire) -> Result<Self, WorkerError> {
        let as_of: Date = wire.as_of.parse().map_err(|_| WorkerError::Job)?;
        let map = CellMap::new(wire.cells.places.clone(), wire.cells.measures.clone(), wire.cells.count);
        let map = map.filter(|map| map.measures().len() == wire.measures.len()).ok_or(WorkerError::Job)?;
        // Each cell has a number of its own, which is not the marker's.
        i32::try_from(map.cells()).map_err(|_| WorkerError::Job)?;
        let tables = wire.tables.iter().map(|table| table.stream(as_of)).collect::<Option<Vec<_>>>();
        let measures = wire.measures.iter().map(|measure| (measure.lower, measure.upper));
        let measures = measures.map(|(lower, upper)| (lower <= upper).then_some((lower, upper)));
        let bounds = UnitBounds {
            cells_per_unit: wire.cells_per_unit,
            cells: map.cells(),
            measures: measures.collect::<Option<_>>().ok_or(WorkerError::Job)?,
        };
        if wire.format != FORMAT {
            return Err(WorkerError::Job);
        }
        Ok(Self {
            guest: wire.guest.parse().map_err(|_| WorkerError::Job)?,
            as_of,
            parameters: wire
                .parameters
                .iter()
                .map(WireParameter::check)
                .collect::<Option<_>>()
                .ok_or(WorkerError::Job)?,
            tables: tables.ok_or(WorkerError::Job)?,
            shapes: wire.tables.iter().map(WireTable::shape).collect(),
            map,
            bounds,
            measures: wire.measures.iter().map(|measure| measure.name.clone()).collect(),
            limits: Limits {
                fuel: wire.limits.fuel_per_unit,
                memory_bytes: wire.limits.memory_bytes,
                slot_ms: wire.limits.slot_ms,
                // Admission's business, which is over.
                jobs_per_minute: 0,
            },
            wire,
        })
    }
}

impl WireParameter {
    fn new(value: &ParameterValue) -> Self {
        match value {
            ParameterValue::Integer(value) => Self::Integer(*value),
            ParameterValue::Date(date) => Self::Date(date.to_string()),
            ParameterValue::Text(text) => Self::Text(text.clone()),
            ParameterValue::Identifier(identifier) => Self::Identifier(identifier.clone()),
        }
    }

    fn check(&self) -> Option<ParameterValue> {
        Some(match self {
            Self::Integer(value) => ParameterValue::Integer(*value),
            Self::Date(date) => ParameterValue::Date(date.parse().ok()?),
            Self::Text(text) => ParameterValue::Text(text.clone()),
            Self::Identifier(identifier) => ParameterValue::Identifier(identifier.clone()),
        })
    }
}

impl WireTable {
    fn new(plan: &TablePlan, files: &DatasetFiles) -> Option<Self> {
        let dataset = files.schema();
        let shape = TableShape::new(plan, dataset.columns.iter())?;
        let column = |(read, shape): (&crate::model::Read, ReadShape)| {
            Some(WireColumn {
                column: read.column.clone(),
                form: ColumnForm::of(&dataset.columns.get(shape.place)?.kind).word().to_owned(),
                identifier: shape.is_identifier,
                place: shape.place,
                values: shape.values,
            })
        };
        let time = dataset.time.and_then(|place| dataset.columns.get(place));
        Some(Self {
            dataset: plan.dataset.clone(),
            time: time.map(|column| column.name.clone()),
            history_months: plan.history_months,
            rows_max: plan.rows_max,
            columns: plan.reads.iter().zip(shape.reads).map(column).collect::<Option<_>>()?,
        })
    }

    /// How the table lies in the stream: its columns and its time, each once.
    fn stream(&self, as_of: Date) -> Option<StreamTable> {
        let mut columns: Vec<StreamColumn> = Vec::with_capacity(self.columns.len() + 1);
        let mut given = Vec::with_capacity(self.columns.len() + 1);
        let own = self.columns.iter().map(|column| Some((&column.column, ColumnForm::from_word(&column.form)?)));
        for column in own.chain(self.time.iter().map(|time| Some((time, ColumnForm::Date)))) {
            let (column, form) = column?;
            let place = columns.iter().position(|known| known.column == *column);
            let place = place.unwrap_or_else(|| {
                columns.push(StreamColumn { column: column.clone(), form });
                columns.len() - 1
            });
            (columns.get(place)?.form == form).then_some(())?;
            given.push(place);
        }
        let time = self.time.as_ref().and_then(|time| columns.iter().position(|column| column.column == *time));
        let window = Window::new(as_of, self.history_months, self.rows_max);
        Some(StreamTable { dataset: self.dataset.clone(), columns, time, given, window })
    }

    fn shape(&self) -> TableShape {
        let read = |column: &WireColumn| ReadShape {
            place: column.place,
            is_identifier: column.identifier,
            values: column.values.clone(),
        };
        TableShape { reads: self.columns.iter().map(read).collect() }
    }
}
