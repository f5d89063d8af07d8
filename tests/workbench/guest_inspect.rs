//! `anshi guest inspect`: what a file is, which policies accept it and why others do not, and that the smallest policy is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anshi::catalog::Catalog;
use anshi::document::Document;
use anshi::model::Pace;
use anshi::policy::{check_policy, fit};
use serde_json::Value;
use toml::Table;

use super::command::{Said, anshi, guests};
use crate::explain::SHIPPED;
use crate::support::Handmade;

const GUESTS: [&str; 7] = [
    "enterprise_vitality",
    "fiscal_themes",
    "guarantor_check",
    "late_payment_by_county",
    "loan_renewal_check",
    "revenue_verification",
    "sme_credit_check",
];

fn inspect(folder: &Path, file: &Path, words: &[&str]) -> Said {
    anshi(folder, &[&["guest", "inspect", file.to_str().unwrap()], words].concat())
}

fn json(said: &Said) -> Value {
    serde_json::from_str(&said.out).unwrap_or_else(|_| panic!("{}{}", said.out, said.err))
}

fn guest(name: &str) -> PathBuf {
    guests().join(format!("{name}.wasm"))
}

fn catalog() -> &'static Catalog {
    static CATALOG: OnceLock<Catalog> = OnceLock::new();
    CATALOG.get_or_init(|| anshi::job::unpack_catalog().unwrap())
}

#[test]
fn everything_about_a_guest_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let said = inspect(folder.path(), &guest("sme_credit_check"), &["--lang", "en"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    for part in [
        " bytes, imports nothing\n  a `verifier` of ",
        " of memory, runs on the engine for small guests",
        "  takes the parameter `min_paid_fen` (integer)",
        "  reads `tax_payment` of `enterprise`: payable_fen, paid_fen, due_date, paid_date",
        "utility (",
        "  answers one of: A, B, C, D",
        "  accepted by policy `sme-credit-check` 2.0.0",
        "  not accepted by policy `post-loan-warning` 1.0.0: ",
        ", `late-payment-by-county`, ",
        " (`--policy ID` says why not)",
        "  `--draft FILE` writes the smallest policy that accepts it",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    let said = inspect(folder.path(), &guest("sme_credit_check"), &["--lang", "zh"]);
    for part in [
        "不导入任何外部功能",
        "初始内存 64 KiB",
        "政策 `sme-credit-check` 2.0.0 接受",
        "项政策与该程序无关：`approval-material-check`、",
        "可用 `--draft 文件` 写出",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    let of_one = |id, lang| inspect(folder.path(), &guest("sme_credit_check"), &["--policy", id, "--lang", lang]);
    let said = of_one("late-payment-by-county", "en");
    let parts = [
        "  not accepted by policy `late-payment-by-county` 1.0.0: ",
        "the policy answers with a table, the guest is a `verifier`",
    ];
    assert!(said.code == 0 && parts.iter().all(|part| said.out.contains(part)), "{}{}", said.out, said.err);
    assert!(!said.out.contains("sme-credit-check") && !said.out.contains("not meant"), "{}", said.out);
    let said = of_one("late-payment-by-country", "zh");
    assert!(said.code == 2 && said.err.contains("`late-payment-by-county`"), "{}{}", said.out, said.err);
    fs::create_dir_all(folder.path().join("policies/sme-credit-check")).unwrap();
    for (lang, told) in
        [("en", "a folder of policies goes with `--policies`"), ("zh", "政策的总文件夹请用 `--policies` 指明")]
    {
        let said = of_one("policies/sme-credit-check", lang);
        assert!(said.code == 2 && said.err.contains(told), "{}{}", said.out, said.err);
    }
    let told = json(&inspect(folder.path(), &guest("late_payment_by_county"), &["--json"]));
    assert_eq!((told["world"].as_str(), told["tier"].as_str()), (Some("contributor"), Some("small")));
    assert_eq!(told["imports"], serde_json::json!([]));
    assert!(told["functions"].as_u64().unwrap() > 3 && told["memory_bytes"].as_u64().unwrap() >= 65_536);
    assert_eq!(told["manifest"]["dimensions"][0]["labels"].as_array().map(Vec::len), Some(11));
    let accepts: Vec<&str> = told["policies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|policy| policy["accepts"] == true)
        .filter_map(|policy| policy["policy"].as_str())
        .collect();
    assert_eq!(accepts, ["late-payment-by-county"]);
    assert_eq!(
        told["policies"].as_array().map(Vec::len),
        Some(SHIPPED.len() + 1),
        "every policy that comes with the program, and the one that the kit alone has"
    );
}

#[test]
fn a_pinned_guest_and_too_little_memory_are_reasons() {
    let folder = tempfile::tempdir().unwrap();
    let large = Handmade { parameters: Vec::new(), pages: 40, ..Handmade::default() };
    let file = folder.path().join("own.wasm");
    fs::write(&file, large.module()).unwrap();
    let (path, text) = crate::support::policy_of("own", &large, "", 1);
    let path = folder.path().join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, text.replace("guests = \"any\"", &format!("guests = [\"sha256:{}\"]", "1".repeat(64)))).unwrap();
    let said = inspect(folder.path(), &file, &["--policies", "policies", "--lang", "en"]);
    for part in [
        "lets 1 guest answer by digest, and not this one",
        "begins with 2621440 bytes of memory, the policy's `memory_mib` allows 1048576",
    ] {
        assert!(said.out.contains(part), "{part}\n{}", said.out);
    }
    let drafted =
        json(&inspect(folder.path(), &file, &["--policies", "policies", "--json"]))["smallest"]["toml"].clone();
    assert!(drafted.as_str().unwrap().contains("memory_mib = 3 "), "{drafted}");
    let digest = anshi::keys::sha256(&large.module());
    let right = text
        .replace("guests = \"any\"", &format!("guests = [\"{digest}\"]"))
        .replace("memory_mib = 1", "memory_mib = 3");
    fs::write(&path, right).unwrap();
    let said = inspect(folder.path(), &file, &["--policies", "policies", "--lang", "en"]);
    assert!(said.out.contains("  accepted by policy `own` 1.0.0"), "{}", said.out);
}

/// Two policies are called `revenue-verification`, one of them the kit's.
#[test]
fn a_policy_of_two_folders_is_told_of_once() {
    let folder = tempfile::tempdir().unwrap();
    let said = inspect(folder.path(), &guest("revenue_verification"), &["--lang", "en"]);
    assert_eq!(said.out.matches("policy `revenue-verification`").count(), 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("  accepted by policy `revenue-verification` "), "{}", said.out);
    // A table of other figures by the same cells is near, and says what is the matter.
    let said = inspect(folder.path(), &guest("enterprise_vitality"), &["--lang", "en"]);
    assert!(said.out.contains("  not accepted by policy `fiscal-themes` 1.0.0: "), "{}", said.out);
}

/// A pack has its own catalog: a policy of it need not fit the one built in.
#[test]
fn a_packs_policies_are_read_with_its_catalog() {
    let folder = tempfile::tempdir().unwrap();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (from, to) = (root.join("policies/late-payment-by-county"), folder.path().join("bank/policies"));
    crate::support::copy_folder(&root.join("catalog"), &folder.path().join("bank/catalog"));
    crate::support::copy_folder(&from, &to.join("late-payment-by-county"));
    let rename = |path: PathBuf| {
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("payable_fen"));
        fs::write(&path, text.replace("payable_fen", "owed_fen")).unwrap();
    };
    rename(folder.path().join("bank/catalog/tax_payment.toml"));
    rename(to.join("late-payment-by-county/policy.toml"));
    let file = guest("late_payment_by_county");
    let told = inspect(folder.path(), &file, &["--pack", "bank", "--lang", "en"]);
    assert!(
        told.code == 0 && told.out.contains("`tax_payment` has no column `payable_fen`"),
        "{}{}",
        told.out,
        told.err
    );
    let apart = ["--policies", "bank/policies", "--catalog", "bank/catalog", "--lang", "en"];
    assert_eq!(inspect(folder.path(), &file, &apart).out, told.out);
    let built_in = inspect(folder.path(), &file, &["--policies", "bank/policies", "--lang", "en"]);
    assert!(built_in.code == 1 && built_in.err.contains("no column `owed_fen`"), "{}{}", built_in.out, built_in.err);
}

/// It would look as if nobody accepted the guest.
#[test]
fn a_folder_without_policies_is_no_place_to_ask() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for place in ["nowhere", "empty"] {
        let said = inspect(folder.path(), &guest("sme_credit_check"), &["--policies", place, "--lang", "en"]);
        assert!(said.code == 2 && said.err.contains("nor a folder of policies"), "{place}: {}{}", said.out, said.err);
    }
}

#[test]
fn a_home_is_asked_for_its_own_policies() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(anshi(folder.path(), &["init", "--home", "home", "--kind", "synthetic"]).code, 0);
    fs::remove_dir_all(folder.path().join("home/policies/sme-credit-check")).unwrap();
    let told = json(&inspect(folder.path(), &guest("sme_credit_check"), &["--home", "home", "--json"]));
    let accepts = told["policies"].as_array().unwrap().iter().filter(|policy| policy["accepts"] == true).count();
    assert_eq!((accepts, told["policies"].as_array().map(Vec::len)), (0, Some(SHIPPED.len() - 1)));
}

/// What is no guest says why, and names every import with what brings it.
#[test]
fn a_file_that_is_no_guest_says_exactly_why() {
    let folder = tempfile::tempdir().unwrap();
    let text = |text: &str| wat::parse_str(text).unwrap();
    let wasi =
        "(component (import \"wasi:clocks/wall-clock@0.2.6\" (instance)) (import \"bank:door/open@1.0.0\" (instance)))";
    let core = "(module (import \"env\" \"puts\" (func)) (import \"wasi_snapshot_preview1\" \"fd_write\" (func)))";
    let cases: [(&str, Vec<u8>, &[&str]); 5] = [
        ("text.wasm", b"(module)".to_vec(), &["is not WebAssembly"]),
        ("cut.wasm", b"\0asm".to_vec(), &["this is no guest"]),
        ("empty.wasm", text("(component)"), &["exports `anshi:sandbox/verifying@0.1.0` or"]),
        (
            "wasi.wasm",
            text(wasi),
            &[
                "`wasi:clocks/wall-clock@0.2.6`",
                "`bank:door/open@1.0.0`",
                "Rust: build for `wasm32-unknown-unknown`",
                "`disableFeatures",
                "--stub-wasi",
                "C: link with `-nostdlib`",
                "which import nothing",
            ],
        ),
        ("core.wasm", text(core), &["`env.puts`", "`wasi_snapshot_preview1.fd_write`", "`--allow-undefined`"]),
    ];
    for (name, bytes, parts) in cases {
        let file = folder.path().join(name);
        fs::write(&file, bytes).unwrap();
        let said = inspect(folder.path(), &file, &["--lang", "en"]);
        assert_eq!(said.code, 1, "{name}: {}{}", said.out, said.err);
        for part in parts {
            assert!(said.out.contains(part) || said.err.contains(part), "{name}: {part}\n{}{}", said.out, said.err);
        }
    }
    let told = json(&inspect(folder.path(), &folder.path().join("core.wasm"), &["--json"]));
    let imports = told["imports"].as_array().unwrap();
    assert_eq!(
        (imports.len(), imports[0]["from"].as_str(), imports[0]["name"].as_str()),
        (2, Some("env"), Some("puts"))
    );
    assert!(imports[1]["cures"].as_array().unwrap().len() == 4 && told["message"]["zh"].as_str().is_some());
    let said = inspect(folder.path(), &folder.path().join("wasi.wasm"), &["--lang", "zh"]);
    assert!(said.out.contains("导入了系统接口") && said.out.contains("请关闭全部特性"), "{}", said.out);
}

/// Whether the text is a policy that the guest fits, with the catalog built in.
fn accepts(text: &str, manifest: &anshi::model::Manifest) -> bool {
    let document = Document::new("draft.toml", text);
    check_policy(&document, catalog(), Pace::NONE).is_ok_and(|policy| fit(&policy, manifest, catalog()).is_ok())
}

/// The policy without one of its parts: each grant, client's dataset, column, parameter, label, dimension and measure in turn.
fn each_part_less(text: &str) -> Vec<(String, String)> {
    let whole: Table = text.parse().unwrap();
    let mut less = Vec::new();
    let mut without = |what: String, change: &dyn Fn(&mut Table)| {
        let mut changed = whole.clone();
        change(&mut changed);
        less.push((what, changed.to_string()));
    };
    let list = |table: &Table, key: &str| table.get(key).and_then(|value| value.as_array()).map_or(0, Vec::len);
    fn entry<'t>(table: &'t mut Table, key: &str, place: usize) -> &'t mut Table {
        table[key].as_array_mut().unwrap()[place].as_table_mut().unwrap()
    }
    for (blocks, parts) in [("grant", "columns"), ("client_dataset", "column"), ("parameter", "")] {
        for block in 0..list(&whole, blocks) {
            without(format!("{blocks} {block}"), &|table| drop(table[blocks].as_array_mut().unwrap().remove(block)));
            let inner = whole[blocks].as_array().unwrap()[block].as_table().unwrap();
            for part in 0..list(inner, parts) {
                without(format!("{blocks} {block} {parts} {part}"), &|table| {
                    drop(entry(table, blocks, block)[parts].as_array_mut().unwrap().remove(part));
                });
            }
        }
    }
    let answer = whole["answer"].as_table().unwrap();
    for key in ["labels", "dimension", "measure"] {
        for place in 0..list(answer, key) {
            without(format!("{key} {place}"), &|table| {
                drop(table["answer"].as_table_mut().unwrap()[key].as_array_mut().unwrap().remove(place));
            });
        }
    }
    for dimension in 0..list(answer, "dimension") {
        let labels = list(answer["dimension"].as_array().unwrap()[dimension].as_table().unwrap(), "labels");
        for label in 0..labels {
            without(format!("dimension {dimension} label {label}"), &|table| {
                let answer = table["answer"].as_table_mut().unwrap();
                drop(entry(answer, "dimension", dimension)["labels"].as_array_mut().unwrap().remove(label));
            });
        }
    }
    less
}

#[test]
fn the_smallest_policy_accepts_the_guest_and_nothing_can_be_taken_from_it() {
    let folder = tempfile::tempdir().unwrap();
    for name in GUESTS {
        let draft = format!("{name}.toml");
        let said = inspect(folder.path(), &guest(name), &["--draft", &draft, "--lang", "en"]);
        assert!(
            said.code == 0 && said.out.contains("decide every line marked DECIDE"),
            "{name}: {}{}",
            said.out,
            said.err
        );
        let text = fs::read_to_string(folder.path().join(&draft)).unwrap();
        // It is a policy, and the guest fits it, as the command that reviewers use says.
        let said = anshi(
            folder.path(),
            &["policy", "check", &draft, "--guest", guest(name).to_str().unwrap(), "--lang", "en"],
        );
        assert_eq!(said.code, 0, "{name}: {}{}\n{text}", said.out, said.err);
        let manifest = manifest_of(&fs::read(guest(name)).unwrap());
        assert!(accepts(&text, &manifest), "{name}");
        let less = each_part_less(&text);
        assert!(less.len() > 5, "{name}: {}", less.len());
        for (what, text) in less {
            assert!(!accepts(&text, &manifest), "{name} without {what} still accepts it\n{text}");
        }
        // What nobody has decided is marked, and nobody can ask under it.
        let decisions = text.lines().filter(|line| line.contains("# DECIDE: ")).count();
        assert!(decisions > 8 && text.contains("clients = []"), "{name}: {decisions}");
        assert!(
            anshi(folder.path(), &["guest", "inspect", guest(name).to_str().unwrap(), "--draft", &draft]).code == 2
        );
    }
}

/// What a guest says of itself.
fn manifest_of(module: &[u8]) -> anshi::model::Manifest {
    let folder = tempfile::tempdir().unwrap();
    let registry = anshi::guest::Registry::open(folder.path(), Path::new(env!("CARGO_BIN_EXE_anshi"))).unwrap();
    registry.register(module).unwrap().manifest
}

#[test]
fn a_guest_that_no_policy_can_accept_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = [
        (vec![("tax_payment", vec![("no_such", Vec::new())])], "has no column `no_such`"),
        (vec![("tax_payment", vec![("tax_kind", vec!["SALT".to_owned()])])], "`tax_payment.tax_kind` never is `SALT`"),
        (vec![("tax_payment", vec![("paid_fen", vec!["1".to_owned()])])], "no closed set of values"),
        (
            vec![("tax_payment", vec![("paid_fen", Vec::new())]), ("person_registry", vec![("status", Vec::new())])],
            "about the unit `person`",
        ),
    ];
    for (place, (tables, reason)) in wrong.into_iter().enumerate() {
        let file = folder.path().join(format!("own{place}.wasm"));
        fs::write(&file, Handmade { tables, ..Handmade::default() }.module()).unwrap();
        let said = inspect(folder.path(), &file, &["--lang", "en"]);
        assert!(
            said.code == 0 && said.out.contains("no policy can accept it") && said.out.contains(reason),
            "{reason}\n{}{}",
            said.out,
            said.err
        );
        let said = inspect(folder.path(), &file, &["--draft", "none.toml", "--lang", "en"]);
        assert!(said.code == 1 && !folder.path().join("none.toml").exists(), "{}{}", said.out, said.err);
    }
}
