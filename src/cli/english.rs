//! The English words of the message catalogue. Owns wording alone; which line is said when is the commands' business.

use super::message::{DataMessage, DemoMessage, WorkMessage};

impl DataMessage {
    /// The line.
    pub(super) fn english(&self) -> String {
        match self {
            Self::Inventing => "inventing rows".to_owned(),
            Self::DatasetInvented { name, rows } => format!("{name}: {rows} rows"),
            Self::Invented { units, healthy, failing } => {
                format!("{units} units; a firm that does well is {healthy}, one that fails is {failing}")
            }
            Self::Ingesting => "taking in".to_owned(),
            Self::DatasetTaken { name, rows, units, rejected } => {
                format!("{name}: {rows} rows of {units} units taken, {rejected} rejected")
            }
            Self::DatasetKept { name, as_of } => format!("{name}: nothing delivered, the data of {as_of} stay"),
            Self::DatasetAbsent { name } => format!("{name}: nothing delivered, and nothing earlier"),
            Self::SnapshotShown { name, as_of } => format!("snapshot {name}, about {as_of}"),
            Self::SnapshotVerified { name } => format!("every file of snapshot {name} is as it was published"),
            Self::DatasetShown { name, rows, units, rejected, as_of } => {
                format!("  {name}: {rows} rows of {units} units, {rejected} rejected, delivered for {as_of}")
            }
            Self::DatasetFailed { name, error, kept: None } => format!("{name}: not taken: {error}"),
            Self::DatasetFailed { name, error, kept: Some(day) } => {
                format!("{name}: not taken, the data of {day} stay: {error}")
            }
            Self::SnapshotCurrent { name, published: true } => format!("snapshot {name} is published"),
            Self::SnapshotCurrent { name, published: false } => format!("snapshot {name} stays"),
            Self::SnapshotListed { name, current } => format!("{name}{}", if *current { "  current" } else { "" }),
        }
    }
}

impl DemoMessage {
    /// The line.
    pub(super) fn english(&self) -> String {
        match self {
            Self::Title => {
                "Anshi: a bank asks about a firm whose data it never sees. Everything here is invented.\n".to_owned()
            }
            Self::Home { home } => format!(
                "home     a synthetic home in `{home}`: keys, ledger, an empty log, a checkpoint mirror beside it"
            ),
            Self::Invented { rows, units, datasets } => format!(
                "data     {rows} rows about {units} invented firms, as {datasets} departments would deliver them"
            ),
            Self::Ingested { name, rejected } => {
                format!("ingest   checked, sorted by firm, published as snapshot {name}; {rejected} rows rejected")
            }
            Self::Guest { bytes, digest } => {
                format!("guest    the bank's question: {bytes} bytes of WebAssembly that import nothing, {digest}")
            }
            Self::Policy { path } => format!(
                "policy   `{path}` allows this guest alone, and one answer: A, B, C or D, for 3 of a firm's 24 bits"
            ),
            Self::Answered { party, label, bits, out } => {
                format!("job      {party}, with its consent: band {label}, {bits} bits charged, receipt in `{out}`")
            }
            Self::Verified => {
                "verify   both receipts: signature, place in the log, and that their parts belong together\n".to_owned()
            }
            Self::Refused { party, refusal } => {
                format!(
                    "job      {party}, without: refused before any data was touched ({}), nothing charged",
                    refusal.code.word()
                )
            }
            Self::Next { anshi, home, guest, party } => format!(
                "Try next:\n  {anshi} receipt verify {home}/demo/healthy.bundle.json --jwks {home}/jwks.json --log-key {home}/log.vkey\n  \
                 {anshi} run --home {home} --policy sme-credit-check --guest {guest} \\\n    --party enterprise={party} --param min_paid_fen=5000000 --consent auto --out bundle.json\n  \
                 {anshi} guest inspect {guest}\n  {anshi} budget show --home {home}\n  {anshi} audit verify --home {home}"
            ),
        }
    }
}

impl WorkMessage {
    /// The line.
    pub(super) fn english(&self) -> String {
        match self {
            Self::HomeMade { home, kind } => format!("a {kind} home is ready in `{home}`"),
            Self::GuestBuilt { path, bytes, digest } => format!("`{path}`: {bytes} bytes, {digest}"),
            Self::GuestInspected { digest, bytes } => format!("guest {digest}, {bytes} bytes, imports nothing"),
            Self::GuestParameter { name, kind } => format!("  takes `{name}` ({kind})"),
            Self::GuestReads { role, dataset, columns } => format!("  reads of `{role}`: {dataset} ({columns})"),
            Self::GuestAnswers { labels } => format!("  answers one of: {labels}"),
            Self::GuestRegistered { digest } => format!("registered: {digest}"),
            Self::PolicyGood { id, version, labels, bits } => {
                format!("policy {id} {version} is in order: it answers {labels} or undetermined, {bits} bits each")
            }
            Self::ConsentIssued { out, days, uses } => format!("consent in `{out}`: {uses} use(s), {days} days"),
            Self::ConsentRevoked { jti } => format!("consent {jti} serves no further job"),
            Self::Answered { label, bits, out } => format!("{label} ({bits} bits charged), receipt in `{out}`"),
            Self::DebugEnd { end } => format!("debug, in a synthetic home alone: the run ended with `{end}`"),
            Self::ReceiptUnverified => "not verified, only shown:".to_owned(),
            Self::ReceiptVerified { size } => format!(
                "verified: the signature holds, and the job is in the log of {size} entries (engine-attested only: no witness cosigned)"
            ),
            Self::ReceiptShown { label, client, policy, as_of, guest, bits, index } => format!(
                "  answer   {label}\n  client   {client}\n  policy   {policy}\n  data of  {as_of}\n  guest    {guest}\n  cost     {bits} bits\n  log      entry {index}"
            ),
            Self::AuditClean => "everything that can be derived again is as it stands".to_owned(),
            Self::AuditFindings { findings } => format!("{findings} finding(s)"),
            Self::BudgetEmpty => "nothing was charged yet".to_owned(),
            Self::KeyMade { out } => format!("private key in `{out}`; its public half:"),
            Self::GuestFits { policy, misfits } if misfits.is_empty() => format!("  fits policy `{policy}`"),
            Self::GuestFits { policy, misfits } => format!("  does not fit policy `{policy}`: {}", misfits.join("; ")),
            Self::AuditCheck { name, counted, findings } if findings.is_empty() => {
                format!("ok       {name}: {counted}")
            }
            Self::AuditCheck { name, counted, findings } => {
                format!("FINDING  {name}: {counted}\n  {}", findings.join("\n  "))
            }
            Self::BudgetRow { account, client, party, window, lifetime } => format!(
                "{account}  {client}  party {party}…  {} of {} bits in {} days, {} of {} ever",
                window.0, window.1, window.2, lifetime.0, lifetime.1
            ),
            Self::Verbatim(text) => text.clone(),
        }
    }
}
