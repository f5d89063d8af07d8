//! Attack 18: how long a guest is compiled, whether it is at hand already: who ran what. Compiling and loading belong
//! to registration and start: a guest's first job is like its second, and writes nothing.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use anshi::env::Clock;
use anshi::env::weaken::Weakness;
use anshi::job::{Engine, EngineOptions};

use super::run::check;
use crate::support::{Handmade, TestHome, label};

/// Every file of the registry, and when it was written.
fn files(folder: &Path) -> Vec<(PathBuf, SystemTime)> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            files.extend(self::files(&entry.path()));
        } else {
            files.push((entry.path(), entry.metadata().unwrap().modified().unwrap()));
        }
    }
    files.sort();
    files
}

/// Closes the home and opens it with a program that compiles nothing.
fn without_compiler(mut home: TestHome) -> TestHome {
    let path = home.path.clone();
    home.engine = {
        drop(home.engine);
        let options = EngineOptions { clock: Clock::System, compiler: PathBuf::from("/bin/false") };
        std::sync::Arc::new(Engine::open(&path, options).unwrap())
    };
    home
}

pub fn attack() -> Result<(), String> {
    let home = TestHome::new();
    let fresh = Handmade { tables: honest_tables(), ..Handmade::default() };
    let guest = home.register(&fresh.module()).unwrap();
    let registry = home.paths().guests();
    let before = files(&registry);
    let home = without_compiler(home);
    // Neither module nor artefact: whatever a job needs of the guest, it has.
    let (away, kept) = (registry.with_extension("away"), registry.clone());
    std::fs::rename(&kept, &away).unwrap();
    for job in ["first", "second"] {
        let order = anshi::job::JobOrder { guest, ..home.order(0, 1) };
        match home.ask(&home.sign(&order)) {
            Ok(answered) if label(&answered) == "no" => {}
            other => return Err(format!("the {job} job about a registered guest does more than to run it: {other:?}")),
        }
    }
    if registry.exists() {
        return Err("a job made files in the registry".to_owned());
    }
    std::fs::rename(&away, &kept).unwrap();
    match files(&registry) == before {
        true => Ok(()),
        false => Err("a job changed files of the registry".to_owned()),
    }
}

/// What the test's policy grants.
fn honest_tables() -> Vec<(&'static str, Vec<(&'static str, Vec<String>)>)> {
    vec![("tax_payment", vec![("paid_fen", Vec::new())])]
}

#[test]
fn held() {
    check(attack, Weakness::CompiledInJob);
}
