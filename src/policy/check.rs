//! Raw policy → checked policy, against the catalog and the machine's calibration.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::check_answer::{Kind, check_answer, check_limits, kind};
use super::client_dataset::check_client_datasets;
use super::mistake::{AcceptMistake, Mistake, ValueKind};
use super::raw::{RawAccept, RawGrant, RawGuests, RawParameter, RawPolicy, RawRole, RawValue};
use super::rules::{Allowed, AnswerRule, Grant, Guests, ParameterRule, Policy, RoleRule};
use super::schema::policy_shape;
use crate::catalog::{Catalog, Dataset};
use crate::document::{Document, DocumentError, Finding, LocalDate, Spanned};
use crate::keys::{DigestKind, digest_json};
use crate::model::{Bilingual, Digest, Pace, UnitKind, Version, check_label, check_name, is_unseen, seen};

pub(super) const FUEL_MAX: u64 = 1_000_000_000;
pub(super) const MEMORY_MIB_MAX: u32 = 256;
pub(super) const SLOT_MS_MAX: u32 = 60_000;
pub(super) const ROWS_MAX: u32 = 100_000;
pub(super) const PARTIES_MAX: u32 = 16;

/// Checks a policy file. `pace` is the machine's calibrated worst case.
pub(super) fn check(document: &Document, catalog: &Catalog, pace: Pace) -> Result<Policy, DocumentError> {
    document.read::<RawPolicy>(policy_shape(), others_depend_on).settle(document, |raw, findings| {
        let sha256 = digest_json(DigestKind::Policy, &raw).unwrap_or_else(|error| {
            findings.push(Finding::whole(Mistake::Digest(error.to_string())));
            Digest::from_bytes([0; 32])
        });
        check_policy(&raw, catalog, pace, sha256, findings)
    })
}

/// Where the id and the slot of a policy's file stand: for what is wrong with them beside other files.
pub(super) fn places(document: &Document) -> Option<(Range<usize>, Range<usize>)> {
    let raw: RawPolicy = document.parse().ok()?;
    let slot = raw.limits.get_ref().slot_ms.as_ref().map_or_else(|| raw.limits.span(), Spanned::span);
    Some((raw.id.span(), slot))
}

/// The fields without which the checks of others would find what is not there.
fn others_depend_on(path: &str) -> bool {
    matches!(path, "answer" | "answer.kind" | "role" | "role.unit" | "answer.unit")
}

fn check_policy(raw: &RawPolicy, catalog: &Catalog, pace: Pace, sha256: Digest, findings: &mut Vec<Finding>) -> Policy {
    for name in [&raw.id, &raw.purpose].into_iter().chain(&raw.who.clients) {
        named(name, findings);
    }
    let version = Version::parse(raw.version.get_ref()).unwrap_or_else(|| {
        findings.push(Finding::at(raw.version.span(), Mistake::Version));
        Version(0, 0, 0)
    });
    let (from, until) = (raw.valid.from.get_ref().0, raw.valid.until.get_ref().0);
    if until < from {
        findings.push(Finding::at(raw.valid.until.span(), Mistake::Validity));
    }
    if raw.basis.get_ref().is_empty() {
        findings.push(Finding::at(raw.basis.span(), Mistake::NoBasis));
    }
    check_prose(raw, findings);
    let kind = kind(raw, findings);
    let answer = check_answer(raw, kind, findings);
    let roles = match kind {
        Kind::Label => check_roles(&raw.role, &raw.id, findings),
        Kind::Table => no_roles(raw, findings),
    };
    let about = match &answer {
        AnswerRule::Label(_) => About::Roles(&roles),
        AnswerRule::Table(table) => About::Units(table.unit),
    };
    let grants = raw.grant.iter().map(|grant| check_grant(grant, &about, catalog, findings)).collect::<Vec<_>>();
    unique_grants(&raw.grant, findings);
    let client_datasets = check_client_datasets(raw, kind, (&roles, catalog), findings);
    let parameters = check_parameters(&raw.parameter, findings);
    let (limits, run_nanos) = check_limits(raw, kind, pace, findings);
    Policy {
        id: raw.id.get_ref().clone(),
        version,
        title: Bilingual { zh: raw.title.zh.clone(), en: raw.title.en.clone() },
        purpose: raw.purpose.get_ref().clone(),
        basis: raw.basis.get_ref().clone(),
        valid_from: from,
        valid_until: until,
        clients: raw.who.clients.iter().map(|client| client.get_ref().clone()).collect(),
        guests: check_guests(&raw.who.guests, findings),
        roles,
        grants,
        client_datasets,
        parameters,
        answer,
        limits,
        accepts: check_accepts(&raw.accept, findings),
        run_nanos,
        sha256,
    }
}

/// What people read in reviews must be all that is there: no text may move a cursor, or begin a line of its own.
fn check_prose(raw: &RawPolicy, findings: &mut Vec<Finding>) {
    let titles = std::iter::once(&raw.title).chain(raw.client_dataset.iter().map(|dataset| &dataset.title));
    for text in titles.flat_map(|title| [&title.zh, &title.en]).filter(|text| text.contains(is_unseen)) {
        findings.push(Finding::whole(Mistake::Unseen(seen(text))));
    }
    let bases = raw.role.values().filter_map(|role| role.basis.as_ref());
    for text in bases.filter(|text| text.contains(is_unseen)) {
        findings.push(Finding::whole(Mistake::Unseen(seen(text))));
    }
    for text in raw.basis.get_ref().iter().filter(|text| text.contains(is_unseen)) {
        findings.push(Finding::at(raw.basis.span(), Mistake::Unseen(seen(text))));
    }
    for reason in raw.accept.iter().map(|accept| &accept.reason).filter(|reason| reason.get_ref().contains(is_unseen)) {
        findings.push(Finding::at(reason.span(), Mistake::Unseen(seen(reason.get_ref()))));
    }
}

/// Accepted warnings: a code once, and why. Whether there is such a warning is the review's business.
fn check_accepts(raw: &[RawAccept], findings: &mut Vec<Finding>) -> Vec<(String, String)> {
    let mut accepts: Vec<(String, String)> = Vec::with_capacity(raw.len());
    for RawAccept { warning, reason } in raw {
        let code = warning.get_ref();
        if code.len() != 4 || !code.strip_prefix('A').is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
        {
            findings.push(Finding::at(warning.span(), AcceptMistake::Code));
        }
        if accepts.iter().any(|(earlier, _)| earlier == code) {
            findings.push(Finding::at(warning.span(), AcceptMistake::Twice(code.clone())));
        }
        if reason.get_ref().trim().is_empty() {
            findings.push(Finding::at(reason.span(), AcceptMistake::NoReason));
        }
        accepts.push((code.clone(), reason.get_ref().clone()));
    }
    accepts
}

pub(super) fn named(name: &Spanned<String>, findings: &mut Vec<Finding>) {
    if let Err(error) = check_name(name.get_ref()) {
        findings.push(Finding::at(name.span(), error));
    }
}

fn check_guests(raw: &Spanned<RawGuests>, findings: &mut Vec<Finding>) -> Guests {
    match raw.get_ref() {
        RawGuests::Word(word) if word == "any" => Guests::Any,
        RawGuests::Word(_) => {
            findings.push(Finding::at(raw.span(), Mistake::Guests));
            Guests::Listed(BTreeSet::new())
        }
        RawGuests::Listed(texts) => {
            let mut digests = BTreeSet::new();
            for text in texts {
                match text.parse::<Digest>() {
                    Ok(digest) => drop(digests.insert(digest)),
                    Err(error) => findings.push(Finding::at(raw.span(), error)),
                }
            }
            Guests::Listed(digests)
        }
    }
}

fn check_roles(
    raw: &BTreeMap<Spanned<String>, RawRole>,
    id: &Spanned<String>,
    findings: &mut Vec<Finding>,
) -> BTreeMap<String, RoleRule> {
    if raw.is_empty() {
        findings.push(Finding::at(id.span(), Mistake::NoRoles));
    }
    let mut roles = BTreeMap::new();
    for (name, role) in raw {
        named(name, findings);
        let unit = UnitKind::from_word(role.unit.get_ref()).unwrap_or_else(|| {
            let words = [UnitKind::Enterprise, UnitKind::Person].map(UnitKind::word);
            findings.push(Finding::at(role.unit.span(), Mistake::Unit).suggest(role.unit.get_ref(), words));
            UnitKind::Enterprise
        });
        let consent_required = match role.consent.get_ref().as_str() {
            "required" => true,
            "not-required" => {
                if role.basis.is_none() {
                    findings.push(Finding::at(role.consent.span(), Mistake::NoConsentBasis));
                }
                false
            }
            _ => {
                let words = ["required", "not-required"];
                findings
                    .push(Finding::at(role.consent.span(), Mistake::Consent).suggest(role.consent.get_ref(), words));
                true
            }
        };
        let (min, max) = (role.count.min, *role.count.max.get_ref());
        if max < min || max == 0 || max > PARTIES_MAX {
            findings.push(Finding::at(role.count.max.span(), Mistake::Count));
        }
        roles.insert(name.get_ref().clone(), RoleRule { unit, min, max, consent_required, basis: role.basis.clone() });
    }
    roles
}

/// A table has no roles: its unit is the only party.
fn no_roles(raw: &RawPolicy, findings: &mut Vec<Finding>) -> BTreeMap<String, RoleRule> {
    for name in raw.role.keys() {
        findings.push(Finding::at(name.span(), Mistake::Stray { key: "[role.…]", kind: "table" }));
    }
    BTreeMap::new()
}

/// Whom the grants are about.
enum About<'a> {
    Roles(&'a BTreeMap<String, RoleRule>),
    Units(UnitKind),
}

impl About<'_> {
    /// The kind of unit that a grant's rows must be about; `None` where that is wrong already.
    fn unit(&self, raw: &RawGrant, findings: &mut Vec<Finding>) -> Option<UnitKind> {
        match (self, &raw.role) {
            (Self::Units(unit), None) => Some(*unit),
            (Self::Units(_), Some(role)) => {
                findings.push(Finding::at(role.span(), Mistake::Stray { key: "role", kind: "table" }));
                None
            }
            (Self::Roles(_), None) => {
                findings.push(Finding::at(raw.dataset.span(), Mistake::Needed { key: "role", kind: "label" }));
                None
            }
            (Self::Roles(roles), Some(role)) => {
                let rule = roles.get(role.get_ref());
                if rule.is_none() {
                    let mistake = Mistake::NoRole(role.get_ref().clone());
                    let known = roles.keys().map(String::as_str);
                    findings.push(Finding::at(role.span(), mistake).suggest(role.get_ref(), known));
                }
                rule.map(|rule| rule.unit)
            }
        }
    }
}

fn check_grant(raw: &RawGrant, about: &About<'_>, catalog: &Catalog, findings: &mut Vec<Finding>) -> Grant {
    let unit = about.unit(raw, findings);
    match catalog.dataset(raw.dataset.get_ref()) {
        None => {
            let known = catalog.datasets().map(|dataset| dataset.name.as_str());
            let mistake = Mistake::NoDataset(raw.dataset.get_ref().clone());
            findings.push(Finding::at(raw.dataset.span(), mistake).suggest(raw.dataset.get_ref(), known));
        }
        Some(dataset) => {
            if unit.is_some_and(|unit| unit != dataset.unit) {
                let table = matches!(about, About::Units(_));
                let mistake = Mistake::OtherUnit { dataset: dataset.name.clone(), unit: dataset.unit.word(), table };
                findings.push(Finding::at(raw.dataset.span(), mistake));
            }
            check_granted_columns(raw, dataset, findings);
        }
    }
    if !(1..=ROWS_MAX).contains(raw.rows_max.get_ref()) {
        findings.push(Finding::at(raw.rows_max.span(), Mistake::RowsMax));
    }
    Grant {
        role: raw.role.as_ref().map(|role| role.get_ref().clone()),
        dataset: raw.dataset.get_ref().clone(),
        columns: raw.columns.iter().map(|column| column.get_ref().clone()).collect(),
        history_months: raw.history_months.as_ref().map(|months| *months.get_ref()),
        rows_max: *raw.rows_max.get_ref(),
    }
}

fn check_granted_columns(raw: &RawGrant, dataset: &Dataset, findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for column in &raw.columns {
        let name = column.get_ref().as_str();
        if dataset.column(name).is_none() {
            let known = dataset.columns.iter().map(|column| column.name.as_str());
            let mistake = Mistake::NoColumn { dataset: dataset.name.clone(), column: name.to_owned() };
            findings.push(Finding::at(column.span(), mistake).suggest(name, known));
        }
        if !seen.insert(name) {
            findings.push(Finding::at(column.span(), Mistake::ColumnTwice(name.to_owned())));
        }
    }
    match (&raw.history_months, dataset.time) {
        (Some(months), None) => {
            findings.push(Finding::at(months.span(), Mistake::NoTime(dataset.name.clone())));
        }
        (Some(months), Some(_)) if *months.get_ref() == 0 => {
            findings.push(Finding::at(months.span(), Mistake::History));
        }
        (None, Some(_)) => {
            findings.push(Finding::at(raw.dataset.span(), Mistake::NoHistory(dataset.name.clone())));
        }
        _ => {}
    }
}

fn unique_grants(raw: &[RawGrant], findings: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for grant in raw {
        let role = grant.role.as_ref().map(|role| role.get_ref().clone());
        if !seen.insert((role.clone(), grant.dataset.get_ref())) {
            let dataset = grant.dataset.get_ref().clone();
            findings.push(Finding::at(grant.dataset.span(), Mistake::GrantTwice { role, dataset }));
        }
    }
}

fn check_parameters(raw: &[RawParameter], findings: &mut Vec<Finding>) -> Vec<ParameterRule> {
    let mut seen = BTreeSet::new();
    let mut rules = Vec::new();
    for parameter in raw {
        named(&parameter.name, findings);
        if !seen.insert(parameter.name.get_ref()) {
            findings
                .push(Finding::at(parameter.name.span(), Mistake::ParameterTwice(parameter.name.get_ref().clone())));
        }
        match allowed(parameter) {
            Ok(allowed) => rules.push(ParameterRule { name: parameter.name.get_ref().clone(), allowed }),
            Err(finding) => findings.push(finding),
        }
    }
    rules
}

fn allowed(raw: &RawParameter) -> Result<Allowed, Finding> {
    let at = |mistake: Mistake| Finding::at(raw.kind.span(), mistake);
    let bounds = (&raw.min, &raw.max, &raw.step);
    let kind = raw.kind.get_ref().as_str();
    match (kind, &raw.values, bounds) {
        ("identifier", None, (None, None, None)) => Ok(Allowed::AnyIdentifier),
        ("identifier", ..) => Err(at(Mistake::IdentifierListed)),
        ("integer", None, (Some(min), Some(max), Some(step))) => {
            let (min, max, step) = (*min.get_ref(), *max.get_ref(), *step.get_ref());
            let wrong = if step < 1 { raw.step.as_ref() } else { raw.max.as_ref().filter(|_| max < min) };
            if let Some(wrong) = wrong {
                return Err(Finding::at(wrong.span(), Mistake::Range));
            }
            Ok(Allowed::Range { min, max, step })
        }
        ("integer", Some(values), (None, None, None)) => listed(values, ValueKind::Integer, |value| match value {
            RawValue::Integer(integer) => Some(*integer),
            _ => None,
        })
        .map(Allowed::Integers),
        ("date", Some(values), (None, None, None)) => listed(values, ValueKind::Day, |value| match value {
            RawValue::Date(LocalDate(date)) => Some(*date),
            _ => None,
        })
        .map(Allowed::Dates),
        ("text", Some(values), (None, None, None)) => listed(values, ValueKind::Text, |value| match value {
            RawValue::Text(text) if check_label(text).is_ok() => Some(text.clone()),
            _ => None,
        })
        .map(Allowed::Texts),
        ("integer" | "date" | "text", ..) => Err(at(Mistake::Allowed)),
        _ => Err(at(Mistake::ParameterKind).suggest(kind, ["integer", "date", "text", "identifier"])),
    }
}

fn listed<T: Ord>(
    values: &[Spanned<RawValue>],
    kind: ValueKind,
    read: impl Fn(&RawValue) -> Option<T>,
) -> Result<BTreeSet<T>, Finding> {
    let mut set = BTreeSet::new();
    for value in values {
        let read = read(value.get_ref()).ok_or_else(|| Finding::at(value.span(), Mistake::Value(kind)))?;
        if !set.insert(read) {
            return Err(Finding::at(value.span(), Mistake::ValueTwice));
        }
    }
    Ok(set)
}
