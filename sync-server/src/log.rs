//! What a server keeps: for each space, its envelopes in one order. This trait is all that the routes know of
//! storage; `conformance` says what every implementation must do. It never opens a document.

use std::collections::HashSet;

use sync_engine::envelope::Envelope;
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::roster::Roster;
use sync_engine::wire::{Outcome, Tip};

/// Why the log could not do what was asked. Nothing of the call has taken effect then.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// Wait, and try again: another process holds the database, or the disk is full.
    #[error("the log cannot be written now: {0}")]
    Busy(String),
    /// Stop: what is stored contradicts itself.
    #[error("the log is damaged: {0}")]
    Corrupt(String),
    #[error("the log failed: {0}")]
    Storage(#[from] rusqlite::Error),
}

/// One sender's envelopes for one space. Signatures and payload hashes have been verified.
#[derive(Clone, Debug)]
pub struct Batch {
    pub space: SpaceId,
    /// The device that sent them, which need not be their author: members relay for each other.
    pub sender: DeviceId,
    pub envelopes: Vec<Envelope>,
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

/// What the operator may set; every number has its unit in its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Payload bytes that one device may have sent into one space.
    pub device_bytes_max: u64,
    /// Payload and blob bytes that one space may hold.
    pub space_bytes_max: u64,
    /// Successors of one envelope that are kept. A restored or cloned database makes one more each time.
    pub branches_max: u32,
}

impl Default for Quota {
    /// 1 GiB a device and 8 GiB a space, a conference's photographs included, and 16 branches.
    fn default() -> Self {
        Self { device_bytes_max: 1 << 30, space_bytes_max: 8 << 30, branches_max: 16 }
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
    pub payload_bytes: u64,
    pub is_recovering: bool,
}

/// Storage of every space's log.
pub trait Log: Send + 'static {
    /// Appends several senders' batches in one durable transaction: group commit. Repeating a batch is harmless:
    /// an envelope that is here already is answered as it was at first.
    fn append(&mut self, batches: &[Batch]) -> Result<Vec<Appended>, LogError>;

    /// The rows after `cursor`, at most about `bytes_max` of headers and payloads, at least one. Rows that the
    /// reader holds (`known`) come as bare ids.
    fn read_after(
        &self,
        space: &SpaceId,
        cursor: Cursor,
        known: &HashSet<EnvelopeId>,
        bytes_max: usize,
    ) -> Result<ReadAfter, LogError>;

    /// The log's head; none where the space is not kept here.
    fn head(&self, space: &SpaceId) -> Result<Option<Cursor>, LogError>;

    /// The running digest at a position, as a cursor; none past the head.
    fn digest_at(&self, space: &SpaceId, position: Position) -> Result<Option<Cursor>, LogError>;

    /// The last envelope of every branch of every chain.
    fn tips(&self, space: &SpaceId) -> Result<Vec<Tip>, LogError>;

    /// All envelopes from these ones back to the beginnings of their chains.
    fn ancestry(&self, space: &SpaceId, tips: &[EnvelopeId]) -> Result<HashSet<EnvelopeId>, LogError>;

    /// The membership at the head; none where the space is not kept here.
    fn roster(&self, space: &SpaceId) -> Result<Option<Roster>, LogError>;

    /// Makes a secret by which one device may be let in, until `expires_ms`.
    fn add_invite(&mut self, secret_hash: BlobHash, expires_ms: u64) -> Result<(), LogError>;

    /// Lets `device` found spaces, if the secret is known, unused and not expired. Repeating it is harmless.
    fn enter(&mut self, device: DeviceId, secret: &[u8], now_ms: u64) -> Result<bool, LogError>;

    /// Stores a part of a blob whose bytes so far end at `offset`, and says how many are stored. The last part
    /// completes it only if the whole has that hash; otherwise what is stored is dropped, and 0 answered.
    fn put_blob(
        &mut self,
        space: &SpaceId,
        sender: &DeviceId,
        hash: &BlobHash,
        total_bytes: u64,
        offset: u64,
        part: &[u8],
    ) -> Result<u64, LogError>;

    /// A part of a complete blob, and its whole length; none where it is not here.
    fn get_blob(
        &self,
        space: &SpaceId,
        hash: &BlobHash,
        offset: u64,
        bytes_max: usize,
    ) -> Result<Option<(u64, Vec<u8>)>, LogError>;

    /// Appends rows at the very places that they had before this log was restored from a backup. The caller has
    /// checked that they lead to a head that this server had signed.
    fn take_back(&mut self, space: &SpaceId, after: Cursor, rows: &[PageRow]) -> Result<Cursor, LogError>;

    /// Whether the space waits for its members to be confirmed after a restore.
    fn is_recovering(&self, space: &SpaceId) -> Result<bool, LogError>;

    /// Sets or clears that, for one space or for all.
    fn set_recovering(&mut self, space: Option<&SpaceId>, is_recovering: bool) -> Result<(), LogError>;

    /// Drops the payloads that vouched snapshots stand for and that are older than `before_ms`; says how many
    /// and their bytes. Headers stay.
    fn compact(&mut self, before_ms: u64) -> Result<(u64, u64), LogError>;

    /// Every space, for the operator.
    fn spaces(&self) -> Result<Vec<SpaceInfo>, LogError>;
}
