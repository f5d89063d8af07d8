//! `[source]` as written → checked: which keys a kind of source has, and what they may say. Finds everything that is
//! wrong. Never opens a file or a connection.

use std::collections::BTreeMap;
use std::ops::Range;

use super::check::SCALE_MAX;
use super::mistake::{Cure, Mistake, Vocabulary};
use super::raw::RawSource;
use super::schema::{Column, ColumnType};
use super::source::{BadId, CsvForm, DatabaseRows, Encoding, FilePattern, Rows, Source, SourceKind};
use super::words::word;
use crate::document::{Finding, Spanned};
use crate::model::{DateFormat, check_name, parse_decimal};

/// The share of rejected rows that is taken where the file states none: 1 %.
const REJECTS_MAX_PPM_DEFAULT: u32 = 10_000;
/// How values that are typed where they come from are handed on.
const DATE_ISO: &str = "%Y-%m-%d";

/// A key that only some kinds have.
struct Key {
    name: &'static str,
    span: Option<Range<usize>>,
    kinds: &'static [&'static str],
}

const FILES: &[&str] = &["csv", "parquet", "excel"];
const DATABASES: &[&str] = &["postgresql", "odbc"];

fn span<T>(value: &Option<Spanned<T>>) -> Option<Range<usize>> {
    value.as_ref().map(Spanned::span)
}

fn keys(raw: &RawSource) -> [Key; 9] {
    let key = |name, span, kinds| Key { name, span, kinds };
    [
        key("files", span(&raw.files), FILES),
        key("encoding", span(&raw.encoding), &["csv"]),
        key("delimiter", span(&raw.delimiter), &["csv"]),
        key("quote", span(&raw.quote), &["csv"]),
        key("sheet", span(&raw.sheet), &["excel"]),
        key("header_row", span(&raw.header_row), &["excel"]),
        key("connection", span(&raw.connection), DATABASES),
        key("table", span(&raw.table), DATABASES),
        key("query", span(&raw.query), DATABASES),
    ]
}

/// Checks `[source]` against the dataset's columns.
pub(super) fn check_source(raw: &RawSource, columns: &[Column], findings: &mut Vec<Finding>) -> Source {
    let kind = check_kind(raw, findings);
    let on_bad_id =
        word(&raw.on_bad_id, Vocabulary::BadId, &["reject"], |w| (w == "reject").then_some(BadId::Reject), findings);
    let mut dates: Vec<DateFormat> = raw.dates.iter().filter_map(|form| check_date_format(form, findings)).collect();
    let mut missing = raw.missing.clone();
    if matches!(kind, Some(SourceKind::Csv(_)) | None) {
        if dates.is_empty() && columns.iter().any(|column| column.kind == ColumnType::Date) {
            findings.push(Finding::at(raw.kind.span(), Mistake::NoDates));
        }
    } else {
        hand_on_typed(&mut dates, &mut missing);
    }
    Source {
        kind: kind.unwrap_or(SourceKind::Parquet { files: no_files() }),
        headers: check_headers(raw, columns, findings),
        decimals: check_decimals(raw, columns, findings),
        dates,
        missing,
        on_bad_id: on_bad_id.unwrap_or(BadId::Reject),
        rejects_max_ppm: check_share(raw.rejects_max.as_ref(), findings),
    }
}

/// Sources with types of their own hand on a date as `2026-01-31` and nothing as an empty cell, beside what their
/// cells of text may hold.
fn hand_on_typed(dates: &mut Vec<DateFormat>, missing: &mut Vec<String>) {
    if !dates.iter().any(|form| form.pattern() == DATE_ISO) {
        dates.extend(DateFormat::parse(DATE_ISO));
    }
    if !missing.iter().any(String::is_empty) {
        missing.push(String::new());
    }
}

fn no_files() -> FilePattern {
    FilePattern { folder: String::new(), prefix: String::new(), suffix: None }
}

fn check_kind(raw: &RawSource, findings: &mut Vec<Finding>) -> Option<SourceKind> {
    let known = SourceKind::WORDS;
    let kind = word(&raw.kind, Vocabulary::SourceKind, &known, |w| known.into_iter().find(|k| *k == w), findings)?;
    for key in keys(raw) {
        if let Some(span) = key.span.filter(|_| !key.kinds.contains(&kind)) {
            let mistake = Mistake::StrangeKey { kind, key: key.name };
            findings.push(Finding::at(span, mistake).help(Cure::KeyOf { key: key.name, kinds: key.kinds }));
        }
    }
    Some(match kind {
        "csv" => SourceKind::Csv(CsvForm {
            files: check_files(raw, findings),
            encoding: check_encoding(raw, findings),
            delimiter: check_mark(raw.delimiter.as_ref(), b',', findings),
            quote: check_quote(raw, findings),
        }),
        "parquet" => SourceKind::Parquet { files: check_files(raw, findings) },
        "excel" => SourceKind::Excel {
            files: check_files(raw, findings),
            sheet: raw.sheet.as_ref().map(|sheet| sheet.get_ref().clone()),
            header_row: check_header_row(raw, findings),
        },
        "postgresql" => SourceKind::Postgresql(check_database(raw, findings)),
        _ => SourceKind::Odbc(check_database(raw, findings)),
    })
}

fn needed<'a, T>(
    value: &'a Option<Spanned<T>>,
    key: &'static str,
    raw: &RawSource,
    findings: &mut Vec<Finding>,
) -> Option<&'a Spanned<T>> {
    if value.is_none() {
        let mistake = Mistake::KeyNeeded { kind: raw.kind.get_ref().clone(), key };
        findings.push(Finding::at(raw.kind.span(), mistake));
    }
    value.as_ref()
}

fn check_files(raw: &RawSource, findings: &mut Vec<Finding>) -> FilePattern {
    let Some(files) = needed(&raw.files, "files", raw, findings) else { return no_files() };
    FilePattern::parse(files.get_ref()).unwrap_or_else(|| {
        findings.push(Finding::at(files.span(), Mistake::Files(files.get_ref().escape_debug().to_string())));
        no_files()
    })
}

fn check_encoding(raw: &RawSource, findings: &mut Vec<Finding>) -> Encoding {
    let Some(encoding) = needed(&raw.encoding, "encoding", raw, findings) else { return Encoding::Utf8 };
    let name = encoding.get_ref().as_str();
    Encoding::from_word(name).unwrap_or_else(|| {
        let known = vec!["utf-8".to_owned(), "gb18030".to_owned()];
        let mistake = Mistake::Word { of: Vocabulary::Encoding, word: name.to_owned(), known };
        let finding = Finding::at(encoding.span(), mistake);
        findings.push(match name.to_ascii_lowercase().as_str() {
            "gbk" | "gb2312" | "cp936" | "936" | "gb-18030" | "gb_18030" => finding.help(Cure::Gbk),
            "utf8" | "utf-8-sig" | "utf-8-bom" => finding.help(Cure::Utf8),
            name if name.starts_with("utf-16") => finding.help(Cure::Utf16),
            _ => finding.suggest(name, ["utf-8", "gb18030"]),
        });
        Encoding::Utf8
    })
}

/// One ASCII character that can stand between or around cells and is none of theirs.
fn check_mark(mark: Option<&Spanned<String>>, default: u8, findings: &mut Vec<Finding>) -> u8 {
    let Some(mark) = mark else { return default };
    match mark.get_ref().as_bytes() {
        [byte] if (byte.is_ascii_punctuation() || *byte == b'\t') && !b"+-.".contains(byte) => *byte,
        _ => {
            findings.push(Finding::at(mark.span(), Mistake::Mark(mark.get_ref().escape_debug().to_string())));
            default
        }
    }
}

fn check_quote(raw: &RawSource, findings: &mut Vec<Finding>) -> Option<u8> {
    if raw.quote.as_ref().is_some_and(|quote| quote.get_ref().is_empty()) {
        return None;
    }
    let quote = check_mark(raw.quote.as_ref(), b'"', findings);
    let delimiter = raw.delimiter.as_ref().and_then(|mark| mark.get_ref().bytes().next()).unwrap_or(b',');
    if quote == delimiter {
        let span = raw.quote.as_ref().or(raw.delimiter.as_ref()).unwrap_or(&raw.kind).span();
        findings.push(Finding::at(span, Mistake::SameMark));
    }
    Some(quote)
}

fn check_header_row(raw: &RawSource, findings: &mut Vec<Finding>) -> u32 {
    let Some(row) = &raw.header_row else { return 1 };
    if *row.get_ref() == 0 {
        findings.push(Finding::at(row.span(), Mistake::HeaderRow));
    }
    *row.get_ref()
}

fn check_database(raw: &RawSource, findings: &mut Vec<Finding>) -> DatabaseRows {
    let connection = needed(&raw.connection, "connection", raw, findings);
    if let Some((name, error)) = connection.and_then(|name| check_name(name.get_ref()).err().map(|error| (name, error)))
    {
        findings.push(Finding::at(name.span(), error).help(Cure::Connection));
    }
    let rows = match (&raw.table, &raw.query) {
        (Some(table), None) => Rows::table(table.get_ref()).unwrap_or_else(|| {
            findings.push(Finding::at(table.span(), Mistake::Table(table.get_ref().escape_debug().to_string())));
            Rows::Query(String::new())
        }),
        (None, Some(query)) => check_query(query, findings),
        (Some(_), Some(query)) => {
            findings.push(Finding::at(query.span(), Mistake::TableAndQuery));
            Rows::Query(String::new())
        }
        (None, None) => {
            let kind = raw.kind.get_ref().clone();
            findings.push(Finding::at(raw.kind.span(), Mistake::KeyNeeded { kind, key: "table` or `query" }));
            Rows::Query(String::new())
        }
    };
    DatabaseRows { connection: connection.map(|name| name.get_ref().clone()).unwrap_or_default(), rows }
}

/// Only what reads. The server's read-only transaction and the account's rights are what holds; this is for people.
fn check_query(query: &Spanned<String>, findings: &mut Vec<Finding>) -> Rows {
    let text = query.get_ref().trim().trim_end_matches(';').trim_end();
    let first = text.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default().to_ascii_lowercase();
    if !matches!(first.as_str(), "select" | "with" | "table" | "values") {
        findings.push(Finding::at(query.span(), Mistake::Query));
    }
    Rows::Query(text.to_owned())
}

fn check_date_format(form: &Spanned<String>, findings: &mut Vec<Finding>) -> Option<DateFormat> {
    let format = DateFormat::parse(form.get_ref());
    if format.is_none() {
        let mistake = Mistake::DateForm(form.get_ref().clone());
        findings.push(Finding::at(form.span(), mistake).help(Cure::DateForm));
    }
    format
}

fn check_headers(raw: &RawSource, columns: &[Column], findings: &mut Vec<Finding>) -> Vec<String> {
    let mut renamed = BTreeMap::new();
    for (header, column) in &raw.columns {
        let name = column.get_ref().as_str();
        if !columns.iter().any(|c| c.name == name) {
            let mistake = Mistake::SourceColumn(name.to_owned());
            findings.push(Finding::at(column.span(), mistake).suggest(name, columns.iter().map(|c| c.name.as_str())));
        }
        if renamed.insert(name, header.as_str()).is_some() {
            findings.push(Finding::at(column.span(), Mistake::SourceTwice(name.to_owned())));
        }
    }
    let names = columns.iter().map(|c| renamed.get(c.name.as_str()).copied().unwrap_or(&c.name).to_owned());
    let names: Vec<String> = names.collect();
    for (place, name) in names.iter().enumerate() {
        if names.iter().take(place).any(|other| other == name) {
            findings.push(Finding::at(raw.kind.span(), Mistake::SharedColumn(name.clone())).help(Cure::Columns));
        }
    }
    names
}

fn check_decimals(raw: &RawSource, columns: &[Column], findings: &mut Vec<Finding>) -> Vec<u8> {
    for (name, scale) in &raw.decimals {
        let integer = columns.iter().any(|c| c.name == *name && matches!(c.kind, ColumnType::Integer(_)));
        if !integer {
            findings.push(Finding::at(scale.span(), Mistake::DecimalsColumn(name.clone())));
        }
        if *scale.get_ref() > SCALE_MAX {
            findings.push(Finding::at(scale.span(), Mistake::Decimals));
        }
    }
    columns.iter().map(|column| raw.decimals.get(&column.name).map_or(0, |scale| *scale.get_ref())).collect()
}

fn check_share(share: Option<&Spanned<String>>, findings: &mut Vec<Finding>) -> u32 {
    let Some(share) = share else { return REJECTS_MAX_PPM_DEFAULT };
    let ppm = parse_decimal(share.get_ref().as_bytes(), 6).ok().and_then(|ppm| u32::try_from(ppm).ok());
    ppm.filter(|ppm| *ppm <= 1_000_000).unwrap_or_else(|| {
        findings.push(Finding::at(share.span(), Mistake::Share));
        0
    })
}
