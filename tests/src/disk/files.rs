//! The files of one disk as whoever uses it sees them, and the one place where its calls are counted and fail.

use std::collections::BTreeMap;
use std::ffi::c_int;
use std::sync::Arc;

use rusqlite::ffi;

use super::crash::{Change, Names, Node, Trace, numbered, write};
use super::locks::{HandleId, Locks, Shared};
use super::{Bytes, Code, Fault, Image};

/// Files whose names SQLite has synced with them, when it has made them and syncs them first.
const JOURNALS: c_int = ffi::SQLITE_OPEN_MAIN_JOURNAL | ffi::SQLITE_OPEN_SUPER_JOURNAL | ffi::SQLITE_OPEN_WAL;

/// What was opened.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handle {
    node: Node,
    id: HandleId,
}

#[derive(Debug)]
pub(super) struct Files {
    pub(super) calls: u64,
    pub(super) fault: Option<(u64, Fault)>,
    pub(super) is_full: bool,
    pub(super) is_lying: bool,
    pub(super) trace: Trace,
    names: Names,
    files: BTreeMap<Node, File>,
    /// Handles whose first sync is one of the names, too.
    new_journals: Vec<HandleId>,
    next: u64,
}

#[derive(Debug, Default)]
struct File {
    bytes: Bytes,
    /// Nothing of a file without a name outlives its process.
    is_nameless: bool,
    locks: Locks,
    shared: Shared,
}

impl Files {
    pub(super) fn new(image: &Image) -> Self {
        let (names, files) = numbered(image);
        let next = names.len() as u64;
        let files = files.into_iter().map(|(node, bytes)| (node, File { bytes, ..File::default() })).collect();
        Self {
            calls: 0,
            fault: None,
            is_full: false,
            is_lying: false,
            trace: Trace::new(image),
            names,
            files,
            new_journals: vec![],
            next,
        }
    }

    /// Counts a call, which fails if its turn has come.
    fn call(&mut self) -> Result<(), Code> {
        self.calls += 1;
        match self.fault {
            Some((at, fault)) if at == self.calls => {
                self.fault = None;
                Err(fault.code())
            }
            _ => Ok(()),
        }
    }

    pub(super) fn open(&mut self, name: Option<&str>, flags: c_int) -> Result<Handle, Code> {
        self.call()?;
        let known = name.and_then(|name| self.names.get(name)).copied();
        let makes = flags & ffi::SQLITE_OPEN_CREATE != 0;
        let node = match (known, name) {
            (Some(node), _) => node,
            (None, Some(_)) if !makes => return Err(ffi::SQLITE_CANTOPEN),
            (None, Some(_)) if self.is_full => return Err(ffi::SQLITE_FULL),
            (None, name) => {
                let node = Node(self.number());
                self.files.insert(node, File { is_nameless: name.is_none(), ..File::default() });
                if let Some(name) = name {
                    self.names.insert(name.to_owned(), node);
                    self.trace.push(Change::Create { name: name.to_owned(), node });
                }
                node
            }
        };
        let handle = Handle { node, id: HandleId(self.number()) };
        if makes && flags & JOURNALS != 0 {
            self.new_journals.push(handle.id);
        }
        Ok(handle)
    }

    pub(super) fn close(&mut self, handle: Handle) {
        if let Some(file) = self.files.get_mut(&handle.node) {
            file.locks.close(handle.id);
            file.shared.leave(handle.id);
        }
    }

    pub(super) fn delete(&mut self, name: &str, syncs_names: bool) -> Result<(), Code> {
        self.call()?;
        self.names.remove(name).ok_or(ffi::SQLITE_IOERR_DELETE_NOENT)?;
        self.trace.push(Change::Delete { name: name.to_owned() });
        if syncs_names && !self.is_lying {
            self.trace.push(Change::SyncNames);
        }
        Ok(())
    }

    pub(super) fn exists(&mut self, name: &str) -> Result<bool, Code> {
        self.call()?;
        Ok(self.names.contains_key(name))
    }

    /// Fills `into` from there; what lies past the file's end is zeros, and said.
    pub(super) fn read(&mut self, handle: Handle, at: usize, into: &mut [u8]) -> Result<(), Code> {
        self.call()?;
        let bytes = &self.file(handle)?.bytes;
        let rest = bytes.get(at..).unwrap_or_default();
        let read = rest.len().min(into.len());
        into[..read].copy_from_slice(&rest[..read]);
        into[read..].fill(0);
        if read < into.len() { Err(ffi::SQLITE_IOERR_SHORT_READ) } else { Ok(()) }
    }

    pub(super) fn write(&mut self, handle: Handle, at: usize, bytes: &[u8]) -> Result<(), Code> {
        match self.call() {
            Ok(()) if self.is_full => Err(ffi::SQLITE_FULL),
            Ok(()) => self.put(handle, at, bytes),
            Err(code) => {
                self.put(handle, at, &bytes[..bytes.len() / 2])?;
                Err(code)
            }
        }
    }

    fn put(&mut self, handle: Handle, at: usize, bytes: &[u8]) -> Result<(), Code> {
        let file = self.file(handle)?;
        write(Arc::make_mut(&mut file.bytes), at, bytes);
        if !file.is_nameless {
            self.trace.push(Change::Write { node: handle.node, at, bytes: bytes.to_vec() });
        }
        Ok(())
    }

    pub(super) fn truncate(&mut self, handle: Handle, bytes: usize) -> Result<(), Code> {
        self.call()?;
        let file = self.file(handle)?;
        Arc::make_mut(&mut file.bytes).truncate(bytes);
        if !file.is_nameless {
            self.trace.push(Change::Truncate { node: handle.node, bytes });
        }
        Ok(())
    }

    pub(super) fn sync(&mut self, handle: Handle) -> Result<(), Code> {
        let Handle { node, id } = handle;
        if let Err(code) = self.call() {
            if code == Fault::Sync.code() {
                self.trace.push(Change::FailedSync { node });
            }
            return Err(code);
        }
        if self.file(handle)?.is_nameless || self.is_lying {
            return Ok(());
        }
        self.trace.push(Change::Sync { node });
        if self.new_journals.contains(&id) {
            self.new_journals.retain(|new| *new != id);
            self.trace.push(Change::SyncNames);
        }
        Ok(())
    }

    pub(super) fn size(&mut self, handle: Handle) -> Result<usize, Code> {
        self.call()?;
        Ok(self.file(handle)?.bytes.len())
    }

    pub(super) fn lock(&mut self, handle: Handle, level: c_int) -> Result<(), Code> {
        self.call()?;
        if self.file(handle)?.locks.raise(handle.id, level) { Ok(()) } else { Err(ffi::SQLITE_BUSY) }
    }

    pub(super) fn unlock(&mut self, handle: Handle, level: c_int) -> Result<(), Code> {
        self.file(handle)?.locks.lower(handle.id, level);
        Ok(())
    }

    pub(super) fn is_reserved(&mut self, handle: Handle) -> Result<bool, Code> {
        self.call()?;
        Ok(self.file(handle)?.locks.is_reserved())
    }

    /// The start of a part of the shared memory; none where it is not there and is not to be made.
    pub(super) fn region(
        &mut self,
        handle: Handle,
        nth: usize,
        bytes: usize,
        makes: bool,
    ) -> Result<Option<*const u8>, Code> {
        self.call()?;
        Ok(self.file(handle)?.shared.region(handle.id, nth, bytes, makes))
    }

    pub(super) fn take_slots(
        &mut self,
        handle: Handle,
        slots: std::ops::Range<usize>,
        is_alone: bool,
    ) -> Result<(), Code> {
        self.call()?;
        if self.file(handle)?.shared.take(handle.id, slots, is_alone) { Ok(()) } else { Err(ffi::SQLITE_BUSY) }
    }

    pub(super) fn release_slots(&mut self, handle: Handle, slots: std::ops::Range<usize>) -> Result<(), Code> {
        self.file(handle)?.shared.release(handle.id, slots);
        Ok(())
    }

    pub(super) fn leave(&mut self, handle: Handle) -> Result<(), Code> {
        self.file(handle)?.shared.leave(handle.id);
        Ok(())
    }

    fn file(&mut self, handle: Handle) -> Result<&mut File, Code> {
        self.files.get_mut(&handle.node).ok_or(ffi::SQLITE_INTERNAL)
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }
}
