//! What a project may be called: a name that is right for a folder, a crate, a module and a file at once. Owns the rule alone.

use crate::model::{NameError, check_name};

/// Why a text cannot name a project.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectNameError {
    /// It is no name at all.
    #[error(transparent)]
    Form(#[from] NameError),
    /// A crate's name begins with a letter, and names with `_` and with `-` would be one crate.
    #[error("`{0}` cannot name a project: begin with a letter, and use `-`, one at a time, instead of `_`")]
    Shape(String),
    /// A language or a tool has this name already.
    #[error("`{0}` cannot name a project: a language or a tool has this name already")]
    Taken(String),
}

/// The keywords of Rust that are names in our sense; those of the other languages never name anything of a project.
const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
    "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true",
    "try", "type", "typeof", "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];
/// Crates that are there already, and folders that a build makes.
const TAKEN: &[&str] = &[
    "alloc",
    "anshi-guest",
    "build",
    "core",
    "county-industry",
    "deps",
    "examples",
    "incremental",
    "proc-macro",
    "sdk",
    "std",
    "target",
    "test",
    "wit",
];

/// Checks a project's name: `[a-z][a-z0-9]*(-[a-z0-9]+)*`, and nothing that a language or a tool has as its own.
pub fn check_project_name(text: &str) -> Result<(), ProjectNameError> {
    check_name(text)?;
    let starts_well = text.starts_with(|c: char| c.is_ascii_lowercase());
    if !starts_well || text.contains('_') || text.split('-').any(str::is_empty) {
        return Err(ProjectNameError::Shape(text.to_owned()));
    }
    if KEYWORDS.contains(&text) || TAKEN.contains(&text) {
        return Err(ProjectNameError::Taken(text.to_owned()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_serves_folder_crate_and_file() {
        for good in ["revenue", "revenue-check", "r2-d2", "selfish"] {
            assert_eq!(check_project_name(good), Ok(()), "{good}");
        }
        for bad in ["", "Revenue", "../revenue", "a/b", "a b", ".", "-a", "税", "a\n"] {
            assert!(matches!(check_project_name(bad), Err(ProjectNameError::Form(_))), "{bad}");
        }
        for bad in ["2nd", "a_b", "a--b", "a-"] {
            assert!(matches!(check_project_name(bad), Err(ProjectNameError::Shape(_))), "{bad}");
        }
        for bad in ["fn", "self", "test", "std", "anshi-guest", "build"] {
            assert!(matches!(check_project_name(bad), Err(ProjectNameError::Taken(_))), "{bad}");
        }
    }
}
