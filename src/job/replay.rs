//! A label computed again: from the archived request, policy, catalog, guest and snapshot, each held against what the
//! receipt names. Reads a home and changes nothing in it: no charge, no entry, no receipt, no proof token. Tells whether the
//! answer is the receipt's, which its holder has, and never another answer.

use std::path::{Path, PathBuf};

use super::archive::{ArchiveError, ArchiveFolder};
use super::engine::{OpenError, salt_key, this_build};
use super::home::HomePaths;
use super::replay_request::{Recalled, recall};
use crate::catalog::Catalog;
use crate::config::{Config, ConfigError};
use crate::data::Snapshot;
use crate::disclosure::through_gate;
use crate::env::weaken::{self, Weakness};
use crate::env::{FileError, TemporaryDir, read, read_text};
use crate::guest::{EngineError, Guest, RegisterError, Registry, execute_again};
use crate::keys::{SaltKey, party_commitment, sha256};
use crate::ledger::{Ending, LedgerError, LedgerReader, OutcomeRecord, reason_commitment};
use crate::model::{Digest, Request};
use crate::policy::{Policy, Resolved, resolve};
use crate::receipt::{Claims, VerifiedBundle, VerifyError, verify_bundle};

/// No module is larger.
const MODULE_BYTES_MAX: u64 = 512 << 20;
/// The word of an end that time decided.
const MISSED_TICK: &str = "missed-tick";
const REUSED: &str = "reused";

/// What is to be computed again, and by what.
#[derive(Clone, Debug)]
pub struct ReplayInputs<'a> {
    /// The home.
    pub home: &'a Path,
    /// The bundle, as its holder has it.
    pub bundle: &'a str,
    /// The program that compiles guests: this one.
    pub compiler: PathBuf,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The same answer, and of `undetermined` the same reason.
    Same,
    /// Everything is as the receipt names it, and it does not come to what the receipt says.
    Different(Difference),
    /// Something archived is not what the receipt names.
    Damaged(Archived),
    /// It cannot be computed again.
    Impossible(Lacking),
}

/// What differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Difference {
    /// The answer, or the reason of an `undetermined`.
    Answer,
    /// The request asked for something else than the receipt says.
    Request,
    /// The consents.
    Consents,
    /// The parties do not open the receipt's commitments.
    Parties,
    /// The policy does not allow what was asked.
    Refused,
}

/// What can be other than it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archived {
    /// The ledger's row or reason of the job.
    Ledger,
    /// The request.
    Request,
    /// The client's signature under it.
    Signature,
    /// The catalog.
    Catalog,
    /// The policy.
    Policy,
    /// The guest's module.
    Guest,
    /// The snapshot's files.
    Snapshot,
}

/// Why it cannot be computed again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lacking {
    /// A table has fresh noise.
    Table,
    /// The run was not done at its tick: time is not archived.
    MissedTick,
    /// The ledger does not have the job.
    Job,
    /// The request was not kept, or was removed with its snapshot.
    Request,
    /// The catalog was not kept.
    Catalog,
    /// The policy was not kept.
    Policy,
    /// The guest's module is not there.
    Guest,
    /// The snapshot was pruned.
    Snapshot,
}

impl Verdict {
    /// The word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Different(_) => "different",
            Self::Damaged(_) => "damaged",
            Self::Impossible(_) => "impossible",
        }
    }

    /// What it is about, in JSON; nothing where everything agrees.
    pub const fn about(self) -> Option<&'static str> {
        Some(match self {
            Self::Same => return None,
            Self::Different(Difference::Answer) => "answer",
            Self::Damaged(Archived::Request)
            | Self::Different(Difference::Request)
            | Self::Impossible(Lacking::Request) => "request",
            Self::Different(Difference::Consents) => "consents",
            Self::Different(Difference::Parties) => "parties",
            Self::Different(Difference::Refused) => "refused",
            Self::Damaged(Archived::Ledger) => "ledger",
            Self::Damaged(Archived::Signature) => "signature",
            Self::Damaged(Archived::Catalog) | Self::Impossible(Lacking::Catalog) => "catalog",
            Self::Damaged(Archived::Policy) | Self::Impossible(Lacking::Policy) => "policy",
            Self::Damaged(Archived::Guest) | Self::Impossible(Lacking::Guest) => "guest",
            Self::Damaged(Archived::Snapshot) | Self::Impossible(Lacking::Snapshot) => "snapshot",
            Self::Impossible(Lacking::Table) => "table",
            Self::Impossible(Lacking::MissedTick) => MISSED_TICK,
            Self::Impossible(Lacking::Job) => "job",
        })
    }
}

/// Whether the client's signature under the archived request was checked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureCheck {
    /// It verifies, with a key that the home knows.
    Verified,
    /// The home knows the key no more: the digest alone binds the request to the receipt.
    KeyGone,
}

/// A job computed again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replay {
    /// What came of it.
    pub verdict: Verdict,
    /// The job's id, as the receipt has it.
    pub job: String,
    /// Its intent's leaf.
    pub index: u64,
    /// Whether this program is the one that the receipt names: another one promises nothing to the bit.
    pub same_build: bool,
    /// The client's signature; `None` where the request was not read.
    pub signature: Option<SignatureCheck>,
}

/// It cannot even be tried.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The bundle is not one of this home's.
    #[error(transparent)]
    Bundle(#[from] VerifyError),
    /// The ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The salt key.
    #[error(transparent)]
    Key(#[from] Box<OpenError>),
    /// The WebAssembly engine.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The guest cannot be compiled.
    #[error(transparent)]
    Guest(#[from] RegisterError),
}

/// Where a replay stops: with a verdict, or with a failure.
enum Stop {
    Verdict(Verdict),
    Error(Box<ReplayError>),
}

impl<E: Into<ReplayError>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Error(Box::new(error.into()))
    }
}

const fn damaged(what: Archived) -> Stop {
    Stop::Verdict(Verdict::Damaged(what))
}

const fn lacking(what: Lacking) -> Stop {
    Stop::Verdict(Verdict::Impossible(what))
}

const fn different(what: Difference) -> Stop {
    Stop::Verdict(Verdict::Different(what))
}

/// Computes the job of a bundle again and compares. The bundle must verify with the home's own public keys first.
pub fn replay(inputs: &ReplayInputs<'_>) -> Result<Replay, ReplayError> {
    let config = Config::load(inputs.home)?;
    let paths = HomePaths::new(inputs.home);
    let bundle = verify_bundle(inputs.bundle, &read_text(&paths.jwks())?, &read_text(&paths.log_key())?)?;
    let same_build = this_build()?.sha256 == bundle.claims.engine.sha256;
    let index = bundle.claims.log.as_ref().map(|log| log.index).unwrap_or_default();
    let mut replay =
        Replay { verdict: Verdict::Same, job: bundle.claims.jti.clone(), index, same_build, signature: None };
    let room = Room { config, paths, compiler: inputs.compiler.clone() };
    match room.compare(&bundle, &mut replay.signature) {
        Ok(()) => {}
        Err(Stop::Verdict(verdict)) => replay.verdict = verdict,
        Err(Stop::Error(error)) => return Err(*error),
    }
    Ok(replay)
}

/// The home that a job is computed again in.
struct Room {
    config: Config,
    paths: HomePaths,
    compiler: PathBuf,
}

impl Room {
    fn compare(&self, bundle: &VerifiedBundle, signature: &mut Option<SignatureCheck>) -> Result<(), Stop> {
        let claims = &bundle.claims;
        let Some(label) = claims.result.label.as_deref() else { return Err(lacking(Lacking::Table)) };
        let reader = LedgerReader::open_for_audit(&self.paths.store())?;
        let reason = recorded_reason(&reader, bundle)?;
        let name = digest(&claims.snapshot.sha256)?;
        // First: with a pruned snapshot its requests go, and it is the snapshot that is told.
        if !Snapshot::list(&self.paths.data()).map_err(|_| damaged(Archived::Snapshot))?.contains(&name) {
            return Err(lacking(Lacking::Snapshot));
        }
        let salt = salt_key(&self.paths.salt()).map_err(Box::new)?;
        let key = salt.archive_key().ok_or_else(|| damaged(Archived::Request))?;
        let index = bundle.outcome.intent;
        let req = digest(&claims.req)?;
        let recalled = recall(reader.archived_request(index)?, req, &key, &self.config).map_err(Stop::Verdict)?;
        *signature = Some(recalled.signature);
        check_request(claims, &recalled)?;
        let (policy, catalog) = self.policy(claims, recalled.catalog)?;
        // The folder with the compiled guest lives as long as the guest.
        let folder = TemporaryDir::new()?;
        let guest = self.guest(recalled.request.guest, &folder)?;
        let resolved = resolve(&policy, guest.manifest(), &recalled.request, &catalog)
            .map_err(|_| different(Difference::Refused))?;
        check_parties(claims, &recalled.request, &resolved, &salt)?;
        let snapshot = self.snapshot(name, &catalog, &resolved)?;
        let raw = execute_again(&resolved, &policy.limits, &guest, &snapshot);
        let (answer, end) = through_gate(&policy, &resolved.plan, &raw);
        if answer.word() == label && end.word() == reason { Ok(()) } else { Err(different(Difference::Answer)) }
    }

    /// The policy that the receipt names, and the catalog that it was read with.
    fn policy(&self, claims: &Claims, catalog: Digest) -> Result<(Policy, Catalog), Stop> {
        let archive = ArchiveFolder::new(&self.paths.archive());
        let read = |what: Archived| {
            move |error: ArchiveError| match error {
                ArchiveError::File(error) => Stop::from(error),
                _ => damaged(what),
            }
        };
        let found = archive.read_catalog(catalog).map_err(read(Archived::Catalog))?;
        let found = found.ok_or_else(|| lacking(Lacking::Catalog))?;
        if found.sha256() != catalog && !weaken::on(Weakness::ArchiveBelieved) {
            return Err(damaged(Archived::Catalog));
        }
        let wanted = digest(&claims.policy.sha256)?;
        let policy = archive.read_policy(wanted, &found).map_err(read(Archived::Policy))?;
        let policy = policy.ok_or_else(|| lacking(Lacking::Policy))?;
        if policy.sha256 != wanted && !weaken::on(Weakness::ArchiveBelieved) {
            return Err(damaged(Archived::Policy));
        }
        Ok((policy, found))
    }

    /// The guest, compiled anew from the module as it was submitted: the artefact that jobs run is not believed.
    fn guest(&self, digest: Digest, folder: &TemporaryDir) -> Result<std::sync::Arc<Guest>, Stop> {
        let path = self.paths.guests().join(format!("{}.wasm", digest.hex()));
        if !path.exists() {
            return Err(lacking(Lacking::Guest));
        }
        let module = read(&path, MODULE_BYTES_MAX)?;
        if sha256(&module) != digest && !weaken::on(Weakness::ArchiveBelieved) {
            return Err(damaged(Archived::Guest));
        }
        let registry = Registry::open(folder.path(), &self.compiler)?;
        let registered = registry.register(&module)?;
        Ok(registry.load(&registered.row)?)
    }

    /// The snapshot, held against pruning, with what the run reads of it read whole and compared.
    fn snapshot(&self, name: Digest, catalog: &Catalog, resolved: &Resolved) -> Result<Snapshot, Stop> {
        let opened = Snapshot::open(&self.paths.data(), catalog, Some(name));
        let snapshot = opened.map_err(|_| damaged(Archived::Snapshot))?;
        let datasets = resolved.plan.datasets();
        let whole = datasets.iter().all(|dataset| snapshot.dataset(dataset).is_some())
            && (snapshot.verify_hashes(&datasets).is_ok() || weaken::on(Weakness::ArchiveBelieved));
        if whole { Ok(snapshot) } else { Err(damaged(Archived::Snapshot)) }
    }
}

/// A digest of a receipt that verified.
fn digest(text: &str) -> Result<Digest, Stop> {
    text.parse().map_err(|_| different(Difference::Request))
}

/// The ledger's own words about the job: that it is this one, and how its run ended. Of an answer that was given again, how
/// the first run ended.
fn recorded_reason(reader: &LedgerReader, bundle: &VerifiedBundle) -> Result<String, Stop> {
    let claims = &bundle.claims;
    let job = Digest::from_hex(&claims.jti).map_err(|_| different(Difference::Request))?;
    let existing = reader.find(job)?.ok_or_else(|| lacking(Lacking::Job))?;
    let index = bundle.outcome.intent;
    if existing.intent_index != index || existing.input.to_string() != claims.req {
        return Err(damaged(Archived::Ledger));
    }
    let mut reason = opened_reason(reader.ending(index)?, Some(&bundle.outcome))?;
    if reason == REUSED {
        let first = reader.first_of_same(index)?.ok_or_else(|| damaged(Archived::Ledger))?;
        reason = opened_reason(reader.ending(first)?, None)?;
    }
    if reason == MISSED_TICK { Err(lacking(Lacking::MissedTick)) } else { Ok(reason) }
}

/// A reason that opens the commitment in its outcome's record.
fn opened_reason(ending: Option<Ending>, known: Option<&OutcomeRecord>) -> Result<String, Stop> {
    let broken = || damaged(Archived::Ledger);
    let Ending { reason, salt, record } = ending.ok_or_else(broken)?;
    let record: OutcomeRecord = serde_json::from_slice(&record).map_err(|_| broken())?;
    let salt = salt.try_into().map_err(|_| broken())?;
    let opens = reason_commitment(&salt, &reason).to_string() == record.reason;
    if opens && known.is_none_or(|known| *known == record) { Ok(reason) } else { Err(broken()) }
}

/// The receipt says of the request what the request says.
fn check_request(claims: &Claims, recalled: &Recalled) -> Result<(), Stop> {
    let request = &recalled.request;
    let same = request.job.hex() == claims.jti
        && request.client == claims.aud
        && request.purpose == claims.purpose
        && request.policy.id == claims.policy.id
        && request.policy.version == claims.policy.version
        && request.guest.to_string() == claims.guest;
    if !same {
        return Err(different(Difference::Request));
    }
    let sorted = |digests: &[String]| {
        let mut digests = digests.to_vec();
        digests.sort_unstable();
        digests
    };
    match sorted(&recalled.consents) == sorted(&claims.consents) {
        true => Ok(()),
        false => Err(different(Difference::Consents)),
    }
}

/// The parties of the request open the receipt's commitments.
fn check_parties(claims: &Claims, request: &Request, resolved: &Resolved, salt: &SaltKey) -> Result<(), Stop> {
    let opened = (0..).zip(&resolved.parties).map(|(position, party)| {
        let salt = salt.party_salt(&request.job, position);
        (party.role_name.clone(), party_commitment(&salt, &party.role_name, &party.id).to_string())
    });
    let claimed = claims.parties.iter().map(|party| (party.role.clone(), party.commitment.clone()));
    if opened.eq(claimed) { Ok(()) } else { Err(different(Difference::Parties)) }
}
