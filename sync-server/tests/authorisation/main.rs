//! Who may do what: every route of the protocol, asked by every kind of caller, rightly signed and not. Whatever is
//! refused leaves the server's file as it was, to the byte.

mod proofs;
#[path = "../support/mod.rs"]
mod support;
mod table;

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

use table::*;

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

fn bytes<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    minicbor::to_vec(value).expect("encoded")
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
