//! A simulated world: a server, devices and what lies between them, all of it moved by one seed.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::OnceLock;

use sync_engine::document::Kind;
use sync_engine::engine::{DocumentName, EngineError};
use sync_engine::entry::{Home, Person, Role};
use sync_engine::frame::PageRow;
use sync_engine::ids::{DeviceId, EnvelopeId, SpaceId};
use sync_engine::session::Mode;
use sync_engine::store::CommitFault;
use tempfile::TempDir;

use super::Tally;
use super::custody::{Custody, Holder};
use super::device::SimDevice;
use super::plant::Plant;
use super::random::Random;
use super::server::{Request, SimServer};
use super::token::Token;
use crate::world::MORNING_MS;

/// What ends a seed: something that must not be, in words.
pub(super) type Failure = String;

/// Four devices at most: enough for three opinions and a clone, few enough for a hundred worlds a second.
const DEVICES_MAX: usize = 4;

/// What lies between devices and server. Nothing here keeps its order.
#[derive(Default)]
pub(super) struct Network {
    /// Each with the index of the device that sent it.
    pub(super) requests: Vec<(usize, Request)>,
    /// Each with its device and its request; none as bytes is a refusal.
    pub(super) replies: Vec<(usize, u64, Option<Vec<u8>>)>,
    pub(super) pipes: BTreeMap<u64, Pipe>,
    pub(super) drop_percent: u32,
    pub(super) duplicate_percent: u32,
}

/// One stream's parts on their way, which keep their order.
#[derive(Default)]
pub(super) struct Pipe {
    pub(super) parts: VecDeque<Vec<u8>>,
    pub(super) has_ended: bool,
    pub(super) is_broken: bool,
}

/// Which kinds of trouble a seed has, so that some worlds are calm in all respects but one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    pub(super) crashes: bool,
    pub(super) partitions: bool,
    pub(super) device_restores: bool,
    pub(super) server_restores: bool,
    pub(super) clones: bool,
    pub(super) compaction: bool,
    pub(super) removal: bool,
    pub(super) joins: bool,
}

/// What the admin makes of what a removed device wrote later.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    Admit,
    Refuse,
    Leave,
}

pub(super) struct World {
    pub(super) folder: TempDir,
    pub(super) seed: u64,
    pub(super) random: Random,
    pub(super) plant: Option<Plant>,
    pub(super) is_traced: bool,
    pub(super) now_ms: u64,
    pub(super) server: SimServer,
    pub(super) devices: Vec<SimDevice>,
    pub(super) network: Network,
    pub(super) custody: Custody,
    pub(super) tokens: Vec<Token>,
    pub(super) space: SpaceId,
    pub(super) documents: Vec<DocumentName>,
    pub(super) weather: Weather,
    pub(super) decision: Decision,
    pub(super) removed: BTreeSet<DeviceId>,
    /// What the admin could not refuse, and took in.
    pub(super) built_on: BTreeSet<EnvelopeId>,
    pub(super) server_backups: Vec<usize>,
    pub(super) device_backups: Vec<(usize, usize)>,
    pub(super) requests: u64,
    pub(super) tally: Tally,
}

/// A founded space with its members and one note, from which every world begins.
struct Beginning {
    /// The databases, by their names.
    files: BTreeMap<String, Vec<u8>>,
    space: SpaceId,
    note: DocumentName,
}

impl World {
    /// The world of this seed, before anything has happened.
    pub(super) fn new(seed: u64, plant: Option<Plant>, is_traced: bool) -> Self {
        let beginning = beginning();
        let mut random = Random::new(seed, 0);
        let folder = folder();
        copy(beginning, folder.path(), "server");
        let server = SimServer::open(folder.path().join("server.db"), plant);
        let keeps_entropy = plant == Some(Plant::ActorKept);
        let mut devices = Vec::new();
        for at in 0..2 + random.below(DEVICES_MAX - 1) {
            let name = format!("device-{at}");
            copy(beginning, folder.path(), &name);
            let mode = if random.chance(50) { Mode::Live } else { Mode::Once };
            let path = folder.path().join(format!("{name}.db"));
            let mut device = SimDevice::open(&name, path, seed, keeps_entropy, mode);
            if random.chance(30) {
                device.skew_ms = random.below(600_000) as i64 - 300_000;
            }
            devices.push(device);
        }
        let mut weather = Weather {
            crashes: random.chance(60),
            partitions: random.chance(50),
            device_restores: random.chance(40),
            server_restores: random.chance(40),
            clones: random.chance(15),
            compaction: random.chance(35),
            removal: random.chance(25),
            joins: random.chance(20),
        };
        match plant {
            // These show only where servers go back in time.
            Some(Plant::AcknowledgedIsDone | Plant::DigestNotCompared) => weather.server_restores = true,
            Some(Plant::ActorKept | Plant::OwnRowsAlwaysKnown) => weather.device_restores = true,
            Some(Plant::CoveredDeletedEarly) => weather.compaction = true,
            Some(Plant::RemovalIgnored) => weather.removal = true,
            _ => {}
        }
        let network = Network {
            drop_percent: [0, 5, 20][random.below(3)],
            duplicate_percent: [0, 5, 20][random.below(3)],
            ..Network::default()
        };
        let decision = [Decision::Admit, Decision::Refuse, Decision::Leave][random.below(3)];
        let (space, documents) = (beginning.space, vec![beginning.note]);
        let mut world = Self::with(folder, seed, random, plant, server);
        (world.devices, world.network, world.weather, world.decision) = (devices, network, weather, decision);
        (world.space, world.documents, world.is_traced) = (space, documents, is_traced);
        for row in world.server.rows(&space) {
            let PageRow::Envelope { envelope, .. } = row else { continue };
            let devices = (0..world.devices.len()).map(Holder::Device);
            [Holder::Server].into_iter().chain(devices).for_each(|has| world.custody.add_envelope(has, &envelope));
        }
        world
    }

    fn with(folder: TempDir, seed: u64, random: Random, plant: Option<Plant>, server: SimServer) -> Self {
        let weather = Weather {
            crashes: false,
            partitions: false,
            device_restores: false,
            server_restores: false,
            clones: false,
            compaction: false,
            removal: false,
            joins: false,
        };
        Self {
            folder,
            seed,
            random,
            plant,
            is_traced: false,
            now_ms: MORNING_MS,
            server,
            devices: vec![],
            network: Network::default(),
            custody: Custody::default(),
            tokens: vec![],
            space: SpaceId([0; 32]),
            documents: vec![],
            weather,
            decision: Decision::Leave,
            removed: BTreeSet::new(),
            built_on: BTreeSet::new(),
            server_backups: vec![],
            device_backups: vec![],
            requests: 0,
            tally: Tally::default(),
        }
    }

    pub(super) fn has(&self, plant: Plant) -> bool {
        self.plant == Some(plant)
    }

    pub(super) fn trace(&self, line: impl FnOnce() -> String) {
        if self.is_traced {
            println!("{:>9} ms  {}", self.now_ms - MORNING_MS, line());
        }
    }

    pub(super) fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    pub(super) fn home(&self) -> Home {
        Home { server: self.server.id(), url: "http://sim".into() }
    }

    /// What an engine's call came to, when a commit in it may have gone wrong: none if one did, and the process
    /// runs again then. Every other error is a failure of the world.
    pub(super) fn survived<T>(&mut self, at: usize, result: Result<T, EngineError>) -> Result<Option<T>, Failure> {
        match (self.devices[at].gate.take_fired(), result) {
            (Some(CommitFault::Full), _) => {
                self.count("disk full");
                self.trace(|| format!("device {at}: the disk is full"));
                Ok(None)
            }
            (Some(fault), _) => {
                self.count(if fault == CommitFault::CrashAfter { "crash after commit" } else { "crash before commit" });
                self.trace(|| format!("device {at}: {fault:?}"));
                self.devices[at].restart();
                Ok(None)
            }
            (None, Ok(value)) => Ok(Some(value)),
            (None, Err(error)) => Err(format!("device {at}: {error}")),
        }
    }

    /// A copy of a device's database, running beside it.
    pub(super) fn clone_device(&mut self, at: usize) {
        let number = self.devices[at].back_up();
        let name = format!("device-{}", self.devices.len());
        let path = self.folder.path().join(format!("{name}.db"));
        std::fs::rename(self.devices[at].path().with_extension(format!("backup-{number}")), &path).expect("renamed");
        let mode = self.devices[at].mode;
        self.devices.push(SimDevice::open(&name, path, self.seed, false, mode));
        self.custody.copy(Holder::Device(at), Holder::Device(self.devices.len() - 1));
    }

    pub(super) fn add_device(&mut self) -> usize {
        let name = format!("device-{}", self.devices.len());
        let path = self.folder.path().join(format!("{name}.db"));
        self.devices.push(SimDevice::open(&name, path, self.seed, false, Mode::Once));
        self.devices.len() - 1
    }
}

pub(super) fn person(name: &str) -> Person {
    Person { name: name.into(), organisation: "قسم العلاقات".into() }
}

/// A folder in memory, where there is such a thing.
fn folder() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() };
    made.expect("a temporary folder")
}

fn copy(from: &Beginning, to: &Path, name: &str) {
    std::fs::write(to.join(format!("{name}.db")), &from.files[name]).expect("copied");
}

/// Made once: a founder, three editors and a note, all of it on the server and on every device.
fn beginning() -> &'static Beginning {
    static BEGINNING: OnceLock<Beginning> = OnceLock::new();
    BEGINNING.get_or_init(|| {
        let folder = folder();
        let server = SimServer::open(folder.path().join("server.db"), None);
        let mut world = World::with(folder, u64::MAX, Random::new(u64::MAX, 0), None, server);
        for _ in 0..DEVICES_MAX {
            world.add_device();
        }
        let (home, now_ms) = (world.home(), world.now_ms);
        let founder = world.devices[0].id();
        world.server.let_in(founder, now_ms);
        let founded = world.devices[0].engine().found("المؤتمر الثامن", person("النجف"), Some(home)).expect("founded");
        world.space = founded.space;
        let expires_ms = now_ms + (1 << 40);
        let link = world.devices[0].engine().invite(&founded.space, Role::Editor, 3, expires_ms).expect("an invite");
        let note = world.devices[0].engine().create(&founded.space, Kind::Note, "محضر", now_ms.cast_signed());
        let note = note.expect("a note");
        for at in 1..DEVICES_MAX {
            world.devices[at].engine().join(&link, person("الكوفة")).expect("joined");
        }
        for _ in 0..3 {
            for at in 0..DEVICES_MAX {
                world.sync(at).expect("the beginning syncs");
            }
        }
        let (space, folder) = (world.space, world.folder);
        // Closing the databases leaves each in one file.
        drop((world.devices, world.server));
        let names = (0..DEVICES_MAX).map(|at| format!("device-{at}")).chain(["server".into()]);
        let read = |name: String| {
            let bytes = std::fs::read(folder.path().join(format!("{name}.db"))).expect("a database");
            (name, bytes)
        };
        Beginning { files: names.map(read).collect(), space, note }
    })
}
