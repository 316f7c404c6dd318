//! The bytes of every format that is stored, signed or sent, so that a change of one shows as a changed file.
//! `MULTAQA_WRITE_GOLDEN=1 cargo test -p tests --test golden` writes the files anew.

use std::path::Path;

use data_encoding::HEXLOWER;
use sync_engine::entry::{Entry, Home, Person, Role, join_proof, space_id};
use sync_engine::envelope::{Cover, Encoding, Envelope, HEADER_VERSION, Header, Payload, SignedHeader};
use sync_engine::frame::{PageRow, read_page, read_push, write_page, write_push};
use sync_engine::ids::{
    BlobHash, Cursor, DocumentId, EnvelopeId, Incarnation, LogDigest, Nonce, Position, ServerId, SpaceId,
};
use sync_engine::keys::SecretKey;
use sync_engine::link::{EnterLink, InviteLink};
use sync_engine::request::Auth;
use sync_engine::roster::HeldReason;
use sync_engine::wire::{
    Confirm, Enter, GetBlob, GetBlobReply, LaterReason, NoAccess, Outcome, Pull, PullPart, PullSpace, Push, PushReply,
    PutBlob, PutBlobReply, Refusal, RefusalCode, Repair, RepairReply, ReplyProof, Return, Route, SignedHead, Tip,
};

const SPACE: SpaceId = SpaceId([0x51; 32]);

fn key() -> SecretKey {
    SecretKey::from_seed(&[1; 32])
}

/// Compares named byte strings with a file of lines `name hex`.
fn check(file: &str, values: &[(&str, Vec<u8>)]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(file);
    let lines: String = values.iter().map(|(name, bytes)| format!("{name} {}\n", HEXLOWER.encode(bytes))).collect();
    if std::env::var_os("MULTAQA_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, &lines).expect("written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for (line, golden) in lines.lines().zip(golden.lines()) {
        assert_eq!(line, golden, "a stored or sent format has changed");
    }
    assert_eq!(lines.lines().count(), golden.lines().count(), "{file} names other formats");
}

fn stored(file: &str, name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden").join(file);
    let golden = std::fs::read_to_string(path).expect("the golden file");
    let line = golden.lines().find_map(|line| line.strip_prefix(name)).expect("a line of that name");
    HEXLOWER.decode(line.trim().as_bytes()).expect("hexadecimal")
}

fn cursor() -> Cursor {
    Cursor { position: Position(7), digest: LogDigest([0x07; 16]) }
}

fn header(counter: u64, previous: Option<EnvelopeId>, payload: &[u8]) -> Header {
    Header {
        version: HEADER_VERSION,
        space: SPACE,
        document: Some(DocumentId([0xd0; 16])),
        device: key().device(),
        incarnation: Incarnation([0x1c; 8]),
        counter,
        previous,
        seen: cursor(),
        encoding: Encoding::CHANGES,
        key_epoch: 0,
        payload_bytes: payload.len() as u64,
        payload_hash: BlobHash::of(payload),
        blobs: vec![],
        cover: None,
    }
}

fn envelopes() -> Vec<Envelope> {
    let first = SignedHeader::sign(header(1, None, b"one"), &key());
    let mut second = header(2, Some(first.id()), b"two");
    second.encoding = Encoding::SNAPSHOT;
    second.blobs = vec![BlobHash([0xb1; 32])];
    second.cover = Some(Cover { tips: vec![first.id()], heads: BlobHash([0x4e; 32]) });
    let second = SignedHeader::sign(second, &key());
    vec![
        Envelope { signed: first, payload: Payload::Inline(b"one".to_vec()) },
        Envelope { signed: second, payload: Payload::Blob },
    ]
}

#[test]
fn envelopes_keep_their_bytes() {
    let [plain, snapshot] = envelopes().try_into().expect("two");
    check(
        "envelope-v1.hex",
        &[
            ("header", plain.signed.bytes().to_vec()),
            ("header-id", plain.id().0.to_vec()),
            ("header-signature", plain.signed.signature().0.to_vec()),
            ("snapshot-header", snapshot.signed.bytes().to_vec()),
            ("snapshot-id", snapshot.id().0.to_vec()),
            ("cursor-after-both", {
                let cursor = Cursor::START.step(&plain.id(), 1000).step(&snapshot.id(), 2000);
                minicbor::to_vec(cursor).expect("CBOR")
            }),
        ],
    );
}

#[test]
fn membership_entries_keep_their_bytes() {
    let person = Person { name: "زهراء".into(), organisation: "قسم العلاقات العامة".into() };
    let home = Home { server: ServerId([0x5e; 32]), url: "https://multaqa.example".into() };
    let device = key().device();
    let proof = join_proof(&SecretKey::from_seed(&[2; 32]), &SPACE, &device);
    let ids = vec![EnvelopeId([0xe1; 32])];
    let found = Entry::Found {
        title: "المؤتمر الثامن".into(),
        founder: person.clone(),
        recovery: SecretKey::from_seed(&[3; 32]).device(),
        home: Some(home.clone()),
        nonce: [9; 16],
    };
    let entries = [
        ("found", found.clone()),
        ("invite", Entry::Invite { key: device, role: Role::Editor, uses: 5, expires_ms: 1_800_000_000_000 }),
        ("join", Entry::Join { invite: device, proof, person }),
        ("add-device", Entry::AddDevice { device, label: "حاسوب".into(), consent: proof }),
        ("change-role", Entry::ChangeRole { member: device, role: Role::Viewer }),
        ("remove-member", Entry::RemoveMember { member: device }),
        ("remove-device", Entry::RemoveDevice { device }),
        ("revoke-invite", Entry::RevokeInvite { key: device }),
        ("home", Entry::Home { home }),
        ("admit", Entry::Admit { envelopes: ids.clone() }),
        ("refuse", Entry::Refuse { envelopes: ids.clone() }),
        ("vouch", Entry::Vouch { snapshot: ids[0] }),
        ("object", Entry::Object { snapshot: ids[0] }),
    ];
    let mut values: Vec<(&str, Vec<u8>)> = entries.iter().map(|(name, entry)| (*name, entry.to_bytes())).collect();
    values.push(("space-id", space_id(&found.to_bytes()).0.to_vec()));
    check("entry-v1.hex", &values);
    for (name, entry) in entries {
        assert_eq!(Entry::read(&stored("entry-v1.hex", &format!("{name} "))), Ok(entry));
    }
}

#[test]
fn frames_keep_their_bytes_and_old_ones_stay_readable() {
    let envelopes = envelopes();
    let mut rows: Vec<PageRow> = envelopes
        .iter()
        .map(|envelope| PageRow::Envelope { envelope: envelope.clone(), server_ms: 1_700_000_000_000 })
        .collect();
    rows.push(PageRow::Known { id: EnvelopeId([0xe2; 32]), server_ms: 1_700_000_000_005, rows: 1 });
    let read_both = |file: &str, rows: &[PageRow]| {
        assert_eq!(read_push(&SPACE, &stored(file, "push ")), Ok(envelopes.clone()));
        assert_eq!(read_page(&SPACE, &stored(file, "page ")), Ok(rows.to_vec()));
    };
    read_both("frame-v1-compressed.hex", &rows);
    rows.push(PageRow::Known { id: EnvelopeId([0xe3; 32]), server_ms: 1_700_000_000_005, rows: 7 });
    let (push, page) = (write_push(&SPACE, &envelopes), write_page(&SPACE, &rows));
    check("frame-v2.hex", &[("push-inflated", frame_inflated(&push)), ("page-inflated", frame_inflated(&page))]);
    if std::env::var_os("MULTAQA_WRITE_GOLDEN").is_some() {
        let compressed = [("push", push), ("page", page)];
        let lines: String =
            compressed.iter().map(|(name, bytes)| format!("{name} {}\n", HEXLOWER.encode(bytes))).collect();
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/frame-v2-compressed.hex");
        std::fs::write(path, lines).expect("written");
    }
    read_both("frame-v2-compressed.hex", &rows);
}

/// A frame of version 2 with its last part inflated: the compressed bytes are zstd's affair, what they hold is the
/// format.
fn frame_inflated(frame: &[u8]) -> Vec<u8> {
    let random = u32::from_be_bytes(frame[1..5].try_into().expect("four bytes")) as usize;
    let (apart, compressed) = frame.split_at(5 + random);
    [apart, &zstd::bulk::decompress(compressed, 1 << 20).expect("a frame")].concat()
}

#[test]
fn the_wire_keeps_its_bytes() {
    let head = SignedHead::sign(SPACE, cursor(), 1_700_000_000_000, &key());
    let tip = Tip {
        chain: sync_engine::envelope::Chain { device: key().device(), incarnation: Incarnation([0x1c; 8]) },
        counter: 3,
        id: EnvelopeId([0xe3; 32]),
    };
    let outcomes = vec![
        Outcome::Accepted { position: Position(8), is_branch: false },
        Outcome::Held { position: Position(9), is_branch: true, reason: HeldReason::Removed },
        Outcome::Refused { position: Position(10) },
        Outcome::Later { reason: LaterReason::Quota },
    ];
    let spaces = vec![PullSpace { space: SPACE, cursor: cursor(), known: Some(vec![tip.id]), has_own: true }];
    let hash = BlobHash([0xb1; 32]);
    let part = || b"part".to_vec().into();
    let frame = || b"frame".to_vec().into();
    fn cbor<T: minicbor::Encode<()>>(value: T) -> Vec<u8> {
        minicbor::to_vec(value).expect("CBOR")
    }
    let message = "الخادم مشغول".to_owned();
    check(
        "wire-v1.hex",
        &[
            ("push", cbor(Push { space: SPACE, frame: frame(), lacks: None })),
            ("push-lacking", cbor(Push { space: SPACE, frame: frame(), lacks: Some(vec![hash]) })),
            ("push-reply", cbor(PushReply { outcomes })),
            ("pull", cbor(Pull { spaces, is_following: true })),
            ("page", cbor(PullPart::Page { space: SPACE, after: Position(7), frame: frame(), head: Position(9) })),
            ("caught-up", cbor(PullPart::CaughtUp { head, lacks: None })),
            ("caught-up-lacking", cbor(PullPart::CaughtUp { head, lacks: Some(vec![hash]) })),
            ("reset", cbor(PullPart::Reset { head })),
            ("heartbeat", cbor(PullPart::Heartbeat { server_ms: 5 })),
            ("no-access", cbor(PullPart::NoAccess { space: SPACE, reason: NoAccess::Removed, own: Some(vec![tip]) })),
            ("repair", cbor(Repair { space: SPACE })),
            ("repair-reply", cbor(RepairReply { head, tips: vec![tip], is_recovering: false })),
            ("enter", cbor(Enter { secret: b"secret".to_vec().into() })),
            ("put-blob", cbor(PutBlob { space: SPACE, hash, total_bytes: 9, offset: 4, part: part() })),
            ("put-blob-reply", cbor(PutBlobReply { stored_bytes: 8 })),
            ("get-blob", cbor(GetBlob { space: SPACE, hash, offset: 4, bytes_max: None })),
            ("get-blob-reply", cbor(GetBlobReply { total_bytes: 9, part: part() })),
            ("return", cbor(Return { space: SPACE, after: Position(3), frames: vec![frame()], head })),
            ("confirm", cbor(Confirm { space: SPACE, cursor: cursor() })),
            ("refusal", cbor(Refusal { code: RefusalCode::Rate, message, retry_after_ms: Some(1500) })),
            ("reply-proof", cbor(ReplyProof::sign(Nonce([0x0c; 16]), 5, b"body", &key()))),
            ("auth", {
                let server = ServerId([0x5e; 32]);
                Auth::sign(&key(), Route::Push, &server, 6, Nonce([0x0c; 16]), b"body").to_header().into_bytes()
            }),
            ("enter-link", {
                let (url, server) = ("https://multaqa.example/sync".into(), ServerId([0x5e; 32]));
                EnterLink { url, server, secret: [7; 32] }.to_string().into_bytes()
            }),
            ("invite-link", {
                let (url, server) = ("https://multaqa.example/sync".into(), ServerId([0x5e; 32]));
                InviteLink { url, server, space: SPACE, seed: [7; 32] }.to_string().into_bytes()
            }),
        ],
    );
}
