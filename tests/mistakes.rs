//! Files that are wrong or unwise, as `tests/mistakes` has them, and what is said of each in both languages; that every field has
//! one; and that reference and schema in `docs/` are those of the types that parse the files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use anshi::document::Document;
use anshi::model::{Chinese, Manifest, Pace, Read, Role, TableRead, World};
use anshi::policy::{Accounts, Policy, accounts_schema, check_policy, policy_schema};
use anshi::review::{ORDERS, Order, Warning, warnings};
use serde_json::Value;

use crate::explain::catalog;
use crate::support::differs;

const GOLDENS: &str = "tests/goldens/mistakes";
const CASES: [&str; 6] = ["label", "table", "client-dataset", "several", "accounts", "unwise"];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap()
}

/// A file with a mistake, or an unwise one.
struct Case {
    /// `label/purpose-misspelt`.
    name: String,
    field: String,
    accounts: bool,
    text: String,
    /// What was changed, for people.
    changes: String,
    /// The accounts that the policy is charged to.
    charged: String,
    /// What a guest reads of `tax_payment`.
    reads: Option<Vec<String>>,
}

/// Applies the changes under `key`, and those of the case itself.
fn changed(case: &toml::Table, key: &str, base: &str, shown: &mut String) -> String {
    let listed = case.get(key).and_then(toml::Value::as_array).into_iter().flatten().filter_map(toml::Value::as_table);
    let own = (key == "change" && case.contains_key("from")).then_some(case);
    let mut text = base.to_owned();
    for change in own.into_iter().chain(listed) {
        let (from, to) = (change["from"].as_str().unwrap(), change["to"].as_str().unwrap());
        assert!(text.contains(from), "{}: `{from}` is not in the file", case["name"]);
        text = text.replacen(from, to, 1);
        from.lines().for_each(|line| *shown += &format!("- {line}\n"));
        to.lines().for_each(|line| *shown += &format!("+ {line}\n"));
    }
    text
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for file in CASES {
        let table: toml::Table = text_of(&format!("tests/mistakes/{file}.toml")).parse().unwrap();
        for case in table["case"].as_array().unwrap() {
            let case = case.as_table().unwrap();
            let base = case.get("base").or(table.get("base")).unwrap().as_str().unwrap();
            let mut changes = String::new();
            let text = changed(case, "change", &text_of(base), &mut changes);
            let charged = changed(case, "accounts", &text_of("policies/accounts.toml"), &mut changes);
            let reads = case.get("reads").and_then(toml::Value::as_array);
            let words = |list: &toml::value::Array| list.iter().map(|v| v.as_str().unwrap().to_owned()).collect();
            cases.push(Case {
                name: format!("{file}/{}", case["name"].as_str().unwrap()),
                field: case["field"].as_str().unwrap().to_owned(),
                accounts: base.ends_with("accounts.toml"),
                text,
                changes,
                charged,
                reads: reads.map(words),
            });
        }
    }
    let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    cases
}

/// Worst cases are this machine's: its processors count.
pub fn without_times(told: &str) -> String {
    let mut told = told.to_owned();
    for end in [
        " to 60000 ms",
        " 至 60000 毫秒",
        " to 86400 s",
        " 至 86400 秒",
        " ms\n",
        " 毫秒\n",
        " ms, a slot",
        " 毫秒，而时隙",
    ] {
        while let Some(place) = told.find(end).filter(|place| told[..*place].ends_with(|c: char| c.is_ascii_digit())) {
            let digits = told[..place].trim_end_matches(|c: char| c.is_ascii_digit()).len();
            told.replace_range(digits..place, "…");
        }
    }
    told
}

fn checked(case: &Case) -> Result<Policy, (String, String)> {
    let both = |error: anshi::document::DocumentError| {
        assert!(error.findings.iter().all(|finding| finding.span.is_some()), "{}: without a place", case.name);
        (error.to_string(), error.chinese())
    };
    let document = |path| Document::new(path, case.text.as_str());
    if case.accounts {
        return Err(both(Accounts::check(&document("accounts.toml")).expect_err(&case.name)));
    }
    check_policy(&document("policy.toml"), &catalog(), Pace::ASSUMED).map_err(both)
}

fn golden(case: &Case, en: &str, zh: &str) -> Option<String> {
    let told = format!("{}\n{en}\n\n{zh}\n", case.changes);
    differs(&format!("{GOLDENS}/{}.txt", case.name), &without_times(&told))
}

/// The English of `foreign` parts stands in backticks; everything else of a Chinese message is Chinese.
fn is_chinese(message: &str) -> bool {
    let said = message.split('`').step_by(2).collect::<String>();
    said.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}'))
}

#[test]
fn every_mistake_is_told_with_its_place_in_both_languages() {
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|case| !case.name.starts_with("unwise/")) {
        let (en, zh) = checked(case).err().unwrap_or_else(|| panic!("{} passed", case.name));
        let errors = zh.lines().filter(|line| line.starts_with("错误: "));
        errors.for_each(|line| assert!(is_chinese(&line["错误: ".len()..]), "{}: {line}", case.name));
        wrong.extend(golden(case, &en, &zh));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_unwise_policy_is_told_in_both_languages() {
    let (mut wrong, mut codes) = (Vec::new(), BTreeSet::new());
    for case in cases().iter().filter(|case| case.name.starts_with("unwise/")) {
        let policy = checked(case).unwrap_or_else(|(told, _)| panic!("{}: {told}", case.name));
        let accounts = Accounts::check(&Document::new("accounts.toml", case.charged.as_str())).unwrap();
        let guests: Vec<Manifest> = case.reads.iter().map(|reads| guest(reads)).collect();
        let (open, accepted) = warnings(&policy, &catalog(), Some(&accounts), &guests, None);
        let code = case.name.trim_start_matches("unwise/").split('-').next().unwrap();
        let named = open.iter().any(|warning| warning.code() == code) || code == "accepted" && !accepted.is_empty();
        assert!(named, "{}: {open:?}", case.name);
        codes.extend(open.iter().map(Warning::code));
        let told = |one: &dyn Fn(&Warning) -> String, because: &str| {
            let open = open.iter().map(|warning| format!("{} {}", warning.code(), one(warning)));
            let accepted = accepted.iter();
            let accepted =
                accepted.map(|(warning, why)| format!("{} ({because}{why}) {}", warning.code(), one(warning)));
            open.chain(accepted).collect::<Vec<_>>().join("\n")
        };
        let (en, zh) = (told(&ToString::to_string, "accepted: "), told(&Chinese::chinese, "已接受："));
        wrong.extend(golden(case, &en, &zh));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let reference = text_of("docs/policies.md");
    assert!(codes.len() >= 12, "{codes:?}");
    codes.iter().for_each(|code| assert!(reference.contains(&format!("| {code} |")), "{code} is not in the reference"));
}

fn guest(reads: &[String]) -> Manifest {
    let reads = reads.iter().map(|column| Read { column: column.clone(), values: Vec::new() }).collect();
    let tables = vec![TableRead { dataset: "tax_payment".to_owned(), reads }];
    let roles = vec![Role { name: "enterprise".to_owned(), tables }];
    Manifest { parameters: Vec::new(), world: World::Verifier { roles, labels: vec!["A".to_owned()] }, memory_bytes: 0 }
}

#[test]
fn mistakes_of_every_sort_are_told_at_once() {
    let case = cases().into_iter().find(|case| case.name == "several/of-every-sort-at-once").unwrap();
    let (told, _) = checked(&case).unwrap_err();
    for part in [
        "unknown key `porpose`",
        "did you mean `purpose`?",
        "`version` must be a text",
        "did you mean `paid_date`?",
        "`consent` is \"required\"",
        "missing key `jobs_per_minute`",
        "`fuel` is from 1",
    ] {
        assert!(told.contains(part), "no {part} in:\n{told}");
    }
    assert_eq!(told.matches("error: ").count(), 6, "and nothing that follows from another mistake:\n{told}");
}

#[test]
fn no_case_is_forgotten_and_no_golden_is_nobodys() {
    let cases = cases();
    assert!(cases.len() >= 60, "{}", cases.len());
    let known: BTreeSet<PathBuf> =
        cases.iter().map(|case| root().join(GOLDENS).join(format!("{}.txt", case.name))).collect();
    let folders = fs::read_dir(root().join(GOLDENS)).unwrap().map(|folder| folder.unwrap().path());
    for file in folders.flat_map(|folder| fs::read_dir(folder).unwrap()).map(|file| file.unwrap().path()) {
        assert!(known.contains(&file), "{} is of no case", file.display());
    }
}

/// A field of a schema: its path in TOML, its form and what is said of it.
struct Field {
    path: String,
    form: String,
    about: String,
    several: bool,
}

/// The fields of a table and of those in it; of what there can be several of, itself too.
fn fields(schema: &Value, above: &str, found: &mut Vec<Field>) {
    let needed = schema["required"].as_array().cloned().unwrap_or_default();
    for (name, schema) in schema["properties"].as_object().unwrap() {
        let path = if above.is_empty() { name.clone() } else { format!("{above}.{name}") };
        let about = schema["description"].as_str().unwrap_or_default().to_owned();
        // A client's columns are a catalog's, which has a reference of its own.
        let inner = if path == "client_dataset.column" { &Value::Null } else { inside(schema) };
        let several = !std::ptr::eq(inner, schema) && inner["properties"].is_object();
        if several || !schema["properties"].is_object() {
            let optional = if needed.contains(&Value::from(name.as_str())) { "" } else { ", may be left out" };
            found.push(Field { path: path.clone(), form: form(schema) + optional, about, several });
        }
        if inner["properties"].is_object() {
            fields(inner, &path, found);
        }
    }
}

/// What a table, a list of tables or a table of tables has in it.
fn inside(schema: &Value) -> &Value {
    match (&schema["items"], &schema["additionalProperties"]) {
        (items @ Value::Object(_), _) => items,
        (_, named @ Value::Object(_)) => named,
        _ => schema,
    }
}

fn form(schema: &Value) -> String {
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<String> = words.iter().map(|word| format!("`{}`", word.as_str().unwrap())).collect();
        return words.join(" or ");
    }
    if let Some(choices) = schema["anyOf"].as_array() {
        return choices.iter().map(form).collect::<Vec<_>>().join(" or ");
    }
    match schema["type"].as_str() {
        Some("string") if schema["format"] == "date" => "day".to_owned(),
        Some("string") => "text".to_owned(),
        Some("integer") => "whole number".to_owned(),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("array") if schema["items"]["properties"].is_object() => "tables".to_owned(),
        Some("array") => format!("list of {}", form(&schema["items"])),
        Some("object") if schema["properties"].is_object() => "table".to_owned(),
        Some("object") => "tables by name".to_owned(),
        other => panic!("no form: {other:?}"),
    }
}

const fn looser(order: Order) -> &'static str {
    match order {
        Order::More => "more",
        Order::Less => "less",
        Order::Wider => "more; less is neither",
        Order::Lower => "less; more is neither",
        Order::Set => "a further one",
        Order::Another => "anything else",
        Order::Words => "never",
    }
}

/// The goldens of each field, as links from `docs/`.
fn told_with(cases: &[Case]) -> BTreeMap<(bool, &str), Vec<String>> {
    let mut told: BTreeMap<(bool, &str), Vec<String>> = BTreeMap::new();
    for case in cases {
        let label = case.name.split_once('/').unwrap().1;
        let link = format!("[{label}](../{GOLDENS}/{}.txt)", case.name);
        told.entry((case.accounts, case.field.as_str())).or_default().push(link);
    }
    told
}

/// Every field that is parsed is in the reference with an order, a sentence and a mistake. `tests/tidy` asks the same of the
/// parser's types; this asks the schema that is made of them.
#[test]
fn the_reference_is_made_of_the_types_that_parse() {
    let cases = cases();
    let told = told_with(&cases);
    let (mut policy, mut accounts) = (Vec::new(), Vec::new());
    fields(&policy_schema(), "", &mut policy);
    fields(&accounts_schema(), "", &mut accounts);
    let mut rows =
        "| field | form | what it is | looser with | sentence | mistakes |\n|---|---|---|---|---|---|\n".to_owned();
    for Field { path, form, about, .. } in &policy {
        let (_, order, sentence) =
            ORDERS.iter().find(|(field, ..)| field == path).unwrap_or_else(|| panic!("`{path}` has no order"));
        let links = told.get(&(false, path.as_str())).unwrap_or_else(|| panic!("nothing is wrong with `{path}`"));
        assert!(!about.is_empty(), "nothing is said of `{path}`");
        let (looser, links) = (looser(*order), links.join(", "));
        rows += &format!("| `{path}` | {form} | {about} | {looser} | `{sentence}` | {links} |\n");
    }
    let mut of_accounts = "| field | form | what it is | mistakes |\n|---|---|---|---|\n".to_owned();
    for Field { path, form, about, several } in &accounts {
        let links = told.get(&(true, path.as_str())).map(|links| links.join(", "));
        let links = links.unwrap_or_else(|| panic!("nothing is wrong with `{path}` of the accounts"));
        assert!(*several || !about.is_empty(), "nothing is said of `{path}`");
        of_accounts += &format!("| `{path}` | {form} | {about} | {links} |\n");
    }
    for (accounts_own, field) in told.keys() {
        let known = if *accounts_own { &accounts } else { &policy };
        assert!(
            known.iter().any(|known| known.path == *field),
            "a case is about `{field}`, and there is no such field"
        );
    }
    let page = text_of("docs/policies.md");
    let page = between(&page, "fields", &rows);
    let page = between(&page, "accounts", &of_accounts);
    assert_eq!(differs("docs/policies.md", &page), None);
}

/// The page with `part` between the marks of `name`.
fn between(page: &str, name: &str, part: &str) -> String {
    let (begin, end) = (format!("<!-- {name}: made by tests/mistakes.rs -->\n"), format!("<!-- /{name} -->\n"));
    let (before, rest) = page.split_once(&begin).expect("the page has the mark");
    let (_, after) = rest.split_once(&end).expect("the page has the other mark");
    format!("{before}{begin}\n{part}\n{end}{after}")
}

#[test]
fn the_schemas_for_editors_are_those_of_the_parser() {
    for (path, schema) in
        [("docs/policy.schema.json", policy_schema()), ("docs/accounts.schema.json", accounts_schema())]
    {
        let text = serde_json::to_string_pretty(&schema).unwrap() + "\n";
        assert_eq!(differs(path, &text), None);
        assert!(!text.contains("\"null\"") && !text.contains("uint") && !text.contains("$ref"), "{path}");
    }
    assert!(Path::new(&root()).join("docs/policy.schema.json").is_file());
}
