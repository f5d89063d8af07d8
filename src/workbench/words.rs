//! The words of what cases expect and what came of them, in both languages. Owns wording alone.

use super::cases::{Expect, Left};
use super::play::{Deviation, Got};
use crate::model::{AccountKind, Bilingual, UnitKind};
use crate::policy::Policy;

fn both(en: impl Into<String>, zh: impl Into<String>) -> Bilingual {
    Bilingual { zh: zh.into(), en: en.into() }
}

/// What needs no language.
pub(super) fn same(text: String) -> Bilingual {
    Bilingual { zh: text.clone(), en: text }
}

/// An amount of what the policy is charged in.
pub(super) fn amount(amount: u64, policy: &Policy) -> Bilingual {
    match policy.table() {
        None if amount == 1 => both("1 bit", "1 比特"),
        None => both(format!("{amount} bits"), format!("{amount} 比特")),
        // Which unit's account does not matter to how an amount is written.
        Some(_) => same(format!("ε = {}", AccountKind::Table(UnitKind::Enterprise).shown(amount))),
    }
}

/// What is answered, and what it costs where that is known.
fn answer(label: &str, cost: Option<u64>, policy: &Policy) -> Bilingual {
    with_cost(both(format!("answer `{label}`"), format!("回答 `{label}`")), cost, policy)
}

fn with_cost(words: Bilingual, cost: Option<u64>, policy: &Policy) -> Bilingual {
    let Some(cost) = cost.map(|cost| amount(cost, policy)) else { return words };
    both(format!("{}, {}", words.en, cost.en), format!("{}，{}", words.zh, cost.zh))
}

/// What a case expects.
pub(super) fn expected(expect: &Expect, policy: &Policy) -> Bilingual {
    match expect {
        Expect::Answer { label, cost } => answer(label, *cost, policy),
        Expect::Table { cost, .. } => with_cost(both("a table", "统计表"), *cost, policy),
        Expect::Refused { code, detail } => refused(code.word(), detail.as_ref().map(|detail| same(detail.clone()))),
    }
}

fn refused(word: &str, detail: Option<Bilingual>) -> Bilingual {
    match detail {
        None => both(format!("refused: {word}"), format!("拒绝：{word}")),
        Some(detail) => both(format!("refused: {word} ({})", detail.en), format!("拒绝：{word}（{}）", detail.zh)),
    }
}

/// What came of it.
pub(super) fn got(got: &Got, policy: &Policy) -> Bilingual {
    match got {
        Got::Answer { label, cost, end } => {
            let words = answer(label, Some(*cost), policy);
            match end {
                None => words,
                Some(end) => both(format!("{} ({end})", words.en), format!("{}（{end}）", words.zh)),
            }
        }
        Got::Table { table, cost } => {
            let cells = table.cells.len();
            let words = both(format!("a table of {cells} cells"), format!("{cells} 格的统计表"));
            with_cost(words, Some(*cost), policy)
        }
        Got::Refused(refusal) => {
            refused(refusal.code.word(), refusal.detail.as_ref().map(crate::model::Chinese::bilingual))
        }
        Got::Failed(error) => both(format!("no answer: {}", error.en), format!("没有回答：{}", error.zh)),
    }
}

pub(super) fn outcome() -> Bilingual {
    both("outcome", "结果")
}

pub(super) fn cost() -> Bilingual {
    both("cost", "扣减")
}

pub(super) fn detail(expected: &str, said: Bilingual) -> Deviation {
    Deviation { what: both("detail", "说明"), expected: same(expected.to_owned()), got: said }
}

pub(super) fn dimensions() -> Bilingual {
    both("dimensions", "维度")
}

pub(super) fn keys(dimension: &str) -> Bilingual {
    both(format!("labels of `{dimension}`"), format!("`{dimension}` 的取值"))
}

pub(super) fn cells() -> Bilingual {
    both("cells", "格数")
}

pub(super) fn noise() -> Bilingual {
    both("noise", "噪声")
}

pub(super) fn min_units() -> Bilingual {
    both("`min_units`", "`min_units`")
}

pub(super) fn scale(of: &str) -> Bilingual {
    both(format!("scale of `{of}`"), format!("`{of}` 的噪声尺度"))
}

pub(super) fn left(whose: &str, ever: bool) -> Bilingual {
    match ever {
        false => both(format!("left of `{whose}`"), format!("`{whose}` 的窗口余额")),
        true => both(format!("left of `{whose}` ever"), format!("`{whose}` 的终身余额")),
    }
}

/// `left of `healthy`: 21 bits`.
pub(super) fn still_left(still: &Left, policy: &Policy) -> Bilingual {
    let (of, amount) = (left(&still.whose.word(), still.ever), amount(still.amount, policy));
    both(format!("{}: {}", of.en, amount.en), format!("{}：{}", of.zh, amount.zh))
}

pub(super) fn no_quota() -> Bilingual {
    both("the client has no quota there", "该客户在此没有额度")
}

/// In which of several turns it went otherwise.
pub(super) fn of_turn(deviations: Vec<Deviation>, turn: u32) -> Vec<Deviation> {
    let of = |Deviation { what, expected, got }: Deviation| {
        let what = both(format!("{}, the {} time", what.en, ordinal(turn)), format!("第 {turn} 次的{}", what.zh));
        Deviation { what, expected, got }
    };
    deviations.into_iter().map(of).collect()
}

fn ordinal(turn: u32) -> String {
    let ending = match (turn % 10, turn % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{turn}{ending}")
}
