//! A client's own rows as a guest may see them: in the form in which a unit's rows come from a snapshot, so that a guest
//! reads them like any dataset. Copies nothing, and never decides what may be read.

use super::input::TableShape;
use crate::catalog::Column;
use crate::data::{Bits, Cells, Present, Texts, UnitRows, Values, Window};
use crate::model::Date;
use crate::policy::{ClientColumn, ClientTable, ClientValues, TablePlan};

/// What the plan reads of the client's rows, and behind it the time, as of a snapshot's.
pub(super) fn client_rows<'a>(
    plan: &TablePlan,
    table: &'a ClientTable,
    as_of: Date,
) -> Option<(TableShape, UnitRows<'a>)> {
    let schema = || table.columns.iter().map(|column| -> &Column { &column.schema });
    let shape = TableShape::new(plan, schema())?;
    let places = shape.reads.iter().map(|read| read.place).chain(table.time);
    let columns: Vec<Cells<'a>> =
        places.map(|place| cells(table.columns.get(place)?, table.rows)).collect::<Option<_>>()?;
    let time = table.time.map(|_| shape.reads.len());
    let window = Window::new(as_of, plan.history_months, plan.rows_max);
    let rows = window.of(table.rows, &columns, time);
    Some((shape, rows))
}

/// The column's cells; `None` where there are not so many.
fn cells(column: &ClientColumn, rows: usize) -> Option<Cells<'_>> {
    let bits = |bytes| Bits::new(bytes, 0, rows);
    let values = match &column.values {
        ClientValues::Booleans(bytes) => Values::Booleans(bits(bytes)?),
        ClientValues::Integers(values) => Values::Integers(values),
        ClientValues::Dates(days) => Values::Dates(days),
        ClientValues::Timestamps(values) => Values::Timestamps(values),
        ClientValues::Texts { offsets, bytes } => Values::Texts(Texts::new(offsets, bytes)),
    };
    let cells = Cells { present: Present::of(bits(&column.present)?), values };
    (cells.len() == rows).then_some(cells)
}
