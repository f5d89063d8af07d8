//! The words about tables, in English and Chinese. Owns wording alone; both languages match exhaustively.

use super::chinese::cost as cost_chinese;
use super::english::{cost as cost_english, some};
use super::message::Cost;
use crate::model::Lang;

/// A line about a table.
#[derive(Clone, Debug)]
pub enum TableMessage {
    Table { text: String, facts: Box<TableFacts> },
    TableAnswered { cost: Cost, out: String },
    TableNone { cost: Cost, out: String },
    TableFile { path: String },
    TableWaiting,
    Cancelling,
}

/// What stands below a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFacts {
    /// The mechanism.
    pub noise: String,
    /// ε.
    pub epsilon: String,
    /// For Gaussian noise: ρ, δ and the ε at that δ.
    pub gaussian: Option<(String, String, String)>,
    /// Half of the 95 % interval, for the count and each measure.
    pub intervals: Vec<(String, String)>,
    /// Suppressed cells.
    pub suppressed: usize,
    /// Below how many units, by the noisy count.
    pub min_units: u32,
}

impl TableMessage {
    /// The line in `lang`.
    pub fn text(&self, lang: Lang) -> String {
        match lang {
            Lang::En => self.english(),
            Lang::Zh => self.chinese(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::Table { text, facts } => format!("{text}\n\n{}", facts_english(facts)),
            Self::TableAnswered { cost: charged, out } => {
                format!("table released, {} charged, receipt in `{out}`", cost_english(charged))
            }
            Self::TableNone { cost: charged, out } => {
                format!(
                    "no table: it was not done at its tick, or cancelled; {} charged, receipt in `{out}`",
                    cost_english(charged)
                )
            }
            Self::TableFile { path } => format!("written: `{path}`"),
            Self::TableWaiting => "until the tick, in seconds".to_owned(),
            Self::Cancelling => "cancelled: the charge stays, and the receipt comes at the tick".to_owned(),
        }
    }

    fn chinese(&self) -> String {
        match self {
            Self::Table { text, facts } => format!("{text}\n\n{}", facts_chinese(facts)),
            Self::TableAnswered { cost: charged, out } => {
                format!("统计表已发布，扣{}，回执 `{out}`", cost_chinese(charged))
            }
            Self::TableNone { cost: charged, out } => {
                format!("没有统计表：到时未完成，或已取消；扣{}，回执 `{out}`", cost_chinese(charged))
            }
            Self::TableFile { path } => format!("已写入 `{path}`"),
            Self::TableWaiting => "距发布时刻（秒）".to_owned(),
            Self::Cancelling => "已取消：扣减不退，回执仍于发布时刻给出".to_owned(),
        }
    }
}

/// That there are more cells than the lines above show.
pub fn of_all(shown: usize, printed: usize, lang: Lang) -> String {
    match lang {
        Lang::En => format!("… {shown} of {printed} printed cells; the sum of all of them:"),
        Lang::Zh => format!("… 以上为所显示的 {printed} 格中的 {shown} 格；全部之和："),
    }
}

fn facts_english(facts: &TableFacts) -> String {
    let intervals = facts.intervals.iter().map(|(name, half)| format!("{name} ± {half}"));
    let gaussian = facts
        .gaussian
        .as_ref()
        .map(|(rho, delta, epsilon)| format!(", that is ρ = {rho}, which implies ε = {epsilon} at δ = {delta}"));
    format!(
        "noise: {}, ε = {}{}\nin 95 of 100 of all cells, printed or not, noise stays within: {}\n{} of fewer than {} units, by the noisy count, not printed",
        facts.noise,
        facts.epsilon,
        gaussian.unwrap_or_default(),
        intervals.collect::<Vec<_>>().join(", "),
        some(facts.suppressed as u64, "cell", "cells"),
        facts.min_units
    )
}

fn facts_chinese(facts: &TableFacts) -> String {
    let intervals = facts.intervals.iter().map(|(name, half)| format!("{name} ± {half}"));
    let gaussian = facts
        .gaussian
        .as_ref()
        .map(|(rho, delta, epsilon)| format!("，即 ρ = {rho}，由此可得 δ = {delta} 时 ε = {epsilon}"));
    format!(
        "噪声：{}，ε = {}{}\n全部格（无论显示与否）中，每 100 格有 95 格的噪声在此范围内：{}\n按加噪后的主体数，少于 {} 的 {} 格不显示",
        facts.noise,
        facts.epsilon,
        gaussian.unwrap_or_default(),
        intervals.collect::<Vec<_>>().join("，"),
        facts.min_units,
        facts.suppressed
    )
}
