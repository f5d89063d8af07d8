//! The form of the files of this part, as JSON Schema for editors and as what `document` holds a file against. Both come from
//! the types that parse the files (`raw`); owns nothing that could differ from them.

use std::sync::LazyLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::raw::{RawAccounts, RawPolicy};
use crate::document::Shape;

/// The JSON Schema of `policy.toml`, for editors. It knows the form: what a check finds beside it only `anshi policy check` tells.
pub fn policy_schema() -> Value {
    schema_of::<RawPolicy>("A policy of Anshi (policy.toml)")
}

/// The JSON Schema of `accounts.toml`.
pub fn accounts_schema() -> Value {
    schema_of::<RawAccounts>("The accounts of Anshi (accounts.toml)")
}

/// The form of `policy.toml`.
pub(super) fn policy_shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::of(&policy_schema()));
    &SHAPE
}

/// The form of `accounts.toml`.
pub(super) fn accounts_shape() -> &'static Shape {
    static SHAPE: LazyLock<Shape> = LazyLock::new(|| Shape::of(&accounts_schema()));
    &SHAPE
}

fn schema_of<T: JsonSchema>(title: &str) -> Value {
    let mut settings = SchemaSettings::draft2020_12();
    settings.inline_subschemas = true;
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    plain(&mut schema);
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), title.into());
    }
    schema
}

/// TOML has no `null`, and editors know no Rust: what may be left out is not required, and widths of integers are bounds.
fn plain(schema: &mut Value) {
    match schema {
        Value::Array(values) => values.iter_mut().for_each(plain),
        Value::Object(members) => {
            members.values_mut().for_each(plain);
            let null = Value::from("null");
            if members.get("default").is_some_and(Value::is_null) {
                members.remove("default");
            }
            if let Some(Value::Array(types)) = members.get_mut("type") {
                types.retain(|kind| *kind != null);
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    members.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
                choices.retain(|choice| choice.get("type") != Some(&null));
                if let [only] = choices.as_slice() {
                    let only = only.as_object().cloned().unwrap_or_default();
                    members.remove("anyOf");
                    for (name, value) in only {
                        members.entry(name).or_insert(value);
                    }
                }
            }
            let greatest = match members.get("format").and_then(Value::as_str) {
                Some("uint8") => Value::from(u8::MAX),
                Some("uint32") => Value::from(u32::MAX),
                // TOML's integers have 64 bits with their sign.
                Some("uint64" | "int64") => Value::from(i64::MAX),
                _ => return,
            };
            members.remove("format");
            members.insert("maximum".to_owned(), greatest);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::document::Document;

    const SHIPPED: [&str; 3] = [
        include_str!("../../policies/sme-credit-check/policy.toml"),
        include_str!("../../policies/late-payment-by-county/policy.toml"),
        include_str!("../../policies/loan-renewal-check/policy.toml"),
    ];

    fn schema_takes(text: &str) -> bool {
        let document = Document::new("policy.toml", text);
        document.read::<RawPolicy>(policy_shape(), |_| true).settle(&document, |_, _| ()).is_ok()
    }

    /// What an author could have written instead of a value.
    const OTHERS: [&str; 12] =
        ["1", "-1", "1.5", "true", "\"x\"", "2026-01-31", "[]", "[1]", "[\"x\"]", "{}", "07:32:00", "4294967296"];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]
        #[test]
        fn the_form_is_what_the_parser_takes(
            file in 0..SHIPPED.len(),
            changes in prop::collection::vec((any::<prop::sample::Index>(), 0..OTHERS.len() + 2), 1..3),
        ) {
            let mut lines: Vec<String> = SHIPPED[file].lines().map(str::to_owned).collect();
            for (place, change) in changes {
                let place = place.index(lines.len());
                match OTHERS.get(change) {
                    Some(other) => if let Some((key, _)) = lines[place].split_once(" = ") {
                        lines[place] = format!("{key} = {other}");
                    },
                    None if change == OTHERS.len() => drop(lines.remove(place)),
                    None => lines[place] = lines[place].replacen('e', "", 1),
                }
            }
            let text = lines.join("\n");
            let parsed = Document::new("policy.toml", text.as_str()).parse::<RawPolicy>();
            prop_assert_eq!(schema_takes(&text), parsed.is_ok(), "{}", text);
        }
    }
}
