//! Requests whose proof does not hold, and what strangers can find out.

use super::*;

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
