//! Files that must survive: the one place that creates, writes, renames, links or removes them, and
//! that knows what to fsync. Never knows what is in them.

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::weaken::{self, Weakness};

/// A file operation failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} `{}`: {source}", path.display())]
pub struct FileError {
    /// What was tried.
    pub action: &'static str,
    /// On which file.
    pub path: PathBuf,
    /// What the operating system said.
    pub source: io::Error,
}

impl FileError {
    /// Whether there is no such file.
    pub fn is_absent(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }
}

pub(super) fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> FileError + 'a {
    move |source| FileError { action, path: path.to_owned(), source }
}

/// Who may read a file that is written here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durable {
    /// 0600: keys.
    Private,
    /// 0644: what others read.
    Shared,
    /// 0444: what nobody changes again.
    ReadOnly,
}

impl Durable {
    pub(super) const fn mode(self) -> u32 {
        match self {
            Self::Private => 0o600,
            Self::Shared => 0o644,
            Self::ReadOnly => 0o444,
        }
    }
}

/// Writes a whole file so that a reader, and a restart after a power cut, sees the old or the new
/// content and nothing between: temporary file, fsync, rename, fsync of the folder.
pub fn write_atomic(path: &Path, bytes: &[u8], durable: Durable) -> Result<(), FileError> {
    write_renamed(path, bytes, durable)?;
    sync_parent(path)
}

/// The same of several files of one folder, before the fsync of the folder ([`publish_dir`]), which is for all of them: until
/// then their contents are durable, and whether they are there is not.
pub fn write_renamed(path: &Path, bytes: &[u8], durable: Durable) -> Result<(), FileError> {
    let temporary = path.with_extension(format!("tmp{}", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(durable.mode())
        .open(&temporary)
        .map_err(failed("create", &temporary))?;
    file.write_all(bytes).map_err(failed("write", &temporary))?;
    sync(&file).map_err(failed("sync", &temporary))?;
    fs::set_permissions(&temporary, Permissions::from_mode(durable.mode())).map_err(failed("protect", &temporary))?;
    fs::rename(&temporary, path).map_err(failed("rename", path))
}

/// Writes a whole file so that a reader sees the old or the new content. Not durable: for what can be derived again.
pub fn write_unsynced(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let temporary = path.with_extension(format!("tmp{}", std::process::id()));
    fs::write(&temporary, bytes).map_err(failed("write", &temporary))?;
    fs::rename(&temporary, path).map_err(failed("rename", path))
}

/// Makes a finished file durable, read-only and visible under its final name.
pub fn link_or_exists(finished: &Path, path: &Path) -> Result<(), FileError> {
    let file = File::open(finished).map_err(failed("open", finished))?;
    sync(&file).map_err(failed("sync", finished))?;
    fs::set_permissions(finished, Permissions::from_mode(Durable::ReadOnly.mode()))
        .map_err(failed("protect", finished))?;
    fs::rename(finished, path).map_err(failed("rename", path))?;
    sync_parent(path)
}

fn sync(file: &File) -> io::Result<()> {
    if weaken::on(Weakness::FilesUnsynced) { Ok(()) } else { file.sync_all() }
}

pub(super) fn sync_parent(path: &Path) -> Result<(), FileError> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    publish_dir(parent)
}

/// Makes the entries of a folder durable.
pub fn publish_dir(path: &Path) -> Result<(), FileError> {
    File::open(path).and_then(|dir| sync(&dir)).map_err(failed("sync", path))
}

/// Overwrites a small file in place and syncs its data: for two files written in turn, of which one is always whole.
pub fn overwrite_synced(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(Durable::Shared.mode())
        .open(path)
        .map_err(failed("open", path))?;
    file.write_all(bytes).map_err(failed("write", path))?;
    // Set to what it is, a length would be written to the disk anew.
    let length = file.metadata().map_err(failed("write", path))?.len();
    if length != bytes.len() as u64 {
        file.set_len(bytes.len() as u64).map_err(failed("write", path))?;
    }
    if weaken::on(Weakness::MirrorUnsynced) {
        return Ok(());
    }
    file.sync_data().map_err(failed("sync", path))
}

/// Creates a file for writing, its folder included; an old one of this name is replaced.
pub fn create_new(path: &Path) -> Result<File, FileError> {
    if let Some(parent) = path.parent() {
        create_dir(parent)?;
    }
    File::create(path).map_err(failed("create", path))
}

/// Opens a file for streaming reads.
pub fn open(path: &Path) -> Result<File, FileError> {
    File::open(path).map_err(failed("open", path))
}

/// Creates a folder and those above it.
pub fn create_dir(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(failed("create", path))
}

/// Removes a file; one that is not there is no error.
pub fn remove_file(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(source)),
        _ => Ok(()),
    }
}

/// Reads a whole file of at most `bytes_max` bytes.
pub fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>, FileError> {
    let file = File::open(path).map_err(failed("open", path))?;
    let mut bytes = Vec::new();
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes).map_err(failed("read", path))?;
    if bytes.len() as u64 > bytes_max {
        let source = io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {bytes_max} bytes"));
        return Err(failed("read", path)(source));
    }
    Ok(bytes)
}

/// What is said of a text that is another encoding's.
pub(super) const NOT_UTF8: &str = "not UTF-8";
/// The largest text file that is read whole.
const TEXT_BYTES_MAX: u64 = 16 << 20;

/// Reads a UTF-8 file of at most 16 MiB.
pub fn read_text(path: &Path) -> Result<String, FileError> {
    let bytes = read(path, TEXT_BYTES_MAX)?;
    String::from_utf8(bytes).map_err(|_| failed("read", path)(io::Error::new(io::ErrorKind::InvalidData, NOT_UTF8)))
}

/// The names in a folder, sorted; a folder that is not there has none.
pub fn list_dir(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let entries = match fs::read_dir(path) {
        Err(source) if source.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(failed("list", path))?,
    };
    let paths: io::Result<Vec<PathBuf>> = entries.map(|entry| entry.map(|entry| entry.path())).collect();
    let mut paths = paths.map_err(failed("list", path))?;
    paths.sort();
    Ok(paths)
}

/// Whether only the owner can read the file.
pub fn is_private(path: &Path) -> Result<bool, FileError> {
    let mode = fs::metadata(path).map_err(failed("inspect", path))?.permissions().mode();
    Ok(mode & 0o077 == 0)
}

/// The bytes of the program that is running, at most `bytes_max` of them.
pub fn read_program(bytes_max: u64) -> Result<Vec<u8>, FileError> {
    let path = program().map_err(failed("find", Path::new("the running program")))?;
    read(&path, bytes_max)
}

/// The path of the program that is running.
pub fn program() -> io::Result<PathBuf> {
    std::env::current_exe()
}

/// A variable of the process's environment.
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// An exclusive lock on a folder, held until dropped; the operating system lets go of it when the process dies.
#[derive(Debug)]
pub struct DirLock(File);

impl DirLock {
    /// Takes the lock, or returns `None` while another process holds it.
    pub fn try_take(dir: &Path) -> Result<Option<Self>, FileError> {
        let path = dir.join("lock");
        let file =
            OpenOptions::new().write(true).create(true).truncate(false).open(&path).map_err(failed("open", &path))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(source)) => Err(failed("lock", &path)(source)),
        }
    }
}

impl Drop for DirLock {
    fn drop(&mut self) {
        // A process that is being started at this moment has a copy of the file until it becomes another program: the
        // lock is let go of, not just closed.
        let _ = self.0.unlock();
    }
}

/// A read-only file mapped into memory.
#[derive(Debug)]
pub struct MappedFile(memmap2::Mmap);

impl MappedFile {
    /// Maps the whole file.
    pub fn open(path: &Path) -> Result<Self, FileError> {
        let file = File::open(path).map_err(failed("open", path))?;
        // SAFETY: the files mapped are snapshot objects, which the engine writes once, sets to 0444
        // and never changes; whoever can change them under a running engine owns it anyway.
        let map = unsafe { memmap2::Mmap::map(&file) }.map_err(failed("map", path))?;
        Ok(Self(map))
    }

    /// Lets go of the memory that these bytes take: whoever asks for one again has it read from the file again.
    pub fn let_go(&self, bytes: std::ops::Range<usize>) {
        if bytes.end <= self.0.len() && !bytes.is_empty() {
            // SAFETY: the map is of a file and was never written to, so the same bytes come back. That the system may
            // refuse does no harm.
            let _ =
                unsafe { self.0.unchecked_advise_range(memmap2::UncheckedAdvice::DontNeed, bytes.start, bytes.len()) };
        }
    }
}

impl AsRef<[u8]> for MappedFile {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl std::ops::Deref for MappedFile {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

/// A folder that is removed when dropped.
#[derive(Debug)]
pub struct TemporaryDir(PathBuf);

impl TemporaryDir {
    /// A new empty folder below the system's folder for such.
    pub fn new() -> Result<Self, FileError> {
        let random = super::Entropy.bytes::<8>().map(u64::from_be_bytes);
        let base = std::env::temp_dir();
        let random = random.map_err(|error| failed("name", &base)(io::Error::other(error)))?;
        let path = base.join(format!("anshi-{random:016x}"));
        fs::create_dir(&path).map_err(failed("create", &path))?;
        Ok(Self(path))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
