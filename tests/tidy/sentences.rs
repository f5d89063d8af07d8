//! Every sentence of an explanation has a row in `docs/sentences.md`, whose tests `documented` looks up, and golden words in
//! both languages; and no row is about a sentence that is not said. Knows only names.

use crate::source::House;
use crate::tree::{Tree, Violation};
use std::collections::BTreeSet;

const RULE: &str = "sentences";
const SAID: &str = "src/review/sentence.rs";
const TABLE: &str = "docs/sentences.md";
const GOLDENS: &str = "tests/goldens/explain/";
const LANGS: [&str; 2] = ["en", "zh"];

pub fn check(house: &House) -> Vec<Violation> {
    let said = said(house.tree.text(SAID));
    let rows: Vec<(String, usize)> = house.tree.text(TABLE).lines().zip(1..).filter_map(row).collect();
    let mut found = Vec::new();
    for (id, line) in &said {
        if !rows.iter().any(|(row, _)| row == id) {
            let message = format!("`{id}` has no row in `{TABLE}`: say there which test fails if it is false");
            found.push(Violation::new(SAID, *line, RULE, message));
        }
        for lang in LANGS.into_iter().filter(|lang| !golden(house.tree, lang).contains(id)) {
            let message =
                format!("`{id}` is in no golden in `{lang}`: add a policy that says it to `tests/explain.rs`");
            found.push(Violation::new(SAID, *line, RULE, message));
        }
    }
    for (id, line) in rows.iter().filter(|(id, _)| !said.iter().any(|(said, _)| said == id)) {
        found.push(Violation::new(TABLE, *line, RULE, format!("no sentence is called `{id}`: name it as it is")));
    }
    found
}

/// The names that sentences have: `Self::Variant => "name"`, those with a point.
fn said(text: &str) -> Vec<(String, usize)> {
    let name = |(line, number): (&str, usize)| {
        let name = line.trim().strip_prefix("Self::")?.split_once("=> \"")?.1.strip_suffix("\",")?;
        name.contains('.').then(|| (name.to_owned(), number))
    };
    text.lines().zip(1..).filter_map(name).collect()
}

fn row((line, number): (&str, usize)) -> Option<(String, usize)> {
    let name = line.strip_prefix("| `")?.split_once('`')?.0;
    Some((name.to_owned(), number))
}

/// The names that begin the lines of all goldens in `lang`.
fn golden(tree: &Tree, lang: &str) -> BTreeSet<String> {
    let of = |path: &str| path.starts_with(GOLDENS) && path.ends_with(&format!(".{lang}.txt"));
    let lines = tree.iter().filter(|(path, _)| of(path)).flat_map(|(_, text)| text.lines());
    lines.filter_map(|line| line.split_once(": ")).map(|(name, _)| name.to_owned()).collect()
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::found;

    #[test]
    fn a_sentence_without_row_or_golden_is_caught() {
        let said = (SAID, "//! Doc.\nSelf::A => \"a.a\",\nSelf::B => \"b.b\",\nSelf::C => \"heading\",\n");
        let goldens = [
            ("tests/goldens/explain/x.en.txt", "a.a: A.\nb.b: B.\n"),
            ("tests/goldens/explain/x.zh.txt", "a.a: 甲。\n"),
        ];
        let all = |table| found(RULE, &[said, goldens[0], goldens[1], (TABLE, table)]);
        let a_and_b = "| `a.a` | x | `t` |\n| `b.b` | x | `t` |\n";
        assert_eq!(all(a_and_b), [format!("{SAID}:3")], "no Chinese for b");
        assert_eq!(all("| `a.a` | x | `t` |\n"), [format!("{SAID}:3"), format!("{SAID}:3")]);
        assert_eq!(all(&format!("{a_and_b}| `c.c` | x | `t` |\n")), [format!("{TABLE}:3"), format!("{SAID}:3")]);
    }
}
