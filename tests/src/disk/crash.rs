//! What is left on a disk whose power is lost: all that was synced, and of the rest whatever chance leaves, torn
//! between sectors and in any order.

use std::collections::BTreeMap;
use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::{Bytes, Image};

/// 512 bytes are written whole or not at all: what every disk promises.
const SECTOR_BYTES: usize = 512;

/// A file, under whatever name or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Node(pub(super) u64);

/// Which file each name stands for.
pub(super) type Names = BTreeMap<String, Node>;

/// One thing that happened to a disk.
#[derive(Clone, Debug)]
pub(super) enum Change {
    Create {
        name: String,
        node: Node,
    },
    Delete {
        name: String,
    },
    Write {
        node: Node,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        node: Node,
        bytes: usize,
    },
    Sync {
        node: Node,
    },
    /// The names are synced.
    SyncNames,
    /// What was not synced before never will be.
    FailedSync {
        node: Node,
    },
}

/// What happened to a disk, from an image on.
#[derive(Clone, Debug)]
pub struct Trace {
    begun: Image,
    changes: Vec<Change>,
}

impl Trace {
    pub(super) fn new(begun: &Image) -> Self {
        Self { begun: begun.clone(), changes: Vec::new() }
    }

    pub(super) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// How often the disk was changed or synced.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Begins to go through it.
    pub fn walk(&self) -> Walk<'_> {
        let (names, files) = numbered(&self.begun);
        let files = files.into_iter().map(|(node, synced)| (node, File { synced, pending: vec![] })).collect();
        Walk { trace: self, done: 0, names, pending_names: vec![], files }
    }
}

/// The names of an image's files and their contents, each under a number.
pub(super) fn numbered(image: &Image) -> (Names, BTreeMap<Node, Bytes>) {
    let nodes = || (0..).map(Node);
    let names = image.keys().cloned().zip(nodes()).collect();
    (names, nodes().zip(image.values().cloned()).collect())
}

/// A moment of a trace: what is safe by then, and what is not.
#[derive(Clone, Debug)]
pub struct Walk<'a> {
    trace: &'a Trace,
    done: usize,
    names: Names,
    pending_names: Vec<&'a Change>,
    files: BTreeMap<Node, File<'a>>,
}

#[derive(Clone, Debug, Default)]
struct File<'a> {
    synced: Bytes,
    pending: Vec<&'a Change>,
}

impl<'a> Walk<'a> {
    /// Goes on to where so many changes have happened; never back.
    pub fn to(&mut self, changes: usize) -> &mut Self {
        for change in &self.trace.changes[self.done..changes.max(self.done)] {
            self.take(change);
        }
        self.done = self.done.max(changes);
        self
    }

    fn take(&mut self, change: &'a Change) {
        match change {
            Change::Create { .. } | Change::Delete { .. } => self.pending_names.push(change),
            Change::Write { node, .. } | Change::Truncate { node, .. } => {
                self.files.entry(*node).or_default().pending.push(change);
            }
            Change::Sync { node } => {
                let file = self.files.entry(*node).or_default();
                std::mem::take(&mut file.pending).into_iter().for_each(|change| apply(&mut file.synced, change));
            }
            Change::SyncNames => {
                std::mem::take(&mut self.pending_names).into_iter().for_each(|change| rename(&mut self.names, change));
            }
            Change::FailedSync { node } => self.files.entry(*node).or_default().pending.clear(),
        }
    }

    /// What is on the disk after the power was lost here, as one of many ways in which that can end.
    pub fn lose_power(&self, seed: u64) -> Image {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let way = Way::ALL[random.next_u32() as usize % Way::ALL.len()];
        let mut names = self.names.clone();
        for change in &self.pending_names {
            if way.keeps(&mut random) {
                rename(&mut names, change);
            }
        }
        let left = names.into_iter().map(|(name, node)| {
            let file = self.files.get(&node).cloned().unwrap_or_default();
            (name, file.left(way, &mut random))
        });
        left.collect()
    }

    /// What is on the disk if nothing reached it that had not been waited for.
    pub fn synced_only(&self) -> Image {
        let bytes = |node| self.files.get(node).map(|file| file.synced.clone()).unwrap_or_default();
        self.names.iter().map(|(name, node)| (name.clone(), bytes(node))).collect()
    }
}

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Nothing,
    /// All of it in its order, and the last of it torn.
    UpToTheLast,
    Some,
    SomeInAnyOrder,
    /// Some sectors of each write.
    Sectors,
}

impl Way {
    const ALL: [Self; 5] = [Self::Nothing, Self::UpToTheLast, Self::Some, Self::SomeInAnyOrder, Self::Sectors];

    fn keeps(self, random: &mut ChaCha8Rng) -> bool {
        match self {
            Self::Nothing => false,
            Self::UpToTheLast => true,
            Self::Some | Self::SomeInAnyOrder | Self::Sectors => is_heads(random),
        }
    }
}

impl File<'_> {
    fn left(mut self, way: Way, random: &mut ChaCha8Rng) -> Bytes {
        if way == Way::SomeInAnyOrder {
            for last in (1..self.pending.len()).rev() {
                self.pending.swap(last, random.next_u32() as usize % (last + 1));
            }
        }
        let last = self.pending.len().saturating_sub(1);
        for (nth, change) in self.pending.iter().enumerate() {
            let is_torn = match way {
                Way::Nothing => false,
                Way::UpToTheLast => nth == last,
                Way::Some | Way::SomeInAnyOrder => random.next_u32().is_multiple_of(8),
                Way::Sectors => true,
            };
            match change {
                Change::Write { at, bytes, .. } if is_torn => {
                    for (at, sector) in sectors(*at, bytes) {
                        if is_heads(random) {
                            write(Arc::make_mut(&mut self.synced), at, sector);
                        }
                    }
                }
                _ if way.keeps(random) => apply(&mut self.synced, change),
                _ => {}
            }
        }
        self.synced
    }
}

/// The parts of a write, none of which crosses the border of a sector.
fn sectors(at: usize, bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let (mut parts, mut at, mut rest) = (Vec::new(), at, bytes);
    while !rest.is_empty() {
        let (part, after) = rest.split_at(rest.len().min(SECTOR_BYTES - at % SECTOR_BYTES));
        parts.push((at, part));
        (at, rest) = (at + part.len(), after);
    }
    parts
}

fn rename(names: &mut Names, change: &Change) {
    match change {
        Change::Create { name, node } => drop(names.insert(name.clone(), *node)),
        Change::Delete { name } => drop(names.remove(name)),
        _ => {}
    }
}

fn apply(file: &mut Bytes, change: &Change) {
    match change {
        Change::Write { at, bytes, .. } => write(Arc::make_mut(file), *at, bytes),
        Change::Truncate { bytes, .. } => Arc::make_mut(file).truncate(*bytes),
        _ => {}
    }
}

/// Writes into a file; what lies between its end and there is zeros.
pub(super) fn write(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}

fn is_heads(random: &mut ChaCha8Rng) -> bool {
    random.next_u32().is_multiple_of(2)
}
