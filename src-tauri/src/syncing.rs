//! The ways to the servers: one driver for each, running for as long as the app does, and how things stand with
//! them as the page shows it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use serde::Serialize;
use sync_engine::contact::{Contact, Why};
use sync_engine::driver::{Driver, SEND_AFTER, SEND_QUIET};
use sync_engine::engine::{DocumentName, Event};
use sync_engine::http::Http;
use sync_engine::ids::{ServerId, SpaceId};
use sync_engine::link::EnterLink;
use sync_engine::session::Mode;
use sync_engine::wire::NoAccess;
use tokio::runtime::Handle;
use tokio::sync::{Notify, watch};

use crate::app::{App, now_ms};
use crate::documents::DocumentLine;
use crate::error::CommandError;
use crate::events::{AppEvent, told};

/// 10 s: a shorter break is none of the page's business.
const BREAK_MS_MIN: u64 = 10_000;

/// 100 ms: what comes in within it is told together.
const GATHER: Duration = Duration::from_millis(100);

/// Documents indexed or saved whole at a quiet moment.
const TIDY_DOCUMENTS_MAX: usize = 8;

/// 5 s between tries to be let in by a server.
const ENTER_EVERY: Duration = Duration::from_secs(5);

/// Preference: what lets this device in at servers that have not heard it yet.
const ENTERING: &str = "entering";

/// How things stand, the worst first wherever several are summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// The database is damaged, or this version has a fault: nothing is sent any more.
    Stopped,
    NoAccess,
    Offline,
    Repairing,
    Receiving,
    Sending,
    Current,
    /// The space lives on this device only.
    NoServer,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quarantined {
    pub document: DocumentName,
    pub reason: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    pub position: u64,
    pub head: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SpaceSync {
    pub space: SpaceId,
    pub title: String,
    pub server: Option<String>,
    pub state: SyncState,
    /// Documents with something that the server does not have yet.
    pub waiting: usize,
    /// Envelopes that wait for an admin's decision.
    pub held: usize,
    pub parked: Vec<DocumentLine>,
    pub quarantined: Vec<Quarantined>,
    /// Whether a member has written on top of another log than this device has read.
    pub has_two_logs: bool,
    /// By this device's clock, in Unix milliseconds.
    pub offline_since_ms: Option<u64>,
    pub last_contact_ms: Option<u64>,
    pub progress: Option<Progress>,
    /// Why the server gives nothing of the space, as it said last.
    pub no_access: Option<NoAccess>,
    /// Why syncing does not get on.
    pub why: Option<Why>,
    /// The same for whoever runs the server, in English.
    pub detail: Option<String>,
}

/// All spaces together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sync {
    pub state: SyncState,
    pub waiting: usize,
    pub spaces: Vec<SpaceSync>,
}

/// One server's driver, from the outside.
struct Line {
    contact: watch::Receiver<Contact>,
    edited: Arc<Notify>,
    network: Arc<Notify>,
    _shutdown: watch::Sender<bool>,
}

pub(crate) struct Syncing {
    runtime: Handle,
    lines: Mutex<BTreeMap<ServerId, Line>>,
    /// What the engine said last about spaces that are being read or repaired.
    doing: Mutex<BTreeMap<SpaceId, (SyncState, Option<Progress>)>>,
    /// Whoever changes what is kept under `ENTERING` holds it.
    entering: Mutex<()>,
    edited: Arc<Notify>,
    news: Arc<Notify>,
}

impl Syncing {
    pub(crate) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            lines: Mutex::default(),
            doing: Mutex::default(),
            entering: Mutex::default(),
            edited: Arc::new(Notify::new()),
            news: Arc::new(Notify::new()),
        }
    }

    /// Runs a task for as long as the app is there.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.runtime.spawn(task);
    }

    fn lines(&self) -> MutexGuard<'_, BTreeMap<ServerId, Line>> {
        // A map of handles is whole after every step.
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn entering(&self) -> MutexGuard<'_, ()> {
        self.entering.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn doing(&self) -> MutexGuard<'_, BTreeMap<SpaceId, (SyncState, Option<Progress>)>> {
        self.doing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// This device has changed something.
    pub(crate) fn edited(&self) {
        self.edited.notify_one();
        self.news.notify_one();
    }

    /// Sends what waits. What is said of members is sent at once: an invitation may be used before a pause in the
    /// typing, and a join that comes before its invitation is held for an admin.
    pub(crate) fn said(&self) {
        for line in self.lines().values() {
            line.edited.notify_one();
        }
        self.news.notify_one();
    }
}

impl App {
    /// Begins to send what is edited, and to tell what is new. Once, when the app opens.
    pub(crate) fn begin(self: &Arc<Self>) -> Result<(), CommandError> {
        self.syncing.runtime.spawn(send_edits(Arc::downgrade(self)));
        self.syncing.runtime.spawn(tell_news(Arc::downgrade(self)));
        self.connect()
    }

    /// Starts a driver for every server that has none yet, and shows a new link to one that has.
    pub(crate) fn connect(self: &Arc<Self>) -> Result<(), CommandError> {
        let servers = self.lock()?.servers()?;
        let entering = self.entering()?;
        let mut lines = self.syncing.lines();
        for (server, url) in servers {
            let driver = |mode| {
                let http = Http::new(&url, server).map_err(CommandError::invalid)?;
                Ok::<_, CommandError>(Driver::new(self.engine(), http, Arc::new(now_ms), mode))
            };
            if let Some(line) = lines.get(&server) {
                if entering.contains_key(&server.to_string()) {
                    let (app, mut driver, network) = (Arc::downgrade(self), driver(Mode::Once)?, line.network.clone());
                    self.syncing.runtime.spawn(async move {
                        enter(&app, &mut driver).await;
                        network.notify_one();
                    });
                }
                continue;
            }
            let driver = driver(Mode::Live)?;
            let (shutdown, until) = watch::channel(false);
            let contact = driver.contact();
            lines.insert(
                server,
                Line {
                    contact: contact.clone(),
                    edited: driver.edited(),
                    network: driver.network(),
                    _shutdown: shutdown,
                },
            );
            self.syncing.runtime.spawn(watch_contact(contact, self.syncing.news.clone()));
            self.syncing.runtime.spawn(drive(Arc::downgrade(self), driver, until));
        }
        Ok(())
    }

    /// Keeps what lets this device in at a server, until the server has heard it.
    pub(crate) fn will_enter(&self, link: &EnterLink) -> Result<(), CommandError> {
        let _kept = self.syncing.entering();
        let mut entering = self.entering()?;
        entering.insert(link.server.to_string(), data_encoding::HEXLOWER.encode(&link.secret));
        self.set_preference(ENTERING, &entering)
    }

    /// The server has heard this secret. A newer one stays.
    fn has_entered(&self, server: &str, secret: &str) -> Result<(), CommandError> {
        let _kept = self.syncing.entering();
        let mut entering = self.entering()?;
        entering.retain(|of, kept| of != server || kept != secret);
        self.set_preference(ENTERING, &entering)
    }

    fn entering(&self) -> Result<BTreeMap<String, String>, CommandError> {
        Ok(self.preference(ENTERING)?.unwrap_or_default())
    }

    /// Ends every wait: the network is back, or somebody wants to know.
    pub fn sync_now(&self) -> Result<(), CommandError> {
        for line in self.syncing.lines().values() {
            line.network.notify_one();
            line.edited.notify_one();
        }
        Ok(())
    }

    /// How things stand.
    pub fn sync(&self) -> Result<Sync, CommandError> {
        let engine = self.lock()?;
        let mut spaces = Vec::new();
        for row in engine.spaces()? {
            let space = row.space;
            let lines = self.syncing.lines();
            let contact = row.server.and_then(|server| lines.get(&server)).map(|line| line.contact.borrow().clone());
            let is_over = row
                .server
                .and_then(|server| lines.get(&server))
                .is_some_and(|line| line.contact.has_changed().is_err());
            drop(lines);
            let contact = contact.unwrap_or_default();
            // Without a server nothing waits for one, and counting all that is here would take long.
            let waiting = if row.server.is_some() { engine.documents_on_device_only(&space)? } else { 0 };
            let failing = contact.failing.filter(|failing| now_ms().saturating_sub(failing.since_ms) >= BREAK_MS_MIN);
            let (doing, progress) = self.syncing.doing().get(&space).copied().unwrap_or((SyncState::Current, None));
            let state = match (row.server, row.no_access) {
                (None, _) => SyncState::NoServer,
                _ if is_over => SyncState::Stopped,
                (_, Some(NoAccess::Removed | NoAccess::NoSuchSpace)) => SyncState::NoAccess,
                _ if failing.is_some() => SyncState::Offline,
                _ if doing != SyncState::Current => doing,
                _ if waiting > 0 || engine.has_unconfirmed_entries(&space)? => SyncState::Sending,
                _ => SyncState::Current,
            };
            let parked = engine.parked(&space)?;
            let parked = match parked.is_empty() {
                true => vec![],
                false => {
                    let mut lines: Vec<_> =
                        engine.documents(Some(&space))?.into_iter().map(DocumentLine::from).collect();
                    lines.retain(|line| parked.contains(&line.name.document));
                    lines
                }
            };
            let quarantined = engine.quarantine(&space)?.into_iter().map(|row| Quarantined {
                document: DocumentName { space, document: row.document },
                reason: row.reason,
            });
            spaces.push(SpaceSync {
                space,
                title: engine.roster(&space)?.title().to_owned(),
                server: row.server.map(|_| row.url.clone()),
                state,
                waiting,
                held: engine.held(&space)?.len(),
                parked,
                quarantined: quarantined.collect(),
                has_two_logs: engine.estranged(&space)?.is_some(),
                offline_since_ms: failing.as_ref().map(|failing| failing.since_ms),
                last_contact_ms: contact.last_ms,
                progress,
                no_access: row.no_access,
                why: failing.as_ref().map(|failing| failing.why),
                detail: failing.map(|failing| failing.detail),
            });
        }
        let state = spaces.iter().map(|space| space.state).min().unwrap_or(SyncState::NoServer);
        Ok(Sync { state, waiting: spaces.iter().map(|space| space.waiting).sum(), spaces })
    }

    /// Draws what the engine has to tell, and keeps what it says of reading and repairing.
    fn take_events(&self) -> Result<Vec<AppEvent>, CommandError> {
        let events = self.lock()?.take_events();
        let mut doing = self.syncing.doing();
        for event in &events {
            match event {
                Event::Progress { space, position, head } => {
                    let progress = Progress { position: *position, head: *head };
                    doing.insert(*space, (SyncState::Receiving, Some(progress)));
                }
                Event::Repairing { space } => {
                    doing.insert(*space, (SyncState::Repairing, None));
                }
                Event::CaughtUp { space, .. } => {
                    doing.remove(space);
                }
                _ => {}
            }
        }
        drop(doing);
        let mut news: Vec<AppEvent> = events.into_iter().flat_map(told).collect();
        news.sort_by_key(|event| matches!(event, AppEvent::DocumentsChanged));
        news.dedup();
        Ok(news)
    }
}

/// Lets the device in where it has a link for it, then runs the driver until the app ends or the engine fails.
async fn drive(app: Weak<App>, mut driver: Driver, until: watch::Receiver<bool>) {
    enter(&app, &mut driver).await;
    if let Err(error) = driver.run(until).await {
        tracing::error!(%error, "syncing has stopped");
        if let Some(app) = app.upgrade() {
            app.tell(vec![AppEvent::StorageFailed { reason: error.to_string() }]);
        }
    }
}

/// Shows the server what lets this device in, until it has heard all of it.
async fn enter(app: &Weak<App>, driver: &mut Driver) {
    let server = driver.server().to_string();
    let network = driver.network();
    loop {
        let Some(app) = app.upgrade() else { return };
        let Some(secret) = app.entering().ok().and_then(|mut entering| entering.remove(&server)) else { return };
        match driver.enter(&data_encoding::HEXLOWER.decode(secret.as_bytes()).unwrap_or_default()).await {
            Err(error) if error.is_passing() && !error.is_refusal() => {
                tracing::info!(%error, "the server has not let this device in yet");
                drop(app);
                tokio::select! {
                    () = tokio::time::sleep(ENTER_EVERY) => {}
                    () = network.notified() => {}
                }
            }
            answer => {
                // A used link is no reason to stay away: the spaces may be known to the server.
                if let Err(error) = answer {
                    tracing::warn!(%error, "the server does not let this device in");
                }
                if let Err(error) = app.has_entered(&server, &secret) {
                    tracing::warn!(%error, "the link for the server stays kept");
                    return;
                }
            }
        }
    }
}

/// Sends edits at a pause, so that an envelope holds a sentence.
async fn send_edits(app: Weak<App>) {
    let Some(edited) = app.upgrade().map(|app| app.syncing.edited.clone()) else { return };
    loop {
        edited.notified().await;
        let latest = tokio::time::sleep(SEND_AFTER);
        tokio::pin!(latest);
        loop {
            tokio::select! {
                biased;
                () = &mut latest => break,
                () = edited.notified() => {}
                () = tokio::time::sleep(SEND_QUIET) => break,
            }
        }
        let Some(app) = app.upgrade() else { return };
        app.syncing.said();
    }
}

/// Tells the page what is new, several things together.
async fn tell_news(app: Weak<App>) {
    let Some(news) = app.upgrade().map(|app| app.syncing.news.clone()) else { return };
    let mut told: Option<Sync> = None;
    loop {
        tokio::select! {
            () = news.notified() => {}
            // A break becomes one that is shown only by time passing.
            () = tokio::time::sleep(Duration::from_secs(2)) => {}
        }
        tokio::time::sleep(GATHER).await;
        let Some(app) = app.upgrade() else { return };
        let gathered = tokio::task::spawn_blocking(move || {
            let mut events = app.take_events()?;
            let sync = app.sync()?;
            let mut engine = app.lock()?;
            engine.tidy(TIDY_DOCUMENTS_MAX)?;
            engine.index(TIDY_DOCUMENTS_MAX, now_ms().cast_signed())?;
            drop(engine);
            if told.as_ref() != Some(&sync) {
                events.push(AppEvent::SyncChanged { sync: sync.clone() });
            }
            app.tell(events);
            Ok::<_, CommandError>(Some(sync))
        });
        told = match gathered.await {
            Ok(Ok(sync)) => sync,
            Ok(Err(error)) => {
                tracing::error!(%error, "what is new cannot be read");
                None
            }
            Err(_) => return,
        };
    }
}

/// Passes on that something has happened between the device and a server.
async fn watch_contact(mut contact: watch::Receiver<Contact>, news: Arc<Notify>) {
    while contact.changed().await.is_ok() {
        news.notify_one();
    }
    news.notify_one();
}
