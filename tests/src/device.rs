//! One device of a world: an engine on a database of its own, and what a person does with it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::document::{self, Block, Kind};
use sync_engine::driver::{Driver, DriverError, Report};
use sync_engine::engine::{DocumentName, Engine};
use sync_engine::entry::{Home, Person, Role};
use sync_engine::http::Http;
use sync_engine::ids::{DeviceId, ServerId, SpaceId};
use sync_engine::link::InviteLink;
use sync_engine::session::Mode;
use sync_engine::store::Durability;

/// An hour, in milliseconds.
pub const fn hour(hours: u64) -> u64 {
    hours * 3_600_000
}

/// A person's device.
pub struct Device {
    name: String,
    path: PathBuf,
    server: ServerId,
    url: Mutex<String>,
    now_ms: Arc<AtomicU64>,
    engine: Mutex<Arc<Mutex<Engine>>>,
    opened: AtomicU64,
}

impl Device {
    pub fn open(name: &str, path: PathBuf, server: ServerId, url: &str, now_ms: Arc<AtomicU64>) -> Self {
        let opened = AtomicU64::new(0);
        let engine = open_engine(name, &path, &opened);
        let engine = Mutex::new(Arc::new(Mutex::new(engine)));
        Self { name: name.to_owned(), path, server, url: Mutex::new(url.to_owned()), now_ms, engine, opened }
    }

    pub fn id(&self) -> DeviceId {
        self.with(|engine| engine.device())
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    pub fn engine(&self) -> Arc<Mutex<Engine>> {
        self.engine.lock().expect("no panic before").clone()
    }

    pub fn with<T>(&self, work: impl FnOnce(&mut Engine) -> T) -> T {
        let engine = self.engine();
        let mut engine: MutexGuard<'_, Engine> = engine.lock().expect("no panic before");
        work(&mut engine)
    }

    fn now_ms(&self) -> i64 {
        self.now_ms.load(Ordering::Relaxed).cast_signed()
    }

    /// The process dies and starts again on the same database.
    pub fn restart(&self) {
        *self.engine.lock().expect("no panic before") =
            Arc::new(Mutex::new(open_engine(&self.name, &self.path, &self.opened)));
    }

    /// A copy of the database as it is now, under another name.
    pub fn backup(&self, name: &str) {
        let path = self.path.with_extension(name);
        let _ = std::fs::remove_file(&path);
        self.with(|engine| engine.copy_to(&path)).expect("copied");
    }

    /// Puts an earlier copy in the database's place, as a phone's restore does.
    pub fn restore(&self, name: &str) {
        let spare = self.path.with_extension("spare");
        *self.engine.lock().expect("no panic before") =
            Arc::new(Mutex::new(open_engine("nobody", &spare, &AtomicU64::new(0))));
        for suffix in ["db-wal", "db-shm"] {
            let _ = std::fs::remove_file(self.path.with_extension(suffix));
        }
        std::fs::copy(self.path.with_extension(name), &self.path).expect("copied");
        self.restart();
    }

    /// A second device that runs on a copy of this one's database.
    pub fn clone_as(&self, name: &str) -> Self {
        let path = self.path.with_file_name(format!("{name}.db"));
        self.with(|engine| engine.copy_to(&path)).expect("copied");
        let url = self.url.lock().expect("no panic before").clone();
        Self::open(name, path, self.server, &url, self.now_ms.clone())
    }

    /// From here on the server is reached under this address, through a proxy for example.
    pub fn set_url(&self, url: &str) {
        *self.url.lock().expect("no panic before") = url.to_owned();
    }

    pub fn home(&self) -> Home {
        Home { server: self.server, url: self.url.lock().expect("no panic before").clone() }
    }

    pub fn driver(&self) -> Driver {
        self.driver_in(Mode::Once)
    }

    pub fn driver_in(&self, mode: Mode) -> Driver {
        let url = self.url.lock().expect("no panic before").clone();
        let http = Http::new(&url, self.server).expect("an address");
        let now_ms = self.now_ms.clone();
        Driver::new(self.engine(), http, Arc::new(move || now_ms.load(Ordering::Relaxed)), mode)
    }

    /// Syncs with the server, which must be in reach.
    pub async fn sync(&self) -> Report {
        self.try_sync().await.unwrap_or_else(|error| panic!("{} syncs: {error}", self.name))
    }

    pub async fn try_sync(&self) -> Result<Report, DriverError> {
        self.driver().sync().await
    }

    pub fn person(&self) -> Person {
        Person { name: self.name.clone(), organisation: format!("قسم {}", self.name) }
    }

    pub fn found(&self, title: &str) -> SpaceId {
        let (person, home) = (self.person(), self.home());
        self.with(|engine| engine.found(title, person, Some(home))).expect("founded").space
    }

    pub fn invite(&self, space: &SpaceId, role: Role, uses: u32) -> InviteLink {
        let expires_ms = self.now_ms().unsigned_abs() + hour(48);
        self.with(|engine| engine.invite(space, role, uses, expires_ms)).expect("an invite")
    }

    pub fn join(&self, link: &InviteLink) {
        let person = self.person();
        self.with(|engine| engine.join(link, person)).expect("joined");
    }

    pub fn note(&self, space: &SpaceId, title: &str) -> DocumentName {
        let now_ms = self.now_ms();
        self.with(|engine| engine.create(space, Kind::Note, title, now_ms)).expect("a note")
    }

    pub fn plan(&self, space: &SpaceId, title: &str) -> DocumentName {
        let now_ms = self.now_ms();
        self.with(|engine| engine.create(space, Kind::Plan, title, now_ms)).expect("a plan")
    }

    pub fn append_paragraph(&self, note: &DocumentName, text: &str) {
        let now_ms = self.now_ms();
        let append = |engine: &mut Engine| {
            engine.edit(note, None, now_ms, |tx| document::append_paragraph(tx, &Block::paragraph(), text))
        };
        self.with(append).expect("typed");
    }

    /// Types at the end of the note's last paragraph.
    pub fn type_at_end(&self, note: &DocumentName, text: &str) {
        let length = self.length(note);
        self.type_at(note, length, text);
    }

    /// Types at an index of the note's body, in UTF-16 code units.
    pub fn type_at(&self, note: &DocumentName, at: usize, text: &str) {
        let now_ms = self.now_ms();
        self.with(|engine| engine.edit(note, None, now_ms, |tx| document::insert_text(tx, at, text))).expect("typed");
    }

    pub fn delete(&self, note: &DocumentName, range: std::ops::Range<usize>) {
        let now_ms = self.now_ms();
        self.with(|engine| engine.edit(note, None, now_ms, |tx| document::delete_text(tx, range))).expect("deleted");
    }

    /// The length of the note's body in UTF-16 code units, block markers among them.
    pub fn length(&self, note: &DocumentName) -> usize {
        self.with(|engine| {
            engine.read(note, |doc| {
                document::paragraphs(doc, None).iter().map(|p| 1 + p.text().encode_utf16().count()).sum()
            })
        })
        .expect("the note is here")
    }

    /// The note's paragraphs, one a line.
    pub fn text(&self, note: &DocumentName) -> String {
        let read = |engine: &mut Engine| {
            engine.read(note, |doc| document::paragraphs(doc, None).iter().map(|p| p.text()).collect::<Vec<_>>())
        };
        self.with(read).expect("the note is here").join("\n")
    }

    pub fn has(&self, name: &DocumentName) -> bool {
        self.with(|engine| engine.read(name, |_| ())).is_ok()
    }

    /// Whether the document is in the list that its person sees.
    pub fn lists(&self, name: &DocumentName) -> bool {
        let documents = self.with(|engine| engine.documents(Some(&name.space))).expect("the list");
        documents.iter().any(|document| document.document == name.document)
    }

    /// Whether everything of this device is on the server, as far as it has read back.
    pub fn is_all_on_server(&self) -> bool {
        let documents = self.with(|engine| engine.documents(None)).expect("the list");
        documents.iter().all(|document| !document.is_on_device_only)
    }
}

fn open_engine(name: &str, path: &std::path::Path, opened: &AtomicU64) -> Engine {
    // Every opening draws other numbers, as a real device does; every run draws the same.
    let nth = opened.fetch_add(1, Ordering::Relaxed);
    let mut seed = [0; 32];
    for (at, byte) in name.bytes().enumerate() {
        seed[at % 24] ^= byte.rotate_left(at as u32 % 7);
    }
    seed[24..].copy_from_slice(&nth.to_be_bytes());
    let mut random = ChaCha8Rng::from_seed(seed);
    let entropy = Box::new(move |bytes: &mut [u8]| random.fill_bytes(bytes));
    Engine::open(path, Durability::ProcessOnly, entropy).expect("the device opens")
}
