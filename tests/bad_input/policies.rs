//! Policies that are broken while a home is in use: the set that was read stays in force, a start says what is wrong and
//! where, and nothing is lost.

use std::fs;

use anshi::job::Engine;
use anshi::model::{Chinese, Lang};

use crate::support::{TestHome, engine_options, strong};

/// What stands in the policy, what takes its place, and what is said of it in either language.
const MISTAKES: [(&str, &str, &str, &str); 7] = [
    ("purpose = ", "porpose = ", "did you mean `purpose`?", "是否指 `purpose`？"),
    ("version = ", "id = \"other\"\nversion = ", "duplicate key", "键重复"),
    ("from = 2020-01-01", "from = 2021-02-29", "policy.toml:6:", "policy.toml:6:"),
    ("from = 2020-01-01", "from = 2100-01-01", "`until` is before `from`", "`until` 早于 `from`"),
    ("\"payable_fen\"]", "\"payable\"]", "no column `payable`", "没有列 `payable`"),
    ("dataset = \"business_registration\"", "dataset = \"business\"", "no dataset `business`", "没有数据集 `business`"),
    ("role = \"enterprise\"\ndataset = \"tax", "role = \"bank\"\ndataset = \"tax", "no role `bank`", "没有角色 `bank`"),
];

#[test]
fn a_broken_policy_changes_nothing_for_who_asks_and_no_start_passes_it_over() {
    let _turn = strong();
    let home = TestHome::new();
    let path = home.path.join("policies/adversary/policy.toml");
    let good = fs::read_to_string(&path).unwrap();
    home.answered(&home.token(100, 1));
    let mut home = home;
    for (number, (from, to, en, zh)) in (101..).zip(MISTAKES) {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good, "`{from}` is not in the policy");
        fs::write(&path, bad).unwrap();
        // The engine that runs has read its policies once, whole.
        home.answered(&home.token(number, 1));
        let totals = home.totals();
        let (opened, error) = home.while_closed(|home| {
            let error = Engine::open(home, engine_options()).map(drop).expect_err(to);
            fs::write(&path, &good).unwrap();
            error
        });
        for (lang, wanted) in [(Lang::En, en), (Lang::Zh, zh)] {
            let text = error.text(lang);
            assert!(text.contains(wanted) && text.contains("policy.toml:"), "`{to}`: no `{wanted}` in:\n{text}");
        }
        home = opened;
        assert_eq!(home.totals(), totals);
        // The same job again: the stored answer, free.
        home.answered(&home.token(number, 1));
        assert_eq!(home.totals().1, totals.1);
    }
}
