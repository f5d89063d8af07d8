//! A case's request: parties by name or identifier, consents as the authority would sign them, the client's rows from their
//! files. Composes what a client and an authority would; decides nothing.

use std::collections::BTreeMap;
use std::path::Path;

use super::cases::{Ask, ConsentSpec, Who};
use super::error::PlayError;
use super::stage::{Room, morning};
use crate::data::read_client_file;
use crate::data::synth::Examples;
use crate::env::Entropy;
use crate::job::{ConsentOrder, JobOrder, compose_consent, compose_job};
use crate::model::{Digest, Millis, RawRows, UnitId, UnitKind, Version};
use crate::policy::Policy;

/// The authority that every synthetic home trusts.
const AUTHORITY: &str = "development-authority";
const DAY_MILLIS: i64 = 86_400_000;

/// The consents that were given so far, by role and party: the last of each.
pub(super) type Given = BTreeMap<(String, String), String>;

/// The guest that answers: a registered one by its name, any other by its digest.
fn guest(room: &Room, name: &str) -> Result<Digest, PlayError> {
    match room.guests.get(name) {
        Some(digest) => Ok(*digest),
        None => name.parse().map_err(PlayError::of),
    }
}

/// Who it is, as a client would write it.
fn id(who: &Who, examples: &Examples) -> String {
    match who {
        Who::Example(name) => examples.named(name).map(|unit| unit.to_string()).unwrap_or_default(),
        Who::Id(id) => id.clone(),
    }
}

/// The unit of an identifier of either kind; `None` where it is none.
fn unit(id: &str) -> Option<UnitId> {
    [UnitKind::Enterprise, UnitKind::Person].into_iter().find_map(|kind| UnitId::parse(kind, id).ok())
}

/// The signed request of a case.
pub(super) fn sign_request(
    room: &Room,
    ask: &Ask,
    about: (&Policy, &Path),
    given: &mut Given,
) -> Result<String, PlayError> {
    let order = order(room, ask, about, given)?;
    // Every client that a case names has a key.
    let Some(key) = room.keys.get(&ask.client) else { return Ok(String::new()) };
    compose_job(&order, key, room.engine.clock().now(), &Entropy).map_err(PlayError::of)
}

/// What a case asks, before its client has signed it.
pub(super) fn order(
    room: &Room,
    ask: &Ask,
    (policy, folder): (&Policy, &Path),
    given: &mut Given,
) -> Result<JobOrder, PlayError> {
    let parties: Vec<(String, String)> =
        ask.parties.iter().map(|(role, who)| (role.clone(), id(who, &room.examples))).collect();
    let usual = || {
        let needed = |(role, _): &&(String, String)| policy.roles.get(role).is_some_and(|rule| rule.consent_required);
        parties.iter().filter(needed).map(|(role, id)| (plain(role), id.clone())).collect()
    };
    let wanted: Vec<(ConsentSpec, String)> = match &ask.consents {
        None => usual(),
        Some(specs) => specs.iter().flat_map(|spec| of_whom(spec, &parties, &room.examples)).collect(),
    };
    let mut consents = Vec::with_capacity(wanted.len());
    for (spec, whose) in wanted {
        consents.extend(sign_consent(room, ask, policy, (&spec, &whose), given)?);
    }
    let config = room.engine.config();
    Ok(JobOrder {
        client: ask.client.clone(),
        audience: config.ledger.clone(),
        public_url: config.public_url.clone(),
        policy: (policy.id.clone(), ask.version.clone()),
        guest: guest(room, &ask.guest)?,
        parameters: ask.parameters.clone(),
        parties,
        consents,
        rows: rows(ask, policy, folder)?,
        purpose: ask.purpose.clone(),
    })
}

/// A consent to this role that is right in everything.
fn plain(role: &str) -> ConsentSpec {
    ConsentSpec {
        role: role.to_owned(),
        party: None,
        client: None,
        purpose: None,
        policy: None,
        versions: None,
        from: None,
        until: None,
        again: false,
    }
}

/// A consent of whoever is named, or one of each party in the role.
fn of_whom(spec: &ConsentSpec, parties: &[(String, String)], examples: &Examples) -> Vec<(ConsentSpec, String)> {
    match &spec.party {
        Some(who) => vec![(spec.clone(), id(who, examples))],
        None => {
            let in_role = parties.iter().filter(|(role, _)| *role == spec.role);
            in_role.map(|(_, id)| (spec.clone(), id.clone())).collect()
        }
    }
}

/// Signs a consent; none of somebody who is nobody: the authority knows whom it signs for.
fn sign_consent(
    room: &Room,
    ask: &Ask,
    policy: &Policy,
    (spec, whose): (&ConsentSpec, &str),
    given: &mut Given,
) -> Result<Option<String>, PlayError> {
    let key = (spec.role.clone(), whose.to_owned());
    if let (true, Some(earlier)) = (spec.again, given.get(&key)) {
        return Ok(Some(earlier.clone()));
    }
    let Some(subject) = unit(whose) else { return Ok(None) };
    let now = room.engine.clock().now();
    let Version(major, ..) = policy.version;
    let versions = spec.versions.clone().map(|[from, below]| (from, below));
    let order = ConsentOrder {
        issuer: AUTHORITY.to_owned(),
        audience: room.engine.config().ledger.clone(),
        subject,
        client: spec.client.clone().unwrap_or_else(|| ask.client.clone()),
        purpose: spec.purpose.clone().unwrap_or_else(|| policy.purpose.clone()),
        policy: spec.policy.clone().unwrap_or_else(|| policy.id.clone()),
        versions: versions.unwrap_or_else(|| (policy.version_text(), format!("{}.0.0", major.saturating_add(1)))),
        role: spec.role.clone(),
        max_uses: 1,
        valid: validity(spec, now),
    };
    let token = compose_consent(&order, &room.authority, &Entropy).map_err(PlayError::of)?;
    given.insert(key, token.clone());
    Ok(Some(token))
}

/// The whole day of today and a day more, where nothing else is said.
fn validity(spec: &ConsentSpec, now: Millis) -> (Millis, Millis) {
    let until = spec.until.map(morning);
    let today = morning(now.day());
    let from = spec.from.map_or_else(|| until.map_or(today, |until| today.min(until.plus(-DAY_MILLIS))), morning);
    (from, until.unwrap_or_else(|| from.max(today).plus(2 * DAY_MILLIS)))
}

/// The client's own rows. A dataset that the policy does not have is sent all the same, empty: that it is refused is a case.
fn rows(ask: &Ask, policy: &Policy, folder: &Path) -> Result<RawRows, PlayError> {
    let mut rows = RawRows::default();
    for (name, file) in &ask.rows {
        let declared = policy.client_datasets.iter().find(|dataset| dataset.name == *name);
        let read = match declared {
            Some(dataset) => read_client_file(&folder.join(file), &dataset.columns).map_err(PlayError::of)?,
            None => Vec::new(),
        };
        rows.0.insert(name.clone(), read);
    }
    Ok(rows)
}
