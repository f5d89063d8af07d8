//! One call of a contributor, put together by hand, and its cells by the names of their labels.

use std::marker::PhantomData;

use super::{Parameters, TableRows, deliver};
use crate::bindings::{contributing, verifying as wire};
use crate::{Contributions, Contributor, UnitInput};

/// One call of a contributor: one unit, with its rows.
///
/// ```
/// use anshi_guest::testing::{TableRows, UnitCall};
/// use anshi_guest::{Contributions, Contributor, ContributorManifest, Dimension, Read, TableRead, UnitInput};
///
/// struct PaidByKind;
///
/// const KINDS: &[&str] = &["VAT", "CIT"];
///
/// impl Contributor for PaidByKind {
///     const MANIFEST: ContributorManifest = ContributorManifest {
///         parameters: &[],
///         tables: &[TableRead {
///             dataset: "tax_payment",
///             reads: &[Read::codes("tax_kind", KINDS), Read::integers("paid_fen")],
///         }],
///         dimensions: &[Dimension { name: "kind", labels: KINDS }],
///         measures: &["paid_fen"],
///     };
///
///     fn contribute(input: &UnitInput) -> Contributions {
///         let table = input.table("tax_payment");
///         let mut cells = Contributions::none();
///         for row in table.codes("tax_kind").iter().zip(table.integers("paid_fen").iter()) {
///             if let (Some(kind @ 0..2), Some(paid)) = row {
///                 cells.add([kind], [paid]);
///             }
///         }
///         cells
///     }
/// }
///
/// let rows = TableRows::of("tax_payment")
///     .codes("tax_kind", [Some("CIT"), Some("PIT"), None, Some("VAT")])
///     .integers("paid_fen", [50, 60, 70, 80]);
/// let cells = UnitCall::<PaidByKind>::on(20_000).table(rows).cells();
/// assert_eq!(cells, [(vec!["CIT"], vec![50]), (vec!["VAT"], vec![80])]);
/// ```
#[derive(Debug, Clone)]
pub struct UnitCall<Guest> {
    as_of: i32,
    parameters: Parameters,
    token: u32,
    tables: Vec<TableRows>,
    guest: PhantomData<Guest>,
}

impl<Guest: Contributor> UnitCall<Guest> {
    /// A call about `as_of` (days since 1970-01-01), with every table empty and no parameter set.
    #[must_use]
    pub fn on(as_of: i32) -> Self {
        let parameters = Parameters::of(Guest::MANIFEST.parameters);
        Self { as_of, parameters, token: 0, tables: Vec::new(), guest: PhantomData }
    }

    /// Sets an integer parameter.
    #[must_use]
    pub fn integer(self, name: &str, value: i64) -> Self {
        self.parameter(name, wire::Parameter::Integer(value))
    }

    /// Sets a date parameter.
    #[must_use]
    pub fn date(self, name: &str, value: i32) -> Self {
        self.parameter(name, wire::Parameter::Date(value))
    }

    /// Sets a text parameter.
    #[must_use]
    pub fn text(self, name: &str, value: &str) -> Self {
        self.parameter(name, wire::Parameter::Text(value.to_owned()))
    }

    /// Sets an identifier parameter to a token.
    #[must_use]
    pub fn token(self, name: &str, value: u32) -> Self {
        self.parameter(name, wire::Parameter::Identifier(value))
    }

    fn parameter(mut self, name: &str, value: wire::Parameter) -> Self {
        self.parameters.set(name, value);
        self
    }

    /// Sets the unit's own identifier; otherwise it is 0, the first token that there is.
    #[must_use]
    pub fn unit_token(mut self, token: u32) -> Self {
        self.token = token;
        self
    }

    /// Gives the unit's rows of one dataset, in place of any that it had.
    #[must_use]
    pub fn table(mut self, rows: TableRows) -> Self {
        Guest::MANIFEST.table(&rows.dataset);
        self.tables.retain(|other| other.dataset != rows.dataset);
        self.tables.push(rows);
        self
    }

    /// The input itself, to test a part of the guest with.
    #[must_use]
    pub fn input(self) -> UnitInput {
        let tables = Guest::MANIFEST.tables.iter().map(|read| deliver(read, &self.tables)).collect();
        let parameters = self.parameters.complete();
        let input = contributing::Input { as_of: self.as_of, parameters, token: self.token, tables };
        UnitInput::new(&Guest::MANIFEST, input)
    }

    /// Runs the guest: what it returned, unchecked.
    #[must_use]
    pub fn contributions(self) -> Contributions {
        Guest::contribute(&self.input())
    }

    /// Runs the guest: each cell by the names of its labels, with its values. Lists of a wrong length and an index
    /// that is no label's, which the engine takes nothing from, panic.
    #[must_use]
    pub fn cells(self) -> Vec<(Vec<&'static str>, Vec<i64>)> {
        let returned = self.contributions();
        let (dimensions, measures) = (Guest::MANIFEST.dimensions, Guest::MANIFEST.measures.len());
        let (indices, values) = (returned.cells().len(), returned.values().len());
        let cells = indices.checked_div(dimensions.len()).unwrap_or_else(|| panic!("declare a dimension"));
        assert!(
            indices == cells * dimensions.len(),
            "{indices} indices make no whole cells of {} dimensions",
            dimensions.len(),
        );
        assert!(values == cells * measures, "{values} values for {cells} cells of {measures} measures");
        let label = |(index, dimension): (&u32, &crate::Dimension)| {
            let label = dimension.labels.get(*index as usize).copied();
            label.unwrap_or_else(|| panic!("no label of `{}` has the index {index}", dimension.name))
        };
        let labels = |cell: &[u32]| cell.iter().zip(dimensions).map(label).collect();
        let values_of = |cell: usize| returned.values().iter().skip(cell * measures).take(measures).copied().collect();
        let names = returned.cells().chunks(dimensions.len()).map(labels);
        names.enumerate().map(|(cell, names)| (names, values_of(cell))).collect()
    }
}
