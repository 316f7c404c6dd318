//! A server on a free port and devices that speak to it by hand: what they send is exactly what a test wants to
//! send, right or wrong.

#![allow(dead_code, unreachable_pub, reason = "each test file uses its own part")]

pub mod hall;
pub mod http;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sync_engine::entry::{Entry, Person, Role, join_proof, space_id};
use sync_engine::envelope::{Encoding, Envelope, HEADER_VERSION, Header, Payload, SignedHeader};
use sync_engine::frame::{PageRow, read_page, write_push};
use sync_engine::ids::*;
use sync_engine::keys::SecretKey;
use sync_engine::request::Auth;
use sync_engine::wire::*;
use sync_server::log::Quota;
use sync_server::server::{Config, Running, Server};
use sync_server::service::Limits;
use sync_server::tls::Tls;

pub use http::{Reply, Stream};

pub const NOON_MS: u64 = 1_795_348_800_000;

pub struct World {
    pub folder: tempfile::TempDir,
    pub server: Option<Running>,
    pub addr: SocketAddr,
    pub id: ServerId,
    pub now_ms: Arc<AtomicU64>,
}

impl World {
    pub async fn new() -> Self {
        Self::with(Limits::default()).await
    }

    pub async fn with(limits: Limits) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let now_ms = Arc::new(AtomicU64::new(NOON_MS));
        let (database, clock) = (folder.path().join("server.db"), now_ms.clone());
        let server = Server::start(Config {
            database,
            listen: "127.0.0.1:0".parse().expect("an address"),
            tls: Tls::Off,
            quota: Quota::default(),
            limits,
            clock: Arc::new(move || clock.load(Ordering::Relaxed)),
            seed: [42; 32],
        });
        let server = server.await.expect("the server starts");
        Self { folder, addr: server.addr, id: server.id, server: Some(server), now_ms }
    }

    /// A device that the operator let in.
    pub async fn founder(&self, seed: u8) -> Device {
        let mut log =
            sync_server::sqlite::SqliteLog::open(&self.folder.path().join("server.db"), Quota::default(), &[0; 32])
                .expect("the same database");
        let secret = [seed; 32];
        sync_server::log::LogWriter::add_invite(&mut log.writer, BlobHash::of(&secret), u64::MAX >> 1).expect("added");
        let device = self.device(seed);
        device.call::<_, Done>(Route::Enter, &Enter { secret: secret.to_vec().into() }).await.expect("let in");
        device
    }

    pub fn device(&self, seed: u8) -> Device {
        Device {
            key: SecretKey::from_seed(&[seed; 32]),
            addr: self.addr,
            server: self.id,
            now_ms: self.now_ms.clone(),
            nonces: AtomicU64::new(0),
        }
    }

    pub async fn get(&self, path: &str) -> Reply {
        http::send(self.addr, format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes()).await
    }

    /// One number of `/metrics`.
    pub async fn metric(&self, name: &str) -> f64 {
        let text = String::from_utf8(self.get("/metrics").await.body).expect("text");
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        line.unwrap_or_else(|| panic!("{name} is missing in {text}"))
    }

    pub async fn shutdown(&mut self) {
        self.server.take().expect("it runs").shutdown().await;
    }
}

pub struct Device {
    pub key: SecretKey,
    pub addr: SocketAddr,
    pub server: ServerId,
    pub now_ms: Arc<AtomicU64>,
    nonces: AtomicU64,
}

impl Device {
    pub fn id(&self) -> DeviceId {
        self.key.device()
    }

    pub fn auth(&self, route: Route, body: &[u8]) -> Auth {
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.nonces.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        nonce[8..].copy_from_slice(&self.id().0[..8]);
        Auth::sign(&self.key, route, &self.server, self.now_ms.load(Ordering::Relaxed), Nonce(nonce), body)
    }

    /// Sends a request and checks the proof of the reply.
    pub async fn call<Q, A>(&self, route: Route, request: &Q) -> Result<A, Refusal>
    where
        Q: minicbor::Encode<()>,
        A: for<'b> minicbor::Decode<'b, ()>,
    {
        let body = minicbor::to_vec(request).expect("encoded");
        let auth = self.auth(route, &body);
        let reply = http::post(self.addr, route, &auth.to_header(), &body).await;
        assert!(reply.proof().is_signed_by(&self.server, &reply.body), "the reply is the server's");
        assert_eq!(reply.proof().nonce, auth.nonce);
        reply.read()
    }

    pub async fn push(&self, envelopes: &[Envelope]) -> Result<Vec<Outcome>, Refusal> {
        let space = envelopes[0].header().space;
        let push = Push { space, frame: write_push(&space, envelopes).into(), lacks: None };
        self.call::<_, PushReply>(Route::Push, &push).await.map(|reply| reply.outcomes)
    }

    pub async fn pull(&self, spaces: &[(SpaceId, Cursor)], is_following: bool) -> Stream {
        let body = minicbor::to_vec(pull(spaces, is_following)).expect("encoded");
        Stream::open(self.addr, &self.auth(Route::Pull, &body).to_header(), &body).await
    }

    /// Everything in a space, or why not.
    pub async fn read_all(&self, space: SpaceId) -> Result<Vec<PageRow>, NoAccess> {
        let mut stream = self.pull(&[(space, Cursor::START)], false).await;
        let mut rows = vec![];
        while let Some(part) = stream.part().await {
            match part {
                PullPart::Page { frame, .. } => rows.extend(read_page(&space, &frame).expect("a page")),
                PullPart::CaughtUp { head, .. } => assert!(head.is_signed_by(&self.server)),
                PullPart::NoAccess { reason, .. } => return Err(reason),
                other => panic!("unexpected: {other:?}"),
            }
        }
        Ok(rows)
    }

    /// Founds a space, and gives the chain that goes on from there.
    pub async fn found(&self, title: &str) -> Chain {
        let found = Entry::Found {
            title: title.into(),
            founder: person("زهراء"),
            recovery: SecretKey::from_seed(&[250; 32]).device(),
            home: None,
            nonce: [title.len() as u8; 16],
        };
        let mut chain = Chain::new(&self.key, space_id(&found.to_bytes()));
        let outcomes = self.push(&[chain.entry(&found)]).await.expect("pushed");
        assert_accepted(&outcomes);
        chain
    }

    /// Joins by an invite that the admin makes for it.
    pub async fn join(&self, admin: &Device, admins: &mut Chain, role: Role) -> Chain {
        let invite = SecretKey::from_seed(&self.id().0);
        let entry = Entry::Invite { key: invite.device(), role, uses: 1, expires_ms: u64::MAX };
        assert_accepted(&admin.push(&[admins.entry(&entry)]).await.expect("pushed"));
        let mut chain = Chain::new(&self.key, admins.space);
        let proof = join_proof(&invite, &admins.space, &self.id());
        let join = Entry::Join { invite: invite.device(), proof, person: person("علي") };
        assert_accepted(&self.push(&[chain.entry(&join)]).await.expect("pushed"));
        chain
    }
}

pub fn pull(spaces: &[(SpaceId, Cursor)], is_following: bool) -> Pull {
    let of =
        |(space, cursor): &(SpaceId, Cursor)| PullSpace { space: *space, cursor: *cursor, known: None, has_own: false };
    Pull { spaces: spaces.iter().map(of).collect(), is_following }
}

pub fn person(name: &str) -> Person {
    Person { name: name.into(), organisation: "العتبة".into() }
}

pub fn assert_accepted(outcomes: &[Outcome]) {
    assert!(!outcomes.is_empty());
    assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Accepted { .. })), "{outcomes:?}");
}

/// A device's chain in a space.
pub struct Chain {
    pub space: SpaceId,
    pub incarnation: Incarnation,
    key: SecretKey,
    counter: u64,
    previous: Option<EnvelopeId>,
}

impl Chain {
    pub fn new(key: &SecretKey, space: SpaceId) -> Self {
        Self { space, incarnation: Incarnation([1; 8]), key: key.clone(), counter: 0, previous: None }
    }

    pub fn entry(&mut self, entry: &Entry) -> Envelope {
        self.seal(None, Encoding::ENTRY, entry.to_bytes())
    }

    pub fn text(&mut self, text: &str) -> Envelope {
        self.seal(Some(DocumentId([7; 16])), Encoding::CHANGES, text.as_bytes().to_vec())
    }

    /// Bytes that do not compress.
    pub fn noise(&mut self, bytes: usize) -> Envelope {
        let mut state = self.counter.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let noise = std::iter::repeat_with(|| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        });
        self.seal(Some(DocumentId([7; 16])), Encoding::CHANGES, noise.take(bytes).collect())
    }

    pub fn seal(&mut self, document: Option<DocumentId>, encoding: Encoding, payload: Vec<u8>) -> Envelope {
        let header = self.header(document, encoding, &payload);
        self.sign(header, Payload::Inline(payload))
    }

    /// A header that continues the chain.
    pub fn header(&self, document: Option<DocumentId>, encoding: Encoding, payload: &[u8]) -> Header {
        Header {
            version: HEADER_VERSION,
            space: self.space,
            document,
            device: self.key.device(),
            incarnation: self.incarnation,
            counter: self.counter + 1,
            previous: self.previous,
            seen: Cursor::START,
            encoding,
            key_epoch: 0,
            payload_bytes: payload.len() as u64,
            payload_hash: BlobHash::of(payload),
            blobs: vec![],
            cover: None,
        }
    }

    /// Signs a header as the chain's next.
    pub fn sign(&mut self, header: Header, payload: Payload) -> Envelope {
        let signed = SignedHeader::sign(header, &self.key);
        (self.counter, self.previous) = (signed.header().counter, Some(signed.id()));
        Envelope { signed, payload }
    }
}

/// Fails a test that would otherwise wait for ever.
pub async fn within<T>(seconds: u64, what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(seconds), what).await.expect("in time")
}
