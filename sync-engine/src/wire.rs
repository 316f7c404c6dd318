//! What devices and servers say to each other over HTTP: the routes, their parameters and replies, in CBOR.
//! Who may say it is `request`'s concern; how envelopes travel is `frame`'s.

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

use crate::envelope::Chain;
use crate::ids::{BlobHash, Cursor, EnvelopeId, Nonce, Position, SpaceId};
use crate::keys::{Purpose, SecretKey, Signature, is_signed_by};
use crate::roster::HeldReason;

/// The media type of every request and reply: a captive portal's page has another one.
pub const CONTENT_TYPE: &str = "application/vnd.multaqa+cbor";

/// The header of a signed request.
pub const AUTH_HEADER: &str = "multaqa-auth";

/// The header that ties a reply to its request.
pub const REPLY_HEADER: &str = "multaqa-reply";

/// 2 MiB: a full push and its overhead.
pub const BODY_BYTES_MAX: usize = 2 << 20;

/// 256 KiB of a blob a request, so that a broken line loses little.
pub const BLOB_PART_BYTES_MAX: usize = 256 << 10;

/// 256 spaces a pull; a delegate has a handful.
pub const SPACES_MAX: usize = 256;

/// 16,384 chain tips of a space: every device of a very large conference, many times restored.
pub const TIPS_MAX: usize = 16_384;

/// 64 blobs of a space, 2 kB: what a server lacks beyond them, it names once these have come.
pub const LACKS_MAX: usize = 64;

/// A stream is alive while something arrives at least this often.
pub const HEARTBEAT_MS: u64 = 15_000;

/// One kind of request. Its name is signed instead of the address, because proxies add prefixes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Route {
    Push,
    Pull,
    Repair,
    Enter,
    PutBlob,
    GetBlob,
    Return,
    Confirm,
}

impl Route {
    pub const ALL: [Self; 8] =
        [Self::Push, Self::Pull, Self::Repair, Self::Enter, Self::PutBlob, Self::GetBlob, Self::Return, Self::Confirm];

    /// The last part of the path, and the signed name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Push => "push",
            Self::Pull => "pull",
            Self::Repair => "repair",
            Self::Enter => "enter",
            Self::PutBlob => "put-blob",
            Self::GetBlob => "get-blob",
            Self::Return => "return",
            Self::Confirm => "confirm",
        }
    }

    /// The path below the server's address.
    pub fn path(self) -> String {
        format!("/v1/{}", self.name())
    }
}

/// Offers envelopes of one space.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Push {
    #[n(0)]
    pub space: SpaceId,
    /// What `frame::write_push` wrote.
    #[n(1)]
    pub frame: ByteVec,
    /// Large payloads of these envelopes that the sender has not either. Their rows are taken without them, so that
    /// what follows in the chain finds its place, and the payload is asked of everyone who reads the log.
    #[n(2)]
    pub lacks: Option<Vec<BlobHash>>,
}

/// What became of a push's envelopes, in their order.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PushReply {
    #[n(0)]
    pub outcomes: Vec<Outcome>,
}

/// What became of one envelope. A repeated one is answered as it was at first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Outcome {
    #[n(0)]
    Accepted {
        #[n(0)]
        position: Position,
        /// The chain has another successor of the same envelope: go on under a new incarnation.
        #[n(1)]
        is_branch: bool,
    },
    #[n(1)]
    Held {
        #[n(0)]
        position: Position,
        #[n(1)]
        is_branch: bool,
        #[n(2)]
        reason: HeldReason,
    },
    #[n(2)]
    Refused {
        #[n(0)]
        position: Position,
    },
    #[n(3)]
    Later {
        #[n(0)]
        reason: LaterReason,
    },
}

/// Why an envelope was not taken. It stays in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum LaterReason {
    /// Its predecessor in the chain is not here.
    #[n(0)]
    MissingPredecessor,
    /// Its payload is not here: upload it first.
    #[n(1)]
    MissingPayload,
    /// The space's or the device's storage is full.
    #[n(2)]
    Quota,
    /// Too many branches grow from one envelope.
    #[n(3)]
    Branches,
    /// The signature is wrong, or the bytes are not an envelope of this space.
    #[n(4)]
    Invalid,
    /// This server keeps no such space, and the device may not found one here.
    #[n(5)]
    NoSuchSpace,
    /// The server was restored from a backup, and an admin must confirm the members first.
    #[n(6)]
    Recovering,
    /// The sender may not relay into this space.
    #[n(7)]
    Forbidden,
}

/// Reads everything past the cursors.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Pull {
    #[n(0)]
    pub spaces: Vec<PullSpace>,
    /// Keep the stream open, and go on as rows come in.
    #[n(1)]
    pub is_following: bool,
}

/// One space of a pull.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PullSpace {
    #[n(0)]
    pub space: SpaceId,
    #[n(1)]
    pub cursor: Cursor,
    /// The tips of the chains that the reader holds: rows up to them come as bare ids.
    #[n(2)]
    pub known: Option<Vec<EnvelopeId>>,
    /// The reader holds all that it wrote itself: those rows, too, come as bare ids.
    #[n(3)]
    pub has_own: bool,
}

/// A part of the answer to a pull. On the wire each has its length before it, as four bytes, big-endian.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum PullPart {
    /// Consecutive rows.
    #[n(0)]
    Page {
        #[n(0)]
        space: SpaceId,
        /// Where the first row's predecessor stands.
        #[n(1)]
        after: Position,
        /// What `frame::write_page` wrote.
        #[n(2)]
        frame: ByteVec,
        /// Where the log ended when the page was made: how far there is to go.
        #[n(3)]
        head: Position,
    },
    /// The reader has all rows of this space.
    #[n(1)]
    CaughtUp {
        #[n(0)]
        head: SignedHead,
        /// Payloads and attachments that rows of the space name and the server does not have, at most `LACKS_MAX`:
        /// it was restored from a backup, or they are still on their way. Said once in a stream. None if it has all.
        #[n(1)]
        lacks: Option<Vec<BlobHash>>,
    },
    /// The reader's cursor does not fit this log.
    #[n(2)]
    Reset {
        #[n(0)]
        head: SignedHead,
    },
    #[n(3)]
    Heartbeat {
        #[n(0)]
        server_ms: u64,
    },
    /// The reader may not read this space, or it is not here.
    #[n(4)]
    NoAccess {
        #[n(0)]
        space: SpaceId,
        #[n(1)]
        reason: NoAccess,
        /// The tips of the reader's own chains that are here, so that it notices what the server has lost. None
        /// from a server that does not say.
        #[n(2)]
        own: Option<Vec<Tip>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum NoAccess {
    #[n(0)]
    NoSuchSpace,
    /// No member here (yet), though something that the device wrote is. To others the space is as good as missing.
    #[n(1)]
    NotAMember,
    #[n(2)]
    Removed,
}

/// A log's head as its server states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignedHead {
    #[n(0)]
    pub space: SpaceId,
    #[n(1)]
    pub cursor: Cursor,
    #[n(2)]
    pub server_ms: u64,
    #[n(3)]
    pub signature: Signature,
}

impl SignedHead {
    pub fn sign(space: SpaceId, cursor: Cursor, server_ms: u64, key: &SecretKey) -> Self {
        let signature = key.sign(Purpose::Head, &Self::message(&space, &cursor, server_ms));
        Self { space, cursor, server_ms, signature }
    }

    pub fn is_signed_by(&self, server: &crate::ids::ServerId) -> bool {
        let message = Self::message(&self.space, &self.cursor, self.server_ms);
        is_signed_by(&server.0, Purpose::Head, &message, &self.signature)
    }

    fn message(space: &SpaceId, cursor: &Cursor, server_ms: u64) -> Vec<u8> {
        let mut message = space.0.to_vec();
        message.extend(cursor.position.0.to_be_bytes());
        message.extend(cursor.digest.0);
        message.extend(server_ms.to_be_bytes());
        message
    }
}

/// Compares the tips of every branch of every chain.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Repair {
    #[n(0)]
    pub space: SpaceId,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct RepairReply {
    #[n(0)]
    pub head: SignedHead,
    #[n(1)]
    pub tips: Vec<Tip>,
    /// Whether the server waits for its members to be confirmed after a restore.
    #[n(2)]
    pub is_recovering: bool,
}

/// The last envelope of one branch of a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Tip {
    #[n(0)]
    pub chain: Chain,
    #[n(1)]
    pub counter: u64,
    #[n(2)]
    pub id: EnvelopeId,
}

/// Lets the device found spaces here, by the secret that the server's operator gave it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Enter {
    #[n(0)]
    pub secret: ByteVec,
}

/// Stores a part of a payload or attachment. Parts come in order; the reply says how many bytes are here.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PutBlob {
    #[n(0)]
    pub space: SpaceId,
    #[n(1)]
    pub hash: BlobHash,
    #[n(2)]
    pub total_bytes: u64,
    #[n(3)]
    pub offset: u64,
    /// Empty to ask only how far an earlier upload came.
    #[n(4)]
    pub part: ByteVec,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct PutBlobReply {
    #[n(0)]
    pub stored_bytes: u64,
}

/// Reads a part of a payload or attachment.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GetBlob {
    #[n(0)]
    pub space: SpaceId,
    #[n(1)]
    pub hash: BlobHash,
    #[n(2)]
    pub offset: u64,
    /// No more than so many bytes at once, so that a part gets through before the line breaks; none is 256 KiB.
    #[n(3)]
    pub bytes_max: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GetBlobReply {
    #[n(0)]
    pub total_bytes: u64,
    #[n(1)]
    pub part: ByteVec,
}

/// Gives a restored server rows back that it had signed: a page after its present head, and the head that it
/// stated at the page's end.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Return {
    #[n(0)]
    pub space: SpaceId,
    #[n(1)]
    pub after: Position,
    #[n(2)]
    pub frames: Vec<ByteVec>,
    #[n(3)]
    pub head: SignedHead,
}

/// An admin's word that the membership at this head is the true one, after a restore.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Confirm {
    #[n(0)]
    pub space: SpaceId,
    #[n(1)]
    pub cursor: Cursor,
}

/// The answer to a request that has nothing else to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Done {}

/// Why a request was turned down as a whole.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Refusal {
    #[n(0)]
    pub code: RefusalCode,
    /// For people; names the thing.
    #[n(1)]
    pub message: String,
    #[n(2)]
    pub retry_after_ms: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum RefusalCode {
    /// The request is not well formed, or above a limit.
    #[n(0)]
    Malformed,
    /// The signature, nonce or server id is wrong.
    #[n(1)]
    NotSigned,
    /// The device's clock is off: take the time of the reply's header, and repeat.
    #[n(2)]
    Clock,
    /// The device may not do this here.
    #[n(3)]
    Forbidden,
    /// Too many requests: wait.
    #[n(4)]
    Rate,
    /// What was asked for is not here.
    #[n(5)]
    NotFound,
    /// The server cannot now: it drains, or its disk is full.
    #[n(6)]
    Unavailable,
}

/// What ties a reply to its request, in the header `REPLY_HEADER`: the request's nonce and the server's time,
/// signed together with the body's hash (of a stream: of no bytes, as its parts carry their own proofs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ReplyProof {
    #[n(0)]
    pub nonce: Nonce,
    #[n(1)]
    pub server_ms: u64,
    #[n(2)]
    pub signature: Signature,
}

impl ReplyProof {
    pub fn sign(nonce: Nonce, server_ms: u64, body: &[u8], key: &SecretKey) -> Self {
        Self { nonce, server_ms, signature: key.sign(Purpose::Reply, &Self::message(&nonce, server_ms, body)) }
    }

    pub fn is_signed_by(&self, server: &crate::ids::ServerId, body: &[u8]) -> bool {
        let message = Self::message(&self.nonce, self.server_ms, body);
        is_signed_by(&server.0, Purpose::Reply, &message, &self.signature)
    }

    fn message(nonce: &Nonce, server_ms: u64, body: &[u8]) -> Vec<u8> {
        let mut message = nonce.0.to_vec();
        message.extend(server_ms.to_be_bytes());
        message.extend(BlobHash::of(body).0);
        message
    }
}
