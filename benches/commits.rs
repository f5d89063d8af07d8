//! Group commit: reservations through the real ledger, with real fsyncs, beside a bare SQLite file that commits as
//! many rows, alone and with the second fsync that the mirror costs.

use std::io::{Seek, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anshi::env::Clock;
use anshi::job::Engine;
use anshi::keys::{DigestKind, SaltKey, TokenKind, digest_parts, verify};
use anshi::ledger::SealedRequest;
use anshi::model::{Consent, Millis, Party, PolicyRef, RawParameter, RawRows, Request, UnitId, Version};
use anshi::policy::{Asked, Permit, decide};

use crate::home::{Asker, POLICY, Place, runtime};
use crate::table::{Sample, Table};

const WAITING: [usize; 3] = [1, 32, 256];
const ROUNDS: usize = 25;
const ROW_BYTES: usize = 400;
/// What a request about one party with one consent is archived as.
const REQUEST_BYTES: usize = 1_376;

/// The permit of a request, as `job` makes it.
fn permit(engine: &Engine, place: &Place, token: &str, unit: &UnitId, minimum: i64) -> Permit {
    let config = engine.config();
    let signed = verify(token, TokenKind::Job, config.callers.keys()).unwrap();
    let now = Clock::System.now();
    let mut consents = Vec::new();
    let request = signed
        .try_map(|owner, input, payload| {
            let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
            let text = |name: &str| claims[name].as_str().unwrap().to_owned();
            consents.push(claims["consents"][0].as_str().unwrap().to_owned());
            Ok::<_, ()>(Request {
                job: digest_parts(DigestKind::Job, &[owner.as_bytes(), text("aud").as_bytes(), text("jti").as_bytes()]),
                input,
                client: owner.to_owned(),
                issued_seconds: now.seconds(),
                expires_seconds: now.seconds() + 60,
                policy: PolicyRef { id: POLICY.to_owned(), version: "2.0.0".to_owned() },
                guest: text("guest").parse().unwrap(),
                parameters: [("min_paid_fen".to_owned(), RawParameter::Integer(minimum))].into(),
                parties: vec![Party { role: "enterprise".to_owned(), id: unit.to_string() }],
                rows: RawRows::default(),
                purpose: text("purpose"),
            })
        })
        .unwrap();
    let consent = verify(&consents[0], TokenKind::Consent, config.callers.keys()).unwrap();
    let consent = consent.try_map(|owner, input, payload| {
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        Ok::<_, ()>(Consent {
            digest: input,
            issuer: owner.to_owned(),
            jti: claims["jti"].as_str().unwrap().to_owned(),
            subject: unit.to_string(),
            client: "smart-finance".to_owned(),
            purpose: request.value().purpose.clone(),
            policy: POLICY.to_owned(),
            version_min: Version::parse("2.0.0").unwrap(),
            version_below: Version::parse("3.0.0").unwrap(),
            role: "enterprise".to_owned(),
            uses_max: 1,
            not_before: Millis(0),
            expires: now.plus(60_000),
        })
    });
    let guest = engine.guest(request.value().guest).unwrap().unwrap();
    let salt = std::fs::read_to_string(place.paths().salt()).unwrap();
    let asked = Asked {
        request,
        consents: vec![consent.unwrap()],
        manifest: Some(guest.manifest()),
        snapshot: engine.snapshot().unwrap().name(),
        now,
    };
    decide(asked, &engine.policies(), &engine.catalog(), &SaltKey::from_file_text(&salt).unwrap()).unwrap()
}

/// A request that is archived with its job. What is in it, the ledger does not know.
fn request() -> Option<SealedRequest> {
    Some(SealedRequest::Single(vec![7; REQUEST_BYTES]))
}

/// As many reservations as `waiting` at once: from the first to the last being durable.
fn reservations(engine: &Arc<Engine>, permits: Vec<Permit>) -> Duration {
    runtime().block_on(async {
        let started = Instant::now();
        let reserve = |permit| {
            let engine = Arc::clone(engine);
            tokio::spawn(async move { engine.ledger().reserve(Box::new(permit), request()).await.unwrap() })
        };
        for waiting in permits.into_iter().map(reserve).collect::<Vec<_>>() {
            waiting.await.unwrap();
        }
        started.elapsed()
    })
}

/// A transaction of `rows` rows in a file of their own, and perhaps a small synced file beside it.
struct Bare {
    connection: rusqlite::Connection,
    beside: std::fs::File,
}

impl Bare {
    fn create(folder: &Path) -> Self {
        let connection = rusqlite::Connection::open(folder.join("bare.sqlite")).unwrap();
        connection.pragma_update(None, "journal_mode", "WAL").unwrap();
        connection.pragma_update(None, "synchronous", "FULL").unwrap();
        connection.execute_batch("CREATE TABLE row (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT").unwrap();
        Self { connection, beside: std::fs::File::create(folder.join("beside")).unwrap() }
    }

    fn sync(&mut self) -> Duration {
        let started = Instant::now();
        self.beside.write_all(&[7u8; 4096]).unwrap();
        self.beside.sync_data().unwrap();
        started.elapsed()
    }

    fn commit(&mut self, rows: usize, mirrored: bool) -> Duration {
        let started = Instant::now();
        self.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        for _ in 0..rows {
            let mut insert = self.connection.prepare_cached("INSERT INTO row (bytes) VALUES (?1)").unwrap();
            insert.execute([vec![7u8; ROW_BYTES]]).unwrap();
        }
        self.connection.execute_batch("COMMIT").unwrap();
        if mirrored {
            self.beside.rewind().unwrap();
            self.beside.write_all(&[7u8; 200]).unwrap();
            self.beside.sync_data().unwrap();
        }
        started.elapsed()
    }
}

pub fn commits(place: &Place, table: &mut Table) {
    let engine = Arc::new(place.open().unwrap());
    let asker = Asker::new(&engine, place);
    let mut bare = Bare::create(&place.root);
    table.time("one 4 KiB write, synced", &Sample::of((0..100).map(|_| bare.sync()).collect()), None, "");
    let mut units = asker.units.iter().cycle();
    for waiting in WAITING {
        let [mut ledger, mut rows, mut mirrored] = [Vec::new(), Vec::new(), Vec::new()];
        for round in 0..ROUNDS + 2 {
            let one = |unit: &UnitId| permit(&engine, place, &asker.token(unit, 1), unit, 1);
            let permits = units.by_ref().take(waiting).map(one).collect();
            let times = [reservations(&engine, permits), bare.commit(waiting, false), bare.commit(waiting, true)];
            if round >= 2 {
                ledger.push(times[0]);
                rows.push(times[1]);
                mirrored.push(times[2]);
            }
        }
        let [ledger, rows, mirrored] = [ledger, rows, mirrored].map(Sample::of);
        let name = format!("bare SQLite, {waiting} rows of {ROW_BYTES} bytes in a transaction");
        table.rate(&name, waiting, &rows, None);
        table.rate(&format!("the same and a second file synced, {waiting}"), waiting, &mirrored, Some(("bare", &rows)));
        let name = format!("reservations, {waiting} waiting");
        table.rate(&name, waiting, &ledger, Some(("bare with second file", &mirrored)));
    }
}
