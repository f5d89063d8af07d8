//! The life of a query, top to bottom. Each step takes the proof that the one before handed on.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::env::weaken::{self, Weakness};
use crate::guest::Guest;
use crate::ledger::{End, LedgerError, Logged, Reservation, ReserveError, SealedRequest};
use crate::model::{Digest, Refusal, RefusalCode, Request};
use crate::policy::{Asked, Permit, Policy, decide};
use crate::receipt::{Bundle, Claims, Receipt, assemble, sign_receipt};

use super::authenticate::{Authenticated, authenticate, authenticate_consent, check_fresh};
use super::dispatch::dispatch;
use super::engine::{Engine, RegisterFailure};
use super::running::JobState;
use super::standing::Standing;

/// Why there is no bundle.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The job is refused: before the reservation, nothing charged, no data touched.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The engine has no data yet.
    #[error("the home has no snapshot: run `anshi ingest` first")]
    NoSnapshot,
    /// A dataset that the policy grants was never delivered.
    #[error("the snapshot has no data of `{0}` yet: nothing was charged")]
    NoDataset(String),
    /// More units than the policy's slot has time for.
    #[error("the snapshot has more units than the policy's `units_max`, {0}: nothing was charged")]
    TooManyUnits(u32),
    /// The ledger cannot go on.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A registered guest cannot be loaded.
    #[error(transparent)]
    Guest(#[from] RegisterFailure),
    /// A stored bundle cannot be read.
    #[error("the stored bundle cannot be read: {0}")]
    Bundle(#[from] serde_json::Error),
    /// The engine ended before the job did: the same request asked again after a start tells what became of it.
    #[error("the engine is stopping: send the same request again once it is back")]
    Stopping,
}

/// An answered job.
#[derive(Debug)]
pub struct Answered {
    /// What the client gets: a bundle's JSON.
    pub json: String,
    /// How it ended: for a synthetic home's debug output alone.
    pub end: End,
}

impl Answered {
    /// The bundle.
    pub fn bundle(&self) -> Result<Bundle, serde_json::Error> {
        serde_json::from_str(&self.json)
    }

    /// The receipt's claims; `None` where they cannot be read.
    pub fn claims(&self) -> Option<Claims> {
        self.bundle().ok()?.claims()
    }
}

/// A request whose signature, form and address are right; whether it may be answered is not decided.
pub struct Asking {
    standing: Arc<Standing>,
    authenticated: Authenticated,
}

impl Asking {
    /// Reads a signed request.
    pub fn read(engine: &Engine, token: String) -> Result<Self, Refusal> {
        let standing = engine.standing();
        let authenticated = authenticate(token, &standing.config)?;
        Ok(Self { standing, authenticated })
    }

    /// Whether a table is asked for, as far as the policy that it names is in force.
    pub fn is_table(&self) -> bool {
        let policy = self.standing.policies.policy(&self.request().policy.id);
        policy.is_some_and(|policy| policy.table().is_some())
    }

    /// What is asked.
    pub const fn request(&self) -> &Request {
        self.authenticated.request.value()
    }
}

/// A job that is charged and under way, or was answered before.
pub struct Underway {
    job: Digest,
    ending: JoinHandle<Result<Answered, Failure>>,
}

impl Underway {
    /// The job's id.
    pub const fn job(&self) -> Digest {
        self.job
    }

    /// Waits for the job's tick.
    pub async fn answer(self) -> Result<Answered, Failure> {
        self.ending.await.unwrap_or(Err(Failure::Stopping))
    }
}

/// Answers a signed request: a bundle, or a refusal that cost nothing.
pub async fn answer(engine: &Arc<Engine>, token: &str) -> Result<Answered, Failure> {
    begin(engine, Asking::read(engine, token.to_owned())?, ()).await?.answer().await
}

/// Authorises a request and charges it. A table that is charged is durable when this returns; a label's caller waits for
/// its tick anyway, and is told then what became of it.
///
/// From the reservation on the job is a task of its own: a caller that goes away in between takes nothing with it,
/// and finds the bundle when it sends the same request again. The job's end gives `place` back, whether or not somebody
/// waits for it.
pub async fn begin(engine: &Arc<Engine>, asking: Asking, place: impl Send + 'static) -> Result<Underway, Failure> {
    // A table's second caller does not wait for the tick. A label's meets the first one's job in the ledger's writer, and
    // is looked for here only where it does not come so far: because it is no longer fresh, or could not be asked any more.
    let is_table = asking.is_table();
    let Asking { standing, authenticated } = asking;
    let (job, input) = (authenticated.request.value().job, authenticated.request.value().input);
    let known = || known_before(engine, job, input);
    let before = if is_table { known()? } else { None };
    let authorised = match before {
        Some(intent_index) => Err(intent_index),
        None => match authorise(engine, &standing, authenticated) {
            Ok(authorised) => Ok(authorised),
            Err(failure) => Err(known()?.ok_or(failure)?),
        },
    };
    let authorised = match authorised {
        Ok(authorised) => authorised,
        Err(intent_index) => {
            let engine = Arc::clone(engine);
            let ending = tokio::spawn(async move {
                let _place = place;
                release(&engine, finished(&engine, intent_index).await?)
            });
            return Ok(Underway { job, ending });
        }
    };
    let (charged, waiting) = is_table.then(oneshot::channel).unzip();
    let seeing = see_through(Arc::clone(engine), standing, authorised, (charged, place));
    if weaken::on(Weakness::LeftWithCaller) {
        let answered = seeing.await;
        return Ok(Underway { job, ending: tokio::spawn(std::future::ready(answered)) });
    }
    let ending = tokio::spawn(seeing);
    let Some(waiting) = waiting else { return Ok(Underway { job, ending }) };
    match waiting.await {
        Ok(()) => Ok(Underway { job, ending }),
        // It ended before it was charged: how, it says itself.
        Err(_) => match ending.await.unwrap_or(Err(Failure::Stopping)) {
            Ok(answered) => Ok(Underway { job, ending: tokio::spawn(std::future::ready(Ok(answered))) }),
            Err(failure) => Err(failure),
        },
    }
}

/// Charges, runs, logs and signs an authorised job, whoever still waits for it. `charged` hears that it is charged.
async fn see_through(
    engine: Arc<Engine>,
    standing: Arc<Standing>,
    authorised: Authorised,
    (charged, _place): (Option<oneshot::Sender<()>>, impl Send + 'static),
) -> Result<Answered, Failure> {
    let Authorised { permit, guest, sealed } = authorised;
    let _under_way = Arc::clone(&engine.under_way).read_owned().await;
    let reservation = match reserve(&engine, permit, sealed).await? {
        Reserved::Anew(reservation) => reservation,
        Reserved::Before(logged) => return release(&engine, logged),
    };
    // Nobody may be there any more to hear it.
    let _ = charged.map(|charged| charged.send(()));
    let dispatched = dispatch(&engine, &standing, reservation, guest).await?;
    release(&engine, dispatched.logged(&engine.clock).await?)
}

/// The same signing input again gives the same bundle, free, even when the request is no longer fresh: its intent's leaf.
pub(super) fn known_before(engine: &Engine, job: Digest, input: Digest) -> Result<Option<u64>, Failure> {
    let existing = engine.reader().find(job)?;
    match existing {
        Some(existing) if existing.input == input => Ok(Some(existing.intent_index)),
        Some(_) => Err(Refusal::bare(RefusalCode::Replay).into()),
        None => Ok(None),
    }
}

/// A job that may be reserved.
pub(super) struct Authorised {
    pub permit: Box<Permit>,
    pub guest: Arc<Guest>,
    /// Its request, for the archive; none of a table, which no run gives again.
    pub sealed: Option<SealedRequest>,
}

/// Policy × guest × client × purpose × parameters × consent.
pub(super) fn authorise(
    engine: &Engine,
    standing: &Standing,
    authenticated: Authenticated,
) -> Result<Authorised, Failure> {
    let Authenticated { request, consents, sent } = authenticated;
    let input = request.value().input;
    let now = engine.clock.now();
    check_fresh(request.value(), now)?;
    let snapshot = standing.snapshot.as_deref().ok_or(Failure::NoSnapshot)?;
    let guest = engine.guest(request.value().guest)?;
    let consents =
        consents.iter().map(|token| authenticate_consent(token, &standing.config)).collect::<Result<_, Refusal>>()?;
    let manifest = guest.as_ref().map(|guest| guest.manifest());
    let asked = Asked { request, consents, manifest, snapshot: snapshot.name(), now };
    let permit = Box::new(decide(asked, &standing.policies, &standing.catalog, &engine.salt)?);
    let guest = guest.ok_or_else(|| Refusal::bare(RefusalCode::Guest))?;
    let lacks = |dataset: &&&str| snapshot.dataset(dataset).is_none();
    if let Some(dataset) = permit.plan().datasets().iter().find(lacks) {
        return Err(Failure::NoDataset((*dataset).to_owned()));
    }
    check_units(standing, permit.policy())?;
    let sealed = match permit.policy().table() {
        Some(_) => None,
        None => sent.seal(input, &engine.archive_key, standing.catalog.sha256()).map_err(LedgerError::from)?,
    };
    Ok(Authorised { permit, guest, sealed })
}

/// A slot that could not hold all units would leave some out, and which ones would depend on the others.
fn check_units(standing: &Standing, policy: &Policy) -> Result<(), Failure> {
    let Some(table) = policy.table() else { return Ok(()) };
    let fits = standing.units(policy).is_some_and(|units| units <= u64::from(table.units_max));
    if fits { Ok(()) } else { Err(Failure::TooManyUnits(table.units_max)) }
}

pub(super) enum Reserved {
    Anew(Reservation),
    Before(Logged),
}

/// Charges the ledger and logs the intent, both durable.
pub(super) async fn reserve(
    engine: &Engine,
    permit: Box<Permit>,
    sealed: Option<SealedRequest>,
) -> Result<Reserved, Failure> {
    match engine.ledger.reserve(permit, sealed).await {
        Ok(reservation) => Ok(Reserved::Anew(reservation)),
        Err(ReserveError::Refused(refusal)) => Err(refusal.into()),
        Err(ReserveError::Again { intent_index }) => Ok(Reserved::Before(finished(engine, intent_index).await?)),
        Err(ReserveError::Ledger(error)) => Err(error.into()),
    }
}

/// How often a second caller looks whether the first one's job has ended; ticks are public.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits for a job that another call has reserved, as long as the ledger works.
pub(super) async fn finished(engine: &Engine, intent_index: u64) -> Result<Logged, Failure> {
    loop {
        let running = engine.ledger.check_running();
        let logged = engine.reader().logged(intent_index, engine.ledger.mirrored())?;
        if let Some(logged) = logged {
            return Ok(logged);
        }
        running?;
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// What became of a job that has ended; `None` while it has not.
pub(super) fn release_ended(engine: &Engine, intent_index: u64) -> Result<Option<JobState>, Failure> {
    let logged = engine.reader().logged(intent_index, engine.ledger.mirrored());
    match logged {
        Ok(None) => Ok(None),
        Ok(Some(logged)) => Ok(Some(JobState::Ended(Box::new(release(engine, logged)?)))),
        Err(LedgerError::Abandoned) => Ok(Some(JobState::Abandoned)),
        Err(error) => Err(error.into()),
    }
}

/// Signs what was logged and hands it out.
fn release(engine: &Engine, logged: Logged) -> Result<Answered, Failure> {
    let receipt: Receipt = sign_receipt(&logged, &engine.receipt_key);
    let evidence = match engine.ledger.evidence(&logged) {
        Some(evidence) => evidence,
        None => engine.reader().evidence(receipt.intent_index())?,
    };
    Ok(Answered { json: assemble(&receipt, &evidence)?, end: logged.end() })
}
