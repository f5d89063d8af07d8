//! `anshi policy dossier`: one file with everything in it, which asks for nothing from elsewhere and runs nothing, whatever a
//! policy's author wrote.

use std::fs;
use std::path::Path;

use super::command::{anshi, desk, guests};

const CASES: &str = r#"guest = "sme-credit-check"
[request]
parties = { enterprise = "healthy" }
parameters = { min_paid_fen = 10_000_000 }
[[case]]
title = { zh = "<b>好企业</b>", en = "a <img src=x onerror=alert(1)> firm" }
expect = { answer = "A", cost = 3 }
left = { healthy = 21 }
[[case]]
expect = { answer = "B" }
"#;

fn write(folder: &Path, lang: &str, more: &[&str]) -> String {
    let guests = guests();
    let words = ["policy", "dossier", "sme-credit-check", "--out", "d.html", "--force", "--lang", lang];
    let with = ["--guests", guests.to_str().unwrap()];
    let said = anshi(folder, &[&words[..], &with[..], more].concat());
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    fs::read_to_string(folder.join("d.html")).unwrap()
}

#[test]
fn a_dossier_holds_every_part_in_both_languages() {
    let folder = desk("sme-credit-check", CASES);
    let old = folder.path().join("old.toml");
    let path = folder.path().join("policies/sme-credit-check/policy.toml");
    fs::copy(&path, &old).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replacen("rows_max = 200", "rows_max = 300", 1)).unwrap();
    let more = ["--policies", "policies", "--against", "old.toml"];
    for (lang, parts) in [
        (
            "en",
            [
                "What it says",
                "can be learnt",
                "grant.rows_max",
                "<td>200</td><td>300</td>",
                "looser",
                "1 of 2 not as expected",
                "answer <code>A</code>, 3 bits<br><small>left of <code>healthy</code>: 21 bits</small>",
                "Both bear the same version number.",
                "It answers with one of",
                "Made without a home",
                "lang=\"en\"",
            ],
        ),
        (
            "zh",
            [
                "政策说明",
                "最坏情况",
                "grant.rows_max",
                "<td>200</td><td>300</td>",
                "放宽",
                "共 2 个，1 个与预期不符",
                "回答 <code>A</code>，3 比特<br><small><code>healthy</code> 的窗口余额：21 比特</small>",
                "两者的版本号相同。",
                "作答用的标签",
                "未指明暗室",
                "lang=\"zh-CN\"",
            ],
        ),
    ] {
        let page = write(folder.path(), lang, &more);
        for part in parts {
            assert!(page.contains(part), "{lang}: no `{part}`");
        }
    }
}

#[test]
fn what_people_wrote_is_no_markup_and_nothing_is_fetched() {
    let folder = desk("sme-credit-check", CASES);
    let path = folder.path().join("policies/sme-credit-check/policy.toml");
    let evil = "<script src='https://example.org/x.js'></script>\\\" onload=alert(1)";
    let text = fs::read_to_string(&path).unwrap();
    let text = text.replacen("en = \"SME credit check\"", &format!("en = \"{evil}\""), 1);
    let text = text.replacen("basis = [", &format!("basis = [\"{evil}\", "), 1);
    let text = text.replacen("[limits]", &format!("[[accept]]\nwarning = \"A001\"\nreason = \"{evil}\"\n[limits]"), 1);
    fs::write(&path, text).unwrap();
    for lang in ["en", "zh"] {
        let page = write(folder.path(), lang, &["--policies", "policies"]).to_lowercase();
        assert!(page.contains("&lt;script src=&#39;https://example.org/x.js&#39;&gt;"), "the text is there");
        let elements = ["<script", "<img", "<link", "<iframe", "<object", "<form", "<a ", "<b>"];
        let attributes = [" src=\"", " href=", " style=\"", "url(", "@import", "\" onload"];
        for bad in elements.iter().chain(&attributes) {
            assert!(!page.contains(bad), "{lang}: `{bad}`");
        }
        // The browser is told so, too.
        assert!(page.contains("default-src 'none'"));
    }
}

#[test]
fn a_dossier_without_its_cases_says_so() {
    let folder = desk("sme-credit-check", CASES);
    fs::remove_file(folder.path().join("policies/sme-credit-check/cases.toml")).unwrap();
    let page = write(folder.path(), "en", &["--policies", "policies"]);
    assert!(page.contains("The cases were not asked:") && page.contains("<code>cases.toml</code>"), "{page}");
    let words = ["policy", "dossier", "sme-credit-check", "--policies", "policies", "--out", "d.html", "--lang", "en"];
    let said = anshi(folder.path(), &words);
    assert!(said.code == 2 && said.err.contains("d.html"), "a file that is there is not replaced: {}", said.err);
    let said = anshi(folder.path(), &[&words[..], &["--force", "--against", "policies"]].concat());
    assert!(said.code == 2 && said.err.contains("is no policy"), "{}", said.err);
}

#[test]
fn a_homes_dossier_tells_its_approvals() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str]| {
        let said = anshi(folder.path(), words);
        assert_eq!(said.code, 0, "{words:?}: {}{}", said.out, said.err);
    };
    run(&["init", "--home", "room", "--kind", "production"]);
    for auditor in ["wang", "li"] {
        let (private, public) = (format!("{auditor}.jwk"), format!("{auditor}.public.jwk"));
        run(&["key", "new", "--out", &private]);
        let shown = anshi(folder.path(), &["key", "show", &private]).out;
        fs::write(folder.path().join(&public), shown).unwrap();
        run(&["client", "add", "--home", "room", "--id", auditor, "--kind", "auditor", "--key", &public]);
    }
    let home = ["--home", "room"];
    let page = write(folder.path(), "en", &home);
    assert!(page.contains("not in force: approvals are missing") && page.contains("Nobody has approved."), "{page}");
    for auditor in ["wang", "li"] {
        let key = format!("{auditor}.jwk");
        run(&["policy", "approve", "--accounts", "--home", "room", "--key", &key]);
        run(&["policy", "approve", "sme-credit-check", "--home", "room", "--key", &key, "--until", "2027-06-30"]);
    }
    let page = write(folder.path(), "en", &home);
    assert!(page.contains("<td class=\"w\">the policy</td><td>li</td><td class=\"w\">2027-06-30</td>"), "{page}");
    assert!(
        page.contains("<td class=\"w\">the accounts</td><td>wang</td>") && page.contains("Approvals needed: 2."),
        "{page}"
    );
    assert!(!page.contains("approvals are missing"));
}
