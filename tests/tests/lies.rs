//! What a server that lies can do: it never puts a word into anyone's mouth, loses nobody's own, and is named once
//! what it says does not fit. When it is honest again, everybody has everything.

use std::sync::atomic::{AtomicBool, Ordering};

use sync_engine::contact::Why;
use sync_engine::driver::DriverError;
use sync_engine::engine::{DocumentName, EngineError, Event, ServerFault};
use sync_engine::entry::{Entry, Role};
use sync_engine::envelope::{Encoding, Envelope, EnvelopeError, SignedHeader};
use sync_engine::frame::PageRow;
use sync_engine::ids::{Cursor, SpaceId};
use sync_engine::keys::{SecretKey, Signature};
use sync_engine::request::CLOCK_SKEW_MS_MAX;
use sync_engine::wire::{PullPart, SignedHead};
use tests::liar::{edit_rows, sign_anew, signed_end};
use tests::{Device, Forger, Liar, World, assert_agree};

/// Three members, of whom karbala hears the server through a liar.
struct Hall {
    world: World,
    najaf: Device,
    basra: Device,
    karbala: Device,
    note: DocumentName,
    liar: Liar,
}

impl Hall {
    /// Karbala has read everything so far, and has typed something since.
    async fn new() -> Self {
        let mut world = World::new().await;
        let (najaf, basra, karbala) = (world.device("najaf"), world.device("basra"), world.device("karbala"));
        let note = world.shared_note(&najaf, &[&basra, &karbala]).await;
        world.settle(&[&najaf, &basra, &karbala]).await;
        let liar = Liar::before(world.url()).await;
        karbala.set_url(&liar.url());
        karbala.type_at_end(&note, "كربلاء");
        Self { world, najaf, basra, karbala, note, liar }
    }

    /// A row by najaf, one by basra, and one more by najaf.
    async fn three_rows(&self) {
        for (device, word) in [(&self.najaf, "أول"), (&self.basra, "ثانٍ"), (&self.najaf, "ثالث")] {
            device.type_at(&self.note, 1, word);
            device.sync().await;
        }
    }

    fn cursor(&self, device: &Device) -> Cursor {
        cursor(device, &self.note.space)
    }

    async fn fault(&self) -> ServerFault {
        let error = self.karbala.try_sync().await.expect_err("a lie");
        assert_eq!(error.why(), Why::BadServer, "{error}");
        assert!(error.is_passing(), "it is asked again");
        match error {
            DriverError::Engine(EngineError::BadServer(fault)) => fault,
            other => panic!("{other}"),
        }
    }

    /// Nothing of what was told is here, and what karbala typed is.
    fn assert_untouched(&self, before: &(Cursor, String)) {
        assert_eq!((self.cursor(&self.karbala), self.karbala.text(&self.note)), *before);
        assert!(before.1.contains("كربلاء") && !self.karbala.is_all_on_server());
    }

    fn now(&self) -> (Cursor, String) {
        (self.cursor(&self.karbala), self.karbala.text(&self.note))
    }

    /// The server is honest again.
    async fn assert_all_is_well(&self, words: &[&str]) {
        self.liar.be_honest();
        let all = [&self.karbala, &self.najaf, &self.basra];
        self.world.settle(&all).await;
        let words = [&["افتُتِحت الجلسة", "كربلاء"], words].concat();
        assert_agree(&all, &self.note, &words);
        for device in all {
            assert!(device.is_all_on_server(), "{}", device.name());
            device.restart();
        }
        assert_agree(&all, &self.note, &words);
    }
}

fn cursor(device: &Device, space: &SpaceId) -> Cursor {
    let spaces = device.with(|engine| engine.spaces()).expect("the spaces");
    spaces.iter().find(|row| row.space == *space).expect("the space").cursor
}

fn author(row: &PageRow) -> Option<&Envelope> {
    if let PageRow::Envelope { envelope, .. } = row { Some(envelope) } else { None }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_left_out_of_a_chain_is_noticed_before_anything_is_applied() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    let before = hall.now();
    hall.liar.lie(|parts| edit_rows(parts, |rows| drop(rows.remove(0))));
    assert!(matches!(hall.fault().await, ServerFault::Withheld(_)));
    hall.assert_untouched(&before);
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_left_out_between_chains_is_noticed_at_the_head() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    let basra = hall.basra.id();
    hall.liar.lie(move |parts| {
        edit_rows(parts, |rows| rows.retain(|row| author(row).is_none_or(|row| row.header().device != basra)))
    });
    assert!(matches!(hall.fault().await, ServerFault::Fork(_)));
    // What was told are najaf's true words; what was left out is missing, and that is known.
    let text = hall.karbala.text(&hall.note);
    assert!(!text.contains("ثانٍ") && text.contains("كربلاء"), "{text}");
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_in_another_order_are_noticed_at_the_head() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    hall.liar.lie(|parts| edit_rows(parts, |rows| rows.swap(0, 1)));
    assert!(matches!(hall.fault().await, ServerFault::Fork(_)));
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_one_chain_in_another_order_are_noticed_before_anything_is_applied() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    let before = hall.now();
    hall.liar.lie(|parts| edit_rows(parts, |rows| rows.swap(0, 2)));
    assert!(matches!(hall.fault().await, ServerFault::Withheld(_)));
    hall.assert_untouched(&before);
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_answer_that_is_played_again_is_known_by_its_time() {
    let hall = Hall::new().await;
    hall.karbala.sync().await;
    hall.karbala.type_at_end(&hall.note, "، وأيضًا");
    let old = hall.liar.last();
    assert!(old.iter().any(|part| matches!(part, PullPart::CaughtUp { .. })));
    hall.three_rows().await;
    hall.world.pass_ms(CLOCK_SKEW_MS_MAX + 1);
    let before = hall.now();
    hall.liar.lie(move |_| old.clone());
    assert!(matches!(hall.fault().await, ServerFault::Old(_)));
    hall.assert_untouched(&before);
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث", "وأيضًا"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_to_an_older_question_brings_nothing_twice() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    hall.liar.lie(|parts| [parts.clone(), parts].concat());
    hall.karbala.sync().await;
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_envelope_is_noticed_though_the_server_signs_the_log_with_it() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    let before = hall.now();
    let (cursor, now_ms) = (before.0, hall.world.now_ms());
    hall.liar.lie(move |parts| {
        let forged = edit_rows(parts, |rows| {
            let PageRow::Envelope { envelope, .. } = &mut rows[1] else { panic!("an envelope") };
            let mut signature = *envelope.signed.signature();
            signature.0[7] ^= 1;
            envelope.signed = SignedHeader::read(envelope.signed.bytes().to_vec(), signature).expect("a header");
        });
        sign_anew(forged, cursor, now_ms)
    });
    assert!(matches!(hall.fault().await, ServerFault::Envelope(EnvelopeError::Signature(_))));
    hall.assert_untouched(&before);
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

/// Answers once with one more row, which the server's own head stands by.
fn with_one_more(hall: &Hall, envelope: Envelope) {
    let (space, cursor, now_ms) = (hall.note.space, hall.cursor(&hall.karbala), hall.world.now_ms());
    let is_told = AtomicBool::new(false);
    hall.liar.lie(move |mut parts| {
        if is_told.swap(true, Ordering::Relaxed) {
            return parts;
        }
        let rows = [PageRow::Envelope { envelope: envelope.clone(), server_ms: now_ms }];
        let frame = sync_engine::frame::write_page(&space, &rows).into();
        let at = parts.iter().position(|part| matches!(part, PullPart::CaughtUp { .. })).expect("an end");
        parts.insert(at, PullPart::Page { space, after: cursor.position, frame, head: cursor.position });
        sign_anew(parts, cursor, now_ms)
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_membership_entry_that_the_server_invents_moves_nobody() {
    let hall = Hall::new().await;
    let entries = [
        Entry::RemoveMember { member: hall.najaf.id() },
        Entry::ChangeRole { member: hall.karbala.id(), role: Role::Viewer },
    ];
    for (nth, entry) in entries.into_iter().enumerate() {
        // In its own name, as it has no other key; and in the admin's name, with no signature of theirs.
        let mut forger = Forger::with_key(SecretKey::from_seed(&[99; 32]), &hall.world, &hall.note.space);
        let payload = entry.to_bytes();
        let header = forger.header(None, Encoding::ENTRY, &payload);
        let own = forger.sign(header, &payload);
        let mut header = own.header().clone();
        header.device = hall.najaf.id();
        let signed = SignedHeader::read(header.to_bytes(), Signature([nth as u8; 64])).expect("a header");
        let named = Envelope { signed, payload: own.payload.clone() };

        let before = hall.now();
        with_one_more(&hall, named);
        assert!(matches!(hall.fault().await, ServerFault::Envelope(EnvelopeError::Signature(_))));
        hall.assert_untouched(&before);

        with_one_more(&hall, own);
        // What is read next has no such row in it, and that is noticed.
        assert!(hall.karbala.sync().await.resets > 0);
        let roster = hall.karbala.with(|engine| engine.roster(&hall.note.space)).expect("the roster");
        assert_eq!(roster.role(&hall.najaf.id()), Some(Role::Admin));
        assert_eq!(roster.role(&hall.karbala.id()), Some(Role::Editor));
        hall.assert_all_is_well(&[]).await;
        hall.karbala.type_at(&hall.note, 1, "تكملة");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_another_key_signed_is_not_believed() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    hall.liar.lie(|parts| {
        let forge = |part| match part {
            PullPart::CaughtUp { head, lacks } => {
                let key = SecretKey::from_seed(&[99; 32]);
                PullPart::CaughtUp { head: SignedHead::sign(head.space, head.cursor, head.server_ms, &key), lacks }
            }
            part => part,
        };
        parts.into_iter().map(forge).collect()
    });
    assert!(matches!(hall.fault().await, ServerFault::Head(_)));
    assert!(hall.karbala.text(&hall.note).contains("كربلاء"));
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_at_another_time_is_noticed_at_the_head() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    hall.liar.lie(|parts| {
        edit_rows(parts, |rows| {
            let PageRow::Envelope { server_ms, .. } = &mut rows[2] else { panic!("an envelope") };
            *server_ms += 1;
        })
    });
    assert!(matches!(hall.fault().await, ServerFault::Fork(_)));
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_log_in_the_servers_own_hand_loses_nobody_a_word() {
    let hall = Hall::new().await;
    hall.three_rows().await;
    let (space, now_ms) = (hall.note.space, hall.world.now_ms());
    let text = hall.karbala.text(&hall.note);
    hall.liar.lie(move |_| vec![PullPart::Reset { head: signed_end(space, 0, now_ms) }]);
    assert!(matches!(hall.fault().await, ServerFault::Fork(_)), "asked three times, and no more");
    assert_eq!(hall.karbala.text(&hall.note), text);
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_logs_emptied_in_turn_are_not_given_back_for_ever() {
    let mut hall = Hall::new().await;
    hall.three_rows().await;
    let other = hall.world.shared_note(&hall.najaf, &[&hall.karbala]).await;
    hall.karbala.set_url(&hall.liar.url());
    hall.karbala.type_at_end(&other, "ثانية");
    let (spaces, now_ms) = ([hall.note.space, other.space], hall.world.now_ms());
    assert_ne!(spaces[0], spaces[1]);
    let is_second = AtomicBool::new(false);
    hall.liar.lie(move |_| {
        let space = spaces[usize::from(is_second.fetch_xor(true, Ordering::Relaxed))];
        vec![PullPart::Reset { head: signed_end(space, 0, now_ms) }]
    });
    assert!(matches!(hall.fault().await, ServerFault::Fork(_)), "each asked again, and no more");
    hall.assert_all_is_well(&["أول", "ثانٍ", "ثالث"]).await;
    assert_agree(&[&hall.karbala, &hall.najaf], &other, &["ثانية"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_members_who_were_shown_different_logs_notice_when_they_meet() {
    let mut hall = Hall::new().await;
    let space = hall.note.space;
    let (_fork, url) = hall.world.fork().await;
    hall.karbala.set_url(&url);
    // The one log loses a member; the other never hears of it, and the member writes on there.
    hall.najaf.with(|engine| engine.remove_member(&space, hall.basra.id())).expect("removed");
    hall.najaf.sync().await;
    hall.basra.set_url(&url);
    hall.basra.type_at_end(&hall.note, "البصرة");
    hall.basra.sync().await;
    hall.karbala.sync().await;
    hall.basra.sync().await;
    assert_agree(&[&hall.karbala, &hall.basra], &hall.note, &["كربلاء", "البصرة"]);

    let head = |device: &Device| device.with(|engine| engine.hand_head(&space)).expect("read").expect("a head");
    let (to_karbala, to_najaf) = (head(&hall.najaf), head(&hall.karbala));
    let compare = |device: &Device, head: &SignedHead| device.with(|engine| engine.compare_head(head));
    // Whoever has read further sees it.
    let met = [compare(&hall.karbala, &to_karbala), compare(&hall.najaf, &to_najaf)];
    assert!(met.iter().any(|met| matches!(met, Err(EngineError::BadServer(ServerFault::Fork(_))))), "{met:?}");
    assert!(compare(&hall.karbala, &to_najaf).is_ok() && compare(&hall.karbala, &head(&hall.basra)).is_ok());
    let forged = SignedHead::sign(space, to_najaf.cursor, 1, &SecretKey::from_seed(&[99; 32]));
    assert!(matches!(compare(&hall.najaf, &forged), Err(EngineError::BadServer(ServerFault::Head(_)))));

    // Before the one log that is left, what was written in the other is not lost: it waits for the admin.
    let honest = hall.world.url().to_owned();
    hall.karbala.set_url(&honest);
    let report = hall.karbala.sync().await;
    assert!(report.resets > 0);
    hall.world.settle(&[&hall.karbala, &hall.najaf]).await;
    assert_agree(&[&hall.najaf, &hall.karbala], &hall.note, &["كربلاء"]);
    let held = hall.najaf.with(|engine| engine.held(&space)).expect("the held envelopes");
    assert!(!held.is_empty());
    let ids: Vec<_> = held.iter().map(|row| row.envelope).collect();
    hall.najaf.with(|engine| engine.admit(&space, &ids)).expect("admitted");
    hall.world.settle(&[&hall.najaf, &hall.karbala]).await;
    assert_agree(&[&hall.najaf, &hall.karbala], &hall.note, &["كربلاء", "البصرة"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_by_someone_who_read_the_log_in_another_order_tells_of_the_other_log() {
    let mut hall = Hall::new().await;
    let space = hall.note.space;
    hall.liar.be_honest();
    hall.karbala.sync().await;
    hall.world.settle(&[&hall.najaf, &hall.basra]).await;
    let (_fork, url) = hall.world.fork().await;
    hall.karbala.set_url(&url);
    let unsent = |device: &Device| device.with(|engine| engine.hand_unplaced(&space)).expect("a frame");
    hall.najaf.type_at(&hall.note, 1, "أول");
    hall.basra.type_at(&hall.note, 1, "ثانٍ");
    let (first, second) = (unsent(&hall.najaf), unsent(&hall.basra));
    for device in [&hall.najaf, &hall.basra, &hall.najaf] {
        device.sync().await;
    }
    hall.najaf.type_at(&hall.note, 1, "ثالث");
    let third = unsent(&hall.najaf);
    hall.najaf.sync().await;

    // The other log has the same rows, the first two of them the other way round.
    let mut server = Forger::with_key_of(&hall.najaf, &hall.world, &space).at(&url);
    for frame in [second, first] {
        server.push_frame(frame).await.expect("taken");
    }
    hall.karbala.sync().await;
    assert_eq!(hall.karbala.with(|engine| engine.estranged(&space)).expect("read"), None);
    server.push_frame(third).await.expect("taken");
    hall.karbala.sync().await;
    let by = hall.najaf.id();
    let estranged = hall.karbala.with(|engine| engine.estranged(&space)).expect("read").expect("noticed");
    assert_eq!(estranged.by, by);
    let position = estranged.position.0;
    let events = hall.karbala.with(|engine| engine.take_events());
    assert!(events.contains(&Event::Estranged { space, position, by }), "{events:?}");
    hall.karbala.restart();
    assert_eq!(hall.karbala.with(|engine| engine.estranged(&space)).expect("read"), Some(estranged));
    // Their words are true all the same.
    assert_agree(&[&hall.karbala, &hall.najaf], &hall.note, &["أول", "ثانٍ", "ثالث"]);
    assert_eq!(hall.najaf.with(|engine| engine.estranged(&space)).expect("read"), None);
}
