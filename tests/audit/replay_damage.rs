//! What whoever owns the files could do to the archive: each thing that a replay reads is changed, exchanged or taken away, and
//! the verdict says which one it was. Never `same`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anshi::env::Entropy;
use anshi::job::{Archived, Batch, Lacking, Verdict, begin_batch, compose_batch};
use anshi::keys::{ArchiveKey, SaltKey, pack_token, sha256};
use anshi::ledger::LedgerReader;
use anshi::model::Digest;
use anshi::upkeep::{PruneOptions, prune_snapshots};
use rusqlite::Connection;

use super::replay::{bundle, calm, rewrite, verdict};
use crate::support::{Handmade, ODD_FEN, Setup, TestHome, block_on, signed_again, strong, take_delivery};
use crate::upkeep::place::findings;

/// A home with one answer, closed.
struct Asked {
    path: PathBuf,
    bundle: String,
    token: String,
    home: TestHome,
}

fn asked() -> Asked {
    let home = calm();
    let token = home.token(0, 1);
    let bundle = bundle(&home.answered(&token));
    Asked { path: home.path.clone(), bundle, token, home }
}

impl Asked {
    fn verdict(&self) -> Verdict {
        verdict(&self.path, &self.bundle)
    }

    /// Runs SQL as whoever owns the file can: the triggers are gone first.
    fn tamper<P: rusqlite::Params>(&self, sql: &str, values: P) {
        let store = Connection::open(self.path.join("ledger.sqlite")).unwrap();
        for table in ["request", "outcome", "job"] {
            for kind in ["kept", "stays"] {
                store.execute_batch(&format!("DROP TRIGGER IF EXISTS {table}_{kind}")).unwrap();
            }
        }
        assert_eq!(store.execute(sql, values).unwrap(), 1, "{sql}");
    }

    fn sealed(&self) -> Vec<u8> {
        let store = Connection::open(self.path.join("ledger.sqlite")).unwrap();
        store.query_row("SELECT sealed FROM request", [], |row| row.get(0)).unwrap()
    }

    fn key(&self) -> ArchiveKey {
        let text = fs::read_to_string(self.home.paths().salt()).unwrap();
        SaltKey::from_file_text(&text).unwrap().archive_key().unwrap()
    }

    /// What whoever has all keys can put in the place of the archived request: another token.
    fn reseal(&self, token: &str) {
        let req = digest(&self.token);
        let plain = self.key().open(req, &self.sealed()).unwrap();
        let write = |room: &mut Vec<u8>| {
            room.extend_from_slice(&plain[..32]);
            pack_token(token, room)
        };
        let sealed = self.key().seal(req, (plain.len(), write), &Entropy).unwrap();
        self.tamper("UPDATE request SET sealed = ?1", [sealed]);
    }

    /// The only file of an archive's folder.
    fn only(&self, folder: &str) -> PathBuf {
        let files: Vec<PathBuf> =
            fs::read_dir(self.path.join("archive").join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        // The home that this one is a copy of had another policy.
        let named = files.iter().find(|path| self.bundle_names(path)).or(files.first());
        named.unwrap().clone()
    }

    fn bundle_names(&self, path: &Path) -> bool {
        let claims = serde_json::from_str::<anshi::receipt::Bundle>(&self.bundle).unwrap().claims().unwrap();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        claims.policy.sha256.ends_with(stem) || self.home.engine.catalog().sha256().hex() == stem
    }
}

fn digest(token: &str) -> Digest {
    sha256(token.rsplit_once('.').unwrap().0.as_bytes())
}

fn overwrite(path: &Path, bytes: &[u8]) {
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_changed_request_is_told() {
    let _turn = strong();
    let asked = asked();
    assert_eq!(asked.verdict(), Verdict::Same);
    let sealed = asked.sealed();
    for place in [0, 20, sealed.len() / 2, sealed.len() - 1] {
        let mut changed = sealed.clone();
        changed[place] ^= 1;
        asked.tamper("UPDATE request SET sealed = ?1", [changed]);
        assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Request), "byte {place}");
    }
    asked.tamper("UPDATE request SET sealed = ?1", [sealed]);
    assert_eq!(asked.verdict(), Verdict::Same);
    // Another request of the same client, sealed with the home's own key: the receipt names its digest.
    asked.reseal(&asked.home.token(0, 2));
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Request));
    asked.tamper("DELETE FROM request", []);
    assert_eq!(asked.verdict(), Verdict::Impossible(Lacking::Request));
}

#[test]
fn another_signature_under_the_request_is_told() {
    let _turn = strong();
    let asked = asked();
    // What is signed stays, the signature is another's: the digest of the receipt is of what is signed.
    let (input, _) = asked.token.rsplit_once('.').unwrap();
    let other = asked.home.token(0, 2);
    let forged = format!("{input}.{}", other.rsplit_once('.').unwrap().1);
    asked.reseal(&forged);
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Signature));
    let (_, stranger) = TestHome::stranger();
    let signed = signed_again(&asked.token, anshi::keys::TokenKind::Job, &stranger, |_| {});
    asked.reseal(&signed);
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Request));
}

#[test]
fn requests_that_are_exchanged_are_told() {
    let _turn = strong();
    let asked = asked();
    let other = bundle(&asked.home.answered(&asked.home.token(0, 2)));
    asked.tamper(
        "UPDATE request SET intent_index = -1 WHERE intent_index = (SELECT MIN(intent_index) FROM request)",
        [],
    );
    asked.tamper("UPDATE request SET intent_index = (SELECT MIN(intent_index) FROM job) WHERE intent_index = (SELECT MAX(intent_index) FROM request)", []);
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Request));
    assert_eq!(verdict(&asked.path, &other), Verdict::Impossible(Lacking::Request));
}

#[test]
fn a_changed_or_missing_guest_is_told() {
    let _turn = strong();
    let asked = asked();
    let module = asked.path.join("guests").join(format!("{}.wasm", asked.home.adversary.hex()));
    let always = Handmade { verify: "(i32.const 1)".to_owned(), ..Handmade::default() };
    overwrite(&module, &always.module());
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Guest), "one that gives the same answer, too");
    fs::remove_file(&module).unwrap();
    assert_eq!(asked.verdict(), Verdict::Impossible(Lacking::Guest));
}

#[test]
fn a_changed_or_missing_policy_is_told() {
    let _turn = strong();
    let asked = asked();
    let policy = asked.only("policies");
    fs::set_permissions(&policy, Permissions::from_mode(0o600)).unwrap();
    let text = fs::read_to_string(&policy).unwrap();
    // Layout and comments are not what a policy says.
    fs::write(&policy, format!("# A note.\n{text}")).unwrap();
    assert_eq!(asked.verdict(), Verdict::Same);
    rewrite(&policy, |line| line.starts_with("labels").then(|| "labels = [\"yes\", \"no\", \"other\"]".to_owned()));
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Policy));
    fs::write(&policy, "no policy").unwrap();
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Policy));
    fs::remove_file(&policy).unwrap();
    assert_eq!(asked.verdict(), Verdict::Impossible(Lacking::Policy));
}

#[test]
fn a_changed_or_missing_catalog_is_told() {
    let _turn = strong();
    let asked = asked();
    let catalog = asked.only("catalogs");
    let text = fs::read_to_string(&catalog).unwrap();
    overwrite(&catalog, text.replacen("L3", "L2", 1).as_bytes());
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Catalog));
    fs::write(&catalog, "{\"../x\": \"\"}").unwrap();
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Catalog));
    fs::remove_file(&catalog).unwrap();
    assert_eq!(asked.verdict(), Verdict::Impossible(Lacking::Catalog));
}

#[test]
fn a_changed_snapshot_is_told() {
    let _turn = strong();
    let asked = asked();
    let snapshot = asked.home.engine.snapshot().unwrap();
    let rows = snapshot.dataset("tax_payment").unwrap().entry().rows_file;
    let file = asked.path.join("data/files").join(rows.sha256.hex());
    let mut bytes = fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    // In the same place, as a file of its own: the engine goes on with what it has mapped.
    fs::remove_file(&file).unwrap();
    fs::write(&file, &bytes).unwrap();
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Snapshot));
    fs::write(&file, &bytes[..middle]).unwrap();
    assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Snapshot));
}

#[test]
fn another_reason_or_request_in_the_ledger_is_told() {
    let _turn = strong();
    for sql in [
        "UPDATE outcome SET reason = 'missed-tick'",
        "UPDATE outcome SET reason_salt = zeroblob(32)",
        "UPDATE job SET input = zeroblob(32)",
    ] {
        let asked = asked();
        asked.tamper(sql, []);
        assert_eq!(asked.verdict(), Verdict::Damaged(Archived::Ledger), "{sql}");
    }
}

/// Whether the archive still has the request of the first job.
fn is_kept(home: &Path) -> bool {
    let reader = LedgerReader::open(&home.join("ledger.sqlite")).unwrap();
    let (intent, ..) = reader.audit_jobs().unwrap()[0];
    reader.archived_request(intent).unwrap().is_some()
}

#[test]
fn requests_go_with_their_snapshots() {
    let _turn = strong();
    let Asked { path, bundle: asked, home, .. } = asked();
    let batch = compose_batch(&[home.order(0, 2)], &home.client, home.engine.clock().now(), &Entropy).unwrap();
    let ran = async { begin_batch(&home.engine, Batch::read(&home.engine, &batch).unwrap()).await?.result().await };
    block_on(ran).unwrap();
    take_delivery(&path, &Setup { paid_fen: ODD_FEN + 2, ..Setup::default() });
    home.engine.reload().unwrap();
    let kept = bundle(&home.answered(&home.token(0, 1)));
    drop(home.engine);
    let store = Connection::open(path.join("ledger.sqlite")).unwrap();
    let sealed = |table: &str| -> Vec<u8> {
        store.query_row(&format!("SELECT sealed FROM {table} LIMIT 1"), [], |row| row.get(0)).unwrap()
    };
    let gone = [sealed("request"), sealed("batch")];
    drop(store);
    let prune = |dry_run| prune_snapshots(&PruneOptions { home: path.clone(), keep: 1, dry_run }).unwrap();
    assert_eq!((prune(true).requests, is_kept(&path)), (2, true));
    assert_eq!((prune(false).requests, is_kept(&path)), (2, false));
    assert_eq!((prune(false).requests, prune(false).waiting), (0, 0));
    assert_eq!(verdict(&path, &asked), Verdict::Impossible(Lacking::Snapshot));
    assert_eq!(verdict(&path, &kept), Verdict::Same, "what can be computed again is kept");
    assert_eq!(findings(&path), Vec::<String>::new());
    for file in ["ledger.sqlite", "ledger.sqlite-wal"] {
        let bytes = fs::read(path.join(file)).unwrap_or_default();
        for sealed in &gone {
            assert!(!bytes.windows(64).any(|window| *window == sealed[..64]), "{file} still has a request");
        }
    }
}

#[test]
fn an_engine_lets_them_go_at_its_next_reload() {
    let _turn = strong();
    let asked = asked();
    take_delivery(&asked.path, &Setup { paid_fen: ODD_FEN + 2, ..Setup::default() });
    asked.home.engine.reload().unwrap();
    let kept = bundle(&asked.home.answered(&asked.home.token(0, 1)));
    let pruned = prune_snapshots(&PruneOptions { home: asked.path.clone(), keep: 1, dry_run: false }).unwrap();
    assert_eq!((pruned.gone.len(), pruned.requests, pruned.waiting), (1, 0, 1), "an engine works on the ledger");
    assert!(is_kept(&asked.path));
    assert_eq!(asked.verdict(), Verdict::Impossible(Lacking::Snapshot));
    asked.home.engine.reload().unwrap();
    while is_kept(&asked.path) {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(verdict(&asked.path, &kept), Verdict::Same);
    let answered = bundle(&asked.home.answered(&asked.home.token(0, 2)));
    assert_eq!(verdict(&asked.path, &answered), Verdict::Same, "and goes on");
}
