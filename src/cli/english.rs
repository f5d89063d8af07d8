//! The English words of the message catalogue. Owns wording alone; which line is said when is the commands' business.

use super::guest_words::joined_english as joined;
use super::message::{Answers, BudgetUnit, Cost, DataMessage, PolicyState, ShownAnswer, WorkMessage};
use super::problem::{AskProblem, FileProblem};
use crate::config::CONFIG_FILE;
use crate::data::Stage;
use crate::review::Counted;

/// `1 row`, `2 rows`.
pub(super) fn some(number: impl Into<u64>, one: &str, more: &str) -> String {
    let number = number.into();
    format!("{number} {}", if number == 1 { one } else { more })
}

fn bits(number: impl Into<u64>) -> String {
    some(number, "bit", "bits")
}

pub(super) fn cost(cost: &Cost) -> String {
    match cost {
        Cost::Bits(number) => bits(*number),
        Cost::Epsilon(epsilon) => format!("ε = {epsilon}"),
    }
}

fn rows(number: u64) -> String {
    some(number, "row", "rows")
}

fn units(number: u64) -> String {
    some(number, "unit", "units")
}

pub(super) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

impl DataMessage {
    /// The line.
    pub(super) fn english(&self) -> String {
        match self {
            Self::Inventing => "inventing rows".to_owned(),
            Self::DatasetInvented { name, rows: count } => format!("{name}: {}", rows(*count)),
            Self::Invented { firms, persons, healthy, representative, failing } => format!(
                "{firms} firms and {persons} persons; a firm that does well is {healthy}, represented by {representative}, \
                 and one that fails is {failing}"
            ),
            Self::Ingesting => "taking in".to_owned(),
            Self::IngestingDataset { name, stage } => match stage {
                Stage::Reading => format!("taking in {name}: rows read"),
                Stage::Sorting => format!("taking in {name}: sorting"),
                Stage::Writing => format!("taking in {name}: rows written"),
            },
            Self::DatasetTaken { name, rows: taken, units: of, rejected } => {
                format!("{name}: {} of {} taken, {rejected} rejected", rows(*taken), units(*of))
            }
            Self::DatasetChecked { name, rows: good, rejected } => {
                format!("{name}: {} would be taken, {rejected} rejected", rows(*good))
            }
            Self::DatasetKept { name, as_of } => format!("{name}: nothing delivered, the data as of {as_of} stay"),
            Self::DatasetAbsent { name } => format!("{name}: nothing delivered, and nothing earlier"),
            Self::SnapshotShown { name, as_of } => format!("snapshot {name}, data as of {as_of}"),
            Self::SnapshotVerified { name } => format!("every file of snapshot {name} is as it was published"),
            Self::DatasetShown { name, rows: count, units: of, rejected, unended, as_of } => format!(
                "  {name}: {} of {}, {rejected} rejected, data as of {as_of}{}",
                rows(*count),
                units(*of),
                match unended {
                    0 => String::new(),
                    files => format!(", {} without a line end", some(*files, "file", "files")),
                }
            ),
            Self::DatasetFailed { name, error, kept: None } => format!("{name}: not taken: {error}"),
            Self::DatasetFailed { name, error, kept: Some(day) } => {
                format!("{name}: not taken, the data as of {day} stay: {error}")
            }
            Self::SnapshotCurrent { name, published: true } => format!("snapshot {name} is published"),
            Self::SnapshotCurrent { name, published: false } => format!("snapshot {name} stays"),
            Self::SnapshotsNone => "no snapshot yet: `anshi ingest` makes one of a delivery".to_owned(),
            Self::Verifying => "verifying".to_owned(),
            Self::SnapshotListed { name, as_of, current } => format!(
                "{name}  {}{}",
                as_of.as_ref().map_or_else(|| "unreadable".to_owned(), |day| format!("data as of {day}")),
                if *current { "  current" } else { "" }
            ),
        }
    }
}

fn labels_good(id: &str, version: &str, labels: &str, each: &Cost) -> String {
    format!("policy {id} {version} is in order: it answers {labels} or undetermined, {} each", cost(each))
}

impl WorkMessage {
    /// The line.
    pub(super) fn english(&self) -> String {
        match self {
            Self::HomeMade { home, kind } => format!("a {} home is ready in `{home}`", kind.word()),
            Self::PolicyGood { id, version, answers: Answers::Labels(labels), cost: each } => {
                labels_good(id, version, &labels.join(", "), each)
            }
            Self::PolicyGood { id, version, answers: Answers::Table(cells), cost: each } => {
                format!(
                    "policy {id} {version} is in order: it answers with a table of {cells} cells, {} each",
                    cost(each)
                )
            }
            Self::AccountsGood { path, digest } => {
                format!("`{path}` has the accounts and no policy; as such it is in order: {digest}")
            }
            Self::PolicyListed { id, version, title, state, digest } => {
                format!("{id} {version}  {}  \"{}\"  {digest}", policy_state(*state), title.en)
            }
            Self::PoliciesNone => "the home has no policies".to_owned(),
            Self::AccountsUnapproved { needed } => format!(
                "the accounts are not approved ({} needed): until then nothing is answered",
                some(*needed, "approval is", "approvals are")
            ),
            Self::ConsentIssued { out, jti, days, uses } => format!(
                "consent `{jti}` in `{out}`: for {} within {}",
                some(*uses, "job", "jobs"),
                some(*days, "day", "days")
            ),
            Self::ConsentRevoked { jti, issuer, used, known } => revoked(jti, issuer, *used, *known),
            Self::Answered { label, cost: charged, out } => {
                format!("answer {label}, {} charged, receipt in `{out}`", cost(charged))
            }
            Self::DebugEnd { end } => format!("debug, in a synthetic home alone: the run ended with `{end}`"),
            Self::ReceiptUnverified => "not verified, only shown:".to_owned(),
            Self::ReceiptParty { role, id } => format!("  about    {id} ({role})"),
            Self::ReceiptVerified { size } => format!(
                "verified: the signature holds, and the job is in the log of {} (engine-attested only: no witness cosigned)",
                some(*size, "entry", "entries")
            ),
            Self::ReceiptShown { answer, client, policy, as_of, guest, cost: charged, index } => format!(
                "  answer   {}\n  client   {client}\n  policy   {policy}\n  data     as of {as_of}\n  guest    {guest}\n  cost     {}\n  log      entry {index}",
                shown(answer),
                cost(charged)
            ),
            Self::AuditClean => "everything that can be derived again is as it stands".to_owned(),
            Self::BudgetEmpty => "nothing was charged yet".to_owned(),
            Self::KeyMade { out } => format!("private key in `{out}`; its public half:"),
            Self::Auditing => "deriving again".to_owned(),
            Self::Calibrating => "calibrating this machine".to_owned(),
            Self::Compiling => "checking and compiling the guest".to_owned(),
            Self::AuditCheck { name, counts, findings, notes } => audit_check(name, counts, findings, notes),
            Self::BudgetRow { account, client, party, unit: BudgetUnit::Bits, window, lifetime } => format!(
                "{account}  {client}  party {party}…  {} of {} bits in {}, {} of {} ever",
                window.0,
                window.1,
                some(window.2, "day", "days"),
                lifetime.0,
                lifetime.1
            ),
            Self::BudgetRow { account, client, unit: BudgetUnit::Epsilon, window, lifetime, .. } => format!(
                "{account}  {client}  ε = {} of {} in {}, {} of {} ever",
                window.0,
                window.1,
                some(window.2, "day", "days"),
                lifetime.0,
                lifetime.1
            ),
            Self::Verbatim(text) => text.clone(),
        }
    }
}

fn shown(answer: &ShownAnswer) -> String {
    match answer {
        ShownAnswer::Label(label) => label.clone(),
        ShownAnswer::Table(cells, printed) => format!("a table of {cells} cells, {printed} of them printed"),
        ShownAnswer::NoTable => "no table: it was not done at its tick, or cancelled".to_owned(),
    }
}

fn policy_state(state: PolicyState) -> String {
    match state {
        PolicyState::InForce(until) => format!("in force until {until}"),
        PolicyState::Unapproved => "not approved".to_owned(),
        PolicyState::OutsideValidity(from, until) => format!("outside its validity, {from} to {until}"),
    }
}

fn revoked(jti: &str, issuer: &str, used: u64, known: bool) -> String {
    match (used, known) {
        (0, false) => format!(
            "consent `{jti}` of {issuer} is revoked and will serve no job; none here has used it: is the number right?"
        ),
        (0, true) => format!("consent `{jti}` of {issuer} is revoked and will serve no job; none here has used it"),
        (used, _) => {
            let served = some(used, "job", "jobs");
            format!("consent `{jti}` of {issuer} is revoked and serves no further job; it has served {served}")
        }
    }
}

fn audit_check(name: &str, counts: &[(u64, Counted)], findings: &[String], notes: &[String]) -> String {
    let counted: Vec<String> = counts.iter().map(|(number, of)| some(*number, of.one(), of.word())).collect();
    let word = if findings.is_empty() { "ok     " } else { "FINDING" };
    let findings = findings.iter().map(|finding| format!("\n  {finding}"));
    let notes = notes.iter().map(|note| format!("\n  note: {note}"));
    format!("{word}  {name}: {}{}", counted.join(", "), findings.chain(notes).collect::<String>())
}

impl FileProblem {
    /// What is wrong, and what to do.
    pub(super) fn english(&self) -> String {
        match self {
            Self::Missing(path) => format!("`{}` does not exist", path.display()),
            Self::OutFolder { path, folder } => {
                format!("cannot write `{}`: the folder `{}` does not exist", path.display(), folder.display())
            }
            Self::OutThere(path) => {
                format!("`{}` is there already: name another file, or replace it with --force", path.display())
            }
            Self::OutTwice(path) => format!("`{}` is named for two things: name two files", path.display()),
            Self::OutIsFolder(path) => format!("`{}` is a folder: name a file in it", path.display()),
            Self::NoHome(home) => format!(
                "`{0}` is no home of Anshi: it has no `{CONFIG_FILE}`\nhelp: make one with `anshi init --home {0} --kind synthetic`",
                home.display()
            ),
            Self::HomeThere(home) => format!(
                "`{0}` is a home already, and a home is made once\nhelp: use it as it is, name another folder, or remove `{0}` and `{0}.mirror` with all that is in them",
                home.display()
            ),
            Self::HomeUsed(folder) => format!(
                "`{}` is not empty: a home is made in a new or empty folder\nhelp: name another folder",
                folder.display()
            ),
            Self::MirrorUsed(folder) => format!(
                "`{0}` is not empty: it has the checkpoints of an earlier home\nhelp: name another folder for the home, or move `{0}` away",
                folder.display()
            ),
            Self::NotWasm(path) => format!(
                "`{}` is not WebAssembly\nhelp: `anshi guest build FOLDER --out FILE` makes a guest of its source",
                path.display()
            ),
            Self::NoDelivery(path) => {
                format!("the folder `{}` does not exist: name the folder of the delivery", path.display())
            }
            Self::DeliveryIsFile(path) => {
                format!("`{}` is a file: name the folder of the delivery", path.display())
            }
            Self::NoSeed(path) => format!(
                "`{}` has no `synthetic.json`: only what `anshi synth` wrote enters a synthetic home",
                path.display()
            ),
            Self::KeyThere(path) => format!("`{}` exists: a key is never overwritten", path.display()),
            Self::DraftThere(path) => {
                format!("`{}` exists: a draft replaces no file; name another, or remove it", path.display())
            }
            Self::NotAFile(path) => format!("`{}` is a folder: name one of its files", path.display()),
            Self::NotABundle { path, error } => format!("`{}` is no bundle: {error}", path.display()),
            Self::NotAConsent { path, error } => {
                format!("`{}` is no consent that an authority of this home signed: {error}", path.display())
            }
            Self::PolicyName { folder, id } => {
                format!("the folder `{}` must be called `{id}`, as its policy", folder.display())
            }
            Self::DemoPolicy(path) => format!("`{}` does not say `guests = \"any\"`", path.display()),
        }
    }
}

impl AskProblem {
    /// What is wrong, and what to do.
    pub(super) fn english(&self) -> String {
        match self {
            Self::NoPolicy { id, close: Some(close), .. } => {
                format!("there is no policy `{id}`: did you mean `{close}`?")
            }
            Self::NoPolicy { place, id, known, .. } if known.is_empty() => {
                format!("there is no policy `{id}` in `{}`: there is none at all", place.display())
            }
            Self::NoPolicy { place, id, known, .. } => {
                format!("there is no policy `{id}` in `{}`: there is {}", place.display(), known.join(", "))
            }
            Self::NoDataset { name, close: Some(close) } => {
                format!("the catalog has no dataset `{name}`: did you mean `{close}`?")
            }
            Self::NoDataset { name, close: None } => {
                format!("the catalog has no dataset `{name}`: `anshi catalog show` lists them")
            }
            Self::CatalogMistakes { mistakes, bad, files } => format!(
                "{} in {bad} of {}",
                some(*mistakes as u64, "mistake", "mistakes"),
                some(*files as u64, "file", "files")
            ),
            Self::NoRole { policy, role, roles } => {
                format!("the policy `{policy}` has no role `{role}`: its roles are {}", quoted(roles))
            }
            Self::BadId { id, error } => format!("`{id}`: {error}"),
            Self::NotAnId(id) => format!("`{id}` is neither a canonical unified social credit code nor a citizen id"),
            Self::NoAuthority { issuer, known } if known.is_empty() => {
                format!("the home trusts no authority `{issuer}`, nor any other: see `anshi client add`")
            }
            Self::NoAuthority { issuer, known } => {
                format!("the home trusts no authority `{issuer}`, only {}", quoted(known))
            }
            Self::NoSnapshot(name) => {
                format!("the home has no snapshot {name}: `anshi snapshot list` shows which there are")
            }
            Self::ClientKeyNeeded(client) => {
                format!("a request of `{client}` is signed with its own key: name it with --client-key")
            }
            Self::ProductionClient => {
                "a production home has no development client: name the client's key with --client-key".to_owned()
            }
            Self::ProductionAuthority => {
                "a production home has no development authority: name the authority's key with --key".to_owned()
            }
            Self::AutoInProduction => "`--consent auto` exists in a synthetic home alone".to_owned(),
            Self::SyntheticDelivery => "this is a synthetic delivery: it cannot enter a production home".to_owned(),
            Self::SyntheticAsOf => {
                "a synthetic delivery says itself which day its data are of: leave --as-of out".to_owned()
            }
            Self::ParameterTwice(name) => format!("the parameter `{name}` is given twice: give it once"),
            Self::AsOfNeeded => "say with --as-of which day the data are of".to_owned(),
            Self::DatasetsFailed => "a dataset could not be taken; its last good data stay".to_owned(),
            Self::Misfits(misfits) => {
                format!("the guest does not fit the policy:\n  {}", joined(misfits, "\n  "))
            }
            Self::RowsTwice(name) => format!("`--rows {name}=…` stands there twice: all rows belong into one file"),
            Self::NoTable(policy) => {
                format!("the policy `{policy}` answers with a label: `--csv`, `--plot`, `--via-worker` are for tables")
            }
            Self::ReceiptUnreadable => "the receipt in the bundle cannot be read".to_owned(),
            Self::AuditFindings(findings) => some(*findings as u64, "finding", "findings"),
        }
    }
}
