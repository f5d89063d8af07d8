//! What was found → a catalog file. Owns the TOML; the words of its comments are handed in. Whatever stands in the
//! delivered file is written as an escaped string or not at all.

use std::fmt::Write;

use super::finding::{ColumnFinding, Drafted, Findings, Note};

/// How the dataset's rows are spread over units in the twin, where a unit has several.
const ROWS_PER_UNIT_MAX: u32 = 12;
/// The share of rows that may be refused, as the file would have it if it said nothing.
const REJECTS_MAX: &str = "0.01";

/// The file's text. `words` says a note in the reader's language, on one line.
pub fn draft(findings: &Findings, words: &dyn Fn(&Note) -> String) -> String {
    let mut out = String::new();
    for note in &findings.notes {
        comment(&mut out, &words(note));
    }
    let name = quoted(&findings.name);
    let key = findings.columns.get(findings.key).map_or("", |column| column.name.as_str());
    line(&mut out, "name", &name);
    line(&mut out, "title", &format!("{{ zh = {name}, en = {name} }}"));
    line(&mut out, "department", "{ zh = \"部门\", en = \"Department\" }");
    line(&mut out, "library", "\"unnamed\"");
    line(&mut out, "unit", &quoted(findings.unit.word()));
    line(&mut out, "key", &quoted(key));
    if let Some(time) = findings.time.and_then(|time| findings.columns.get(time)) {
        line(&mut out, "time", &quoted(&time.name));
    }
    line(&mut out, "classification", "\"L4\"");
    line(&mut out, "update", "\"monthly\"");
    for finding in &findings.columns {
        out.push('\n');
        column(&mut out, finding, words);
    }
    out.push('\n');
    source(&mut out, findings);
    let rows_max = if findings.several_rows { ROWS_PER_UNIT_MAX } else { 1 };
    out.push_str("\n[synthetic]\n");
    line(&mut out, "rows_per_unit", &format!("{{ min = 1, max = {rows_max} }}"));
    out
}

fn column(out: &mut String, finding: &ColumnFinding, words: &dyn Fn(&Note) -> String) {
    out.push_str("[[column]]\n");
    for note in &finding.notes {
        comment(out, &words(note));
    }
    line(out, "name", &quoted(&finding.name));
    line(out, "type", &quoted(finding.kind.word()));
    match &finding.kind {
        Drafted::Identifier { names: Some(unit) } => line(out, "names", &quoted(unit.word())),
        Drafted::Integer { unit, scale, natural, .. } => {
            if let Some(unit) = unit {
                line(out, "unit", &quoted(unit));
            }
            if *scale > 0 {
                line(out, "scale", &scale.to_string());
            }
            if *natural {
                line(out, "min", "0");
            }
        }
        Drafted::Text { values: Some(values) } => line(out, "values", &list(values.iter().map(String::as_str))),
        Drafted::Identifier { names: None }
        | Drafted::Boolean
        | Drafted::Date
        | Drafted::Timestamp
        | Drafted::Text { values: None } => {}
    }
    if let Some(title) = finding.title {
        line(out, "title", &format!("{{ zh = {}, en = {} }}", quoted(&finding.header), quoted(title)));
    }
}

fn source(out: &mut String, findings: &Findings) {
    out.push_str("[source]\n");
    line(out, "kind", "\"csv\"");
    line(out, "files", &quoted(&findings.file_name));
    line(out, "encoding", &quoted(findings.encoding.word()));
    if findings.delimiter != ',' {
        line(out, "delimiter", &quoted(&findings.delimiter.to_string()));
    }
    let renamed = findings.columns.iter().filter(|column| column.header != column.name);
    let renamed: Vec<String> = renamed.map(|c| format!("{} = {}", quoted(&c.header), quoted(&c.name))).collect();
    if !renamed.is_empty() {
        line(out, "columns", &format!("{{ {} }}", renamed.join(", ")));
    }
    let decimals = findings.columns.iter().filter_map(|column| match column.kind {
        Drafted::Integer { decimals, .. } if decimals > 0 => Some(format!("{} = {decimals}", column.name)),
        _ => None,
    });
    let decimals: Vec<String> = decimals.collect();
    if !decimals.is_empty() {
        line(out, "decimals", &format!("{{ {} }}", decimals.join(", ")));
    }
    if !findings.dates.is_empty() {
        line(out, "dates", &list(findings.dates.iter().copied()));
    }
    line(out, "missing", &list(findings.missing.iter().copied()));
    line(out, "on_bad_id", "\"reject\"");
    line(out, "rejects_max", &quoted(REJECTS_MAX));
}

fn line(out: &mut String, key: &str, value: &str) {
    let _ = writeln!(out, "{key} = {value}");
}

/// A comment is one line, whatever was put into it.
fn comment(out: &mut String, text: &str) {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let _ = writeln!(out, "# {text}");
}

fn list<'a>(texts: impl Iterator<Item = &'a str>) -> String {
    format!("[{}]", texts.map(quoted).collect::<Vec<_>>().join(", "))
}

/// A TOML basic string.
fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_a_file_says_stays_inside_its_string() {
        assert_eq!(quoted("a\"b\\c\nd\u{7f}\u{85}"), "\"a\\\"b\\\\c\\u000Ad\\u007F\\u0085\"");
        let mut out = String::new();
        comment(&mut out, "a\nname = \"x\"\rb");
        assert_eq!(out, "# a name = \"x\" b\n");
    }
}
