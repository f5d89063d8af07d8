//! What all databases share: how a table or a query is asked for, which of its columns are missing, who asks. Opens no
//! connection, and never shows the password.

use std::path::Path;

use super::error::{DatabaseFault, SourceError};
use super::header::HeaderProblem;
use crate::catalog::{DatabaseRows, Dataset, Rows};
use crate::env::{is_private, read_text};

/// Where the rows come from, for people.
pub(super) fn origin(rows: &DatabaseRows) -> String {
    match &rows.rows {
        Rows::Table(parts) => format!("{}: {}", rows.connection, parts.join(".")),
        Rows::Query(_) => format!("{}: query", rows.connection),
    }
}

/// A name between the marks that this database puts around names.
pub(super) fn quoted(name: &str, mark: char) -> String {
    let doubled: String = [mark; 2].iter().collect();
    format!("{mark}{}{mark}", name.replace(mark, &doubled))
}

/// A table's name.
pub(super) fn table(parts: &[String], mark: char) -> String {
    parts.iter().map(|part| quoted(part, mark)).collect::<Vec<_>>().join(".")
}

/// Of a table only the columns that the catalog names; of a query all that it gives.
pub(super) fn select(rows: &Rows, dataset: &Dataset, mark: char) -> String {
    match rows {
        Rows::Table(parts) => {
            let columns = dataset.source.headers.iter().map(|name| quoted(name, mark)).collect::<Vec<_>>().join(", ");
            format!("SELECT {columns} FROM {}", table(parts, mark))
        }
        // On lines of its own: it may end in a comment. Without `AS`, which not every database has there.
        Rows::Query(query) => format!("SELECT * FROM (\n{query}\n) delivery"),
    }
}

/// What of the catalog the table lacks. A table may have more columns than the catalog names.
pub(super) fn misfit(columns: Option<Vec<String>>, rows: &DatabaseRows, dataset: &Dataset) -> Option<SourceError> {
    let columns = columns?;
    let expected = dataset.source.headers.iter().zip(&dataset.columns);
    let missing = expected.filter(|(header, _)| !columns.contains(header));
    let mut problems: Vec<HeaderProblem> = missing
        .map(|(header, column)| HeaderProblem::Missing { header: header.clone(), column: column.name.clone() })
        .collect();
    if problems.is_empty() {
        return None;
    }
    if problems.len() == dataset.columns.len() {
        problems = vec![HeaderProblem::Nothing(dataset.source.headers.clone())];
    }
    Some(SourceError::Header { origin: origin(rows), problems })
}

/// The password in a file that nobody else can read.
pub(super) fn password(path: &Path) -> Result<String, DatabaseFault> {
    if !is_private(path).map_err(DatabaseFault::File)? {
        return Err(DatabaseFault::Exposed(path.to_owned()));
    }
    let password = read_text(path).map_err(DatabaseFault::File)?;
    Ok(password.trim_end_matches(['\n', '\r']).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_and_a_query_is_one_select() {
        assert_eq!(quoted("a\"b", '"'), "\"a\"\"b\"");
        assert_eq!(table(&["a".to_owned(), "b`".to_owned()], '`'), "`a`.`b```");
        let dataset = crate::data::tests::support::Home::persons();
        let dataset = dataset.catalog.dataset("persons").unwrap();
        let table = Rows::Table(vec!["public".to_owned(), "人".to_owned()]);
        assert!(select(&table, dataset, '"').ends_with(" FROM \"public\".\"人\""));
        assert_eq!(
            select(&Rows::Query("select 1 -- x".to_owned()), dataset, '"'),
            "SELECT * FROM (\nselect 1 -- x\n) delivery"
        );
    }
}
