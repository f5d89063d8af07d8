//! What can be learnt at the worst and what a run may use, in sentences.

use super::explain::window;
use super::explain_words::{some, unit, units};
use super::odds::factor;
use super::sentence::{Sentence, SentenceId as Id, say};
use super::worst::{Context, Spent, loss, worst};
use crate::model::{AccountKind, Billionths, NoiseKind, UnitKind};
use crate::policy::{Policy, TableRule};

const MIB: u64 = 1 << 20;

/// What is learnt at the worst.
pub(super) fn worst_section(policy: &Policy, context: &Context<'_>) -> Vec<Sentence> {
    let worst = worst(policy, context.accounts);
    let mut said = match policy.table() {
        None => vec![question(), label_job(policy, worst.job)],
        Some(table) => vec![table_job(table)],
    };
    let shown = worst.spent.iter().filter(|spent| spent.client.as_ref().is_none_or(|client| context.shows(client)));
    said.extend(shown.map(|spent| match spent.account {
        AccountKind::Label(unit) => label_spent(spent, unit, worst.job),
        AccountKind::Table(unit) => table_spent(spent, unit, context),
    }));
    if let Some(table) = policy.table() {
        said.push(beyond(table));
    }
    said.push(say(
        Id::WorstSameAgain,
        "The same question again on the same data gives the stored answer and costs nothing, since it tells nothing new.",
        "对同样的数据重复同样的询问，得到已存的回答，不再扣减，因为并未透露更多。",
    ));
    said
}

fn question() -> Sentence {
    say(
        Id::WorstQuestion,
        "At the worst the guest and its parameters are chosen so that each answer tells whatever about the columns above its client wants to know; the bound is on how much, not on what.",
        "最坏情况下，程序与参数可选得使每次回答恰好透露客户想从上述各列中得知的内容；受限的是多少，而不是什么。",
    )
}

fn label_job(policy: &Policy, bits: u64) -> Sentence {
    let cases = policy.labels().len() + 1;
    say(
        Id::WorstLabelJob,
        format!(
            "One answer tells {cases} cases apart, `undetermined` included: at the worst {} about each party named, and so much is charged to each.",
            some(bits, "bit")
        ),
        format!(
            "一次回答区分 {cases} 种情形（含 `undetermined`）：对所指明的每个当事方最多透露 {bits} 比特，并按此逐一扣减。"
        ),
    )
}

fn label_spent(spent: &Spent, kind: UnitKind, bits: u64) -> Sentence {
    let ((en, zh), quota) = (unit(kind), spent.quota);
    let (en_window, zh_window) = window(quota.window_days);
    let (in_window, ever) = (quota.window, quota.lifetime);
    let answers = |bits_in_all: u64| bits_in_all / bits.max(1);
    match &spent.client {
        Some(client) => say(
            Id::WorstLabelClient,
            format!(
                "`{client}` learns about one {en}, by all label policies together, at the worst {} {en_window} ({} under this policy) and {} ever ({}).",
                some(in_window, "bit"),
                some(answers(in_window), "answer"),
                some(ever, "bit"),
                some(answers(ever), "answer")
            ),
            format!(
                "`{client}` 通过全部标签政策，对任一{zh}最多得知：{zh_window} {in_window} 比特（合本政策 {} 次回答），累计 {ever} 比特（合 {} 次）。",
                answers(in_window),
                answers(ever)
            ),
        ),
        None => say(
            Id::WorstLabelAll,
            format!(
                "All clients that ever have a quota, if they pooled what they learnt about one {en}: at the worst {} {en_window} and {} ever.",
                some(in_window, "bit"),
                some(ever, "bit")
            ),
            format!(
                "所有有额度的客户若将所得合并，对任一{zh}最多得知：{zh_window} {in_window} 比特，累计 {ever} 比特。"
            ),
        ),
    }
}

/// `at most 1.65 to 1`; for Gaussian noise with the chance that it is more.
fn odds(epsilon: Billionths, gaussian: bool) -> (String, String) {
    let loss = loss(epsilon, gaussian);
    let (en, zh) = match factor(loss.exponent) {
        Some(factor) => (format!("at most {factor} to 1"), format!("至多 {factor} 比 1")),
        None => (
            "more than 10¹⁵ to 1 in theory, which is no bound worth the name".to_owned(),
            "理论上可超过 10¹⁵ 比 1，这已算不上限制".to_owned(),
        ),
    };
    match loss.gaussian {
        None => (en, zh),
        Some((rho, delta)) => (
            format!("{en}, but for a chance of {delta} (ρ = {rho})"),
            format!("{zh}，例外的概率不超过 {delta}（ρ = {rho}）"),
        ),
    }
}

fn table_job(table: &TableRule) -> Sentence {
    let ((en, zh), epsilon) = (unit(table.unit), table.epsilon);
    let (en_odds, zh_odds) = odds(epsilon, table.noise == NoiseKind::DiscreteGaussian);
    say(
        Id::WorstTableJob,
        format!(
            "Whoever knows everything about all others and holds it 1 to 1 whether the data of one {en} are in, holds it {en_odds} after one table; the same for any two things that those data could be."
        ),
        format!(
            "即使知道其他主体的一切，对某一{zh}的数据是否在内原以 1 比 1 看待的人，看过一份统计表后的把握{zh_odds}；对该数据的任意两种可能也是如此。"
        ),
    )
}

fn table_spent(spent: &Spent, kind: UnitKind, context: &Context<'_>) -> Sentence {
    let gaussian = context.is_gaussian(spent.account);
    let (quota, (en, zh)) = (spent.quota, units(kind));
    let (en_window, zh_window) = window(quota.window_days);
    let (in_window, ever) = (Billionths::new(quota.window), Billionths::new(quota.lifetime));
    let ((en_now, zh_now), (en_ever, zh_ever)) = (odds(in_window, gaussian), odds(ever, gaussian));
    let en = format!(
        "all tables about {en} cost ε = {in_window} together at most {en_window}, odds of {en_now}; and ε = {ever} ever, odds of {en_ever}."
    );
    let zh = format!(
        "关于{zh}的全部统计表：{zh_window}合计至多 ε = {in_window}，把握{zh_now}；累计至多 ε = {ever}，把握{zh_ever}。"
    );
    match &spent.client {
        Some(client) => say(Id::WorstTableClient, format!("For `{client}` {en}"), format!("`{client}` 所得{zh}")),
        None => say(Id::WorstTableAll, format!("For all clients together {en}"), format!("所有客户所得合并，{zh}")),
    }
}

fn beyond(table: &TableRule) -> Sentence {
    let (en, zh) = units(table.unit);
    say(
        Id::WorstTableBeyond,
        format!(
            "Not hidden is what follows for one unit from what holds for many, and what several {en} have in common: for a group of g that belong together, ε counts g times."
        ),
        format!(
            "不在保护之列的是：由众多主体的规律推及某一主体的结论，以及若干{zh}的共同之处：对同属一体的 g 个主体，ε 按 g 倍计。"
        ),
    )
}

/// What a run may use.
pub(super) fn limits_section(policy: &Policy) -> Vec<Sentence> {
    let limits = policy.limits;
    let (fuel, mib, slot, rate) = (limits.fuel, limits.memory_bytes / MIB, limits.slot_ms, limits.jobs_per_minute);
    let mut said = vec![
        say(
            Id::LimitsRun,
            format!(
                "One run has {fuel} fuel and {mib} MiB of memory; one that wants more ends, and its client is not told so."
            ),
            format!("一次运行可用 {fuel} 燃料和 {mib} MiB 内存；超出即终止，且不告知客户。"),
        ),
        say(
            Id::LimitsSlot,
            format!(
                "An answer is released {slot} ms after its dispatch, however long the guest ran: time tells nothing."
            ),
            format!("回答在派发之后 {slot} 毫秒公布，与程序运行多久无关：时间不透露任何内容。"),
        ),
        say(
            Id::LimitsRate,
            format!("A client has {} per minute at most.", some(u64::from(rate), "job")),
            format!("每个客户每分钟至多 {rate} 次作业。"),
        ),
    ];
    if let Some(table) = policy.table() {
        let (units_max, (en, zh)) = (table.units_max, units(table.unit));
        said.push(say(
            Id::LimitsUnits,
            format!("Where the data have more than {units_max} {en}, no table is begun and nothing is charged: that one comparison is public."),
            format!("数据中的{zh}超过 {units_max} 个时不开始统计，也不扣减：仅此一项比较是公开的。"),
        ));
    }
    said
}
