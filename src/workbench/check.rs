//! Raw cases → checked ones, against their policy. What a case may get wrong on purpose (an identifier, a purpose, a
//! parameter) is left as it is; what only a slip can have meant is a finding.

use std::collections::BTreeMap;
use std::path::{Component, Path};

use super::cases::{Ask, Case, Cases, ConsentSpec, Who};
use super::check_expect::{expectation, left};
use super::check_population::population;
use super::mistake::Mistake;
use super::raw::{RawCase, RawCases, RawConsent, RawData, RawParties, RawRequest, RawTitle, RawValue};
use crate::data::synth::{Examples, SCALE_ONE_PPM, SynthOptions};
use crate::document::{Document, DocumentError, Finding, LocalDate, Spanned};
use crate::model::{Bilingual, Date, Digest, RawParameter, Version, check_name, parse_decimal};
use crate::policy::Policy;

/// More would take longer than a person waits.
pub(super) const TIMES_MAX: u32 = 100;
/// The client of every synthetic home.
const DEVELOPMENT_CLIENT: &str = "smart-finance";
/// The day of the data where the file says none.
const AS_OF: (i16, i8, i8) = (2026, 9, 30);
const SEED: u64 = 1;
/// As few firms as the synthesiser makes: the examples are among them.
const SCALE_PPM: u64 = 1;
const SCALE_PLACES: u8 = 6;
/// A guest's name, for who wrote none.
const GUEST_EXAMPLE: &str = "sme-credit-check";

impl Cases {
    /// Checks a file of cases of `policy`.
    pub fn check(document: &Document, policy: &Policy) -> Result<Self, DocumentError> {
        let raw: RawCases = document.parse()?;
        let mut findings = Vec::new();
        if check_name(raw.guest.get_ref()).is_err() {
            findings.push(Finding::at(raw.guest.span(), Mistake::Guest(GUEST_EXAMPLE.to_owned())));
        }
        let data = data(&raw.data, &mut findings);
        let mut day = raw.day.as_ref().map_or(data.as_of, |day| day.get_ref().0);
        if let Some(said) = raw.day.as_ref().filter(|_| day < data.as_of) {
            findings.push(Finding::at(said.span(), Mistake::DayBeforeData(day, data.as_of)));
        }
        let first = day;
        if raw.case.is_empty() {
            findings.push(Finding::whole(Mistake::NoCase));
        }
        let mut cases = Vec::with_capacity(raw.case.len());
        for case in &raw.case {
            check_day(case.day.as_ref(), &mut day, &mut findings);
            cases.push(check_case(case, &raw, (document, policy), &mut findings));
        }
        let mut populations = Vec::with_capacity(raw.population.len());
        for many in &raw.population {
            let ask = ask(
                &RawRequest { parameters: many.parameters.clone(), ..RawRequest::default() },
                (None, &raw),
                policy,
                &mut findings,
            );
            populations.extend(population(many, (document, policy), (ask, data), &mut findings));
        }
        let (path, guest) = (document.path.clone(), raw.guest.get_ref().clone());
        document.check(Some(Self { path, guest, day: first, data, cases, populations }), findings)
    }
}

fn check_guest(guest: &Spanned<String>, findings: &mut Vec<Finding>) {
    let text = guest.get_ref();
    if check_name(text).is_err() && text.parse::<Digest>().is_err() {
        findings.push(Finding::at(guest.span(), Mistake::Guest(GUEST_EXAMPLE.to_owned())));
    }
}

fn check_day(said: Option<&Spanned<LocalDate>>, day: &mut Date, findings: &mut Vec<Finding>) {
    let Some(said) = said else { return };
    let then = said.get_ref().0;
    if then < *day {
        findings.push(Finding::at(said.span(), Mistake::DayBack(then, *day)));
    }
    *day = then.max(*day);
}

/// A scale in millionths, where one is said.
pub(super) fn scale(said: Option<&Spanned<String>>, findings: &mut Vec<Finding>) -> Option<u64> {
    let said = said?;
    let scale = parse_decimal(said.get_ref().as_bytes(), SCALE_PLACES).ok();
    let scale = scale.and_then(|scale| u64::try_from(scale).ok());
    let scale = scale.filter(|scale| (1..=SCALE_ONE_PPM).contains(scale));
    if scale.is_none() {
        findings.push(Finding::at(said.span(), Mistake::Scale));
    }
    scale
}

fn data(raw: &RawData, findings: &mut Vec<Finding>) -> SynthOptions {
    let (year, month, day) = AS_OF;
    let usual = Date::from_ymd(year, month, day).unwrap_or(Date::from_days(0));
    SynthOptions {
        scale_ppm: scale(raw.scale.as_ref(), findings).unwrap_or(SCALE_PPM),
        seed: raw.seed.unwrap_or(SEED),
        as_of: raw.as_of.as_ref().map_or(usual, |day| day.get_ref().0),
    }
}

fn check_case(
    raw: &RawCase,
    all: &RawCases,
    (document, policy): (&Document, &Policy),
    findings: &mut Vec<Finding>,
) -> Case {
    let times = raw.times.as_ref().map_or(1, |times| *times.get_ref());
    if let Some(said) = raw.times.as_ref().filter(|_| !(1..=TIMES_MAX).contains(&times)) {
        findings.push(Finding::at(said.span(), Mistake::Times));
    }
    if let Some(guest) = &raw.guest {
        check_guest(guest, findings);
    }
    let ask = ask(&raw.request(), (raw.guest.as_ref(), all), policy, findings);
    let window = left(&raw.left, false, policy, findings);
    let ever = left(&raw.left_ever, true, policy, findings);
    Case {
        line: line(document, raw.expect.span().start),
        title: raw.title.as_ref().and_then(title),
        day: raw.day.as_ref().map(|day| day.get_ref().0),
        new_data: raw.new_data,
        times: times.clamp(1, TIMES_MAX),
        ask,
        expect: expectation(&raw.expect, policy, findings),
        left: window.into_iter().chain(ever).collect(),
    }
}

/// The line of a place in the file.
pub(super) fn line(document: &Document, place: usize) -> usize {
    document.text.get(..place).unwrap_or_default().matches('\n').count() + 1
}

/// A title in one language serves both.
pub(super) fn title(raw: &RawTitle) -> Option<Bilingual> {
    let zh = raw.zh.as_ref().or(raw.en.as_ref())?.clone();
    let en = raw.en.as_ref().or(raw.zh.as_ref())?.clone();
    Some(Bilingual { zh, en })
}

fn ask(
    raw: &RawRequest,
    (guest, all): (Option<&Spanned<String>>, &RawCases),
    policy: &Policy,
    findings: &mut Vec<Finding>,
) -> Ask {
    let usual: &RawRequest = &all.request;
    let client = raw.client.as_ref().or(usual.client.as_ref());
    if let Some(Err(error)) = client.map(|client| check_name(client.get_ref())) {
        findings.extend(client.map(|client| Finding::at(client.span(), error)));
    }
    let mut parties = Vec::new();
    for (role, named) in raw.parties.as_ref().or(usual.parties.as_ref()).into_iter().flatten() {
        let names = match named.get_ref() {
            RawParties::One(name) => vec![name],
            RawParties::Several(names) => names.iter().collect(),
        };
        parties.extend(names.into_iter().map(|name| (role.clone(), who(name, named.span(), findings))));
    }
    let parameters = raw.parameters.as_ref().or(usual.parameters.as_ref()).into_iter().flatten();
    let consents = raw.consents.as_ref().or(usual.consents.as_ref());
    let rows = raw.rows.as_ref().or(usual.rows.as_ref());
    let text = |own: &Option<String>, usual: &Option<String>, otherwise: String| {
        own.clone().or_else(|| usual.clone()).unwrap_or(otherwise)
    };
    Ask {
        guest: guest.unwrap_or(&all.guest).get_ref().clone(),
        client: client.map_or_else(|| DEVELOPMENT_CLIENT.to_owned(), |client| client.get_ref().clone()),
        purpose: text(&raw.purpose, &usual.purpose, policy.purpose.clone()),
        version: text(&raw.version, &usual.version, policy.version_text()),
        parties,
        parameters: parameters.map(|(name, value)| (name.clone(), parameter(value))).collect(),
        consents: consents.map(|all| all.iter().map(|one| consent(one, policy, findings)).collect()),
        rows: rows.map(|rows| rows_files(rows, findings)).unwrap_or_default(),
    }
}

fn parameter(value: &RawValue) -> RawParameter {
    match value {
        RawValue::Integer(integer) => RawParameter::Integer(*integer),
        RawValue::Date(date) => RawParameter::Text(date.0.to_string()),
        RawValue::Text(text) => RawParameter::Text(text.clone()),
    }
}

/// What has only small letters and `-` is a name: identifiers have digits, wrong ones too.
pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_')
}

/// A name must be an example's; everything else is an identifier, right or wrong.
fn who(text: &str, span: std::ops::Range<usize>, findings: &mut Vec<Finding>) -> Who {
    if !is_name(text) {
        return Who::Id(text.to_owned());
    }
    if !Examples::NAMES.contains(&text) {
        findings.push(Finding::at(span, Mistake::NoExample(text.to_owned())).suggest(text, Examples::NAMES));
    }
    Who::Example(text.to_owned())
}

fn consent(raw: &RawConsent, policy: &Policy, findings: &mut Vec<Finding>) -> ConsentSpec {
    let role = raw.role.get_ref();
    if !policy.roles.contains_key(role) {
        let known = policy.roles.keys().map(String::as_str);
        findings.push(Finding::at(raw.role.span(), Mistake::NoRole(role.clone())).suggest(role, known));
    }
    let versions = raw.versions.as_ref();
    if let Some(versions) = versions.filter(|two| two.get_ref().iter().any(|text| Version::parse(text).is_none())) {
        findings.push(Finding::at(versions.span(), Mistake::Version));
    }
    ConsentSpec {
        role: role.clone(),
        party: raw.party.as_ref().map(|party| who(party.get_ref(), party.span(), findings)),
        client: raw.client.clone(),
        purpose: raw.purpose.clone(),
        policy: raw.policy.clone(),
        versions: versions.map(|versions| versions.get_ref().clone()),
        from: raw.from.map(|day| day.0),
        until: raw.until.map(|day| day.0),
        again: raw.again,
    }
}

/// A policy's cases read nothing outside of its folder.
fn rows_files(raw: &BTreeMap<String, Spanned<String>>, findings: &mut Vec<Finding>) -> BTreeMap<String, String> {
    for path in raw.values() {
        let inside = Path::new(path.get_ref()).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || path.get_ref().is_empty() {
            findings.push(Finding::at(path.span(), Mistake::RowsPath(path.get_ref().clone())));
        }
    }
    raw.iter().map(|(dataset, path)| (dataset.clone(), path.get_ref().clone())).collect()
}
