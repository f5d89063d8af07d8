//! The host's side of `sandbox-guests/wit`, made from the one copy of the contract: one module for each world.

/// A label about named parties.
pub mod verifier {
    wasmtime::component::bindgen!({
        path: "sandbox-guests/wit",
        world: "verifier",
    });
}

/// One unit's contributions to a table.
pub mod contributor {
    wasmtime::component::bindgen!({
        path: "sandbox-guests/wit",
        world: "contributor",
    });
}

pub use contributor::exports::anshi::sandbox::contributing;
pub use verifier::exports::anshi::sandbox::verifying;

// The two worlds repeat their types, so that an auditor sees an empty list of imports. Only the names differ: nothing
// of what follows copies a value.

impl From<verifying::Data> for contributing::Data {
    fn from(data: verifying::Data) -> Self {
        match data {
            verifying::Data::Integers(values) => Self::Integers(values),
            verifying::Data::Dates(values) => Self::Dates(values),
            verifying::Data::Codes(values) => Self::Codes(values),
            verifying::Data::Tokens(values) => Self::Tokens(values),
            verifying::Data::Texts(values) => Self::Texts(values),
        }
    }
}

impl From<verifying::Table> for contributing::Table {
    fn from(table: verifying::Table) -> Self {
        let column =
            |column: verifying::Column| contributing::Column { missing: column.missing, data: column.data.into() };
        Self { rows: table.rows, columns: table.columns.into_iter().map(column).collect() }
    }
}

impl From<verifying::Parameter> for contributing::Parameter {
    fn from(parameter: verifying::Parameter) -> Self {
        match parameter {
            verifying::Parameter::Integer(value) => Self::Integer(value),
            verifying::Parameter::Date(value) => Self::Date(value),
            verifying::Parameter::Text(value) => Self::Text(value),
            verifying::Parameter::Identifier(value) => Self::Identifier(value),
        }
    }
}

impl From<contributing::TableRead> for verifying::TableRead {
    fn from(table: contributing::TableRead) -> Self {
        let read = |read: contributing::Read| verifying::Read { column: read.column, values: read.values };
        Self { dataset: table.dataset, reads: table.reads.into_iter().map(read).collect() }
    }
}

impl From<contributing::ParameterSpec> for verifying::ParameterSpec {
    fn from(spec: contributing::ParameterSpec) -> Self {
        let kind = match spec.kind {
            contributing::ParameterKind::Integer => verifying::ParameterKind::Integer,
            contributing::ParameterKind::Date => verifying::ParameterKind::Date,
            contributing::ParameterKind::Text => verifying::ParameterKind::Text,
            contributing::ParameterKind::Identifier => verifying::ParameterKind::Identifier,
        };
        Self { name: spec.name, kind }
    }
}
