//! `anshi catalog infer`: the draft of a dataset's description, from a delivered file.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::catalog_words::CatalogMessage;
use super::error::CliError;
use super::files::{check_writable, write};
use super::infer_words::comment;
use super::problem::FileProblem;
use super::terminal::Terminal;
use crate::catalog::check_text;
use crate::data::{ColumnFinding, Drafted, Findings, InferOptions, Note, draft, infer};
use crate::env::Durable;
use crate::model::{UnitKind, check_name};

const ROWS_DEFAULT: &str = "100000";
const ROWS_ALL: &str = "all";

pub const EXAMPLE: &str = "Example: anshi catalog infer /tmp/anshi-demo/demo/delivery/tax_payment/tax_payment.csv \\\n  \
                           --name tax_payment --out /tmp/tax_payment.toml";

/// The rules, for `--help`.
pub const ABOUT: &str = "Draft the description of a dataset from a delivered file\n\n\
    The file is CSV with a header line, in UTF-8 or GB18030, its cells parted by a comma, a tab, a semicolon or `|`. The \
    draft is a catalog file that `anshi catalog check` accepts and `anshi ingest` takes that very file with; what a file \
    does not say stands in its comments.\n\n\
    A type is drafted only if the misfits of all columns together stay within one row in a hundred. No value of the file \
    gets into the draft but the closed `values` of a text column: at most 32, each shared by at least 10 different units, \
    or none at all; never of columns whose header or content says identifier, name, address or telephone. No bound but \
    `min = 0` is drafted, where nothing below zero was seen.";

/// Arguments of `anshi catalog infer`.
#[derive(Args)]
pub struct InferArgs {
    /// The delivered file
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// The name of the dataset
    #[arg(long, value_name = "NAME", value_parser = read_name)]
    pub name: String,
    /// Whom the rows are about: enterprise or person (default: whose identifiers the file has)
    #[arg(long, value_name = "enterprise|person", value_parser = read_unit)]
    pub unit: Option<UnitKind>,
    /// The header of the column that names the unit (default: the one with the most valid identifiers)
    #[arg(long, value_name = "HEADER")]
    pub key: Option<String>,
    /// How many rows are read, or `all`
    #[arg(long, value_name = "ROWS", default_value = ROWS_DEFAULT, value_parser = read_rows)]
    pub rows: Rows,
    /// Where the draft goes (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// How many rows are read; `None` for all.
#[derive(Clone, Copy, Debug)]
pub struct Rows(Option<u64>);

fn read_rows(text: &str) -> Result<Rows, String> {
    let number = text.parse::<u64>().ok().filter(|number| *number > 0);
    match (text == ROWS_ALL, number) {
        (true, _) => Ok(Rows(None)),
        (false, Some(number)) => Ok(Rows(Some(number))),
        (false, None) => Err(format!("write a number of rows, or `{ROWS_ALL}`")),
    }
}

fn read_name(text: &str) -> Result<String, String> {
    check_name(text).map(|()| text.to_owned()).map_err(|error| error.to_string())
}

fn read_unit(text: &str) -> Result<UnitKind, String> {
    UnitKind::from_word(text).ok_or_else(|| "a unit is `enterprise` or `person`".to_owned())
}

/// Drafts.
pub fn infer_command(args: &InferArgs, terminal: &Terminal) -> Result<(), CliError> {
    if args.file.is_dir() {
        return Err(CliError::misuse(FileProblem::NotAFile(args.file.clone())));
    }
    if let Some(out) = &args.out {
        check_writable(out)?;
        if out.exists() {
            return Err(CliError::misuse(FileProblem::DraftThere(out.clone())));
        }
    }
    if !args.file.exists() {
        return Err(CliError::failure(FileProblem::Missing(args.file.clone())));
    }
    let (key, rows_max) = (args.key.clone(), args.rows.0);
    let options = InferOptions { name: args.name.clone(), unit: args.unit, key, rows_max };
    let bar = terminal.counting(CatalogMessage::Reading);
    let findings = infer(&args.file, &options, &mut |rows| bar.set_position(rows));
    bar.finish_and_clear();
    let findings = findings.map_err(CliError::failed)?;
    let words = |note: &Note| comment(note, terminal.lang());
    let text = draft(&findings, &words);
    // A draft that the catalog does not take helps nobody.
    check_text(&format!("{}.toml", args.name), &text).map_err(CliError::failed)?;
    let places = findings.notes.len() + findings.columns.iter().map(|column| column.notes.len()).sum::<usize>();
    match &args.out {
        Some(out) => {
            write(out, text.as_bytes(), Durable::Shared)?;
            let key = findings.columns.get(findings.key).map_or(String::new(), |column| column.name.clone());
            let right = out.with_file_name(format!("{}.toml", args.name));
            let rename = (right != *out).then(|| right.display().to_string());
            let (out, columns) = (out.display().to_string(), findings.columns.len());
            terminal.say(CatalogMessage::DraftWritten { out, rename, columns, key, places });
        }
        None => terminal.say(CatalogMessage::Table(text.trim_end().to_owned())),
    }
    terminal.result(&findings_json(&findings, &text, &words));
    Ok(())
}

fn findings_json(findings: &Findings, text: &str, words: &dyn Fn(&Note) -> String) -> Value {
    let named = |place: usize| findings.columns.get(place).map(|column| column.name.as_str());
    let columns: Vec<Value> = findings.columns.iter().map(|column| column_json(column, words)).collect();
    json!({
        "name": findings.name, "file": findings.file_name, "encoding": findings.encoding.word(),
        "delimiter": findings.delimiter.to_string(), "unit": findings.unit.word(), "key": named(findings.key),
        "time": findings.time.and_then(named), "rows": findings.rows, "whole": findings.whole,
        "several_rows_per_unit": findings.several_rows, "dates": findings.dates, "missing": findings.missing,
        "columns": columns, "comments": findings.notes.iter().map(words).collect::<Vec<_>>(), "draft": text,
    })
}

fn column_json(column: &ColumnFinding, words: &dyn Fn(&Note) -> String) -> Value {
    let (names, values, unit, decimals) = match &column.kind {
        Drafted::Identifier { names } => (names.map(UnitKind::word), None, None, None),
        Drafted::Integer { unit, decimals, .. } => (None, None, *unit, Some(*decimals)),
        Drafted::Text { values } => (None, values.as_ref(), None, None),
        Drafted::Boolean | Drafted::Date | Drafted::Timestamp => (None, None, None, None),
    };
    json!({
        "header": column.header, "name": column.name, "type": column.kind.word(), "names": names, "values": values,
        "unit": unit, "decimals": decimals, "cells": column.cells, "misfits": column.misfits,
        "comments": column.notes.iter().map(words).collect::<Vec<_>>(),
    })
}
