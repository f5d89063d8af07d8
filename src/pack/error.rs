//! Why a pack cannot be made or used. The words here are English; `chinese` has the others.

use crate::catalog::CatalogError;
use crate::config::ConfigError;
use crate::document::DocumentError;
use crate::env::FileError;
use crate::keys::CanonicalError;
use crate::model::Bilingual;
use crate::policy::PolicyError;

/// What is wrong with an entry of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryFault {
    /// A link, a device, a folder, a record about another entry.
    Kind,
    /// No path of a pack.
    Path,
    /// It is there twice.
    Twice,
    /// It ends too soon.
    Cut,
}

/// A pack cannot be made, or is not believed.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The catalog.
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    /// The policies.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// A file with mistakes.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// No canonical JSON.
    #[error(transparent)]
    Canonical(#[from] CanonicalError),
    /// No policy in force names the client.
    #[error("no policy in force names the client `{client}`{}", clients(.known))]
    NoClient {
        /// The client.
        client: String,
        /// Those that are named.
        known: Vec<String>,
    },
    /// The client has no quota.
    #[error("`{0}` has no quota in `accounts.toml`, and can ask nothing: give it one first")]
    NoQuota(String),
    /// What was written anew means something else.
    #[error("`{0}` could not be written anew as what it is: nothing was exported. This is a defect of Anshi")]
    Rewritten(String),
    /// A path is too long, or has characters that a pack's have not.
    #[error("`{0}` can be no path of a pack: lower-case letters, digits, `-`, `_`, at most 100 bytes")]
    Path(String),
    /// The archive cannot be read.
    #[error("this is no pack, or it is damaged: {0}")]
    Archive(#[source] std::io::Error),
    /// Too much in it.
    #[error("the archive would become larger than 64 MiB: no pack does; nothing was written")]
    Bomb,
    /// Too many in it.
    #[error("the archive has more than 4,096 files: no pack has; nothing was written")]
    Crowd,
    /// Something behind its end.
    #[error("something stands behind the archive's end: it was changed after it was made; nothing was written")]
    Behind,
    /// An entry that no pack has.
    #[error("the archive holds `{path}`, {}; nothing was written", told(*.fault))]
    Entry {
        /// Its path.
        path: String,
        /// What is wrong with it.
        fault: EntryFault,
    },
    /// No manifest.
    #[error("this is no pack: it has no `pack.json`")]
    NoManifest,
    /// The manifest cannot be used.
    #[error("`pack.json` of the pack cannot be used: {}", .0.en)]
    Manifest(Bilingual),
    /// Another format.
    #[error(
        "the pack's format is {found}, of Anshi {anshi}; this program reads format 1: take the program that came with the pack"
    )]
    Format {
        /// Its format.
        found: u32,
        /// The version that made it.
        anshi: String,
    },
    /// A file that the manifest lists is not there.
    #[error("the pack lacks `{0}`, which its manifest lists; nothing was written")]
    Missing(String),
    /// A file that the manifest does not list.
    #[error("the manifest of the pack does not list `{0}`; nothing was written")]
    Unlisted(String),
    /// A file is not the one that the manifest lists.
    #[error("`{0}` of the pack was changed: its digest is not the manifest's; nothing was written")]
    Changed(String),
    /// The archive is another one.
    #[error("this is another pack: it has the digest {found}, and {wanted} is what was asked for; nothing was written")]
    Digest {
        /// What it should be.
        wanted: String,
        /// What it is.
        found: String,
    },
    /// Something is where the pack should go.
    #[error("`{0}` is not empty: name a folder that does not exist, or replace an earlier pack with `--force`")]
    Used(String),
    /// `--force` replaces packs alone.
    #[error(
        "`{name}` in `{folder}` is not as a pack has it: `--force` replaces an earlier pack that nobody has changed, and nothing else; name another folder"
    )]
    NotAPack {
        /// The folder.
        folder: String,
        /// What is in it.
        name: String,
    },
    /// An import was interrupted, or runs.
    #[error("`{0}` is left over from an import that was interrupted, or one runs now: remove it when none does")]
    LeftOver(String),
}

fn clients(known: &[String]) -> String {
    let known: Vec<String> = known.iter().map(|client| format!("`{client}`")).collect();
    if known.is_empty() {
        ", nor any other".to_owned()
    } else {
        format!("; those that are named: {}", known.join(", "))
    }
}

const fn told(fault: EntryFault) -> &'static str {
    match fault {
        EntryFault::Kind => "which is no plain file",
        EntryFault::Path => "which is no path of a pack",
        EntryFault::Twice => "twice",
        EntryFault::Cut => "which ends too soon",
    }
}
