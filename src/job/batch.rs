//! Batches: many label jobs under one signature. Each is charged and refused alone, before data is read; all that were
//! charged are answered at one tick, in the request's order.

use std::sync::Arc;

use serde::Serialize;
use tokio::task::JoinHandle;

use super::archive::{Sent, SentBatch};
use super::authenticate::{Addressed, Authenticated, check_addressed, check_consents, request, token_refusal};
use super::compose::{ComposeError, JobOrder, member};
use super::dispatch::dispatch_together;
use super::engine::Engine;
use super::life::{Authorised, Failure, Reserved, authorise, finished, known_before, reserve};
use super::standing::Standing;
use super::wire::{WireBatch, WireJob, WirePolicy};
use crate::config::Config;
use crate::env::Entropy;
use crate::guest::Guest;
use crate::keys::{
    DigestKind, SigningKey, TokenKind, Verified, canonical_json, canonical_json_with_nulls, digest_parts,
    encode_segment, read_json, sign, verify,
};
use crate::ledger::{Logged, Reservation};
use crate::model::{Detail, Digest, Lang, Millis, Refusal, RefusalCode, Request};
use crate::receipt::{Claims, CostClaim};

/// Where batches are submitted.
const BATCHES_PATH: &str = "/v1/batches";
/// The most jobs of a batch.
pub const BATCH_JOBS_MAX: usize = 10_000;
/// So many of its jobs are charged in one round.
const RESERVED_TOGETHER: usize = 512;

/// A batch whose signature, form and address are right.
pub struct Batch {
    standing: Arc<Standing>,
    client: String,
    job: Digest,
    input: Digest,
    members: Vec<Authenticated>,
}

/// A batch that is charged and under way.
pub struct BatchUnderway {
    /// When it was dispatched and when all of it is answered, and how many jobs were refused before: public facts.
    pub admitted: BatchAdmitted,
    ending: JoinHandle<Result<String, Failure>>,
}

/// What may be known of a batch under way.
#[derive(Clone, Copy, Debug)]
pub struct BatchAdmitted {
    /// Jobs that were charged, or answered before.
    pub admitted: usize,
    /// Jobs that were refused.
    pub refused: usize,
    /// When the run began.
    pub began: Millis,
    /// When all answers come.
    pub tick: Millis,
    /// A slot of the policy, in milliseconds.
    pub slot_ms: u32,
}

/// One job's line in a batch's result.
#[derive(Serialize)]
struct ResultLine {
    job: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<CostClaim>,
    /// The intent's leaf; the receipt is at `/v1/jobs/{job}`.
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<RefusedLine>,
}

#[derive(Serialize)]
struct RefusedLine {
    code: &'static str,
    en: String,
    zh: String,
}

/// The payload of a `batch-result+jwt`.
#[derive(Serialize)]
struct BatchClaims {
    iss: String,
    aud: String,
    jti: String,
    iat: i64,
    req: String,
    results: Vec<ResultLine>,
}

/// What a signed batch says, whatever its policy is.
struct Signed {
    client: String,
    job: Digest,
    input: Digest,
    members: Vec<Authenticated>,
}

/// Reads a signed batch as far as that needs no policy: signature, form, audience and target of it, the form of its jobs.
pub fn read_batch(token: &str, config: &Config) -> Result<Vec<Verified<Request>>, Refusal> {
    let signed = read_signed(token, config)?;
    Ok(signed.members.into_iter().map(|member| member.request).collect())
}

fn read_signed(token: &str, config: &Config) -> Result<Signed, Refusal> {
    let signed = verify(token, TokenKind::Batch, config.callers.keys()).map_err(token_refusal)?;
    let (client, input) = (signed.owner().to_owned(), signed.input());
    let mut tokens = Vec::new();
    let mut job = input;
    let requests = signed.try_split(|owner, input, payload| {
        let wire: WireBatch = read_json(&payload)
            .map_err(|error| Refusal::about(RefusalCode::Malformed, Detail::Json(error.to_string())))?;
        let WireBatch { iss, aud, iat, exp, jti, htm, htu, .. } = &wire;
        let addressed = Addressed { iss, aud, iat: *iat, exp: *exp, jti, htm, htu };
        check_addressed(&addressed, BATCHES_PATH, owner, config)?;
        if !(1..=BATCH_JOBS_MAX).contains(&wire.jobs.len()) {
            return Err(Refusal::about(RefusalCode::Malformed, Detail::BatchJobs(BATCH_JOBS_MAX)));
        }
        job = digest_parts(DigestKind::Job, &[wire.iss.as_bytes(), wire.aud.as_bytes(), wire.jti.as_bytes()]);
        members(wire, input, &mut tokens)
    })?;
    let members = requests.into_iter().zip(tokens);
    let sent = Arc::new(SentBatch::new(token.to_owned(), input));
    let member = |(place, (request, consents))| Authenticated {
        request,
        consents,
        sent: Sent::Member(Arc::clone(&sent), place),
    };
    let members = (0..).zip(members).map(member).collect();
    Ok(Signed { client, job, input, members })
}

impl Batch {
    /// Reads a signed batch.
    pub fn read(engine: &Engine, token: &str) -> Result<Self, Refusal> {
        let standing = engine.standing();
        let Signed { client, job, input, members } = read_signed(token, &standing.config)?;
        let batch = Self { standing, client, job, input, members };
        if batch.asks_for_table() {
            return Err(Refusal::about(RefusalCode::Malformed, Detail::BatchTable));
        }
        Ok(batch)
    }

    /// The client.
    pub fn client(&self) -> &str {
        &self.client
    }

    fn asks_for_table(&self) -> bool {
        let wanted = self.members.first().map(|member| &member.request.value().policy.id);
        let policy = wanted.and_then(|id| self.standing.policies.policy(id));
        policy.is_some_and(|policy| policy.table().is_some())
    }
}

/// The jobs of a batch: each is the request that its client could have signed alone, under a `jti` that no client can use.
pub(super) fn members(
    wire: WireBatch,
    input: Digest,
    tokens: &mut Vec<Vec<String>>,
) -> Result<Vec<(Digest, Request)>, Refusal> {
    let mut requests = Vec::with_capacity(wire.jobs.len());
    for (place, member) in wire.jobs.into_iter().enumerate() {
        check_consents(&member.consents)?;
        tokens.push(member.consents.clone());
        let own_input = digest_parts(DigestKind::Member, &[input.as_bytes(), place.to_string().as_bytes()]);
        let job = WireJob {
            iss: wire.iss.clone(),
            aud: wire.aud.as_str().into(),
            iat: wire.iat,
            exp: wire.exp,
            jti: format!("{}.{place}", wire.jti).into(),
            htm: wire.htm.as_str().into(),
            htu: wire.htu.as_str().into(),
            policy: WirePolicy { id: wire.policy.id.clone(), version: wire.policy.version.clone() },
            guest: wire.guest.as_str().into(),
            parameters: member.parameters,
            parties: member.parties,
            consents: Vec::new(),
            rows: member.rows,
            purpose: wire.purpose.clone(),
        };
        requests.push((own_input, request(job, own_input)?));
    }
    Ok(requests)
}

/// What became of one job before the run.
enum Member {
    Refused(Refusal),
    Before(u64),
    Reserved(Reservation, Arc<Guest>),
}

/// Authorises and charges each job of a batch, and starts what was charged. From here on it needs no caller.
pub async fn begin_batch(engine: &Arc<Engine>, batch: Batch) -> Result<BatchUnderway, Failure> {
    let starting = tokio::spawn(start(Arc::clone(engine), batch));
    starting.await.unwrap_or(Err(Failure::Stopping))
}

async fn start(engine: Arc<Engine>, batch: Batch) -> Result<BatchUnderway, Failure> {
    let under_way = Arc::clone(&engine.under_way).read_owned().await;
    let Batch { standing, client, job, input, members } = batch;
    let jobs: Vec<Digest> = members.iter().map(|member| member.request.value().job).collect();
    let (lines, reserved, failed) = charge_all(&engine, &standing, members).await;
    if let Some(refusal) = stale(&lines) {
        return Err(refusal.into());
    }
    let refused = lines.iter().filter(|line| matches!(line, Line::Refused(_))).count();
    // What was charged is run, even where the ledger failed at another: who asks again finds it.
    let dispatched = dispatch_together(&engine, &standing, reserved).await?;
    let admitted = BatchAdmitted {
        admitted: lines.len() - refused,
        refused,
        began: dispatched.began,
        tick: dispatched.tick,
        slot_ms: dispatched.slot_ms,
    };
    let ending = tokio::spawn(async move {
        let _under_way = under_way;
        let mut logged = Vec::with_capacity(dispatched.scheduled.len());
        for scheduled in dispatched.scheduled {
            logged.push(scheduled.logged().await?);
        }
        drop(dispatched.slot);
        let results = results(&engine, &jobs, lines, logged).await?;
        let issuer = standing.config.ledger.clone();
        let (jti, req) = (job.hex(), input.to_string());
        let claims = BatchClaims { iss: issuer, aud: client, jti, iat: admitted.tick.seconds(), req, results };
        let payload = canonical_json(&claims).map_err(crate::ledger::LedgerError::from)?;
        Ok(sign(&engine.receipt_key, TokenKind::BatchResult, &payload))
    });
    failed.map_or(Ok(BatchUnderway { admitted, ending }), Err)
}

/// Charges the jobs in rounds; gives what became of each, the reservations in their order, and the first failure.
async fn charge_all(
    engine: &Arc<Engine>,
    standing: &Arc<Standing>,
    members: Vec<Authenticated>,
) -> (Vec<Line>, Vec<(Reservation, Arc<Guest>)>, Option<Failure>) {
    let (mut lines, mut reserved, mut failed) = (Vec::with_capacity(members.len()), Vec::new(), None);
    let mut members = members.into_iter();
    while failed.is_none() && members.len() > 0 {
        let round = members.by_ref().take(RESERVED_TOGETHER);
        let charging = round.map(|member| tokio::spawn(charge(Arc::clone(engine), Arc::clone(standing), member)));
        for task in charging.collect::<Vec<_>>() {
            match task.await.unwrap_or(Err(Failure::Stopping)) {
                Ok(Member::Refused(refusal)) => lines.push(Line::Refused(refusal)),
                Ok(Member::Before(intent_index)) => lines.push(Line::Before(intent_index)),
                Ok(Member::Reserved(reservation, guest)) => {
                    reserved.push((reservation, guest));
                    lines.push(Line::Next);
                }
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
    }
    (lines, reserved, failed)
}

impl BatchUnderway {
    /// Waits for the tick: a `batch-result+jwt`.
    pub async fn result(self) -> Result<String, Failure> {
        self.ending.await.unwrap_or(Err(Failure::Stopping))
    }
}

async fn charge(engine: Arc<Engine>, standing: Arc<Standing>, member: Authenticated) -> Result<Member, Failure> {
    // Each refusal is that one job's: of a number that was used before, or because the batch's time ended meanwhile, too.
    match charge_one(&engine, &standing, member).await {
        Err(Failure::Refused(refusal)) => Ok(Member::Refused(refusal)),
        decided => decided,
    }
}

async fn charge_one(engine: &Engine, standing: &Standing, member: Authenticated) -> Result<Member, Failure> {
    let request = member.request.value();
    if let Some(intent_index) = known_before(engine, request.job, request.input)? {
        return Ok(Member::Before(intent_index));
    }
    let Authorised { permit, guest, sealed } = authorise(engine, standing, member)?;
    match reserve(engine, permit, sealed).await? {
        Reserved::Anew(reservation) => Ok(Member::Reserved(reservation, guest)),
        Reserved::Before(logged) => Ok(Member::Before(logged.intent_index())),
    }
}

/// Why a batch is refused whole that came too late, or too early, for every job of it.
fn stale(lines: &[Line]) -> Option<Refusal> {
    let is_stale = |line: &Line| matches!(line, Line::Refused(refusal) if refusal.code == RefusalCode::Stale);
    match lines.first() {
        Some(Line::Refused(refusal)) if lines.iter().all(is_stale) => Some(refusal.clone()),
        _ => None,
    }
}

enum Line {
    Refused(Refusal),
    Before(u64),
    /// The next one of those that were run.
    Next,
}

async fn results(
    engine: &Engine,
    jobs: &[Digest],
    lines: Vec<Line>,
    logged: Vec<Logged>,
) -> Result<Vec<ResultLine>, Failure> {
    let mut logged = logged.into_iter();
    let mut results = Vec::with_capacity(lines.len());
    for (job, line) in jobs.iter().zip(lines) {
        let ended = match line {
            Line::Refused(refusal) => {
                let code = refusal.code.word();
                let refused =
                    Some(RefusedLine { code, en: refusal.text(Lang::En), zh: Refusal::text(&refusal, Lang::Zh) });
                results.push(ResultLine { job: job.hex(), label: None, cost: None, index: None, refused });
                continue;
            }
            Line::Before(intent_index) => finished(engine, intent_index).await?,
            Line::Next => logged.next().ok_or(Failure::Stopping)?,
        };
        let claims: Claims = serde_json::from_slice(ended.claims())?;
        let (label, cost, index) = (claims.result.label, Some(claims.cost), Some(ended.intent_index()));
        results.push(ResultLine { job: job.hex(), label, cost, index, refused: None });
    }
    Ok(results)
}

/// Signs a batch: the jobs of `orders`, which share what the first of them says of client, policy, guest and purpose.
pub fn compose_batch(
    orders: &[JobOrder],
    key: &SigningKey,
    now: Millis,
    entropy: &Entropy,
) -> Result<String, ComposeError> {
    let first = orders.first().ok_or(ComposeError::Empty)?;
    let wire = WireBatch {
        iss: first.client.clone(),
        aud: first.audience.clone(),
        iat: now.seconds(),
        exp: now.seconds().saturating_add(super::compose::REQUEST_SECONDS),
        jti: encode_segment(&entropy.bytes::<16>()?),
        htm: "POST".to_owned(),
        htu: format!("{}{BATCHES_PATH}", first.public_url),
        policy: WirePolicy { id: first.policy.0.clone(), version: first.policy.1.clone() },
        guest: first.guest.to_string(),
        purpose: first.purpose.clone(),
        jobs: orders.iter().map(member).collect(),
    };
    Ok(sign(key, TokenKind::Batch, &canonical_json_with_nulls(&wire)?))
}
