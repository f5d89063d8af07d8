//! Attack 19: another module under an approved name: one byte of the module changed, one byte of its artefact.

use anshi::env::weaken::Weakness;
use anshi::job::Failure;
use anshi::keys::sha256;
use anshi::model::RefusalCode;

use super::run::check;
use crate::support::{Setup, TestHome, guest_path, label, refusal};

/// The adversary guest with a custom section that holds `byte`: still a valid guest whatever the byte is.
fn module(byte: u8) -> Vec<u8> {
    let mut module = std::fs::read(guest_path("adversary")).unwrap();
    module.extend_from_slice(&[0, 6, 4, b'n', b'o', b't', b'e', byte]);
    module
}

pub fn attack() -> Result<(), String> {
    let approved = module(1);
    let home = TestHome::with(&Setup { guests: format!("[\"{}\"]", sha256(&approved)), ..Setup::default() });
    let ask = |module: &[u8], party: u32| {
        let guest = home.register(module).unwrap();
        let order = anshi::job::JobOrder { guest, ..home.order(0, party) };
        home.ask(&home.sign(&order))
    };
    ask(&approved, 1).unwrap();
    let answer = ask(&module(2), 2);
    if refusal(&answer) != Some(RefusalCode::GuestPolicy) {
        let label = answer.as_ref().map(label);
        return Err(format!("a module that nobody approved gave {label:?}"));
    }
    changed_artefact(home, sha256(&approved))
}

/// The approved guest's artefact is changed on disk; the engine must not load it.
fn changed_artefact(home: TestHome, guest: anshi::model::Digest) -> Result<(), String> {
    for entry in std::fs::read_dir(home.paths().guests().join("artefacts")).unwrap().map(Result::unwrap) {
        let mut bytes = std::fs::read(entry.path()).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::remove_file(entry.path()).unwrap();
        std::fs::write(entry.path(), bytes).unwrap();
    }
    // Opened again, because a guest that runs already is in memory.
    let home = home.reopened();
    let order = anshi::job::JobOrder { guest, ..home.order(0, 3) };
    match home.ask(&home.sign(&order)) {
        Err(Failure::Guest(_)) => Ok(()),
        other => Err(format!("a changed artefact was loaded: {other:?}")),
    }
}

#[test]
fn held() {
    check(attack, Weakness::DigestIgnored);
}
