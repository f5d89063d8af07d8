//! Which of a policy's cases a demo asks: one for each label, one with somebody who does not belong to the others, one that is
//! refused; of a table the first. All follow from the cases alone, so that a new policy needs nothing else. Asks nothing itself.

use std::collections::{BTreeMap, BTreeSet};

use super::cases::{Case, Cases, ConsentSpec, Expect, Who};
use crate::job::BATCH_JOBS_MAX;
use crate::model::RefusalCode;
use crate::policy::{Accounts, Policy};

/// The refusals that a demo shows, the most telling first. The others need time, or many questions before.
const TELLING: [RefusalCode; 6] = [
    RefusalCode::ConsentMissing,
    RefusalCode::Purpose,
    RefusalCode::PolicyClient,
    RefusalCode::Parameters,
    RefusalCode::Parties,
    RefusalCode::Rows,
];

/// The cases that a demo of the policy asks, in their order: no more than what its clients may learn of each party in a window.
pub fn chosen<'c>(cases: &'c Cases, policy: &Policy, accounts: &Accounts) -> Vec<&'c Case> {
    let askable = askable(cases);
    let place = |label: &str| policy.labels().iter().position(|known| known == label);
    let is_stranger = |case: &Case| askable.iter().any(|other| names_a_stranger(case, other, &place));
    let mut purse = Purse { policy, accounts, spent: BTreeMap::new(), lines: BTreeSet::new() };
    purse.pick(askable.iter().copied().filter(|case| !matches!(case.expect, Expect::Refused { .. })));
    purse.pick(askable.iter().copied().filter(|case| is_stranger(case)));
    for label in policy.labels() {
        let shows = |case: &&Case| label_of(case) == Some(label.as_str());
        let plain: Vec<&Case> = askable.iter().copied().filter(shows).filter(|case| !is_stranger(case)).collect();
        let shown = |purse: &Purse<'_>| askable.iter().any(|case| shows(case) && purse.lines.contains(&case.line));
        if !plain.iter().any(|case| purse.lines.contains(&case.line)) && !purse.pick(plain) && !shown(&purse) {
            purse.pick(askable.iter().copied().filter(shows));
        }
    }
    let refused = |code: RefusalCode| {
        askable.iter().find(|case| matches!(&case.expect, Expect::Refused { code: known, .. } if *known == code))
    };
    purse.lines.extend(TELLING.into_iter().find_map(refused).map(|case| case.line));
    askable.into_iter().filter(|case| purse.lines.contains(&case.line)).collect()
}

/// What was chosen so far, and what it costs whom.
struct Purse<'a> {
    policy: &'a Policy,
    accounts: &'a Accounts,
    spent: BTreeMap<(String, Who), u64>,
    lines: BTreeSet<usize>,
}

impl Purse<'_> {
    /// Takes the first of these that every party of it has something left for; gives whether there was one.
    fn pick<'c>(&mut self, cases: impl IntoIterator<Item = &'c Case>) -> bool {
        let affordable = |case: &&Case| case.ask.parties.iter().all(|(role, who)| self.holds(case, role, who));
        let Some(case) = cases.into_iter().find(affordable) else { return false };
        for (_, who) in &case.ask.parties {
            *self.spent.entry((case.ask.client.clone(), who.clone())).or_default() += self.policy.cost();
        }
        self.lines.insert(case.line);
        true
    }

    fn holds(&self, case: &Case, role: &str, who: &Who) -> bool {
        let unit = self.policy.roles.get(role).map(|rule| self.policy.account(rule.unit));
        let quota = unit.and_then(|account| self.accounts.quota(account, &case.ask.client));
        let spent = self.spent.get(&(case.ask.client.clone(), who.clone())).copied().unwrap_or(0);
        quota.is_some_and(|quota| spent.saturating_add(self.policy.cost()) <= quota.window)
    }
}

/// Labels of the policy that none of the chosen cases shows.
pub fn unshown(chosen: &[&Case], policy: &Policy) -> Vec<String> {
    let shown = |label: &&String| chosen.iter().any(|case| label_of(case) == Some(label.as_str()));
    policy.labels().iter().filter(|label| !shown(label)).cloned().collect()
}

/// Whether the policy is meant to be asked about many at once: its pace has room for a whole batch, and its cases know whom.
pub fn asks_many(cases: &Cases, policy: &Policy) -> bool {
    let pace = usize::try_from(policy.limits.jobs_per_minute).unwrap_or(usize::MAX);
    pace >= BATCH_JOBS_MAX && !cases.populations.is_empty()
}

/// Those whose outcome does not hang on what was asked before, on a new delivery or on a guest of its own.
fn askable(cases: &Cases) -> Vec<&Case> {
    let timeless = |spec: &ConsentSpec| spec.from.is_none() && spec.until.is_none() && !spec.again;
    let is_askable = |case: &&Case| {
        let free = matches!(case.expect, Expect::Answer { cost: Some(0), .. } | Expect::Table { cost: Some(0), .. });
        !free
            && !case.new_data
            && case.times == 1
            && case.ask.guest == cases.guest
            && case.ask.consents.iter().flatten().all(timeless)
    };
    cases.cases.iter().filter(is_askable).collect()
}

fn label_of(case: &Case) -> Option<&str> {
    match &case.expect {
        Expect::Answer { label, .. } => Some(label),
        _ => None,
    }
}

/// Whether `case` asks what `other` does about somebody of them and somebody else, and gets an answer that stands before the
/// other's in the policy: a policy's first labels are for what does not fit together.
fn names_a_stranger(case: &Case, other: &Case, place: &dyn Fn(&str) -> Option<usize>) -> bool {
    let (Some(answer), Some(others)) = (label_of(case), label_of(other)) else { return false };
    let same = case.ask.parameters == other.ask.parameters && case.ask.rows == other.ask.rows;
    let known = |party| other.ask.parties.contains(party);
    same && place(answer) < place(others) && case.ask.parties.iter().any(known) && !case.ask.parties.iter().all(known)
}
