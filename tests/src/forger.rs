//! A member who writes envelopes by hand: with a right key and a right chain, and whatever inside.

use std::sync::atomic::{AtomicU8, Ordering};

use sync_engine::envelope::{Encoding, Envelope, HEADER_VERSION, Header, Payload, SignedHeader};
use sync_engine::frame::write_push;
use sync_engine::http::{Http, HttpError, Signing};
use sync_engine::ids::{BlobHash, Cursor, DocumentId, EnvelopeId, Incarnation, Nonce, SpaceId};
use sync_engine::keys::{Purpose, SecretKey};
use sync_engine::payload;
use sync_engine::wire::{Outcome, Push, PushReply, Repair, RepairReply, Route, Tip};

use crate::device::Device;
use crate::world::World;

/// The fields of a header of this version.
const HEADER_FIELDS: u8 = 14;

/// The key of a device, and a chain of its own beside the device's.
pub struct Forger {
    key: SecretKey,
    http: Http,
    space: SpaceId,
    incarnation: Incarnation,
    end: Option<(u64, EnvelopeId)>,
    now_ms: u64,
    requests: u8,
}

impl Forger {
    pub fn with_key_of(device: &Device, world: &World, space: &SpaceId) -> Self {
        Self::with_key(device.with(|engine| engine.key().clone()), world, space)
    }

    pub fn with_key(key: SecretKey, world: &World, space: &SpaceId) -> Self {
        static FORGERS: AtomicU8 = AtomicU8::new(1);
        let nth = FORGERS.fetch_add(1, Ordering::Relaxed);
        let http = Http::new(world.url(), world.id()).expect("an address");
        let incarnation = Incarnation([nth; 8]);
        Self { key, http, space: *space, incarnation, end: None, now_ms: world.now_ms(), requests: 0 }
    }

    /// The same forger before another server with the same key.
    pub fn at(mut self, url: &str) -> Self {
        self.http = Http::new(url, self.http.server()).expect("an address");
        self
    }

    pub fn key(&self) -> &SecretKey {
        &self.key
    }

    /// A header that fits the chain's end.
    pub fn header(&self, document: Option<DocumentId>, encoding: Encoding, payload: &[u8]) -> Header {
        Header {
            version: HEADER_VERSION,
            space: self.space,
            document,
            device: self.key.device(),
            incarnation: self.incarnation,
            counter: self.end.map_or(1, |(counter, _)| counter + 1),
            previous: self.end.map(|(_, id)| id),
            seen: Cursor::START,
            encoding,
            key_epoch: 0,
            payload_bytes: payload.len() as u64,
            payload_hash: BlobHash::of(payload),
            blobs: vec![],
            cover: None,
        }
    }

    /// Signs a header as the chain's next, with this payload beside it.
    pub fn sign(&mut self, header: Header, payload: &[u8]) -> Envelope {
        let signed = SignedHeader::sign(header, &self.key);
        self.end = Some((signed.header().counter, signed.id()));
        Envelope { signed, payload: Payload::Inline(payload.to_vec()) }
    }

    /// The chain's next envelope, with this payload.
    pub fn seal(&mut self, document: DocumentId, encoding: Encoding, payload: &[u8]) -> Envelope {
        let header = self.header(Some(document), encoding, payload);
        self.sign(header, payload)
    }

    /// The chain's next envelope, with these changes.
    pub fn seal_changes(&mut self, document: DocumentId, changes: &[&[u8]]) -> Envelope {
        self.seal(document, Encoding::SPLICES, &payload::pack(changes))
    }

    /// The chain's next envelope as a later version of the app would write it: with a field that this one doesn't
    /// know, in a header of the next version.
    pub fn seal_newer(&mut self, document: DocumentId, payload: &[u8]) -> Envelope {
        let header = Header { version: HEADER_VERSION + 1, ..self.header(Some(document), Encoding::CHANGES, payload) };
        let known = header.to_bytes();
        let (&head, fields) = known.split_first().expect("an array in CBOR");
        // Fields at the end that are none are left out; here they stand, and one more after them.
        let nulls = vec![0xf6; usize::from(HEADER_FIELDS - (head & 0x1f))];
        let bytes = [&[0x80 | (HEADER_FIELDS + 1)], fields, &nulls, b"\x63new"].concat();
        let signature = self.key.sign(Purpose::Envelope, &BlobHash::of(&bytes).0);
        let signed = SignedHeader::read(bytes, signature).expect("a header");
        self.end = Some((signed.header().counter, signed.id()));
        Envelope { signed, payload: Payload::Inline(payload.to_vec()) }
    }

    /// Offers envelopes to the server.
    pub async fn push(&mut self, envelopes: &[Envelope]) -> Result<Vec<Outcome>, HttpError> {
        self.push_frame(write_push(&self.space, envelopes)).await
    }

    /// Offers a frame to the server, whatever is in it.
    pub async fn push_frame(&mut self, frame: Vec<u8>) -> Result<Vec<Outcome>, HttpError> {
        let push = Push { space: self.space, frame: frame.into(), lacks: None };
        let nonce = self.nonce();
        let signing = Signing { key: &self.key, now_ms: self.now_ms, nonce };
        let (reply, _): (PushReply, u64) = self.http.call(signing, Route::Push, &push).await?;
        Ok(reply.outcomes)
    }

    /// The ends of the space's chains.
    pub async fn tips(&mut self) -> Vec<Tip> {
        let nonce = self.nonce();
        let signing = Signing { key: &self.key, now_ms: self.now_ms, nonce };
        let repair = Repair { space: self.space };
        let (reply, _): (RepairReply, u64) =
            self.http.call(signing, Route::Repair, &repair).await.expect("the server answers");
        reply.tips
    }

    fn nonce(&mut self) -> Nonce {
        self.requests += 1;
        let mut nonce = Nonce([self.requests; 16]);
        nonce.0[..8].copy_from_slice(&self.incarnation.0);
        nonce
    }

    /// Offers envelopes that the server takes into its log.
    pub async fn publish(&mut self, envelopes: &[Envelope]) {
        let outcomes = self.push(envelopes).await.expect("the server answers");
        let is_taken = |outcome: &Outcome| matches!(outcome, Outcome::Accepted { .. });
        assert!(outcomes.iter().all(is_taken), "{outcomes:?}");
    }
}
