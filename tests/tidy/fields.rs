//! Every field that a policy's parser reads has an order in `src/review/order.rs` and a row in `docs/policies.md`, with a
//! sentence of an explanation, and a mistake in `tests/mistakes/` whose words are a golden. Knows only names.

use crate::source::House;
use crate::tree::Violation;
use std::collections::BTreeSet;
use syn::{Fields, GenericArgument, Item, PathArguments, Type};

const RULE: &str = "fields";
const RAW: &str = "src/policy/raw.rs";
const ROOT: &str = "RawPolicy";
const ORDERS: &str = "src/review/order.rs";
const TABLE: &str = "docs/policies.md";
const MISTAKES: &str = "tests/mistakes/";
const GOLDENS: &str = "tests/goldens/mistakes/";
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
        if !mistaken(house, field) {
            let message =
                format!("no mistake in `{MISTAKES}` is in `{field}`, or it has no golden in `{GOLDENS}`: make one");
            found.push(Violation::new(RAW, 1, RULE, message));
        }
    }
    for stray in orders.difference(&fields) {
        found.push(Violation::new(ORDERS, 1, RULE, format!("policies have no field `{stray}`: take it out")));
    }
    for Row { field, sentence, line } in rows {
        let wrong = if !fields.contains(field) {
            format!("policies have no field `{field}`: take the row out")
        } else if sentence != HEADING && !house.tree.text(SENTENCES).contains(&format!("| `{sentence}` |")) {
            format!("`{sentence}` is no sentence of `{SENTENCES}`")
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
    line: usize,
}

/// `| field | form | what it is | looser with | sentence | mistakes |`; other tables have fewer cells.
fn row((text, line): (&str, usize)) -> Option<Row<'_>> {
    let cells: Vec<&str> = text.strip_prefix("| `")?.split(" | ").collect();
    let [field, _, _, _, sentence, _] = cells.as_slice() else { return None };
    Some(Row { field: field.trim_matches('`'), sentence: sentence.trim_matches('`'), line })
}

/// Whether a case is about `field`, and what is said of it stands in a golden.
fn mistaken(house: &House, field: &str) -> bool {
    let about = format!("field = \"{field}\"");
    house.tree.iter().filter(|(path, _)| path.starts_with(MISTAKES)).any(|(path, text)| {
        let file = path.trim_start_matches(MISTAKES).trim_end_matches(".toml");
        let of_case = |case: &str| {
            let name =
                case.lines().find_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).unwrap_or_default();
            case.lines().any(|line| line == about) && house.tree.has(&format!("{GOLDENS}{file}/{name}.txt"))
        };
        !file.starts_with("accounts") && text.split("[[case]]").any(of_case)
    })
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
        let row = |field: &str, sentence: &str| format!("| `{field}` | text | x | more | `{sentence}` | [x](y) |\n");
        let case = |field: &str| format!("[[case]]\nname = \"bad\"\nfield = \"{field}\"\n");
        let every = ["id", "grant", "grant.rows"].map(case).concat();
        let (golden, sentences) = (("tests/goldens/mistakes/x/bad.txt", "a\n"), (SENTENCES, "| `a.a` | x | `t` |\n"));
        let cases = |text| ("tests/mistakes/x.toml", text);
        let all =
            |orders, table: &str| found(RULE, &[raw, orders, cases(every.as_str()), golden, sentences, (TABLE, table)]);
        let good = row("id", "heading") + &row("grant", "a.a");
        let whole = good.clone() + &row("grant.rows", "a.a");
        assert_eq!(all(orders, &whole), [""; 0]);
        assert_eq!(all(orders, &good), [format!("{RAW}:1")], "no row");
        let fewer = (ORDERS, "//! Doc.\n(\"id\", Order::Words),\n(\"grant\", Order::Set),\n");
        assert_eq!(all(fewer, &whole), [format!("{RAW}:1")], "no order");
        assert_eq!(all(orders, &(good + &row("grant.rows", "b.b"))), [format!("{TABLE}:3")], "no sentence");
        assert_eq!(all(orders, &(whole.clone() + &row("other", "a.a"))), [format!("{TABLE}:4")], "no field");
        let two = ["id", "grant"].map(case).concat();
        let files = [raw, orders, cases(two.as_str()), golden, sentences, (TABLE, whole.as_str())];
        assert_eq!(found(RULE, &files), [format!("{RAW}:1")], "no mistake");
        let files = [raw, orders, cases(every.as_str()), sentences, (TABLE, whole.as_str())];
        assert_eq!(found(RULE, &files).len(), 3, "no golden");
    }
}
