//! Spoiling JSON: one good text, and everything near it that a strict reader must refuse.

use serde_json::Value;

/// Stands for what is put in its place once the rest is written.
const MARK: &str = "\u{1}mark\u{1}";
/// In the place of a number: none of these is an integer as JSON for programs writes it, or it is another kind of thing.
const ODD_NUMBERS: [&str; 14] = [
    "1.0",
    "1e3",
    "1E0",
    "-0",
    "01",
    "+1",
    "0x10",
    "1_000",
    "NaN",
    "Infinity",
    "99999999999999999999999999",
    "1e999",
    "\"1\"",
    "true",
];
/// In the place of a text.
const ODD_TEXTS: [&str; 6] = ["1", "null", "true", "[\"a\"]", "\"\\ud800\"", "'a'"];
/// So deep that a reader without a limit runs out of stack.
const DEPTH: usize = 100_000;

/// Spoilt variants of `good`, each with what is wrong with it. Where `free` a member may be a number or a text.
pub fn spoilt_json(good: &Value, free: impl Fn(&str) -> bool) -> Vec<(String, String)> {
    let text = good.to_string();
    let mut spoilt: Vec<(String, String)> = [
        ("a byte order mark", format!("\u{feff}{text}")),
        ("a NUL behind it", format!("{text}\0")),
        ("a NUL before it", format!("\0{text}")),
        ("a second value behind it", format!("{text}{{}}")),
        ("a comma behind its last member", text.replacen('}', ",}", 1)),
        ("a comment", format!("/* */{text}")),
        ("a comment behind it", format!("{text}// good")),
        ("an end too early", text[..text.len() - 1].to_owned()),
        ("an array around it", format!("[{text}]")),
        ("nothing in it", "{}".to_owned()),
        ("no text at all", String::new()),
    ]
    .map(|(what, text)| (what.to_owned(), text))
    .to_vec();
    for path in paths(good) {
        let value = good.pointer(&path).unwrap();
        let put = |raw: &str| replaced(good, &path, raw);
        let own = value.to_string();
        match value {
            Value::Number(_) => ODD_NUMBERS
                .iter()
                .filter(|raw| !(free(&path) && raw.starts_with('"')))
                .for_each(|raw| spoilt.push((format!("`{raw}` at `{path}`"), put(raw)))),
            Value::String(_) => {
                ODD_TEXTS.iter().for_each(|raw| spoilt.push((format!("`{raw}` at `{path}`"), put(raw))));
            }
            Value::Object(members) => spoil_object(&path, members, &mut spoilt, put),
            Value::Array(_) => {
                spoilt.push((format!("an object for the array at `{path}`"), put(&format!("{{\"0\":{own}}}"))));
            }
            Value::Null | Value::Bool(_) => {}
        }
        spoilt.push((format!("`null` at `{path}`"), put("null")));
        let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
        spoilt.push((format!("{DEPTH} brackets at `{path}`"), put(&deep)));
    }
    spoilt
}

/// What can be done to an object: members twice, unknown ones, its values in an array.
fn spoil_object(
    path: &str,
    members: &serde_json::Map<String, Value>,
    spoilt: &mut Vec<(String, String)>,
    put: impl Fn(&str) -> String,
) {
    let inner = |text: String| text[1..text.len() - 1].to_owned();
    let all = inner(Value::Object(members.clone()).to_string());
    let comma = if all.is_empty() { "" } else { "," };
    for (name, value) in members {
        for other in [value.to_string(), "\"\"".to_owned()] {
            spoilt.push((format!("`{name}` twice in `{path}`"), put(&format!("{{\"{name}\":{other},{all}}}"))));
        }
        // The same name in another spelling.
        let first = name.chars().next().map_or(0, u32::from);
        let escaped = format!("\\u{first:04x}{}", name.get(1..).unwrap_or_default());
        spoilt.push((
            format!("`{name}` twice in `{path}`, once escaped"),
            put(&format!("{{\"{escaped}\":{value},{all}}}")),
        ));
        let upper = name.to_uppercase();
        spoilt.push((format!("`{upper}` beside `{name}` in `{path}`"), put(&format!("{{{all},\"{upper}\":{value}}}"))));
        let mut without = members.clone();
        without.shift_remove(name);
        if path != "/parameters" {
            spoilt.push((format!("no `{name}` in `{path}`"), put(&Value::Object(without).to_string())));
        }
    }
    for unknown in ["unknown", "as_of", "__proto__", ""] {
        spoilt.push((format!("`{unknown}` in `{path}`"), put(&format!("{{{all}{comma}\"{unknown}\":1}}"))));
    }
    let values: Vec<String> = members.values().map(Value::to_string).collect();
    spoilt.push((format!("an array for the object at `{path}`"), put(&format!("[{}]", values.join(",")))));
}

/// The pointers of every value inside, the whole included.
fn paths(value: &Value) -> Vec<String> {
    let mut paths = vec![String::new()];
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        paths.extend(self::paths(value).into_iter().map(|path| format!("/{name}{path}")));
    }
    paths
}

/// The text of `good` with `raw` where `path` points to.
fn replaced(good: &Value, path: &str, raw: &str) -> String {
    let mut marked = good.clone();
    *marked.pointer_mut(path).unwrap() = Value::String(MARK.to_owned());
    let mark = Value::String(MARK.to_owned()).to_string();
    marked.to_string().replacen(&mark, raw, 1)
}
