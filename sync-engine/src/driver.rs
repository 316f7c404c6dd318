//! The only loop that awaits the network: it asks the session for a step, carries bytes between the engine and
//! one server, and tells the session how it went.

mod failure;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use tokio::sync::{Notify, watch};

use crate::contact::Contact;
use crate::engine::{BlobUpload, Engine, EngineError, Reset};
use crate::exchange::{next_step, take_in};
use crate::http::{Http, HttpError, Parts, Signing};
use crate::ids::{BlobHash, Position, ServerId, SpaceId};
use crate::portion::Portion;
use crate::session::{Mode, Session, Step};
use crate::wire::{
    BLOB_PART_BYTES_MAX, Confirm, Done, Enter, GetBlobReply, LaterReason, PullPart, PushReply, PutBlobReply,
    RefusalCode, Route,
};

pub use failure::DriverError;

/// 2 MiB of pages taken in at once: a burst into one document then costs about what one change does.
const PAGES_BYTES_MAX: usize = 2 << 20;

/// Snapshots written at a quiet moment: each takes as long as saving its document.
const TIDY_DOCUMENTS_MAX: usize = 2;
/// Some ten milliseconds of work: whoever edits meanwhile waits that long.
const INDEX_DOCUMENTS_MAX: usize = 8;

/// The present time in Unix milliseconds, by the device's clock.
pub type Clock = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Before a disk that has failed is asked again.
const DISK_PAUSE: Duration = Duration::from_secs(2);

/// A live device sends its edits after 2.5 s without another one. Who goes on typing makes an edit every second, so a
/// shorter pause would give each of them a header and a signature of its own.
pub const SEND_QUIET: Duration = Duration::from_millis(2500);

/// 10 s after the first edit it is sent, even if the person goes on typing: some fifty letters then share an envelope.
pub const SEND_AFTER: Duration = Duration::from_secs(10);

/// What a sync did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Report {
    /// Requests that the server answered.
    pub round_trips: u64,
    pub envelopes_pushed: u64,
    pub envelopes_held: u64,
    /// Pages of the log that were read.
    pub pages: u64,
    pub resets: u64,
    /// Why the server did not take something, at the last push that met such a thing.
    pub later: Option<LaterReason>,
}

/// The way between one device and one server.
pub struct Driver {
    engine: Arc<Mutex<Engine>>,
    http: Http,
    clock: Clock,
    clock_offset_ms: i64,
    session: Session,
    parts: Option<Parts>,
    /// When the server began to answer, by its own clock.
    answered_ms: u64,
    /// Spaces that the present answer has not come to the end of.
    unanswered: usize,
    upload: Option<(BlobHash, u64)>,
    up: Portion,
    down: Portion,
    /// Where the server was given back what it had lost of each space, since it last gave everything.
    given_back: BTreeMap<SpaceId, Position>,
    edited: Arc<Notify>,
    network: Arc<Notify>,
    contact: watch::Sender<Contact>,
    report: Report,
}

impl Driver {
    pub fn new(engine: Arc<Mutex<Engine>>, http: Http, clock: Clock, mode: Mode) -> Self {
        Self {
            engine,
            http,
            clock,
            clock_offset_ms: 0,
            session: Session::new(mode),
            parts: None,
            answered_ms: 0,
            unanswered: 0,
            upload: None,
            up: Portion::default(),
            down: Portion::default(),
            given_back: BTreeMap::new(),
            edited: Arc::new(Notify::new()),
            network: Arc::new(Notify::new()),
            contact: watch::Sender::new(Contact::default()),
            report: Report::default(),
        }
    }

    pub fn server(&self) -> ServerId {
        self.http.server()
    }

    /// To be notified after each edit, so that a live driver sends it at once.
    pub fn edited(&self) -> Arc<Notify> {
        self.edited.clone()
    }

    /// To be notified when the network is said to be back, or somebody asks to sync now: a wait ends at once.
    pub fn network(&self) -> Arc<Notify> {
        self.network.clone()
    }

    /// How this device stands with the server, from now on.
    pub fn contact(&self) -> watch::Receiver<Contact> {
        self.contact.subscribe()
    }

    /// An admin's word, after the server was restored from a backup, that the space's members are the true ones.
    pub async fn confirm(&mut self, space: &SpaceId) -> Result<(), DriverError> {
        let row = self.lock()?.spaces()?.into_iter().find(|row| row.space == *space);
        let cursor = row.ok_or(EngineError::NoSuchSpace(*space))?.cursor;
        let _: Done = self.call(Route::Confirm, &Confirm { space: *space, cursor }).await?;
        Ok(())
    }

    /// What was done so far.
    pub fn report(&self) -> Report {
        self.report
    }

    /// Lets this device found spaces on the server, by the secret that its operator gave.
    pub async fn enter(&mut self, secret: &[u8]) -> Result<(), DriverError> {
        let enter = Enter { secret: secret.to_vec().into() };
        let _: Done = self.call(Route::Enter, &enter).await?;
        Ok(())
    }

    /// Brings this device and the server to the same state; stops at the first failure.
    pub async fn sync(&mut self) -> Result<Report, DriverError> {
        self.session = Session::new(Mode::Once);
        self.report = Report::default();
        loop {
            match self.next()? {
                Step::Done => {
                    self.lock()?.tidy(TIDY_DOCUMENTS_MAX)?;
                    return Ok(self.report);
                }
                step => self.step_with_clock(step).await?,
            }
        }
    }

    /// Stays connected until `shutdown` turns true. Failures are waited out; only the engine's own end it.
    pub async fn run(&mut self, mut shutdown: watch::Receiver<bool>) -> Result<(), DriverError> {
        loop {
            if *shutdown.borrow() {
                return Ok(());
            }
            let result = tokio::select! {
                biased;
                _ = shutdown.changed() => return Ok(()),
                result = self.tidied_step() => result,
            };
            self.tell(result.as_ref().err());
            match result {
                Ok(()) => {}
                Err(error) if error.is_passing() => {
                    tracing::info!(%error, failures = self.session.failures(), "a sync did not come to its end");
                    self.parts = None;
                    let jitter = self.jitter()?;
                    self.session.on_failed((self.clock)(), jitter, error.retry_after_ms());
                    // What to wait for is read from the disk, too.
                    if matches!(error, DriverError::Engine(EngineError::Store(_))) {
                        tokio::select! {
                            _ = shutdown.changed() => return Ok(()),
                            () = tokio::time::sleep(DISK_PAUSE) => {}
                        }
                    }
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn tell(&self, error: Option<&DriverError>) {
        let now_ms = (self.clock)();
        self.contact.send_modify(|contact| match error {
            Some(error) => contact.on_failed(now_ms, error.why(), error.to_string()),
            None => contact.on_step(now_ms, self.session.is_current(), self.session.is_heard()),
        });
    }

    fn next(&mut self) -> Result<Step, DriverError> {
        let now_ms = (self.clock)();
        let server = self.http.server();
        let mut engine = self.engine.lock().map_err(|_| DriverError::Stopped)?;
        Ok(next_step(&mut self.session, &mut engine, &server, now_ms)?)
    }

    /// The next step; before a wait, what there is time for then.
    async fn tidied_step(&mut self) -> Result<(), DriverError> {
        let step = self.next()?;
        if matches!(step, Step::Listen { .. } | Step::Wait { .. }) {
            match self.tidy() {
                // It is for later anyway.
                Err(error) if error.is_passing() => tracing::info!(%error, "tidied later"),
                tidied => tidied?,
            }
        }
        self.step_with_clock(step).await
    }

    fn tidy(&self) -> Result<(), DriverError> {
        let now_ms = (self.clock)().cast_signed();
        let mut engine = self.lock()?;
        engine.tidy(TIDY_DOCUMENTS_MAX)?;
        engine.index(INDEX_DOCUMENTS_MAX, now_ms)?;
        Ok(())
    }

    /// A wrong clock is corrected by the server's signed time, and the step repeated once.
    async fn step_with_clock(&mut self, step: Step) -> Result<(), DriverError> {
        match self.step(step).await {
            Err(DriverError::Http(HttpError::Clock(offset_ms))) => {
                self.clock_offset_ms = self.clock_offset_ms.saturating_add(offset_ms);
                self.step(step).await
            }
            result => result,
        }
    }

    async fn step(&mut self, step: Step) -> Result<(), DriverError> {
        match step {
            Step::Pull => self.pull().await,
            Step::Follow => self.open_stream(true).await,
            Step::Push(space) => self.push(space).await,
            Step::Upload(space) => self.upload(space).await,
            Step::Fetch(space) => self.fetch(space).await,
            Step::Listen { until_ms } => self.listen(until_ms).await,
            Step::Wait { until_ms } => {
                self.wait(until_ms).await;
                Ok(())
            }
            Step::Done => Ok(()),
        }
    }

    async fn open_stream(&mut self, is_following: bool) -> Result<(), DriverError> {
        let server = self.http.server();
        let (pull, nonce, key) = {
            let mut engine = self.lock()?;
            (engine.pull(&server, is_following)?, engine.nonce(), engine.key().clone())
        };
        let signing = Signing { key: &key, now_ms: self.now_ms(), nonce };
        let (parts, answered_ms) = self.http.stream(signing, &pull).await?;
        self.answered_ms = answered_ms;
        self.report.round_trips += 1;
        self.parts = Some(parts);
        self.unanswered = pull.spaces.len();
        self.session.on_connected((self.clock)(), is_following);
        Ok(())
    }

    async fn pull(&mut self) -> Result<(), DriverError> {
        self.open_stream(false).await?;
        while let Some(mut parts) = self.parts.take() {
            let Some(batch) = parts.next_batch(PAGES_BYTES_MAX).await? else { break };
            self.parts = Some(parts);
            self.take_parts(batch).await?;
            if self.parts.is_none() {
                // The answer was given up; the session asks again.
                return Ok(());
            }
        }
        if self.unanswered > 0 {
            // A proxy may end an answer in good form that the server did not end, or ended because it stops.
            return Err(HttpError::Offline("the answer ended too early".into()).into());
        }
        self.session.on_current((self.clock)());
        Ok(())
    }

    async fn listen(&mut self, until_ms: u64) -> Result<(), DriverError> {
        let edited = self.edited.clone();
        let jitter = self.jitter()?;
        let Some(parts) = self.parts.as_mut() else {
            self.session.on_stream_ended((self.clock)(), jitter, false);
            return Ok(());
        };
        let wait = Duration::from_millis(until_ms.saturating_sub((self.clock)()));
        tokio::select! {
            batch = parts.next_batch(PAGES_BYTES_MAX) => match batch {
                Ok(Some(batch)) => {
                    self.session.on_heard((self.clock)());
                    self.take_parts(batch).await
                }
                Ok(None) => {
                    self.parts = None;
                    self.session.on_stream_ended((self.clock)(), jitter, false);
                    Ok(())
                }
                Err(error) => Err(error.into()),
            },
            () = edited.notified() => Ok(()),
            () = tokio::time::sleep(wait) => {
                if self.session.is_silent((self.clock)()) {
                    self.parts = None;
                    self.session.on_stream_ended((self.clock)(), jitter, true);
                }
                Ok(())
            }
        }
    }

    async fn wait(&mut self, until_ms: u64) {
        let wait = Duration::from_millis(until_ms.saturating_sub((self.clock)()));
        let (edited, network) = (self.edited.clone(), self.network.clone());
        tokio::select! {
            () = edited.notified() => {}
            () = network.notified() => {
                self.session.on_network();
                self.session.on_poll();
            }
            () = tokio::time::sleep(wait) => self.session.on_poll(),
        }
    }

    /// Takes what came into the engine: pages of one space together.
    async fn take_parts(&mut self, parts: Vec<PullPart>) -> Result<(), DriverError> {
        let (engine, answered_ms) = (self.engine.clone(), self.answered_ms);
        let taken = tokio::task::spawn_blocking(move || {
            let mut engine = engine.lock().map_err(|_| DriverError::Stopped)?;
            Ok::<_, DriverError>(take_in(&mut engine, parts, answered_ms)?)
        });
        let taken = taken.await.map_err(|_| DriverError::Stopped)??;
        self.report.pages += taken.pages;
        self.unanswered = self.unanswered.saturating_sub(taken.answered);
        if let Some(reset) = taken.reset {
            self.reset(reset).await?;
        }
        if taken.must_ask_again {
            self.parts = None;
            self.session.on_ask_again();
        } else if taken.is_current {
            self.given_back.clear();
            self.session.on_current((self.clock)());
        }
        Ok(())
    }

    /// A server that was restored from a backup gets back what it had signed; if that is not it, both sides compare
    /// what they have.
    async fn reset(&mut self, reset: Reset) -> Result<(), DriverError> {
        self.report.resets += 1;
        // Whoever says it took rows and has no more than before is compared with.
        let before = self.given_back.insert(reset.space, reset.after);
        let is_repeated = before.is_some_and(|before| reset.after <= before);
        let give_back = if is_repeated { None } else { self.lock()?.give_back(&reset)? };
        if let Some(give_back) = give_back {
            match self.call::<_, Done>(Route::Return, &give_back).await {
                Ok(Done {}) => return Ok(self.lock()?.on_given_back(&reset.space)?),
                Err(DriverError::Http(HttpError::Refused(refusal))) => {
                    tracing::info!(reason = refusal.message, "the server did not take its rows back");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(self.lock()?.repair(&reset.space)?)
    }

    async fn push(&mut self, space: SpaceId) -> Result<(), DriverError> {
        let (engine, bytes_max) = (self.engine.clone(), self.up.bytes());
        let batch = tokio::task::spawn_blocking(move || {
            let mut engine = engine.lock().map_err(|_| DriverError::Stopped)?;
            Ok::<_, DriverError>(engine.next_push(&space, bytes_max)?)
        });
        let batch = batch.await.map_err(|_| DriverError::Stopped)??;
        let Some(batch) = batch else {
            // What is next in the outbox waits for its payload to be uploaded.
            return self.upload(space).await;
        };
        let reply: PushReply = self.send(Route::Push, &batch.push, batch.push.frame.len()).await?;
        let pushed = self.lock()?.on_push_reply(&batch, &reply)?;
        self.report.envelopes_pushed += pushed.accepted as u64;
        self.report.envelopes_held += pushed.held as u64;
        self.report.later = pushed.later.or(self.report.later);
        let was_taken = pushed.accepted + pushed.held > 0;
        let was_unknown = self.is_unknown(&space)?;
        self.session.on_pushed((self.clock)(), space, was_taken, pushed.later.is_some(), was_unknown);
        if pushed.needs_repair {
            self.lock()?.doubt(&space)?;
            self.parts = None;
            self.session.on_ask_again();
        }
        Ok(())
    }

    async fn upload(&mut self, space: SpaceId) -> Result<(), DriverError> {
        let next: Option<BlobUpload> = self.lock()?.next_upload(&space, self.upload, self.up.bytes())?;
        let Some(upload) = next else { return Ok(()) };
        let reply: PutBlobReply = self.send(Route::PutBlob, &upload.put, upload.put.part.len()).await?;
        let is_complete = self.lock()?.on_uploaded(&upload, reply.stored_bytes)?;
        self.upload = (!is_complete).then_some((upload.put.hash, reply.stored_bytes));
        Ok(())
    }

    async fn fetch(&mut self, space: SpaceId) -> Result<(), DriverError> {
        let bytes_max = self.down.bytes();
        let Some(fetch) = self.lock()?.next_fetch(&space, bytes_max)? else { return Ok(()) };
        let begun_ms = (self.clock)();
        let result: Result<GetBlobReply, _> = self.call(Route::GetBlob, &fetch.get).await;
        let (part, took_ms) = (result.as_ref().map(|reply| reply.part.len()), (self.clock)().saturating_sub(begun_ms));
        measure(&mut self.down, bytes_max.min(BLOB_PART_BYTES_MAX), part, took_ms);
        match result {
            Ok(reply) => Ok(self.lock()?.on_fetched(&fetch, &reply)?),
            Err(DriverError::Http(HttpError::Refused(refusal))) if refusal.code == RefusalCode::NotFound => {
                // Whoever attached it has not uploaded it yet; others may have come.
                self.lock()?.on_absent(&fetch);
                self.session.on_absent((self.clock)());
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// A call that carries so many bytes of payload to the server.
    async fn send<Q: minicbor::Encode<()>, R: for<'b> minicbor::Decode<'b, ()>>(
        &mut self,
        route: Route,
        request: &Q,
        bytes: usize,
    ) -> Result<R, DriverError> {
        let begun_ms = (self.clock)();
        let result = self.call(route, request).await;
        measure(&mut self.up, bytes, result.as_ref().map(|_| bytes), (self.clock)().saturating_sub(begun_ms));
        result
    }

    async fn call<Q: minicbor::Encode<()>, R: for<'b> minicbor::Decode<'b, ()>>(
        &mut self,
        route: Route,
        request: &Q,
    ) -> Result<R, DriverError> {
        let (nonce, key) = {
            let mut engine = self.lock()?;
            (engine.nonce(), engine.key().clone())
        };
        let signing = Signing { key: &key, now_ms: self.now_ms(), nonce };
        let (reply, _) = self.http.call(signing, route, request).await?;
        self.report.round_trips += 1;
        Ok(reply)
    }

    fn is_unknown(&self, space: &SpaceId) -> Result<bool, DriverError> {
        let spaces = self.lock()?.spaces()?;
        Ok(spaces.iter().any(|row| row.space == *space && row.is_unknown()))
    }

    fn jitter(&self) -> Result<u64, DriverError> {
        let nonce = self.lock()?.nonce();
        Ok(u64::from_be_bytes(nonce.0[..8].try_into().unwrap_or_default()))
    }

    fn now_ms(&self) -> u64 {
        (self.clock)().saturating_add_signed(self.clock_offset_ms)
    }

    fn lock(&self) -> Result<MutexGuard<'_, Engine>, DriverError> {
        self.engine.lock().map_err(|_| DriverError::Stopped)
    }
}

/// What a request that was to carry so many bytes tells of the line.
fn measure(portion: &mut Portion, bytes: usize, carried: Result<usize, &DriverError>, took_ms: u64) {
    match carried {
        Ok(carried) => portion.on_carried(carried, took_ms),
        Err(DriverError::Http(HttpError::Offline(_))) => portion.on_broken(bytes),
        Err(_) => {}
    }
}
