//! Waits until somebody changes a file in one of some folders: the operating system's notices, for a developer's tool that goes on
//! by itself. Never reads a file; what concerns the caller, the caller says.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

/// An editor writes a file in several steps, and a person saves several files: so long nothing must happen.
const QUIET: Duration = Duration::from_millis(200);

/// What has changed since this was made.
pub struct Changes {
    heard: Receiver<()>,
    _watcher: RecommendedWatcher,
}

impl Changes {
    /// Hears of files in these folders, not in those below them, for which `concerns` is true.
    pub fn watch(folders: &[PathBuf], concerns: impl Fn(&Path) -> bool + Send + 'static) -> io::Result<Self> {
        let (say, heard) = channel();
        let hear = move |event: notify::Result<Event>| {
            let changed = match &event {
                // To look at a file is not to change it.
                Ok(event) if matches!(event.kind, EventKind::Access(_)) => false,
                Ok(event) => event.paths.iter().any(|path| concerns(path)),
                // Notices were lost: better once too often.
                Err(_) => true,
            };
            if changed {
                let _ = say.send(());
            }
        };
        let mut watcher = notify::recommended_watcher(hear).map_err(io::Error::other)?;
        for folder in folders {
            watcher.watch(folder, RecursiveMode::NonRecursive).map_err(io::Error::other)?;
        }
        Ok(Self { heard, _watcher: watcher })
    }

    /// Comes back once something has changed, and nothing more for a moment.
    pub fn wait(&self) -> io::Result<()> {
        self.heard.recv().map_err(io::Error::other)?;
        while self.heard.recv_timeout(QUIET).is_ok() {}
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_change_is_heard_and_a_look_or_what_does_not_concern_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let (source, other) = (folder.path().join("lib.rs"), folder.path().join("other.o"));
        fs::write(&source, "a").unwrap();
        let concerns = |path: &Path| path.extension().is_some_and(|extension| extension == "rs");
        let changes = Changes::watch(&[folder.path().to_owned()], concerns).unwrap();
        fs::read(&source).unwrap();
        fs::write(&other, "b").unwrap();
        assert!(changes.heard.recv_timeout(QUIET).is_err(), "nothing has changed that concerns anybody");
        fs::write(&source, "b").unwrap();
        changes.wait().unwrap();
        // Replaced, as editors do.
        fs::write(&other, "c").unwrap();
        fs::rename(&other, &source).unwrap();
        changes.wait().unwrap();
        fs::remove_file(&source).unwrap();
        changes.wait().unwrap();
    }
}
