//! A small world around a log: authors with keys and chains, one space, and a clock that only the claim moves.

use std::sync::Arc;

use sync_engine::entry::{Entry, Person, Role, join_proof, space_id};
use sync_engine::envelope::{Cover, Encoding, Envelope, HEADER_VERSION, Header, Payload, SignedHeader};
use sync_engine::frame::PageRow;
use sync_engine::ids::{BlobHash, Cursor, DeviceId, DocumentId, EnvelopeId, Incarnation, Position, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::wire::Outcome;

use super::Make;
use crate::log::{Appended, Batch, Known, LogReader, LogWriter, PutPart, Quota, ReadAfter};

/// The two halves of one log.
pub struct Halves {
    pub writer: Box<dyn LogWriter>,
    pub reader: Arc<dyn LogReader>,
}

/// Where a claim happens.
pub struct World<'a> {
    make: &'a mut Make<'a>,
    pub log: Halves,
    pub space: SpaceId,
    pub now_ms: u64,
}

/// A device with one chain in the world's space.
#[derive(Clone, Debug)]
pub struct Author {
    pub key: SecretKey,
    pub incarnation: Incarnation,
    pub counter: u64,
    pub previous: Option<EnvelopeId>,
}

/// The document that claims write to, unless they say otherwise.
pub const NOTE: DocumentId = DocumentId([3; 16]);

/// The secret that the operator gives out.
pub const SECRET: &[u8] = b"let me in";

pub fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

pub fn person(name: &str) -> Person {
    Person { name: name.into(), organisation: "العتبة".into() }
}

impl Author {
    pub fn new(seed: u8) -> Self {
        Self { key: key(seed), incarnation: Incarnation([seed; 8]), counter: 0, previous: None }
    }

    pub fn id(&self) -> DeviceId {
        self.key.device()
    }

    /// The next envelope of this chain, with a header as `change` leaves it.
    pub fn seal(&mut self, space: SpaceId, payload: Payload, change: impl FnOnce(&mut Header)) -> Envelope {
        self.counter += 1;
        let bytes = if let Payload::Inline(bytes) = &payload { bytes.as_slice() } else { &[] };
        let mut header = Header {
            version: HEADER_VERSION,
            space,
            document: Some(NOTE),
            device: self.id(),
            incarnation: self.incarnation,
            counter: self.counter,
            previous: self.previous,
            seen: Cursor::START,
            encoding: Encoding::CHANGES,
            key_epoch: 0,
            payload_bytes: bytes.len() as u64,
            payload_hash: BlobHash::of(bytes),
            blobs: vec![],
            cover: None,
        };
        change(&mut header);
        let signed = SignedHeader::sign(header, &self.key);
        self.previous = Some(signed.id());
        Envelope { signed, payload }
    }

    pub fn write(&mut self, space: SpaceId, text: &str) -> Envelope {
        self.seal(space, Payload::Inline(text.into()), |_| {})
    }

    pub fn say(&mut self, space: SpaceId, entry: &Entry) -> Envelope {
        self.seal(space, Payload::Inline(entry.to_bytes()), |header| {
            (header.document, header.encoding) = (None, Encoding::ENTRY);
        })
    }

    pub fn join(&mut self, space: SpaceId, invite: &SecretKey) -> Envelope {
        let proof = join_proof(invite, &space, &self.id());
        self.say(space, &Entry::Join { invite: invite.device(), proof, person: person("علي") })
    }
}

/// The entry that founds a space with this nonce.
pub fn found(nonce: u8) -> Entry {
    Entry::Found {
        title: "مؤتمر".into(),
        founder: person("زهراء"),
        recovery: key(200).device(),
        home: None,
        nonce: [nonce; 16],
    }
}

impl<'a> World<'a> {
    pub fn new(make: &'a mut Make<'_>) -> Self {
        let log = make(Quota::default());
        Self { make, log, space: space_id(&found(0).to_bytes()), now_ms: 1000 }
    }

    /// Another empty log. It takes the place of the world's own, which is handed out.
    pub fn another_log(&mut self, quota: Quota) -> Halves {
        std::mem::replace(&mut self.log, (self.make)(quota))
    }

    /// Lets a device in by a secret of its own.
    pub fn let_in(&mut self, device: DeviceId) {
        let secret = [SECRET, device.as_bytes()].concat();
        self.log.writer.add_invite(BlobHash::of(&secret), u64::MAX).expect("an invite is stored");
        assert!(self.log.writer.enter(device, &secret, self.now_ms).expect("a device enters"));
    }

    /// The world's space, founded by the author with seed 1.
    pub fn founded(&mut self) -> Author {
        let mut admin = Author::new(1);
        self.let_in(admin.id());
        let founding = admin.say(self.space, &found(0));
        assert!(is_accepted(&self.push(&admin, &[founding])[0]));
        admin
    }

    /// A member with this role, by an invite of their own.
    pub fn member(&mut self, admin: &mut Author, seed: u8, role: Role) -> Author {
        let invite = key(seed + 100);
        let entry = Entry::Invite { key: invite.device(), role, uses: 1, expires_ms: u64::MAX };
        let inviting = admin.say(self.space, &entry);
        assert!(is_accepted(&self.push(admin, &[inviting])[0]));
        let mut author = Author::new(seed);
        let joining = author.join(self.space, &invite);
        assert!(is_accepted(&self.push(&author, &[joining])[0]));
        author
    }

    /// The author sends their own envelopes.
    pub fn push(&mut self, author: &Author, envelopes: &[Envelope]) -> Vec<Outcome> {
        self.relay(author.id(), envelopes).outcomes
    }

    /// Anyone sends envelopes.
    pub fn relay(&mut self, sender: DeviceId, envelopes: &[Envelope]) -> Appended {
        self.relay_lacking(sender, envelopes, &[])
    }

    /// Anyone sends envelopes, some of whose payloads it has not.
    pub fn relay_lacking(&mut self, sender: DeviceId, envelopes: &[Envelope], lacks: &[BlobHash]) -> Appended {
        let lacks = lacks.iter().copied().collect();
        let batch = Batch { space: self.space, sender, envelopes: envelopes.to_vec(), lacks, now_ms: self.now_ms };
        self.log.writer.append(&[batch]).expect("a batch is appended").remove(0)
    }

    /// The author says an entry, which is accepted.
    pub fn say(&mut self, author: &mut Author, entry: &Entry) -> EnvelopeId {
        let envelope = author.say(self.space, entry);
        let outcome = self.push(author, std::slice::from_ref(&envelope))[0];
        assert!(is_accepted(&outcome), "{outcome:?}");
        envelope.id()
    }

    /// The author writes a text, which is accepted.
    pub fn write(&mut self, author: &mut Author, text: &str) -> EnvelopeId {
        let envelope = author.write(self.space, text);
        let outcome = self.push(author, std::slice::from_ref(&envelope))[0];
        assert!(is_accepted(&outcome), "{outcome:?}");
        envelope.id()
    }

    /// The author stores a snapshot that covers these tips, having read the whole log.
    pub fn snapshot(&mut self, author: &mut Author, tips: &[EnvelopeId]) -> EnvelopeId {
        let seen = self.head();
        let envelope = author.seal(self.space, Payload::Inline(b"snapshot".to_vec()), |header| {
            header.encoding = Encoding::SNAPSHOT;
            header.seen = seen;
            header.cover = Some(Cover { tips: tips.to_vec(), heads: BlobHash::of(b"heads") });
        });
        assert!(is_accepted(&self.push(author, std::slice::from_ref(&envelope))[0]));
        envelope.id()
    }

    pub fn head(&self) -> Cursor {
        self.log.reader.head(&self.space).expect("the head is read").unwrap_or_default()
    }

    /// Every row after a cursor, in one page.
    pub fn rows_after(&self, cursor: Cursor, known: &Known) -> Vec<PageRow> {
        match self.log.reader.read_after(&self.space, cursor, known, usize::MAX).expect("a page is read") {
            ReadAfter::Rows { rows, .. } => rows,
            ReadAfter::CaughtUp { .. } => vec![],
            ReadAfter::Reset { .. } => panic!("the cursor is not of this log"),
        }
    }

    pub fn rows(&self) -> Vec<PageRow> {
        self.rows_after(Cursor::START, &Known::default())
    }

    /// The payload of an envelope as readers get it.
    pub fn payload(&self, id: EnvelopeId) -> Payload {
        let mut rows = self.rows().into_iter();
        let found = rows.find_map(|row| match row {
            PageRow::Envelope { envelope, .. } if envelope.id() == id => Some(envelope.payload),
            _ => None,
        });
        found.expect("the row is in the log")
    }

    /// Uploads a blob in one part.
    pub fn upload(&mut self, sender: DeviceId, bytes: &[u8]) -> crate::log::BlobPart {
        let part = PutPart {
            space: self.space,
            sender,
            hash: BlobHash::of(bytes),
            total_bytes: bytes.len() as u64,
            offset: 0,
            part: bytes,
            now_ms: self.now_ms,
        };
        self.log.writer.put_blob(&part).expect("a part is stored")
    }

    pub fn compact(&mut self) -> (u64, u64) {
        let before_ms = self.now_ms + 1;
        self.log.writer.compact(before_ms).expect("the log is compacted")
    }
}

pub fn is_accepted(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Accepted { .. })
}

/// The place that an outcome names; none for `Later`.
pub fn position(outcome: &Outcome) -> Option<Position> {
    match outcome {
        Outcome::Accepted { position, .. } | Outcome::Held { position, .. } | Outcome::Refused { position } => {
            Some(*position)
        }
        Outcome::Later { .. } => None,
    }
}
