//! Pages on their way to readers: each is read and packed when someone takes it, and once for all who stand at the
//! same place.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sync_engine::frame::{PAGE_BYTES_MAX, PageRow, write_page};
use sync_engine::ids::{Cursor, DeviceId, SpaceId};
use sync_engine::wire::PullPart;
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::log::{Known, LogError, LogReader, ReadAfter};
use crate::places::Holds;

/// 16 pages are kept: followers of the busiest spaces stand at the same few places.
const SHARED_MAX: usize = 16;

/// 6 MiB of pages lie in memory, however many readers are slow. The rest of them wait for room.
const PAGES_BYTES_MAX: usize = 6 << 20;

/// Two pages are packed at a time: that is as many cores as a small server has.
const PACKERS_MAX: usize = 2;

/// What comes next for a reader.
#[derive(Clone, Debug)]
pub enum Turn {
    /// A `PullPart` as it goes over the wire, and the cursor after it.
    Page {
        part: Bytes,
        next: Cursor,
    },
    CaughtUp {
        head: Cursor,
    },
    Reset {
        head: Cursor,
    },
}

/// Reads pages for all streams.
pub struct Pages {
    log: Arc<dyn LogReader>,
    room: Arc<Semaphore>,
    packers: Semaphore,
    shared: Mutex<VecDeque<Shared>>,
}

type Shared = ((SpaceId, Cursor), Arc<OnceCell<Page>>);

/// A page as it goes over the wire, the cursor after it, and who wrote the rows in it.
#[derive(Clone, Debug)]
struct Page {
    part: Bytes,
    next: Cursor,
    authors: Arc<BTreeSet<DeviceId>>,
}

/// A packed page that gives its room back when the last reader has taken it.
struct Packed {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Packed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Not a page, or no page.
enum NoPage {
    Turn(Turn),
    Error(LogError),
}

impl Pages {
    pub fn new(log: Arc<dyn LogReader>) -> Self {
        let room = Arc::new(Semaphore::new(PAGES_BYTES_MAX));
        Self { log, room, packers: Semaphore::new(PACKERS_MAX), shared: Mutex::default() }
    }

    /// The page after `cursor`, or word that there is none.
    pub async fn after(&self, space: SpaceId, cursor: Cursor, holds: &Holds) -> Result<Turn, LogError> {
        let result = match holds {
            Holds::Rows(known) => self.pack(space, cursor, known.clone()).await,
            Holds::Nothing => self.common(space, cursor).await,
            Holds::Own(device) => match self.common(space, cursor).await {
                Ok(page) if page.authors.contains(device) => self.pack(space, cursor, holds.known()).await,
                // Whoever wrote nothing in it reads the same page as everyone.
                other => other,
            },
        };
        match result {
            Ok(page) => Ok(Turn::Page { part: page.part, next: page.next }),
            Err(NoPage::Turn(turn)) => Ok(turn),
            Err(NoPage::Error(error)) => Err(error),
        }
    }

    async fn common(&self, space: SpaceId, cursor: Cursor) -> Result<Page, NoPage> {
        let cell = self.shared(space, cursor);
        cell.get_or_try_init(|| self.pack(space, cursor, Arc::default())).await.cloned()
    }

    /// The place of a page that all may share; whoever comes first packs it.
    fn shared(&self, space: SpaceId, cursor: Cursor) -> Arc<OnceCell<Page>> {
        let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (space, cursor);
        if let Some((_, cell)) = shared.iter().find(|(found, _)| *found == key) {
            return cell.clone();
        }
        // Those that turned out to be no pages hold nothing, and leave first.
        shared.retain(|(_, cell)| cell.initialized() || Arc::strong_count(cell) > 1);
        if shared.len() >= SHARED_MAX {
            shared.pop_front();
        }
        let cell = Arc::default();
        shared.push_back((key, Arc::clone(&cell)));
        cell
    }

    async fn pack(&self, space: SpaceId, cursor: Cursor, known: Arc<Known>) -> Result<Page, NoPage> {
        let closed = |_| NoPage::Error(LogError::Busy("the server stops".into()));
        let room = self.room.clone().acquire_many_owned(PAGE_BYTES_MAX as u32).await.map_err(closed)?;
        let _packer = self.packers.acquire().await.map_err(closed)?;
        let log = self.log.clone();
        let packed = tokio::task::spawn_blocking(move || pack(&*log, space, cursor, &known, room)).await;
        packed.unwrap_or_else(|_| Err(NoPage::Error(LogError::Storage("reading was broken off".into()))))
    }
}

fn pack(
    log: &dyn LogReader,
    space: SpaceId,
    cursor: Cursor,
    known: &Known,
    mut room: OwnedSemaphorePermit,
) -> Result<Page, NoPage> {
    let (rows, next) = match log.read_after(&space, cursor, known, PAGE_BYTES_MAX) {
        Ok(ReadAfter::Rows { rows, next }) => (rows, next),
        Ok(ReadAfter::CaughtUp { head }) => return Err(NoPage::Turn(Turn::CaughtUp { head })),
        Ok(ReadAfter::Reset { head }) => return Err(NoPage::Turn(Turn::Reset { head })),
        Err(error) => return Err(NoPage::Error(error)),
    };
    let author = |row: &PageRow| match row {
        PageRow::Envelope { envelope, .. } => Some(envelope.header().device),
        PageRow::Known { .. } => None,
    };
    let authors = Arc::new(rows.iter().filter_map(author).collect());
    let frame = write_page(&space, &rows).into();
    let head = log.head(&space).map_err(NoPage::Error)?.map_or(next.position, |head| head.position);
    let bytes = part_bytes(&PullPart::Page { space, after: cursor.position, frame, head });
    drop(room.split(room.num_permits().saturating_sub(bytes.len())));
    Ok(Page { part: Bytes::from_owner(Packed { bytes, _room: room }), next, authors })
}

/// A part with its length before it.
pub fn part_bytes(part: &PullPart) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    // Writing into a vector cannot fail.
    let _ = minicbor::encode(part, &mut bytes);
    let len = (bytes.len() - 4) as u32;
    bytes[..4].copy_from_slice(&len.to_be_bytes());
    bytes
}
