//! Raw catalog file → checked dataset. Finds everything that is wrong, not the first thing only.

use std::collections::BTreeSet;

use serde_json::json;

use super::check_source::check_source;
use super::mistake::{ColumnRole, Cure, Mistake, Vocabulary};
use super::raw::{RawBilingual, RawColumn, RawDataset};
use super::schema::{Column, ColumnType, Dataset, IntegerBounds, RowsPerUnit, Update};
use super::words::word;
use crate::document::{Document, DocumentError, Finding, Spanned};
use crate::keys::{DigestKind, digest_json};
use crate::model::{Bilingual, Digest, UnitKind, check_label, check_name};

/// The most decimals of an integer column.
pub(super) const SCALE_MAX: u8 = 9;

pub(super) fn check(document: &Document) -> Result<(Dataset, serde_json::Value), DocumentError> {
    let raw: RawDataset = document.parse()?;
    let mut findings = Vec::new();
    let dataset = check_dataset(&raw, &mut findings);
    let value = serde_json::to_value(&raw)
        .map_err(|error| document.error(vec![Finding::whole(Mistake::Digest(error.to_string()))]))?;
    document.check(Some((dataset, value)), findings)
}

/// The levels of classified data, from public to the strictest (数据分级; JR/T 0197-2020 has the same five).
const CLASSIFICATIONS: [&str; 5] = ["L1", "L2", "L3", "L4", "L5"];

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
    check_key_names(raw, unit, key, findings);
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
    let update = word(&raw.update, Vocabulary::Update, &Update::WORDS, Update::from_word, findings);
    let classified = |level: &str| CLASSIFICATIONS.contains(&level).then(|| level.to_owned());
    let classification = word(&raw.classification, Vocabulary::Classification, &CLASSIFICATIONS, classified, findings);
    Dataset {
        name: raw.name.get_ref().clone(),
        title: bilingual(&raw.title),
        department: bilingual(&raw.department),
        library: raw.library.get_ref().clone(),
        collections: raw.collections.iter().map(|name| name.get_ref().clone()).collect(),
        unit: unit.unwrap_or(UnitKind::Enterprise),
        key,
        time,
        classification: classification.unwrap_or_default(),
        update: update.unwrap_or(Update::Yearly),
        schema_sha256: schema_digest(raw, findings),
        columns,
        source,
        rows_per_unit: RowsPerUnit { min: rows.min, max: *rows.max.get_ref() },
    }
}

fn schema_digest(raw: &RawDataset, findings: &mut Vec<Finding>) -> Digest {
    let column = |column: &RawColumn| {
        let mut parts = vec![json!(column.name), json!(column.kind), json!(column.scale), json!(column.values)];
        // Only where it stands there: the files of other columns mean what they meant.
        parts.extend(column.names.as_ref().map(|names| json!(names)));
        parts
    };
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

fn find_column(name: &Spanned<String>, role: ColumnRole, columns: &[Column], findings: &mut Vec<Finding>) -> usize {
    columns.iter().position(|column| column.name == *name.get_ref()).unwrap_or_else(|| {
        let mistake = Mistake::NoColumn { role, name: name.get_ref().clone() };
        findings
            .push(Finding::at(name.span(), mistake).suggest(name.get_ref(), columns.iter().map(|c| c.name.as_str())));
        usize::MAX
    })
}

/// Checks columns as written; what is wrong goes to `findings`.
pub fn check_columns(raw: &[RawColumn], findings: &mut Vec<Finding>) -> Vec<Column> {
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
            names: check_names(column, findings),
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

/// What an identifier column names.
fn check_names(raw: &RawColumn, findings: &mut Vec<Finding>) -> Option<UnitKind> {
    let names = raw.names.as_ref()?;
    if raw.kind.get_ref() != "identifier" {
        findings.push(Finding::at(names.span(), Mistake::NotIdentifier));
    }
    word(names, Vocabulary::Unit, &["enterprise", "person"], UnitKind::from_word, findings)
}

/// The key names the dataset's unit, whether its column says so or not.
fn check_key_names(raw: &RawDataset, unit: Option<UnitKind>, key: usize, findings: &mut Vec<Finding>) {
    let Some(names) = raw.column.get(key).and_then(|column| column.names.as_ref()) else { return };
    if let (Some(unit), Some(named)) = (unit, UnitKind::from_word(names.get_ref()))
        && unit != named
    {
        findings.push(Finding::at(names.span(), Mistake::KeyNames(unit.word())).help(Cure::KeyNames));
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
