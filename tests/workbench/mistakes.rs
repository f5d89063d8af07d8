//! Files of cases with one mistake each: every one is told with its line, in both languages.

use std::fs;
use std::path::Path;

use anshi::document::Document;
use anshi::model::{Chinese, Lang};
use anshi::workbench::Cases;

use crate::explain::{policy_of, shipped};

const GOOD: &str = r#"guest = "sme-credit-check"
day = 2026-10-08
[data]
seed = 3
scale = "0.00001"
as_of = 2026-09-30
[request]
parties = { enterprise = "healthy" }
parameters = { min_paid_fen = 10_000_000 }
[[case]]
day = 2026-10-09
times = 2
consents = [{ role = "enterprise", party = "failing", versions = ["1.0.0", "2.0.0"] }]
rows = { repayments = "rows/none.csv" }
expect = { answer = "A", cost = 3 }
left = { healthy = 21 }
[[case]]
day = 2026-10-10
expect = { refused = "wrong-purpose", detail = "sme" }
[[population]]
scale = "0.002"
most = 30
role = "enterprise"
dataset = "tax_payment"
others = [{ role = "enterprise", of = "enterprise", dataset = "enterprise_officers", column = "person_id" }]
shares = { A = ["0", "0.5"], B = ["0", "1"], C = ["0", "1"], D = ["0.25", "1"], undetermined = ["0", "0.01"] }
"#;

/// What stands in the good file, what takes its place, and what is said of it in English and Chinese.
const MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("\"0.002\"", "\"2\"", "`scale` is a decimal", "`scale` 应为"),
    ("most = 30", "most = 0", "`most` is from 1 to 10000", "`most` 应为 1 至 10000"),
    ("most = 30", "most = 10001", "`most` is from 1 to 10000", "`most` 应为 1 至 10000"),
    (
        "role = \"enterprise\"\ndataset",
        "role = \"firm\"\ndataset",
        "the policy has no role `firm`",
        "政策没有角色 `firm`",
    ),
    ("[{ role = \"enterprise\", of", "[{ role = \"firm\", of", "the policy has no role `firm`", "政策没有角色 `firm`"),
    ("of = \"enterprise\"", "of = \"enterprize\"", "nobody plays `enterprize` yet", "尚无主体充当 `enterprize`"),
    ("D = [\"0.25\", \"1\"], ", "", "the share of `D` is not said", "没有写明 `D` 的占比"),
    ("D = [\"0.25\"", "E = [\"0.25\"", "the policy has no label `E`", "政策没有标签 `E`"),
    ("\"0.25\", \"1\"", "\"0.25\", \"1.1\"", "two decimals from 0 to 1 in quotes", "占比应为两个"),
    ("\"0.25\", \"1\"", "\"0.25\", \"0.2\"", "the smaller first", "小者在前"),
    ("\"0.25\", \"1\"", "\"-0.25\", \"1\"", "two decimals from 0 to 1 in quotes", "占比应为两个"),
    ("guest =", "gest =", "cases.toml:1:1", "是否指 `guest`"),
    ("guest = \"sme-credit-check\"", "guest = \"SME\"", "a guest is a name such as `sme-credit-check`", "程序写名称"),
    ("day = 2026-10-08", "day = 2026-09-29", "before the data, which are of 2026-09-30", "早于数据截止日"),
    ("day = 2026-10-09", "day = 2026-10-07", "the clock does not go back", "时钟不会倒退"),
    ("day = 2026-10-10", "day = 2026-10-08", "2026-10-08 is before 2026-10-09", "2026-10-08 早于 2026-10-09"),
    ("seed = 3", "sed = 3", "did you mean `seed`?", "是否指 `seed`"),
    ("\"0.00001\"", "\"0\"", "`scale` is a decimal", "`scale` 应为"),
    ("\"0.00001\"", "\"1.5\"", "`scale` is a decimal", "`scale` 应为"),
    ("times = 2", "times = 0", "`times` is from 1 to 100", "`times` 应为 1 至 100"),
    ("times = 2", "times = 101", "`times` is from 1 to 100", "`times` 应为 1 至 100"),
    ("enterprise = \"healthy\"", "enterprise = \"helthy\"", "did you mean `healthy`?", "是否指 `healthy`"),
    ("enterprise = \"healthy\"", "enterprise = 7", "a name, an identifier, or a list of them", "不符合格式"),
    ("role = \"enterprise\"", "role = \"enterprize\"", "did you mean `enterprise`?", "政策没有角色 `enterprize`"),
    ("party = \"failing\"", "party = \"fialing\"", "did you mean `failing`?", "是否指 `failing`"),
    ("[\"1.0.0\", \"2.0.0\"]", "[\"1.0\", \"2.0.0\"]", "a version is three numbers", "版本应为三个数"),
    ("\"rows/none.csv\"", "\"../none.csv\"", "`../none.csv` does not", "须在政策的文件夹之内"),
    ("\"rows/none.csv\"", "\"/etc/passwd\"", "`/etc/passwd` does not", "须在政策的文件夹之内"),
    ("answer = \"A\"", "answer = \"E\"", "the policy has no label `E`", "政策没有标签 `E`"),
    ("answer = \"A\"", "answer = \"undetermine\"", "did you mean `undetermined`?", "是否指 `undetermined`"),
    ("answer = \"A\"", "table = {}", "it has no table", "没有统计表"),
    ("answer = \"A\", ", "", "one of `answer`, `table` and `refused`", "之一"),
    ("answer = \"A\", ", "answer = \"A\", refused = \"bad-rows\", ", "one of `answer`, `table` and `refused`", "之一"),
    (
        "answer = \"A\", ",
        "answer = \"A\", detail = \"x\", ",
        "`detail` stands only beside `refused`",
        "只能与 `refused` 同用",
    ),
    ("cost = 3", "cost = \"0.5\"", "bits are a whole number", "比特数为整数"),
    ("cost = 3", "cots = 3", "did you mean `cost`?", "是否指 `cost`"),
    (
        "refused = \"wrong-purpose\"",
        "refused = \"wrong-porpose\"",
        "did you mean `wrong-purpose`?",
        "没有 `wrong-porpose` 这种拒绝",
    ),
    ("detail = \"sme\"", "detail = \" \"", "would be a part of any", "没有意义"),
    ("detail = \"sme\"", "cost = 3", "a refusal costs nothing", "拒绝不扣额度"),
    ("left = { healthy", "left = { helthy", "did you mean `healthy`?", "是否指 `healthy`"),
    (
        "left = { healthy",
        "left = { 91371402MA769M6L9X",
        "neither an example of the invented city nor an identifier",
        "18 位的标识",
    ),
    ("left = { healthy = 21", "left = { healthy = \"21\"", "bits are a whole number", "比特数为整数"),
    ("left = {", "lft = {", "did you mean `left`?", "是否指 `left`"),
];

fn told(policy: &str, text: &str, lang: Lang) -> Option<String> {
    let document = Document::new("cases.toml", text);
    Cases::check(&document, &policy_of(&shipped(policy))).err().map(|error| error.text(lang))
}

#[test]
fn every_mistake_is_found_and_told_in_both_languages() {
    assert_eq!(told("sme-credit-check", GOOD, Lang::En), None);
    for (from, to, en, zh) in MISTAKES {
        assert!(GOOD.contains(from), "`{from}` is not in the good file");
        let bad = GOOD.replacen(from, to, 1);
        for (lang, wanted) in [(Lang::En, en), (Lang::Zh, zh)] {
            let text = told("sme-credit-check", &bad, lang).unwrap_or_default();
            assert!(text.contains(wanted) && text.contains("cases.toml:"), "`{to}`: no `{wanted}` in:\n{text}");
        }
    }
    let nothing = GOOD.split("[[case]]").next().unwrap();
    assert!(told("sme-credit-check", nothing, Lang::En).unwrap().contains("no `[[case]]`"));
    let all = GOOD.replace("\"A\"", "\"E\"").replace("times = 2", "times = 0");
    let text = told("sme-credit-check", &all, Lang::En).unwrap();
    assert!(text.contains("no label `E`") && text.contains("`times` is from"), "all at once:\n{text}");
}

/// The same of a table's policy.
const TABLE: &str = r#"guest = "late-payment-by-county"
[[case]]
parameters = { months = 12 }
expect = { table = { noise = "discrete-laplace", scales = { count = "8" }, keys = { county = ["371402"] } }, cost = "0.5" }
left = { enterprise = "3.5" }
"#;

const TABLE_MISTAKES: &[(&str, &str, &str, &str)] = &[
    ("table = {", "answer = \"A\", tabel = {", "did you mean `table`?", "是否指 `table`"),
    ("scales = { count", "scales = { cuont", "did you mean `count`?", "没有指标 `cuont`"),
    ("keys = { county", "keys = { country", "did you mean `county`?", "没有维度 `country`"),
    ("cost = \"0.5\"", "cost = 1", "ε is a decimal in quotes", "ε 为加引号的小数"),
    ("cost = \"0.5\"", "cost = \"0,5\"", "ε is a decimal in quotes", "ε 为加引号的小数"),
    ("left = { enterprise", "left = { healthy", "no unit kind", "不是主体种类"),
    ("noise =", "noize =", "did you mean `noise`?", "是否指 `noise`"),
];

#[test]
fn tables_have_mistakes_of_their_own() {
    assert_eq!(told("late-payment-by-county", TABLE, Lang::En), None);
    for (from, to, en, zh) in TABLE_MISTAKES {
        assert!(TABLE.contains(from), "`{from}` is not in the good file");
        let bad = TABLE.replacen(from, to, 1);
        for (lang, wanted) in [(Lang::En, en), (Lang::Zh, zh)] {
            let text = told("late-payment-by-county", &bad, lang).unwrap_or_default();
            assert!(text.contains(wanted), "`{to}`: no `{wanted}` in:\n{text}");
        }
    }
    let many = "\n[[population]]\nrole = \"enterprise\"\ndataset = \"tax_payment\"\nshares = {}\n";
    let text = told("late-payment-by-county", &format!("{TABLE}{many}"), Lang::En).unwrap();
    assert!(text.contains("a table is asked of everybody"), "{text}");
    let label = TABLE.replace(
        "table = { noise = \"discrete-laplace\", scales = { count = \"8\" }, keys = { county = [\"371402\"] } }",
        "answer = \"A\"",
    );
    assert!(
        told("late-payment-by-county", &label, Lang::En).unwrap().contains("answers with a table, or `undetermined`")
    );
}

#[test]
fn the_file_of_rows_is_read_below_the_policys_folder_alone() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("policies/loan-renewal-check/cases.toml");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(told("loan-renewal-check", &text, Lang::En), None);
    for outside in ["rows/../../x.csv", "./rows/paid.csv", ""] {
        let bad = text.replacen("rows/paid.csv", outside, 1);
        assert!(told("loan-renewal-check", &bad, Lang::En).unwrap().contains("below the policy's folder"), "{outside}");
    }
}
