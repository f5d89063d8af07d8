//! What is in order and still unwise in a policy: warnings with stable codes. Each can be accepted in the policy, with a reason
//! that reviews show. A function of the policy, the catalog, the accounts and a guest's manifest; reads no data.

use std::collections::BTreeSet;

use super::worst::accounts_of;
use crate::catalog::{Catalog, Update};
use crate::model::{Billionths, Chinese, Manifest, NoiseKind, World};
use crate::policy::{Accounts, Allowed, Grant, Guests, Policy, TableRule};

/// An ordered parameter with so many values can be searched.
const VALUES_MIN: u64 = 16;
/// So many labels are many.
const LABELS_MANY: usize = 8;
const EPSILON_JOB_USUAL: Billionths = Billionths::ONE;
const EPSILON_EVER_USUAL: Billionths = Billionths::new(10 * Billionths::ONE.count());
const VALID_DAYS_USUAL: i32 = 731;
/// Of the five grades, those whose breach harms many, or the nation.
const CLASSES_HIGH: [&str; 2] = ["L4", "L5"];

/// Something unwise.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "a variant's sentence says what its fields are")]
pub enum Warning {
    #[error(
        "the parameter `{name}` has {values} ordered values, and `{client}` can ask often enough in {days} days to search them: fewer values tell less of a figure"
    )]
    Searchable { name: String, values: u64, client: String, days: u32 },
    #[error(
        "the window of `{account}` is {days} days, and `{dataset}` is updated {update}: quotas are back before the data are new"
    )]
    Window { account: &'static str, days: u32, dataset: String, update: &'static str },
    #[error("any guest may answer with any of {0} labels: list the guests, or use fewer labels")]
    ManyLabels(usize),
    #[error("one table costs ε = {0}: more than 1 is unusual, and odds grow by e to the power of it")]
    EpsilonJob(Billionths),
    #[error("`{client}` may spend ε = {epsilon} ever: more than 10 protects nobody in theory")]
    EpsilonEver { client: String, epsilon: Billionths },
    #[error(
        "the noise of `{0}` is larger than what `min_units` units can add up to: its cells will say nothing; widen its share, or raise ε or `min_units`"
    )]
    Drowned(String),
    #[error(
        "the noise of the count is larger than `min_units`: cells that are empty will be printed; raise the count's share, ε or `min_units`"
    )]
    Threshold,
    #[error("`{dataset}` grants {columns}, which {} not read: grant what is read", readers(*.guests))]
    Unread { dataset: String, columns: String, guests: usize },
    #[error("`{dataset}` is of class {class}, of the highest: say why it is needed")]
    Class { dataset: String, class: String },
    #[error("it is valid for {0} days: an end within two years makes somebody look again")]
    Validity(i32),
    #[error("`{client}` has no quota in `{account}` and will be refused")]
    NoQuota { client: String, account: &'static str },
    #[error("`{0}` is accepted, and there is no such warning: take it out")]
    AcceptedNothing(String),
    #[error(
        "on invented data the bounds of `{name}` take away {percent} % of what is summed: widen them, or say that sums are too small"
    )]
    Narrow { name: String, percent: u64 },
    #[error(
        "on invented data, scaled to {units} units, a middling cell of `{name}` has {median}, and its noise goes up to {noise}: narrow the bounds, or make fewer cells"
    )]
    Wide { name: String, median: u128, noise: u128, units: u32 },
    #[error(
        "half of the {months} months of `{dataset}` would do: none of {runs} runs on invented data answered otherwise"
    )]
    History { dataset: String, months: u32, runs: usize },
    #[error(
        "`{0}` is not asked for consent, and any guest may answer: one that nobody has read can tell another thing of somebody each time; list the guests"
    )]
    Unasked(String),
}

fn readers(guests: usize) -> String {
    if guests == 1 { "the guest does".to_owned() } else { format!("all {guests} guests do") }
}

impl Warning {
    /// The code, for good.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Searchable { .. } => "A001",
            Self::Window { .. } => "A002",
            Self::ManyLabels(_) => "A003",
            Self::EpsilonJob(_) => "A004",
            Self::EpsilonEver { .. } => "A005",
            Self::Drowned(_) => "A006",
            Self::Threshold => "A007",
            Self::Unread { .. } => "A008",
            Self::Class { .. } => "A009",
            Self::Validity(_) => "A010",
            Self::NoQuota { .. } => "A011",
            Self::AcceptedNothing(_) => "A012",
            Self::Narrow { .. } => "A013",
            Self::Wide { .. } => "A014",
            Self::History { .. } => "A015",
            Self::Unasked(_) => "A016",
        }
    }
}

impl Chinese for Warning {
    fn chinese(&self) -> String {
        match self {
            Self::Searchable { name, values, client, days } => format!(
                "参数 `{name}` 有 {values} 个有序的值，`{client}` 在 {days} 天内的额度足以逐步逼近：减少取值，可少透露具体数字"
            ),
            Self::Window { account, days, dataset, update } => {
                let update = match *update {
                    "daily" => "每日",
                    "weekly" => "每周",
                    "monthly" => "每月",
                    "quarterly" => "每季度",
                    _ => "每年",
                };
                format!("`{account}` 的窗口为 {days} 天，而 `{dataset}` {update}更新一次：数据未更新，额度已恢复")
            }
            Self::ManyLabels(labels) => {
                format!("任何程序都可用 {labels} 个标签中的任意一个作答：请列明程序，或减少标签")
            }
            Self::EpsilonJob(epsilon) => format!("一份统计表扣 ε = {epsilon}：超过 1 并不常见，把握按 e 的 ε 次方增长"),
            Self::EpsilonEver { client, epsilon } => {
                format!("`{client}` 累计可用 ε = {epsilon}：超过 10 在理论上已不能保护任何人")
            }
            Self::Drowned(name) => format!(
                "`{name}` 的噪声大于 `min_units` 个主体之和所能达到的值，各格将毫无意义：请提高其份额、ε 或 `min_units`"
            ),
            Self::Threshold => {
                "计数的噪声大于 `min_units`，空格也会列出：请提高计数的份额、ε 或 `min_units`".to_owned()
            }
            Self::Unread { dataset, columns, guests } => {
                let readers =
                    if *guests == 1 { "程序并不".to_owned() } else { format!(" {guests} 个程序均不") };
                format!("`{dataset}` 授予了{readers}读取的列 {columns}：只授予所读取的列")
            }
            Self::Class { dataset, class } => format!("`{dataset}` 为 {class} 级，属最高等级：请说明为何需要"),
            Self::Validity(days) => format!("有效期长达 {days} 天：两年之内到期，才会有人重新审视"),
            Self::NoQuota { client, account } => format!("`{client}` 在 `{account}` 中没有额度，会被拒绝"),
            Self::AcceptedNothing(code) => format!("接受了 `{code}`，但并无此项警告：请删去"),
            Self::Narrow { name, percent } => {
                format!("在合成数据上，`{name}` 的上下限削去了合计的 {percent}%：请放宽，或说明合计偏小")
            }
            Self::Wide { name, median, noise, units } => format!(
                "在合成数据上（按 {units} 个主体折算），`{name}` 居中的一格为 {median}，而噪声可达 {noise}：请收窄上下限，或减少单元格"
            ),
            Self::History { dataset, months, runs } => {
                format!("`{dataset}` 的 {months} 个月减半即可：在合成数据上的 {runs} 次运行，答案无一不同")
            }
            Self::Unasked(role) => {
                format!("`{role}` 不需授权，任何程序都可作答：未经审阅的程序可逐次透露同一主体的另一项情况，请列明程序")
            }
        }
    }
}

/// What is unwise in `policy`; with `guests`, those that may answer, also in what is
/// granted to them; and what a `trial` found, where there was one. The second list is what the policy accepts.
pub fn warnings(
    policy: &Policy,
    catalog: &Catalog,
    accounts: Option<&Accounts>,
    guests: &[Manifest],
    trial: Option<Vec<Warning>>,
) -> (Vec<Warning>, Vec<(Warning, String)>) {
    let mut found = Vec::new();
    own(policy, catalog, &mut found);
    accounts.into_iter().for_each(|accounts| spending(policy, catalog, accounts, &mut found));
    if !guests.is_empty() {
        unread(policy, guests, &mut found);
    }
    let tried = trial.is_some();
    found.extend(trial.into_iter().flatten());
    let reason = |warning: &Warning| policy.accepts.iter().find(|(code, _)| code == warning.code());
    let idle: Vec<String> = policy
        .accepts
        .iter()
        .map(|(code, _)| code)
        .filter(|code| !found.iter().any(|warning| warning.code() == code.as_str()))
        .filter(|code| judged(code, accounts.is_some(), !guests.is_empty(), tried))
        .cloned()
        .collect();
    let (accepted, open): (Vec<Warning>, Vec<Warning>) =
        found.into_iter().partition(|warning| reason(warning).is_some());
    let accepted = accepted.into_iter().map(|warning| {
        let why = reason(&warning).map(|(_, why)| why.clone()).unwrap_or_default();
        (warning, why)
    });
    let accepted = accepted.collect();
    (open.into_iter().chain(idle.into_iter().map(Warning::AcceptedNothing)).collect(), accepted)
}

/// Whether a warning of this code could have been found with what was at hand.
fn judged(code: &str, accounts: bool, guest: bool, tried: bool) -> bool {
    match code {
        "A001" | "A002" | "A005" | "A011" => accounts,
        "A008" => guest,
        "A013" | "A014" | "A015" => tried,
        _ => true,
    }
}

/// What the policy and the catalog show.
fn own(policy: &Policy, catalog: &Catalog, found: &mut Vec<Warning>) {
    if policy.guests == Guests::Any && policy.labels().len() > LABELS_MANY {
        found.push(Warning::ManyLabels(policy.labels().len()));
    }
    if policy.guests == Guests::Any {
        let unasked = policy.roles.iter().filter(|(_, rule)| !rule.consent_required);
        found.extend(unasked.map(|(role, _)| Warning::Unasked(role.clone())));
    }
    if let Some(table) = policy.table() {
        if table.epsilon > EPSILON_JOB_USUAL {
            found.push(Warning::EpsilonJob(table.epsilon));
        }
        let drowned = table.measures.iter().filter(|measure| drowns(table, measure.share));
        found.extend(drowned.map(|measure| Warning::Drowned(measure.name.clone())));
        if drowns(table, table.count_share) {
            found.push(Warning::Threshold);
        }
    }
    let datasets = policy.grants.iter().filter_map(|grant| catalog.dataset(&grant.dataset));
    let high: BTreeSet<(&str, &str)> = datasets
        .filter(|dataset| CLASSES_HIGH.contains(&dataset.classification.as_str()))
        .map(|dataset| (dataset.name.as_str(), dataset.classification.as_str()))
        .collect();
    found.extend(
        high.into_iter().map(|(name, class)| Warning::Class { dataset: name.to_owned(), class: class.to_owned() }),
    );
    let days = policy.valid_until.days().saturating_sub(policy.valid_from.days()).saturating_add(1);
    if days > VALID_DAYS_USUAL {
        found.push(Warning::Validity(days));
    }
}

/// Whether 95 of 100 draws of a figure's noise go beyond what `min_units` units at their bound add up to. The bound is on both
/// sides, and falls away: Laplace noise of scale k ÷ (s ε) stays within 3 of it, Gaussian of √k ÷ (ε √s) within 1.96.
fn drowns(table: &TableRule, share: Billionths) -> bool {
    let (cells, units) = (u128::from(table.cells_per_unit), u128::from(table.min_units));
    let (epsilon, share) = (u128::from(table.epsilon.count()), u128::from(share.count()));
    match table.noise {
        NoiseKind::DiscreteLaplace => 3 * cells * 10_u128.pow(18) > units.saturating_mul(share).saturating_mul(epsilon),
        NoiseKind::DiscreteGaussian => {
            let figure =
                units.saturating_mul(units).saturating_mul(epsilon).saturating_mul(epsilon).saturating_mul(share);
            38_416 * cells * 10_u128.pow(23) > figure
        }
    }
}

/// What the accounts show.
fn spending(policy: &Policy, catalog: &Catalog, accounts: &Accounts, found: &mut Vec<Warning>) {
    for account in accounts_of(policy) {
        for client in &policy.clients {
            let Some(quota) = accounts.quota(account, client) else {
                found.push(Warning::NoQuota { client: client.clone(), account: account.word() });
                continue;
            };
            let answers = quota.window / policy.cost().max(1);
            for parameter in policy.parameters.iter().filter(|_| policy.table().is_none()) {
                let values = ordered(&parameter.allowed);
                if values >= VALUES_MIN && answers >= u64::from(values.ilog2()) {
                    let (name, client, days) = (parameter.name.clone(), client.clone(), quota.window_days);
                    found.push(Warning::Searchable { name, values, client, days });
                }
            }
            let epsilon = Billionths::new(quota.lifetime);
            if policy.table().is_some() && epsilon > EPSILON_EVER_USUAL {
                found.push(Warning::EpsilonEver { client: client.clone(), epsilon });
            }
        }
        let window = accounts.limits().find(|(of, _)| *of == account).map(|(_, limit)| limit.window_days);
        let granted = policy.grants.iter().filter_map(|grant| catalog.dataset(&grant.dataset));
        let slower = granted.filter(|dataset| window.is_some_and(|days| days < period(dataset.update)));
        found.extend(slower.map(|dataset| Warning::Window {
            account: account.word(),
            days: window.unwrap_or(0),
            dataset: dataset.name.clone(),
            update: dataset.update.word(),
        }));
    }
}

/// The days from one delivery to the next.
const fn period(update: Update) -> u32 {
    match update {
        Update::Daily => 1,
        Update::Weekly => 7,
        Update::Monthly => 31,
        Update::Quarterly => 92,
        Update::Yearly => 366,
    }
}

/// How many values a parameter has that can be searched by halves.
fn ordered(allowed: &Allowed) -> u64 {
    match allowed {
        Allowed::Integers(values) => values.len() as u64,
        Allowed::Dates(values) => values.len() as u64,
        Allowed::Range { min, max, step } => {
            let span = i128::from(*max) - i128::from(*min);
            u64::try_from(span / i128::from(*step).max(1)).unwrap_or(u64::MAX).saturating_add(1)
        }
        Allowed::Texts(_) | Allowed::AnyIdentifier => 0,
    }
}

/// What is granted and read by none of the guests.
fn unread(policy: &Policy, guests: &[Manifest], found: &mut Vec<Warning>) {
    for grant in &policy.grants {
        let read: BTreeSet<&str> = guests.iter().flat_map(|guest| read_by(guest, grant)).collect();
        let left: Vec<String> = grant
            .columns
            .iter()
            .filter(|column| !read.contains(column.as_str()))
            .map(|column| format!("`{column}`"))
            .collect();
        if !left.is_empty() {
            let (dataset, guests) = (grant.dataset.clone(), guests.len());
            found.push(Warning::Unread { dataset, columns: left.join(", "), guests });
        }
    }
}

/// The columns of a grant that a guest reads.
fn read_by<'m>(guest: &'m Manifest, grant: &'m Grant) -> impl Iterator<Item = &'m str> {
    let tables = match (&guest.world, &grant.role) {
        (World::Contributor { tables, .. }, None) => tables.as_slice(),
        (World::Verifier { roles, .. }, Some(name)) => {
            roles.iter().find(|role| role.name == *name).map_or(&[][..], |role| &role.tables)
        }
        _ => &[],
    };
    let of = tables.iter().filter(|table| table.dataset == grant.dataset);
    of.flat_map(|table| &table.reads).map(|read| read.column.as_str())
}
