//! What many are asked, raw → checked: who plays which role, and how the answers must be shared out.

use super::cases::{Ask, Others, Population, Share};
use super::check::{line, scale, title};
use super::check_expect::UNDETERMINED;
use super::mistake::Mistake;
use super::raw::RawPopulation;
use crate::data::synth::SynthOptions;
use crate::document::{Document, Finding, Spanned};
use crate::model::parse_decimal;
use crate::policy::Policy;

/// A city of about 300 firms.
const SCALE_PPM: u64 = 5_000;
/// So many are asked where the file says nothing: within a few seconds.
const MOST: u32 = 300;
/// More would take longer than a person waits.
pub(super) const MOST_MAX: u32 = 10_000;
/// A share's decimals.
const PLACES: u8 = 4;
/// All of them, in ten-thousandths.
pub(super) const WHOLE: u64 = 10_000;

/// Checks it; `None` where it cannot be said who is asked.
pub(super) fn population(
    raw: &RawPopulation,
    (document, policy): (&Document, &Policy),
    (ask, data): (Ask, SynthOptions),
    findings: &mut Vec<Finding>,
) -> Option<Population> {
    if policy.table().is_some() {
        findings.push(Finding::at(raw.role.span(), Mistake::PopulationOfTable));
        return None;
    }
    let most = raw.most.as_ref().map_or(MOST, |most| *most.get_ref());
    if let Some(said) = raw.most.as_ref().filter(|_| !(1..=MOST_MAX).contains(&most)) {
        findings.push(Finding::at(said.span(), Mistake::Most));
    }
    check_role(&raw.role, policy, findings);
    let mut known = vec![raw.role.get_ref().clone()];
    let mut others = Vec::with_capacity(raw.others.len());
    for other in &raw.others {
        check_role(&other.role, policy, findings);
        let of = other.of.as_ref().unwrap_or(&raw.role);
        if !known.contains(of.get_ref()) {
            let (role, known) = (of.get_ref().clone(), known.iter().map(String::as_str));
            findings.push(Finding::at(of.span(), Mistake::NobodyYet(role)).suggest(of.get_ref(), known));
        }
        known.push(other.role.get_ref().clone());
        others.push(Others {
            role: other.role.get_ref().clone(),
            of: of.get_ref().clone(),
            dataset: other.dataset.get_ref().clone(),
            column: other.column.get_ref().clone(),
        });
    }
    Some(Population {
        line: line(document, raw.shares.span().start),
        title: raw.title.as_ref().and_then(title),
        data: SynthOptions { scale_ppm: scale(raw.scale.as_ref(), findings).unwrap_or(SCALE_PPM), ..data },
        most: most.clamp(1, MOST_MAX),
        role: raw.role.get_ref().clone(),
        dataset: raw.dataset.get_ref().clone(),
        others,
        ask,
        shares: shares(raw, policy, findings),
    })
}

fn check_role(role: &Spanned<String>, policy: &Policy, findings: &mut Vec<Finding>) {
    if !policy.roles.contains_key(role.get_ref()) {
        let known = policy.roles.keys().map(String::as_str);
        let mistake = Mistake::NoRole(role.get_ref().clone());
        findings.push(Finding::at(role.span(), mistake).suggest(role.get_ref(), known));
    }
}

/// Every label has a range: one that is left out could be anything. `undetermined` is nobody's answer, unless the file says so.
fn shares(raw: &RawPopulation, policy: &Policy, findings: &mut Vec<Finding>) -> Vec<Share> {
    let ranges = raw.shares.get_ref();
    for (label, range) in ranges {
        if label != UNDETERMINED && !policy.labels().contains(label) {
            let known = policy.labels().iter().map(String::as_str).chain([UNDETERMINED]);
            findings.push(Finding::at(range.span(), Mistake::NoLabel(label.clone())).suggest(label, known));
        }
    }
    let mut shares = Vec::new();
    for label in policy.labels().iter().map(String::as_str).chain([UNDETERMINED]) {
        let Some(range) = ranges.get(label) else {
            if label != UNDETERMINED {
                findings.push(Finding::at(raw.shares.span(), Mistake::NoShare(label.to_owned())));
            }
            shares.push(Share { label: label.to_owned(), least: 0, most: 0 });
            continue;
        };
        let [least, most] = range.get_ref().each_ref().map(|text| share(text));
        match (least, most) {
            (Some(least), Some(most)) if least <= most => shares.push(Share { label: label.to_owned(), least, most }),
            _ => findings.push(Finding::at(range.span(), Mistake::Share)),
        }
    }
    shares
}

fn share(text: &str) -> Option<u64> {
    let share = parse_decimal(text.as_bytes(), PLACES).ok()?;
    u64::try_from(share).ok().filter(|share| *share <= WHOLE)
}
