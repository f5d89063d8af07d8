//! A client's own rows: a policy that takes them, a guest made by hand that reads them, and rows of known content.

use std::collections::BTreeMap;

use anshi::job::{ConsentOrder, JobOrder};
use anshi::model::{Digest, RawCell, RawParameter, RawRow, RawRows};

use super::handmade::{Handmade, policy_of};
use super::home::{Setup, TestHome};
use super::rows::firm;

/// The dataset that the test's policies declare.
pub const OWN: &str = "repayments";
const POLICY: &str = "own-rows";
/// With a parameter, so that one guest can be asked for distinct jobs.
const PARAMETER: &str = "[[parameter]]\nname = \"behaviour\"\nkind = \"integer\"\nmin = 0\nmax = 9\nstep = 1\n";
const NAMED: &str = "[[parameter]]\nname = \"named\"\nkind = \"identifier\"\n";

/// One column of every type.
const COLUMNS: &str = r#"
[[client_dataset.column]]
name = "borrower"
type = "identifier"
names = "enterprise"
[[client_dataset.column]]
name = "loan"
type = "identifier"
[[client_dataset.column]]
name = "due_date"
type = "date"
[[client_dataset.column]]
name = "owed_fen"
type = "integer"
unit = "fen"
min = 0
max = 9_007_199_254_740_993
[[client_dataset.column]]
name = "is_settled"
type = "boolean"
[[client_dataset.column]]
name = "kind"
type = "text"
values = ["PRINCIPAL", "INTEREST"]
[[client_dataset.column]]
name = "note"
type = "text"
[[client_dataset.column]]
name = "seen_at"
type = "timestamp"
"#;

/// A home with the policy, and the guest registered in it.
pub struct OwnRows {
    pub home: TestHome,
    pub guest: Digest,
}

impl OwnRows {
    /// A guest that reads these columns of the client's rows and what the firm has paid in tax, and answers by `verify`.
    /// `key` is TOML that may name the key of the rows; `named` adds a parameter that is an identifier.
    pub fn new(columns: &[(&'static str, &[&str])], verify: &str, key: &str, named: bool) -> Self {
        let granted = Handmade::default();
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect();
        let own = columns.iter().map(|(column, known)| (*column, values(known))).collect();
        let mut parameters = PARAMETER.to_owned();
        let mut guest = Handmade { verify: verify.to_owned(), ..granted.clone() };
        guest.tables.push((OWN, own));
        if named {
            guest.parameters.push(("named", "identifier"));
            parameters += NAMED;
        }
        let dataset = format!(
            "[[client_dataset]]\nname = \"{OWN}\"\ntitle = {{ zh = \"还款\", en = \"Repayments\" }}\n\
             role = \"enterprise\"\ntime = \"due_date\"\nhistory_months = 24\nrows_max = 20\n{key}\n{COLUMNS}"
        );
        let (path, mut text) = policy_of(POLICY, &granted, &format!("{dataset}{parameters}"), 2);
        if !key.is_empty() {
            text = text.replace("count = { min = 1, max = 1 }", "count = { min = 1, max = 2 }");
        }
        let home = TestHome::with(&Setup { files: vec![(path, text)], ..Setup::default() });
        let guest = home.register(&guest.module()).unwrap();
        Self { home, guest }
    }

    /// Whether the first of the client's rows tells of more than what firm 1 has paid in tax.
    pub fn comparing() -> Self {
        Self::new(&[("owed_fen", &[])], OWES_MORE, "", false)
    }

    /// An order about these firms, with these rows.
    pub fn order(&self, parties: &[u32], rows: Vec<RawRow>) -> JobOrder {
        let consent = |party: &u32| {
            let order = ConsentOrder { policy: POLICY.to_owned(), ..self.home.consent_order(*party) };
            self.home.consent(&order)
        };
        let parameters = [("behaviour", RawParameter::Integer(0))];
        JobOrder {
            parties: parties.iter().map(|party| ("enterprise".to_owned(), firm(*party).to_string())).collect(),
            consents: parties.iter().map(consent).collect(),
            rows: RawRows(BTreeMap::from([(OWN.to_owned(), rows)])),
            ..self.home.order_under(POLICY, self.guest, 1, &parameters)
        }
    }

    /// A signed request about firm 1 with these rows.
    pub fn token(&self, rows: Vec<RawRow>) -> String {
        self.home.sign(&self.order(&[1], rows))
    }
}

/// `yes` where there is a row, and the first one owes more than the first tax payment paid.
const OWES_MORE: &str = "
  (if (result i32) (i32.eqz (call $rows (local.get $parties) (i32.const 1)))
    (then (i32.const 0))
    (else (i64.gt_s (i64.load (call $column (local.get $parties) (i32.const 1) (i32.const 0)))
                    (i64.load (call $column (local.get $parties) (i32.const 0) (i32.const 0))))))";

/// A text cell.
pub fn text(text: &str) -> RawCell {
    RawCell::Text(text.to_owned())
}

/// A good row about firm 1: due on this day, owing so much.
pub fn own_row(day: &str, owed_fen: i64) -> RawRow {
    let cells = [
        ("borrower", text(firm(1).as_str())),
        ("loan", text("HT-1")),
        ("due_date", text(day)),
        ("owed_fen", RawCell::Integer(owed_fen)),
        ("is_settled", RawCell::Boolean(false)),
        ("kind", text("INTEREST")),
        ("note", RawCell::Missing),
        ("seen_at", RawCell::Missing),
    ];
    cells.map(|(column, cell)| (column.to_owned(), cell)).into()
}

/// The same with one cell changed; without it, where there is none.
pub fn changed(mut row: RawRow, column: &str, cell: Option<RawCell>) -> RawRow {
    match cell {
        Some(cell) => drop(row.insert(column.to_owned(), cell)),
        None => drop(row.remove(column)),
    }
    row
}
