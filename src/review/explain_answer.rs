//! What leaves the room, in sentences.

use super::explain_words::{listed, units};
use super::sentence::{Sentence, SentenceId as Id, say};
use crate::model::{Lang, NoiseKind};
use crate::policy::{AnswerRule, MeasureRule, Policy, TableRule};

/// What an answer is.
pub(super) fn answer_section(policy: &Policy) -> Vec<Sentence> {
    match &policy.answer {
        AnswerRule::Label(labels) => labels_sentences(labels),
        AnswerRule::Table(table) => table_sentences(table),
    }
}

fn labels_sentences(labels: &[String]) -> Vec<Sentence> {
    vec![
        say(
            Id::AnswerLabels,
            format!(
                "The answer is one of {} or `undetermined`, exact and without noise; nothing else of a run leaves the room.",
                listed(labels, Lang::En)
            ),
            format!(
                "回答为 {} 或 `undetermined` 之一，准确而不加噪声；运行中的其他一切都不离开暗室。",
                listed(labels, Lang::Zh)
            ),
        ),
        say(
            Id::AnswerUndetermined,
            "`undetermined` means that a run did not end with one of these labels: it failed, used up its fuel or memory, or missed its time. Of itself it says nothing about the party, and why it came about only auditors see; since a guest can bring it about on purpose, it counts as one more answer.",
            "`undetermined` 表示运行未以上述标签结束：出错、耗尽燃料或内存、或未及时完成。它本身不说明当事方的任何情况，原因仅审计员可见；因程序可以有意造成它，故计为多一种回答。",
        ),
    ]
}

fn table_sentences(table: &TableRule) -> Vec<Sentence> {
    let (en, zh) = units(table.unit);
    let names = |open: &str, close: &str, separator: &str| {
        let one = |dimension: &crate::model::Dimension| {
            format!("`{}`{open}{}{close}", dimension.name, dimension.labels.join(separator))
        };
        table.dimensions.iter().map(one).collect::<Vec<_>>()
    };
    let (cells, cells_per_unit) = (table.cells(), table.cells_per_unit);
    let mut said = vec![
        say(
            Id::AnswerTable,
            format!(
                "The answer is a table of {cells} cells, every combination of {}; all of them always appear, each with a noisy count of {en}.",
                names(" (", ")", ", ").join(" and ")
            ),
            format!(
                "回答为一份 {cells} 格的统计表，即{}的全部组合；所有格必定出现，每格给出加噪的{zh}数。",
                names("（", "）", "、").join("与")
            ),
        ),
        say(
            Id::AnswerUnitCells,
            format!("One of the {en} adds to {cells_per_unit} of the cells at most."),
            format!("每个{zh}至多计入其中 {cells_per_unit} 格。"),
        ),
    ];
    said.extend(table.measures.iter().map(|measure| measure_sentence(measure, (en, zh))));
    said.push(noise_sentence(table));
    said.push(say(
        Id::AnswerMinUnits,
        format!("A cell whose noisy count is below {} is not printed: that keeps readers from taking noise for figures; what protects is the noise.", table.min_units),
        format!("加噪后数量低于 {} 的格不予列出：这是为防止把噪声当作数据；起保护作用的是噪声本身。", table.min_units),
    ));
    said.push(say(
        Id::AnswerFailedUnit,
        "A unit whose run fails adds nothing, and nobody learns which; a table that is not done at its time is not released at all.",
        "运行出错的主体不计入任何格，无人得知是哪一个；未及时完成的统计表完全不予公布。",
    ));
    said
}

fn measure_sentence(measure: &MeasureRule, (en, zh): (&str, &str)) -> Sentence {
    let MeasureRule { name, unit, lower, upper, share } = measure;
    say(
        Id::AnswerMeasure,
        format!(
            "Each cell also has the noisy sum `{name}` in {unit}: one of the {en} adds from {lower} to {upper} to a cell, and what lies beyond counts as the nearer of the two; its share of ε is {share}."
        ),
        format!(
            "每格另有加噪合计 `{name}`（{unit}）：每个{zh}对一格的贡献限于 {lower} 至 {upper}，超出者按较近的一端计；占 ε 的份额为 {share}。"
        ),
    )
}

fn noise_sentence(table: &TableRule) -> Sentence {
    let (epsilon, share) = (table.epsilon, table.count_share);
    let (en, zh) = match table.noise {
        NoiseKind::DiscreteLaplace => ("discrete Laplace", "离散拉普拉斯"),
        NoiseKind::DiscreteGaussian => ("discrete Gaussian", "离散高斯"),
    };
    say(
        Id::AnswerNoise,
        format!(
            "Every figure of every cell carries {en} noise, sampled exactly; one table costs ε = {epsilon}, of which the count takes the share {share}."
        ),
        format!("每格的每个数字都加有精确抽样的{zh}噪声；一份统计表扣 ε = {epsilon}，其中计数占 {share}。"),
    )
}
