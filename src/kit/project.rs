//! A guest's project as its folder says it: `guest.toml`, raw → checked. Owns what the file may say; builds nothing.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::language::{Language, ProjectWorld};
use super::mistake::Mistake;
use super::name::check_project_name;
use crate::document::{Document, DocumentError, Finding, Spanned};
use crate::env::{FileError, read_text};
use crate::model::check_name;

/// The file that makes a folder a project.
pub const PROJECT_FILE: &str = "guest.toml";

/// A guest's project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Its folder, as it was named.
    pub folder: PathBuf,
    /// What the guest is called.
    pub name: String,
    /// What it is written in.
    pub language: Language,
    /// What it answers.
    pub world: ProjectWorld,
    /// The id of the policy that it is tested under.
    pub policy: String,
}

/// A folder is no project that can be used.
#[derive(Debug, thiserror::Error)]
pub enum ProjectError {
    /// Its `guest.toml` cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Its `guest.toml` has mistakes; all of them are listed.
    #[error(transparent)]
    Document(#[from] DocumentError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawProject {
    name: Spanned<String>,
    language: Spanned<String>,
    world: Spanned<String>,
    policy: Spanned<String>,
}

impl Project {
    /// Whether a folder says that it is a project.
    pub fn is_at(folder: &Path) -> bool {
        folder.join(PROJECT_FILE).is_file()
    }

    /// Reads the project in `folder`.
    pub fn read(folder: &Path) -> Result<Self, ProjectError> {
        let path = folder.join(PROJECT_FILE);
        let document = Document::new(path.display().to_string(), read_text(&path)?);
        Ok(Self::check(folder, &document)?)
    }

    /// Checks what a `guest.toml` says of `folder`.
    pub fn check(folder: &Path, document: &Document) -> Result<Self, DocumentError> {
        let raw: RawProject = document.parse()?;
        let mut findings = Vec::new();
        if let Err(error) = check_project_name(raw.name.get_ref()) {
            findings.push(Finding::at(raw.name.span(), error));
        }
        let (word, span) = (raw.language.get_ref(), raw.language.span());
        let language = Language::of(word);
        if language.is_none() {
            let known = Language::ALL.map(Language::word);
            findings.push(Finding::at(span, Mistake::Language(word.clone())).suggest(word, known));
        }
        let (word, span) = (raw.world.get_ref(), raw.world.span());
        let world = ProjectWorld::of(word);
        if world.is_none() {
            let known = ProjectWorld::ALL.map(ProjectWorld::word);
            findings.push(Finding::at(span, Mistake::World(word.clone())).suggest(word, known));
        }
        if check_name(raw.policy.get_ref()).is_err() {
            findings.push(Finding::at(raw.policy.span(), Mistake::Policy(raw.policy.get_ref().clone())));
        }
        let project = language.zip(world).map(|(language, world)| Self {
            folder: folder.to_owned(),
            name: raw.name.into_inner(),
            language,
            world,
            policy: raw.policy.into_inner(),
        });
        document.check(project, findings)
    }

    /// What its `guest.toml` says.
    pub fn to_text(&self) -> String {
        let Self { name, language, world, policy, .. } = self;
        format!(
            "# What this folder is: `anshi guest build` and `anshi guest test` read it.\n\
             name = \"{name}\"\nlanguage = \"{}\"\nworld = \"{}\"\n\
             policy = \"{policy}\"     # what `anshi guest test` tests it under\n",
            language.word(),
            world.word(),
        )
    }

    /// The folder where its builds put everything that they make.
    pub fn build_folder(&self) -> PathBuf {
        self.folder.join("build")
    }

    /// Where its component goes unless somebody says otherwise.
    pub fn component(&self) -> PathBuf {
        self.build_folder().join(format!("{}.wasm", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Chinese;

    const GOOD: &str =
        "name = \"revenue\"\nlanguage = \"c\"\nworld = \"verifier\"\npolicy = \"revenue-verification\"\n";

    fn check(text: &str) -> Result<Project, DocumentError> {
        Project::check(Path::new("p"), &Document::new("guest.toml", text))
    }

    #[test]
    fn what_is_written_is_read_again() {
        for (language, world) in Language::ALL.into_iter().zip(ProjectWorld::ALL.into_iter().cycle()) {
            let folder = PathBuf::from("p");
            let (name, policy) = ("revenue".to_owned(), world.policy().to_owned());
            let project = Project { folder, name, language, world, policy };
            assert_eq!(check(&project.to_text()).unwrap(), project);
        }
    }

    #[test]
    fn every_mistake_is_told_at_its_line_in_both_languages() {
        let mistakes = [
            ("name = \"revenue\"", "name = \"../revenue\"", "guest.toml:1:8", "不能作名称"),
            ("name = \"revenue\"", "name = \"fn\"", "guest.toml:1:8", "不能用作项目名称"),
            ("\"c\"", "\"pyton\"", "did you mean `python`?", "没有语言 `pyton`"),
            ("\"verifier\"", "\"verifer\"", "did you mean `verifier`?", "没有 `verifer`"),
            ("\"revenue-verification\"", "\"a/b\"", "guest.toml:4:10", "不是政策的编号"),
            ("policy", "polcy", "did you mean `policy`?", "polcy"),
            ("world = \"verifier\"\n", "", "world", "world"),
            ("world", "name", "duplicate key", "name"),
        ];
        for (from, to, english, chinese) in mistakes {
            let error = check(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.to_string().contains(english), "{to}: {error}");
            assert!(error.chinese().contains(chinese), "{to}: {}", error.chinese());
        }
        let both = GOOD.replace("\"c\"", "\"d\"").replace("\"verifier\"", "\"v\"");
        assert_eq!(check(&both).unwrap_err().findings.len(), 2, "all at once");
    }
}
