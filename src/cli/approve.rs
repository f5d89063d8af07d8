//! `anshi policy approve` and `revoke`: an auditor's signature under a policy or the accounts. An engine that runs takes
//! either at its next reload.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args};
use serde_json::json;

use super::error::CliError;
use super::files::write;
use super::policy_place::{Place, PlaceArgs};
use super::policy_words::{ApprovalProblem, PolicyMessage, Subject, last_day};
use super::terminal::Terminal;
use crate::config::CallerKind;
use crate::env::{Clock, Durable, create_dir, list_dir, read_text, remove_file};
use crate::job::load_key;
use crate::keys::{SigningKey, TokenKind, TrustedKey, sign};
use crate::model::{Date, Digest, Millis};
use crate::policy::{APPROVALS_FOLDER, ApprovalStatement, ApprovalTrust, Approvals};

/// So long the accounts are approved, where nothing else is said.
const ACCOUNTS_DAYS: i32 = 365;
const DAY_SECONDS: i64 = 86_400;
/// So much of a digest stands in a file's name.
const NAMED_HEX: usize = 12;

/// Arguments of `anshi policy approve`.
#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["id", "accounts"])))]
pub struct ApproveArgs {
    /// The policy
    pub id: Option<String>,
    /// The accounts, `accounts.toml`, instead of a policy
    #[arg(long)]
    pub accounts: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The auditor's private key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
    /// The last day of the approval (default: the policy's last day; the accounts': a year from today)
    #[arg(long, value_name = "DATE")]
    pub until: Option<Date>,
}

/// Arguments of `anshi policy revoke`.
#[derive(Args)]
#[command(group(ArgGroup::new("what").required(true).args(["id", "accounts"])))]
pub struct RevokeArgs {
    /// The policy
    pub id: Option<String>,
    /// The accounts, `accounts.toml`, instead of a policy
    #[arg(long)]
    pub accounts: bool,
    #[command(flatten)]
    pub place: PlaceArgs,
    /// The auditor's private key
    #[arg(long, value_name = "FILE")]
    pub key: PathBuf,
}

/// What is approved: the thing, its digest, its folder of approvals, and its last day.
struct Target {
    subject: Subject,
    sha256: Digest,
    folder: PathBuf,
    until: Option<Date>,
}

impl Target {
    fn find(place: &Place, id: Option<&str>) -> Result<Self, CliError> {
        let Some(id) = id else {
            let sha256 = place.accounts()?.sha256();
            let folder = place.folder.join(APPROVALS_FOLDER);
            return Ok(Self { subject: Subject::Accounts, sha256, folder, until: None });
        };
        let (policy, folder) = place.policy(id)?;
        Ok(Self {
            subject: Subject::Policy { id: policy.id.clone(), version: policy.version_text() },
            sha256: policy.sha256,
            folder: folder.join(APPROVALS_FOLDER),
            until: Some(policy.valid_until),
        })
    }

    /// The file of what `key` signs about it.
    fn file(&self, key: &SigningKey, ending: &str) -> PathBuf {
        let digest = self.sha256.to_string();
        let digest: String = digest.trim_start_matches("sha256:").chars().take(NAMED_HEX).collect();
        self.folder.join(format!("{digest}-{}{ending}.jws", key.public().thumbprint()))
    }
}

/// Who signs, and whose signatures count beside. Without a home nobody says who the auditors are: then the key speaks for
/// itself, and nothing is said of how many approvals are needed.
fn signer(place: &Place, key: &SigningKey, now: Millis) -> Result<(String, ApprovalTrust), CliError> {
    let kid = key.public().thumbprint();
    let Some(config) = &place.config else {
        let owner = kid.to_owned();
        let auditor =
            TrustedKey { owner: owner.clone(), key: key.public().clone(), kinds: CallerKind::Auditor.signs() };
        return Ok((owner, ApprovalTrust { needed: 0, auditors: vec![auditor], now }));
    };
    let auditors = config.auditors();
    let mut known: Vec<String> = auditors.iter().map(|auditor| auditor.owner.clone()).collect();
    known.dedup();
    let owner = auditors.iter().find(|auditor| auditor.key.thumbprint() == kid).map(|auditor| auditor.owner.clone());
    let owner = owner.ok_or_else(|| CliError::wrong(ApprovalProblem::NotAnAuditor { kid: kid.to_owned(), known }))?;
    Ok((owner, ApprovalTrust { needed: config.approvals_needed, auditors, now }))
}

/// Signs an approval.
pub fn approve(args: &ApproveArgs, terminal: &Terminal) -> Result<(), CliError> {
    let (place, now) = (args.place.open()?, Clock::System.now());
    let key = load_key(&args.key)?;
    let target = Target::find(&place, args.id.as_deref())?;
    let (auditor, trust) = signer(&place, &key, now)?;
    let until = args.until.or(target.until).unwrap_or_else(|| now.day().plus_days(ACCOUNTS_DAYS));
    if until < now.day() {
        return Err(CliError::wrong(ApprovalProblem::Past { until, today: now.day() }));
    }
    // What was revoked was signed until then; what is signed now is newer.
    let (_, revoked) = trust.signed_at(&target.folder, target.sha256, &auditor)?;
    let iat = now.seconds().max(revoked.map_or(0, |revoked| revoked.saturating_add(1)));
    let exp = (i64::from(until.days()).saturating_add(1)).saturating_mul(DAY_SECONDS);
    let out = target.file(&key, "");
    let statement = ApprovalStatement::Approves { sha256: target.sha256, iat, exp };
    create_dir(&target.folder)?;
    put(&out, &key, statement)?;
    let approvals = trust.approvals(&target.folder, target.sha256)?;
    let count = count(&place, &approvals, now);
    terminal.result(&json!({
        "approved": target.subject.word(), "sha256": target.sha256.to_string(), "auditor": auditor,
        "until": until.to_string(), "out": out.display().to_string(), "approvals": count.map(|(have, _)| have),
        "needed": count.map(|(_, needed)| needed),
    }));
    let (subject, digest, out) = (target.subject, target.sha256.to_string(), out.display().to_string());
    terminal.say(PolicyMessage::Approved { subject, digest, auditor, until, out, count });
    Ok(())
}

/// How many approvals there are and how many are needed; `None` where there is no home to say so.
fn count(place: &Place, approvals: &Approvals, now: Millis) -> Option<(usize, u32)> {
    place.config.as_ref().map(|config| (approvals.held(now).count(), config.approvals_needed))
}

fn put(path: &Path, key: &SigningKey, statement: ApprovalStatement) -> Result<(), CliError> {
    let payload = statement.payload().map_err(CliError::failed)?;
    write(path, format!("{}\n", sign(key, TokenKind::Approval, &payload)).as_bytes(), Durable::Shared)
}

/// Signs a revocation, and takes the key's approvals away.
pub fn revoke(args: &RevokeArgs, terminal: &Terminal) -> Result<(), CliError> {
    let (place, now) = (args.place.open()?, Clock::System.now());
    let key = load_key(&args.key)?;
    let target = Target::find(&place, args.id.as_deref())?;
    let (auditor, trust) = signer(&place, &key, now)?;
    let before = trust.approvals(&target.folder, target.sha256)?;
    let had = before.held(now).any(|approval| approval.auditor == auditor);
    // The revocation first: an approval that is put back later still counts for nothing.
    create_dir(&target.folder)?;
    let out = target.file(&key, ".revoked");
    // A clock may have been put back since: what was approved is revoked all the same.
    let (approved, _) = trust.signed_at(&target.folder, target.sha256, &auditor)?;
    let iat = now.seconds().max(approved.unwrap_or(0));
    put(&out, &key, ApprovalStatement::Revokes { sha256: target.sha256, iat })?;
    take_away(&trust, &target, &auditor)?;
    let approvals = trust.approvals(&target.folder, target.sha256)?;
    let count = count(&place, &approvals, now);
    terminal.result(&json!({
        "revoked": target.subject.word(), "sha256": target.sha256.to_string(), "auditor": auditor, "had_approved": had,
        "out": out.display().to_string(), "approvals": count.map(|(have, _)| have),
        "needed": count.map(|(_, needed)| needed),
    }));
    let (subject, digest, out) = (target.subject, target.sha256.to_string(), out.display().to_string());
    terminal.say(PolicyMessage::Revoked { subject, digest, auditor, had, out, count });
    Ok(())
}

/// Removes the files of the auditor's approvals of the target, and of nothing else.
fn take_away(trust: &ApprovalTrust, target: &Target, auditor: &str) -> Result<(), CliError> {
    for path in list_dir(&target.folder)? {
        if path.extension().is_some_and(|extension| extension == "jws")
            && trust.approver(&read_text(&path)?, target.sha256).as_deref() == Some(auditor)
        {
            remove_file(&path)?;
        }
    }
    Ok(())
}

/// The approvals that hold, as JSON: the auditors and their last days.
pub fn shown(approvals: &Approvals, now: Millis) -> Vec<serde_json::Value> {
    let one = |approval: &crate::policy::Approval| json!({ "auditor": approval.auditor, "until": last_day(approval.until).to_string(), "sha256": approval.digest.to_string() });
    approvals.held(now).map(one).collect()
}
