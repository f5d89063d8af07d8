//! Attack 35: one unit under two identifiers, for two budgets. However departments write an identifier, ingest makes
//! one unit of it; however a client writes it, only the canonical form is taken.

use std::fmt::Write;

use anshi::env::weaken::Weakness;
use anshi::model::{RawParameter, RefusalCode};

use super::run::check;
use super::spellings::{full_width, spellings};
use crate::support::{Handmade, Setup, TestHome, firm, label, policy_of, refusal};

const POLICY: &str = "rows";
const PARAMETER: &str = "[[parameter]]\nname = \"nothing\"\nkind = \"integer\"\nmin = 0\nmax = 1_000\nstep = 1\n";
/// A firm whose payments come under as many spellings as there are.
const FIRM: u32 = 3_001;
/// Bits for one answer about a party, and no more.
const ONE_ANSWER: u32 = 7;

/// How many rows the firm has.
fn guest() -> Handmade {
    Handmade {
        parameters: vec![("nothing", "integer")],
        labels: (0..64).map(|rows| rows.to_string()).collect(),
        verify: "(call $rows (local.get $parties) (i32.const 0))".to_owned(),
        ..Handmade::default()
    }
}

/// The spellings that departments are known to use.
fn delivered() -> Vec<String> {
    let id = firm(FIRM).to_string();
    vec![id.clone(), id.to_lowercase(), full_width(&id), format!("  {id} "), full_width(&id.to_lowercase())]
}

fn payments() -> (String, String) {
    let mut rows = "纳税人识别号,税款所属期止,税种,应缴金额(元),实缴金额(元),缴款期限,缴款日期\n".to_owned();
    for id in delivered() {
        writeln!(rows, "{id},20260531,VAT,45000.00,45000.00,20260531,20260531").unwrap();
    }
    ("delivery/tax_payment/spellings.csv".to_owned(), rows)
}

pub fn attack() -> Result<(), String> {
    let guest = guest();
    let files = vec![policy_of(POLICY, &guest, PARAMETER, 2), payments()];
    let home = TestHome::with(&Setup { bits: ONE_ANSWER, files, ..Setup::default() });
    let digest = home.register(&guest.module()).unwrap();
    // A careless authority signs whatever spelling it is given.
    let ask = |nothing: i64, spelling: &str| {
        let mut order = home.order_under(POLICY, digest, FIRM, &[("nothing", RawParameter::Integer(nothing))]);
        order.parties = vec![("enterprise".to_owned(), spelling.to_owned())];
        order.consents = vec![home.careless_consent(POLICY, spelling)];
        home.ask(&home.sign(&order))
    };
    let id = firm(FIRM).to_string();
    let rows = label(&ask(0, &id).unwrap());
    if rows != delivered().len().to_string() {
        return Err(format!("{rows} rows of the {} that were delivered are one unit's", delivered().len()));
    }
    for (nothing, spelling) in (1..).zip(spellings(&id)) {
        let answer = ask(nothing, &spelling);
        if refusal(&answer) != Some(RefusalCode::Parties) {
            let label = answer.as_ref().map(label);
            return Err(format!("the budget was used up, and yet there is an answer about `{spelling}`: {label:?}"));
        }
    }
    match refusal(&ask(999, &id)) {
        Some(RefusalCode::Budget) => persons(),
        other => Err(format!("the firm's one answer was spent, and yet: {other:?}")),
    }
}

/// Persons by citizen id: the same, and the form of 15 digits that went before.
fn persons() -> Result<(), String> {
    let guest = Handmade { tables: vec![("insured", vec![("kind", Vec::new())])], ..guest() };
    let (path, policy) = policy_of(POLICY, &guest, PARAMETER, 2);
    let quotas = format!("{{ bits = {ONE_ANSWER}, lifetime = {ONE_ANSWER} }}");
    let accounts = format!(
        "[label.person]\nclients = {{ smart-finance = {quotas} }}\nlimit = {quotas}\nwindow_days = 90\n\n\
         [label.enterprise]\nclients = {{ smart-finance = {quotas} }}\nlimit = {quotas}\nwindow_days = 90\n"
    );
    let id = PERSON.to_owned();
    let whole = [id.clone(), id.to_lowercase(), full_width(&id), format!(" {id} ")];
    let rows = whole
        .iter()
        .map(String::as_str)
        .chain([PERSON_OF_15])
        .fold("citizen,kind\n".to_owned(), |rows, id| format!("{rows}{id},BASIC\n"));
    let files = vec![
        (path, policy.replace("unit = \"enterprise\"", "unit = \"person\"")),
        ("policies/accounts.toml".to_owned(), accounts),
        ("catalog/insured.toml".to_owned(), INSURED.to_owned()),
        ("delivery/insured/delivery.csv".to_owned(), rows),
    ];
    let home = TestHome::with(&Setup { files, ..Setup::default() });
    let digest = home.register(&guest.module()).unwrap();
    let units = home.engine.snapshot().unwrap().dataset("insured").unwrap().unit_ids().len();
    if units != 1 {
        return Err(format!("one person became {units} units"));
    }
    let ask = |nothing: i64, spelling: &str| {
        let mut order = home.order_under(POLICY, digest, FIRM, &[("nothing", RawParameter::Integer(nothing))]);
        order.parties = vec![("enterprise".to_owned(), spelling.to_owned())];
        order.consents = vec![home.careless_consent(POLICY, spelling)];
        home.ask(&home.sign(&order))
    };
    // A form that ingest does not mend is rejected, with its row; one that it does is the same person's.
    let rows = label(&ask(0, &id).unwrap());
    if ![whole.len(), whole.len() + 1].map(|rows| rows.to_string()).contains(&rows) {
        return Err(format!("{rows} rows of a person are one unit's"));
    }
    for (nothing, spelling) in (1..).zip(spellings(&id).into_iter().chain([PERSON_OF_15.to_owned()])) {
        let answer = ask(nothing, &spelling);
        if refusal(&answer) != Some(RefusalCode::Parties) {
            return Err(format!("an answer about `{spelling}`: {:?}", answer.as_ref().map(label)));
        }
    }
    match refusal(&ask(999, &id)) {
        Some(RefusalCode::Budget) => Ok(()),
        other => Err(format!("the person's one answer was spent, and yet: {other:?}")),
    }
}

/// The standard's example, which is nobody's; and the same without century and check character.
const PERSON: &str = "34052419800101001X";
const PERSON_OF_15: &str = "340524800101001";

const INSURED: &str = r#"
name = "insured"
title = { zh = "参保", en = "Insured persons" }
department = { zh = "人社局", en = "Bureau of human resources" }
library = "population"
collections = ["smart-finance"]
unit = "person"
key = "citizen"
classification = "L3"
update = "daily"
[[column]]
name = "citizen"
type = "identifier"
title = { zh = "身份号码", en = "Citizen id" }
[[column]]
name = "kind"
type = "text"
title = { zh = "险种", en = "Kind" }
[source]
kind = "csv"
files = "insured/*.csv"
encoding = "utf-8"
columns = { "citizen" = "citizen", "kind" = "kind" }
dates = ["%Y-%m-%d"]
missing = [""]
on_bad_id = "reject"
rejects_max = "0.5"
[synthetic]
rows_per_unit = { min = 1, max = 3 }
"#;

#[test]
fn held() {
    check(attack, Weakness::SpellingsApart);
}
