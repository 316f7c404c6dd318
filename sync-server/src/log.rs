//! What a server keeps: for each space, its envelopes in one order. These two traits are all that the routes know
//! of storage; `conformance` says what every implementation must do. It never opens a document.
//!
//! They are two because readers never wait for the writer: the routes share a [`LogReader`], and one thread owns
//! the [`LogWriter`].

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use sync_engine::envelope::{Chain, Envelope};
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::roster::Roster;
use sync_engine::wire::{LaterReason, Outcome, Tip};

/// Why the log could not do what was asked. Nothing of the call has taken effect then.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Wait, and try again: another process holds the database, or the disk is full.
    #[error("the log cannot be written now: {0}")]
    Busy(String),
    /// Stop: what is stored contradicts itself.
    #[error("the log is damaged: {0}")]
    Corrupt(String),
    /// The caller's rows do not continue this log, or its file is not what it should be.
    #[error("it does not fit the log: {0}")]
    Unfit(String),
    #[error("the log failed: {0}")]
    Storage(String),
}

/// One sender's envelopes for one space. Signatures and payload hashes have been verified.
#[derive(Clone, Debug)]
pub struct Batch {
    pub space: SpaceId,
    /// The device that sent them, which need not be their author: members relay for each other.
    pub sender: DeviceId,
    pub envelopes: Vec<Envelope>,
    /// Large payloads of these envelopes that the sender has not either.
    pub lacks: HashSet<BlobHash>,
    /// The server's clock when the batch came in, in Unix milliseconds.
    pub now_ms: u64,
}

/// What became of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// One for each envelope, in their order.
    pub outcomes: Vec<Outcome>,
    /// The log's head afterwards; none where the space is not kept here.
    pub head: Option<Cursor>,
    /// Devices whose access the batch ended: their streams are to be closed.
    pub removed: Vec<DeviceId>,
}

/// What comes after a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadAfter {
    /// Consecutive rows, and the cursor after the last of them.
    Rows { rows: Vec<PageRow>, next: Cursor },
    /// The reader has everything.
    CaughtUp { head: Cursor },
    /// The cursor is not of this log.
    Reset { head: Cursor },
}

/// What a reader said it holds: everything from some tips back to the beginnings of their chains. It grows with
/// the chains, not with the rows, so a thousand readers may repair at once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    /// Chains without branches: every row up to this place.
    chains: HashMap<Chain, Position>,
    /// The rows of chains with branches, which are few.
    single: HashSet<EnvelopeId>,
    /// The reader itself, if it holds all that it wrote.
    author: Option<DeviceId>,
}

impl Known {
    /// All rows of a chain up to a place. Only for chains that have no branches so far.
    pub fn add_chain(&mut self, chain: Chain, up_to: Position) {
        let known = self.chains.entry(chain).or_default();
        *known = up_to.max(*known);
    }

    /// One row; false if it was known before.
    pub fn add(&mut self, id: EnvelopeId) -> bool {
        self.single.insert(id)
    }

    /// Every row that this device wrote.
    pub fn add_author(&mut self, device: DeviceId) {
        self.author = Some(device);
    }

    /// Whether the reader holds the row of `chain` at `position`.
    pub fn holds(&self, chain: &Chain, position: Position, id: &EnvelopeId) -> bool {
        self.author == Some(chain.device)
            || self.chains.get(chain).is_some_and(|up_to| position <= *up_to)
            || self.single.contains(id)
    }

    pub fn is_empty(&self) -> bool {
        self.chains.is_empty() && self.single.is_empty() && self.author.is_none()
    }
}

/// What became of a blob's part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobPart {
    /// So many bytes of the blob are here now; all of them, once it is complete.
    Stored(u64),
    /// Not taken, and nothing has changed.
    Later(LaterReason),
}

/// What the operator may set; every number has its unit in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Bytes of headers, payloads and blobs that one device may have stored in one space.
    pub device_bytes_max: u64,
    /// Bytes of headers, payloads and blobs that one space may hold. An admin's entries are taken beyond it, so
    /// that a full space can still be put in order.
    pub space_bytes_max: u64,
    /// Bytes that all devices that no member ever had may have stored in one space together: room for those whom an
    /// admin has yet to let in, and not enough for a stranger to fill the space.
    pub stranger_bytes_max: u64,
    /// Successors of one envelope that are kept. A restored or cloned database makes one more each time.
    pub branches_max: u32,
}

impl Default for Quota {
    /// 1 GiB a device and 8 GiB a space, a conference's photographs included; 64 MiB for strangers; 16 branches.
    fn default() -> Self {
        Self { device_bytes_max: 1 << 30, space_bytes_max: 8 << 30, stranger_bytes_max: 64 << 20, branches_max: 16 }
    }
}

/// One space, as the operator sees it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SpaceInfo {
    pub space: SpaceId,
    pub title: String,
    pub position: u64,
    pub held: u64,
    pub members: u64,
    /// Of headers, payloads and blobs, as the quota counts them.
    pub stored_bytes: u64,
    pub is_recovering: bool,
}

/// Reads every space's log. Many may read at once, and none of them waits for the writer.
pub trait LogReader: Send + Sync + 'static {
    /// The rows after `cursor`, at most about `bytes_max` of headers and payloads, at least one. Rows that the
    /// reader holds come as bare ids. Held and refused rows are among them: readers judge each row themselves. A
    /// space that is not kept here reads as an empty log.
    fn read_after(
        &self,
        space: &SpaceId,
        cursor: Cursor,
        known: &Known,
        bytes_max: usize,
    ) -> Result<ReadAfter, LogError>;

    /// The log's head; none where the space is not kept here.
    fn head(&self, space: &SpaceId) -> Result<Option<Cursor>, LogError>;

    /// The running digest at a position, as a cursor; none past the head, or where the space is not kept here.
    fn digest_at(&self, space: &SpaceId, position: Position) -> Result<Option<Cursor>, LogError>;

    /// The last envelope of every branch of every chain.
    fn tips(&self, space: &SpaceId) -> Result<Vec<Tip>, LogError>;

    /// Everything from those of these tips that are here back to the beginnings of their chains.
    fn ancestry(&self, space: &SpaceId, tips: &[EnvelopeId]) -> Result<Known, LogError>;

    /// The membership at the head; none where the space is not kept here.
    fn roster(&self, space: &SpaceId) -> Result<Option<Arc<Roster>>, LogError>;

    /// A part of a complete blob, and its whole length; none where it is not here.
    fn get_blob(
        &self,
        space: &SpaceId,
        hash: &BlobHash,
        offset: u64,
        bytes_max: usize,
    ) -> Result<Option<(u64, Vec<u8>)>, LogError>;

    /// Blobs that rows of the space name and that are not complete here, at most `count_max`.
    fn lacking(&self, space: &SpaceId, count_max: usize) -> Result<Vec<BlobHash>, LogError>;

    /// Whether the space waits for its members to be confirmed after a restore.
    fn is_recovering(&self, space: &SpaceId) -> Result<bool, LogError>;

    /// Every space, for the operator.
    fn spaces(&self) -> Result<Vec<SpaceInfo>, LogError>;
}

/// Writes every space's log. There is one, and each call is one durable transaction.
pub trait LogWriter: Send + 'static {
    /// Appends several senders' batches at once: group commit. Repeating a batch is harmless: an envelope that is
    /// here already is answered with the place it has, and with what has become of it.
    fn append(&mut self, batches: &[Batch]) -> Result<Vec<Appended>, LogError>;

    /// Makes a secret by which one device may be let in, until `expires_ms`.
    fn add_invite(&mut self, secret_hash: BlobHash, expires_ms: u64) -> Result<(), LogError>;

    /// Lets `device` found spaces, if the secret is known, unused and not expired. Repeating it is harmless.
    fn enter(&mut self, device: DeviceId, secret: &[u8], now_ms: u64) -> Result<bool, LogError>;

    /// Stores a part of a blob whose bytes so far end at `offset`; a part from elsewhere, or an empty one, only
    /// asks how many are stored. The last part completes it only if the whole has that hash; otherwise what is
    /// stored is dropped, and 0 answered. Senders don't see each other's unfinished uploads.
    fn put_blob(&mut self, part: &PutPart<'_>) -> Result<BlobPart, LogError>;

    /// Appends rows at the very places that they had before this log was restored from a backup, and answers the
    /// head. The caller has checked that they lead to a head that this server had signed, and every signature.
    /// Rows that are back already are passed over. A space that comes back whole waits to be confirmed, too.
    fn take_back(&mut self, space: &SpaceId, after: Cursor, rows: &[PageRow]) -> Result<Cursor, LogError>;

    /// Sets or clears whether the members wait to be confirmed, for one space or for all.
    fn set_recovering(&mut self, space: Option<&SpaceId>, is_recovering: bool) -> Result<(), LogError>;

    /// Drops the payloads that vouched snapshots stand for, and the uploads that nothing refers to, where they are
    /// older than `before_ms`; says how many payloads and how many bytes. Headers stay.
    fn compact(&mut self, before_ms: u64) -> Result<(u64, u64), LogError>;
}

/// A part of a blob on its way in.
#[derive(Clone, Copy, Debug)]
pub struct PutPart<'a> {
    pub space: SpaceId,
    pub sender: DeviceId,
    pub hash: BlobHash,
    pub total_bytes: u64,
    pub offset: u64,
    pub part: &'a [u8],
    /// The server's clock, in Unix milliseconds.
    pub now_ms: u64,
}
