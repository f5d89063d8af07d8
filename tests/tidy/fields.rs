//! Every field that a policy's parser reads has an order in `src/review/order.rs` and a row in `docs/policies.md`, with a
//! sentence of an explanation and a mistake that `tests/policies.rs` makes in it. Knows only names.

use crate::source::House;
use crate::tree::Violation;
use std::collections::BTreeSet;
use syn::{Fields, GenericArgument, Item, PathArguments, Type};

const RULE: &str = "fields";
const RAW: &str = "src/policy/raw.rs";
const ROOT: &str = "RawPolicy";
const ORDERS: &str = "src/review/order.rs";
const TABLE: &str = "docs/policies.md";
const MISTAKES: &str = "tests/policies.rs";
const SENTENCES: &str = "docs/sentences.md";
/// Stands for a sentence where a page's head says it.
const HEADING: &str = "heading";

pub fn check(house: &House) -> Vec<Violation> {
    let Some(raw) = house.sources.iter().find(|source| source.path == RAW) else { return Vec::new() };
    let mut fields = BTreeSet::new();
    collect(&raw.ast.items, ROOT, "", &mut fields);
    let orders = names(house.tree.text(ORDERS), "(\"", "\", Order::");
    let rows: Vec<Row> = house.tree.text(TABLE).lines().zip(1..).filter_map(row).collect();
    let mut found = Vec::new();
    for field in &fields {
        if !orders.contains(field) {
            let message = format!("`{field}` has no order in `{ORDERS}`: say what about it makes a policy looser");
            found.push(Violation::new(RAW, 1, RULE, message));
        }
        if !rows.iter().any(|row| row.field == field) {
            found.push(Violation::new(RAW, 1, RULE, format!("`{field}` has no row in `{TABLE}`: describe it")));
        }
    }
    for stray in orders.difference(&fields) {
        found.push(Violation::new(ORDERS, 1, RULE, format!("policies have no field `{stray}`: take it out")));
    }
    for Row { field, sentence, mistake, line } in rows {
        let wrong = if !fields.contains(field) {
            format!("policies have no field `{field}`: take the row out")
        } else if sentence != HEADING && !house.tree.text(SENTENCES).contains(&format!("| `{sentence}` |")) {
            format!("`{sentence}` is no sentence of `{SENTENCES}`")
        } else if mistake.is_empty() || !house.tree.text(MISTAKES).replace('\\', "").contains(mistake) {
            format!("`{MISTAKES}` makes no mistake that is told with “{mistake}”: make one in `{field}`")
        } else {
            continue;
        };
        found.push(Violation::new(TABLE, line, RULE, wrong));
    }
    found
}

struct Row<'t> {
    field: &'t str,
    sentence: &'t str,
    mistake: &'t str,
    line: usize,
}

/// `| field | what it is | looser with | sentence | mistake |`.
fn row((text, line): (&str, usize)) -> Option<Row<'_>> {
    let cells: Vec<&str> = text.strip_prefix("| `")?.split(" | ").collect();
    let [field, _, _, sentence, mistake] = cells.as_slice() else { return None };
    let mistake = mistake.trim_end_matches('|').trim().trim_matches(['“', '”']);
    Some(Row { field: field.trim_matches('`'), sentence: sentence.trim_matches('`'), mistake, line })
}

fn names(text: &str, before: &str, after: &str) -> BTreeSet<String> {
    let name = |line: &str| Some(line.trim().strip_prefix(before)?.split_once(after)?.0.to_owned());
    text.lines().filter_map(name).collect()
}

/// The fields of the struct `name` and of those in it, by their paths in TOML; of what there can be several of, itself too.
fn collect(items: &[Item], name: &str, above: &str, fields: &mut BTreeSet<String>) {
    let found = items.iter().find_map(|item| match item {
        Item::Struct(found) if found.ident == name => Some(&found.fields),
        _ => None,
    });
    let Some(Fields::Named(named)) = found else { return };
    for field in &named.named {
        let Some(ident) = &field.ident else { continue };
        let path = if above.is_empty() { ident.to_string() } else { format!("{above}.{ident}") };
        let mut types = Vec::new();
        spelt(&field.ty, &mut types);
        let inner = types.iter().find(|spelt| is_struct(items, spelt));
        let several = types.iter().any(|spelt| spelt == "Vec" || spelt == "BTreeMap");
        if inner.is_none() || several {
            fields.insert(path.clone());
        }
        inner.into_iter().for_each(|inner| collect(items, inner, &path, fields));
    }
}

fn is_struct(items: &[Item], name: &str) -> bool {
    items.iter().any(|item| matches!(item, Item::Struct(found) if found.ident == name))
}

/// The names in a type, from the outside in.
fn spelt(ty: &Type, names: &mut Vec<String>) {
    let Type::Path(path) = ty else { return };
    for segment in &path.path.segments {
        names.push(segment.ident.to_string());
        if let PathArguments::AngleBracketed(arguments) = &segment.arguments {
            let inner = arguments.args.iter().filter_map(|argument| match argument {
                GenericArgument::Type(inner) => Some(inner),
                _ => None,
            });
            inner.for_each(|inner| spelt(inner, names));
        }
    }
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::found;

    #[test]
    fn a_field_without_order_row_sentence_or_mistake_is_caught() {
        let raw = (
            RAW,
            "//! Doc.\nstruct RawPolicy { id: String, grant: Vec<RawGrant> }\nstruct RawGrant { rows: Option<Spanned<u32>> }\n",
        );
        let orders =
            (ORDERS, "//! Doc.\n(\"id\", Order::Words),\n(\"grant\", Order::Set),\n(\"grant.rows\", Order::More),\n");
        let row = |field: &str, sentence: &str, mistake: &str| {
            format!("| `{field}` | x | more | `{sentence}` | “{mistake}” |\n")
        };
        let mistakes = (MISTAKES, "\"bad id\"\n");
        let all = |orders: (&str, &str), table: &str| {
            found(RULE, &[raw, orders, mistakes, (SENTENCES, "| `a.a` | x | `t` |\n"), (TABLE, table)])
        };
        let good = row("id", "heading", "bad id") + &row("grant", "a.a", "bad id");
        let whole = good.clone() + &row("grant.rows", "a.a", "bad id");
        assert_eq!(all(orders, &whole), [""; 0]);
        assert_eq!(all(orders, &good), [format!("{RAW}:1")], "no row");
        assert_eq!(
            all((ORDERS, "//! Doc.\n(\"id\", Order::Words),\n(\"grant\", Order::Set),\n"), &whole),
            [format!("{RAW}:1")]
        );
        assert_eq!(all(orders, &(good.clone() + &row("grant.rows", "b.b", "bad id"))), [format!("{TABLE}:3")]);
        assert_eq!(all(orders, &(good.clone() + &row("grant.rows", "a.a", "worse"))), [format!("{TABLE}:3")]);
        assert_eq!(all(orders, &(whole + &row("other", "a.a", "bad id"))), [format!("{TABLE}:4")]);
    }
}
