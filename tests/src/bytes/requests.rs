//! The border of a server: requests of everybody, signed and not, through the router as it is served.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Method, Request};
use futures_util::StreamExt as _;
use sync_engine::entry::{Entry, Person, Role, join_proof, space_id};
use sync_engine::envelope::{Encoding, Envelope, Header, Payload, SignedHeader};
use sync_engine::frame::{PageRow, write_page, write_push};
use sync_engine::ids::{BlobHash, Cursor, Incarnation, LogDigest, Nonce, Position, ServerId, SpaceId};
use sync_engine::keys::SecretKey;
use sync_engine::request::Auth;
use sync_engine::wire::{
    AUTH_HEADER, Confirm, Enter, GetBlob, Outcome, Pull, PullSpace, Push, PushReply, PutBlob, Refusal, RefusalCode,
    Repair, Return, Route, SignedHead,
};
use sync_server::log::{LogWriter, Quota};
use sync_server::rates::Rate;
use sync_server::service::{Limits, Service};
use sync_server::sqlite::SqliteLog;

use super::{Reach, Target, cbor, changes, entries, envelopes, frames, keys, mutate};
use crate::disk::Disk;
use crate::sim::random::Random;

const NOON_MS: u64 = 1_795_348_800_000;
const SERVER_SEED: [u8; 32] = [42; 32];
const BLOB: &[u8] = b"the minutes of a closed session";

/// An admin, an editor, a viewer, somebody who was removed, and a stranger.
const DEVICES: usize = 5;

/// Parts of a stream that are read before its reader leaves.
const PARTS_MAX: usize = 3;

/// An input is a method and a path, headers, an empty line, and the body: as in HTTP, with bare line breaks.
pub(super) struct Requests {
    // The runtime ends before the disk.
    runtime: tokio::runtime::Runtime,
    router: Router,
    space: SpaceId,
    service: Arc<Service>,
    _disk: Disk,
}

impl Drop for Requests {
    fn drop(&mut self) {
        self.service.drain();
    }
}

pub(super) fn key(nth: usize) -> SecretKey {
    keys::key(nth as u8 + 1)
}

fn server() -> ServerId {
    keys::key(SERVER_SEED[0]).server()
}

fn found() -> Entry {
    let founder = Person { name: "زهراء".into(), organisation: "العتبة".into() };
    let recovery = SecretKey::from_seed(&[99; 32]).device();
    Entry::Found { title: "المؤتمر الثامن".into(), founder, recovery, home: None, nonce: [7; 16] }
}

fn cbor_of<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoded")
}

/// A request as text and bytes.
fn written(method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("{method} {path}\n");
    headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\n")));
    [head.as_bytes(), b"\n", body].concat()
}

fn signed(route: Route, who: usize, nonce: [u8; 16], body: &[u8]) -> Vec<u8> {
    let auth = Auth::sign(&key(who), route, &server(), NOON_MS, Nonce(nonce), body).to_header();
    written("POST", &route.path(), &[(AUTH_HEADER, &auth)], body)
}

/// A request, as far as the bytes are one.
fn read(bytes: &[u8]) -> Option<Request<Body>> {
    let end = bytes.windows(2).position(|two| two == b"\n\n")?;
    let (head, body) = (&bytes[..end], &bytes[end + 2..]);
    let mut lines = head.split(|byte| *byte == b'\n');
    let mut words = lines.next()?.splitn(2, |byte| *byte == b' ');
    let method = Method::from_bytes(words.next()?).ok()?;
    let mut request = Request::builder().method(method).uri(words.next()?);
    for line in lines {
        let at = line.windows(2).position(|two| two == b": ")?;
        let name = HeaderName::from_bytes(&line[..at]).ok()?;
        request = request.header(name, HeaderValue::from_bytes(&line[at + 2..]).ok()?);
    }
    request.body(Body::from(body.to_vec())).ok()
}

impl Requests {
    pub(super) fn new() -> Self {
        let disk = Disk::new();
        let mut log = SqliteLog::open(&disk.path("server.db"), Quota::default(), &SERVER_SEED).expect("a log");
        let secret = [7; 32];
        log.writer.add_invite(BlobHash::of(&secret), NOON_MS * 2).expect("added");
        // Nobody is slowed down, and whoever follows hears something at once.
        let rate = Rate {
            requests_per_second: 1 << 30,
            requests_burst: 1 << 30,
            bytes_per_second: 1 << 40,
            bytes_burst: 1 << 40,
        };
        let limits = Limits { rate, heartbeat: std::time::Duration::from_millis(1), ..Limits::default() };
        let service = Service::start(log.reader, log.writer, log.key, limits, Arc::new(|| NOON_MS));
        let service = Arc::new(service.expect("a service"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let router = sync_server::routes::router(service.clone());
        let space = space_id(&found().to_bytes());
        let mut requests = Self { runtime, router, space, service, _disk: disk };
        requests.fill(&secret);
        requests
    }

    fn fill(&mut self, secret: &[u8]) {
        let mut nth = 0u8;
        let mut must = |route: Route, who: usize, body: Vec<u8>| {
            nth += 1;
            let reach = self.ask(&signed(route, who, [nth; 16], &body));
            assert!(reach.depth >= 3, "{route:?}: {reach:?}");
        };
        must(Route::Enter, 0, cbor_of(&Enter { secret: secret.to_vec().into() }));
        let space = space_id(&found().to_bytes());
        let mut random = Random::new(0, 0x5e);
        let mut said = |who: usize, entry: &Entry| {
            let envelope = sealed(&mut random, who, space, None, Encoding::ENTRY, entry.to_bytes());
            must(
                Route::Push,
                who,
                cbor_of(&Push { space, frame: write_push(&space, &[envelope]).into(), lacks: None }),
            );
        };
        said(0, &found());
        for (nth, role) in [(1, Role::Editor), (2, Role::Viewer), (3, Role::Editor)] {
            let invite = SecretKey::from_seed(&[60 + nth as u8; 32]);
            said(0, &Entry::Invite { key: invite.device(), role, uses: 1, expires_ms: NOON_MS * 2 });
            let proof = join_proof(&invite, &space, &key(nth).device());
            let person = Person { name: "علي".into(), organisation: String::new() };
            said(nth, &Entry::Join { invite: invite.device(), proof, person });
        }
        said(0, &Entry::RemoveMember { member: key(3).device() });
        let (hash, total_bytes) = (BlobHash::of(BLOB), BLOB.len() as u64);
        must(Route::PutBlob, 0, cbor_of(&PutBlob { space, hash, total_bytes, offset: 0, part: BLOB.to_vec().into() }));
    }

    fn ask(&mut self, bytes: &[u8]) -> Reach {
        use tower_service::Service as _;
        let Some(request) = read(bytes) else { return Reach::new(0, "no request") };
        let route = Route::ALL.into_iter().find(|route| route.path() == request.uri().path());
        let mut router = self.router.clone();
        self.runtime.block_on(async {
            let response = match router.call(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let status = response.status();
            let mut parts = response.into_body().into_data_stream();
            let mut body = Vec::new();
            // A stream may have no end; its reader leaves.
            for _ in 0..PARTS_MAX {
                match parts.next().await {
                    Some(Ok(part)) => body.extend_from_slice(&part),
                    Some(Err(error)) => return Reach::new(4, &format!("broken off: {error}")),
                    None => break,
                }
            }
            if status == 200 {
                let has_stored = match route {
                    Some(Route::Push) => minicbor::decode::<PushReply>(&body).is_ok_and(|reply| {
                        reply.outcomes.iter().any(|outcome| !matches!(outcome, Outcome::Later { .. }))
                    }),
                    Some(Route::PutBlob | Route::Return | Route::Confirm | Route::Enter) => true,
                    _ => false,
                };
                return Reach::new(3 + usize::from(has_stored), route.map_or("page", Route::name));
            }
            match minicbor::decode::<Refusal>(&body) {
                Ok(refusal) => {
                    let depth = match refusal.code {
                        RefusalCode::NotSigned | RefusalCode::Clock => 0,
                        RefusalCode::Malformed => 1,
                        _ => 2,
                    };
                    assert!(
                        refusal.code != RefusalCode::Unavailable || !refusal.message.contains("finished"),
                        "a request was broken off"
                    );
                    Reach::error(depth, &refusal.code)
                }
                Err(_) => Reach::new(0, status.as_str()),
            }
        })
    }

    /// What a member may well ask.
    fn parameters(&self, random: &mut Random, route: Route) -> Vec<u8> {
        let space = if random.chance(90) { self.space } else { SpaceId([1; 32]) };
        let hash = BlobHash::of(BLOB);
        let cursor = Cursor { position: Position(random.below(12) as u64), digest: LogDigest([1; 16]) };
        let head = SignedHead::sign(space, cursor, NOON_MS, &keys::key(SERVER_SEED[0]));
        match route {
            Route::Push => {
                let envelopes = self.envelopes(random, space);
                let frame = write_push(&space, &envelopes);
                let frame = if random.chance(50) { frame } else { frames::wrong(random, &frame, &frame) };
                cbor_of(&Push { space, frame: frame.into(), lacks: None })
            }
            Route::Pull => {
                let cursor = if random.chance(70) { Cursor::START } else { cursor };
                let known = random.chance(20).then(|| vec![sync_engine::ids::EnvelopeId([4; 32]); random.below(4)]);
                let of = PullSpace { space, cursor, known, has_own: random.chance(30) };
                let mut spaces = vec![of; 1 + random.below(2)];
                spaces.iter_mut().skip(1).for_each(|of| of.space = SpaceId([8; 32]));
                cbor_of(&Pull { spaces, is_following: random.chance(30) })
            }
            Route::Repair => cbor_of(&Repair { space }),
            Route::Enter => cbor_of(&Enter { secret: vec![random.below(256) as u8; 32].into() }),
            Route::PutBlob => {
                let part = vec![random.below(256) as u8; random.below(400)];
                let hash = BlobHash::of(&part);
                let (total_bytes, offset) = match random.below(3) {
                    0 => (mutate::number(random, part.len() as u64), 0),
                    1 => (part.len() as u64, mutate::number(random, 0)),
                    _ => (part.len() as u64, 0),
                };
                cbor_of(&PutBlob { space, hash, total_bytes, offset, part: part.into() })
            }
            Route::GetBlob => {
                let offset = if random.chance(60) { 0 } else { mutate::number(random, 9) };
                let bytes_max = random.chance(50).then(|| mutate::number(random, 9) as u32);
                cbor_of(&GetBlob { space, hash, offset, bytes_max })
            }
            Route::Return => {
                let envelopes = self.envelopes(random, space);
                let row = |envelope| PageRow::Envelope { envelope, server_ms: NOON_MS };
                let rows: Vec<PageRow> = envelopes.into_iter().map(row).collect();
                let frame = write_page(&space, &rows);
                let frame = if random.chance(50) { frame } else { frames::wrong(random, &frame, &frame) };
                cbor_of(&Return {
                    space,
                    after: cursor.position,
                    frames: vec![frame.into(); 1 + random.below(2)],
                    head,
                })
            }
            Route::Confirm => cbor_of(&Confirm { space, cursor }),
        }
    }

    fn envelopes(&self, random: &mut Random, space: SpaceId) -> Vec<Envelope> {
        let one = |random: &mut Random| {
            let who = if random.chance(70) { random.below(2) } else { random.below(DEVICES) };
            if random.chance(25) {
                let entry = Entry::RevokeInvite { key: key(random.below(9)).device() };
                let bytes = entries::wrong(random, &entry, &found());
                return sealed(random, who, space, None, Encoding::ENTRY, bytes);
            }
            let nth = random.below(3);
            let (encoding, payload) = changes::payload(random, nth);
            let document = Some(sync_engine::ids::DocumentId([nth as u8; 16]));
            let envelope = sealed(random, who, space, document, encoding, payload);
            if random.chance(80) { envelope } else { odd(random, who, envelope, None) }
        };
        let mut all: Vec<Envelope> = (0..1 + random.below(3)).map(|_| one(random)).collect();
        if random.chance(20) {
            let who = random.below(2);
            let next = sealed(random, who, space, None, Encoding::ENTRY, vec![]);
            let next = odd(random, who, next, all.first());
            all.push(next);
        }
        all
    }
}

/// The first envelope of a new chain.
pub(super) fn sealed(
    random: &mut Random,
    who: usize,
    space: SpaceId,
    document: Option<sync_engine::ids::DocumentId>,
    encoding: Encoding,
    payload: Vec<u8>,
) -> Envelope {
    let key = key(who);
    let mut incarnation = [0; 8];
    random.fill(&mut incarnation);
    let header = envelopes::header(random, &key, space, &payload);
    let incarnation = Incarnation(incarnation);
    let header =
        Header { document, encoding, incarnation, counter: 1, previous: None, blobs: vec![], cover: None, ..header };
    let seen = Cursor::START;
    Envelope { signed: SignedHeader::sign(Header { seen, ..header }, &key), payload: Payload::Inline(payload) }
}

/// The same envelope under a header with something odd in it, signed again; it may claim to follow `before`.
pub(super) fn odd(random: &mut Random, who: usize, envelope: Envelope, before: Option<&Envelope>) -> Envelope {
    let key = key(who);
    let mut header = envelope.header().clone();
    for _ in 0..1 + random.below(2) {
        match random.below(11) {
            0 | 1 => {
                header.previous = before.map(Envelope::id);
                header.counter = mutate::number(random, 2);
            }
            2 => header.seen.position = Position(mutate::number(random, 3)),
            3 => header.seen.digest = LogDigest([9; 16]),
            4 => header.key_epoch = mutate::number(random, 0) as u32,
            5 => header.encoding = Encoding(random.below(256) as u8),
            6 => header.version = random.below(4) as u8,
            7 => header.blobs = vec![BlobHash([random.below(256) as u8; 32]); random.below(6)],
            8 => header.incarnation = Incarnation([1; 8]),
            9 => header.payload_bytes = mutate::number(random, header.payload_bytes),
            _ => header.document = random.chance(50).then_some(sync_engine::ids::DocumentId([77; 16])),
        }
    }
    let payload = if random.chance(10) { Payload::Dropped } else { envelope.payload };
    Envelope { signed: SignedHeader::sign(header, &key), payload }
}

impl Target for Requests {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        let route = if random.chance(45) { Route::Push } else { Route::ALL[random.below(Route::ALL.len())] };
        let mut body = self.parameters(random, route);
        match random.below(10) {
            0..4 => {}
            4 => mutate::some(random, &mut body, b"\x9f\xff"),
            _ => cbor::mutate(random, &mut body, b"\x83\x00\x01\x02"),
        }
        let who = if random.chance(60) { random.below(2) } else { random.below(DEVICES) };
        let mut nonce = [0; 16];
        random.fill(&mut nonce);
        let request = signed(route, who, nonce, &body);
        if random.chance(88) {
            return request;
        }
        let mut auth = cbor_of(&Auth::sign(&key(who), route, &server(), NOON_MS, Nonce(nonce), &body));
        cbor::mutate(random, &mut auth, b"\x80");
        let auth = data_encoding::BASE64URL_NOPAD.encode(&auth);
        let long = "9".repeat(random.below(200));
        match random.below(8) {
            0 => written("POST", &route.path(), &[(AUTH_HEADER, &auth)], &body),
            1 => written(["GET", "PUT", "HEAD", "X", "OPTIONS"][random.below(5)], &route.path(), &[], &body),
            2 => {
                let path = ["/health", "/metrics", "/v1/", "/v1/push/", "//v1/push", "/v1/%70ush", "/v1/push?a=b", "*"];
                written("POST", path[random.below(path.len())], &[(AUTH_HEADER, &auth)], &body)
            }
            3 => written("GET", ["/health", "/metrics"][random.below(2)], &[], b""),
            4 => written("POST", &route.path(), &[(AUTH_HEADER, &auth), ("content-length", &long)], &body),
            5 => {
                let at = request.len() - body.len() - 1;
                let length = ["0", "1", "-1", "2097153", "18446744073709551616", "1 ", "0x10", ""][random.below(8)];
                let mut request = request;
                request.splice(at..at, format!("content-length: {length}\n").into_bytes());
                request
            }
            6 => written("POST", &route.path(), &[(AUTH_HEADER, &"A".repeat(random.below(20_000)))], &body),
            _ => {
                let mut request = request;
                mutate::some(random, &mut request, b"multaqa-auth: \n\n");
                request
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        self.ask(bytes)
    }
}
