//! Files of what is said, compared word by word. `ANSHI_WRITE_GOLDEN=1` writes them anew: then read what has changed.

use std::fs;
use std::path::Path;

/// What differs between `told` and the golden file at `path`, below the project's folder.
pub fn differs(path: &str, told: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("ANSHI_WRITE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, told).unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    let line = || golden.lines().zip(told.lines()).find(|(golden, told)| golden != told);
    (golden != told).then(|| format!("{}: {:?}: ANSHI_WRITE_GOLDEN=1 writes it anew", path.display(), line()))
}
