//! Where cases are played: a synthetic home in a folder that is thrown away, with the one policy, the accounts, an invented
//! city and the real engine, whose clock stands still between jobs. Never touches another home.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::runtime::Runtime;

use super::cases::Cases;
use super::city::Cities;
use super::error::PlayError;
use super::keep::keep_home;
use super::measure::not_invented;
use crate::catalog::Catalog;
use crate::config::{CallerKind, HomeKind, caller_text};
use crate::data::synth::{Examples, SynthOptions, synthesise_some};
use crate::data::{IngestOptions, Invented, Outcome, ingest};
use crate::env::{Clock, Durable, Entropy, TemporaryDir, create_dir, list_dir, read_text, remove_tree, write_atomic};
use crate::job::{
    Answered, Engine, EngineOptions, Failure, HomePaths, InitOptions, KeyFile, answer, initialise_paced, load_key,
};
use crate::keys::SigningKey;
use crate::model::{Bilingual, Date, Digest, Millis, Pace};
use crate::policy::{ACCOUNTS_FILE, POLICY_FILE, Policy};

/// What is played, and with what.
pub struct Play<'a> {
    /// The policy.
    pub policy: &'a Policy,
    /// Its folder: where the files of rows lie that cases name.
    pub folder: &'a Path,
    /// The policy's file, to the byte.
    pub policy_text: &'a str,
    /// The accounts' file, to the byte.
    pub accounts_text: &'a str,
    /// The folder of another catalog than the one built in.
    pub catalog: Option<&'a Path>,
    /// The cases.
    pub cases: &'a Cases,
    /// The guests that they name.
    pub modules: &'a BTreeMap<String, Vec<u8>>,
    /// The program that compiles guests.
    pub compiler: &'a Path,
    /// A new folder where the home is kept as it is before the first case, with every request and bundle.
    pub keep: Option<&'a Path>,
}

/// Nobody waits for a tick here, so no slot can be too short.
const PACE: Pace = Pace { nanos_per_kilofuel: 1, nanos_per_mib: 1 };
const DAY_MILLIS: i64 = 86_400_000;

/// The first moment of a day, in UTC.
pub(super) fn morning(day: Date) -> Millis {
    Millis(i64::from(day.days()).saturating_mul(DAY_MILLIS))
}

/// Cases are asked from noon on: a job's tick stays within its day.
fn noon(day: Date) -> Millis {
    morning(day).plus(DAY_MILLIS / 2)
}

/// An engine, and all who speak to it: whom it is asked about, by whom, with which guests.
pub(super) struct Room {
    pub engine: Arc<Engine>,
    pub runtime: Runtime,
    pub examples: Examples,
    pub keys: BTreeMap<String, SigningKey>,
    pub authority: SigningKey,
    pub guests: BTreeMap<String, Digest>,
}

/// The home and its engine. The fields are dropped in their order: the engine closes before its folder goes.
pub(super) struct Stage {
    pub room: Room,
    catalog: Catalog,
    datasets: Vec<String>,
    data: SynthOptions,
    home: PathBuf,
    folder: TemporaryDir,
}

impl Stage {
    /// With the datasets that the policy grants.
    pub fn set(play: &Play<'_>) -> Result<Self, PlayError> {
        Self::furnished(play, [], None)
    }

    /// With further datasets, in a city that others ask, too.
    pub fn set_in(
        play: &Play<'_>,
        further: impl IntoIterator<Item = String>,
        cities: &mut Cities,
    ) -> Result<Self, PlayError> {
        Self::furnished(play, further, Some(cities))
    }

    fn furnished(
        play: &Play<'_>,
        further: impl IntoIterator<Item = String>,
        cities: Option<&mut Cities>,
    ) -> Result<Self, PlayError> {
        let folder = TemporaryDir::new().map_err(PlayError::of)?;
        let (home, data) = (folder.path().join("home"), play.cases.data);
        let options = InitOptions { home: home.clone(), kind: HomeKind::Synthetic };
        initialise_paced(&options, PACE, &Entropy).map_err(PlayError::of)?;
        furnish(&home, play)?;
        let (paths, clients) = (HomePaths::new(&home), play.cases.clients());
        let mut keys = BTreeMap::new();
        for client in clients {
            keys.insert(client.to_owned(), client_key(&paths, client, None)?);
        }
        let authority = load_key(&paths.key(KeyFile::Authority)).map_err(PlayError::of)?;
        let catalog = Catalog::load(&home.join("catalog")).map_err(PlayError::of)?.delivered_as_csv();
        let mut datasets = play.policy.frame();
        datasets.extend(further);
        datasets.sort();
        datasets.dedup();
        let examples = match cities {
            Some(cities) => cities.settle(&home, &catalog, &datasets, &data)?,
            None => deliver(&home, folder.path(), &catalog, &datasets, &data)?,
        };
        let options = EngineOptions { clock: Clock::told(noon(play.cases.day)), compiler: play.compiler.to_owned() };
        let mut engine = Arc::new(Engine::open(&home, options.clone()).map_err(PlayError::of)?);
        let runtime = runtime()?;
        let guests = register(&engine, &runtime, play.modules)?;
        if let Some(kept) = play.keep {
            // A home is copied while no engine works on it.
            drop(engine);
            keep_home(&home, kept)?;
            engine = Arc::new(Engine::open(&home, options).map_err(PlayError::of)?);
        }
        let room = Room { engine, runtime, examples, keys, authority, guests };
        Ok(Self { room, catalog, datasets, data, home, folder })
    }

    /// The data as they are now, all of which are invented.
    pub fn invented(&self) -> Result<Invented, PlayError> {
        invented(&self.room, &self.home)
    }

    /// Some time goes by.
    pub fn pass(&self, millis: i64) {
        let clock = self.room.engine.clock();
        clock.tell(clock.now().plus(millis));
    }

    /// It is this day now, or later where it is later already.
    pub fn reach(&self, day: Date) {
        self.room.engine.clock().tell(noon(day));
    }

    /// The departments deliver anew: the same city a day later, and so a new snapshot.
    pub fn deliver_anew(&mut self) -> Result<(), PlayError> {
        self.data.as_of = self.data.as_of.plus_days(1);
        self.room.examples = deliver(&self.home, self.folder.path(), &self.catalog, &self.datasets, &self.data)?;
        self.room.engine.reload().map_err(PlayError::of)?;
        Ok(())
    }

    /// Asks for real.
    pub fn ask(&self, token: &str) -> Result<Answered, Failure> {
        self.room.runtime.block_on(answer(&self.room.engine, token))
    }
}

/// The policy under test alone, with the accounts and the catalog that it belongs to.
fn furnish(home: &Path, play: &Play<'_>) -> Result<(), PlayError> {
    let policies = home.join("policies");
    remove_tree(&policies).map_err(PlayError::of)?;
    let folder = policies.join(&play.policy.id);
    create_dir(&folder).map_err(PlayError::of)?;
    let put = |path: PathBuf, text: &str| write_atomic(&path, text.as_bytes(), Durable::Shared).map_err(PlayError::of);
    put(folder.join(POLICY_FILE), play.policy_text)?;
    put(policies.join(ACCOUNTS_FILE), play.accounts_text)?;
    let Some(catalog) = play.catalog else { return Ok(()) };
    let own = home.join("catalog");
    remove_tree(&own).map_err(PlayError::of)?;
    create_dir(&own).map_err(PlayError::of)?;
    for path in list_dir(catalog).map_err(PlayError::of)? {
        if let (true, Some(name)) = (path.extension().is_some_and(|ending| ending == "toml"), path.file_name()) {
            put(own.join(name), &read_text(&path).map_err(PlayError::of)?)?;
        }
    }
    Ok(())
}

/// What the engine's jobs wait on.
pub(super) fn runtime() -> Result<Runtime, PlayError> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(PlayError::of)
}

/// Registers guests; gives their digests by name.
pub(super) fn register(
    engine: &Engine,
    runtime: &Runtime,
    modules: &BTreeMap<String, Vec<u8>>,
) -> Result<BTreeMap<String, Digest>, PlayError> {
    let one = |(name, module): (&String, &Vec<u8>)| {
        Ok((name.clone(), runtime.block_on(engine.register(module)).map_err(PlayError::of)?))
    };
    modules.iter().map(one).collect()
}

/// The data of a home as they are now, all of which are invented.
pub(super) fn invented(room: &Room, home: &Path) -> Result<Invented, PlayError> {
    let (config, catalog) = (room.engine.config(), room.engine.catalog());
    let invented = Invented::open(config.kind, &HomePaths::new(home).data(), &catalog).map_err(PlayError::of)?;
    invented.ok_or_else(not_invented)
}

/// The key of a client: the home's own for its development client, a new one for any other, which is kept where `keep` says.
pub(super) fn client_key(paths: &HomePaths, client: &str, keep: Option<&Path>) -> Result<SigningKey, PlayError> {
    let path = paths.caller(client);
    if path.is_file() {
        return load_key(&paths.key(KeyFile::Client)).map_err(PlayError::of);
    }
    let key = SigningKey::generate(&Entropy).map_err(PlayError::of)?;
    if let Some(kept) = keep {
        write_atomic(kept, key.to_private_jwk().as_bytes(), Durable::Private).map_err(PlayError::of)?;
    }
    let text = caller_text(client, CallerKind::Platform, &[key.public().clone()]);
    write_atomic(&path, text.as_bytes(), Durable::Shared).map_err(PlayError::of)?;
    Ok(key)
}

/// Invents the city and takes these datasets of it into `home`; whatever else the home has stays.
pub(super) fn deliver(
    home: &Path,
    folder: &Path,
    catalog: &Catalog,
    datasets: &[String],
    data: &SynthOptions,
) -> Result<Examples, PlayError> {
    let delivery = folder.join("delivery");
    remove_tree(&delivery).map_err(PlayError::of)?;
    let wanted = |name: &str| datasets.iter().any(|dataset| dataset == name);
    let report = synthesise_some(catalog, &wanted, &delivery, data, &mut |_, _| {}).map_err(PlayError::of)?;
    let paths = HomePaths::new(home);
    let options = IngestOptions { as_of: data.as_of, only: Some(datasets.to_vec()) };
    let taken = ingest(&paths.data(), &paths.rejects(), catalog, &delivery, &options, &mut |_| {});
    let failed = taken.map_err(PlayError::of)?.datasets.into_iter().find_map(|dataset| match dataset.outcome {
        Outcome::Failed { .. } => Some(dataset.name),
        _ => None,
    });
    match failed {
        None => Ok(report.examples),
        Some(name) => Err(PlayError::of(Bilingual {
            zh: format!("合成数据中的 `{name}` 未能入库"),
            en: format!("the invented data of `{name}` could not be taken in"),
        })),
    }
}
