//! What every route answers to each caller: a row for each sort of request.

use super::*;

/// One row of the table: a request, and what each of `Caller::ALL` is answered, in their order.
pub(super) struct Cell {
    pub(super) what: &'static str,
    pub(super) body: fn(&mut Hall, Caller) -> Vec<u8>,
    pub(super) said: [Said; 6],
}

pub(super) fn cell(what: &'static str, said: [Said; 6], body: fn(&mut Hall, Caller) -> Vec<u8>) -> Cell {
    Cell { what, body, said }
}

/// The rows of one route. There is no wildcard here: a new route is no route before it has a row.
pub(super) fn table(route: Route) -> Vec<Cell> {
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

pub(super) const WRITES: [Said; 6] =
    [Held(Why::NotAMember), Held(Why::Role), Accepted, Accepted, Held(Why::Removed), Held(Why::NotAMember)];
pub(super) const DECIDES: [Said; 6] =
    [Held(Why::NotAMember), Held(Why::Role), Held(Why::Role), Accepted, Held(Why::Removed), Held(Why::NotAMember)];
pub(super) const BELONGS: [Said; 6] =
    [Held(Why::NotAMember), Accepted, Accepted, Accepted, Held(Why::Removed), Held(Why::NotAMember)];
pub(super) const MALFORMED: [Said; 6] = [Refused(Code::Malformed); 6];
pub(super) const FORBIDDEN: [Said; 6] = [Refused(Code::Forbidden); 6];
pub(super) const NOT_FOUND: [Said; 6] = [Refused(Code::NotFound); 6];

/// Those who may not read are answered as of a space that is not here; whoever was removed knows that it is.
pub(super) const fn read(members: Said) -> [Said; 6] {
    let missing = Refused(Code::NotFound);
    [missing, members, members, members, Refused(Code::Forbidden), missing]
}

pub(super) const fn pulled(members: Said) -> [Said; 6] {
    let missing = Nothing(NoAccess::NoSuchSpace);
    [missing, members, members, members, Nothing(NoAccess::Removed), missing]
}

/// Members bring what others wrote; nobody else does.
pub(super) const fn relayed(members: Said) -> [Said; 6] {
    let no = Later(Not::Forbidden);
    [no, members, members, members, no, no]
}

pub(super) fn push(envelope: Envelope) -> Vec<u8> {
    let space = envelope.header().space;
    bytes(&Push { space, frame: write_push(&space, &[envelope]).into(), lacks: None })
}

pub(super) const DOCUMENT: Option<DocumentId> = Some(DocumentId([7; 16]));

/// An envelope whose header was changed before it was signed.
pub(super) fn edited(hall: &mut Hall, caller: Caller, payload: &[u8], edit: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut chain = hall.chain(caller, hall.space);
    let mut header = chain.header(DOCUMENT, Encoding::CHANGES, payload);
    edit(&mut header);
    push(chain.sign(header, Payload::Inline(payload.to_vec())))
}

/// An envelope whose payload travels apart.
pub(super) fn large(hall: &mut Hall, caller: Caller, document: Option<DocumentId>, payload: &[u8]) -> Vec<u8> {
    let mut chain = hall.chain(caller, hall.space);
    let encoding = if document.is_some() { Encoding::CHANGES } else { Encoding::ENTRY };
    let header = chain.header(document, encoding, payload);
    push(chain.sign(header, Payload::Blob))
}

pub(super) fn pushed_texts() -> Vec<Cell> {
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
        cell("a large payload that is not here, and that its sender lacks", large_here, |hall, caller| {
            let push = large(hall, caller, DOCUMENT, b"nobody has it");
            let push: Push = minicbor::decode(&push).expect("a push");
            bytes(&Push { lacks: Some(vec![BlobHash::of(b"nobody has it")]), ..push })
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
            bytes(&Push { space, frame: write_push(&space, &[foreign]).into(), lacks: None })
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
            bytes(&Push { space: hall.space, frame: hall.random().to_be_bytes().to_vec().into(), lacks: None })
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

pub(super) fn joins(reason: Why, of_removed: Why) -> [Said; 6] {
    [Held(reason), Accepted, Accepted, Accepted, Held(of_removed), Held(reason)]
}

pub(super) fn join(hall: &mut Hall, caller: Caller, invite: &SecretKey, proven_for: Caller) -> Vec<u8> {
    let proof = join_proof(invite, &hall.space, &hall.device(proven_for).id());
    push(hall.entry(caller, &Entry::Join { invite: invite.device(), proof, person: person("علي") }))
}

pub(super) fn pushed_entries() -> Vec<Cell> {
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
pub(super) fn unfit(said: Said) -> Said {
    if said == Accepted { Held(Why::EntryUnfit) } else { said }
}

pub(super) fn pull(space: SpaceId, cursor: Cursor) -> PullSpace {
    PullSpace { space, cursor, known: None, has_own: false }
}

pub(super) fn pulls() -> Vec<Cell> {
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

pub(super) fn repairs() -> Vec<Cell> {
    let mut elsewhere = NOT_FOUND;
    elsewhere[Caller::Elsewhere as usize] = Said::Done;
    vec![
        cell("the space", read(Said::Done), |hall, _| bytes(&Repair { space: hall.space })),
        cell("the other space", elsewhere, |hall, _| bytes(&Repair { space: hall.elsewhere })),
        cell("a space that is not here", NOT_FOUND, |hall, _| bytes(&Repair { space: hall.missing })),
        cell("no repair", MALFORMED, |hall, _| hall.random().to_be_bytes().to_vec()),
    ]
}

pub(super) fn enters() -> Vec<Cell> {
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

pub(super) fn put(space: SpaceId, blob: &[u8], part: &[u8]) -> Vec<u8> {
    let (hash, total_bytes) = (BlobHash::of(blob), blob.len() as u64);
    bytes(&PutBlob { space, hash, total_bytes, offset: 0, part: part.to_vec().into() })
}

pub(super) fn uploads() -> Vec<Cell> {
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

pub(super) fn get(space: SpaceId, blob: &[u8]) -> Vec<u8> {
    bytes(&GetBlob { space, hash: BlobHash::of(blob), offset: 0, bytes_max: None })
}

pub(super) fn downloads() -> Vec<Cell> {
    let mut elsewhere = NOT_FOUND;
    elsewhere[Caller::Elsewhere as usize] = Said::Done;
    vec![
        cell("a blob", read(Said::Done), |hall, _| get(hall.space, BLOB)),
        cell("a blob from beyond its end", read(Said::Done), |hall, _| {
            bytes(&GetBlob { space: hall.space, hash: BlobHash::of(BLOB), offset: u64::MAX, bytes_max: None })
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
pub(super) fn returned(hall: &Hall, edit: impl FnOnce(&mut Return)) -> Vec<u8> {
    let rows = hall.rows();
    let key = SecretKey::from_seed(&[42; 32]);
    let head = SignedHead::sign(hall.space, hall.head(hall.space), NOON_MS, &key);
    let frames = vec![write_page(&hall.space, &rows).into()];
    let mut back = Return { space: hall.space, after: Position::START, frames, head };
    edit(&mut back);
    bytes(&back)
}

pub(super) fn returns() -> Vec<Cell> {
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

pub(super) fn confirms() -> Vec<Cell> {
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
