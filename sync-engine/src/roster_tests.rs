use super::*;
use crate::entry::join_proof;
use crate::envelope::tests::header;
use crate::keys::SecretKey;

/// A space under the pen: each device's entries in one order.
struct Log {
    roster: Roster,
    rows: u8,
    now_ms: u64,
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn person(name: &str) -> Person {
    Person { name: name.into(), organisation: "العتبة".into() }
}

impl Log {
    fn founded_by(admin: &SecretKey) -> Self {
        let found = Entry::Found {
            title: "مؤتمر".into(),
            founder: person("زهراء"),
            recovery: key(200).device(),
            home: None,
            nonce: [0; 16],
        };
        let mut log = Self { roster: Roster::new(space_id(&found.to_bytes())), rows: 0, now_ms: 1000 };
        assert_eq!(log.say(admin, &found), Standing::Accepted);
        log
    }

    fn take(&mut self, by: &SecretKey, entry: Option<&Entry>) -> (EnvelopeId, Taken) {
        self.rows += 1;
        let id = EnvelopeId([self.rows; 32]);
        let mut header = header(by, 1, None, b"");
        header.space = self.roster.space();
        let bytes = entry.map(Entry::to_bytes);
        if bytes.is_some() {
            (header.document, header.encoding) = (None, Encoding::ENTRY);
        }
        let row = Row { id, header: &header, entry: bytes.as_deref(), server_ms: self.now_ms };
        (id, self.roster.take(row))
    }

    fn say(&mut self, by: &SecretKey, entry: &Entry) -> Standing {
        self.take(by, Some(entry)).1.standing
    }

    fn write(&mut self, by: &SecretKey) -> Standing {
        self.take(by, None).1.standing
    }

    fn invite(&mut self, admin: &SecretKey, invite: &SecretKey, role: Role, uses: u32) {
        let entry = Entry::Invite { key: invite.device(), role, uses, expires_ms: 2000 };
        assert_eq!(self.say(admin, &entry), Standing::Accepted);
    }

    fn join(&mut self, device: &SecretKey, invite: &SecretKey) -> (EnvelopeId, Standing) {
        let proof = join_proof(invite, &self.roster.space(), &device.device());
        let entry = Entry::Join { invite: invite.device(), proof, person: person("علي") };
        let (id, taken) = self.take(device, Some(&entry));
        (id, taken.standing)
    }
}

#[test]
fn a_stranger_is_held_and_an_invited_editor_is_accepted() {
    let (admin, editor, invite) = (key(1), key(2), key(3));
    let mut log = Log::founded_by(&admin);
    assert_eq!(log.write(&editor), Standing::Held(HeldReason::NotAMember));
    log.invite(&admin, &invite, Role::Editor, 1);
    assert_eq!(log.join(&editor, &invite).1, Standing::Accepted);
    assert_eq!(log.write(&editor), Standing::Accepted);
}

#[test]
fn a_single_use_invite_lets_one_device_in_and_an_admin_may_admit_the_other() {
    let (admin, first, second, invite) = (key(1), key(2), key(3), key(4));
    let mut log = Log::founded_by(&admin);
    log.invite(&admin, &invite, Role::Editor, 1);
    assert_eq!(log.join(&first, &invite).1, Standing::Accepted);
    let (held, standing) = log.join(&second, &invite);
    assert_eq!(standing, Standing::Held(HeldReason::InviteUsedUp));
    assert_eq!(log.write(&second), Standing::Held(HeldReason::NotAMember));
    let (_, taken) = log.take(&admin, Some(&Entry::Admit { envelopes: vec![held] }));
    assert_eq!((taken.standing, taken.admitted), (Standing::Accepted, vec![held]));
    assert_eq!(log.write(&second), Standing::Accepted);
}

#[test]
fn an_invite_ends_by_time_by_revocation_and_with_its_issuer() {
    let (admin, late, invite) = (key(1), key(2), key(3));
    let mut log = Log::founded_by(&admin);
    log.invite(&admin, &invite, Role::Editor, 9);
    log.now_ms = 2001;
    assert_eq!(log.join(&late, &invite).1, Standing::Held(HeldReason::InviteExpired));
    log.now_ms = 1000;
    assert_eq!(log.say(&admin, &Entry::RevokeInvite { key: invite.device() }), Standing::Accepted);
    assert_eq!(log.join(&late, &invite).1, Standing::Held(HeldReason::InviteUnknown));

    let (second, third) = (key(4), key(5));
    log.invite(&admin, &second, Role::Admin, 1);
    let other_admin = key(6);
    assert_eq!(log.join(&other_admin, &second).1, Standing::Accepted);
    log.invite(&other_admin, &third, Role::Editor, 9);
    log.say(&admin, &Entry::RemoveMember { member: other_admin.device() });
    assert_eq!(log.join(&late, &third).1, Standing::Held(HeldReason::InviteUnknown));
}

#[test]
fn an_invite_lets_in_whoever_came_before_it_as_far_as_it_goes() {
    let (admin, first, second, late, invite) = (key(1), key(2), key(3), key(4), key(5));
    let mut log = Log::founded_by(&admin);
    let (first_join, standing) = log.join(&first, &invite);
    assert_eq!(standing, Standing::Held(HeldReason::InviteUnknown));
    assert_eq!(log.write(&first), Standing::Held(HeldReason::NotAMember));
    log.now_ms = 2001;
    let (late_join, _) = log.join(&late, &invite);
    log.now_ms = 2500;
    let (second_join, _) = log.join(&second, &invite);
    let entry = Entry::Invite { key: invite.device(), role: Role::Editor, uses: 1, expires_ms: 2400 };
    let (_, taken) = log.take(&admin, Some(&entry));
    // The first by the server's time, though the second is less by its number; who was in time, but one too many, waits.
    assert_eq!((taken.admitted, taken.let_in), (vec![first_join], vec![first.device()]));
    assert_eq!(log.roster.role(&first.device()), Some(Role::Editor));
    assert_eq!(log.roster.invites()[&invite.device()].uses_left, 0);
    for (device, join) in [(&late, late_join), (&second, second_join)] {
        assert_eq!(log.roster.role(&device.device()), None);
        // An admin may admit them still, as what they were invited to be.
        log.take(&admin, Some(&Entry::Admit { envelopes: vec![join] }));
        assert_eq!(log.roster.role(&device.device()), Some(Role::Editor));
    }
}

#[test]
fn an_invite_brings_back_nobody_who_was_refused_removed_or_is_here_by_another() {
    let (admin, refused, removed, member, invite, other) = (key(1), key(2), key(3), key(4), key(5), key(6));
    let mut log = Log::founded_by(&admin);
    log.invite(&admin, &other, Role::Viewer, 2);
    assert_eq!(log.join(&removed, &other).1, Standing::Accepted);
    log.say(&admin, &Entry::RemoveMember { member: removed.device() });
    let [turned_away, gone, twice] = [&refused, &removed, &member].map(|device| log.join(device, &invite).0);
    log.say(&admin, &Entry::Refuse { envelopes: vec![turned_away] });
    assert_eq!(log.join(&member, &other).1, Standing::Accepted);

    let entry = Entry::Invite { key: invite.device(), role: Role::Editor, uses: 9, expires_ms: 2000 };
    let (_, taken) = log.take(&admin, Some(&entry));
    assert_eq!((taken.admitted, taken.let_in), (vec![twice], vec![]), "{gone:?} waits for an admin");
    assert_eq!(log.roster.invites()[&invite.device()].uses_left, 9);
    let role = |device: &SecretKey| log.roster.role(&device.device());
    assert_eq!((role(&refused), role(&removed), role(&member)), (None, None, Some(Role::Viewer)));
}

#[test]
fn a_proof_for_another_device_lets_nobody_in() {
    let (admin, editor, thief, invite) = (key(1), key(2), key(3), key(4));
    let mut log = Log::founded_by(&admin);
    log.invite(&admin, &invite, Role::Editor, 1);
    let proof = join_proof(&invite, &log.roster.space(), &editor.device());
    let stolen = Entry::Join { invite: invite.device(), proof, person: person("مجهول") };
    assert_eq!(log.say(&thief, &stolen), Standing::Held(HeldReason::InviteUnknown));
    assert_eq!(log.join(&editor, &invite).1, Standing::Accepted);
}

#[test]
fn a_viewer_reads_only_and_an_editor_manages_nobody() {
    let (admin, viewer, invite) = (key(1), key(2), key(3));
    let mut log = Log::founded_by(&admin);
    log.invite(&admin, &invite, Role::Viewer, 1);
    log.join(&viewer, &invite);
    assert_eq!(log.write(&viewer), Standing::Held(HeldReason::Role));
    let promote = Entry::ChangeRole { member: viewer.device(), role: Role::Editor };
    assert_eq!(log.say(&viewer, &promote), Standing::Held(HeldReason::Role));
    assert_eq!(log.say(&admin, &promote), Standing::Accepted);
    assert_eq!(log.write(&viewer), Standing::Accepted);
    let remove = Entry::RemoveMember { member: admin.device() };
    assert_eq!(log.say(&viewer, &remove), Standing::Held(HeldReason::Role));
}

#[test]
fn a_removed_device_takes_those_it_added_with_it_and_cannot_use_its_link_again() {
    let (admin, phone, laptop, invite) = (key(1), key(2), key(3), key(4));
    let mut log = Log::founded_by(&admin);
    log.invite(&admin, &invite, Role::Editor, 9);
    log.join(&phone, &invite);
    let consent = join_proof(&laptop, &log.roster.space(), &phone.device());
    let add = Entry::AddDevice { device: laptop.device(), label: "حاسوب".into(), consent };
    assert_eq!(log.say(&phone, &add), Standing::Accepted);
    assert_eq!(log.write(&laptop), Standing::Accepted);
    let (_, taken) = log.take(&admin, Some(&Entry::RemoveDevice { device: phone.device() }));
    assert_eq!(taken.removed, vec![phone.device(), laptop.device()]);
    assert_eq!(log.write(&laptop), Standing::Held(HeldReason::Removed));
    assert_eq!(log.join(&phone, &invite).1, Standing::Held(HeldReason::Removed));
}

#[test]
fn nobody_adds_a_device_that_did_not_agree() {
    let (admin, victim) = (key(1), key(2));
    let mut log = Log::founded_by(&admin);
    let forged = join_proof(&admin, &log.roster.space(), &admin.device());
    let add = Entry::AddDevice { device: victim.device(), label: String::new(), consent: forged };
    assert_eq!(log.say(&admin, &add), Standing::Held(HeldReason::EntryUnfit));
    assert_eq!(log.write(&victim), Standing::Held(HeldReason::NotAMember));
}

#[test]
fn the_recovery_key_is_an_admin_and_a_second_founding_is_not_taken() {
    let (admin, other) = (key(1), key(2));
    let mut log = Log::founded_by(&admin);
    let home = Home { server: crate::ids::ServerId([1; 32]), url: "https://example.org".into() };
    assert_eq!(log.say(&key(200), &Entry::Home { home: home.clone() }), Standing::Accepted);
    assert_eq!(log.roster.home(), Some(&home));
    let again = Entry::Found {
        title: "آخر".into(),
        founder: person("غريب"),
        recovery: other.device(),
        home: None,
        nonce: [1; 16],
    };
    assert_eq!(log.say(&other, &again), Standing::Held(HeldReason::EntryUnfit));
}

#[test]
fn an_entry_of_a_newer_version_stops_writing_only_when_an_admin_said_it() {
    let (admin, stranger, editor) = (key(1), key(2), key(3));
    let mut log = Log::founded_by(&admin);
    log.invite(&admin, &key(4), Role::Editor, 1);
    assert_eq!(log.join(&editor, &key(4)).1, Standing::Accepted);
    let mut header = header(&stranger, 1, None, b"");
    (header.document, header.encoding) = (None, Encoding::ENTRY);
    let unknown = [0x82, 0x18, 99, 0x80];
    let mut take = |header: &Header| {
        let row = Row { id: EnvelopeId([7; 32]), header, entry: Some(&unknown), server_ms: 1 };
        let standing = log.roster.take(row).standing;
        (standing, log.roster.has_unknown_entries())
    };
    let held = Standing::Held(HeldReason::EntryUnknown);
    assert_eq!(take(&header), (held, false));
    header.device = editor.device();
    assert_eq!(take(&header), (held, false));
    header.device = admin.device();
    assert_eq!(take(&header), (held, true));
}

#[test]
fn an_entry_that_breaks_a_limit_is_held_and_stops_nobody() {
    let admin = key(1);
    let mut log = Log::founded_by(&admin);
    let home = Home { server: crate::ids::ServerId([1; 32]), url: "س".repeat(10_000) };
    assert_eq!(log.say(&admin, &Entry::Home { home }), Standing::Held(HeldReason::EntryUnfit));
    assert!(!log.roster.has_unknown_entries());
}
