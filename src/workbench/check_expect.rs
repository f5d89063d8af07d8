//! What a case expects and what it leaves, raw → checked.

use std::collections::BTreeMap;

use super::cases::{Expect, Left, TableShape, Whose};
use super::check::is_name;
use super::mistake::Mistake;
use super::raw::{RawAmount, RawExpect, RawTable};
use crate::data::synth::Examples;
use crate::document::{Finding, Spanned};
use crate::model::{Billionths, RefusalCode, UnitId, UnitKind};
use crate::policy::{Policy, TableRule};

/// The answer that every policy has.
pub(super) const UNDETERMINED: &str = "undetermined";
/// What the noise of the count of units is called.
pub(super) const COUNT: &str = "count";

pub(super) fn expectation(raw: &Spanned<RawExpect>, policy: &Policy, findings: &mut Vec<Finding>) -> Expect {
    let RawExpect { answer, table, refused, detail, cost } = raw.get_ref();
    let amount = cost.as_ref().and_then(|cost| amount(cost, policy, findings));
    if let Some(detail) = detail {
        if refused.is_none() {
            findings.push(Finding::at(detail.span(), Mistake::Detail));
        } else if detail.get_ref().trim().is_empty() {
            findings.push(Finding::at(detail.span(), Mistake::DetailEmpty));
        }
    }
    match (answer, table, refused) {
        (Some(label), None, None) => {
            check_label(label, policy, findings);
            Expect::Answer { label: label.get_ref().clone(), cost: amount }
        }
        (None, Some(table), None) => Expect::Table { shape: shape(table, policy, findings), cost: amount },
        (None, None, Some(word)) => {
            if let Some(cost) = cost {
                findings.push(Finding::at(cost.span(), Mistake::CostOfRefusal));
            }
            let code = refusal(word, findings);
            Expect::Refused { code, detail: detail.as_ref().map(|detail| detail.get_ref().clone()) }
        }
        _ => {
            findings.push(Finding::at(raw.span(), Mistake::Expect));
            Expect::Answer { label: UNDETERMINED.to_owned(), cost: amount }
        }
    }
}

fn check_label(label: &Spanned<String>, policy: &Policy, findings: &mut Vec<Finding>) {
    let (text, labels) = (label.get_ref(), policy.labels());
    if text == UNDETERMINED || labels.contains(text) {
        return;
    }
    let finding = match policy.table() {
        Some(_) => Finding::at(label.span(), Mistake::NoAnswer),
        None => {
            let known = labels.iter().map(String::as_str).chain([UNDETERMINED]);
            Finding::at(label.span(), Mistake::NoLabel(text.clone())).suggest(text, known)
        }
    };
    findings.push(finding);
}

fn refusal(word: &Spanned<String>, findings: &mut Vec<Finding>) -> RefusalCode {
    let text = word.get_ref();
    let known = RefusalCode::ALL.iter().copied();
    known.clone().find(|code| code.word() == text).unwrap_or_else(|| {
        let words = known.map(RefusalCode::word);
        findings.push(Finding::at(word.span(), Mistake::NoRefusal(text.clone())).suggest(text, words));
        RefusalCode::Malformed
    })
}

fn shape(raw: &Spanned<RawTable>, policy: &Policy, findings: &mut Vec<Finding>) -> TableShape {
    let Some(table) = policy.table() else {
        findings.push(Finding::at(raw.span(), Mistake::NoTable));
        return TableShape::default();
    };
    let RawTable { keys, noise, scales, min_units } = raw.get_ref().clone();
    let scales = scales.unwrap_or_default();
    let TableRule { dimensions, measures, .. } = table;
    let strange = |name: &&String| !dimensions.iter().any(|dimension| dimension.name == **name);
    for name in keys.iter().flat_map(BTreeMap::keys).filter(strange) {
        let known = dimensions.iter().map(|dimension| dimension.name.as_str());
        findings.push(Finding::at(raw.span(), Mistake::NoDimension(name.clone())).suggest(name, known));
    }
    let strange = |name: &&String| *name != COUNT && !measures.iter().any(|measure| measure.name == **name);
    for name in scales.keys().filter(strange) {
        let known = measures.iter().map(|measure| measure.name.as_str()).chain([COUNT]);
        findings.push(Finding::at(raw.span(), Mistake::NoMeasure(name.clone())).suggest(name, known));
    }
    TableShape { keys, noise, scales, min_units }
}

/// Bits of a label's policy; billionths of ε of a table's.
fn amount(raw: &Spanned<RawAmount>, policy: &Policy, findings: &mut Vec<Finding>) -> Option<u64> {
    let (read, mistake) = match (raw.get_ref(), policy.table()) {
        (RawAmount::Bits(bits), None) => (Some(*bits), Mistake::Bits),
        (RawAmount::Decimal(_), None) => (None, Mistake::Bits),
        (RawAmount::Decimal(text), Some(_)) => (Billionths::parse(text).ok().map(Billionths::count), Mistake::Epsilon),
        (RawAmount::Bits(_), Some(_)) => (None, Mistake::Epsilon),
    };
    if read.is_none() {
        findings.push(Finding::at(raw.span(), mistake));
    }
    read
}

const KINDS: [&str; 2] = [UnitKind::Enterprise.word(), UnitKind::Person.word()];

/// What must be left, in the window or ever.
pub(super) fn left(
    raw: &BTreeMap<String, Spanned<RawAmount>>,
    ever: bool,
    policy: &Policy,
    findings: &mut Vec<Finding>,
) -> Vec<Left> {
    let mut all = Vec::with_capacity(raw.len());
    for (name, said) in raw {
        let whose = match policy.table() {
            Some(_) => UnitKind::from_word(name).map(Whose::All).ok_or_else(|| Mistake::NotAKind(name.clone())),
            None => unit(name),
        };
        match whose {
            Ok(whose) => all.extend(amount(said, policy, findings).map(|amount| Left { whose, ever, amount })),
            Err(mistake) => {
                let known = if policy.table().is_some() { KINDS.as_slice() } else { &Examples::NAMES };
                findings.push(Finding::at(said.span(), mistake).suggest(name, known.iter().copied()));
            }
        }
    }
    all
}

fn unit(name: &str) -> Result<Whose, Mistake> {
    match is_name(name) {
        true if Examples::NAMES.contains(&name) => Ok(Whose::Example(name.to_owned())),
        true => Err(Mistake::NoExample(name.to_owned())),
        false => {
            let kinds = [UnitKind::Enterprise, UnitKind::Person];
            let unit = kinds.into_iter().find_map(|kind| UnitId::parse(kind, name).ok());
            unit.map(Whose::Unit).ok_or_else(|| Mistake::NotAUnit(name.to_owned()))
        }
    }
}
