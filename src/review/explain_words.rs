//! The small words of explanations: units, lists, columns, in both languages.

use crate::catalog::Column;
use crate::model::{Lang, UnitKind};
use crate::policy::Allowed;

/// One unit, in English and Chinese.
pub(super) const fn unit(kind: UnitKind) -> (&'static str, &'static str) {
    match kind {
        UnitKind::Enterprise => ("enterprise", "企业"),
        UnitKind::Person => ("person", "个人"),
    }
}

/// Units.
pub(super) const fn units(kind: UnitKind) -> (&'static str, &'static str) {
    match kind {
        UnitKind::Enterprise => ("enterprises", "企业"),
        UnitKind::Person => ("persons", "个人"),
    }
}

/// Names in backticks.
pub(super) fn listed(names: &[String], lang: Lang) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match (quoted.is_empty(), lang) {
        (true, Lang::En) => "nobody".to_owned(),
        (true, Lang::Zh) => "无".to_owned(),
        (false, Lang::En) => quoted.join(", "),
        (false, Lang::Zh) => quoted.join("、"),
    }
}

/// All that a parameter may be, left out nothing.
pub(super) fn allowed(allowed: &Allowed, lang: Lang) -> String {
    fn all<T: ToString>(values: impl IntoIterator<Item = T>, lang: Lang) -> String {
        let separator = if lang == Lang::Zh { "、" } else { ", " };
        values.into_iter().map(|value| value.to_string()).collect::<Vec<_>>().join(separator)
    }
    match allowed {
        Allowed::Integers(values) => all(values, lang),
        Allowed::Dates(values) => all(values, lang),
        Allowed::Texts(values) => all(values, lang),
        Allowed::Range { .. } | Allowed::AnyIdentifier => allowed.text(),
    }
}

/// Columns by title and name.
pub(super) fn columns_of(columns: &[&Column], lang: Lang) -> String {
    let one = |column: &&Column| match (&column.title, lang) {
        (None, _) => format!("`{}`", column.name),
        (Some(title), Lang::En) => format!("{} (`{}`)", title.en, column.name),
        (Some(title), Lang::Zh) => format!("{}（`{}`）", title.zh, column.name),
    };
    let all: Vec<String> = columns.iter().map(one).collect();
    all.join(if lang == Lang::Zh { "、" } else { ", " })
}

/// `1 day`, `90 days`.
pub(super) fn days(number: u32) -> String {
    some(u64::from(number), "day")
}

/// `1 bit`, `3 bits`.
pub(super) fn some(number: u64, one: &str) -> String {
    format!("{number} {one}{}", if number == 1 { "" } else { "s" })
}
