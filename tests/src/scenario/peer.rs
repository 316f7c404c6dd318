//! A device of a scenario: an engine on a real disk and under the real clock, behind the relay.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::document::Kind;
use sync_engine::driver::{Driver, Report};
use sync_engine::engine::{DocumentName, Engine};
use sync_engine::entry::{Home, Person, Role};
use sync_engine::http::Http;
use sync_engine::ids::{BlobHash, SpaceId};
use sync_engine::link::InviteLink;
use sync_engine::session::Mode;
use sync_engine::store::{DatabaseKey, Durability};

use super::{ScenarioError, now_ms};

/// Invites of a scenario hold for an hour.
const INVITE_MS: u64 = 3_600_000;

/// One device.
pub(super) struct Peer {
    name: String,
    path: PathBuf,
    home: Home,
    http: Http,
    opened: u64,
    engine: Arc<Mutex<Engine>>,
}

impl Peer {
    /// Opens the device in `path`, with every commit on the disk before it returns.
    pub(super) fn open(name: &str, path: PathBuf, home: Home) -> Result<Self, ScenarioError> {
        let engine = Arc::new(Mutex::new(open_engine(name, &path, 0, Durability::Full)?));
        let http = http(&home)?;
        Ok(Self { name: name.to_owned(), path, home, http, opened: 0, engine })
    }

    /// Closes the device and opens it again. `ProcessOnly` is for making ready what is then measured.
    pub(super) fn reopen(self, durability: Durability) -> Result<Self, ScenarioError> {
        let Self { name, path, home, http, opened, engine } = self;
        // The database is closed first, as between two starts of an app.
        drop(engine);
        let opened = opened + 1;
        let engine = Arc::new(Mutex::new(open_engine(&name, &path, opened, durability)?));
        Ok(Self { name, path, home, http, opened, engine })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn engine(&self) -> MutexGuard<'_, Engine> {
        self.engine.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new way to the server, with connections of its own.
    pub(super) fn driver(&self, mode: Mode) -> Result<Driver, ScenarioError> {
        Ok(Driver::new(self.engine.clone(), self.http.clone(), Arc::new(now_ms), mode))
    }

    /// From here on another way leads to the same server.
    pub(super) fn go_by(&mut self, addr: &SocketAddr) -> Result<(), ScenarioError> {
        self.home.url = format!("http://{addr}");
        self.disconnect()
    }

    /// Whether something is still to be sent or fetched.
    pub(super) fn has_work(&self, space: &SpaceId) -> Result<bool, ScenarioError> {
        let engine = self.engine();
        Ok(engine.has_outbox(space)? || engine.has_upload(space)? || engine.has_fetch(space)?)
    }

    /// Forgets the open connections: the next request makes a new one.
    pub(super) fn disconnect(&mut self) -> Result<(), ScenarioError> {
        self.http = http(&self.home)?;
        Ok(())
    }

    pub(super) async fn sync(&self) -> Result<Report, ScenarioError> {
        Ok(self.driver(Mode::Once)?.sync().await?)
    }

    /// Founds a space on the server, which lets this device in by `secret`.
    pub(super) async fn found(&self, secret: &[u8]) -> Result<SpaceId, ScenarioError> {
        self.driver(Mode::Once)?.enter(secret).await?;
        let founding = self.engine().found("المؤتمر الثامن", self.person(), Some(self.home.clone()))?;
        self.sync().await?;
        Ok(founding.space)
    }

    pub(super) async fn invite(&self, space: &SpaceId) -> Result<InviteLink, ScenarioError> {
        self.invite_many(space, 1).await
    }

    /// A link that so many devices can join by.
    pub(super) async fn invite_many(&self, space: &SpaceId, devices: u32) -> Result<InviteLink, ScenarioError> {
        let link = self.engine().invite(space, Role::Editor, devices, now_ms() + INVITE_MS)?;
        self.sync().await?;
        Ok(link)
    }

    pub(super) fn join(&self, link: &InviteLink) -> Result<(), ScenarioError> {
        Ok(self.engine().join(link, self.person())?)
    }

    pub(super) fn note(&self, space: &SpaceId, title: &str) -> Result<DocumentName, ScenarioError> {
        Ok(self.engine().create(space, Kind::Note, title, now_ms().cast_signed())?)
    }

    /// How far this device has read the space's log.
    pub(super) fn position(&self, space: &SpaceId) -> Result<u64, ScenarioError> {
        let spaces = self.engine().spaces()?;
        Ok(spaces.iter().find(|row| row.space == *space).map_or(0, |row| row.cursor.position.0))
    }

    /// The versions of all its documents, in one number that two devices with the same documents share.
    pub(super) fn fingerprint(&self) -> Result<BlobHash, ScenarioError> {
        let mut engine = self.engine();
        let mut names: Vec<DocumentName> = engine
            .documents(None)?
            .into_iter()
            .map(|info| DocumentName { space: info.space, document: info.document })
            .collect();
        names.sort();
        let mut bytes = Vec::new();
        for name in names {
            let mut heads = engine.heads(&name)?;
            heads.sort();
            bytes.extend_from_slice(name.document.as_bytes());
            bytes.extend(heads.iter().flat_map(|head| head.0));
        }
        Ok(BlobHash::of(&bytes))
    }

    fn person(&self) -> Person {
        Person { name: self.name.clone(), organisation: String::new() }
    }
}

fn http(home: &Home) -> Result<Http, ScenarioError> {
    Ok(Http::new(&home.url, home.server).map_err(sync_engine::driver::DriverError::from)?)
}

/// Where it is set, devices' databases are encrypted.
const ENCRYPTED: &str = "MULTAQA_ENCRYPTED";
const KEY: [u8; 32] = [7; 32];

/// SQLCipher's word for the devices' key, if they have one.
pub(super) fn key() -> Option<String> {
    std::env::var_os(ENCRYPTED).map(|_| format!("x'{}'", data_encoding::HEXLOWER.encode(&KEY)))
}

fn open_engine(name: &str, path: &Path, nth: u64, durability: Durability) -> Result<Engine, ScenarioError> {
    // Every device and every opening draws other numbers, and every run the same.
    let mut seed = BlobHash::of(name.as_bytes()).0;
    seed[..8].iter_mut().zip(nth.to_be_bytes()).for_each(|(byte, of)| *byte ^= of);
    let mut random = ChaCha8Rng::from_seed(seed);
    let entropy = Box::new(move |bytes: &mut [u8]| random.fill_bytes(bytes));
    match key() {
        Some(_) => Ok(Engine::open_encrypted(path, &DatabaseKey::Random(KEY), durability, entropy)?),
        None => Ok(Engine::open(path, durability, entropy)?),
    }
}
