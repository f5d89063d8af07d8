//! The floor: the least that any service does that answers a signed question once it is durable. It verifies as many
//! signatures as a job and signs as many, commits as many rows of as many bytes in as many synced rounds, with the mirror's
//! second file, and knows nothing else: no policy, no account, no data, no sandbox, no log. Its Ed25519 is `ring`'s, as the
//! design reckoned it, or the engine's own, so that both can be told: what the service is beside a handler as it is usually
//! written, and what it spends beside its signatures.

use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use anshi::keys::{PublicKey, SigningKey};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use data_encoding::BASE64URL_NOPAD;
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use tokio::sync::oneshot;

/// As many requests as the ledger takes into one transaction at most.
const BATCH_MAX: usize = 1_024;
/// While there are many, the ledger begins a transaction at most so often: the floor more often, for it has as many rounds
/// for each job, and more jobs.
const EVERY_MAX: Duration = Duration::from_millis(6);
/// By how much the floor changes that at a time: from the first to the second.
const STEP_PERCENT: (u32, u32) = (80, 125);
/// So many are many.
const MANY: usize = 8;
/// A checkpoint's text, as long as a real one.
const CHECKPOINT_BYTES: usize = 120;

/// What a job costs the ledger, as it was counted.
#[derive(Clone, Copy, Debug)]
pub struct JobRows {
    /// In both of its rounds; in the second as many, or one fewer.
    pub rows: usize,
    /// Of each row.
    pub row_bytes: usize,
    /// Of the receipt's claims.
    pub claims_bytes: usize,
    /// Intents and outcomes in one round, while there are many.
    pub per_round: usize,
}

impl JobRows {
    pub fn arguments(self) -> [String; 4] {
        [self.rows, self.row_bytes, self.claims_bytes, self.per_round].map(|number| number.to_string())
    }

    pub fn read(arguments: &[String]) -> Self {
        let number = |place: usize| arguments[place].parse().unwrap();
        Self { rows: number(0), row_bytes: number(1), claims_bytes: number(2), per_round: number(3) }
    }
}

/// Whose Ed25519 the floor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ed25519 {
    Ring,
    /// The engine's own keys, which are `ed25519-dalek`'s.
    Dalek,
}

impl Ed25519 {
    pub fn named(name: &str) -> Self {
        match name {
            "ring" => Self::Ring,
            "dalek" => Self::Dalek,
            other => panic!("`{other}` is neither ring nor dalek"),
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Ring => "ring",
            Self::Dalek => "dalek",
        }
    }

    fn public(self, key: PublicKey) -> Public {
        match self {
            Self::Ring => Public::Ring(key.ed25519_bytes().unwrap()),
            Self::Dalek => Public::Dalek(key),
        }
    }

    fn pair(self, seed: u8) -> Pair {
        let seed = [seed; 32];
        match self {
            Self::Ring => Pair::Ring(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap()),
            Self::Dalek => Pair::Dalek(Box::new(SigningKey::from_seed(seed))),
        }
    }
}

enum Public {
    Ring([u8; 32]),
    Dalek(PublicKey),
}

impl Public {
    fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Ring(key) => UnparsedPublicKey::new(&ED25519, key).verify(message, signature).is_ok(),
            Self::Dalek(key) => key.verifies(message, signature),
        }
    }
}

enum Pair {
    Ring(Ed25519KeyPair),
    Dalek(Box<SigningKey>),
}

impl Pair {
    fn sign(&self, message: &[u8]) -> [u8; 64] {
        match self {
            Self::Ring(pair) => pair.sign(message).as_ref().try_into().unwrap(),
            Self::Dalek(pair) => pair.sign(message),
        }
    }
}

struct Floor {
    client: Public,
    authority: Public,
    receipt: Pair,
    claims: Vec<u8>,
    rows: usize,
    /// How many rows, and who waits for them.
    round: Sender<(usize, oneshot::Sender<()>)>,
}

/// Serves until the process is killed.
pub fn serve(folder: &Path, rows: JobRows, [client, authority]: [PublicKey; 2], of: Ed25519) {
    let (round, rounds) = channel();
    let mut writer = Writer::create(folder, rows, of.pair(2));
    std::thread::spawn(move || writer.run(&rounds));
    let claims = vec![b'7'; rows.claims_bytes];
    let (client, authority, receipt) = (of.public(client), of.public(authority), of.pair(1));
    let floor = Floor { client, authority, receipt, claims, rows: rows.rows, round };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        // As the service: all connections of a round come at once.
        let listener = socket.listen(4_096).unwrap();
        println!("{}", serde_json::json!({ "listening": listener.local_addr().unwrap().to_string() }));
        let router = Router::new().route("/v1/jobs", post(submit)).with_state(Arc::new(floor));
        use axum::serve::ListenerExt;
        let listener = listener.tap_io(|stream| stream.set_nodelay(true).unwrap());
        axum::serve(listener, router).await.unwrap();
    });
}

async fn submit(State(floor): State<Arc<Floor>>, body: Bytes) -> Response {
    if !floor.is_signed(&body) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // The intent, then the outcome.
    for rows in [floor.rows.div_ceil(2), floor.rows / 2] {
        let (done, durable) = oneshot::channel();
        floor.round.send((rows, done)).unwrap();
        durable.await.unwrap();
    }
    let input = format!("eyJhbGciOiJFZDI1NTE5In0.{}", BASE64URL_NOPAD.encode(&floor.claims));
    let signature = floor.receipt.sign(input.as_bytes());
    let receipt = format!("{{\"receipt\":\"{input}.{}\"}}", BASE64URL_NOPAD.encode(&signature));
    ([(header::CONTENT_TYPE, "application/json")], receipt).into_response()
}

/// The payload of a token that `key` signed.
fn verified(token: &str, key: &Public) -> Option<Vec<u8>> {
    let (input, signature) = token.rsplit_once('.')?;
    let (_, payload) = input.split_once('.')?;
    let signature = BASE64URL_NOPAD.decode(signature.as_bytes()).ok()?;
    if !key.verifies(input.as_bytes(), &signature) {
        return None;
    }
    BASE64URL_NOPAD.decode(payload.as_bytes()).ok()
}

impl Floor {
    /// The request and all of its consents.
    fn is_signed(&self, body: &[u8]) -> bool {
        let request = std::str::from_utf8(body).ok().and_then(|token| verified(token, &self.client));
        let claims = request.and_then(|payload| serde_json::from_slice::<serde_json::Value>(&payload).ok());
        let consents = claims.as_ref().and_then(|claims| claims["consents"].as_array());
        let signed = |consent: &serde_json::Value| verified(consent.as_str()?, &self.authority);
        consents.is_some_and(|consents| consents.iter().all(|consent| signed(consent).is_some()))
    }
}

struct Writer {
    connection: rusqlite::Connection,
    mirror: File,
    log: Pair,
    rows: JobRows,
}

impl Writer {
    fn create(folder: &Path, rows: JobRows, log: Pair) -> Self {
        let connection = rusqlite::Connection::open(folder.join("floor.sqlite")).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT").unwrap();
        Self { connection, mirror: File::create(folder.join("mirror")).unwrap(), log, rows }
    }

    /// Takes what queued since the last transaction into one. While there are many it waits until as many are there as the
    /// ledger's transactions have; nothing wakes it meanwhile, as nothing wakes the ledger.
    fn run(&mut self, rounds: &Receiver<(usize, oneshot::Sender<()>)>) {
        let mut every = EVERY_MAX;
        while let Ok(first) = rounds.recv() {
            let began = Instant::now();
            let mut waiting = vec![first];
            waiting.extend(rounds.try_iter().take(BATCH_MAX - 1));
            let count = waiting.len();
            self.commit(waiting.iter().map(|(rows, _)| rows).sum());
            for (_, done) in waiting {
                let _ = done.send(());
            }
            if count < MANY {
                continue;
            }
            let wanted = u32::try_from(100 * self.rows.per_round / count).unwrap();
            every = (every * wanted.clamp(STEP_PERCENT.0, STEP_PERCENT.1) / 100).min(EVERY_MAX);
            if let Some(rest) = every.checked_sub(began.elapsed()) {
                std::thread::sleep(rest);
            }
        }
    }

    fn commit(&mut self, rows: usize) {
        let bytes = vec![7u8; self.rows.row_bytes];
        self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut insert = self.connection.prepare_cached("INSERT INTO row (bytes) VALUES (?1)").unwrap();
        for _ in 0..rows {
            insert.execute([&bytes]).unwrap();
        }
        let mut checkpoint = vec![b'c'; CHECKPOINT_BYTES];
        checkpoint.extend(self.log.sign(&checkpoint));
        insert.execute([&checkpoint]).unwrap();
        drop(insert);
        self.connection.execute_batch("COMMIT").unwrap();
        self.mirror.rewind().unwrap();
        self.mirror.write_all(&checkpoint).unwrap();
        self.mirror.sync_data().unwrap();
    }
}
