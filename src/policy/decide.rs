//! The decision: request × policy × guest × consents → a permit or a refusal. Depends on the request,
//! the configuration and the day only; never on data.

use std::sync::Arc;

use super::accounts::Quota;
use super::client_rows::{ClientRows, resolve_rows};
use super::fit::{Plan, fit};
use super::load::{InForce, PolicySet};
use super::misfit::Misfit;
use super::rules::{Allowed, Guests, Policy, RoleRule};
use crate::catalog::Catalog;
use crate::env::weaken::{self, Weakness};
use crate::keys::{DigestKind, SaltKey, Verified, digest_parts};
use crate::model::{
    AccountKind, Chinese, Consent, ConsentPart, Detail, Digest, IdError, Manifest, Millis, ParameterValue, Party,
    RawParameter, Refusal, RefusalCode, Request, UnitId, UnitKind, Version,
};

/// What is to be decided, and against what.
pub struct Asked<'a> {
    /// The authenticated request.
    pub request: Verified<Request>,
    /// The consents that came with it, each signed by a trusted authority.
    pub consents: Vec<Verified<Consent>>,
    /// The guest's manifest; `None` where no such guest is registered.
    pub manifest: Option<&'a Manifest>,
    /// The snapshot that the job would be pinned to.
    pub snapshot: Digest,
    /// Now.
    pub now: Millis,
}

/// A consent that the job uses up by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentUse {
    /// The authority.
    pub issuer: String,
    /// The consent's number with it.
    pub jti: String,
    /// How many jobs it serves.
    pub uses_max: u32,
    /// The place among the request's parties of the one that gave it.
    pub party: usize,
    /// SHA-256 of its signing input.
    pub digest: Digest,
}

impl ConsentUse {
    /// Whether both are uses of one number: it is what uses are counted by.
    pub fn is_numbered_as(&self, other: &Self) -> bool {
        (&self.issuer, &self.jti) == (&other.issuer, &other.jti)
    }
}

/// A party of a permitted job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PermittedParty {
    /// Its role, by place in the guest's manifest.
    pub role: u32,
    /// Its role's name.
    pub role_name: String,
    /// Who it is.
    pub id: UnitId,
}

/// What one account will be charged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartyCharge {
    /// The account.
    pub account: AccountKind,
    /// The party's pseudonym; of a table, the digest that stands for all units of a kind.
    pub party: Digest,
    /// Bits, or billionths of ε.
    pub amount: u64,
    /// What the client may spend of it.
    pub quota: Quota,
}

/// Proof that a job is allowed: made by [`decide`] alone.
#[derive(Debug)]
pub struct Permit {
    request: Verified<Request>,
    policy: Arc<Policy>,
    approvals: Vec<Digest>,
    plan: Arc<Plan>,
    parties: Vec<PermittedParty>,
    parameters: Vec<ParameterValue>,
    rows: ClientRows,
    consents: Vec<ConsentUse>,
    charges: Vec<PartyCharge>,
    sameness: Digest,
    snapshot: Digest,
}

impl Permit {
    /// The authenticated request.
    pub const fn request(&self) -> &Request {
        self.request.value()
    }

    /// The policy that allows it.
    pub const fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// The approvals that put the policy in force.
    pub fn approvals(&self) -> &[Digest] {
        &self.approvals
    }

    /// What the run reads.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The parties, in the request's order.
    pub fn parties(&self) -> &[PermittedParty] {
        &self.parties
    }

    /// The parameters, in the manifest's order.
    pub fn parameters(&self) -> &[ParameterValue] {
        &self.parameters
    }

    /// The rows that the client sent along.
    pub const fn rows(&self) -> &ClientRows {
        &self.rows
    }

    /// The consents that it uses.
    pub fn consents(&self) -> &[ConsentUse] {
        &self.consents
    }

    /// What it costs whom.
    pub fn charges(&self) -> &[PartyCharge] {
        &self.charges
    }

    /// Equal for two jobs that are the same job again.
    pub const fn sameness(&self) -> Digest {
        self.sameness
    }

    /// The snapshot that it is pinned to.
    pub const fn snapshot(&self) -> Digest {
        self.snapshot
    }
}

fn refuse<T>(code: RefusalCode, detail: Detail) -> Result<T, Refusal> {
    Err(Refusal::about(code, detail))
}

/// Decides. The checks go from who asks to about whom, so that a stranger learns least.
pub fn decide(asked: Asked<'_>, policies: &PolicySet, catalog: &Catalog, salt: &SaltKey) -> Result<Permit, Refusal> {
    let request = asked.request.value();
    let (policy, approvals) = find_policy(policies, request, asked.now)?;
    check_policy(policy, request, asked.now)?;
    let Some(manifest) = asked.manifest else {
        return refuse(RefusalCode::Guest, Detail::Guest(request.guest));
    };
    let plan = policies.plans.fit(policy, (request.guest, manifest), catalog).map_err(unfit)?;
    let Resolved { plan, parties, parameters, rows } = resolve_with(plan, policy, manifest, request)?;
    let consents = match_consents(policy, request, &asked.consents, asked.now)?;
    let pseudonyms: Vec<Digest> = parties.iter().map(|party| salt.pseudonym(&party.id)).collect();
    let mut charges = charges(policy, policies, request, (&parties, &pseudonyms))?;
    if weaken::on(Weakness::SpellingsApart) {
        let spelt = charges.iter_mut().zip(&request.parties);
        spelt.for_each(|(charge, party)| charge.party = salt.sameness(&[party.id.as_bytes()]));
    }
    let sameness = sameness(policy, request, (&parameters, &parties, &pseudonyms, &rows), asked.snapshot, salt);
    Ok(Permit {
        policy: Arc::clone(policy),
        approvals,
        request: asked.request,
        plan,
        parties,
        parameters,
        rows,
        consents,
        charges,
        sameness,
        snapshot: asked.snapshot,
    })
}

/// What the run of a request reads, and of whom.
#[derive(Debug)]
pub struct Resolved {
    /// What it reads.
    pub plan: Arc<Plan>,
    /// The parties, in the request's order.
    pub parties: Vec<PermittedParty>,
    /// The parameters, in the manifest's order.
    pub parameters: Vec<ParameterValue>,
    /// The rows that the client sent along.
    pub rows: ClientRows,
}

/// What a request means under a policy, with a guest: the same at its admission and whenever it is computed again. Allows
/// nothing: who may ask, and what it costs, is [`decide`]'s.
pub fn resolve(
    policy: &Policy,
    manifest: &Manifest,
    request: &Request,
    catalog: &Catalog,
) -> Result<Resolved, Refusal> {
    let plan = fit(policy, manifest, catalog).map_err(unfit)?;
    resolve_with(Arc::new(plan), policy, manifest, request)
}

fn unfit(misfits: Vec<Misfit>) -> Refusal {
    let misfits = misfits.iter().map(Chinese::bilingual).collect();
    Refusal::about(RefusalCode::GuestManifest, Detail::Misfits(misfits))
}

/// The same where the plan is at hand.
fn resolve_with(plan: Arc<Plan>, policy: &Policy, manifest: &Manifest, request: &Request) -> Result<Resolved, Refusal> {
    let parameters = resolve_parameters(policy, manifest, request)?;
    let parties = resolve_parties(policy, manifest, &request.parties)?;
    let rows = resolve_rows(policy, &request.rows.0, &parties)?;
    Ok(Resolved { plan, parties, parameters, rows })
}

/// The policy, and the approvals that have it in force now.
fn find_policy<'p>(
    policies: &'p PolicySet,
    request: &Request,
    now: Millis,
) -> Result<(&'p Arc<Policy>, Vec<Digest>), Refusal> {
    let wanted = &request.policy;
    let found = policies.get(&wanted.id).filter(|found| Version::parse(&wanted.version) == Some(found.policy.version));
    match found.zip(policies.approvals(&wanted.id, now)) {
        Some((InForce { policy, .. }, approvals)) => Ok((policy, approvals)),
        None => refuse(RefusalCode::Policy, Detail::Policy(wanted.id.clone(), wanted.version.clone())),
    }
}

fn check_policy(policy: &Policy, request: &Request, now: Millis) -> Result<(), Refusal> {
    if !policy.clients.contains(&request.client) {
        return refuse(RefusalCode::PolicyClient, Detail::Client(request.client.clone()));
    }
    if !(policy.valid_from..=policy.valid_until).contains(&now.day()) {
        return refuse(RefusalCode::PolicyDate, Detail::Validity(policy.valid_from, policy.valid_until));
    }
    if policy.purpose != request.purpose {
        return refuse(RefusalCode::Purpose, Detail::Purpose(policy.purpose.clone()));
    }
    let listed = match &policy.guests {
        Guests::Any => true,
        Guests::Listed(digests) => digests.contains(&request.guest) || weaken::on(Weakness::DigestIgnored),
    };
    if listed { Ok(()) } else { refuse(RefusalCode::GuestPolicy, Detail::Guest(request.guest)) }
}

fn resolve_parameters(policy: &Policy, manifest: &Manifest, request: &Request) -> Result<Vec<ParameterValue>, Refusal> {
    let bad = |detail: Detail| Refusal::about(RefusalCode::Parameters, detail);
    if let Some(unknown) =
        request.parameters.keys().find(|name| !policy.parameters.iter().any(|rule| rule.name == **name))
    {
        let known = policy.parameters.iter().map(|rule| (rule.name.clone(), rule.allowed.text()));
        return Err(bad(Detail::ParameterUnknown(unknown.escape_debug().to_string(), known.collect())));
    }
    let mut values = Vec::with_capacity(manifest.parameters.len());
    for spec in &manifest.parameters {
        let rule = policy.parameters.iter().find(|rule| rule.name == spec.name);
        let given = request.parameters.get(&spec.name);
        let value = rule.zip(given).and_then(|(rule, given)| admit(&rule.allowed, given));
        // What the policy allows is public, and whoever asks can only mend the value by knowing it.
        let allowed = || rule.map(|rule| rule.allowed.text()).unwrap_or_default();
        values.push(value.ok_or_else(|| bad(Detail::Parameter(spec.name.clone(), allowed())))?);
    }
    Ok(values)
}

fn admit(allowed: &Allowed, given: &RawParameter) -> Option<ParameterValue> {
    let integer = match given {
        RawParameter::Integer(integer) => Some(*integer),
        RawParameter::Text(text) => text.parse().ok().filter(|integer: &i64| integer.to_string() == *text),
    };
    let text = match given {
        RawParameter::Text(text) => Some(text),
        RawParameter::Integer(_) => None,
    };
    match allowed {
        Allowed::Integers(values) => integer.filter(|integer| values.contains(integer)).map(ParameterValue::Integer),
        Allowed::Range { min, max, step } => {
            let fits = |n: &i64| n >= min && n <= max && (i128::from(*n) - i128::from(*min)) % i128::from(*step) == 0;
            integer.filter(fits).map(ParameterValue::Integer)
        }
        Allowed::Dates(values) => text?.parse().ok().filter(|date| values.contains(date)).map(ParameterValue::Date),
        Allowed::Texts(values) => text.filter(|text| values.contains(*text)).cloned().map(ParameterValue::Text),
        Allowed::AnyIdentifier => {
            text.filter(|text| crate::model::check_label(text).is_ok()).cloned().map(ParameterValue::Identifier)
        }
    }
}

fn resolve_parties(policy: &Policy, manifest: &Manifest, parties: &[Party]) -> Result<Vec<PermittedParty>, Refusal> {
    let bad = |detail: Detail| Refusal::about(RefusalCode::Parties, detail);
    let mut permitted: Vec<PermittedParty> = Vec::with_capacity(parties.len());
    for party in parties {
        let role_name = party.role.as_str();
        let rule =
            policy.roles.get(role_name).ok_or_else(|| bad(Detail::NoRole(role_name.escape_debug().to_string())))?;
        let role = manifest.roles().iter().position(|role| role.name == role_name);
        let role = role
            .and_then(|role| u32::try_from(role).ok())
            .ok_or_else(|| bad(Detail::GuestNoRole(role_name.to_owned())))?;
        let id = unit_id(rule.unit, &party.id).map_err(|error| bad(Detail::PartyId(role_name.to_owned(), error)))?;
        if permitted.iter().any(|other| other.id == id) {
            return Err(bad(Detail::PartyTwice));
        }
        permitted.push(PermittedParty { role, role_name: role_name.to_owned(), id });
    }
    for (name, RoleRule { min, max, .. }) in &policy.roles {
        let count = permitted.iter().filter(|party| party.role_name == *name).count();
        let fits = u32::try_from(count).is_ok_and(|count| (*min..=*max).contains(&count));
        if !fits {
            return Err(bad(Detail::RoleCount { role: name.clone(), count, min: *min, max: *max }));
        }
    }
    Ok(permitted)
}

/// A party's identifier, which must be canonical already.
fn unit_id(unit: UnitKind, text: &str) -> Result<UnitId, IdError> {
    if weaken::on(Weakness::SpellingsApart) { UnitId::canonicalise(unit, text) } else { UnitId::parse(unit, text) }
}

/// Finds a consent for every party that needs one. One consent serves one role of one job; one that serves nobody is an error.
fn match_consents(
    policy: &Policy,
    request: &Request,
    consents: &[Verified<Consent>],
    now: Millis,
) -> Result<Vec<ConsentUse>, Refusal> {
    let mut used = vec![false; consents.len()];
    let mut uses = Vec::new();
    for (place, party) in request.parties.iter().enumerate() {
        if !policy.roles.get(&party.role).is_none_or(|role| role.consent_required) {
            continue;
        }
        let about = consents.iter().zip(&mut used).find(|(consent, used)| !**used && is_about(consent.value(), party));
        let Some((consent, used)) = about else {
            return refuse(RefusalCode::ConsentMissing, Detail::NoConsent(party.role.clone()));
        };
        *used = true;
        let consent = consent.value();
        check_covers(consent, policy, request, party)?;
        if now < consent.not_before || now >= consent.expires {
            return refuse(
                RefusalCode::ConsentTime,
                Detail::ConsentWindow(consent.not_before.seconds(), consent.expires.seconds()),
            );
        }
        uses.push(ConsentUse {
            issuer: consent.issuer.clone(),
            jti: consent.jti.clone(),
            uses_max: consent.uses_max,
            party: place,
            digest: consent.digest,
        });
    }
    if used.iter().all(|used| *used) { Ok(uses) } else { refuse(RefusalCode::ConsentInvalid, Detail::ConsentStray) }
}

/// The subject in the consent is the party in the request, character by character: neither is mended.
fn is_about(consent: &Consent, party: &Party) -> bool {
    consent.subject == party.id || weaken::on(Weakness::ConsentOfAnother)
}

/// Whether a consent is for this job, or what of it is for another.
fn check_covers(consent: &Consent, policy: &Policy, request: &Request, party: &Party) -> Result<(), Refusal> {
    let same = [
        (ConsentPart::Client, &request.client, &consent.client),
        (ConsentPart::Purpose, &policy.purpose, &consent.purpose),
        (ConsentPart::Policy, &policy.id, &consent.policy),
        (ConsentPart::Role, &party.role, &consent.role),
    ];
    let other = |part, wanted: String, given: &str| {
        refuse(
            RefusalCode::ConsentInvalid,
            Detail::ConsentFor { part, wanted, given: given.escape_debug().to_string() },
        )
    };
    if let Some((part, wanted, given)) = same.into_iter().find(|(_, wanted, given)| wanted != given) {
        return other(part, wanted.clone(), given);
    }
    if consent.version_min <= policy.version && policy.version < consent.version_below {
        return Ok(());
    }
    let given = format!("{} – {}", consent.version_min, consent.version_below);
    other(ConsentPart::Version, policy.version_text(), &given)
}

fn charges(
    policy: &Policy,
    policies: &PolicySet,
    request: &Request,
    (parties, pseudonyms): (&[PermittedParty], &[Digest]),
) -> Result<Vec<PartyCharge>, Refusal> {
    let charge = |unit: UnitKind, party: Digest| {
        let account = policy.account(unit);
        match policies.accounts().quota(account, &request.client) {
            Some(quota) => Ok(PartyCharge { account, party, amount: policy.cost(), quota }),
            None => refuse(RefusalCode::Budget, Detail::Account(account.word())),
        }
    };
    match policy.table() {
        Some(table) => Ok(vec![charge(table.unit, everyone(table.unit))?]),
        None => parties.iter().zip(pseudonyms).map(|(party, name)| charge(party.id.kind(), *name)).collect(),
    }
}

/// What stands in a table's charge where a label's has its party.
pub fn everyone(unit: UnitKind) -> Digest {
    digest_parts(DigestKind::Everyone, &[unit.word().as_bytes()])
}

/// Keyed, because parties could otherwise be found by trying.
fn sameness(
    policy: &Policy,
    request: &Request,
    (parameters, parties, pseudonyms, rows): (&[ParameterValue], &[PermittedParty], &[Digest], &ClientRows),
    snapshot: Digest,
    salt: &SaltKey,
) -> Digest {
    // Resolved values in the manifest's order: "5" and 5 are the same parameter, and the same job.
    let values: Vec<String> = parameters.iter().map(|value| format!("{value:?}")).collect();
    // What the rows say, not how they were written: sent in another order it is the same job.
    let rows = rows.digest().filter(|_| !weaken::on(Weakness::RowsNotOfJob));
    let asked: [&[u8]; 4] =
        [request.client.as_bytes(), policy.sha256.as_bytes(), request.guest.as_bytes(), snapshot.as_bytes()];
    let mut parts = Vec::with_capacity(asked.len() + values.len() + 2 * parties.len() + 2);
    parts.extend(asked);
    parts.extend(values.iter().map(String::as_bytes));
    for (party, pseudonym) in parties.iter().zip(pseudonyms) {
        parts.extend([party.role_name.as_bytes(), pseudonym.as_bytes()]);
    }
    if let Some(digest) = &rows {
        parts.extend([b"rows".as_slice(), digest.as_bytes()]);
    }
    salt.sameness(&parts)
}
