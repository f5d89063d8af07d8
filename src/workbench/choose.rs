//! Which of a policy's cases a demo asks: one for each label, one with somebody who does not belong to the others, one that is
//! refused; of a table the first. All follow from the cases alone, so that a new policy needs nothing else. Asks nothing itself.

use std::collections::BTreeSet;

use super::cases::{Case, Cases, ConsentSpec, Expect};
use crate::job::BATCH_JOBS_MAX;
use crate::model::RefusalCode;
use crate::policy::Policy;

/// The refusals that a demo shows, the most telling first. The others need time, or many questions before.
const TELLING: [RefusalCode; 6] = [
    RefusalCode::ConsentMissing,
    RefusalCode::Purpose,
    RefusalCode::PolicyClient,
    RefusalCode::Parameters,
    RefusalCode::Parties,
    RefusalCode::Rows,
];

/// The cases that a demo of the policy asks, in their order.
pub fn chosen<'c>(cases: &'c Cases, policy: &Policy) -> Vec<&'c Case> {
    let askable = askable(cases);
    let place = |label: &str| policy.labels().iter().position(|known| known == label);
    let mut lines = BTreeSet::new();
    let strangers: Vec<&Case> = askable
        .iter()
        .copied()
        .filter(|case| askable.iter().any(|other| names_a_stranger(case, other, &place)))
        .collect();
    lines.extend(strangers.first().map(|case| case.line));
    for label in policy.labels() {
        let shows = |case: &&&Case| label_of(case) == Some(label.as_str());
        let plain = |case: &&&Case| strangers.iter().all(|stranger| stranger.line != case.line);
        let found = askable.iter().filter(shows).find(plain).or_else(|| askable.iter().find(shows));
        lines.extend(found.map(|case| case.line));
    }
    lines.extend(askable.iter().find(|case| matches!(case.expect, Expect::Table { .. })).map(|case| case.line));
    let refused = |code: RefusalCode| {
        askable.iter().find(|case| matches!(&case.expect, Expect::Refused { code: known, .. } if *known == code))
    };
    lines.extend(TELLING.into_iter().find_map(refused).map(|case| case.line));
    askable.into_iter().filter(|case| lines.contains(&case.line)).collect()
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

/// Those whose outcome does not hang on what was asked before, on a later day, on a new delivery or on a guest of its own.
fn askable(cases: &Cases) -> Vec<&Case> {
    let today = cases.cases.iter().take_while(|case| case.day.is_none());
    let timeless = |spec: &ConsentSpec| spec.from.is_none() && spec.until.is_none() && !spec.again;
    let is_askable = |case: &&Case| {
        let free = matches!(case.expect, Expect::Answer { cost: Some(0), .. } | Expect::Table { cost: Some(0), .. });
        !free
            && !case.new_data
            && case.times == 1
            && case.ask.guest == cases.guest
            && case.ask.consents.iter().flatten().all(timeless)
    };
    today.filter(is_askable).collect()
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
