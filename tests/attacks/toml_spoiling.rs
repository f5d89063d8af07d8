//! Spoiling TOML: one good file, and everything near it that a strict reader must refuse.

/// So deep that a reader without a limit runs out of stack.
const DEPTH: usize = 100_000;
/// In the place of an integer.
const ODD_NUMBERS: [&str; 10] =
    ["1.0", "1e3", "inf", "nan", "\"1\"", "１", "1__0", "010", "99999999999999999999999", "0x"];
/// In the place of a day.
const ODD_DAYS: [&str; 6] =
    ["2026-02-30", "2026-01-01T00:00:00", "2026-01-01T00:00:00Z", "\"2026-01-01\"", "2026-1-1", "20260101"];

/// Spoilt variants of `good`, each with what is wrong with it.
pub fn spoilt_toml(good: &str) -> Vec<(String, String)> {
    let deep = format!("{}{}", "[".repeat(DEPTH), "]".repeat(DEPTH));
    let mut spoilt: Vec<(String, String)> = [
        ("an unknown key", format!("unknown = 1\n{good}")),
        ("an unknown table", format!("{good}\n[unknown]\n")),
        ("an unknown array of tables", format!("{good}\n[[unknown]]\n")),
        ("a NUL", format!("{good}\0")),
        ("a carriage return alone", good.replacen('\n', "\r", 1)),
        ("a merge mark", format!("<<<<<<< ours\n{good}")),
        ("brackets without end", format!("deep = {deep}\n{good}")),
        ("dots without end", format!("{} = 1\n{good}", vec!["a"; DEPTH].join("."))),
    ]
    .map(|(what, text)| (what.to_owned(), text))
    .to_vec();
    let lines: Vec<&str> = good.lines().collect();
    for (place, line) in lines.iter().enumerate() {
        let with = |other: &str| {
            let mut lines = lines.clone();
            lines[place] = other;
            lines.join("\n") + "\n"
        };
        let number = place + 1;
        let bare = line.trim();
        if bare.starts_with('[') && !bare.starts_with("[[") && bare.ends_with(']') {
            spoilt.push((format!("the table of line {number} twice"), format!("{good}\n{bare}\n")));
            continue;
        }
        let Some((key, value)) = line.split_once(" = ").filter(|(key, _)| is_key(key)) else { continue };
        let value = value.split(" #").next().unwrap_or_default().trim();
        if value.starts_with('[') && !value.ends_with(']') {
            // A list over several lines.
            continue;
        }
        spoilt.push((format!("line {number} twice"), with(&format!("{line}\n{line}"))));
        spoilt.push((format!("line {number} twice, once in quotes"), with(&format!("{line}\n\"{key}\" = {value}"))));
        spoilt.push((format!("a misspelt key in line {number}"), with(&format!("{key}x = {value}"))));
        spoilt.push((format!("a capital in line {number}"), with(&format!("{} = {value}", key.to_uppercase()))));
        spoilt.push((format!("no value in line {number}"), with(&format!("{key} ="))));
        if value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
            let odd =
                ODD_NUMBERS.iter().map(|odd| (format!("`{odd}` in line {number}"), with(&format!("{key} = {odd}"))));
            spoilt.extend(odd);
        }
        if value.len() == 10 && value.starts_with("20") && value.as_bytes()[4] == b'-' {
            let odd = ODD_DAYS.iter().map(|odd| (format!("`{odd}` in line {number}"), with(&format!("{key} = {odd}"))));
            spoilt.extend(odd);
        }
        if value.starts_with('"') {
            for odd in ["1", "[\"a\"]", "{ a = 1 }", "true", "\"\u{1}\"", "'a"] {
                spoilt.push((format!("{odd:?} in line {number}"), with(&format!("{key} = {odd}"))));
            }
        }
    }
    spoilt
}

fn is_key(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}
