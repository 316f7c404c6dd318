//! A device: its key, its log and its documents, and every hop that an edit takes here. Knows no network; the
//! driver carries what it gives to the server, and what the server says back to it.

mod admit;
mod apply;
mod blobs;
mod cache;
mod compact;
mod editor;
mod excerpt;
mod export;
mod export_index;
mod file_names;
mod handover;
mod hashes;
mod heads;
mod index;
mod looking;
mod members;
mod outbox;
mod record;
mod repair;
mod rescue;
mod seal;
mod search;
mod settle;
mod share;
mod spread;
mod tidy;
mod vouch;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use automerge::{ActorId, Automerge, ChangeHash};

use crate::document::{DocumentError, ItemId};
use crate::editor::EditorError;
use crate::entry::EntryError;
use crate::envelope::EnvelopeError;
use crate::frame::FrameError;
use crate::guard::GuardError;
use crate::ids::{BlobHash, DeviceId, DocumentId, EnvelopeId, Incarnation, Nonce, Position, ServerId, SpaceId};
use crate::keys::SecretKey;
use crate::roster::{Roster, Row};
use crate::store::{
    CommitGate, DatabaseKey, DocumentInfo, DocumentKey, Durability, Listed, SpaceRow, StandingRow, Store, StoreError,
    Unsettled,
};

pub use admit::Received;
pub use apply::PageEffect;
pub use blobs::{BlobFetch, BlobUpload};
pub use cache::CacheLimits;
pub use export::Exported;
pub use heads::Estranged;
pub use looking::{ChangeLine, Conflict, LineChange, Rival, Since, Version};
pub use members::Founding;
pub use outbox::{PushBatch, Pushed};
pub use repair::Reset;
pub use search::Hit;
pub use share::Shared;
pub use who::Who;

/// Fills a buffer with good randomness.
pub type Entropy = Box<dyn FnMut(&mut [u8]) + Send>;

/// Why the engine could not do what was asked. What was there before is there still.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(transparent)]
    Editor(#[from] EditorError),
    #[error("space {0} is not on this device")]
    NoSuchSpace(SpaceId),
    #[error("document {0} is not on this device")]
    NoSuchDocument(DocumentId),
    #[error("version {0} of the document is not on this device")]
    NoSuchVersion(String),
    /// Read what changed again: the page counted in another answer.
    #[error("there is no line {0} among the differences")]
    NoSuchLine(usize),
    #[error("the edit is too large to be stored in one step: {0}")]
    TooLarge(GuardError),
    #[error("the file of {bytes} bytes is above the limit of {} bytes", crate::envelope::PAYLOAD_BYTES_MAX)]
    FileTooLarge { bytes: u64 },
    #[error("the space has entries of a newer version of the app: update it to go on writing")]
    UpdateNeeded,
    #[error("only an admin of the space may do this")]
    NotAllowed,
    #[error("device {0} is no member of the space")]
    NoSuchMember(DeviceId),
    #[error("change {0} builds on it: admit it, and take its effect back by a new edit")]
    BuiltOn(String),
    #[error("envelope {0} is not waiting for a decision")]
    NotHeld(EnvelopeId),
    #[error("document {0} has changes that are not accepted, or none worth a snapshot")]
    NotCompactable(DocumentId),
    #[error("the copy of everything could not be written: {0}")]
    Export(#[from] std::io::Error),
    /// What the server sent cannot be: stop, and say so.
    #[error("the server's answer cannot be used: {0}")]
    BadServer(ServerFault),
}

/// How a server's answer contradicts itself or what it said before.
#[derive(Debug, thiserror::Error)]
pub enum ServerFault {
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error(transparent)]
    Envelope(#[from] EnvelopeError),
    #[error(transparent)]
    Entry(#[from] EntryError),
    #[error("row {0} has a predecessor that was withheld")]
    Withheld(Position),
    #[error("the head at position {0} is not what its rows add up to")]
    Fork(Position),
    #[error("a signature on the head at position {0} is not the home server's")]
    Head(Position),
    #[error("the head at position {0} is an old one")]
    Old(Position),
    #[error("it answers for space {0}, which was not asked for")]
    Unasked(SpaceId),
}

/// A document by its space and id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct DocumentName {
    pub space: SpaceId,
    pub document: DocumentId,
}

/// Something that whoever is looking may want to show.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// Others' changes came into a document.
    DocumentChanged { name: DocumentName, by: Vec<DeviceId> },
    /// The space's members, invites or held envelopes are others now.
    MembersChanged { space: SpaceId },
    /// How far a long read has come, and how far it has to go.
    Progress { space: SpaceId, position: u64, head: u64 },
    /// Everything that the server has is here.
    CaughtUp { space: SpaceId, position: u64 },
    /// The server's log is another one: what this device holds is being compared with it.
    Repairing { space: SpaceId },
    /// The database was restored or copied; the device goes on under a new incarnation.
    NewIncarnation,
    /// This device may not read the space.
    NoAccess { space: SpaceId, reason: crate::wire::NoAccess },
    /// Changes could not be applied, and are named in the quarantine.
    Quarantined { name: DocumentName },
    /// The server has shown another log to the device that wrote the row at this place: it was restored from a
    /// backup, or it lies.
    Estranged { space: SpaceId, position: u64, by: DeviceId },
}

#[cfg(test)]
mod looking_tests;
#[cfg(test)]
mod tests;

/// One device.
pub struct Engine {
    store: Store,
    key: SecretKey,
    incarnation: Incarnation,
    actor: ActorId,
    entropy: Entropy,
    rosters: BTreeMap<SpaceId, Roster>,
    cache: cache::Cache,
    shown: Option<editor::Shown>,
    sent: BTreeMap<(SpaceId, EnvelopeId), outbox::Sent>,
    /// Spaces whose rows of this device's own are to be sent whole: it lacks some of them.
    rereading: BTreeSet<SpaceId>,
    /// Spaces in which the server lacked what an envelope follows, since it last took everything.
    doubted: BTreeSet<SpaceId>,
    /// Envelopes that built on refused changes, and were said once more.
    rescued: BTreeSet<EnvelopeId>,
    /// Wanted blobs that the server did not have when it was asked last.
    absent: BTreeSet<(SpaceId, BlobHash)>,
    /// Where the server's logs ended, as it said last.
    heads: BTreeMap<SpaceId, Position>,
    /// The digests of the places that were passed last, to hold against what others have read.
    passed: BTreeMap<SpaceId, heads::Passed>,
    /// Documents that have grown long, and may be worth a snapshot for everyone.
    long: BTreeSet<DocumentName>,
    events: Vec<Event>,
}

impl Engine {
    /// Opens the device whose database is at `path`, or makes a new one there.
    pub fn open(path: &Path, durability: Durability, entropy: Entropy) -> Result<Self, EngineError> {
        Self::of(Store::open(path, None, durability)?, entropy, None)
    }

    /// As `open`, for a database that is encrypted with that key.
    pub fn open_encrypted(
        path: &Path,
        key: &DatabaseKey,
        durability: Durability,
        entropy: Entropy,
    ) -> Result<Self, EngineError> {
        Self::of(Store::open(path, Some(key), durability)?, entropy, None)
    }

    /// A device for one errand, with the key of that seed: a recovery sheet's makes one that acts as the space's second
    /// admin. Nobody can read its database later.
    pub fn open_passing(path: &Path, mut entropy: Entropy, seed: [u8; 32]) -> Result<Self, EngineError> {
        let mut key = [0; 32];
        entropy(&mut key);
        let store = Store::open(path, Some(&DatabaseKey::Random(key)), Durability::ProcessOnly)?;
        Self::of(store, entropy, Some(seed))
    }

    fn of(mut store: Store, mut entropy: Entropy, seed: Option<[u8; 32]>) -> Result<Self, EngineError> {
        let seed = match store.meta("seed")? {
            Some(seed) => seed,
            None => {
                let (mut fresh, mut incarnation) = ([0; 32], [0; 8]);
                entropy(&mut fresh);
                entropy(&mut incarnation);
                let seed = seed.unwrap_or(fresh).to_vec();
                store.write(|tx| {
                    tx.set_meta("seed", &seed)?;
                    tx.set_meta("incarnation", &incarnation)
                })?;
                seed
            }
        };
        let damaged = |what: &str| StoreError::Corrupt(format!("the device's {what} is missing"));
        let seed: [u8; 32] = seed.try_into().map_err(|_| damaged("key"))?;
        let incarnation = store.meta("incarnation")?.ok_or_else(|| damaged("incarnation"))?;
        let incarnation = Incarnation::try_from(incarnation.as_slice()).map_err(|_| damaged("incarnation"))?;
        let key = SecretKey::from_seed(&seed);
        let actor = fresh_actor(&key.device(), &mut entropy);
        let mut engine = Self {
            store,
            key,
            incarnation,
            actor,
            entropy,
            rosters: BTreeMap::new(),
            cache: cache::Cache::new(CacheLimits::default()),
            shown: None,
            sent: BTreeMap::new(),
            rereading: BTreeSet::new(),
            doubted: BTreeSet::new(),
            rescued: BTreeSet::new(),
            absent: BTreeSet::new(),
            heads: BTreeMap::new(),
            passed: BTreeMap::new(),
            long: BTreeSet::new(),
            events: Vec::new(),
        };
        for space in engine.store.spaces()? {
            let roster = engine.read_roster(&space)?;
            engine.rosters.insert(space.space, roster);
        }
        Ok(engine)
    }

    pub fn device(&self) -> DeviceId {
        self.key.device()
    }

    /// The device's key, for signing requests.
    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    pub fn incarnation(&self) -> Incarnation {
        self.incarnation
    }

    /// Bytes that its database takes up, without what is free in it.
    pub fn size_bytes(&self) -> Result<u64, EngineError> {
        Ok(self.store.size_bytes()?)
    }

    /// What the app keeps about itself on this device under a name, such as its settings; never synced.
    pub fn preference(&self, name: &str) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.store.meta(&preference(name))?)
    }

    pub fn set_preference(&mut self, name: &str, value: &[u8]) -> Result<(), EngineError> {
        Ok(self.store.write(|tx| tx.set_meta(&preference(name), value))?)
    }

    /// Lets a test decide about each commit.
    pub fn set_commit_gate(&mut self, gate: CommitGate) {
        self.store.set_gate(gate);
    }

    /// Writes a consistent copy of the device's database to `path`, which must not exist yet.
    pub fn copy_to(&self, path: &Path) -> Result<(), EngineError> {
        Ok(self.store.copy_to(path)?)
    }

    /// What has happened since the last call.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.events)
    }

    pub fn spaces(&self) -> Result<Vec<SpaceRow>, EngineError> {
        Ok(self.store.spaces()?)
    }

    /// The servers that this device's spaces live on.
    pub fn servers(&self) -> Result<Vec<(ServerId, String)>, EngineError> {
        let mut servers: Vec<(ServerId, String)> = self
            .store
            .spaces()?
            .into_iter()
            .filter_map(|space| space.server.map(|server| (server, space.url)))
            .collect();
        servers.sort();
        servers.dedup_by(|a, b| a.0 == b.0);
        Ok(servers)
    }

    /// The list of documents of one space or of all, the last edited first. No document is opened for it.
    pub fn documents(&self, space: Option<&SpaceId>) -> Result<Vec<DocumentInfo>, EngineError> {
        self.listed(&Listed { space: space.copied(), ..Listed::default() })
    }

    /// The documents that a list is to have, the last edited first.
    pub fn listed(&self, listed: &Listed) -> Result<Vec<DocumentInfo>, EngineError> {
        listed.space.as_ref().map(|space| self.space(space)).transpose()?;
        Ok(self.store.documents(listed)?)
    }

    /// How many documents of a space have something that only this device has.
    pub fn documents_on_device_only(&self, space: &SpaceId) -> Result<usize, EngineError> {
        Ok(self.store.documents_on_device_only(self.space(space)?.key)?)
    }

    /// Whether a document holds something that only this device has.
    pub fn is_on_device_only(&self, name: &DocumentName) -> Result<bool, EngineError> {
        Ok(self.store.is_on_device_only(self.document_key(name)?)?)
    }

    /// Whether others changed a document since it was marked as seen on this device.
    pub fn is_unseen(&self, name: &DocumentName) -> Result<bool, EngineError> {
        Ok(self.store.is_unseen(self.document_key(name)?)?)
    }

    /// Who is in the space, with what this device has said and the server has not confirmed yet.
    pub fn roster(&self, space: &SpaceId) -> Result<Roster, EngineError> {
        let row = self.space(space)?;
        let mut roster = self.rosters.get(space).cloned().unwrap_or_else(|| Roster::new(*space));
        for unplaced in self.store.unplaced_entries(row.key)? {
            roster.take(roster_row(&unplaced.envelope, 0));
        }
        Ok(roster)
    }

    /// Who is in the space as far as the server has confirmed it.
    pub fn confirmed_roster(&self, space: &SpaceId) -> Option<&Roster> {
        self.rosters.get(space)
    }

    /// Envelopes that wait for an admin's decision.
    pub fn held(&self, space: &SpaceId) -> Result<Vec<StandingRow>, EngineError> {
        Ok(self.store.held(self.space(space)?.key)?)
    }

    /// Changes that could not be applied.
    pub fn quarantine(&self, space: &SpaceId) -> Result<Vec<Unsettled>, EngineError> {
        Ok(self.store.quarantine(self.space(space)?.key)?)
    }

    /// Documents that wait for changes which are not here.
    pub fn parked(&self, space: &SpaceId) -> Result<Vec<DocumentId>, EngineError> {
        let keys = self.store.documents_waiting(self.space(space)?.key)?;
        keys.into_iter().map(|key| Ok(self.store.document_name(key)?.1)).collect()
    }

    /// Reads a document.
    pub fn read<T>(&mut self, name: &DocumentName, read: impl FnOnce(&Automerge) -> T) -> Result<T, EngineError> {
        let key = self.document_key(name)?;
        Ok(read(self.opened(key)?))
    }

    /// The document's present version.
    pub fn heads(&mut self, name: &DocumentName) -> Result<Vec<ChangeHash>, EngineError> {
        self.read(name, Automerge::get_heads)
    }

    fn space(&self, space: &SpaceId) -> Result<SpaceRow, EngineError> {
        self.store.space(space)?.ok_or(EngineError::NoSuchSpace(*space))
    }

    /// A space that the server speaks of.
    fn asked(&self, space: &SpaceId) -> Result<SpaceRow, EngineError> {
        self.store.space(space)?.ok_or(EngineError::BadServer(ServerFault::Unasked(*space)))
    }

    fn document_key(&self, name: &DocumentName) -> Result<DocumentKey, EngineError> {
        let space = self.space(&name.space)?;
        let key = self.store.document_key(space.key, &name.document)?;
        key.ok_or(EngineError::NoSuchDocument(name.document))
    }

    fn opened(&mut self, key: DocumentKey) -> Result<&mut Automerge, EngineError> {
        if !self.cache.has(key) {
            let document = self.load(key)?;
            self.cache.put(key, document);
        }
        self.cache.get(key).ok_or(EngineError::Store(StoreError::Corrupt("a document was not cached".into())))
    }

    fn read_roster(&self, space: &SpaceRow) -> Result<Roster, EngineError> {
        let mut roster = Roster::new(space.space);
        for row in self.store.entries(space.key)? {
            roster.take(roster_row(&row.envelope, row.placed.map_or(0, |placed| placed.server_ms)));
        }
        Ok(roster)
    }

    fn random<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        (self.entropy)(&mut bytes);
        bytes
    }

    /// A fresh id for an item of a collection.
    pub fn item_id(&mut self) -> ItemId {
        ItemId(self.random())
    }

    /// A tiebreak for [`document::add`](crate::document::add) and its like: 32 random bits as letters and digits.
    pub fn tiebreak(&mut self) -> String {
        data_encoding::HEXLOWER.encode(&self.random::<4>())
    }

    /// A fresh nonce for a request.
    pub fn nonce(&mut self) -> Nonce {
        Nonce(self.random())
    }

    /// From here on the device's envelopes form a new chain: the old one has met its own past.
    fn renew_incarnation(&mut self) -> Result<(), EngineError> {
        let incarnation = Incarnation(self.random());
        self.store.write(|tx| tx.set_meta("incarnation", incarnation.as_bytes()))?;
        self.incarnation = incarnation;
        self.events.push(Event::NewIncarnation);
        Ok(())
    }
}

/// Apart from the names that the engine itself uses.
fn preference(name: &str) -> String {
    format!("app:{name}")
}

/// 16 bytes of the device and 8 random ones, fresh for every time the engine opens: a restored database never
/// makes a second change under a sequence number that it has used before.
fn fresh_actor(device: &DeviceId, entropy: &mut Entropy) -> ActorId {
    let mut actor = [0; 24];
    actor[..16].copy_from_slice(&device.as_bytes()[..16]);
    entropy(&mut actor[16..]);
    ActorId::from(actor.as_slice())
}

/// An envelope as the roster reads it.
fn roster_row(envelope: &crate::envelope::Envelope, server_ms: u64) -> Row<'_> {
    let entry = match &envelope.payload {
        crate::envelope::Payload::Inline(bytes) if envelope.header().document.is_none() => Some(bytes.as_slice()),
        _ => None,
    };
    Row { id: envelope.id(), header: envelope.header(), entry, server_ms }
}
