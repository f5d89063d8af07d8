//! Whole folders and files as an operator moves them: durable copies, moves, removals, and what the file system says
//! of a place. Never knows what is in them.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::files::{Durable, FileError, failed, sync_parent};
use crate::model::Millis;

const COPY_BUFFER_BYTES: usize = 1 << 20;

/// Copies a file to a place where none is, durably; gives its bytes. `visit` sees all of it on the way.
pub fn copy_durable(from: &Path, to: &Path, durable: Durable, visit: &mut dyn FnMut(&[u8])) -> Result<u64, FileError> {
    let mut source = File::open(from).map_err(failed("open", from))?;
    let mut target = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(Durable::Private.mode())
        .open(to)
        .map_err(failed("create", to))?;
    let mut buffer = vec![0; COPY_BUFFER_BYTES];
    let mut bytes = 0;
    loop {
        let read = match source.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => buffer.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(failed("read", from)(error)),
        };
        visit(read);
        target.write_all(read).map_err(failed("write", to))?;
        bytes += read.len() as u64;
    }
    fs::set_permissions(to, Permissions::from_mode(durable.mode())).map_err(failed("protect", to))?;
    target.sync_all().map_err(failed("sync", to))?;
    Ok(bytes)
}

/// Makes a file that another library wrote durable, with these permissions.
pub fn finish_file(path: &Path, durable: Durable) -> Result<(), FileError> {
    let file = File::open(path).map_err(failed("open", path))?;
    fs::set_permissions(path, Permissions::from_mode(durable.mode())).map_err(failed("protect", path))?;
    file.sync_all().map_err(failed("sync", path))?;
    sync_parent(path)
}

/// All files below a folder, sorted, links followed; a folder that is not there has none.
pub fn list_tree(folder: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    for path in super::files::list_dir(folder)? {
        if fs::metadata(&path).map_err(failed("inspect", &path))?.is_dir() {
            files.extend(list_tree(&path)?);
        } else {
            files.push(path);
        }
    }
    Ok(files)
}

/// Makes the entries of a folder and of all folders below it durable.
pub fn sync_tree(folder: &Path) -> Result<(), FileError> {
    for path in super::files::list_dir(folder)? {
        if path.is_dir() {
            sync_tree(&path)?;
        }
    }
    super::files::publish_dir(folder)
}

/// Creates a folder that only its owner can enter; one that is there already must be such a folder.
pub fn create_private_dir(path: &Path) -> Result<(), FileError> {
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {
            fs::set_permissions(path, Permissions::from_mode(0o700)).map_err(failed("protect", path))
        }
        made => made.map_err(failed("create", path)),
    }
}

/// Moves a finished folder, or a file, to its place, durably. An empty folder there gives way, nothing else does.
pub fn move_into_place(from: &Path, to: &Path) -> Result<(), FileError> {
    fs::rename(from, to).map_err(failed("rename", to))?;
    sync_parent(to)
}

/// Exchanges two folders, durably and at once: there is no moment without either.
pub fn exchange(a: &Path, b: &Path) -> Result<(), FileError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    renameat_with(CWD, a, CWD, b, RenameFlags::EXCHANGE).map_err(|error| failed("exchange", b)(error.into()))?;
    sync_parent(b)
}

/// Removes a folder with all that is in it; one that is not there is no error.
pub fn remove_tree(path: &Path) -> Result<(), FileError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => Err(failed("remove", path)(source)),
        _ => Ok(()),
    }
}

/// Room on the file system of a place, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// What may still be written.
    pub free: u64,
    /// How large it is.
    pub total: u64,
}

/// The room on the file system where `path` lies.
pub fn space(path: &Path) -> Result<Space, FileError> {
    let found = rustix::fs::statvfs(path).map_err(|error| failed("inspect", path)(error.into()))?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.f_frsize);
    Ok(Space { free: bytes(found.f_bavail), total: bytes(found.f_blocks) })
}

/// Whether two places lie on one file system.
pub fn share_file_system(a: &Path, b: &Path) -> Result<bool, FileError> {
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).map_err(failed("inspect", path));
    Ok(device(a)? == device(b)?)
}

/// When a file was last written.
pub fn modified(path: &Path) -> Result<Millis, FileError> {
    let found = fs::metadata(path).map_err(failed("inspect", path))?;
    Ok(Millis(found.mtime().saturating_mul(1_000).saturating_add(found.mtime_nsec() / 1_000_000)))
}

/// The permissions of a file or folder: the lower nine bits.
pub fn mode(path: &Path) -> Result<u32, FileError> {
    Ok(fs::metadata(path).map_err(failed("inspect", path))?.permissions().mode() & 0o777)
}

/// A lock on a file that others only read: shared by those who use it, exclusive to the one who removes it. The
/// operating system lets go of it when the process dies.
#[derive(Debug)]
pub struct FileLock(File);

impl Drop for FileLock {
    fn drop(&mut self) {
        // As for a folder's lock: a process that is being started has a copy of the file.
        let _ = self.0.unlock();
    }
}

impl FileLock {
    /// Takes the lock together with others; `None` while somebody removes the file.
    pub fn try_share(path: &Path) -> Result<Option<Self>, FileError> {
        Self::take(path, File::try_lock_shared)
    }

    /// Takes the lock alone; `None` while anybody else has it.
    pub fn try_take(path: &Path) -> Result<Option<Self>, FileError> {
        Self::take(path, File::try_lock)
    }

    fn take(path: &Path, lock: fn(&File) -> Result<(), fs::TryLockError>) -> Result<Option<Self>, FileError> {
        let file = File::open(path).map_err(failed("open", path))?;
        match lock(&file) {
            Ok(()) => Ok(Some(Self(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(source)) => Err(failed("lock", path)(source)),
        }
    }
}
