//! What no text of the repository may say: marks of unfinished work, and the names of the place where it is written.

use crate::house::{MARKS, WORKPLACE};
use crate::source::House;
use crate::tree::Violation;

const MARK: &str = "mark";
const PLACE: &str = "workplace";
const MARKED: [&str; 3] = [".rs", ".md", ".toml"];

pub fn check(house: &House) -> Vec<Violation> {
    let mut found = Vec::new();
    for (path, text) in house.tree.iter() {
        let marked = MARKED.iter().any(|ending| path.ends_with(ending));
        for (line, number) in text.lines().zip(1..) {
            for mark in MARKS.iter().filter(|mark| marked && has_word(line, mark)) {
                let message = format!("`{mark}`: do it, or open an issue and take the mark out");
                found.push(Violation::new(path, number, MARK, message));
            }
            for place in WORKPLACE.iter().filter(|place| has_word(line, place)) {
                let message = format!("`{place}` does not exist for a reader of the repository: say it without");
                found.push(Violation::new(path, number, PLACE, message));
            }
        }
    }
    found
}

/// Whether `word` stands in `line` on its own: `x.library` and `HACKS` are other words. An end of `word` that is no
/// letter itself may have anything beside it, but that a `.` joins what it follows.
fn has_word(line: &str, word: &str) -> bool {
    let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_';
    let joined_before = |letter: char| match word.chars().next() {
        Some('.') => is_letter(letter) || matches!(letter, ')' | ']' | '?'),
        first => first.is_some_and(is_letter) && is_letter(letter),
    };
    let joined_behind = |letter: char| word.chars().next_back().is_some_and(is_letter) && is_letter(letter);
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|text| text.chars().next_back());
        let behind = line.get(at + word.len()..).and_then(|text| text.chars().next());
        !before.is_some_and(joined_before) && !behind.is_some_and(joined_behind)
    })
}

// ---------------------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod tests {
    use super::{MARK, PLACE};
    use crate::case::{catches, passes};
    use crate::house::{MARKS, WORKPLACE};

    #[test]
    fn a_mark_is_caught_in_code_and_documents() {
        assert_eq!(MARKS.len(), 4);
        for mark in MARKS {
            for path in ["src/data/a.rs", "README.md", "docs/a.md", "catalog/a.toml"] {
                for bad in [format!("// a\n// {mark}: b // <-"), format!("// {mark}(me)"), format!("// ({mark})")] {
                    catches(MARK, path, &bad, &format!("// {mark}S, {}", mark.to_lowercase()));
                }
            }
            passes(MARK, "Makefile", mark);
        }
    }

    #[test]
    fn the_workplace_is_caught_in_every_text() {
        assert_eq!(WORKPLACE.len(), 3);
        for place in WORKPLACE {
            for path in ["src/data/a.rs", "README.md", "Makefile", ".ci/run", "policies/accounts.toml"] {
                let clean = format!("// {} self{place}() x{}", place.trim_matches(['.', '/']), "y");
                let clean = if place.starts_with(".l") { clean } else { clean.replace(place, "") };
                catches(PLACE, path, &format!("// a\n// see `{place}` // <-"), &clean);
                catches(PLACE, path, &format!("// {place}/DESIGN.md"), &clean);
            }
        }
    }
}
