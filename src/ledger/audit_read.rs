//! The store as an audit reads it: one consistent state, streamed, and as it stands there, whatever
//! somebody made of it. Never writes, never judges.

use std::ffi::OsString;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags, Row, Rows, Statement};

use super::read::{AuditEntry, GuestRow, LedgerReader};
use super::store::{LedgerError, digest, open_reader, unsigned};
use super::upgrade::show_earlier;

/// Everything that the store keeps about one leaf of the log. Indices are as stored, so also negative ones.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafRows {
    /// The leaf.
    pub index: i64,
    /// The entry; its own index is 0 where the stored one is negative.
    pub entry: Option<AuditEntry>,
    /// The job whose intent it is.
    pub job: Option<LeafJob>,
    /// The charges that name it, in the order of their places.
    pub charges: Vec<LeafCharge>,
    /// The consent uses that name it, as issuer and number, in the order of their places: those in its charges first.
    pub consents: Vec<(String, String)>,
    /// Whether some of its charges bear a consent use and others none, or a part of one, which no job makes.
    pub consents_torn: bool,
    /// The outcome that names it as its intent.
    pub outcome: Option<LeafOutcome>,
    /// The guest whose registration it is.
    pub guest: Option<LeafGuest>,
    /// The consent whose revocation it is, as issuer and number.
    pub revoked: Option<(String, String)>,
}

/// A row of `guest`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafGuest {
    /// The digest of the module.
    pub digest: Vec<u8>,
    /// What the artefact was compiled for.
    pub engine: String,
    /// The digest of the artefact.
    pub artefact: Vec<u8>,
    /// The manifest.
    pub manifest: String,
}

/// A row of `job`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafJob {
    /// The job's id.
    pub id: Vec<u8>,
    /// The digest of its request's signing input.
    pub input: Vec<u8>,
    /// The client.
    pub client: String,
    /// The policy's id.
    pub policy: String,
    /// What makes two jobs the same.
    pub sameness: Vec<u8>,
    /// When it was admitted, in milliseconds since 1970.
    pub admitted_ms: i64,
    /// Whether it wrote no charge.
    pub free: bool,
}

/// A row of `charge`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafCharge {
    /// The account.
    pub account: String,
    /// The party's pseudonym.
    pub party: Vec<u8>,
    /// The client.
    pub client: String,
    /// The day, in days since 1970.
    pub day: i64,
    /// Bits.
    pub amount: i64,
    /// What makes its job and another the same.
    pub sameness: Vec<u8>,
}

/// A row of `outcome`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeafOutcome {
    /// Its leaf.
    pub outcome_index: i64,
    /// The answer's word; none for an abandoned job.
    pub answer: Option<String>,
    /// The receipt's payload; none for an abandoned job.
    pub claims: Option<Vec<u8>>,
    /// The openings of the parties' commitments; none for an abandoned job.
    pub parties: Option<Vec<u8>>,
    /// How it ended.
    pub reason: String,
    /// What opens the commitment to it.
    pub reason_salt: Vec<u8>,
    /// The checkpoint that a bundle shows.
    pub checkpoint_size: i64,
}

/// The rows of one table in the order of the leaves that they name, which is their first column.
struct Cursor<'s, T> {
    rows: Rows<'s>,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
    next: Option<(i64, T)>,
}

impl<'s, T> Cursor<'s, T> {
    fn new(statement: &'s mut Statement<'_>, read: fn(&Row<'_>) -> rusqlite::Result<T>) -> rusqlite::Result<Self> {
        let mut cursor = Self { rows: statement.query([])?, read, next: None };
        cursor.advance()?;
        Ok(cursor)
    }

    fn advance(&mut self) -> rusqlite::Result<()> {
        self.next = match self.rows.next()? {
            Some(row) => Some((row.get(0)?, (self.read)(row)?)),
            None => None,
        };
        Ok(())
    }

    fn leaf(&self) -> Option<i64> {
        self.next.as_ref().map(|(leaf, _)| *leaf)
    }

    /// The rows of `leaf`, which no row before them may exceed.
    fn take(&mut self, leaf: i64) -> rusqlite::Result<Vec<T>> {
        let mut taken = Vec::new();
        while let Some((_, value)) = self.next.take_if(|next| next.0 == leaf) {
            taken.push(value);
            self.advance()?;
        }
        Ok(taken)
    }
}

/// A text, however broken: an audit reports what stands there.
fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = row.get_ref(column)?.as_bytes_or_null();
    Ok(String::from_utf8_lossy(bytes.ok().flatten().unwrap_or_default()).into_owned())
}

impl LedgerReader {
    /// Opens the store for an audit: all reads see one state, however the engine goes on meanwhile. A
    /// store that lies where nothing can be written is read without SQLite's lock files.
    pub fn open_for_audit(store: &Path) -> Result<Self, LedgerError> {
        let pinned = |connection: Connection| -> Result<Connection, LedgerError> {
            connection.execute_batch("BEGIN")?;
            // The first read is what fixes the state.
            connection.query_row("SELECT COUNT(*) FROM guest", [], |_| Ok(()))?;
            show_earlier(&connection)?;
            Ok(connection)
        };
        match open_reader(store).and_then(pinned) {
            Ok(connection) => Ok(Self(connection)),
            Err(error) => match open_immutable(store)? {
                Some(connection) => Ok(Self(pinned(connection)?)),
                None => Err(error),
            },
        }
    }

    /// Every leaf that any row names, ascending, with all that the store keeps about it.
    pub fn audit_leaves(&self, mut visit: impl FnMut(LeafRows)) -> Result<(), LedgerError> {
        let prepare = |sql| self.0.prepare(sql);
        let mut entries = prepare("SELECT leaf_index, kind, salt, record FROM entry ORDER BY leaf_index")?;
        let mut jobs = prepare(
            "SELECT intent_index, id, input, client, policy, sameness, admitted_ms, free FROM job ORDER BY intent_index",
        )?;
        // Charges and consent uses are in one b-tree each, the one that budgets and uses are read from: nothing stands beside
        // it that could say something else. SQLite sorts them, in a temporary file where they are many.
        let mut charges = prepare(
            "SELECT intent_index, account, party, client, day, amount, sameness, issuer, jti FROM charge
             ORDER BY intent_index, place",
        )?;
        let mut consents = prepare("SELECT intent_index, issuer, jti FROM consent_use ORDER BY intent_index, place")?;
        let mut outcomes = prepare(
            "SELECT intent_index, outcome_index, answer, claims, parties, reason, reason_salt, checkpoint_size
             FROM outcome ORDER BY intent_index",
        )?;
        let mut guests = prepare(
            "SELECT registration_index, digest, engine, artefact, manifest FROM guest ORDER BY registration_index",
        )?;
        let mut revoked =
            prepare("SELECT revocation_index, issuer, jti FROM consent_revoked NOT INDEXED ORDER BY revocation_index")?;
        let mut guests = Cursor::new(&mut guests, read_guest)?;
        let mut revoked = Cursor::new(&mut revoked, |row| Ok((text(row, 1)?, text(row, 2)?)))?;
        let mut entries = Cursor::new(&mut entries, read_entry)?;
        let mut jobs = Cursor::new(&mut jobs, read_job)?;
        let mut charges = Cursor::new(&mut charges, |row| Ok((read_charge(row)?, read_borne(row)?)))?;
        let mut consents = Cursor::new(&mut consents, |row| Ok((text(row, 1)?, text(row, 2)?)))?;
        let mut outcomes = Cursor::new(&mut outcomes, read_outcome)?;
        loop {
            let jobs_leaves = [jobs.leaf(), charges.leaf(), consents.leaf(), outcomes.leaf()];
            let leaves = [entries.leaf(), guests.leaf(), revoked.leaf()];
            let Some(index) = leaves.into_iter().chain(jobs_leaves).flatten().min() else {
                return Ok(());
            };
            let (charged, borne): (Vec<LeafCharge>, Vec<_>) = charges.take(index)?.into_iter().unzip();
            let whole = borne.iter().flatten().filter(|(issuer, jti)| issuer.is_some() && jti.is_some()).count();
            let consents_torn = borne.iter().any(Option::is_some) && whole < borne.len();
            let borne = borne.into_iter().flatten();
            let borne = borne.map(|(issuer, jti)| (issuer.unwrap_or_default(), jti.unwrap_or_default()));
            visit(LeafRows {
                index,
                entry: entries.take(index)?.pop(),
                job: jobs.take(index)?.pop(),
                charges: charged,
                consents: borne.chain(consents.take(index)?).collect(),
                consents_torn,
                outcome: outcomes.take(index)?.pop(),
                guest: guests.take(index)?.pop(),
                revoked: revoked.take(index)?.pop(),
            });
        }
    }

    /// Every checkpoint, by size: the size and the note.
    pub fn audit_notes(&self, mut visit: impl FnMut(i64, &str)) -> Result<(), LedgerError> {
        let mut statement = self.0.prepare("SELECT size, note FROM checkpoint ORDER BY size")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(row.get(0)?, &text(row, 1)?);
        }
        Ok(())
    }

    /// Every stored hash, by index.
    pub fn audit_hashes(&self, mut visit: impl FnMut(i64, &[u8])) -> Result<(), LedgerError> {
        let mut statement = self.0.prepare("SELECT id, hash FROM hash ORDER BY id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            visit(row.get(0)?, row.get_ref(1)?.as_bytes_or_null().ok().flatten().unwrap_or_default());
        }
        Ok(())
    }

    /// Every registration of a guest, in order.
    pub fn audit_guests(&self) -> Result<Vec<GuestRow>, LedgerError> {
        let mut statement =
            self.0.prepare("SELECT digest, engine, artefact, manifest FROM guest ORDER BY registration_index")?;
        let rows = statement.query_map([], |row| {
            Ok(GuestRow {
                digest: digest(row, 0)?,
                engine: text(row, 1)?,
                artefact: digest(row, 2)?,
                manifest: text(row, 3)?,
            })
        })?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    }
}

fn read_entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let index = unsigned(row, 0).unwrap_or_default();
    Ok(AuditEntry { index, kind: text(row, 1)?, salt: row.get(2)?, record: row.get(3)? })
}

fn read_job(row: &Row<'_>) -> rusqlite::Result<LeafJob> {
    Ok(LeafJob {
        id: row.get(1)?,
        input: row.get(2)?,
        client: text(row, 3)?,
        policy: text(row, 4)?,
        sameness: row.get(5)?,
        admitted_ms: row.get(6)?,
        free: row.get(7)?,
    })
}

fn read_charge(row: &Row<'_>) -> rusqlite::Result<LeafCharge> {
    Ok(LeafCharge {
        account: text(row, 1)?,
        party: row.get(2)?,
        client: text(row, 3)?,
        day: row.get(4)?,
        amount: row.get(5)?,
        sameness: row.get(6)?,
    })
}

/// What a charge bears of a consent use: issuer and number, if either is there.
type Borne = Option<(Option<String>, Option<String>)>;

fn read_borne(row: &Row<'_>) -> rusqlite::Result<Borne> {
    let part = |column| match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => text(row, column).map(Some),
    };
    Ok(match (part(7)?, part(8)?) {
        (None, None) => None,
        parts => Some(parts),
    })
}

fn read_guest(row: &Row<'_>) -> rusqlite::Result<LeafGuest> {
    Ok(LeafGuest { digest: row.get(1)?, engine: text(row, 2)?, artefact: row.get(3)?, manifest: text(row, 4)? })
}

fn read_outcome(row: &Row<'_>) -> rusqlite::Result<LeafOutcome> {
    let answer = row.get_ref(2)?.as_bytes_or_null().ok().flatten();
    Ok(LeafOutcome {
        outcome_index: row.get(1)?,
        answer: answer.map(|word| String::from_utf8_lossy(word).into_owned()),
        claims: row.get(3)?,
        parties: row.get(4)?,
        reason: text(row, 5)?,
        reason_salt: row.get(6)?,
        checkpoint_size: row.get(7)?,
    })
}

/// Opens a store on a medium that cannot be written; `None` where its write-ahead log still holds
/// something, which would then be overlooked.
fn open_immutable(store: &Path) -> Result<Option<Connection>, LedgerError> {
    let mut log = store.as_os_str().to_owned();
    log.push("-wal");
    if std::fs::metadata(Path::new(&log)).is_ok_and(|found| found.len() > 0) {
        return Ok(None);
    }
    // SQLite reads `?`, `#` and `%` in a URI as its own.
    let mut uri = b"file:".to_vec();
    for byte in store.as_os_str().as_bytes() {
        match byte {
            b'?' | b'#' | b'%' => uri.extend_from_slice(format!("%{byte:02x}").as_bytes()),
            plain => uri.push(*plain),
        }
    }
    uri.extend_from_slice(b"?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Ok(Some(Connection::open_with_flags(Path::new(&OsString::from_vec(uri)), flags)?))
}
