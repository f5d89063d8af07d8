//! What the program carries of `sandbox-guests/`: the contract, the SDKs, the templates, and the kit's policies. Owns which files
//! those are; writes none.

use include_dir::{Dir, include_dir};

static POLICIES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/sandbox-guests/kit/policies");

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
    let mut files = Vec::new();
    collect(&POLICIES, &mut files);
    files
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
