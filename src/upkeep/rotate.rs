//! Rotation of the key that signs receipts. Every step leaves a home that works, and doing it again goes on where it
//! was cut off. Never touches the log's key: see decision 21.

use std::io::ErrorKind;
use std::path::Path;

use super::error::{UpkeepError, load_key_set};
use crate::config::Config;
use crate::env::{Clock, DirLock, Durable, Entropy, move_into_place, read_text, write_atomic};
use crate::job::{HomePaths, InitError, KeyFile, load_key};
use crate::keys::SigningKey;
use crate::ledger::{Ledger, LedgerConfig, LedgerReader};
use crate::log::{LogSigner, LogVerifier};

/// What a rotation did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The thumbprint of the key that signs now.
    pub kid: String,
    /// The thumbprints of those that sign no more.
    pub retired: Vec<String>,
    /// The last second, since 1970, that they signed for.
    pub expires: i64,
    /// Whether an earlier rotation was cut off, and this one went on with its key.
    pub resumed: bool,
}

/// Gives the home another key for receipts; the old one's private half is gone behind it. No engine may run.
///
/// 1. The new key is written beside the old one. 2. Both are published. 3. The log says which signs from here on.
/// 4. The new key takes the old one's place. 5. The old one is published as retired.
pub fn rotate_receipt_key(home: &Path, clock: &Clock, entropy: &Entropy) -> Result<Rotation, UpkeepError> {
    let config = Config::load(home)?;
    let _lock = DirLock::try_take(home)?.ok_or_else(|| UpkeepError::Running(home.display().to_string()))?;
    let paths = HomePaths::new(home);
    let (place, next_place) = (paths.key(KeyFile::Receipt), paths.next_receipt_key());
    let mut published = load_key_set(&paths.jwks())?;
    let old = load_key(&place)?;
    if !published.is_active(old.public()) {
        return Err(UpkeepError::Mixed(place.display().to_string()));
    }
    let active = published.keys().iter().filter(|published| published.expires.is_none()).count();
    // Cut off before the new key took its place, or behind it, before the old one was retired; or never begun.
    let waiting = match load_key(&next_place) {
        Err(InitError::File(error)) if error.source.kind() == ErrorKind::NotFound => None,
        key => Some(key?),
    };
    let (moved, written) = (active > 1 && waiting.is_none(), waiting.is_some());
    let next = match waiting {
        Some(next) => next,
        None if moved => old,
        None => new_key(&next_place, entropy)?,
    };
    let now = clock.now().seconds();
    published.add(next.public(), config.is_synthetic(), Some(now));
    write_atomic(&paths.jwks(), published.to_json().as_bytes(), Durable::Shared)?;
    let kid = next.public().thumbprint().to_owned();
    let active = published.keys().iter().filter(|published| published.expires.is_none());
    let retiring = active.map(|published| published.key.thumbprint().to_owned()).filter(|old| *old != kid).collect();
    note(&config, &paths, clock, entropy, (&kid, retiring))?;
    if !moved {
        move_into_place(&next_place, &place)?;
    }
    // Receipts carry their ticks: none that was handed out may be later than its key's end, whatever the clock says.
    let last = LedgerReader::open(&paths.store())?.last_tick()?.map_or(now, |tick| tick.seconds());
    let expires = now.max(last);
    let retired = published.retire_others(next.public(), expires);
    write_atomic(&paths.jwks(), published.to_json().as_bytes(), Durable::Shared)?;
    Ok(Rotation { kid, retired, expires, resumed: moved || written })
}

fn new_key(path: &Path, entropy: &Entropy) -> Result<SigningKey, UpkeepError> {
    let key = SigningKey::generate(entropy)?;
    write_atomic(path, key.to_private_jwk().as_bytes(), Durable::Private)?;
    Ok(key)
}

/// The entry in the log, once: a copy of the home from before the rotation is then behind its mirror, and does not
/// start with the retired key.
fn note(
    config: &Config,
    paths: &HomePaths,
    clock: &Clock,
    entropy: &Entropy,
    (kid, retired): (&str, Vec<String>),
) -> Result<(), UpkeepError> {
    let signer = LogSigner::new(format!("{}/log", config.ledger), load_key(&paths.key(KeyFile::Log))?)?;
    LogVerifier::new(&read_text(&paths.log_key())?)?;
    let reader = LedgerReader::open(&paths.store())?;
    if reader.last_rotation()?.is_some_and(|last| last.kid == kid) {
        return Ok(());
    }
    drop(reader);
    let places = LedgerConfig { store: paths.store(), log: paths.log(), mirror: config.checkpoint_mirror.clone() };
    Ok(Ledger::open(&places, signer, clock.clone(), *entropy)?.note_rotation(kid.to_owned(), retired)?)
}
