//! `anshi policy dossier`: everything that an auditor decides by, in one HTML file.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::desk_words::{CaseProblem, DeskMessage};
use super::edition::{Edition, policy_of};
use super::error::CliError;
use super::files::{check_new, write};
use super::policy_place::{Place, PlaceArgs};
use super::policy_test::{Desk, GuestArgs};
use super::terminal::Terminal;
use crate::env::{Clock, Durable};
use crate::model::{Bilingual, Lang, Millis};
use crate::policy::{APPROVALS_FOLDER, ApprovalTrust, Policy};
use crate::review::{Context, Direction, compare, explain, warnings};
use crate::workbench::{Dossier, Earlier, InForce, dossier_html};

/// Arguments of `anshi policy dossier`.
#[derive(Args)]
pub struct DossierArgs {
    /// The policy
    pub id: String,
    #[command(flatten)]
    pub place: PlaceArgs,
    #[command(flatten)]
    pub guests: GuestArgs,
    /// An earlier version to compare with: a file, a folder, or `REVISION:PATH` of git
    #[arg(long, value_name = "OLD")]
    pub against: Option<String>,
    /// Where to write it
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    pub force: bool,
}

/// Writes a dossier.
pub fn dossier(args: &DossierArgs, terminal: &Terminal) -> Result<(), CliError> {
    check_new([&args.out], args.force)?;
    let (place, now) = (args.place.open()?, Clock::System.now());
    let (policy, folder) = place.policy(&args.id)?;
    let (accounts, all) = (place.accounts()?, place.all()?);
    let context =
        Context { accounts: &accounts, policies: all.iter().map(|(policy, _)| policy).collect(), reader: None };
    let explanation = explain(&policy, &place.catalog, &context);
    let earlier = earlier(args, &policy, &place)?;
    let in_force = in_force(&place, &policy, &folder, now)?;
    let played = Desk::open(args.place.home.as_deref())?.play(&folder, &args.guests, terminal);
    // A policy can be judged without its cases: the dossier says that they are missing, and why.
    let played = played.map_err(|error| {
        let [zh, en] = [Lang::Zh, Lang::En].map(|lang| error.text(lang));
        Bilingual { zh, en }
    });
    let manifest = played.as_ref().ok().and_then(|tested| {
        let allowed = tested.played.guests.iter().find(|guest| guest.name == tested.main_guest);
        allowed.map(|guest| &guest.manifest)
    });
    let manifests: Vec<_> = manifest.into_iter().cloned().collect();
    let (open, accepted) = warnings(&policy, &place.catalog, Some(&accounts), &manifests, None);
    let played = played.as_ref().map(|tested| &tested.played).map_err(Clone::clone);
    let dossier = Dossier {
        policy: &policy,
        explanation: &explanation,
        made: now.day(),
        in_force,
        earlier,
        played,
        warnings: &open,
        accepted: &accepted,
    };
    write(&args.out, dossier_html(&dossier, terminal.lang()).as_bytes(), Durable::Shared)?;
    tell(&dossier, args, terminal);
    Ok(())
}

/// The version that is named, and what has changed since.
fn earlier(args: &DossierArgs, policy: &Policy, place: &Place) -> Result<Earlier, CliError> {
    let Some(named) = &args.against else { return Ok(Earlier::Unnamed) };
    let Edition::Policy(document) = Edition::find(named)? else {
        return Err(CliError::wrong(CaseProblem::NotAPolicy(named.clone())));
    };
    let old = policy_of(&document, &place.catalog)?;
    Ok(Earlier::Version { named: named.clone(), version: old.version_text(), difference: compare(&old, policy) })
}

/// Whose approvals the policy and the accounts have in a home.
fn in_force(place: &Place, policy: &Policy, folder: &Path, now: Millis) -> Result<Option<InForce>, CliError> {
    let Some(config) = &place.config else { return Ok(None) };
    let trust = ApprovalTrust { needed: config.approvals_needed, auditors: config.auditors(), now };
    let of_policy = trust.approvals(&folder.join(APPROVALS_FOLDER), policy.sha256)?;
    let of_accounts = trust.approvals(&place.folder.join(APPROVALS_FOLDER), place.accounts()?.sha256())?;
    Ok(Some(InForce {
        ledger: config.ledger.clone(),
        needed: config.approvals_needed,
        policy: of_policy.held(now).cloned().collect(),
        accounts: of_accounts.held(now).cloned().collect(),
        is_valid: (policy.valid_from..=policy.valid_until).contains(&now.day()),
    }))
}

/// Says where it is, and why no case was asked, if none was.
fn tell(dossier: &Dossier<'_>, args: &DossierArgs, terminal: &Terminal) {
    let (id, version, out) = (dossier.policy.id.clone(), dossier.policy.version_text(), args.out.display().to_string());
    let verdict = match &dossier.earlier {
        Earlier::Version { difference, .. } => Some(difference.verdict().map_or("same", Direction::word)),
        Earlier::Unnamed => None,
    };
    terminal.result(&json!({
        "policy": id, "version": version, "sha256": dossier.policy.sha256.to_string(), "out": out,
        "in_force": dossier.in_force.as_ref().map(InForce::holds), "verdict": verdict,
        "cases": dossier.played.as_ref().ok().map(|played| played.cases.len()),
        "wrong": dossier.played.as_ref().ok().map(|played| played.wrong()),
        "warnings": dossier.warnings.len(),
    }));
    if let Err(why) = &dossier.played {
        terminal.say(DeskMessage::NotPlayed(why.clone()));
    }
    terminal.say(DeskMessage::Written { id, version, out });
}
