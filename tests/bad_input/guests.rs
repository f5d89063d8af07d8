//! Guests that are hostile or broken, submitted to a real home: each is refused with the reason, and leaves nothing in the
//! home's files, ledger or log.

use anshi::job::JobOrder;
use anshi::model::{Chinese, Lang, RefusalCode};

use super::module::{GOOD, Says, describing, many_labels};
use crate::support::{TestHome, block_on, label, refusal, strong};

/// What a refused registration must leave as it was: files, and entries of any kind.
fn traces(home: &TestHome) -> (Vec<String>, usize) {
    let mut files: Vec<String> = Vec::new();
    for folder in [home.paths().guests(), home.paths().guests().join("artefacts")] {
        for entry in std::fs::read_dir(folder).unwrap() {
            files.push(entry.unwrap().path().display().to_string());
        }
    }
    files.sort();
    let mut entries = 0;
    home.reader().audit_entries(|_| entries += 1).unwrap();
    (files, entries)
}

/// Submits a module; fails unless it is refused, in both languages, with `reason` in the English one.
fn refused(home: &TestHome, what: &str, module: &[u8], reason: &str) {
    let before = traces(home);
    let error = block_on(home.engine.register(module)).map(drop).expect_err(what);
    let (en, zh) = (error.text(Lang::En), error.text(Lang::Zh));
    assert!(en.contains(reason), "{what}: no `{reason}` in: {en}");
    assert!(zh.starts_with("拒绝") || zh.starts_with("程序"), "{what}: {zh}");
    assert_eq!(traces(home), before, "{what}: the refusal left something behind");
}

#[test]
fn a_hand_made_guest_is_registered_and_answers() {
    let _turn = strong();
    let home = TestHome::new();
    let guest = home.register(&GOOD.module(1)).unwrap();
    let answered = home.answered(&home.sign(&JobOrder { guest, ..home.order(0, 1) }));
    assert_eq!(label(&answered), "no");
}

#[test]
fn modules_that_are_no_guests_leave_nothing_behind() {
    let _turn = strong();
    let home = TestHome::new();
    let wat = |text: &str| wat::parse_str(text).unwrap();
    refused(&home, "no wasm", "银行的问题".as_bytes(), "this is no guest");
    refused(&home, "importing", &wat("(component (import \"wasi:cli/environment@0.2.0\" (instance)))"), "`wasi:cli/");
    refused(&home, "huge", &vec![0; (64 << 20) + 1], "bytes, at most");
    let locals = |count: usize| wat(&format!("(component (core module (func (local {}))))", "i64 ".repeat(count)));
    refused(&home, "20,000 locals", &locals(20_000), "20000 locals in one function, at most 10000");
    refused(&home, "100,000 locals", &locals(100_000), "locals");
    let table = wat("(component (core module (table 10001 funcref)))");
    refused(&home, "a huge table", &table, "does not");
}

#[test]
fn a_describe_that_traps_spins_or_floods_is_refused() {
    let _turn = strong();
    let home = TestHome::new();
    refused(&home, "traps", &describing("unreachable"), "`describe` failed: wasm trap");
    refused(&home, "spins", &describing("(loop $on (br $on)) i32.const 0"), "used up its fuel");
    refused(&home, "recurses", &describing("call 0"), "`describe` failed: wasm trap: call stack exhausted");
    refused(&home, "points nowhere", &describing("i32.const 0x7ffffff0"), "`describe` failed");
    refused(&home, "a million labels", &many_labels(1_000_000), "more than the 1048576 bytes");
    let labels: Vec<String> = (0..2_000).map(|number| number.to_string()).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let module = Says { labels: &labels, ..GOOD }.module(1);
    refused(&home, "too many labels", &module, "labels: 2000 given, 1024 allowed");
    refused(&home, "describes nothing", &describing("i32.const 1024"), "roles: at least one is needed");
}

#[test]
fn names_that_could_deceive_are_refused() {
    let _turn = strong();
    let home = TestHome::new();
    let long = "x".repeat(65);
    let labels: [(&str, &[&str], &str); 7] = [
        ("duplicate", &["no", "yes", "no"], "labels names `no` twice"),
        ("empty", &["no", ""], "a name is empty"),
        ("too long", &["no", &long], "longer than 64 characters"),
        ("a line feed", &["no", "yes\n"], "cannot be printed"),
        ("bidirectional", &["no", "\u{202e}sey"], "`\\u{202e}sey` has a character that cannot be printed"),
        ("zero width", &["yes", "yes\u{200b}"], "cannot be printed"),
        ("padded", &["yes", " yes"], "cannot be printed"),
    ];
    for (what, labels, reason) in labels {
        refused(&home, what, &Says { labels, ..GOOD }.module(1), reason);
    }
    let roles: [(&str, &[&str], &str); 3] = [
        ("a role twice", &["enterprise", "enterprise"], "roles names `enterprise` twice"),
        ("no role", &[], "roles: at least one is needed"),
        ("a role from elsewhere", &["еnterprise"], "is not a name"),
    ];
    for (what, roles, reason) in roles {
        refused(&home, what, &Says { roles, ..GOOD }.module(1), reason);
    }
    refused(&home, "a path", &Says { dataset: "../keys", ..GOOD }.module(1), "`../keys` is not a name");
    let twice = Says { columns: &["paid_fen", "paid_fen"], ..GOOD };
    refused(
        &home,
        "a column twice",
        &twice.module(1),
        "role `enterprise`, dataset `tax_payment` names `paid_fen` twice",
    );
}

#[test]
fn a_guest_that_begins_with_too_much_memory_is_refused_before_it_costs_anything() {
    let _turn = strong();
    let home = TestHome::new();
    // The policy allows 2 MiB: 32 pages. One more, and every run would end as `undetermined`.
    for (pages, fits) in [(32, true), (33, false)] {
        let guest = home.register(&GOOD.module(pages)).unwrap();
        let before = home.totals();
        let answer = home.ask(&home.sign(&JobOrder { guest, ..home.order(0, 1) }));
        if fits {
            assert_eq!(label(&answer.unwrap()), "no");
            continue;
        }
        assert_eq!(refusal(&answer), Some(RefusalCode::GuestManifest));
        let text = answer.unwrap_err().to_string();
        assert!(text.contains("2162688 bytes of memory, the policy's `memory_mib` allows 2097152"), "{text}");
        assert_eq!(home.totals(), before);
    }
    // More than `describe` itself may have is no guest of any policy.
    refused(&home, "65 MiB", &GOOD.module(1_040), "bytes of initial memory, at most 67108864");
}
