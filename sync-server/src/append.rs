//! The decision about one envelope: whether it takes the next place of its space's log. Pure: what is stored is
//! asked of [`Facts`], and acting on the decision is the caller's.

use std::collections::HashSet;

use sync_engine::entry::{Entry, Role, space_id};
use sync_engine::envelope::{Chain, Encoding, Envelope, INLINE_BYTES_MAX, Payload};
use sync_engine::ids::{BlobHash, DeviceId, EnvelopeId, Position, SpaceId};
use sync_engine::roster::{HeldReason, Roster, Standing};
use sync_engine::wire::{LaterReason, Outcome};

use crate::log::{LogError, Quota};

/// What the decision needs to know of one space's log. For a space that is not here, all of it is empty.
pub trait Facts {
    /// The row of an envelope, if it is in this space's log.
    fn placed(&self, id: &EnvelopeId) -> Result<Option<Placed>, LogError>;

    /// How many rows of the chain follow `previous`, or begin the chain where that is none. They all have
    /// `counter`.
    fn successors(&self, chain: &Chain, counter: u64, previous: Option<Position>) -> Result<u32, LogError>;

    /// Whether the blob is complete here, with that length: brought by anybody, or by this sender.
    fn has_blob(&self, hash: &BlobHash, bytes: u64, sender: Option<&DeviceId>) -> Result<bool, LogError>;

    /// Whether the server's operator let the device in.
    fn is_let_in(&self, device: &DeviceId) -> Result<bool, LogError>;

    /// Bytes stored in the space, by everyone and by this sender.
    fn stored_bytes(&self, sender: &DeviceId) -> Result<Stored, LogError>;

    /// Bytes stored in the space by each device.
    fn stored_by_each(&self) -> Result<Vec<(DeviceId, u64)>, LogError>;
}

/// Bytes of headers, payloads and blobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stored {
    pub by_all: u64,
    pub by_sender: u64,
}

/// A row that is in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placed {
    pub position: Position,
    pub chain: Chain,
    pub counter: u64,
    pub is_branch: bool,
    pub verdict: Verdict,
}

/// What has become of a row so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Held(HeldReason),
    Refused,
}

impl From<Standing> for Verdict {
    fn from(standing: Standing) -> Self {
        match standing {
            Standing::Accepted => Self::Accepted,
            Standing::Held(reason) => Self::Held(reason),
        }
    }
}

impl Verdict {
    /// The answer to whoever sent the row.
    pub fn outcome(self, position: Position, is_branch: bool) -> Outcome {
        match self {
            Self::Accepted => Outcome::Accepted { position, is_branch },
            Self::Held(reason) => Outcome::Held { position, is_branch, reason },
            Self::Refused => Outcome::Refused { position },
        }
    }
}

/// A space that is kept here, as far as the decision needs it.
#[derive(Clone, Copy, Debug)]
pub struct Kept<'a> {
    pub roster: &'a Roster,
    pub is_recovering: bool,
    /// The device that the operator let in, and that brought the space here.
    pub kept_for: DeviceId,
}

impl Kept<'_> {
    /// Whether the device may read the space. Others are told of no blobs but their own.
    pub fn is_member(&self, device: &DeviceId) -> bool {
        self.roster.role(device).is_some()
    }

    /// Whether no member ever had the device. Whoever was removed has left their past here, and is none.
    fn is_stranger(&self, device: &DeviceId) -> bool {
        !self.roster.devices().contains_key(device) && self.kept_for != *device
    }
}

/// What to do with an envelope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It is here: answer this, and change nothing.
    Repeated(Outcome),
    /// Change nothing.
    Later(LaterReason),
    /// It takes the next place. The roster judges whether it is accepted or held.
    Place { previous: Option<Position>, is_branch: bool },
}

/// Decides about one envelope of `space` that `sender` brought. `kept` is none for a space that is not here; `lacks` are
/// the payloads that the sender says it has not.
pub fn decide(
    facts: &impl Facts,
    space: &SpaceId,
    kept: Option<Kept<'_>>,
    sender: &DeviceId,
    envelope: &Envelope,
    lacks: &HashSet<BlobHash>,
    quota: &Quota,
) -> Result<Decision, LogError> {
    let header = envelope.header();
    if header.space != *space {
        return Ok(Decision::Later(LaterReason::Invalid));
    }
    // Nobody else learns what has become of an envelope, nor where.
    if kept.is_some_and(|kept| !may_relay(&kept, sender, &header.device)) {
        return Ok(Decision::Later(LaterReason::Forbidden));
    }
    // The reply may have been lost after the commit, so a repeat is answered before anything else can stop it.
    if let Some(placed) = facts.placed(&envelope.id())? {
        return Ok(Decision::Repeated(placed.verdict.outcome(placed.position, placed.is_branch)));
    }
    if !is_well_formed(envelope) {
        return Ok(Decision::Later(LaterReason::Invalid));
    }
    let Some(kept) = kept else {
        let is_welcome = is_founding(envelope) && facts.is_let_in(sender)?;
        return Ok(if is_welcome {
            Decision::Place { previous: None, is_branch: false }
        } else {
            Decision::Later(LaterReason::NoSuchSpace)
        });
    };
    if header.document.is_none() && kept.is_recovering {
        return Ok(Decision::Later(LaterReason::Recovering));
    }
    let (previous, is_branch) = match place_in_chain(facts, envelope, quota.branches_max)? {
        Ok(place) => place,
        Err(reason) => return Ok(Decision::Later(reason)),
    };
    let may_go_on = match &envelope.payload {
        Payload::Inline(_) => true,
        // Whoever has it is asked for it. A chain does not end at a payload of which no copy may be left.
        Payload::Blob if kept.is_member(sender) => {
            lacks.contains(&header.payload_hash) || facts.has_blob(&header.payload_hash, header.payload_bytes, None)?
        }
        Payload::Blob => facts.has_blob(&header.payload_hash, header.payload_bytes, Some(sender))?,
        Payload::Dropped => false,
    };
    if !may_go_on {
        return Ok(Decision::Later(LaterReason::MissingPayload));
    }
    let is_admins_entry = header.document.is_none() && kept.roster.role(sender).is_some_and(|role| role == Role::Admin);
    if !is_admins_entry && !has_room(facts, &kept, sender, row_bytes(envelope), quota)? {
        return Ok(Decision::Later(LaterReason::Quota));
    }
    Ok(Decision::Place { previous, is_branch })
}

/// Whether `sender` may store so many more bytes in the space.
pub fn has_room(
    facts: &impl Facts,
    kept: &Kept<'_>,
    sender: &DeviceId,
    bytes: u64,
    quota: &Quota,
) -> Result<bool, LogError> {
    let stored = facts.stored_bytes(sender)?;
    let is_within = |stored: u64, max: u64| stored.saturating_add(bytes) <= max;
    if !is_within(stored.by_sender, quota.device_bytes_max) || !is_within(stored.by_all, quota.space_bytes_max) {
        return Ok(false);
    }
    if !kept.is_stranger(sender) {
        return Ok(true);
    }
    let strangers = facts.stored_by_each()?.into_iter().filter(|(device, _)| kept.is_stranger(device));
    let by_strangers = strangers.fold(0_u64, |sum, (_, bytes)| sum.saturating_add(bytes));
    Ok(is_within(by_strangers, quota.stranger_bytes_max))
}

/// What a row counts for in the quota, in bytes. A blob was counted when it was uploaded.
pub fn row_bytes(envelope: &Envelope) -> u64 {
    let payload = match &envelope.payload {
        Payload::Inline(bytes) => bytes.len(),
        Payload::Blob | Payload::Dropped => 0,
    };
    (envelope.signed.bytes().len() + payload) as u64
}

/// Whether the envelope can begin a log: the entry whose hash is the space's id, first of its chain.
pub fn is_founding(envelope: &Envelope) -> bool {
    let header = envelope.header();
    let is_first_entry = header.document.is_none() && header.encoding == Encoding::ENTRY && header.counter == 1;
    match &envelope.payload {
        Payload::Inline(bytes) if is_first_entry && space_id(bytes) == header.space => {
            matches!(Entry::read(bytes), Ok(Entry::Found { .. }))
        }
        _ => false,
    }
}

/// An entry is judged by its bytes, on every device, so it has to travel with its header.
pub fn is_well_formed(envelope: &Envelope) -> bool {
    match &envelope.payload {
        Payload::Inline(bytes) => bytes.len() <= INLINE_BYTES_MAX,
        Payload::Blob | Payload::Dropped => envelope.header().document.is_some(),
    }
}

/// Authors bring their own, even after they were removed: it is held then. Members bring what others wrote. The
/// device that brought the space here brings its whole log before the log can know it as a member.
fn may_relay(kept: &Kept<'_>, sender: &DeviceId, author: &DeviceId) -> bool {
    let has_brought_it = kept.kept_for == *sender && !kept.roster.devices().contains_key(sender);
    sender == author || kept.is_member(sender) || has_brought_it
}

/// The predecessor's position, and whether that has a successor already.
pub fn place_in_chain(
    facts: &impl Facts,
    envelope: &Envelope,
    branches_max: u32,
) -> Result<Result<(Option<Position>, bool), LaterReason>, LogError> {
    let header = envelope.header();
    let previous = match &header.previous {
        None => None,
        Some(id) => match facts.placed(id)? {
            None => return Ok(Err(LaterReason::MissingPredecessor)),
            Some(placed) if placed.chain != header.chain() || placed.counter.checked_add(1) != Some(header.counter) => {
                return Ok(Err(LaterReason::Invalid));
            }
            Some(placed) => Some(placed.position),
        },
    };
    let successors = facts.successors(&header.chain(), header.counter, previous)?;
    if successors >= branches_max {
        return Ok(Err(LaterReason::Branches));
    }
    Ok(Ok((previous, successors > 0)))
}
