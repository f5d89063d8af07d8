//! What can be wrong in a `guest.toml`, in both languages: the English is `Display`. Owns wording alone.

use super::language::{Language, ProjectWorld};
use crate::model::Chinese;

/// One mistake in a `guest.toml`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Mistake {
    #[error("there is no kit for the language `{0}`: there are {languages}", languages = languages(", "))]
    Language(String),
    #[error("there is no world `{0}`: there are {worlds}", worlds = worlds(" and "))]
    World(String),
    #[error("`{0}` is no policy's id: write one such as `{example}`", example = ProjectWorld::Verifier.policy())]
    Policy(String),
}

fn languages(between: &str) -> String {
    Language::ALL.map(|language| format!("`{}`", language.word())).join(between)
}

fn worlds(between: &str) -> String {
    ProjectWorld::ALL.map(|world| format!("`{}`", world.word())).join(between)
}

impl Chinese for Mistake {
    fn chinese(&self) -> String {
        match self {
            Self::Language(word) => format!("没有语言 `{word}` 的开发包：现有 {}", languages("、")),
            Self::World(word) => format!("没有 `{word}` 这种程序：只有 {}", worlds(" 和 ")),
            Self::Policy(id) => {
                format!("`{id}` 不是政策的编号：请写例如 `{}` 的编号", ProjectWorld::Verifier.policy())
            }
        }
    }
}
