//! Raw catalog file → checked dataset. Finds everything that is wrong, not the first thing only.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::mistake::{ColumnRole, Cure, Mistake, Vocabulary};
use super::raw::{RawBilingual, RawColumn, RawDataset, RawSource};
use super::schema::{BadId, Column, ColumnType, Dataset, Encoding, IntegerBounds, RowsPerUnit, Source, SourceKind};
use crate::document::{Document, DocumentError, Finding, Spanned};
use crate::keys::{DigestKind, digest_json};
use crate::model::{Bilingual, DateFormat, Digest, UnitKind, check_label, check_name, parse_decimal};

/// The share of rejected rows that is taken where the file states none: 1 %.
const REJECTS_MAX_PPM_DEFAULT: u32 = 10_000;
pub(super) const SCALE_MAX: u8 = 9;

pub(super) fn check(document: &Document) -> Result<(Dataset, serde_json::Value), DocumentError> {
    let raw: RawDataset = document.parse()?;
    let mut findings = Vec::new();
    let dataset = check_dataset(&raw, &mut findings);
    let value = serde_json::to_value(&raw)
        .map_err(|error| document.error(vec![Finding::whole(Mistake::Digest(error.to_string()))]))?;
    document.check(Some((dataset, value)), findings)
}

fn bilingual(raw: &RawBilingual) -> Bilingual {
    Bilingual { zh: raw.zh.clone(), en: raw.en.clone() }
}

fn check_dataset(raw: &RawDataset, findings: &mut Vec<Finding>) -> Dataset {
    named(&raw.name, findings);
    let unit = word(&raw.unit, Vocabulary::Unit, &["enterprise", "person"], UnitKind::from_word, findings);
    let columns = check_columns(&raw.column, findings);
    let key = find_column(&raw.key, ColumnRole::Key, &columns, findings);
    if columns.get(key).is_some_and(|column| column.kind != ColumnType::Identifier) {
        findings.push(Finding::at(raw.key.span(), Mistake::KeyType));
    }
    let time = raw.time.as_ref().map(|name| {
        let place = find_column(name, ColumnRole::Time, &columns, findings);
        if columns.get(place).is_some_and(|column| column.kind != ColumnType::Date) {
            findings.push(Finding::at(name.span(), Mistake::TimeType));
        }
        place
    });
    let source = check_source(&raw.source, &columns, findings);
    let rows = &raw.synthetic.rows_per_unit;
    if rows.min > *rows.max.get_ref() {
        findings.push(Finding::at(rows.max.span(), Mistake::Bounds));
    }
    Dataset {
        name: raw.name.get_ref().clone(),
        title: bilingual(&raw.title),
        department: bilingual(&raw.department),
        unit: unit.unwrap_or(UnitKind::Enterprise),
        key,
        time,
        classification: raw.classification.get_ref().clone(),
        schema_sha256: schema_digest(raw, findings),
        columns,
        source,
        rows_per_unit: RowsPerUnit { min: rows.min, max: *rows.max.get_ref() },
    }
}

fn schema_digest(raw: &RawDataset, findings: &mut Vec<Finding>) -> Digest {
    let column = |column: &RawColumn| json!([column.name, column.kind, column.scale, column.values]);
    let schema = json!({
        "name": raw.name,
        "unit": raw.unit,
        "key": raw.key,
        "time": raw.time,
        "columns": raw.column.iter().map(column).collect::<Vec<_>>(),
    });
    digest_json(DigestKind::Schema, &schema).unwrap_or_else(|error| {
        findings.push(Finding::whole(Mistake::Digest(error.to_string())));
        Digest::from_bytes([0; 32])
    })
}

fn named(name: &Spanned<String>, findings: &mut Vec<Finding>) {
    if let Err(error) = check_name(name.get_ref()) {
        findings.push(Finding::at(name.span(), error));
    }
}

fn word<T>(
    text: &Spanned<String>,
    of: Vocabulary,
    known: &[&str],
    read: impl Fn(&str) -> Option<T>,
    findings: &mut Vec<Finding>,
) -> Option<T> {
    let value = read(text.get_ref());
    if value.is_none() {
        let words = known.iter().map(|word| (*word).to_owned()).collect();
        let mistake = Mistake::Word { of, word: text.get_ref().clone(), known: words };
        findings.push(Finding::at(text.span(), mistake).suggest(text.get_ref(), known.iter().copied()));
    }
    value
}

fn find_column(name: &Spanned<String>, role: ColumnRole, columns: &[Column], findings: &mut Vec<Finding>) -> usize {
    columns.iter().position(|column| column.name == *name.get_ref()).unwrap_or_else(|| {
        let mistake = Mistake::NoColumn { role, name: name.get_ref().clone() };
        findings
            .push(Finding::at(name.span(), mistake).suggest(name.get_ref(), columns.iter().map(|c| c.name.as_str())));
        usize::MAX
    })
}

fn check_columns(raw: &[RawColumn], findings: &mut Vec<Finding>) -> Vec<Column> {
    let mut seen = BTreeSet::new();
    let mut columns = Vec::with_capacity(raw.len());
    for column in raw {
        named(&column.name, findings);
        if !seen.insert(column.name.get_ref().as_str()) {
            findings.push(Finding::at(column.name.span(), Mistake::ColumnTwice(column.name.get_ref().clone())));
        }
        columns.push(Column {
            name: column.name.get_ref().clone(),
            title: column.title.as_ref().map(bilingual),
            kind: check_type(column, findings),
        });
    }
    columns
}

fn check_type(raw: &RawColumn, findings: &mut Vec<Finding>) -> ColumnType {
    let kind = raw.kind.get_ref().as_str();
    let numeric = [
        raw.scale.as_ref().map(Spanned::span),
        raw.min.as_ref().map(Spanned::span),
        raw.max.as_ref().map(Spanned::span),
    ];
    if kind != "integer" {
        for span in numeric.into_iter().flatten() {
            findings.push(Finding::at(span, Mistake::NotInteger));
        }
    }
    if kind != "text" && raw.values.is_some() {
        findings.push(Finding::at(raw.kind.span(), Mistake::NotText));
    }
    match kind {
        "boolean" => ColumnType::Boolean,
        "date" => ColumnType::Date,
        "timestamp" => ColumnType::Timestamp,
        "identifier" => ColumnType::Identifier,
        "integer" => ColumnType::Integer(check_integer(raw, findings)),
        "text" => ColumnType::Text { values: raw.values.as_ref().map(|values| check_values(values, findings)) },
        _ => {
            let known = ["boolean", "integer", "date", "timestamp", "text", "identifier"];
            word(&raw.kind, Vocabulary::Type, &known, |_| None::<()>, findings);
            ColumnType::Boolean
        }
    }
}

fn check_integer(raw: &RawColumn, findings: &mut Vec<Finding>) -> IntegerBounds {
    let value = |field: &Option<Spanned<i64>>, default| field.as_ref().map_or(default, |value| *value.get_ref());
    let (min, max) = (value(&raw.min, i64::MIN), value(&raw.max, i64::MAX));
    if let Some(field) = raw.max.as_ref().filter(|_| min > max) {
        findings.push(Finding::at(field.span(), Mistake::Bounds));
    }
    if let Some(scale) = raw.scale.as_ref().filter(|scale| *scale.get_ref() > SCALE_MAX) {
        findings.push(Finding::at(scale.span(), Mistake::Scale));
    }
    IntegerBounds {
        unit: raw.unit.as_ref().map(|unit| unit.get_ref().clone()),
        scale: raw.scale.as_ref().map_or(0, |scale| *scale.get_ref()),
        min,
        max,
    }
}

fn check_values(values: &[Spanned<String>], findings: &mut Vec<Finding>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for value in values {
        if let Err(error) = check_label(value.get_ref()) {
            findings.push(Finding::at(value.span(), error));
        }
        if !seen.insert(value.get_ref()) {
            findings.push(Finding::at(value.span(), Mistake::ValueTwice(value.get_ref().clone())));
        }
    }
    values.iter().map(|value| value.get_ref().clone()).collect()
}

fn check_source(raw: &RawSource, columns: &[Column], findings: &mut Vec<Finding>) -> Source {
    let kind = word(&raw.kind, Vocabulary::SourceKind, &["csv"], |w| (w == "csv").then_some(SourceKind::Csv), findings);
    let encoding =
        word(&raw.encoding, Vocabulary::Encoding, &["utf-8"], |w| (w == "utf-8").then_some(Encoding::Utf8), findings);
    let on_bad_id =
        word(&raw.on_bad_id, Vocabulary::BadId, &["reject"], |w| (w == "reject").then_some(BadId::Reject), findings);
    let dates: Vec<DateFormat> = raw.dates.iter().filter_map(|form| check_date_format(form, findings)).collect();
    if dates.is_empty() && columns.iter().any(|column| column.kind == ColumnType::Date) {
        findings.push(Finding::at(raw.kind.span(), Mistake::NoDates));
    }
    let (folder, file_pattern) = check_files(&raw.files, findings);
    Source {
        kind: kind.unwrap_or(SourceKind::Csv),
        folder,
        file_pattern,
        encoding: encoding.unwrap_or(Encoding::Utf8),
        headers: check_headers(raw, columns, findings),
        decimals: check_decimals(raw, columns, findings),
        dates,
        missing: raw.missing.clone(),
        on_bad_id: on_bad_id.unwrap_or(BadId::Reject),
        rejects_max_ppm: check_share(raw.rejects_max.as_ref(), findings),
    }
}

fn check_date_format(form: &Spanned<String>, findings: &mut Vec<Finding>) -> Option<DateFormat> {
    let format = DateFormat::parse(form.get_ref());
    if format.is_none() {
        let mistake = Mistake::DateForm(form.get_ref().clone());
        findings.push(Finding::at(form.span(), mistake).help(Cure::DateForm));
    }
    format
}

/// `folder/prefix*suffix`: one star, in the file's name; never upwards, never absolute.
fn check_files(files: &Spanned<String>, findings: &mut Vec<Finding>) -> (String, (String, String)) {
    let text = files.get_ref().as_str();
    let (folder, name) = text.rsplit_once('/').unwrap_or(("", text));
    let (prefix, suffix) = name.split_once('*').unwrap_or((name, ""));
    let upwards = text.split('/').any(|part| part == "..");
    if upwards || text.starts_with('/') || folder.contains('*') || suffix.contains('*') {
        findings.push(Finding::at(files.span(), Mistake::Files(text.to_owned())));
    }
    (folder.to_owned(), (prefix.to_owned(), suffix.to_owned()))
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
    columns.iter().map(|c| renamed.get(c.name.as_str()).copied().unwrap_or(&c.name).to_owned()).collect()
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
