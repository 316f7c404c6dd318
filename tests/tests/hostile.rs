//! What a member with a right key and bad intent, a broken app or a stranger may send: it never costs anyone a
//! letter, never stops what else there is, and is named.

use std::time::{Duration, Instant};

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ROOT, ReadDoc};
use sync_engine::engine::{DocumentName, EngineError, ServerFault};
use sync_engine::entry::{Entry, Role};
use sync_engine::envelope::{Encoding, Envelope, EnvelopeError, Header, INLINE_BYTES_MAX, Payload, SignedHeader};
use sync_engine::frame::{FRAME_ROWS_MAX, PageRow, write_page};
use sync_engine::http::HttpError;
use sync_engine::ids::{BlobHash, DeviceId, SpaceId};
use sync_engine::keys::Signature;
use sync_engine::roster::HeldReason;
use sync_engine::wire::{BODY_BYTES_MAX, LaterReason, Outcome, RefusalCode};
use tests::{Device, Forger, World, assert_agree, bombs};

/// A founder, an editor, and someone who holds the key of a third member's device.
struct Hall {
    world: World,
    najaf: Device,
    karbala: Device,
    note: DocumentName,
    forger: Forger,
}

impl Hall {
    async fn new() -> Self {
        let mut world = World::new().await;
        let (najaf, karbala, mallory) = (world.device("najaf"), world.device("karbala"), world.device("mallory"));
        let note = world.shared_note(&najaf, &[&karbala, &mallory]).await;
        let forger = Forger::with_key_of(&mallory, &world, &note.space);
        Self { world, najaf, karbala, note, forger }
    }

    /// A note that nobody has touched.
    async fn other_note(&self) -> DocumentName {
        let other = self.karbala.note(&self.note.space, "ملاحظة أخرى");
        self.karbala.append_paragraph(&other, "سطر سليم");
        self.karbala.sync().await;
        other
    }

    /// Both go on: they read past everything, write, and agree.
    async fn assert_unharmed(&self) {
        self.najaf.type_at_end(&self.note, "تكملة");
        self.karbala.type_at(&self.note, 1, "بداية");
        self.world.settle(&[&self.najaf, &self.karbala]).await;
        assert_agree(&[&self.najaf, &self.karbala], &self.note, &["افتُتِحت الجلسة", "تكملة", "بداية"]);
        for device in [&self.najaf, &self.karbala] {
            assert!(device.is_all_on_server());
            device.restart();
        }
        assert_agree(&[&self.najaf, &self.karbala], &self.note, &["افتُتِحت الجلسة", "تكملة", "بداية"]);
    }

    fn quarantined(&self, envelope: &Envelope) -> Vec<String> {
        let all = self.najaf.with(|engine| engine.quarantine(&self.note.space)).expect("the quarantine");
        all.into_iter().filter(|bad| bad.envelope == envelope.id()).map(|bad| bad.reason).collect()
    }
}

/// A change that types `text` at the beginning of the note's body, as `actor`.
fn typed_by(device: &Device, note: &DocumentName, actor: &ActorId, text: &str) -> Vec<u8> {
    let saved = device.with(|engine| engine.read(note, |doc| doc.save())).expect("the note is here");
    let options = automerge::LoadOptions::new().text_encoding(automerge::TextEncoding::Utf16CodeUnit);
    let mut doc = AutoCommit::load_with_options(&saved, options).expect("a document").with_actor(actor.clone());
    let (_, body) = doc.get(ROOT, "body").expect("readable").expect("the note's body");
    doc.splice_text(&body, 1, 0, text).expect("typed");
    doc.commit_with(CommitOptions::default().with_time(0));
    doc.get_last_local_change().expect("a change").raw_bytes().to_vec()
}

fn actor_of(device: DeviceId, life: u8) -> ActorId {
    ActorId::from([&device.as_bytes()[..16], &[life; 8]].concat())
}

fn is_refused(result: Result<Vec<Outcome>, HttpError>, code: RefusalCode) -> bool {
    matches!(result, Err(HttpError::Refused(refusal)) if refusal.code == code)
}

const INVALID: Outcome = Outcome::Later { reason: LaterReason::Invalid };

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_with_a_forged_signature_is_passed_over_and_those_beside_it_are_taken() {
    let mut hall = Hall::new().await;
    let actor = actor_of(hall.forger.key().device(), 1);
    let change = typed_by(&hall.najaf, &hall.note, &actor, "صحيح");
    let good = hall.forger.seal_changes(hall.note.document, &[&change]);
    // Signed by mallory in the name of karbala.
    let header = Header { device: hall.karbala.id(), ..good.header().clone() };
    let forged = Envelope { signed: SignedHeader::sign(header, hall.forger.key()), payload: good.payload.clone() };
    let bytes = good.signed.bytes().to_vec();
    let unsigned = SignedHeader::read(bytes, Signature([0; 64])).expect("a header");
    let unsigned = Envelope { signed: unsigned, payload: good.payload.clone() };
    let outcomes = hall.forger.push(&[forged.clone(), unsigned, good]).await.expect("an answer");
    assert!(matches!(outcomes[..], [INVALID, INVALID, Outcome::Accepted { .. }]), "{outcomes:?}");
    hall.najaf.sync().await;
    assert_agree(&[&hall.najaf], &hall.note, &["صحيح"]);

    // A server that relays one all the same is not believed.
    let before = hall.najaf.text(&hall.note);
    let cursor = hall.najaf.with(|engine| engine.spaces()).expect("the spaces")[0].cursor;
    let rows = [PageRow::Envelope { envelope: forged, server_ms: 1 }];
    let page = write_page(&hall.note.space, &rows);
    let error = hall.najaf.with(|engine| engine.on_pages(&hall.note.space, &[(cursor.position, &page)]));
    let error = error.expect_err("a forged row");
    assert!(matches!(error, EngineError::BadServer(ServerFault::Envelope(EnvelopeError::Signature(_)))), "{error}");
    assert_eq!(hall.najaf.text(&hall.note), before);
    hall.assert_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_of_another_space_is_not_taken() {
    let mut hall = Hall::new().await;
    let elsewhere = SpaceId([9; 32]);
    let payload = b"anything";
    let header = hall.forger.header(Some(hall.note.document), Encoding::CHANGES, payload);
    let foreign = Header { space: elsewhere, ..header };
    let signed = SignedHeader::sign(foreign, hall.forger.key());
    let foreign = Envelope { signed, payload: Payload::Inline(payload.to_vec()) };
    assert!(is_refused(hall.forger.push(&[foreign]).await, RefusalCode::Malformed));
    hall.assert_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_oversized_or_malformed_is_refused_whole_and_takes_no_place() {
    let mut hall = Hall::new().await;
    hall.najaf.sync().await;
    let head = |hall: &Hall| hall.najaf.with(|engine| engine.spaces()).expect("the spaces")[0].cursor;
    let before = head(&hall);
    let document = hall.note.document;

    let long = vec![7; INLINE_BYTES_MAX + 1];
    let mut long = hall.forger.header(Some(document), Encoding::CHANGES, &long);
    let payload = vec![7; INLINE_BYTES_MAX + 1];
    let signed = SignedHeader::sign(long.clone(), hall.forger.key());
    let oversized = Envelope { signed, payload: Payload::Inline(payload) };
    assert!(is_refused(hall.forger.push(&[oversized]).await, RefusalCode::Malformed));

    long.payload_bytes = 1 << 40;
    let signed = SignedHeader::sign(long, hall.forger.key());
    let claims = Envelope { signed, payload: Payload::Blob };
    assert!(is_refused(hall.forger.push(&[claims]).await, RefusalCode::Malformed));

    let header = hall.forger.header(Some(document), Encoding::CHANGES, b"one");
    let signed = SignedHeader::sign(header, hall.forger.key());
    let swapped = Envelope { signed, payload: Payload::Inline(b"two".to_vec()) };
    let outcomes = hall.forger.push(std::slice::from_ref(&swapped)).await.expect("an answer");
    assert_eq!(outcomes, [INVALID], "the frame makes another header of it, which nobody signed");

    let many = vec![swapped; FRAME_ROWS_MAX + 1];
    assert!(is_refused(hall.forger.push(&many).await, RefusalCode::Malformed));
    for bytes in [vec![], vec![0xff; 100], bombs::inflating_payload()] {
        assert!(is_refused(hall.forger.push_frame(bytes).await, RefusalCode::Malformed));
    }
    match hall.forger.push_frame(vec![0; BODY_BYTES_MAX]).await {
        // The server may close the line before all of it is sent.
        Err(HttpError::Offline(_)) => {}
        other => assert!(is_refused(other, RefusalCode::Malformed)),
    }
    hall.najaf.sync().await;
    assert_eq!(head(&hall), before, "nothing took a place");
    hall.assert_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_devices_actor_in_a_signed_envelope_is_quarantined_and_the_rest_goes_on() {
    let mut hall = Hall::new().await;
    let stolen = typed_by(&hall.najaf, &hall.note, &actor_of(hall.karbala.id(), 1), "منتحل");
    let own = typed_by(&hall.najaf, &hall.note, &actor_of(hall.forger.key().device(), 1), "أصيل");
    let envelope = hall.forger.seal_changes(hall.note.document, &[&stolen, &own]);
    hall.forger.publish(std::slice::from_ref(&envelope)).await;
    hall.najaf.sync().await;
    assert_agree(&[&hall.najaf], &hall.note, &["أصيل"]);
    assert!(!hall.najaf.text(&hall.note).contains("منتحل"));
    let reasons = hall.quarantined(&envelope);
    assert!(matches!(&reasons[..], [reason] if reason.contains("another device's actor")), "{reasons:?}");
    hall.assert_unharmed().await;
    assert!(!hall.najaf.text(&hall.note).contains("منتحل"), "not after a restart either");
}

#[tokio::test(flavor = "multi_thread")]
async fn bombs_are_quarantined_fast_in_bounded_memory_and_stop_nothing() {
    let mut hall = Hall::new().await;
    let other = hall.other_note().await;
    let signer = hall.forger.key().device();
    let billion = bombs::change_of(&signer, 1_000_000_000);
    assert!(billion.len() < 120, "{} bytes", billion.len());
    let own = typed_by(&hall.najaf, &hall.note, &actor_of(signer, 1), "أصيل");
    let document = hall.note.document;
    let envelopes = [
        hall.forger.seal_changes(document, &[&billion, &own]),
        hall.forger.seal_changes(document, &[&bombs::inflating_change()]),
        hall.forger.seal(document, Encoding::CHANGES_ZSTD, &bombs::inflating_payload()),
        hall.forger.seal(document, Encoding::SNAPSHOT, &bombs::inflating_document()),
        hall.forger.seal(document, Encoding::SNAPSHOT, &bombs::long_document()),
    ];
    for envelope in &envelopes {
        assert!(envelope.header().payload_bytes <= INLINE_BYTES_MAX as u64);
        hall.forger.publish(std::slice::from_ref(envelope)).await;
    }

    let started = Instant::now();
    hall.najaf.sync().await;
    for envelope in &envelopes {
        assert_eq!(hall.quarantined(envelope).len(), 1, "{:?}", envelope.header().encoding);
    }
    assert_agree(&[&hall.najaf], &hall.note, &["أصيل"]);
    assert_agree(&[&hall.najaf], &other, &["سطر سليم"]);
    hall.assert_unharmed().await;
    // Unguarded, the first alone takes minutes, and the others gigabytes.
    assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
    if let Some(bytes) = peak_memory_bytes() {
        assert!(bytes < 1 << 30, "{} MiB", bytes >> 20);
    }
}

/// The most that this process has had in memory at once, where the system says so.
fn peak_memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib << 10)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payload_that_nobody_can_read_is_named_and_stops_nothing() {
    let mut hall = Hall::new().await;
    let document = hall.note.document;
    let envelopes =
        [Encoding::CHANGES, Encoding::CHANGES_ZSTD, Encoding::SNAPSHOT, Encoding::SPLICES, Encoding::SPLICES_ZSTD]
            .map(|encoding| hall.forger.seal(document, encoding, &[encoding.0; 40]));
    hall.forger.publish(&envelopes).await;
    hall.najaf.sync().await;
    for envelope in &envelopes {
        assert_eq!(hall.quarantined(envelope).len(), 1);
    }
    hall.assert_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_envelope_of_a_newer_version_is_stored_relayed_and_passed() {
    let mut hall = Hall::new().await;
    hall.world.backup_server("before").await;
    let document = hall.note.document;
    let newer = hall.forger.seal_newer(document, b"what only a later version reads");
    let unknown = hall.forger.seal(document, Encoding(9), b"an encoding of next year");
    let own = typed_by(&hall.najaf, &hall.note, &actor_of(hall.forger.key().device(), 1), "بعدها");
    let after = hall.forger.seal_changes(document, &[&own]);
    hall.forger.publish(&[newer.clone(), unknown.clone(), after.clone()]).await;
    hall.najaf.sync().await;
    assert_agree(&[&hall.najaf], &hall.note, &["بعدها"]);
    assert!(hall.najaf.with(|engine| engine.quarantine(&hall.note.space)).expect("the quarantine").is_empty());

    // The server forgets them, and has them again from a device that could not read them.
    hall.world.restore_server("before").await;
    hall.najaf.sync().await;
    let outcomes = hall.forger.push(&[newer, unknown, after]).await.expect("an answer");
    let positions: Vec<u64> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Accepted { position, is_branch: false } => position.0,
            other => panic!("{other:?}"),
        })
        .collect();
    let head = hall.najaf.with(|engine| engine.spaces()).expect("the spaces")[0].cursor.position.0;
    assert!(positions.iter().all(|position| *position <= head), "the repeat was answered with the places they have");
    hall.karbala.sync().await;
    assert_agree(&[&hall.karbala], &hall.note, &["بعدها"]);
    hall.assert_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_admins_entry_of_a_newer_version_stops_writing_and_not_reading_and_an_editors_stops_nothing() {
    let mut hall = Hall::new().await;
    let space = hall.note.space;
    for role in [Role::Editor, Role::Admin] {
        let forger = hall.forger.key().device();
        hall.najaf.with(|engine| engine.change_role(&space, forger, role)).expect("changed");
        hall.najaf.sync().await;
        // Variant 99, as minicbor writes it.
        let payload = [0x82, 0x18, 99, 0x80];
        let header = hall.forger.header(None, Encoding::ENTRY, &payload);
        let entry = hall.forger.sign(header, &payload);
        let outcomes = hall.forger.push(&[entry]).await.expect("an answer");
        assert!(matches!(outcomes[..], [Outcome::Held { reason: HeldReason::EntryUnknown, .. }]), "{outcomes:?}");
        hall.najaf.sync().await;
        let typed = hall.najaf.with(|engine| engine.create(&space, sync_engine::document::Kind::Note, "؟", 0));
        match role {
            Role::Admin => assert!(matches!(typed, Err(EngineError::UpdateNeeded)), "{typed:?}"),
            _ => assert!(typed.is_ok(), "{typed:?}"),
        }
    }
    // Karbala, who has not heard of it yet, writes on, and najaf reads that.
    hall.karbala.type_at_end(&hall.note, "ما زلنا نكتب");
    hall.karbala.sync().await;
    hall.najaf.sync().await;
    assert_agree(&[&hall.najaf, &hall.karbala], &hall.note, &["ما زلنا نكتب"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attachment_that_nobody_ever_uploaded_stops_nothing_not_even_other_attachments() {
    let mut hall = Hall::new().await;
    let own = typed_by(&hall.najaf, &hall.note, &actor_of(hall.forger.key().device(), 1), "بلا صورة");
    let payload = sync_engine::payload::pack(&[&own]);
    let header = hall.forger.header(Some(hall.note.document), Encoding::CHANGES, &payload);
    let header = Header { blobs: vec![BlobHash::of(b"a photograph that is still on a phone")], ..header };
    let envelope = hall.forger.sign(header, &payload);
    hall.forger.publish(&[envelope]).await;
    // Someone looks at both; the one that is there comes, though the other was asked for first.
    let (absent, space) = (BlobHash::of(b"a photograph that is still on a phone"), hall.note.space);
    hall.najaf.sync().await;
    hall.najaf.with(|engine| engine.want_attachment(&space, &absent)).expect("wanted");
    let photograph = hall.karbala.with(|engine| engine.attach(&hall.note, b"a photograph")).expect("attached");
    hall.karbala.sync().await;
    hall.najaf.with(|engine| engine.want_attachment(&space, &photograph)).expect("wanted");
    hall.najaf.try_sync().await.expect("the sync comes to its end");
    assert_agree(&[&hall.najaf], &hall.note, &["بلا صورة"]);
    let attachment = |hash| hall.najaf.with(|engine| engine.attachment(&space, hash)).expect("readable");
    assert_eq!(attachment(&photograph), Some(b"a photograph".to_vec()));
    assert_eq!(attachment(&absent), None);
    hall.assert_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_in_a_strangers_name_lets_nobody_in() {
    let mut hall = Hall::new().await;
    // Mallory, an editor, makes herself an admin, and removes the founder.
    for entry in [
        Entry::ChangeRole { member: hall.forger.key().device(), role: Role::Admin },
        Entry::RemoveMember { member: hall.najaf.id() },
    ] {
        let payload = entry.to_bytes();
        let header = hall.forger.header(None, Encoding::ENTRY, &payload);
        let envelope = hall.forger.sign(header, &payload);
        let outcomes = hall.forger.push(&[envelope]).await.expect("an answer");
        assert!(matches!(outcomes[..], [Outcome::Held { reason: HeldReason::Role, .. }]), "{outcomes:?}");
    }
    hall.world.settle(&[&hall.najaf, &hall.karbala]).await;
    for device in [&hall.najaf, &hall.karbala] {
        let roster = device.with(|engine| engine.roster(&hall.note.space)).expect("the roster");
        assert_eq!(roster.role(&hall.forger.key().device()), Some(Role::Editor));
        assert_eq!(roster.role(&hall.najaf.id()), Some(Role::Admin));
    }
    hall.assert_unharmed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_ever_reaches_a_debug_form() {
    let hall = Hall::new().await;
    let link = hall.najaf.invite(&hall.note.space, Role::Editor, 1);
    let key = hall.forger.key();
    let seeds = [link.seed, key.seed()];
    let shown = format!(
        "{link:?} {key:?} {:?} {:?}",
        SignedHeader::sign(hall.forger.header(None, Encoding::ENTRY, b""), key),
        hall.najaf.home()
    );
    for seed in seeds {
        let forms = [
            data_encoding::HEXLOWER.encode(&seed),
            data_encoding::BASE64URL_NOPAD.encode(&seed),
            format!("{seed:?}").trim_matches(['[', ']']).to_owned(),
        ];
        assert!(forms.iter().all(|form| !shown.contains(form)), "{shown}");
    }
}
