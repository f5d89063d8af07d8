//! Attack 20: bisection by a parameter. A client that halves the interval with every question, with whatever policy,
//! guest or spelling of the question is left, learns no more of the firm than its budget, and stops there.

use anshi::env::weaken::Weakness;
use anshi::model::{RawParameter, RefusalCode};

use super::run::check;
use crate::support::{Handmade, ODD_FEN, Setup, TestHome, label, policy_of, refusal};

const BUDGET_BITS: u32 = 12;
/// Of one answer: two labels and `undetermined`.
const ANSWER_BITS: u32 = 2;
/// What the client knows before it asks: the firm paid less than so much.
const FEN_MAX: i64 = 1 << 34;
const PARAMETER: &str =
    "[[parameter]]\nname = \"at_least\"\nkind = \"integer\"\nmin = 0\nmax = 17_179_869_184\nstep = 1\n";
const POLICIES: [&str; 2] = ["at-least", "no-less-than"];

/// Whether the firm paid at least so much; `twist` makes another guest of it that answers the same.
fn guest(twist: u32) -> Handmade {
    Handmade {
        parameters: vec![("at_least", "integer")],
        verify: "(local $row i32) (local $sum i64)
            (block $summed (loop $rows
              (br_if $summed (i32.ge_u (local.get $row) (call $rows (local.get $parties) (i32.const 0))))
              (local.set $sum (i64.add (local.get $sum) (i64.load (i32.add
                (call $column (local.get $parties) (i32.const 0) (i32.const 0))
                (i32.shl (local.get $row) (i32.const 3))))))
              (local.set $row (i32.add (local.get $row) (i32.const 1)))
              (br $rows)))
            (i64.ge_s (local.get $sum) (call $integer (local.get $parameters) (i32.const 0)))"
            .to_owned(),
        beside: format!("(global i32 (i32.const {twist}))"),
        ..Handmade::default()
    }
}

pub fn attack() -> Result<(), String> {
    let files = POLICIES.map(|id| policy_of(id, &guest(0), PARAMETER, 2)).to_vec();
    let home = TestHome::with(&Setup { bits: BUDGET_BITS, files, ..Setup::default() });
    let guests = [0, 1, 2].map(|twist| home.register(&guest(twist).module()).unwrap());
    // The firm paid at least `low` and less than `high`.
    let (mut low, mut high, mut answers) = (0, FEN_MAX, 0_u32);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        // Every question by every way there is, until one is answered.
        let spellings = [RawParameter::Integer(middle), RawParameter::Text(middle.to_string())];
        let ways = POLICIES
            .iter()
            .flat_map(|policy| guests.iter().map(move |guest| (*policy, *guest)))
            .flat_map(|(policy, guest)| spellings.iter().map(move |spelling| (policy, guest, spelling.clone())));
        let ask = |(policy, guest, spelling): (&str, _, RawParameter)| {
            home.ask(&home.sign(&home.order_under(policy, guest, 1, &[("at_least", spelling)])))
        };
        let mut refusals = Vec::new();
        let mut answered = None;
        for way in ways {
            match ask(way) {
                Ok(bundle) => {
                    answered = Some(label(&bundle));
                    break;
                }
                refused => refusals.push(refusal(&refused)),
            }
        }
        match answered.as_deref() {
            Some("yes") => low = middle,
            Some("no") => high = middle,
            None if refusals.iter().all(|code| *code == Some(RefusalCode::Budget)) => break,
            other => return Err(format!("asked whether it paid {middle}: {other:?}, {refusals:?}")),
        }
        answers += 1;
    }
    if !(low..high).contains(&ODD_FEN) {
        return Err(format!("the answers were wrong: {low} to {high}"));
    }
    let allowed = BUDGET_BITS / ANSWER_BITS;
    match answers == allowed && high - low >= FEN_MAX >> allowed {
        true => Ok(()),
        false => Err(format!("{answers} answers instead of {allowed}: the firm paid {low} to {} fen", high - 1)),
    }
}

#[test]
fn held() {
    check(attack, Weakness::BudgetUnchecked);
}
