//! One device of a simulated world: an engine on a database of its own, the state of its way to the server, and
//! how its process ends and begins.

use std::path::{Path, PathBuf};

use automerge::ChangeHash;
use sync_engine::engine::{BlobFetch, BlobUpload, DocumentName, Engine, PushBatch};
use sync_engine::ids::{BlobHash, DeviceId, SpaceId};
use sync_engine::session::{Mode, Session};
use sync_engine::store::Durability;

use super::gate::Gate;
use super::random::Random;

/// A request that was not answered yet.
pub(super) struct Waiting {
    pub(super) request: u64,
    pub(super) sent: Sent,
}

pub(super) enum Sent {
    Pull { is_following: bool },
    Push(PushBatch),
    Put(BlobUpload),
    Get(BlobFetch),
    Return(SpaceId),
}

/// A stream that is being read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) stream: u64,
    pub(super) is_following: bool,
}

pub(super) struct SimDevice {
    pub(super) name: String,
    path: PathBuf,
    seed: u64,
    /// None only while the process is down.
    engine: Option<Engine>,
    pub(super) gate: Gate,
    openings: u64,
    backups: usize,
    keeps_entropy: bool,
    pub(super) mode: Mode,
    pub(super) session: Session,
    pub(super) waiting: Option<Waiting>,
    pub(super) reading: Option<Reading>,
    pub(super) asked: Option<(BlobHash, u64)>,
    pub(super) is_online: bool,
    /// How far its clock is off.
    pub(super) skew_ms: i64,
    /// A version of a document that it saw earlier.
    pub(super) seen: Option<(DocumentName, Vec<ChangeHash>)>,
}

impl SimDevice {
    /// Opens the device whose database is at `path`, or makes a new one. `seed` makes its chance.
    pub(super) fn open(name: &str, path: PathBuf, seed: u64, keeps_entropy: bool, mode: Mode) -> Self {
        let mut device = Self {
            name: name.to_owned(),
            path,
            seed,
            engine: None,
            gate: Gate::default(),
            openings: 0,
            backups: 0,
            keeps_entropy,
            mode,
            session: Session::new(mode),
            waiting: None,
            reading: None,
            asked: None,
            is_online: true,
            skew_ms: 0,
            seen: None,
        };
        device.start();
        device
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn id(&self) -> DeviceId {
        self.engine.as_ref().expect("the device runs").device()
    }

    pub(super) fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().expect("the device runs")
    }

    pub(super) fn session_and_engine(&mut self) -> (&mut Session, &mut Engine) {
        (&mut self.session, self.engine.as_mut().expect("the device runs"))
    }

    pub(super) fn now_ms(&self, now_ms: u64) -> i64 {
        now_ms.cast_signed() + self.skew_ms
    }

    /// Ends the process: whatever was not stored is gone.
    pub(super) fn stop(&mut self) {
        self.engine = None;
        self.hang_up();
        self.asked = None;
        self.session = Session::new(self.mode);
    }

    pub(super) fn hang_up(&mut self) {
        self.waiting = None;
        self.reading = None;
    }

    /// Starts the process on the database as it is.
    pub(super) fn start(&mut self) {
        if !self.keeps_entropy {
            self.openings += 1;
        }
        self.gate.revive();
        let name = self.name.bytes().fold(self.openings, |sum, byte| sum.wrapping_mul(257).wrapping_add(byte.into()));
        let mut random = Random::new(self.seed, name);
        let entropy = Box::new(move |bytes: &mut [u8]| random.fill(bytes));
        let mut engine = Engine::open(&self.path, Durability::ProcessOnly, entropy).expect("the device opens");
        engine.set_commit_gate(self.gate.commit_gate());
        self.engine = Some(engine);
    }

    pub(super) fn restart(&mut self) {
        self.stop();
        self.start();
    }

    fn backup(&self, number: usize) -> PathBuf {
        self.path.with_extension(format!("backup-{number}"))
    }

    /// Copies the database, and returns the copy's number.
    pub(super) fn back_up(&mut self) -> usize {
        self.backups += 1;
        let to = self.backup(self.backups);
        self.engine().copy_to(&to).expect("copied");
        self.backups
    }

    /// Puts a copy in the database's place, as a phone's restore does.
    pub(super) fn restore(&mut self, number: usize) {
        self.stop();
        for suffix in ["db-wal", "db-shm"] {
            let _ = std::fs::remove_file(self.path.with_extension(suffix));
        }
        std::fs::copy(self.backup(number), &self.path).expect("copied");
        self.start();
    }
}
