//! The English words of the operator's commands. Owns wording alone; what is found and done is `upkeep`'s business.

use super::english::{quoted, some};
use super::upkeep_message::{UpkeepMessage, UpkeepProblem};
use crate::upkeep::{Content, Diagnosis, Setup, State};

/// `3.2 MiB`, in binary units.
pub(super) fn amount(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    match UNITS.into_iter().find(|(unit, _)| bytes >= *unit) {
        None => format!("{bytes} B"),
        Some((unit, word)) => format!("{}.{} {word}", bytes / unit, bytes % unit * 10 / unit),
    }
}

impl UpkeepMessage {
    /// The line.
    pub(super) fn english(&self) -> String {
        match self {
            Self::BackingUp => "backing up".to_owned(),
            Self::BackedUp { to, files, bytes, entries, digest } => format!(
                "backed up to `{to}`: {}, {}, a log of {}\nits digest, to be kept elsewhere: {digest}",
                some(*files, "file", "files"),
                amount(*bytes),
                some(*entries, "entry", "entries")
            ),
            Self::KeysApart { folder } => format!(
                "the private keys are in `{folder}`: keep them apart from the backup; with both, anybody can sign and knows whom the ledger is about"
            ),
            Self::KeysLeftOut { home } => format!(
                "the private keys are not in it, and without `{home}/keys/salt.key` the accounts are lost: copy them with --keys-to, to another place"
            ),
            Self::Outside { place } => format!("not backed up, as it lies outside of the home: `{place}`"),
            Self::Restoring => "restoring".to_owned(),
            Self::Restored { home, ledger, entries, files } => format!(
                "restored in `{home}`: {}, ledger {ledger}, a log of {}",
                some(*files, "file", "files"),
                some(*entries, "entry", "entries")
            ),
            Self::RestoredCurrent { mirror } => {
                format!("it is not behind its mirror `{mirror}`: nothing that was charged is missing")
            }
            Self::KeysMissing { home } => {
                format!("before it starts: bring the private keys to `{home}/keys`, readable by their owner alone")
            }
            Self::OutsideMissing { place } => {
                format!("before it starts: bring back what was outside of the home: `{place}`")
            }
            Self::Rotated { kid, resumed: false } => format!("receipts are signed with the new key {kid}"),
            Self::Rotated { kid, resumed: true } => {
                format!("an earlier rotation was cut off and is now complete: receipts are signed with the key {kid}")
            }
            Self::Retired { kid, until } => {
                format!("the key {kid} is retired: it verifies receipts until {until} UTC, and signs no more")
            }
            Self::Pruned { name, jobs, dry_run } => pruned(name, *jobs, *dry_run),
            Self::PruneInUse { name } => format!("{name} stays: an engine, an audit or a backup has it open"),
            Self::PruneFreed { files, bytes, dry_run } => format!(
                "{} {}, {}",
                some(*files, "file", "files"),
                if *dry_run { "would go" } else { "removed" },
                amount(*bytes)
            ),
            Self::PruneRequests { requests, dry_run } => format!(
                "{} of jobs on removed snapshots {}",
                some(*requests, "archived request", "archived requests"),
                if *dry_run { "would be removed" } else { "removed" }
            ),
            Self::PruneWaiting { requests } => format!(
                "{} of jobs on removed snapshots will go with the engine's next reload; without one, prune again when it has stopped",
                some(*requests, "archived request", "archived requests")
            ),
            Self::PruneNothing => "nothing to prune".to_owned(),
            Self::Examining => "examining".to_owned(),
            Self::Examined { check, level, diagnosis } => {
                format!("{:<8} {check}: {}", Self::level_word(*level), diagnosis.english())
            }
            Self::ExaminedSum { errors: 0, warnings: 0 } => "the home is well".to_owned(),
            Self::ExaminedSum { errors, warnings } => {
                format!("{}, {}", some(*errors, "error", "errors"), some(*warnings, "warning", "warnings"))
            }
        }
    }
}

fn pruned(name: &str, jobs: u64, dry_run: bool) -> String {
    let what = if dry_run { "would be removed" } else { "removed" };
    match jobs {
        0 => format!("{name} {what}; no job ran on it"),
        jobs => format!(
            "{name} {what}; {} ran on it and cannot be computed again; receipts, log and budgets stay as they are",
            some(jobs, "job", "jobs")
        ),
    }
}

impl UpkeepProblem {
    /// What is wrong, and what to do.
    pub(super) fn english(&self) -> String {
        match self {
            Self::MirrorAhead { mirror, entries, seen, after } => {
                let lost = seen.saturating_sub(*entries);
                let when = match after {
                    Some((days, day)) => format!(
                        "not before {day}, when the longest window ({}) has passed",
                        some(*days, "day", "days")
                    ),
                    None => "not before its longest window has passed".to_owned(),
                };
                format!(
                    "the home is in place and will not start: its log has {}, its mirror `{mirror}` has seen {seen}. What was charged in the {} between is not in this backup, and an old copy must not refill budgets\n\
                     help: 1. restore a newer backup, or bring the home back that ran last: then nothing is lost\n\
                     \x20     2. keep this home to look things up: `anshi audit verify`, `anshi budget show` and all receipts work without a start\n\
                     \x20     3. if all later copies are lost, begin another home with `anshi init`: another ledger, another log, for clients and auditors to see. Let it answer {when}, and lower the `lifetime` of its quotas by what was spent here and may have been spent since\n\
                     \x20     never change or remove the mirror: it is the evidence of what is missing",
                    some(*entries, "entry", "entries"),
                    some(lost, "entry", "entries")
                )
            }
            Self::MirrorMissing { mirror, entries } => format!(
                "the home is in place and will not start: `{mirror}` holds no checkpoint of its log, so nobody knows whether anything behind its {} is missing\n\
                 help: bring the mirror back to that place, or name its place as `checkpoint_mirror` in `anshi.toml`; if it is lost, this home can be looked up (`anshi audit verify`, `anshi budget show`), and another one must be begun with `anshi init`",
                some(*entries, "entry", "entries")
            ),
            Self::LogKeyStays => "the log's key is not rotated: it is what the log is known by, in every receipt, mirror and auditor's note, and a new key would make it another log\n\
                 help: if the key was stolen, begin another home with `anshi init`; docs/decisions/0021-keys-are-retired.md says why"
                .to_owned(),
            Self::Ill(errors) => format!("the home has {}", some(*errors, "error", "errors")),
        }
    }
}

impl Diagnosis {
    /// What it is, and what to do.
    pub(super) fn english(&self) -> String {
        match self {
            Self::Setup(setup) => setup.english(),
            Self::State(state) => state.english(),
            Self::Content(content) => content.english(),
        }
    }
}

impl Setup {
    /// What it is, and what to do.
    fn english(&self) -> String {
        match self {
            Self::Config { kind, ledger } => format!("a {kind} home, ledger {ledger}"),
            Self::ConfigBad(error) => format!("{}\n  mend the configuration; nothing else was looked at", error.en),
            Self::Catalog { datasets } => some(*datasets, "dataset", "datasets"),
            Self::CatalogBad(error) => format!("mend the catalog:\n{}", error.en),
            Self::Policies { in_force } => format!("{in_force} in force"),
            Self::PoliciesBad(error) => format!("mend the policies:\n{}", error.en),
            Self::PoliciesUnapproved { ids, needed } => format!(
                "not in force until {} there: {}",
                some(*needed, "auditor's approval is", "auditors' approvals are"),
                quoted(ids)
            ),
            Self::AccountsUnapproved { needed } => format!(
                "`accounts.toml` lacks the auditors' approvals ({needed} needed): nothing is answered until they are there"
            ),
            Self::Accounts => "what was spent, and what may be, is within the limits".to_owned(),
            Self::AccountsExceeded(error) => format!("the home does not start: {}", error.en),
            Self::PolicyOutside(validity) => format!(
                "`{}` is valid from {} to {} and not today: give it a new version with new days, or remove it",
                validity.id, validity.from, validity.until
            ),
            Self::PoliciesNone => "no policy is in force: every job is refused".to_owned(),
            Self::Pace { measured, configured } => format!(
                "1,000 fuel takes at most {} ns, a MiB of memory {} ns; {} ns and {} ns are allowed for",
                measured.nanos_per_kilofuel,
                measured.nanos_per_mib,
                configured.nanos_per_kilofuel,
                configured.nanos_per_mib
            ),
            Self::PaceTight { measured, configured } => format!(
                "1,000 fuel can take {} ns with a margin, a MiB of memory {} ns, and {} ns and {} ns are allowed for: was the machine busy? If not, set `nanos_per_kilofuel` and `nanos_per_mib` to what was measured and lengthen the slots that then are too short",
                measured.nanos_per_kilofuel,
                measured.nanos_per_mib,
                configured.nanos_per_kilofuel,
                configured.nanos_per_mib
            ),
            Self::PaceSlow { measured, configured } => format!(
                "this machine is slower than the slots allow for: set `nanos_per_kilofuel` to {} (it is {}) and `nanos_per_mib` to {} (it is {}), and lengthen the slots that then are too short, or jobs end undetermined",
                measured.nanos_per_kilofuel,
                configured.nanos_per_kilofuel,
                measured.nanos_per_mib,
                configured.nanos_per_mib
            ),
            Self::PaceBad(error) => error.en.clone(),
            Self::Keys { count } => format!("{count}, readable by their owner alone, and as published"),
            Self::FolderPrivate => "nobody but its owner enters the home".to_owned(),
            Self::FolderOpen { path, mode } => {
                format!("others can enter `{path}` ({mode:03o}), and read data and ledger there: `chmod 700 {path}`")
            }
            Self::FolderBad(error) => error.en.clone(),
            Self::KeyMissing { path } => format!("`{path}` is missing: bring it back from where the keys are kept"),
            Self::KeyExposed { path, mode } => {
                format!("others can read `{path}` ({mode:03o}): `chmod 600 {path}`, and rotate the key if others did")
            }
            Self::KeyBad { path, error } => {
                format!("`{path}` cannot be used: {}; bring it back from where the keys are kept", error.en)
            }
            Self::KeyMixed { path, public } => format!(
                "`{path}` is not the private half of what `{public}` says: bring the one back that belongs to the other"
            ),
            Self::RotationOpen => {
                "a rotation was cut off: `anshi key rotate --kind receipt` brings it to its end".to_owned()
            }
        }
    }
}

impl State {
    /// What it is, and what to do.
    fn english(&self) -> String {
        match self {
            Self::Clock { now } => format!("it is {} UTC", now.day()),
            Self::ClockBack { now, seen } => format!(
                "it shows {}, and the ledger has seen {seen}: set it; charges are booked on the later day meanwhile, and fresh requests are refused",
                now.day()
            ),
            Self::ClockWrong { now } => format!("it shows {}, which cannot be: set it", now.day()),
            Self::ClockAhead { now, last } => format!(
                "it shows {}, and the last job is of {last}: if the clock is wrong, set it before a job is asked, since windows pass by it",
                now.day()
            ),
            Self::Room { free } => format!("{} free", amount(*free)),
            Self::RoomLow { free, place } => format!(
                "{} free where `{place}` is: make room (`anshi snapshot prune`); a full disk stops the ledger",
                amount(*free)
            ),
            Self::RoomBad(error) | Self::WritingBad(error) => {
                format!("{}; an engine could not work here: mend the disk, or the permissions of the home", error.en)
            }
            Self::Writing { millis } => format!("written and synced in {millis} ms"),
            Self::WritingSlow { millis } => {
                format!("a sync took {millis} ms, and every job waits for two: use a faster disk for the home")
            }
            Self::Ledger { entries, open: 0 } => some(*entries, "entry", "entries"),
            Self::Ledger { entries, open } => {
                format!(
                    "{}, {} running or to be closed",
                    some(*entries, "entry", "entries"),
                    some(*open, "job", "jobs")
                )
            }
            Self::SchemaOther { found, needed } => format!(
                "its schema is version {found}, this program needs {needed}: use the program that the home was made with"
            ),
            Self::LedgerBad(error) => {
                format!(
                    "{}; restore the latest backup if its log is not behind the mirror, and run `anshi audit verify`",
                    error.en
                )
            }
            Self::Published { entries } => some(*entries, "entry", "entries"),
            Self::PublishedBehind { entries, published } => {
                format!(
                    "it shows {published} of {}: the engine brings it up to date, at its next start at the latest",
                    some(*entries, "entry", "entries")
                )
            }
            Self::PublishedBad(error) => format!(
                "{}; move `log` out of the home, for whoever looks into it: the next start of the engine makes it anew from the ledger",
                error.en
            ),
            Self::Mirror { entries } => format!("{}, on another file system", some(*entries, "entry", "entries")),
            Self::MirrorBehind { entries, seen } => {
                format!(
                    "it has seen {seen} of {}: the engine catches up, at its next start at the latest",
                    some(*entries, "entry", "entries")
                )
            }
            Self::MirrorAhead { entries, seen } => format!(
                "the home is old: its log has {}, the mirror has seen {seen}. It does not start: bring the latest home or backup back; never change the mirror",
                some(*entries, "entry", "entries")
            ),
            Self::MirrorBeside { mirror } => format!(
                "`{mirror}` is on the home's own file system, and is lost or rolled back with it: put it on another disk or machine, and name the place as `checkpoint_mirror`"
            ),
            Self::MirrorBad(error) => format!("{}; the home does not start: bring its own mirror back", error.en),
        }
    }
}

impl Content {
    /// What it is, and what to do.
    fn english(&self) -> String {
        match self {
            Self::Snapshot { name, datasets, deep } => format!(
                "{name}, {}{}",
                some(*datasets, "dataset", "datasets"),
                if *deep { ", every file as published" } else { ", sizes as published" }
            ),
            Self::SnapshotNone => "there is none: `anshi ingest` makes one of a delivery".to_owned(),
            Self::SnapshotBad(error) => error.en.clone(),
            Self::DatasetOld { name, as_of, days, update } => format!(
                "`{name}` is as of {as_of}, {} ago, and comes {}: ask its department for a delivery",
                some(u64::from(days.unsigned_abs()), "day", "days"),
                update.word()
            ),
            Self::DatasetAhead { name, as_of } => {
                format!("`{name}` is as of {as_of}, a day that has not come: is the clock right, was `--as-of`?")
            }
            Self::DatasetAbsent { name } => format!("`{name}` is in the catalog and was never delivered"),
            Self::DatasetRefused { reason } => reason.en.clone(),
            Self::Guests { count } => format!("{count} as registered"),
            Self::GuestBad { guest, error } => format!("{guest}: {}; register the guest again", error.en),
            Self::GuestOther { guest } => {
                format!("{guest} is not compiled for this program: register it again before it is asked")
            }
        }
    }
}
