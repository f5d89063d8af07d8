//! A policy shown in a home that is kept: the chosen cases, asked of its engine as they stand, and many at once as one batch. What
//! comes of each is held against what the case expects. Opens a home that was made for this and is in nobody's use.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use tokio::runtime::Runtime;

use super::cases::{Ask, Case, Cases, Who};
use super::check_expect::UNDETERMINED;
use super::choose::asks_many;
use super::crowd::Crowd;
use super::error::PlayError;
use super::play::{Deviation, compare, got};
use super::population::title;
use super::request::{Given, order, sign_request};
use super::stage::{Room, client_key, invented, register, runtime};
use super::words;
use crate::data::synth::Examples;
use crate::env::{Clock, Entropy};
use crate::job::{
    Answered, Batch, BatchAdmitted, Engine, EngineOptions, Failure, HomePaths, JobOrder, JobState, KeyFile,
    begin_batch, compose_batch, load_key, state,
};
use crate::keys::{KeySet, TokenKind, TrustedKey, verify};
use crate::model::{Bilingual, Digest, Refusal};
use crate::policy::Policy;
use crate::receipt::Bundle;

/// What is shown, and where.
pub struct Scene<'a> {
    /// The home: made, and with its data taken in.
    pub home: &'a Path,
    /// The policy, as the home has it.
    pub policy: &'a Policy,
    /// Its folder there.
    pub folder: &'a Path,
    /// Its cases.
    pub cases: &'a Cases,
    /// Those of them that are asked.
    pub asked: &'a [&'a Case],
    /// Whom the cases name.
    pub examples: Examples,
    /// The guest that they ask.
    pub module: Vec<u8>,
    /// The program that compiles it.
    pub compiler: &'a Path,
    /// Where the private keys of clients are kept that the home has none of: `civil-affairs.jwk`.
    pub keys: &'a Path,
}

/// A scene whose engine is open.
pub struct Show<'a> {
    scene: Scene<'a>,
    room: Room,
    given: Given,
}

/// What came of a batch.
pub struct ShownBatch {
    /// Whom it asks about.
    pub title: Bilingual,
    /// How many were asked about.
    pub asked: usize,
    /// How many could not be: nobody plays a role that the policy needs.
    pub left_out: usize,
    /// What was public while it ran.
    pub admitted: BatchAdmitted,
    /// How often each label was the answer, in the policy's order, `undetermined` last.
    pub counts: Vec<(String, u64)>,
    /// How many were refused, by the refusal's word.
    pub refused: BTreeMap<String, u64>,
    /// The signed result, a `batch-result+jwt`.
    pub result: String,
    /// Each job's receipt and its proofs.
    pub bundles: Vec<Bundle>,
}

/// A batch's signed result, as far as it is counted here.
#[derive(Deserialize)]
struct Results {
    results: Vec<ResultLine>,
}

#[derive(Deserialize)]
struct ResultLine {
    job: String,
    label: Option<String>,
    refused: Option<RefusedLine>,
}

#[derive(Deserialize)]
struct RefusedLine {
    code: String,
}

impl<'a> Show<'a> {
    /// Gives every client that asks a key, opens the home's engine and registers the guest.
    pub fn open(scene: Scene<'a>) -> Result<Self, PlayError> {
        let paths = HomePaths::new(scene.home);
        let mut keys = BTreeMap::new();
        let many = scene.cases.populations.first().filter(|_| asks_many(scene.cases, scene.policy));
        let asks = scene.asked.iter().map(|case| &case.ask);
        for client in asks.chain(many.map(|many| &many.ask)).map(|ask| &ask.client) {
            if !keys.contains_key(client) {
                let kept = client_key_file(scene.keys, client);
                keys.insert(client.clone(), client_key(&paths, client, Some(&kept))?);
            }
        }
        let authority = load_key(&paths.key(KeyFile::Authority)).map_err(PlayError::of)?;
        let options = EngineOptions { clock: Clock::System, compiler: scene.compiler.to_owned() };
        let engine = Arc::new(Engine::open(scene.home, options).map_err(PlayError::of)?);
        let (runtime, modules) = (runtime()?, BTreeMap::from([(scene.cases.guest.clone(), scene.module.clone())]));
        let guests = register(&engine, &runtime, &modules)?;
        let room = Room { engine, runtime, examples: scene.examples, keys, authority, guests };
        Ok(Self { scene, room, given: Given::new() })
    }

    /// The engine.
    pub const fn engine(&self) -> &Arc<Engine> {
        &self.room.engine
    }

    /// What its jobs wait on.
    pub const fn runtime(&self) -> &Runtime {
        &self.room.runtime
    }

    /// Signs what a case asks, with the consents that it has.
    pub fn sign(&mut self, ask: &Ask) -> Result<String, PlayError> {
        sign_request(&self.room, ask, (self.scene.policy, self.scene.folder), &mut self.given)
    }

    /// Whom a case is about, with the roles, as its client writes them.
    pub fn parties(&self, ask: &Ask) -> Vec<(String, String)> {
        let id = |who: &Who| match who {
            Who::Example(name) => self.room.examples.named(name).map(|unit| unit.to_string()).unwrap_or_default(),
            Who::Id(id) => id.clone(),
        };
        ask.parties.iter().map(|(role, who)| (role.clone(), id(who))).collect()
    }

    /// In what an outcome is not as its case expects, and what it is.
    pub fn compare(&self, case: &Case, answered: &Result<Answered, Failure>) -> (Vec<Deviation>, Bilingual) {
        let got = got(answered);
        (compare(&case.expect, &got, self.scene.policy), words::got(&got, self.scene.policy))
    }

    /// Asks about the first population of the cases in one batch; `None` where the policy is not meant for that.
    pub fn ask_many(&mut self) -> Result<Option<ShownBatch>, PlayError> {
        let Scene { policy, cases, home, folder, .. } = self.scene;
        let Some(population) = cases.populations.first().filter(|_| asks_many(cases, policy)) else { return Ok(None) };
        let invented = invented(&self.room, home)?;
        let crowd = Crowd::of(population, policy, invented.snapshot())?;
        let (mut orders, mut left_out) = (Vec::new(), 0);
        for unit in crowd.units()? {
            let parties = crowd.parties(unit);
            match crowd.is_complete(&parties) {
                true => orders.push(order(&self.room, &crowd.ask(&parties), (policy, folder), &mut self.given)?),
                false => left_out += 1,
            }
        }
        if orders.is_empty() {
            return Ok(None);
        }
        let client = &population.ask.client;
        let (admitted, result) = self.submit(client, &orders)?;
        let told = self.read(&result)?;
        let (mut counts, mut refused, mut bundles) = (BTreeMap::<String, u64>::new(), BTreeMap::new(), Vec::new());
        for line in told.results {
            if let Some(refusal) = line.refused {
                *refused.entry(refusal.code).or_default() += 1;
                continue;
            }
            *counts.entry(line.label.unwrap_or_else(|| UNDETERMINED.to_owned())).or_default() += 1;
            let job = Digest::from_hex(&line.job).map_err(PlayError::of)?;
            if let Some(JobState::Ended(answered)) = state(&self.room.engine, client, job).map_err(PlayError::of)? {
                bundles.push(answered.bundle().map_err(PlayError::of)?);
            }
        }
        let labels = policy.labels().iter().map(String::as_str).chain([UNDETERMINED]);
        let counts = labels.map(|label| (label.to_owned(), counts.get(label).copied().unwrap_or(0))).collect();
        Ok(Some(ShownBatch {
            title: title(population),
            asked: orders.len(),
            left_out,
            admitted,
            counts,
            refused,
            result,
            bundles,
        }))
    }

    /// One signature over all of them; what was public meanwhile, and the signed result at their tick.
    fn submit(&self, client: &str, orders: &[JobOrder]) -> Result<(BatchAdmitted, String), PlayError> {
        let engine = &self.room.engine;
        // Every client that a population names has a key.
        let key = self.room.keys.get(client).unwrap_or(&self.room.authority);
        let token = compose_batch(orders, key, engine.clock().now(), &Entropy).map_err(PlayError::of)?;
        let batch = Batch::read(engine, &token).map_err(|refusal: Refusal| PlayError::of(refusal))?;
        self.room.runtime.block_on(async {
            let underway = begin_batch(engine, batch).await.map_err(PlayError::of)?;
            let admitted = underway.admitted;
            Ok((admitted, underway.result().await.map_err(PlayError::of)?))
        })
    }

    /// What the result says, once its signature was found to be by a key that the home publishes.
    fn read(&self, result: &str) -> Result<Results, PlayError> {
        let path = HomePaths::new(self.scene.home).jwks();
        let published = KeySet::parse(&crate::env::read_text(&path).map_err(PlayError::of)?).map_err(PlayError::of)?;
        let trusted: Vec<TrustedKey> = published
            .keys()
            .iter()
            .map(|published| TrustedKey {
                owner: self.room.engine.config().ledger.clone(),
                key: published.key.clone(),
                kinds: vec![TokenKind::BatchResult],
            })
            .collect();
        let payload = verify(result, TokenKind::BatchResult, &trusted).map_err(PlayError::of)?;
        serde_json::from_slice(payload.value()).map_err(PlayError::of)
    }
}

/// Where a demo keeps the private key of a client that the home has none of.
pub fn client_key_file(keys: &Path, client: &str) -> PathBuf {
    keys.join(format!("{client}.jwk"))
}
