//! What the tests of an operator's work share: places beside a home, backups and restores of it, its audit.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use anshi::config::Config;
use anshi::env::Clock;
use anshi::job::{Answered, Engine, EngineOptions, HomePaths, OpenError, answer};
use anshi::review::{AuditInputs, audit_home};
use anshi::upkeep::{BackupOptions, BackupReport, RestoreOptions, RestoreReport, UpkeepError, backup, restore};

use crate::support::block_on;

/// A place beside the home, where its mirror is a neighbour.
pub fn beside(home: &Path, name: &str) -> PathBuf {
    home.with_file_name(name)
}

/// Backs the home up, with its keys in a folder of their own.
pub fn back_up(home: &Path, name: &str) -> Result<BackupReport, UpkeepError> {
    let options = BackupOptions {
        home: home.to_owned(),
        to: beside(home, name),
        keys_to: Some(beside(home, &format!("{name}.keys"))),
    };
    backup(&options, &Clock::System, &mut |_, _| {})
}

/// Restores the backup `name` beside its home, as `to`.
pub fn bring_back(home: &Path, name: &str, to: &str) -> Result<RestoreReport, UpkeepError> {
    let options = RestoreOptions {
        from: beside(home, name),
        home: beside(home, to),
        keys: Some(beside(home, &format!("{name}.keys"))),
        digest: None,
    };
    restore(&options, &mut |_, _| {})
}

/// Opens the engine of a home.
pub fn open(home: &Path) -> Result<Arc<Engine>, OpenError> {
    let compiler = PathBuf::from(env!("CARGO_BIN_EXE_anshi"));
    Engine::open(home, EngineOptions { clock: Clock::System, compiler }).map(Arc::new)
}

/// Asks an engine.
pub fn ask(engine: &Arc<Engine>, token: &str) -> Answered {
    block_on(answer(engine, token)).unwrap()
}

/// The bundle as its file.
pub fn bundle(answered: &Answered) -> String {
    answered.json.clone()
}

/// Verifies a bundle with a home's public keys.
pub fn verify(home: &Path, bundle: &str) -> Result<anshi::receipt::VerifiedBundle, anshi::receipt::VerifyError> {
    let paths = HomePaths::new(home);
    let read = |path| fs::read_to_string(path).unwrap();
    anshi::receipt::verify_bundle(bundle, &read(paths.jwks()), &read(paths.log_key()))
}

/// What the audit of a home finds.
pub fn findings(home: &Path) -> Vec<String> {
    let (paths, config) = (HomePaths::new(home), Config::load(home).unwrap());
    let inputs = AuditInputs {
        store: paths.store(),
        log: paths.log(),
        mirror: config.checkpoint_mirror,
        data: paths.data(),
        guests: paths.guests(),
        catalog: config.catalog,
        log_key: fs::read_to_string(paths.log_key()).unwrap(),
    };
    let report = audit_home(&inputs, &mut |_| {}).unwrap();
    report.findings().map(|(check, finding)| format!("{check}: {finding}")).collect()
}

/// All files below a folder, with their content.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.clone(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}

/// Writes a file whatever its permissions are, which stay.
pub fn overwrite(path: &Path, bytes: &[u8]) {
    let before = fs::metadata(path).unwrap().permissions();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, before).unwrap();
}

/// Runs the command; gives its exit code and all that it printed.
pub fn anshi(arguments: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_anshi")).args(arguments).output().unwrap();
    let printed = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(printed).unwrap())
}
