//! Workers that die, cut off, repeat or keep what they should bring: there is no table, and the charge stays. A stand-in for
//! the program compiles guests as it does, and harms what its workers read or write.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use anshi::env::Clock;
use anshi::job::{Answered, Engine, EngineOptions, JobOrder, answer};
use anshi::ledger::End;
use anshi::model::RawParameter;
use anshi::review::{AuditInputs, audit_home};

use super::policy::hostile;
use crate::support::{Setup, TestHome, block_on, guest_path, strong};

const ACCOUNTS: &str = "[table.enterprise]\nclients = { smart-finance = { epsilon = \"9\", lifetime = \"9\" } }\n\
                        limit = { epsilon = \"9\", lifetime = \"9\" }\nwindow_days = 365\n";

/// What is asked of a home whose workers are what the shell says: `$@` are the arguments, `$anshi` is the program.
fn ask(worker: &str, slot_s: u32) -> (Answered, usize) {
    let files = vec![
        ("policies/tables/policy.toml".to_owned(), hostile("tables", "", 1, slot_s)),
        ("policies/adversary/policy.toml".to_owned(), hostile("adversary", "", 1, slot_s)),
        ("policies/accounts.toml".to_owned(), ACCOUNTS.to_owned()),
    ];
    let home = TestHome::with(&Setup { files, ..Setup::default() });
    let guest = home.register(&fs::read(guest_path("contributor_adversary")).unwrap()).unwrap();
    let order = JobOrder {
        policy: ("tables".to_owned(), "1.0.0".to_owned()),
        guest,
        parameters: vec![("behaviour".to_owned(), RawParameter::Integer(0))],
        parties: Vec::new(),
        consents: Vec::new(),
        ..home.order(0, 1)
    };
    let token = home.sign(&order);
    let asked = |path: &Path| {
        let compiler = path.join("stand-in");
        let anshi = env!("CARGO_BIN_EXE_anshi");
        fs::write(
            &compiler,
            format!(
                "#!/bin/sh\nanshi={anshi}\n[ \"$1\" = worker ] || exec $anshi \"$@\"\nhome={}\n{worker}\n",
                path.display()
            ),
        )
        .unwrap();
        fs::set_permissions(&compiler, fs::Permissions::from_mode(0o755)).unwrap();
        let engine = Arc::new(Engine::open(path, EngineOptions { clock: Clock::System, compiler }).unwrap());
        engine.send_tables_to_workers();
        block_on(answer(&engine, &token)).unwrap()
    };
    let (home, answered) = home.while_closed(asked);
    let charges = home.reader().audit_charges().unwrap().len();
    let (paths, config) = (home.paths(), home.engine.config());
    let inputs = AuditInputs {
        store: paths.store(),
        log: paths.log(),
        mirror: config.checkpoint_mirror.clone(),
        data: paths.data(),
        guests: paths.guests(),
        catalog: config.catalog.clone(),
        log_key: fs::read_to_string(paths.log_key()).unwrap(),
    };
    let report = audit_home(&inputs, &mut |_| {}).unwrap();
    assert!(report.is_clean(), "{report:?}");
    (answered, charges)
}

fn has_table(answered: &Answered) -> bool {
    answered.claims().unwrap().result.table.is_some()
}

/// There is no table, for this reason, and the charge stays.
fn check_none(worker: &str, end: End, slot_s: u32) {
    let (answered, charges) = ask(worker, slot_s);
    assert_eq!((answered.end, has_table(&answered), charges), (end, false, 1), "{worker}");
}

#[test]
fn whole_workers_answer() {
    let _turn = strong();
    let (answered, charges) = ask("exec $anshi \"$@\"", 12);
    assert_eq!((answered.end, has_table(&answered), charges), (End::Answered, true, 1));
}

#[test]
fn a_worker_that_dies_in_the_middle_is_noticed() {
    let _turn = strong();
    check_none("head -c 3000 > /dev/null; kill -9 $$", End::Torn, 2);
}

#[test]
fn a_worker_that_never_starts_is_noticed() {
    let _turn = strong();
    check_none("exit 1", End::Torn, 2);
}

#[test]
fn a_worker_that_brings_nothing_is_noticed() {
    let _turn = strong();
    check_none("cat > /dev/null", End::Torn, 2);
}

#[test]
fn rows_that_are_cut_off_are_noticed() {
    let _turn = strong();
    // The worker's exit code is swallowed, so that its missing marker alone tells.
    check_none("head -c 30000 | $anshi \"$@\"; cat > /dev/null; exit 0", End::Torn, 12);
}

#[test]
fn a_result_that_is_cut_off_is_noticed() {
    let _turn = strong();
    check_none("$anshi \"$@\" | head -c 2000", End::Torn, 12);
}

#[test]
fn a_result_that_comes_twice_is_noticed() {
    let _turn = strong();
    check_none("$anshi \"$@\" > $home/out.$$; cat $home/out.$$ $home/out.$$", End::Torn, 12);
}

#[test]
fn a_bucket_of_one_worker_that_another_brings_too_is_noticed() {
    let _turn = strong();
    // The first worker takes all rows there are, and both bring the same.
    let both = "if mkdir $home/first 2> /dev/null; then $anshi \"$@\" > $home/out; touch $home/done; cat $home/out\n\
                else cat > /dev/null; while [ ! -e $home/done ]; do sleep 0.1; done; cat $home/out; fi";
    check_none(both, End::Torn, 12);
}

#[test]
fn workers_end_at_the_tick() {
    let _turn = strong();
    check_none("exec sleep 1000", End::MissedTick, 1);
}
