//! `anshi catalog`: check, show and draft the descriptions of datasets.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::catalog_infer::{ABOUT, EXAMPLE, InferArgs, infer_command};
use super::catalog_words::{CatalogMessage, Head, unit, values};
use super::error::CliError;
use super::problem::AskProblem;
use super::table::table;
use super::terminal::Terminal;
use crate::catalog::{Catalog, CatalogError, CheckedFile, Column, ColumnType, Dataset, Rows, SourceKind, check_files};
use crate::config::Config;
use crate::document::{DocumentError, Finding, did_you_mean};
use crate::job::unpack_catalog;
use crate::model::{Bilingual, Chinese, DateFormat, Lang};

/// The folder that is checked where none is named.
const CATALOG_FOLDER: &str = "catalog";

/// Subcommands of `anshi catalog`.
#[derive(Subcommand)]
pub enum CatalogCommand {
    /// Check the files of a catalog: all mistakes at once, each with its place and its cure
    #[command(after_help = "Example: anshi catalog check catalog")]
    Check(CheckArgs),
    /// List the datasets, or show one with its columns and its source
    #[command(after_help = "Example: anshi catalog show tax_payment")]
    Show(ShowArgs),
    /// Draft the description of a dataset from a delivered file
    #[command(long_about = ABOUT, after_help = EXAMPLE)]
    Infer(InferArgs),
}

/// Arguments of `anshi catalog check`.
#[derive(Args)]
pub struct CheckArgs {
    /// Files and folders of a catalog (default: the folder `catalog` here)
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// The home whose catalog is checked
    #[arg(long, value_name = "FOLDER", conflicts_with = "paths")]
    pub home: Option<PathBuf>,
}

/// Arguments of `anshi catalog show`.
#[derive(Args)]
pub struct ShowArgs {
    /// The dataset (default: all, as a list)
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
    /// The home whose catalog is shown (default: the catalog built in)
    #[arg(long, value_name = "FOLDER")]
    pub home: Option<PathBuf>,
    /// The folder of a catalog
    #[arg(long, value_name = "FOLDER", conflicts_with = "home")]
    pub catalog: Option<PathBuf>,
}

/// Runs a subcommand.
pub fn catalog(command: &CatalogCommand, terminal: &Terminal) -> Result<(), CliError> {
    match command {
        CatalogCommand::Check(args) => check(args, terminal),
        CatalogCommand::Show(args) => show(args, terminal),
        CatalogCommand::Infer(args) => infer_command(args, terminal),
    }
}

fn check(args: &CheckArgs, terminal: &Terminal) -> Result<(), CliError> {
    let paths = match &args.home {
        Some(home) => vec![Config::load(home)?.catalog],
        None if args.paths.is_empty() => vec![PathBuf::from(CATALOG_FOLDER)],
        None => args.paths.clone(),
    };
    let files = check_files(&paths).map_err(CliError::failed)?;
    let mistakes = files.iter().map(mistakes).sum();
    let listed: Vec<Value> = files.iter().map(|file| file_json(file, terminal.lang())).collect();
    terminal.result(&json!({ "files": listed, "mistakes": mistakes }));
    let (count, mut bad) = (files.len(), 0);
    for CheckedFile { path, dataset } in files {
        match dataset {
            Ok(dataset) => terminal.say(CatalogMessage::FileGood {
                path: path.display().to_string(),
                columns: dataset.columns.len(),
                dataset: dataset.name,
            }),
            Err(error) => {
                bad += 1;
                terminal.report(&file_failed(error));
            }
        }
    }
    if bad == 0 { Ok(()) } else { Err(CliError::failure(AskProblem::CatalogMistakes { mistakes, bad, files: count })) }
}

fn file_failed(error: CatalogError) -> CliError {
    match error {
        CatalogError::File(error) => error.into(),
        other => CliError::failed(other),
    }
}

fn mistakes(file: &CheckedFile) -> usize {
    match &file.dataset {
        Ok(_) => 0,
        Err(CatalogError::Documents(errors)) => errors.iter().map(|error| error.findings.len()).sum(),
        Err(_) => 1,
    }
}

fn file_json(file: &CheckedFile, lang: Lang) -> Value {
    let findings = match &file.dataset {
        Ok(_) => Vec::new(),
        Err(CatalogError::Documents(errors)) => {
            let findings = |error: &DocumentError| {
                error.findings.iter().map(|finding| finding_json(error, finding, lang)).collect::<Vec<_>>()
            };
            errors.iter().flat_map(findings).collect()
        }
        Err(error) => vec![json!({ "message": error.text(lang) })],
    };
    let dataset = file.dataset.as_ref().ok().map(|dataset| dataset.name.as_str());
    json!({ "path": file.path.display().to_string(), "dataset": dataset, "findings": findings })
}

fn finding_json(error: &DocumentError, finding: &Finding, lang: Lang) -> Value {
    let place = error.place(finding);
    json!({
        "message": finding.message.in_lang(lang), "help": finding.help.as_ref().map(|help| help.in_lang(lang)),
        "line": place.map(|(start, _)| start.line), "column": place.map(|(start, _)| start.column),
        "end_line": place.map(|(_, end)| end.line), "end_column": place.map(|(_, end)| end.column),
        "bytes": finding.span.as_ref().map(|span| [span.start, span.end]),
    })
}

fn show(args: &ShowArgs, terminal: &Terminal) -> Result<(), CliError> {
    let catalog = match (&args.home, &args.catalog) {
        (Some(home), _) => Catalog::load(&Config::load(home)?.catalog),
        (None, Some(folder)) => Catalog::load(folder),
        (None, None) => unpack_catalog(),
    };
    let catalog = catalog.map_err(CliError::failed)?;
    let Some(name) = &args.name else {
        terminal.say(CatalogMessage::Table(list(&catalog, terminal.lang())));
        terminal.say(CatalogMessage::Listed { datasets: catalog.datasets().count() });
        let datasets: Vec<Value> = catalog.datasets().map(|dataset| dataset_json(dataset)).collect();
        terminal.result(&json!({ "catalog": catalog.sha256().to_string(), "datasets": datasets }));
        return Ok(());
    };
    let Some(dataset) = catalog.dataset(name) else {
        let close = did_you_mean(name, catalog.datasets().map(|dataset| dataset.name.as_str())).map(str::to_owned);
        return Err(CliError::misuse(AskProblem::NoDataset { name: name.clone(), close }));
    };
    for part in [facts(dataset, terminal.lang()), columns(dataset, terminal.lang()), source(dataset, terminal.lang())] {
        terminal.say(CatalogMessage::Table(part));
    }
    let mut value = dataset_json(dataset);
    if let Value::Object(members) = &mut value {
        let columns = dataset.columns.iter().enumerate().map(|(place, column)| column_json(dataset, place, column));
        members.insert("columns".to_owned(), columns.collect());
        members.insert("source".to_owned(), source_json(dataset));
    }
    terminal.result(&value);
    Ok(())
}

fn list(catalog: &Catalog, lang: Lang) -> String {
    let heads = [Head::Name, Head::Title, Head::Department, Head::Unit, Head::Class, Head::Update, Head::Columns];
    let rows = catalog.datasets().map(|dataset| {
        let [title, department] = [&dataset.title, &dataset.department].map(|text| text.in_lang(lang).to_owned());
        let unit = unit(dataset.unit, lang).to_owned();
        let (class, update) = (dataset.classification.clone(), dataset.update.word().to_owned());
        vec![dataset.name.clone(), title, department, unit, class, update, dataset.columns.len().to_string()]
    });
    let head = heads.iter().map(|head| head.text(lang).to_owned()).collect();
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

fn pairs(pairs: impl IntoIterator<Item = (Head, String)>, lang: Lang) -> String {
    let filled = pairs.into_iter().filter(|(_, text)| !text.is_empty());
    table(&filled.map(|(head, text)| vec![head.text(lang).to_owned(), text]).collect::<Vec<_>>())
}

fn name_of(dataset: &Dataset, place: Option<usize>) -> String {
    place.and_then(|place| dataset.columns.get(place)).map_or(String::new(), |column| column.name.clone())
}

/// What the dataset is.
fn facts(dataset: &Dataset, lang: Lang) -> String {
    pairs(
        [
            (Head::Name, dataset.name.clone()),
            (Head::Title, dataset.title.in_lang(lang).to_owned()),
            (Head::Department, dataset.department.in_lang(lang).to_owned()),
            (Head::Library, dataset.library.clone()),
            (Head::Collections, dataset.collections.join(", ")),
            (Head::Unit, unit(dataset.unit, lang).to_owned()),
            (Head::Key, name_of(dataset, Some(dataset.key))),
            (Head::Time, name_of(dataset, dataset.time)),
            (Head::Class, dataset.classification.clone()),
            (Head::Update, dataset.update.word().to_owned()),
            (Head::Schema, dataset.schema_sha256.to_string()),
        ],
        lang,
    ) + "\n"
}

fn columns(dataset: &Dataset, lang: Lang) -> String {
    let heads = [Head::Name, Head::Type, Head::Title, Head::Delivered, Head::Values];
    let head = heads.iter().map(|head| head.text(lang).to_owned()).collect();
    let rows = dataset.columns.iter().zip(&dataset.source.headers).map(|(column, header)| {
        let title = column.title.as_ref().map_or("", |title| title.in_lang(lang)).to_owned();
        let values = values(&column.kind, column.names, lang);
        vec![column.name.clone(), column.kind.word().to_owned(), title, header.clone(), values]
    });
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>()) + "\n"
}

fn files(dataset: &Dataset) -> String {
    let Some(files) = dataset.source.files() else { return String::new() };
    let slash = if files.folder.is_empty() { "" } else { "/" };
    let suffix = files.suffix.as_ref().map(|suffix| format!("*{suffix}")).unwrap_or_default();
    format!("{}{slash}{}{suffix}", files.folder, files.prefix)
}

/// Where a database's rows are: the connection, and the table or the query.
fn database(kind: &SourceKind) -> Option<(&str, String)> {
    match kind {
        SourceKind::Csv(_) | SourceKind::Parquet { .. } | SourceKind::Excel { .. } => None,
        SourceKind::Postgresql(database) | SourceKind::Odbc(database) => {
            let rows = match &database.rows {
                Rows::Table(parts) => parts.join("."),
                Rows::Query(query) => query.clone(),
            };
            Some((database.connection.as_str(), rows))
        }
    }
}

fn source(dataset: &Dataset, lang: Lang) -> String {
    let source = &dataset.source;
    let dates: Vec<&str> = source.dates.iter().map(DateFormat::pattern).collect();
    let missing: Vec<String> = source.missing.iter().map(|marker| format!("\"{marker}\"")).collect();
    pairs(
        [
            (Head::Source, source.kind.word().to_owned()),
            (Head::Files, files(dataset)),
            (Head::Encoding, source.csv().map_or(String::new(), |csv| csv.encoding.word().to_owned())),
            (
                Head::Delimiter,
                source.csv().map_or(String::new(), |csv| format!("`{}`", char::from(csv.delimiter).escape_default())),
            ),
            (Head::Connection, database(&source.kind).map_or(String::new(), |(connection, _)| connection.to_owned())),
            (Head::Rows, database(&source.kind).map_or(String::new(), |(_, rows)| rows)),
            (Head::Dates, dates.join(", ")),
            (Head::Missing, missing.join(", ")),
            (Head::RejectsMax, format!("{} ppm", source.rejects_max_ppm)),
        ],
        lang,
    )
}

fn bilingual(text: &Bilingual) -> Value {
    json!({ "zh": text.zh, "en": text.en })
}

fn dataset_json(dataset: &Dataset) -> Value {
    json!({
        "name": dataset.name, "title": bilingual(&dataset.title), "department": bilingual(&dataset.department),
        "library": dataset.library, "collections": dataset.collections, "unit": dataset.unit.word(),
        "key": name_of(dataset, Some(dataset.key)), "time": dataset.time.map(|place| name_of(dataset, Some(place))),
        "classification": dataset.classification, "update": dataset.update.word(), "columns": dataset.columns.len(),
        "schema": dataset.schema_sha256.to_string(),
    })
}

fn column_json(dataset: &Dataset, place: usize, column: &Column) -> Value {
    let (bounds, values) = match &column.kind {
        ColumnType::Integer(bounds) => (Some(bounds), None),
        ColumnType::Text { values } => (None, values.as_ref()),
        ColumnType::Boolean | ColumnType::Date | ColumnType::Timestamp | ColumnType::Identifier => (None, None),
    };
    json!({
        "name": column.name, "type": column.kind.word(), "title": column.title.as_ref().map(bilingual),
        "delivered_as": dataset.source.headers.get(place), "names": column.names.map(|kind| kind.word()),
        "values": values, "unit": bounds.and_then(|bounds| bounds.unit.as_ref()), "scale": bounds.map(|bounds| bounds.scale),
        "min": bounds.map(|bounds| bounds.min).filter(|min| *min != i64::MIN),
        "max": bounds.map(|bounds| bounds.max).filter(|max| *max != i64::MAX),
        "decimals": bounds.and_then(|_| dataset.source.decimals.get(place)),
    })
}

fn source_json(dataset: &Dataset) -> Value {
    let source = &dataset.source;
    json!({
        "kind": source.kind.word(), "files": source.files().map(|_| files(dataset)),
        "encoding": source.csv().map(|csv| csv.encoding.word()),
        "delimiter": source.csv().map(|csv| char::from(csv.delimiter).to_string()),
        "connection": database(&source.kind).map(|(connection, _)| connection),
        "rows": database(&source.kind).map(|(_, rows)| rows),
        "dates": source.dates.iter().map(DateFormat::pattern).collect::<Vec<_>>(), "missing": source.missing,
        "rejects_max_ppm": source.rejects_max_ppm,
    })
}
