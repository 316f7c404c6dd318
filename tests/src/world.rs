//! One real server on a free port, with a database in a temporary folder, and devices around it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sync_engine::engine::DocumentName;
use sync_engine::ids::{BlobHash, ServerId, SpaceId};
use sync_server::log::{LogWriter, Quota};
use sync_server::server::{Config, Running, Server};
use sync_server::service::Limits;
use sync_server::sqlite::SqliteLog;
use sync_server::tls::Tls;

use crate::device::Device;

/// 22 November 2026, 09:00 UTC, in Unix milliseconds: when every world begins.
pub(crate) const MORNING_MS: u64 = 1_795_338_000_000;

/// What every world's server makes its key of.
pub(crate) const SERVER_SEED: [u8; 32] = [42; 32];

/// A minute: far more than anything here takes on a busy machine.
const FACT_TIMEOUT: Duration = Duration::from_secs(60);

/// A server and the time of day.
pub struct World {
    folder: tempfile::TempDir,
    server: Option<Running>,
    id: ServerId,
    url: String,
    now_ms: Arc<AtomicU64>,
    limits: Limits,
    quota: Quota,
    tls: Tls,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default(), Quota::default(), Tls::Off).await
    }

    pub async fn with(limits: Limits, quota: Quota, tls: Tls) -> Self {
        let mut world = Self::empty(limits, quota, tls);
        world.start_server().await;
        world
    }

    /// A world with a past: the server's database, `server.db`, and those of devices, each by its name.
    pub async fn with_files(files: &[(&str, Vec<u8>)]) -> Self {
        let mut world = Self::empty(Limits::default(), Quota::default(), Tls::Off);
        for (name, bytes) in files {
            std::fs::write(world.folder.path().join(name), bytes).expect("written");
        }
        world.start_server().await;
        world
    }

    fn empty(limits: Limits, quota: Quota, tls: Tls) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let now_ms = Arc::new(AtomicU64::new(MORNING_MS));
        let (id, url) = (ServerId([0; 32]), String::new());
        Self { folder, server: None, id, url, now_ms, limits, quota, tls }
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("server.db")
    }

    /// Starts the server on the database as it is. It keeps its port, so that devices find it again.
    pub async fn start_server(&mut self) {
        let listen = self.url.split_once("://").map_or("127.0.0.1:0", |(_, addr)| addr);
        let running = self.serve(self.database(), listen).await;
        self.id = running.id;
        self.url = running.url.clone();
        self.server = Some(running);
    }

    async fn serve(&self, database: PathBuf, listen: &str) -> Running {
        let now_ms = self.now_ms.clone();
        let config = Config {
            database,
            listen: listen.parse().expect("an address"),
            tls: self.tls.clone(),
            quota: self.quota,
            limits: self.limits,
            clock: Arc::new(move || now_ms.load(Ordering::Relaxed)),
            seed: SERVER_SEED,
        };
        Server::start(config).await.expect("the server starts")
    }

    /// A second server with the same key, and with the log as it is now: what it takes from here on, the first one
    /// never hears of. It ends when it is dropped.
    pub async fn fork(&mut self) -> (Running, String) {
        self.backup_server("fork.db").await;
        let running = self.serve(self.folder.path().join("fork.db"), "127.0.0.1:0").await;
        let url = running.url.clone();
        (running, url)
    }

    /// Ends the server in order.
    pub async fn stop_server(&mut self) {
        if let Some(server) = self.server.take() {
            server.shutdown().await;
        }
    }

    /// Checks every id, signature, digest, chain and payload of the server's log, as the operator's command does.
    pub async fn assert_sound(&mut self) {
        self.stop_server().await;
        let log = SqliteLog::open(&self.database(), self.quota, &SERVER_SEED).expect("the server's log");
        let report = log.reader.verify();
        assert!(report.is_sound(), "{:?}", report.findings);
        drop(log);
        self.start_server().await;
    }

    /// Copies the server's database while it is stopped.
    pub async fn backup_server(&mut self, name: &str) {
        self.stop_server().await;
        std::fs::copy(self.database(), self.folder.path().join(name)).expect("copied");
        self.start_server().await;
    }

    /// Puts an earlier copy in the database's place.
    pub async fn restore_server(&mut self, name: &str) {
        self.stop_server().await;
        for suffix in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(self.folder.path().join(format!("server.db{suffix}")));
        }
        std::fs::copy(self.folder.path().join(name), self.database()).expect("copied");
        self.start_server().await;
    }

    /// Drops what vouched snapshots stand for, as the operator's command does; says how many payloads.
    pub async fn compact_server(&mut self) -> u64 {
        self.stop_server().await;
        let log = SqliteLog::open(&self.database(), self.quota, &SERVER_SEED).expect("the server's log");
        let mut writer = log.writer;
        let (payloads, _) = writer.compact(self.now_ms() + 1).expect("compacted");
        drop(writer);
        self.start_server().await;
        payloads
    }

    /// Streams that are open now.
    pub fn followers(&self) -> usize {
        self.server.as_ref().map_or(0, Running::followers)
    }

    pub fn id(&self) -> ServerId {
        self.id
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn now_ms(&self) -> u64 {
        self.now_ms.load(Ordering::Relaxed)
    }

    /// Lets time pass for everyone.
    pub fn pass_ms(&self, ms: u64) {
        self.now_ms.fetch_add(ms, Ordering::Relaxed);
    }

    /// A new device. Its name makes its key, so a world is the same every time.
    pub fn device(&self, name: &str) -> Device {
        let path = self.folder.path().join(format!("{name}.db"));
        Device::open(name, path, self.id, &self.url, self.now_ms.clone())
    }

    /// Lets a device found spaces on the server, as the operator does.
    pub async fn let_in(&mut self, device: &Device) {
        let secret = device.id().0;
        self.stop_server().await;
        let log = SqliteLog::open(&self.database(), self.quota, &SERVER_SEED).expect("the server's log");
        let mut writer = log.writer;
        writer.add_invite(BlobHash::of(&secret), self.now_ms() + 1_000_000).expect("stored");
        drop(writer);
        self.start_server().await;
        device.driver().enter(&secret).await.expect("let in");
    }

    /// A space that `founder` makes, and in which the others are editors; all of it is on the server.
    pub async fn space(&mut self, founder: &Device, editors: &[&Device]) -> SpaceId {
        self.let_in(founder).await;
        let space = founder.found("المؤتمر الثامن لأقسام العلاقات العامة");
        for editor in editors {
            let link = founder.invite(&space, sync_engine::entry::Role::Editor, 1);
            founder.sync().await;
            editor.join(&link);
            editor.sync().await;
        }
        founder.sync().await;
        space
    }

    /// A note of one paragraph in a space of its own, on every one of these devices and on the server.
    pub async fn shared_note(&mut self, founder: &Device, editors: &[&Device]) -> DocumentName {
        let space = self.space(founder, editors).await;
        let note = founder.note(&space, "الجلسة الافتتاحية");
        founder.append_paragraph(&note, "افتُتِحت الجلسة.");
        founder.sync().await;
        self.settle(editors).await;
        note
    }

    /// Syncs the devices in turn, until none of them has anything new in two rounds.
    pub async fn settle(&self, devices: &[&Device]) {
        for _ in 0..3 {
            for device in devices {
                device.sync().await;
            }
        }
    }
}

/// Waits until `fact` holds. Nothing is slept through: it is asked again as soon as others have had their turn.
pub async fn until(what: &str, mut fact: impl FnMut() -> bool) {
    let deadline = Instant::now() + FACT_TIMEOUT;
    while !fact() {
        assert!(Instant::now() < deadline, "waited in vain until {what}");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Checks that every device shows the same note, with each of these words in it exactly once.
pub fn assert_agree(devices: &[&Device], note: &DocumentName, words: &[&str]) {
    for device in devices {
        let text = device.text(note);
        for word in words {
            assert_eq!(text.matches(word).count(), 1, "{word} on {}: {text}", device.name());
        }
        assert_eq!(text, devices[0].text(note), "{} and {}", device.name(), devices[0].name());
    }
}
