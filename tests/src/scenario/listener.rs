//! A device that only listens: it follows its spaces' logs as an app does and reads the pages, but keeps no
//! documents, so that thousands of them fit beside the server that is measured.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::driver::DriverError;
use sync_engine::frame::{PageRow, read_page};
use sync_engine::http::{Http, HttpError, Signing};
use sync_engine::ids::{BlobHash, Nonce, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::wire::{Pull, PullPart};
use tokio::sync::watch;

use super::peer::Peer;
use super::{ScenarioError, now_ms, progress};

/// A listener that lost its line comes again within a second, as devices do at their first try.
const BACK_WITHIN_MS: u64 = 1000;

/// What all listeners together have heard.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// How many have each row, and when the last of them got it.
    rows: Mutex<HashMap<(SpaceId, u64), (usize, Instant)>>,
    /// Listeners that have all rows, since `await_all` was last called.
    current: AtomicUsize,
    /// Connections that nobody here ended, and requests that the server was too busy for.
    breaks: AtomicUsize,
}

impl Heard {
    pub(super) fn row(&self, space: SpaceId, position: u64) -> Option<(usize, Instant)> {
        self.rows().get(&(space, position)).copied()
    }

    pub(super) fn current(&self) -> usize {
        self.current.load(Ordering::Relaxed)
    }

    /// From here on nobody counts as current.
    pub(super) fn await_all(&self) {
        self.current.store(0, Ordering::Relaxed);
    }

    pub(super) fn breaks(&self) -> usize {
        self.breaks.load(Ordering::Relaxed)
    }

    fn rows(&self) -> MutexGuard<'_, HashMap<(SpaceId, u64), (usize, Instant)>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
pub(super) struct Listener {
    key: SecretKey,
    http: Http,
    pull: Pull,
    random: ChaCha8Rng,
}

impl Listener {
    /// Listens in the place of a device, from where that has read to.
    pub(super) fn of(peer: &Peer, http: Http) -> Result<Self, ScenarioError> {
        let mut engine = peer.engine();
        let pull = engine.pull(&http.server(), true)?;
        let random = ChaCha8Rng::from_seed(BlobHash::of(engine.device().as_bytes()).0);
        Ok(Self { key: engine.key().clone(), http, pull, random })
    }

    /// Follows until it is told to stop, and comes again when the line breaks.
    pub(super) async fn listen(
        mut self,
        heard: &Heard,
        mut stopped: watch::Receiver<bool>,
    ) -> Result<Self, ScenarioError> {
        loop {
            tokio::select! {
                followed = self.follow(heard) => match followed {
                    Ok(()) => progress("a stream ended"),
                    Err(ScenarioError::Driver(DriverError::Http(error))) => progress(format_args!("a line broke: {error}")),
                    Err(error) => return Err(error),
                },
                _ = stopped.wait_for(|stopped| *stopped) => return Ok(self),
            }
            heard.breaks.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(Duration::from_millis(self.random.next_u64() % BACK_WITHIN_MS)).await;
        }
    }

    async fn follow(&mut self, heard: &Heard) -> Result<(), ScenarioError> {
        let signing = Signing { key: &self.key, now_ms: now_ms(), nonce: nonce(&mut self.random) };
        let (mut parts, _) = self.http.stream(signing, &self.pull).await.map_err(DriverError::from)?;
        let mut is_current = false;
        while let Some(part) = parts.next().await.map_err(DriverError::from)? {
            match part {
                PullPart::Page { space, after, frame, .. } => self.read(&space, after.0, &frame, heard)?,
                PullPart::CaughtUp { .. } if !is_current => {
                    is_current = true;
                    heard.current.fetch_add(1, Ordering::Relaxed);
                }
                PullPart::CaughtUp { .. } | PullPart::Heartbeat { .. } => {}
                PullPart::Reset { .. } | PullPart::NoAccess { .. } => return Err(ScenarioError::NotFollowing),
            }
        }
        Ok(())
    }

    fn read(&mut self, space: &SpaceId, after: u64, frame: &[u8], heard: &Heard) -> Result<(), ScenarioError> {
        let followed = self.pull.spaces.iter_mut().find(|followed| followed.space == *space);
        let followed = followed.filter(|followed| followed.cursor.position.0 == after);
        let followed = followed.ok_or(ScenarioError::NotFollowing)?;
        for row in read_page(space, frame).map_err(|_| ScenarioError::NotFollowing)? {
            // Bare ids stand for rows that a device wrote itself, and a listener writes none.
            let PageRow::Envelope { envelope, server_ms } = row else { return Err(ScenarioError::NotFollowing) };
            followed.cursor = followed.cursor.step(&envelope.id(), server_ms);
            let mut rows = heard.rows();
            let row = rows.entry((*space, followed.cursor.position.0)).or_insert((0, Instant::now()));
            *row = (row.0 + 1, Instant::now());
        }
        Ok(())
    }

    /// Asks for everything once more, as often a second as is said, until it is stopped. Gives how often it asked,
    /// and how often it was refused.
    pub(super) async fn flood(mut self, per_second: u32, stopped: watch::Receiver<bool>) -> (u64, u64) {
        self.pull.is_following = false;
        let (mut asked, mut refused) = (0, 0);
        let mut pace = tokio::time::interval(Duration::from_secs(1) / per_second);
        while !*stopped.borrow() {
            pace.tick().await;
            let signing = Signing { key: &self.key, now_ms: now_ms(), nonce: nonce(&mut self.random) };
            asked += 1;
            let answer = self.http.stream(signing, &self.pull).await;
            refused += u64::from(matches!(answer, Err(HttpError::Refused(_))));
        }
        (asked, refused)
    }
}

fn nonce(random: &mut ChaCha8Rng) -> Nonce {
    let mut bytes = [0; 16];
    random.fill_bytes(&mut bytes);
    Nonce(bytes)
}
