//! Attack 62: a wrong answer, and afterwards an archive that agrees with it. Whoever owns the files puts another guest in the
//! place of the one that the receipt names, and asks the audit to compute the answer again: it must not say `same`, whatever
//! the other guest answers.

use anshi::env::weaken::Weakness;
use anshi::job::{ReplayInputs, Verdict, replay};

use super::run::check;
use crate::support::{Handmade, Setup, TestHome, engine_options, label};

pub fn attack() -> Result<(), String> {
    let home = TestHome::with(&Setup { slot_ms: 2_000, ..Setup::default() });
    let answered = home.answered(&home.token(0, 1));
    assert_eq!(label(&answered), "yes");
    let bundle = answered.json;
    let again = || {
        replay(&ReplayInputs { home: &home.path, bundle: &bundle, compiler: engine_options().compiler })
            .map(|replay| replay.verdict)
            .map_err(|error| error.to_string())
    };
    // It does compute, or this would show nothing.
    assert_eq!(again(), Ok(Verdict::Same));
    let module = home.path.join("guests").join(format!("{}.wasm", home.adversary.hex()));
    std::fs::remove_file(&module).unwrap();
    for (answer, verify) in [("yes", "(i32.const 1)"), ("no", "(i32.const 0)")] {
        let other = Handmade { verify: verify.to_owned(), ..Handmade::default() };
        std::fs::write(&module, other.module()).unwrap();
        if again() == Ok(Verdict::Same) {
            return Err(format!("another guest, which always answers `{answer}`, is told as the same"));
        }
    }
    Ok(())
}

#[test]
fn held() {
    check(attack, Weakness::ArchiveBelieved);
}
