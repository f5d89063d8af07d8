//! What can be wrong with the description of a dataset, by the command that checks it and the one that drafts it.

use std::fs;
use std::path::Path;

use super::bureau::{anshi, rows, taxes};
use super::languages::fails;

#[test]
fn a_classification_is_one_of_five_levels() {
    let good = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("catalog/tax_payment.toml")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tax_payment.toml");
    let at = path.display().to_string();
    let with = |level: &str| {
        let text = good.replacen("classification = \"L3\"", &format!("classification = \"{level}\""), 1);
        fs::write(&path, text).unwrap();
    };
    for level in ["L1", "L2", "L3", "L4", "L5"] {
        with(level);
        assert_eq!(anshi(&["catalog", "check", &at]).0, 0, "{level}");
    }
    let line = good.lines().position(|line| line.starts_with("classification")).unwrap() + 1;
    for level in ["L0", "L6", "l3", "L33", "3", "", "public"] {
        with(level);
        fails(&["catalog", "check", &at], 1);
        let (_, said) = anshi(&["catalog", "check", &at]);
        let told = format!("unknown classification `{level}`: one of `L1`, `L2`, `L3`, `L4`, `L5`");
        assert!(said.contains(&told) && said.contains(&format!("tax_payment.toml:{line}:")), "{said}");
        assert!(level != "L33" || said.contains("did you mean `L3`?"), "{said}");
    }
}

#[test]
fn a_draft_says_how_its_file_must_be_called() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("delivered.csv"), taxes(&rows(20))).unwrap();
    let infer = |out: &str| anshi(&["catalog", "infer", &at("delivered.csv"), "--name", "taxes", "--out", out]);
    let (code, said) = infer(&at("taxes.toml"));
    assert!(code == 0 && said.contains(&format!("to read; then `anshi catalog check {}`", at("taxes.toml"))), "{said}");
    fs::remove_file(at("taxes.toml")).unwrap();
    let (code, said) = infer(&at("draft.toml"));
    let told = format!("call it `{0}` as its dataset, and `anshi catalog check {0}`", at("taxes.toml"));
    assert!(code == 0 && said.contains(&told), "{said}");
    // As it is it would be refused; as the advice says it is taken.
    assert_eq!(anshi(&["catalog", "check", &at("draft.toml")]).0, 1);
    fs::rename(at("draft.toml"), at("taxes.toml")).unwrap();
    assert_eq!(anshi(&["catalog", "check", &at("taxes.toml")]).0, 0);
}
