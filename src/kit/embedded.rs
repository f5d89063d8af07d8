//! What the program carries of `sandbox-guests/`: the contract, the SDKs, the templates, and the kit's policies. Owns which files
//! those are; writes none.

use include_dir::{Dir, include_dir};

/// Templates of every language and the kit's policies. `project/` is common to all languages; below a language are `project/`,
/// `sdk/`, and a folder for each world.
static KIT: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sandbox-guests/kit");
static RUST_SDK: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sandbox-guests/sdk/src");
static RUST_VERIFIER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sandbox-guests/revenue-verification/src");
static RUST_CONTRIBUTOR: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sandbox-guests/fiscal-themes/src");
static RUST_COUNTY_INDUSTRY: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sandbox-guests/county-industry/src");
const RUST_SDK_README: &[u8] = include_bytes!("../../sandbox-guests/sdk/README.md");
const RUST_FLAGS: &[u8] = include_bytes!("../../sandbox-guests/.cargo/config.toml");

/// The contract.
pub(super) const WIT: &str = include_str!("../../sandbox-guests/wit/sandbox.wit");

/// One file that the program carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EmbeddedFile {
    /// Its path below its folder.
    pub path: &'static str,
    /// What is in it.
    pub bytes: &'static [u8],
}

/// The kit's folder of policies, with their cases and their accounts: `accounts.toml`, `<id>/policy.toml`, `<id>/cases.toml`.
/// Their limits hold an interpreter, which is why they are a folder of their own
/// (`docs/decisions/0105-the-guest-kit.md`).
pub fn policies() -> Vec<EmbeddedFile> {
    kit("policies")
}

/// The files below a folder of the kit, by their paths below it; none where there is no such folder.
pub(super) fn kit(folder: &str) -> Vec<EmbeddedFile> {
    KIT.get_dir(folder).map(|dir| below(dir, folder)).unwrap_or_default()
}

/// What a Rust project has beside its templates: files by their paths in the project.
pub(super) struct RustParts {
    /// The SDK's sources, whose bindings are the repository's own.
    pub sdk: Vec<EmbeddedFile>,
    /// The guest of the world `verifier`.
    pub verifier: Vec<EmbeddedFile>,
    /// The guest of the world `contributor`.
    pub contributor: Vec<EmbeddedFile>,
    /// The crate that it shares with other contributors.
    pub county_industry: Vec<EmbeddedFile>,
    /// `sdk/README.md`, which the SDK's documentation is.
    pub sdk_readme: &'static [u8],
    /// `.cargo/config.toml`.
    pub flags: &'static [u8],
}

/// What a Rust project has beside its templates.
pub(super) fn rust() -> RustParts {
    RustParts {
        sdk: below(&RUST_SDK, ""),
        verifier: below(&RUST_VERIFIER, ""),
        contributor: below(&RUST_CONTRIBUTOR, ""),
        county_industry: below(&RUST_COUNTY_INDUSTRY, ""),
        sdk_readme: RUST_SDK_README,
        flags: RUST_FLAGS,
    }
}

fn below(dir: &'static Dir<'static>, folder: &str) -> Vec<EmbeddedFile> {
    let mut files = Vec::new();
    collect(dir, &mut files);
    let inside = |path: &'static str| path.strip_prefix(folder).map_or(path, |path| path.trim_start_matches('/'));
    files.into_iter().map(|file| EmbeddedFile { path: inside(file.path), ..file }).collect()
}

fn collect(dir: &'static Dir<'static>, files: &mut Vec<EmbeddedFile>) {
    for file in dir.files() {
        files.extend(file.path().to_str().map(|path| EmbeddedFile { path, bytes: file.contents() }));
    }
    dir.dirs().for_each(|dir| collect(dir, files));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kit::ProjectWorld;

    /// Cargo does not see that a file which the program carries has changed.
    #[test]
    fn what_the_program_carries_is_what_the_repository_has() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox-guests");
        let carried = [("kit", &KIT), ("sdk/src", &RUST_SDK), ("county-industry/src", &RUST_COUNTY_INDUSTRY)];
        let guests = [("revenue-verification/src", &RUST_VERIFIER), ("fiscal-themes/src", &RUST_CONTRIBUTOR)];
        for (folder, dir) in carried.into_iter().chain(guests) {
            for file in below(dir, "") {
                let path = root.join(folder).join(file.path);
                let there = std::fs::read(&path).is_ok_and(|bytes| bytes == file.bytes);
                assert!(there, "`{}` has changed since: touch src/kit/embedded.rs", path.display());
            }
        }
    }

    #[test]
    fn each_world_has_its_policy_and_its_cases() {
        let files = policies();
        for world in ProjectWorld::ALL {
            for name in ["policy.toml", "cases.toml"] {
                let path = format!("{}/{name}", world.policy());
                assert!(files.iter().any(|file| file.path == path), "{path}");
            }
        }
        assert!(files.iter().any(|file| file.path == "accounts.toml"));
    }
}
