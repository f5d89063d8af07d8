//! A disk with a cache, rebuilt from the journal of calls: what is on it for good, and what is only in the cache
//! until the file, or for a name the folder, is synced. A power cut keeps the first and some of the second.

use std::collections::hash_map::DefaultHasher;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::shim::Record;
use crate::crash::Dice;

const SECTOR_BYTES: usize = 512;

type Names = BTreeMap<String, usize>;

#[derive(Clone)]
enum Change {
    Write(usize, Vec<u8>),
    Size(usize),
}

#[derive(Clone)]
enum Node {
    File {
        kept: Vec<u8>,
        now: Vec<u8>,
        unsynced: Vec<Change>,
        /// The file that this one still is, if the run has not changed it.
        untouched: Option<PathBuf>,
    },
    Folder {
        kept: Names,
        now: Names,
    },
}

/// A name given or taken; a rename is both at once.
type NameChange = Vec<(usize, String, Option<usize>)>;

/// What a power cut leaves of what was not synced.
#[derive(Clone, Copy, Debug)]
pub enum Cut {
    /// Nothing.
    Strict,
    /// Everything: the process was killed, the machine lives on.
    Kill,
    /// Any part of it: writes whole, in part or not at all, names in any order.
    Mixed(u64),
}

/// The disk below one folder, and what the world outside it has been told.
#[derive(Clone)]
pub struct Disk {
    root: PathBuf,
    nodes: Vec<Node>,
    inodes: HashMap<u64, usize>,
    pending: Vec<NameChange>,
    /// The files that the world has, by their path below the root.
    world: BTreeMap<PathBuf, Vec<u8>>,
    world_inodes: HashMap<u64, PathBuf>,
}

fn change(bytes: &mut Vec<u8>, change: &Change) {
    match change {
        Change::Size(size) => bytes.resize(*size, 0),
        Change::Write(from, data) => {
            bytes.resize(bytes.len().max(from + data.len()), 0);
            bytes[*from..from + data.len()].copy_from_slice(data);
        }
    }
}

impl Disk {
    /// The disk in `root`: everything there whose name begins with `home`, all of it durable.
    pub fn load(root: &Path, base: &Path) -> Self {
        let (nodes, inodes) = (Vec::new(), HashMap::new());
        let (world, world_inodes) = (BTreeMap::new(), HashMap::new());
        let mut disk = Self { root: root.to_owned(), nodes, inodes, pending: Vec::new(), world, world_inodes };
        disk.nodes.push(Node::Folder { kept: Names::new(), now: Names::new() });
        disk.inodes.insert(fs::metadata(root).unwrap().ino(), 0);
        let homes: Names = disk.children(root, base).into_iter().filter(|(name, _)| name.starts_with("home")).collect();
        disk.nodes[0] = Node::Folder { kept: homes.clone(), now: homes };
        disk
    }

    fn children(&mut self, folder: &Path, base: &Path) -> Names {
        let mut names = Names::new();
        for entry in fs::read_dir(folder).unwrap() {
            let (entry, name) = entry.map(|entry| (entry.path(), entry.file_name().into_string().unwrap())).unwrap();
            let base = base.join(&name);
            let node = if entry.is_dir() {
                let now = self.children(&entry, &base);
                Node::Folder { kept: now.clone(), now }
            } else {
                let bytes = fs::read(&entry).unwrap();
                Node::File { kept: bytes.clone(), now: bytes, unsynced: Vec::new(), untouched: Some(base) }
            };
            self.nodes.push(node);
            self.inodes.insert(fs::symlink_metadata(&entry).unwrap().ino(), self.nodes.len() - 1);
            names.insert(name, self.nodes.len() - 1);
        }
        names
    }

    /// The folder and the name of a path.
    fn locate(&self, path: &Path) -> (usize, String) {
        let below = path.strip_prefix(&self.root).unwrap();
        let name = below.file_name().unwrap().to_str().unwrap().to_owned();
        let folders = below.parent().unwrap().iter();
        let folder = folders.fold(0, |folder, name| self.names(folder)[name.to_str().unwrap()]);
        (folder, name)
    }

    fn names(&self, folder: usize) -> &Names {
        match &self.nodes[folder] {
            Node::Folder { now, .. } => now,
            Node::File { .. } => panic!("not a folder"),
        }
    }

    fn name(&mut self, changes: NameChange) {
        for (folder, name, node) in &changes {
            let Node::Folder { now, .. } = &mut self.nodes[*folder] else { panic!("not a folder") };
            set(now, name, *node);
        }
        self.pending.push(changes);
    }

    fn write(&mut self, inode: u64, new: Change) {
        let Node::File { now, unsynced, untouched, .. } = &mut self.nodes[self.inodes[&inode]] else {
            panic!("not a file")
        };
        change(now, &new);
        unsynced.push(new);
        *untouched = None;
    }

    fn sync(&mut self, inode: u64) {
        let node = self.inodes[&inode];
        match &mut self.nodes[node] {
            Node::File { kept, unsynced, .. } => unsynced.drain(..).for_each(|new| change(kept, &new)),
            Node::Folder { .. } => {
                let synced = self.take_pending(node);
                for (folder, name, child) in synced.into_iter().flatten() {
                    let Node::Folder { kept, .. } = &mut self.nodes[folder] else { panic!("not a folder") };
                    set(kept, &name, child);
                }
            }
        }
    }

    /// What syncing the folder makes durable: the changes that touch it, and those before them of the same names. A
    /// file that was made in one folder and moved to another is moved for good once the other is synced: its first name,
    /// which was never synced, cannot come back.
    fn take_pending(&mut self, folder: usize) -> Vec<NameChange> {
        let (mut synced, mut waiting) = (Vec::new(), Vec::new());
        let mut settled = HashSet::new();
        for changes in std::mem::take(&mut self.pending).into_iter().rev() {
            let name = |change: &(usize, String, Option<usize>)| (change.0, change.1.clone());
            if changes.iter().any(|change| change.0 == folder || settled.contains(&name(change))) {
                settled.extend(changes.iter().map(name));
                synced.push(changes);
            } else {
                waiting.push(changes);
            }
        }
        self.pending = waiting.into_iter().rev().collect();
        synced.reverse();
        synced
    }

    /// One more call; whether it changed what a cut after it could leave, or what the world knows.
    pub fn apply(&mut self, record: &Record) -> bool {
        if record.in_world() {
            return self.tell(record);
        }
        // A failed write may have done half.
        if record.failed() && record.op != 'w' {
            return false;
        }
        let offset = record.offset as usize;
        match record.op {
            'o' if record.created() => {
                let node = Node::File { kept: Vec::new(), now: Vec::new(), unsynced: Vec::new(), untouched: None };
                self.add(record, node);
            }
            'o' if record.truncated() => self.write(record.inode, Change::Size(0)),
            'm' => self.add(record, Node::Folder { kept: Names::new(), now: Names::new() }),
            'w' => self.write(record.inode, Change::Write(offset, record.data.clone())),
            't' => self.write(record.inode, Change::Size(offset)),
            's' => self.sync(record.inode),
            'u' => {
                let (folder, name) = self.locate(&record.path);
                self.name(vec![(folder, name, None)]);
            }
            'r' | 'l' => {
                let (from, old) = self.locate(&record.path);
                let (to, new) = self.locate(&record.other);
                let node = self.names(from)[&old];
                let taken = (record.op == 'r').then_some((from, old, None));
                self.name(taken.into_iter().chain([(to, new, Some(node))]).collect());
            }
            _ => return false,
        }
        true
    }

    fn add(&mut self, record: &Record, node: Node) {
        let (folder, name) = self.locate(&record.path);
        self.nodes.push(node);
        self.inodes.insert(record.inode, self.nodes.len() - 1);
        self.name(vec![(folder, name, Some(self.nodes.len() - 1))]);
    }

    fn tell(&mut self, record: &Record) -> bool {
        match record.op {
            'o' => {
                let path = record.path.strip_prefix(&self.root).unwrap().to_owned();
                self.world_inodes.insert(record.inode, path.clone());
                self.world.insert(path, Vec::new());
            }
            'w' => self.world.get_mut(&self.world_inodes[&record.inode]).unwrap().extend_from_slice(&record.data),
            _ => {}
        }
        record.op == 'w'
    }

    /// What a cut leaves, as files by their path below the root; `None` is a folder.
    fn left(&self, cut: Cut) -> BTreeMap<PathBuf, Option<(Vec<u8>, Option<&Path>)>> {
        let mut dice = Dice(if let Cut::Mixed(seed) = cut { seed } else { 0 });
        let mut survives = move || match cut {
            Cut::Strict => false,
            Cut::Kill => true,
            Cut::Mixed(_) => dice.below(2) == 0,
        };
        let folder = |node: &Node| if let Node::Folder { kept, .. } = node { kept.clone() } else { Names::new() };
        let mut folders: Vec<Names> = self.nodes.iter().map(folder).collect();
        for changes in &self.pending {
            if survives() {
                changes.iter().for_each(|(folder, name, node)| set(&mut folders[*folder], name, *node));
            }
        }
        let mut left = BTreeMap::new();
        let mut open = vec![(PathBuf::new(), 0)];
        while let Some((path, index)) = open.pop() {
            match &self.nodes[index] {
                Node::Folder { .. } => {
                    open.extend(folders[index].iter().map(|(name, node)| (path.join(name), *node)));
                    left.insert(path, None);
                }
                Node::File { kept, unsynced, untouched, .. } => {
                    let mut bytes = kept.clone();
                    for new in unsynced {
                        match new {
                            Change::Size(_) if survives() => change(&mut bytes, new),
                            Change::Size(_) => {}
                            Change::Write(from, data) => torn(*from, data, &mut survives)
                                .into_iter()
                                .for_each(|(from, data)| change(&mut bytes, &Change::Write(from, data))),
                        }
                    }
                    left.insert(path, Some((bytes, untouched.as_deref())));
                }
            }
        }
        left
    }

    /// Lays down in `root` what a cut leaves, and what the world was told by then.
    pub fn lay_down(&self, cut: Cut, root: &Path) {
        for (path, file) in self.left(cut) {
            let to = root.join(&path);
            match file {
                None => fs::create_dir_all(&to).unwrap(),
                Some((_, Some(base))) if fs::metadata(base).unwrap().permissions().readonly() => {
                    fs::hard_link(base, &to).unwrap();
                }
                Some((bytes, _)) => {
                    fs::write(&to, bytes).unwrap();
                    let mode = if path.parent().is_some_and(|folder| folder.ends_with("keys")) { 0o600 } else { 0o644 };
                    fs::set_permissions(&to, fs::Permissions::from_mode(mode)).unwrap();
                }
            }
        }
        for (path, text) in &self.world {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
    }

    /// The same for two cuts that leave the same and have told the same.
    pub fn fingerprint(&self, cut: Cut) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.world.hash(&mut hasher);
        for (path, file) in self.left(cut) {
            let untouched = file.as_ref().is_some_and(|(_, base)| base.is_some());
            (path, untouched, file.filter(|_| !untouched).map(|(bytes, _)| bytes)).hash(&mut hasher);
        }
        hasher.finish()
    }

    /// Whether the model is what really lies in the root; of a mapped file the shim sees nothing.
    pub fn assert_is_real(&self) {
        let mut expected = self.left(Cut::Kill);
        let mut open: Vec<PathBuf> = ["home", "home.mirror"].iter().map(|name| self.root.join(name)).collect();
        while let Some(path) = open.pop() {
            if !path.exists() {
                continue;
            }
            let below = path.strip_prefix(&self.root).unwrap().to_owned();
            let file = expected.remove(&below).unwrap_or_else(|| panic!("`{}` was not seen", below.display()));
            match file {
                None => open.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path())),
                Some(_) if below.to_str().unwrap().ends_with("-shm") => {}
                Some((bytes, _)) => assert!(bytes == fs::read(&path).unwrap(), "`{}` is another", below.display()),
            }
        }
        expected.remove(Path::new(""));
        assert!(expected.is_empty(), "gone: {:?}", expected.keys());
    }
}

fn set(names: &mut Names, name: &str, node: Option<usize>) {
    match node {
        Some(node) => drop(names.insert(name.to_owned(), node)),
        None => drop(names.remove(name)),
    }
}

/// The sectors of a write that survive.
fn torn(from: usize, data: &[u8], survives: &mut impl FnMut() -> bool) -> Vec<(usize, Vec<u8>)> {
    let whole = survives();
    let mut parts = Vec::new();
    let mut at = 0;
    while at < data.len() {
        let end = data.len().min(at + SECTOR_BYTES - (from + at) % SECTOR_BYTES);
        if whole || (survives() && survives()) {
            parts.push((from + at, data[at..end].to_vec()));
        }
        at = end;
    }
    parts
}
