//! Who may do what: every route of the protocol, asked by every kind of caller, rightly signed and not. Whatever is
//! refused leaves the server's file as it was, to the byte.

mod support;

use std::collections::BTreeSet;

use support::hall::{BLOB, BLOB_ELSEWHERE, Caller, EXPIRED_SECRET, Hall, USED_SECRET};
use support::{NOON_MS, Reply, http, person, within};
use sync_engine::entry::{Entry, Home, Role, join_proof};
use sync_engine::envelope::{Cover, Encoding, Envelope, HEADER_VERSION, Header, Payload, SignedHeader};
use sync_engine::frame::{write_page, write_push};
use sync_engine::ids::*;
use sync_engine::keys::{Purpose, SecretKey};
use sync_engine::request::{Auth, CLOCK_SKEW_MS_MAX};
use sync_engine::roster::HeldReason as Why;
use sync_engine::wire::LaterReason as Not;
use sync_engine::wire::RefusalCode as Code;
use sync_engine::wire::*;

/// Worlds with other keys, other bytes and another order.
const SEEDS: u64 = 2;

/// What a request comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Said {
    Done,
    Refused(Code),
    /// What became of the one envelope of a push.
    Accepted,
    Held(Why),
    Later(Not),
    /// How a pull begins.
    Reads,
    Resets,
    Nothing(NoAccess),
}
use Said::{Accepted, Held, Later, Nothing, Reads, Refused, Resets};

impl Said {
    /// Whether something may be in the server's file now that was not before.
    fn may_write(self) -> bool {
        matches!(self, Self::Done | Accepted | Held(_))
    }
}

/// One row of the table: a request, and what each of `Caller::ALL` is answered, in their order.
struct Cell {
    what: &'static str,
    body: fn(&mut Hall, Caller) -> Vec<u8>,
    said: [Said; 6],
}

fn cell(what: &'static str, said: [Said; 6], body: fn(&mut Hall, Caller) -> Vec<u8>) -> Cell {
    Cell { what, body, said }
}

/// The rows of one route. There is no wildcard here: a new route is no route before it has a row.
fn table(route: Route) -> Vec<Cell> {
    match route {
        Route::Push => pushed_texts().into_iter().chain(pushed_entries()).collect(),
        Route::Pull => pulls(),
        Route::Repair => repairs(),
        Route::Enter => enters(),
        Route::PutBlob => uploads(),
        Route::GetBlob => downloads(),
        Route::Return => returns(),
        Route::Confirm => confirms(),
    }
}

const WRITES: [Said; 6] =
    [Held(Why::NotAMember), Held(Why::Role), Accepted, Accepted, Held(Why::Removed), Held(Why::NotAMember)];
const DECIDES: [Said; 6] =
    [Held(Why::NotAMember), Held(Why::Role), Held(Why::Role), Accepted, Held(Why::Removed), Held(Why::NotAMember)];
const BELONGS: [Said; 6] =
    [Held(Why::NotAMember), Accepted, Accepted, Accepted, Held(Why::Removed), Held(Why::NotAMember)];
const MALFORMED: [Said; 6] = [Refused(Code::Malformed); 6];
const FORBIDDEN: [Said; 6] = [Refused(Code::Forbidden); 6];
const NOT_FOUND: [Said; 6] = [Refused(Code::NotFound); 6];

/// Those who may not read are answered as of a space that is not here; whoever was removed knows that it is.
const fn read(members: Said) -> [Said; 6] {
    let missing = Refused(Code::NotFound);
    [missing, members, members, members, Refused(Code::Forbidden), missing]
}

const fn pulled(members: Said) -> [Said; 6] {
    let missing = Nothing(NoAccess::NoSuchSpace);
    [missing, members, members, members, Nothing(NoAccess::Removed), missing]
}

/// Members bring what others wrote; nobody else does.
const fn relayed(members: Said) -> [Said; 6] {
    let no = Later(Not::Forbidden);
    [no, members, members, members, no, no]
}

fn bytes<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoded")
}

fn push(envelope: Envelope) -> Vec<u8> {
    let space = envelope.header().space;
    bytes(&Push { space, frame: write_push(&space, &[envelope]).into() })
}

const DOCUMENT: Option<DocumentId> = Some(DocumentId([7; 16]));

/// An envelope whose header was changed before it was signed.
fn edited(hall: &mut Hall, caller: Caller, payload: &[u8], edit: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut chain = hall.chain(caller, hall.space);
    let mut header = chain.header(DOCUMENT, Encoding::CHANGES, payload);
    edit(&mut header);
    push(chain.sign(header, Payload::Inline(payload.to_vec())))
}

/// An envelope whose payload travels apart.
fn large(hall: &mut Hall, caller: Caller, document: Option<DocumentId>, payload: &[u8]) -> Vec<u8> {
    let mut chain = hall.chain(caller, hall.space);
    let encoding = if document.is_some() { Encoding::CHANGES } else { Encoding::ENTRY };
    let header = chain.header(document, encoding, payload);
    push(chain.sign(header, Payload::Blob))
}

fn pushed_texts() -> Vec<Cell> {
    let large_here = [
        Later(Not::MissingPayload),
        Held(Why::Role),
        Accepted,
        Accepted,
        Later(Not::MissingPayload),
        Later(Not::MissingPayload),
    ];
    let founds = [
        Later(Not::NoSuchSpace),
        Later(Not::NoSuchSpace),
        Later(Not::NoSuchSpace),
        Accepted,
        Later(Not::NoSuchSpace),
        Accepted,
    ];
    vec![
        cell("changes", WRITES, |hall, caller| push(hall.text(caller, Encoding::CHANGES))),
        cell("changes, compressed", WRITES, |hall, caller| push(hall.text(caller, Encoding::CHANGES_ZSTD))),
        cell("splices", WRITES, |hall, caller| push(hall.text(caller, Encoding::SPLICES))),
        cell("splices, compressed", WRITES, |hall, caller| push(hall.text(caller, Encoding::SPLICES_ZSTD))),
        cell("a snapshot", WRITES, |hall, caller| push(hall.text(caller, Encoding::SNAPSHOT))),
        cell("an encoding of next year", WRITES, |hall, caller| push(hall.text(caller, Encoding(99)))),
        cell("an entry's encoding for a document", WRITES, |hall, caller| push(hall.text(caller, Encoding::ENTRY))),
        cell("no payload", WRITES, |hall, caller| edited(hall, caller, b"", |_| {})),
        cell("a header of next year", WRITES, |hall, caller| {
            edited(hall, caller, b"text", |header| header.version = HEADER_VERSION + 1)
        }),
        cell("an attachment that is not here", WRITES, |hall, caller| {
            edited(hall, caller, b"text", |header| header.blobs = vec![BlobHash([4; 32])])
        }),
        cell("a snapshot that covers another's", WRITES, |hall, caller| {
            let tips = vec![hall.held[0].id()];
            edited(hall, caller, b"text", |header| header.cover = Some(Cover { tips, heads: BlobHash([4; 32]) }))
        }),
        cell("a cursor that it cannot have", WRITES, |hall, caller| {
            let seen = Cursor { position: Position(u64::MAX), digest: LogDigest([5; 16]) };
            edited(hall, caller, b"text", |header| header.seen = seen)
        }),
        cell("a predecessor that is not here", [Later(Not::MissingPredecessor); 6], |hall, caller| {
            edited(hall, caller, b"text", |header| (header.counter, header.previous) = (2, Some(EnvelopeId([6; 32]))))
        }),
        cell("a predecessor in another's chain", [Later(Not::Invalid); 6], |hall, caller| {
            let previous = hall.held[0].id();
            edited(hall, caller, b"text", |header| (header.counter, header.previous) = (2, Some(previous)))
        }),
        cell("a large payload that is not here", [Later(Not::MissingPayload); 6], |hall, caller| {
            large(hall, caller, DOCUMENT, b"nobody has uploaded this")
        }),
        cell("a large payload that a member uploaded", large_here, |hall, caller| large(hall, caller, DOCUMENT, BLOB)),
        cell("a large payload of the other space", [Later(Not::MissingPayload); 6], |hall, caller| {
            large(hall, caller, DOCUMENT, BLOB_ELSEWHERE)
        }),
        cell("signed in an admin's name", [Later(Not::Invalid); 6], |hall, caller| {
            let named = if caller == Caller::Admin { Caller::Editor } else { Caller::Admin };
            let named = hall.device(named).id();
            edited(hall, caller, b"text", |header| header.device = named)
        }),
        cell("an admin's envelope that is new", relayed(Accepted), |hall, _| {
            push(hall.text(Caller::Admin, Encoding::CHANGES))
        })
        .but(Caller::Admin, Accepted),
        cell("a viewer's envelope that is new", relayed(Held(Why::Role)), |hall, _| {
            push(hall.text(Caller::Viewer, Encoding::CHANGES))
        }),
        cell("a removed device's envelope that is new", relayed(Held(Why::Removed)), |hall, _| {
            push(hall.text(Caller::Removed, Encoding::CHANGES))
        })
        .but(Caller::Removed, Held(Why::Removed)),
        cell("a stranger's envelope that is new", relayed(Held(Why::NotAMember)), |hall, _| {
            push(hall.text(Caller::Stranger, Encoding::CHANGES))
        })
        .but(Caller::Stranger, Held(Why::NotAMember)),
        cell("an envelope that is in the log", relayed(Held(Why::Removed)), |hall, _| push(hall.held[0].clone()))
            .but(Caller::Removed, Held(Why::Removed)),
        cell("an envelope of the other space", MALFORMED, |hall, caller| {
            let space = hall.space;
            let foreign = hall.chain(caller, hall.elsewhere).text("text");
            bytes(&Push { space, frame: write_push(&space, &[foreign]).into() })
        }),
        cell("into a space that is not here", [Later(Not::NoSuchSpace); 6], |hall, caller| {
            push(hall.chain(caller, hall.missing).text("text"))
        }),
        cell("a space of its own", founds, |hall, caller| {
            let nonce = [hall.random().to_be_bytes(), hall.random().to_be_bytes()].concat().try_into().expect("16");
            let device = hall.device(caller).id();
            let entry =
                Entry::Found { title: "خاص".into(), founder: person("علي"), recovery: device, home: None, nonce };
            push(hall.chain(caller, sync_engine::entry::space_id(&entry.to_bytes())).entry(&entry))
        }),
        cell("a frame that is none", MALFORMED, |hall, _| {
            bytes(&Push { space: hall.space, frame: hall.random().to_be_bytes().to_vec().into() })
        }),
        cell("no push", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

impl Cell {
    /// The same row, but for one caller.
    fn but(mut self, caller: Caller, said: Said) -> Self {
        self.said[caller as usize] = said;
        self
    }
}

fn joins(reason: Why, of_removed: Why) -> [Said; 6] {
    [Held(reason), Accepted, Accepted, Accepted, Held(of_removed), Held(reason)]
}

fn join(hall: &mut Hall, caller: Caller, invite: &SecretKey, proven_for: Caller) -> Vec<u8> {
    let proof = join_proof(invite, &hall.space, &hall.device(proven_for).id());
    push(hall.entry(caller, &Entry::Join { invite: invite.device(), proof, person: person("علي") }))
}

fn pushed_entries() -> Vec<Cell> {
    vec![
        cell("a second founding", [Held(Why::EntryUnfit); 6], |hall, caller| {
            let (recovery, nonce) = (hall.device(caller).id(), [1; 16]);
            let founder = person("علي");
            push(hall.entry(caller, &Entry::Found { title: "ثانٍ".into(), founder, recovery, home: None, nonce }))
        }),
        cell("an invite", DECIDES, |hall, caller| {
            let key = SecretKey::from_seed(&[hall.random() as u8; 32]).device();
            let key = DeviceId(BlobHash::of(&[&key.0[..], &hall.random().to_be_bytes()].concat()).0);
            push(hall.entry(caller, &Entry::Invite { key, role: Role::Admin, uses: 1, expires_ms: u64::MAX }))
        }),
        cell("a join by an unknown invite", joins(Why::InviteUnknown, Why::InviteUnknown), |hall, caller| {
            join(hall, caller, &SecretKey::from_seed(&[200; 32]), caller)
        }),
        cell("a join by an invite that is used up", joins(Why::InviteUsedUp, Why::Removed), |hall, caller| {
            join(hall, caller, &hall.dead_invites[0].clone(), caller)
        }),
        cell("a join by an invite that has expired", joins(Why::InviteExpired, Why::Removed), |hall, caller| {
            join(hall, caller, &hall.dead_invites[1].clone(), caller)
        }),
        cell("a join by an invite that was revoked", joins(Why::InviteUnknown, Why::InviteUnknown), |hall, caller| {
            join(hall, caller, &hall.dead_invites[2].clone(), caller)
        }),
        cell("a join by the proof of another", joins(Why::InviteUnknown, Why::InviteUnknown), |hall, caller| {
            let other = if caller == Caller::Stranger { Caller::Elsewhere } else { Caller::Stranger };
            join(hall, caller, &hall.dead_invites[0].clone(), other)
        }),
        cell("one more device of its own", BELONGS, |hall, caller| {
            let added = SecretKey::from_seed(&BlobHash::of(&hall.random().to_be_bytes()).0);
            let consent = join_proof(&added, &hall.space, &hall.device(caller).id());
            push(hall.entry(caller, &Entry::AddDevice { device: added.device(), label: "هاتف".into(), consent }))
        }),
        cell("a device that did not agree", BELONGS.map(unfit), |hall, caller| {
            let added = SecretKey::from_seed(&BlobHash::of(&hall.random().to_be_bytes()).0);
            let consent = join_proof(&added, &hall.elsewhere, &hall.device(caller).id());
            push(hall.entry(caller, &Entry::AddDevice { device: added.device(), label: "هاتف".into(), consent }))
        }),
        cell("itself an admin", DECIDES, |hall, caller| {
            let member = hall.device(caller).id();
            push(hall.entry(caller, &Entry::ChangeRole { member, role: Role::Admin }))
        }),
        cell("another an admin", DECIDES, |hall, caller| {
            let member = hall.victims.pop().expect("a victim");
            push(hall.entry(caller, &Entry::ChangeRole { member, role: Role::Admin }))
        }),
        cell("a member's removal", DECIDES, |hall, caller| {
            let member = hall.victims.pop().expect("a victim");
            push(hall.entry(caller, &Entry::RemoveMember { member }))
        }),
        cell("a device's removal", DECIDES, |hall, caller| {
            let device = hall.victims.pop().expect("a victim");
            push(hall.entry(caller, &Entry::RemoveDevice { device }))
        }),
        cell("the removal of nobody", DECIDES.map(unfit), |hall, caller| {
            push(hall.entry(caller, &Entry::RemoveMember { member: DeviceId([8; 32]) }))
        }),
        cell("the end of an invite", DECIDES, |hall, caller| {
            let key = hall.dead_invites[2].device();
            push(hall.entry(caller, &Entry::RevokeInvite { key }))
        }),
        cell("another home", DECIDES, |hall, caller| {
            let home = Home { server: hall.world.id, url: "http://sync.example.org".into() };
            push(hall.entry(caller, &Entry::Home { home }))
        }),
        cell("what is held, admitted", DECIDES, |hall, caller| {
            let envelopes = vec![hall.held.pop().expect("a held envelope").id()];
            push(hall.entry(caller, &Entry::Admit { envelopes }))
        }),
        cell("what is held, refused", DECIDES, |hall, caller| {
            let envelopes = vec![hall.held.pop().expect("a held envelope").id()];
            push(hall.entry(caller, &Entry::Refuse { envelopes }))
        }),
        cell("a word for a snapshot", BELONGS, |hall, caller| {
            push(hall.entry(caller, &Entry::Vouch { snapshot: EnvelopeId([6; 32]) }))
        }),
        cell("a word against a snapshot", BELONGS, |hall, caller| {
            push(hall.entry(caller, &Entry::Object { snapshot: EnvelopeId([6; 32]) }))
        }),
        cell("an entry of next year", [Held(Why::EntryUnknown); 6], |hall, caller| {
            let payload = vec![0x82, 0x18, 99, 0x80];
            push(hall.chain(caller, hall.space).seal(None, Encoding::ENTRY, payload))
        }),
        cell("an entry in a document's encoding", [Held(Why::EntryUnknown); 6], |hall, caller| {
            let payload = Entry::Vouch { snapshot: EnvelopeId([6; 32]) }.to_bytes();
            push(hall.chain(caller, hall.space).seal(None, Encoding::CHANGES, payload))
        }),
        cell("an entry that travels apart", [Later(Not::Invalid); 6], |hall, caller| large(hall, caller, None, BLOB)),
    ]
}

/// What who may say such a thing is answered where it contradicts the log.
fn unfit(said: Said) -> Said {
    if said == Accepted { Held(Why::EntryUnfit) } else { said }
}

fn pull(space: SpaceId, cursor: Cursor) -> PullSpace {
    PullSpace { space, cursor, known: None, has_own: false }
}

fn pulls() -> Vec<Cell> {
    let mut elsewhere = [Nothing(NoAccess::NoSuchSpace); 6];
    elsewhere[Caller::Elsewhere as usize] = Reads;
    vec![
        cell("from the start", pulled(Reads), |hall, _| {
            bytes(&Pull { spaces: vec![pull(hall.space, Cursor::START)], is_following: false })
        }),
        cell("from the end", pulled(Reads), |hall, _| {
            bytes(&Pull { spaces: vec![pull(hall.space, hall.head(hall.space))], is_following: false })
        }),
        cell("following", pulled(Reads), |hall, _| {
            bytes(&Pull { spaces: vec![pull(hall.space, Cursor::START)], is_following: true })
        }),
        cell("with what it holds", pulled(Reads), |hall, _| {
            let known = Some(hall.held.iter().map(Envelope::id).collect());
            let of = PullSpace { known, has_own: true, ..pull(hall.space, Cursor::START) };
            bytes(&Pull { spaces: vec![of], is_following: false })
        }),
        cell("from another log's cursor", pulled(Resets), |hall, _| {
            let strange = Cursor { digest: LogDigest([9; 16]), ..hall.head(hall.space) };
            bytes(&Pull { spaces: vec![pull(hall.space, strange)], is_following: false })
        }),
        cell("from beyond the end", pulled(Resets), |hall, _| {
            let beyond = Cursor { position: Position(1 << 30), digest: LogDigest([9; 16]) };
            bytes(&Pull { spaces: vec![pull(hall.space, beyond)], is_following: false })
        }),
        cell("the other space", elsewhere, |hall, _| {
            bytes(&Pull { spaces: vec![pull(hall.elsewhere, Cursor::START)], is_following: false })
        }),
        cell("a space that is not here", [Nothing(NoAccess::NoSuchSpace); 6], |hall, _| {
            bytes(&Pull { spaces: vec![pull(hall.missing, Cursor::START)], is_following: false })
        }),
        cell("one space twice", MALFORMED, |hall, _| {
            bytes(&Pull { spaces: vec![pull(hall.space, Cursor::START); 2], is_following: false })
        }),
        cell("too many spaces", MALFORMED, |_, _| {
            let spaces = (0..=SPACES_MAX).map(|nth| pull(SpaceId(BlobHash::of(&nth.to_be_bytes()).0), Cursor::START));
            bytes(&Pull { spaces: spaces.collect(), is_following: false })
        }),
        cell("no pull", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

fn repairs() -> Vec<Cell> {
    let mut elsewhere = NOT_FOUND;
    elsewhere[Caller::Elsewhere as usize] = Said::Done;
    vec![
        cell("the space", read(Said::Done), |hall, _| bytes(&Repair { space: hall.space })),
        cell("the other space", elsewhere, |hall, _| bytes(&Repair { space: hall.elsewhere })),
        cell("a space that is not here", NOT_FOUND, |hall, _| bytes(&Repair { space: hall.missing })),
        cell("no repair", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

fn enters() -> Vec<Cell> {
    fn enter(secret: &[u8]) -> Vec<u8> {
        bytes(&Enter { secret: secret.to_vec().into() })
    }
    vec![
        // Whoever has the operator's secret is let in, whoever that is.
        cell("a fresh secret", [Said::Done; 6], |hall, _| enter(&hall.secrets.pop().expect("a secret"))),
        cell("an unknown secret", FORBIDDEN, |hall, _| enter(&hall.random().to_be_bytes())),
        cell("no secret", FORBIDDEN, |_, _| enter(b"")),
        cell("a secret that another device used", FORBIDDEN, |_, _| enter(USED_SECRET)),
        cell("a secret that has expired", FORBIDDEN, |_, _| enter(EXPIRED_SECRET)),
        cell("no enter", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

fn put(space: SpaceId, blob: &[u8], part: &[u8]) -> Vec<u8> {
    let (hash, total_bytes) = (BlobHash::of(blob), blob.len() as u64);
    bytes(&PutBlob { space, hash, total_bytes, offset: 0, part: part.to_vec().into() })
}

fn uploads() -> Vec<Cell> {
    vec![
        // What is held has its payload here, too, so there is room for everybody's.
        cell("a blob", [Said::Done; 6], |hall, _| {
            let blob = hall.random().to_be_bytes();
            put(hall.space, &blob, &blob)
        }),
        cell("a question about a blob", [Said::Done; 6], |hall, _| put(hall.space, BLOB, b"")),
        cell("into a space that is not here", NOT_FOUND, |hall, _| put(hall.missing, BLOB, BLOB)),
        cell("a part beyond the end", MALFORMED, |hall, _| put(hall.space, b"short", b"longer")),
        cell("a blob above the limit", MALFORMED, |hall, _| {
            let (space, hash) = (hall.space, BlobHash([1; 32]));
            bytes(&PutBlob { space, hash, total_bytes: u64::MAX, offset: 0, part: vec![1].into() })
        }),
        cell("no upload", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

fn get(space: SpaceId, blob: &[u8]) -> Vec<u8> {
    bytes(&GetBlob { space, hash: BlobHash::of(blob), offset: 0 })
}

fn downloads() -> Vec<Cell> {
    let mut elsewhere = NOT_FOUND;
    elsewhere[Caller::Elsewhere as usize] = Said::Done;
    vec![
        cell("a blob", read(Said::Done), |hall, _| get(hall.space, BLOB)),
        cell("a blob from beyond its end", read(Said::Done), |hall, _| {
            bytes(&GetBlob { space: hall.space, hash: BlobHash::of(BLOB), offset: u64::MAX })
        }),
        cell("a blob that is not here", read(Refused(Code::NotFound)), |hall, _| get(hall.space, b"nothing")),
        cell("the other space's blob, as this one's", read(Refused(Code::NotFound)), |hall, _| {
            get(hall.space, BLOB_ELSEWHERE)
        }),
        cell("the other space's blob", elsewhere, |hall, _| get(hall.elsewhere, BLOB_ELSEWHERE)),
        cell("a blob of a space that is not here", NOT_FOUND, |hall, _| get(hall.missing, BLOB)),
        cell("no question", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

/// The space's rows from its start, as a page, and the head that the server signed after them.
fn returned(hall: &Hall, edit: impl FnOnce(&mut Return)) -> Vec<u8> {
    let rows = hall.rows();
    let key = SecretKey::from_seed(&[42; 32]);
    let head = SignedHead::sign(hall.space, hall.head(hall.space), NOON_MS, &key);
    let frames = vec![write_page(&hall.space, &rows).into()];
    let mut back = Return { space: hall.space, after: Position::START, frames, head };
    edit(&mut back);
    bytes(&back)
}

fn returns() -> Vec<Cell> {
    vec![
        // That the server had signed it is all the proof there is, and all that is needed.
        cell("what the server signed", [Said::Done; 6], |hall, _| returned(hall, |_| {})),
        cell("a head that another key signed", FORBIDDEN, |hall, caller| {
            let key = hall.device(caller).key.clone();
            returned(hall, |back| back.head = SignedHead::sign(back.space, back.head.cursor, 1, &key))
        }),
        cell("a head whose time was changed", FORBIDDEN, |hall, _| returned(hall, |back| back.head.server_ms += 1)),
        cell("a head of the other space", FORBIDDEN, |hall, _| {
            let (key, space) = (SecretKey::from_seed(&[42; 32]), hall.elsewhere);
            returned(hall, |back| back.head = SignedHead::sign(space, back.head.cursor, 1, &key))
        }),
        cell("a head without its last row", MALFORMED, |hall, _| {
            let (space, mut rows) = (hall.space, hall.rows());
            rows.pop();
            returned(hall, |back| back.frames = vec![write_page(&space, &rows).into()])
        }),
        cell("rows in another order", MALFORMED, |hall, _| {
            let (space, mut rows) = (hall.space, hall.rows());
            let last = rows.len() - 1;
            rows.swap(last, last - 1);
            returned(hall, |back| back.frames = vec![write_page(&space, &rows).into()])
        }),
        cell("rows after a place that is not here", NOT_FOUND, |hall, _| {
            returned(hall, |back| back.after = Position(1 << 30))
        }),
        cell("frames that are none", MALFORMED, |hall, _| {
            let noise = hall.random().to_be_bytes().to_vec();
            returned(hall, |back| back.frames = vec![noise.into()])
        }),
        cell("no return", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

fn confirms() -> Vec<Cell> {
    let (mut admins, mut others, mut elsewhere) = (FORBIDDEN, FORBIDDEN, FORBIDDEN);
    admins[Caller::Admin as usize] = Said::Done;
    others[Caller::Admin as usize] = Refused(Code::NotFound);
    elsewhere[Caller::Elsewhere as usize] = Said::Done;
    vec![
        cell("the head", admins, |hall, _| {
            hall.set_recovering(true);
            bytes(&Confirm { space: hall.space, cursor: hall.head(hall.space) })
        }),
        cell("another head", others, |hall, _| bytes(&Confirm { space: hall.space, cursor: Cursor::START })),
        cell("the other space's head", elsewhere, |hall, _| {
            bytes(&Confirm { space: hall.elsewhere, cursor: hall.head(hall.elsewhere) })
        }),
        cell("a space that is not here", FORBIDDEN, |hall, _| {
            bytes(&Confirm { space: hall.missing, cursor: Cursor::START })
        }),
        cell("no confirmation", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

/// What a reply came to, once it was shown to be the server's.
fn said(hall: &Hall, route: Route, reply: &Reply) -> Said {
    let signed: &[u8] = if route == Route::Pull && reply.status == 200 { b"" } else { &reply.body };
    assert!(reply.proof().is_signed_by(&hall.world.id, signed), "the reply is the server's");
    assert_eq!(reply.header("content-type"), Some(CONTENT_TYPE));
    if reply.status != 200 {
        return Refused(reply.refusal().code);
    }
    match route {
        Route::Push => match minicbor::decode::<PushReply>(&reply.body).expect("a reply").outcomes[..] {
            [Outcome::Accepted { .. }] => Accepted,
            [Outcome::Held { reason, .. }] => Held(reason),
            [Outcome::Later { reason }] => Later(reason),
            ref other => panic!("{other:?}"),
        },
        Route::Pull => match first_part(&reply.body) {
            PullPart::Page { .. } | PullPart::CaughtUp { .. } => Reads,
            PullPart::Reset { .. } => Resets,
            PullPart::NoAccess { reason, .. } => Nothing(reason),
            other @ PullPart::Heartbeat { .. } => panic!("{other:?}"),
        },
        _ => Said::Done,
    }
}

fn first_part(body: &[u8]) -> PullPart {
    let (length, rest) = body.split_first_chunk::<4>().expect("a part");
    minicbor::decode(&rest[..u32::from_be_bytes(*length) as usize]).expect("a part")
}

/// Asks on a connection of its own. Of a stream that does not end, the beginning is read.
async fn ask(hall: &Hall, route: Route, auth: &str, body: &[u8], content_type: Option<&str>) -> Reply {
    let mut request = http::request(route, auth, body);
    if let Some(content_type) = content_type {
        let at = request.windows(4).position(|four| four == b"\r\n\r\n").expect("a head");
        request.splice(at..at, format!("\r\ncontent-type: {content_type}").into_bytes());
    }
    let is_following = route == Route::Pull && minicbor::decode::<Pull>(body).is_ok_and(|pull| pull.is_following);
    if !is_following {
        return within(20, http::send(hall.world.addr, &request)).await;
    }
    let mut stream = within(20, http::Stream::connect(hall.world.addr, &request)).await;
    let mut body = vec![];
    if let Some(part) = within(20, stream.part()).await {
        let part = bytes(&part);
        body = [&(part.len() as u32).to_be_bytes()[..], &part].concat();
    }
    Reply { status: stream.status, head: stream.head, body }
}

async fn ask_as(hall: &Hall, caller: Caller, route: Route, body: &[u8]) -> Said {
    let auth = hall.device(caller).auth(route, body).to_header();
    said(hall, route, &ask(hall, route, &auth, body, None).await)
}

/// Counts what was checked, and checks after each answer what is in the server's file.
#[derive(Default)]
struct Checks(usize);

impl Checks {
    fn answer(&mut self, hall: &Hall, before: i64, what: &str, said: Said, expected: Said) {
        assert_eq!(said, expected, "{what}");
        assert!(said.may_write() || hall.written() == before, "{what}: {said:?}, and something was written");
        self.0 += 1;
    }
}

#[tokio::test]
async fn every_route_answers_each_caller_as_the_table_says_and_nobody_writes_who_may_not() {
    let mut checks = Checks::default();
    for seed in 0..SEEDS {
        for route in Route::ALL {
            let mut cells = table(route);
            assert!(!cells.is_empty(), "{route:?} has no row");
            let names: BTreeSet<_> = cells.iter().map(|cell| cell.what).collect();
            assert_eq!(names.len(), cells.len(), "{route:?} has a row twice");
            let mut hall = Hall::new(seed, 24).await;
            hall.shuffle(&mut cells);
            for cell in &cells {
                let mut callers = Caller::ALL;
                hall.shuffle(&mut callers);
                for caller in callers {
                    let what = format!("{route:?}, {}, by {caller:?}", cell.what);
                    let body = (cell.body)(&mut hall, caller);
                    let (before, roster, head) = (hall.written(), hall.roster(), hall.head(hall.space));
                    let answered = ask_as(&hall, caller, route, &body).await;
                    checks.answer(&hall, before, &what, answered, cell.said[caller as usize]);
                    if let Held(_) = answered {
                        let now = hall.roster();
                        let members = (now.members(), now.devices(), now.invites(), now.home());
                        assert_eq!(members, (roster.members(), roster.devices(), roster.invites(), roster.home()));
                    } else if answered != Accepted {
                        assert_eq!(hall.head(hall.space), head, "{what}");
                    }
                    // Whatever was answered, a repeat changes nothing, and a write is answered the same.
                    let before = hall.written();
                    let repeated = ask_as(&hall, caller, route, &body).await;
                    assert_eq!(repeated, answered, "{what}, repeated");
                    assert_eq!(hall.written(), before, "{what}, repeated");
                    checks.0 += 1;
                }
                hall.set_recovering(false);
            }
            hall.assert_sound().await;
        }
    }
    assert!(checks.0 >= 1000, "{} checks", checks.0);
    println!("{} checks", checks.0);
}

#[tokio::test]
async fn what_was_held_stays_held_unless_an_admin_decided() {
    let mut hall = Hall::new(7, 24).await;
    let decisions: [fn(EnvelopeId) -> Entry; 2] =
        [|id| Entry::Admit { envelopes: vec![id] }, |id| Entry::Refuse { envelopes: vec![id] }];
    for (nth, decide) in decisions.into_iter().enumerate() {
        for caller in Caller::ALL {
            let held = hall.held.pop().expect("a held envelope");
            let entry = hall.entry(caller, &decide(held.id()));
            hall.device(caller).push(&[entry]).await.expect("answered");
            let outcome = hall.device(Caller::Removed).push(&[held]).await.expect("answered")[0];
            match (caller, nth) {
                (Caller::Admin, 0) => assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}"),
                (Caller::Admin, _) => assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}"),
                _ => assert!(matches!(outcome, Outcome::Held { .. }), "{caller:?}: {outcome:?}"),
            }
        }
    }
    hall.assert_sound().await;
}

#[tokio::test]
async fn a_restored_server_takes_no_entry_from_anyone_until_an_admin_confirms() {
    let mut hall = Hall::new(8, 24).await;
    for caller in Caller::ALL {
        for cell in pushed_entries() {
            let body = (cell.body)(&mut hall, caller);
            hall.set_recovering(true);
            let before = hall.written();
            let expected = if cell.what == "an entry that travels apart" { Not::Invalid } else { Not::Recovering };
            assert_eq!(ask_as(&hall, caller, Route::Push, &body).await, Later(expected), "{} by {caller:?}", cell.what);
            assert_eq!(hall.written(), before, "{} by {caller:?}", cell.what);
        }
        let text = push(hall.text(caller, Encoding::SPLICES));
        assert_eq!(
            ask_as(&hall, caller, Route::Push, &text).await,
            WRITES[caller as usize],
            "edits are taken meanwhile"
        );
    }
    hall.set_recovering(false);
    hall.assert_sound().await;
}

/// A request that everybody may send, and that is answered alike as often as it is sent.
fn plain(hall: &mut Hall, route: Route) -> Vec<u8> {
    match route {
        Route::Push => push(hall.held[0].clone()),
        Route::Pull => bytes(&Pull { spaces: vec![pull(hall.space, Cursor::START)], is_following: false }),
        Route::Repair => bytes(&Repair { space: hall.space }),
        Route::Enter => bytes(&Enter { secret: USED_SECRET.to_vec().into() }),
        Route::PutBlob => put(hall.space, BLOB, b""),
        Route::GetBlob => get(hall.space, BLOB),
        Route::Return => returned(hall, |_| {}),
        Route::Confirm => bytes(&Confirm { space: hall.space, cursor: hall.head(hall.space) }),
    }
}

/// Requests that carry a proof which does not hold: header and body, and what is wrong.
fn spoiled(hall: &mut Hall, caller: Caller, route: Route, body: &[u8]) -> Vec<(String, String, Vec<u8>)> {
    let mut all = vec![];
    let mut add = |what: String, header: String, body: &[u8]| all.push((what, header, body.to_vec()));
    add("no proof".into(), String::new(), body);
    add("a proof that is none".into(), "a page of a captive portal".into(), body);
    let true_header = hall.device(caller).auth(route, body).to_header();
    add("half a proof".into(), true_header[..true_header.len() / 2].into(), body);
    for other in Route::ALL.into_iter().filter(|other| *other != route) {
        add(format!("a proof for {other:?}"), hall.device(caller).auth(other, body).to_header(), body);
    }
    let own = hall.world.id;
    for server in [ServerId([0; 32]), ServerId(BlobHash::of(&hall.random().to_be_bytes()).0)] {
        let auth = proof(hall, caller, route, &server, NOON_MS, body);
        add(format!("a proof for server {server}"), auth.to_header(), body);
    }
    for other in Caller::ALL.into_iter().filter(|other| *other != caller) {
        let mut auth = hall.device(other).auth(route, body);
        auth.device = hall.device(caller).id();
        add(format!("signed by {other:?}"), auth.to_header(), body);
    }
    for purpose in [Purpose::Envelope, Purpose::Reply, Purpose::Head, Purpose::Join] {
        let mut auth = hall.device(caller).auth(route, body);
        auth.signature = hall.device(caller).key.sign(purpose, body);
        add(format!("a signature as {purpose:?}"), auth.to_header(), body);
    }
    for _ in 0..8 {
        let mut auth = hall.device(caller).auth(route, body);
        let bit = hall.random() as usize % 512;
        auth.signature.0[bit / 8] ^= 1 << (bit % 8);
        add(format!("bit {bit} of the signature"), auth.to_header(), body);
    }
    let auth = hall.device(caller).auth(route, body);
    add("another time".into(), Auth { sent_ms: auth.sent_ms + 1, ..auth }.to_header(), body);
    add("another nonce".into(), Auth { nonce: fresh_nonce(hall), ..auth }.to_header(), body);
    let mut bodies = vec![body[..body.len() - 1].to_vec(), [body, &[0]].concat(), vec![]];
    for _ in 0..4 {
        let mut changed = body.to_vec();
        let at = hall.random() as usize % changed.len();
        changed[at] ^= 1 << (hall.random() % 8);
        bodies.push(changed);
    }
    for changed in &bodies {
        add("another body".into(), hall.device(caller).auth(route, body).to_header(), changed);
    }
    // The signature comes first: only its owner learns of a wrong clock.
    let mut late = proof(hall, caller, route, &own, 1, body);
    late.signature.0[0] ^= 1;
    add("forged, and late".into(), late.to_header(), body);
    all
}

/// A right proof for that server and time.
fn proof(hall: &mut Hall, caller: Caller, route: Route, server: &ServerId, sent_ms: u64, body: &[u8]) -> Auth {
    let nonce = fresh_nonce(hall);
    Auth::sign(&hall.device(caller).key, route, server, sent_ms, nonce, body)
}

fn fresh_nonce(hall: &mut Hall) -> Nonce {
    Nonce([hall.random().to_be_bytes(), hall.random().to_be_bytes()].concat().try_into().expect("16 bytes"))
}

#[tokio::test]
async fn a_forged_or_borrowed_proof_opens_no_route_to_anybody() {
    let mut checks = Checks::default();
    for seed in 0..SEEDS {
        let mut hall = Hall::new(seed, 4).await;
        for route in Route::ALL {
            let body = plain(&mut hall, route);
            let before = hall.written();
            for caller in Caller::ALL {
                for (what, header, body) in spoiled(&mut hall, caller, route, &body) {
                    let what = format!("{route:?} by {caller:?}, {what}");
                    let answered = said(&hall, route, &ask(&hall, route, &header, &body, None).await);
                    checks.answer(&hall, before, &what, answered, Refused(Code::NotSigned));
                }
            }
        }
        hall.assert_sound().await;
    }
    assert!(checks.0 >= 2000, "{} checks", checks.0);
    println!("{} checks", checks.0);
}

#[tokio::test]
async fn outside_its_time_a_request_is_refused_and_a_recorded_read_is_not_answered_twice() {
    let mut checks = Checks::default();
    let mut hall = Hall::new(3, 4).await;
    let (server, now_ms, skew) = (hall.world.id, NOON_MS, CLOCK_SKEW_MS_MAX);
    for route in Route::ALL {
        let body = plain(&mut hall, route);
        for caller in Caller::ALL {
            let honest = ask_as(&hall, caller, route, &body).await;
            let before = hall.written();
            for sent_ms in
                [0, 1, now_ms - 10 * skew, now_ms - skew - 1, now_ms + skew + 1, now_ms + 10 * skew, u64::MAX]
            {
                let auth = proof(&mut hall, caller, route, &server, sent_ms, &body);
                let reply = ask(&hall, route, &auth.to_header(), &body, None).await;
                assert_eq!((reply.proof().nonce, reply.proof().server_ms), (auth.nonce, now_ms));
                let what = format!("{route:?} by {caller:?}, sent at {sent_ms}");
                checks.answer(&hall, before, &what, said(&hall, route, &reply), Refused(Code::Clock));
            }
            let is_read = matches!(route, Route::Pull | Route::Repair | Route::GetBlob);
            let may_read = is_read && matches!(honest, Reads | Said::Done);
            for sent_ms in [now_ms - skew, now_ms, now_ms + skew] {
                let auth = proof(&mut hall, caller, route, &server, sent_ms, &body).to_header();
                let what = format!("{route:?} by {caller:?}, recorded");
                for again in [false, true] {
                    let expected = if again && may_read { Refused(Code::NotSigned) } else { honest };
                    let answered = said(&hall, route, &ask(&hall, route, &auth, &body, None).await);
                    checks.answer(&hall, before, &what, answered, expected);
                    assert_eq!(hall.written(), before, "{what}");
                }
            }
            // The proof is over the body, whatever its media type is called.
            for content_type in [CONTENT_TYPE, "text/html", "application/json", "multipart/form-data"] {
                let auth = hall.device(caller).auth(route, &body).to_header();
                let answered = said(&hall, route, &ask(&hall, route, &auth, &body, Some(content_type)).await);
                checks.answer(&hall, before, &format!("{route:?} by {caller:?}, {content_type}"), answered, honest);
            }
        }
    }
    hall.assert_sound().await;
    assert!(checks.0 >= 700, "{} checks", checks.0);
    println!("{} checks", checks.0);
}

/// A reply without what every reply has of its own: the time, the nonce and what was asked for.
fn shape(reply: &Reply, asked: &[&[u8]]) -> (u16, Vec<u8>) {
    let mut body = reply.body.clone();
    for asked in asked {
        let text = data_encoding::HEXLOWER.encode(asked).into_bytes();
        for name in [asked.to_vec(), text] {
            while let Some(at) = body.windows(name.len()).position(|window| window == name) {
                body.drain(at..at + name.len());
            }
        }
    }
    (reply.status, body)
}

#[tokio::test]
async fn foreign_ids_look_like_missing_ones_to_the_byte() {
    let mut checks = Checks::default();
    for seed in 0..SEEDS {
        let mut hall = Hall::new(seed + 20, 4).await;
        let outsiders = [Caller::Stranger, Caller::Elsewhere];
        let members = [Caller::Viewer, Caller::Editor, Caller::Admin];
        let others = [Caller::Stranger, Caller::Elsewhere, Caller::Removed];
        let (here, missing) = (hall.space, hall.missing);
        let mut pairs: Vec<(Caller, Route, Vec<u8>, Vec<u8>)> = vec![];
        let head = hall.head(here);
        for caller in outsiders {
            let strange = Cursor { position: Position(9), digest: LogDigest([9; 16]) };
            for cursor in [Cursor::START, head, strange] {
                for is_following in [false, true] {
                    let ask = |space| bytes(&Pull { spaces: vec![pull(space, cursor)], is_following });
                    pairs.push((caller, Route::Pull, ask(here), ask(missing)));
                }
            }
            pairs.push((caller, Route::Repair, bytes(&Repair { space: here }), bytes(&Repair { space: missing })));
            for blob in [BLOB, BLOB_ELSEWHERE, b"nothing"] {
                pairs.push((caller, Route::GetBlob, get(here, blob), get(missing, blob)));
            }
            let confirm = |space| bytes(&Confirm { space, cursor: head });
            pairs.push((caller, Route::Confirm, confirm(here), confirm(missing)));
        }
        for caller in others {
            // A blob that members have, and one that nobody has, in the same space.
            pairs.push((caller, Route::GetBlob, get(here, BLOB), get(here, &[0; 31])));
            pairs.push((caller, Route::PutBlob, put(here, BLOB, b""), put(here, &[0; 31], b"")));
            pairs.push((caller, Route::PutBlob, put(here, BLOB, &BLOB[..9]), put(here, &[0; 31], &BLOB[..9])));
            let (large_here, large_missing) =
                (large(&mut hall, caller, DOCUMENT, BLOB), large(&mut hall, caller, DOCUMENT, &[0; 31]));
            pairs.push((caller, Route::Push, large_here, large_missing));
            if caller != Caller::Removed {
                let (placed, new) = (hall.held[0].clone(), hall.text(Caller::Removed, Encoding::CHANGES));
                pairs.push((caller, Route::Push, push(placed), push(new)));
            }
        }
        for caller in members {
            pairs.push((caller, Route::GetBlob, get(here, BLOB_ELSEWHERE), get(here, b"nothing")));
            pairs.push((caller, Route::PutBlob, put(here, BLOB_ELSEWHERE, b""), put(here, &[1; 36], b"")));
            let elsewhere = hall.chain(Caller::Elsewhere, hall.elsewhere).text("text");
            hall.device(Caller::Elsewhere).push(std::slice::from_ref(&elsewhere)).await.expect("pushed");
            let following = |hall: &mut Hall, previous| {
                edited(hall, caller, b"text", |header| (header.counter, header.previous) = (2, Some(previous)))
            };
            let pair = (following(&mut hall, elsewhere.id()), following(&mut hall, EnvelopeId([6; 32])));
            pairs.push((caller, Route::Push, pair.0, pair.1));
            let repair = (bytes(&Repair { space: hall.elsewhere }), bytes(&Repair { space: missing }));
            pairs.push((caller, Route::Repair, repair.0, repair.1));
        }
        let blobs: Vec<[u8; 32]> =
            [BLOB, BLOB_ELSEWHERE, b"nothing", &[0; 31], &[1; 36]].map(|b| BlobHash::of(b).0).to_vec();
        let mut names: Vec<&[u8]> = blobs.iter().map(|name| &name[..]).collect();
        let spaces = [here, missing, hall.elsewhere];
        names.extend(spaces.iter().map(|space| &space.0[..]));
        for (caller, route, foreign, missing) in pairs {
            let mut shapes = vec![];
            for body in [foreign, missing] {
                let auth = hall.device(caller).auth(route, &body).to_header();
                shapes.push(shape(&ask(&hall, route, &auth, &body, None).await, &names));
            }
            assert_eq!(shapes[0], shapes[1], "{route:?} by {caller:?}");
            checks.0 += 1;
        }
        hall.assert_sound().await;
    }
    assert!(checks.0 >= 80, "{} checks", checks.0);
    println!("{} checks", checks.0);
}

#[tokio::test]
async fn a_stranger_who_knocked_is_told_of_its_own_rows_and_no_others() {
    let mut hall = Hall::new(9, 4).await;
    let knock = hall.text(Caller::Stranger, Encoding::CHANGES);
    hall.device(Caller::Stranger).push(std::slice::from_ref(&knock)).await.expect("answered");
    let mut stream = hall.device(Caller::Stranger).pull(&[(hall.space, Cursor::START)], false).await;
    match within(5, stream.part()).await {
        Some(PullPart::NoAccess { reason: NoAccess::NotAMember, own: Some(own), .. }) => {
            assert_eq!(own.iter().map(|tip| tip.id).collect::<Vec<_>>(), [knock.id()]);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_stranger_brings_a_payload_whole_and_then_it_counts_for_its_envelope() {
    let mut hall = Hall::new(10, 4).await;
    let stranger = hall.device(Caller::Stranger).id();
    let body = put(hall.space, BLOB, BLOB);
    assert_eq!(ask_as(&hall, Caller::Stranger, Route::PutBlob, &body).await, Said::Done);
    let (space, hash, total_bytes) = (hall.space, BlobHash::of(BLOB), BLOB.len() as u64);
    let question = PutBlob { space, hash, total_bytes, offset: 0, part: vec![].into() };
    let reply: PutBlobReply = hall.device(Caller::Stranger).call(Route::PutBlob, &question).await.expect("answered");
    assert_eq!(reply.stored_bytes, total_bytes);
    let envelope = large(&mut hall, Caller::Stranger, DOCUMENT, BLOB);
    assert_eq!(ask_as(&hall, Caller::Stranger, Route::Push, &envelope).await, Held(Why::NotAMember));
    assert_eq!(ask_as(&hall, Caller::Viewer, Route::GetBlob, &get(hall.space, BLOB)).await, Said::Done);
    assert_eq!(hall.roster().role(&stranger), None);
    hall.assert_sound().await;
}

#[tokio::test]
async fn a_stolen_header_on_another_envelope_is_nobodys_word() {
    let mut hall = Hall::new(11, 4).await;
    let mut good = hall.text(Caller::Admin, Encoding::CHANGES);
    let before = hall.written();
    good.payload = Payload::Inline(b"other words".to_vec());
    assert_eq!(ask_as(&hall, Caller::Admin, Route::Push, &push(good.clone())).await, Later(Not::Invalid));
    for bit in [0, 100, 511] {
        let mut signature = *good.signed.signature();
        signature.0[bit / 8] ^= 1 << (bit % 8);
        let signed = SignedHeader::read(good.signed.bytes().to_vec(), signature).expect("a header");
        let forged = Envelope { signed, payload: good.payload.clone() };
        assert_eq!(ask_as(&hall, Caller::Admin, Route::Push, &push(forged)).await, Later(Not::Invalid));
    }
    assert_eq!(hall.written(), before);
    hall.assert_sound().await;
}
