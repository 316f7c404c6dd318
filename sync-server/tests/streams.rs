//! Pushing and reading: who gets what, who is woken, and when a stream ends.

mod support;

use std::time::Duration;

use support::{World, assert_accepted, http, within};
use sync_engine::entry::{Entry, Role};
use sync_engine::frame::{PageRow, read_page, write_push};
use sync_engine::ids::*;
use sync_engine::keys::Signature;
use sync_engine::wire::*;
use sync_server::service::Limits;

fn ids(rows: &[PageRow]) -> Vec<EnvelopeId> {
    let id = |row: &PageRow| match row {
        PageRow::Envelope { envelope, .. } => envelope.id(),
        PageRow::Known { id, .. } => *id,
    };
    rows.iter().map(id).collect()
}

/// Reads up to the next "caught up", and gives the rows on the way there.
async fn catch_up(stream: &mut support::Stream) -> (Vec<EnvelopeId>, SignedHead) {
    let mut found = vec![];
    loop {
        match within(10, stream.part()).await.expect("the stream goes on") {
            PullPart::Page { space, frame, .. } => found.extend(ids(&read_page(&space, &frame).expect("a page"))),
            PullPart::CaughtUp { head, .. } => return (found, head),
            PullPart::Heartbeat { .. } => {}
            other => panic!("unexpected: {other:?}"),
        }
    }
}

#[tokio::test]
async fn what_was_pushed_is_read_and_an_unchanged_space_costs_one_short_answer() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let mut chain = founder.found("مؤتمر").await;
    let texts = [chain.text("الأولى"), chain.text("الثانية")];
    assert_accepted(&founder.push(&texts).await.expect("pushed"));
    let mut stream = founder.pull(&[(chain.space, Cursor::START)], false).await;
    let (found, head) = catch_up(&mut stream).await;
    assert_eq!(found[1..], [texts[0].id(), texts[1].id()]);
    assert!(head.is_signed_by(&world.id));
    assert_eq!(stream.part().await, None);

    let body = minicbor::to_vec(support::pull(&[(chain.space, head.cursor)], false)).expect("encoded");
    let sent = http::request(Route::Pull, &founder.auth(Route::Pull, &body).to_header(), &body).len();
    let mut idle = founder.pull(&[(chain.space, head.cursor)], false).await;
    assert_eq!(catch_up(&mut idle).await.0, vec![]);
    assert_eq!(idle.part().await, None);
    assert!(sent + idle.received < 1000, "{sent} bytes sent, {} received", idle.received);
    println!("an idle pull: {sent} bytes sent, {} received", idle.received);
}

#[tokio::test]
async fn one_bad_envelope_is_passed_over_by_itself() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let mut chain = founder.found("مؤتمر").await;
    let good = [chain.text("الأولى"), chain.text("الثانية")];
    let mut forged = support::Chain::new(&world.device(9).key, chain.space).text("مزورة");
    let bytes = forged.signed.bytes().to_vec();
    forged.signed = sync_engine::envelope::SignedHeader::read(bytes, Signature([7; 64])).expect("a header");
    let outcomes = founder.push(&[good[0].clone(), forged, good[1].clone()]).await.expect("pushed");
    assert_accepted(&[outcomes[0], outcomes[2]]);
    assert_eq!(outcomes[1], Outcome::Later { reason: LaterReason::Invalid });
}

#[tokio::test]
async fn a_frame_of_nonsense_is_refused_as_a_whole() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let mut chain = founder.found("مؤتمر").await;
    let text = chain.text("الأولى");
    let frame = write_push(&chain.space, &[text]);
    for at in 0..frame.len() {
        let mut damaged = frame.clone();
        damaged[at] ^= 0x40;
        let push = Push { space: chain.space, frame: damaged.into(), lacks: None };
        let result: Result<PushReply, Refusal> = founder.call(Route::Push, &push).await;
        match result {
            Err(refusal) => assert_eq!(refusal.code, RefusalCode::Malformed),
            Ok(reply) => assert!(matches!(reply.outcomes[..], [Outcome::Later { .. } | Outcome::Accepted { .. }])),
        }
    }
}

#[tokio::test]
async fn whoever_is_no_member_gets_nothing() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let space = founder.found("مؤتمر").await.space;
    let stranger = world.device(2);
    assert_eq!(stranger.read_all(space).await, Err(NoAccess::NoSuchSpace), "as if it were not here");
    assert_eq!(stranger.read_all(SpaceId([5; 32])).await, Err(NoAccess::NoSuchSpace));
    let repair: Result<RepairReply, Refusal> = stranger.call(Route::Repair, &Repair { space }).await;
    assert_eq!(repair.expect_err("refused").code, RefusalCode::NotFound);
    let get = GetBlob { space, hash: BlobHash([1; 32]), offset: 0, bytes_max: None };
    let blob: Result<GetBlobReply, Refusal> = stranger.call(Route::GetBlob, &get).await;
    assert_eq!(blob.expect_err("refused").code, RefusalCode::NotFound);
}

#[tokio::test]
async fn a_follower_is_woken_by_another_device_and_its_stream_stays_alive() {
    let world = World::with(Limits { heartbeat: Duration::from_millis(20), ..Limits::default() }).await;
    let (founder, reader) = (world.founder(1).await, world.device(2));
    let mut chain = founder.found("مؤتمر").await;
    reader.join(&founder, &mut chain, Role::Viewer).await;
    let mut stream = reader.pull(&[(chain.space, Cursor::START)], true).await;
    assert_eq!(catch_up(&mut stream).await.0.len(), 3);
    for text in ["الأولى", "الثانية"] {
        let envelope = chain.text(text);
        founder.push(std::slice::from_ref(&envelope)).await.expect("pushed");
        // A reader may be told that it has everything once more than there were rows.
        let mut rows = vec![];
        while rows.is_empty() {
            rows = catch_up(&mut stream).await.0;
        }
        assert_eq!(rows, [envelope.id()]);
    }
    let mut heartbeats = 0;
    while heartbeats < 2 {
        match within(10, stream.part()).await {
            Some(PullPart::Heartbeat { server_ms }) => {
                assert_eq!(server_ms, support::NOON_MS);
                heartbeats += 1;
            }
            Some(PullPart::CaughtUp { .. }) => {}
            other => panic!("the stream ends or goes on without a reason: {other:?}"),
        }
    }
}

#[tokio::test]
async fn a_removed_device_loses_its_stream() {
    let world = World::new().await;
    let (founder, reader) = (world.founder(1).await, world.device(2));
    let mut chain = founder.found("مؤتمر").await;
    reader.join(&founder, &mut chain, Role::Editor).await;
    let mut stream = reader.pull(&[(chain.space, Cursor::START)], true).await;
    catch_up(&mut stream).await;
    let remove = chain.entry(&Entry::RemoveMember { member: reader.id() });
    founder.push(&[remove]).await.expect("pushed");
    let part = within(5, stream.part()).await;
    let removed = |part: &PullPart| matches!(part, PullPart::NoAccess { reason: NoAccess::Removed, .. });
    assert!(part.as_ref().is_some_and(removed), "{part:?}");
    assert_eq!(within(5, stream.part()).await, None);
    assert_eq!(reader.read_all(chain.space).await, Err(NoAccess::Removed));
}

#[tokio::test]
async fn a_cursor_of_another_log_is_told_so() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let space = founder.found("مؤتمر").await.space;
    let strange = Cursor { position: Position(1), digest: LogDigest([9; 16]) };
    let mut stream = founder.pull(&[(space, strange)], false).await;
    assert!(matches!(stream.part().await, Some(PullPart::Reset { head }) if head.is_signed_by(&world.id)));
    let reply: RepairReply = founder.call(Route::Repair, &Repair { space }).await.expect("answered");
    assert_eq!((reply.tips.len(), reply.is_recovering), (1, false));
}

#[tokio::test]
async fn spaces_take_turns_on_one_stream() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let mut chains = [founder.found("أ").await, founder.found("بب").await];
    for chain in &mut chains {
        for _ in 0..5 {
            founder.push(&[chain.noise(60_000), chain.noise(60_000)]).await.expect("pushed");
        }
    }
    let spaces = chains.map(|chain| (chain.space, Cursor::START));
    let mut stream = founder.pull(&spaces, false).await;
    let mut order = vec![];
    while let Some(part) = stream.part().await {
        if let PullPart::Page { space, .. } = part {
            order.push(space);
        }
    }
    assert!(order.len() >= 8);
    assert!(order.windows(2).all(|two| two[0] != two[1]), "{order:?}");
}

#[tokio::test]
async fn pages_are_not_made_for_readers_that_do_not_take_them() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let mut chain = founder.found("مؤتمر").await;
    let mut total = 0;
    for _ in 0..40 {
        founder.push(&(0..10).map(|_| chain.noise(60_000)).collect::<Vec<_>>()).await.expect("pushed");
        total += 600_000;
    }
    let before = world.metric("multaqa_sent_bytes_total").await;
    let mut slow = founder.pull(&[(chain.space, Cursor::START)], false).await;
    let (mut sent, mut times_unchanged) = (0.0, 0);
    // Until nothing more is made, however often one asks: what was is in the sockets' buffers.
    while times_unchanged < 100 {
        let now = world.metric("multaqa_sent_bytes_total").await - before;
        times_unchanged = if now > 0.0 && now == sent { times_unchanged + 1 } else { 0 };
        sent = now;
    }
    assert!(sent < f64::from(total) / 2.0, "{sent} of {total} bytes were made at once");
    assert_eq!(catch_up(&mut slow).await.0.len(), 401);
}

#[tokio::test]
async fn a_drain_ends_followers_and_loses_no_acknowledged_push() {
    let mut world = World::new().await;
    let founder = world.founder(1).await;
    let mut chain = founder.found("مؤتمر").await;
    let mut stream = founder.pull(&[(chain.space, Cursor::START)], true).await;
    catch_up(&mut stream).await;
    let envelope = chain.text("توصية");
    assert_accepted(&founder.push(std::slice::from_ref(&envelope)).await.expect("pushed"));
    let (pages, ()) = tokio::join!(
        async {
            let mut pages = 0;
            while let Some(part) = within(10, stream.part()).await {
                pages += usize::from(matches!(part, PullPart::Page { .. }));
            }
            pages
        },
        within(10, world.shutdown())
    );
    assert!(pages <= 1, "a row came twice");
    let log = sync_server::sqlite::SqliteLog::open(
        &world.folder.path().join("server.db"),
        sync_server::log::Quota::default(),
        &[0; 32],
    );
    let head = sync_server::log::LogReader::head(&log.expect("opened").reader, &chain.space).expect("read");
    assert_eq!(head.map(|cursor| cursor.position), Some(Position(2)));
}

#[tokio::test]
async fn a_blob_goes_up_in_parts_and_comes_down_whole() {
    let world = World::new().await;
    let founder = world.founder(1).await;
    let space = founder.found("مؤتمر").await.space;
    let bytes: Vec<u8> = (0..BLOB_PART_BYTES_MAX as u32 + 1000).map(|n| (n % 251) as u8).collect();
    let (hash, total_bytes) = (BlobHash::of(&bytes), bytes.len() as u64);
    let mut offset = 0;
    for part in bytes.chunks(BLOB_PART_BYTES_MAX) {
        let put = PutBlob { space, hash, total_bytes, offset, part: part.to_vec().into() };
        let reply: PutBlobReply = founder.call(Route::PutBlob, &put).await.expect("stored");
        offset += part.len() as u64;
        assert_eq!(reply.stored_bytes, offset);
    }
    let mut found = vec![];
    while found.len() < bytes.len() {
        let get = GetBlob { space, hash, offset: found.len() as u64, bytes_max: None };
        let reply: GetBlobReply = founder.call(Route::GetBlob, &get).await.expect("read");
        assert_eq!(reply.total_bytes, total_bytes);
        found.extend_from_slice(&reply.part);
    }
    assert_eq!(found, bytes);
    let beyond = PutBlob { space, hash, total_bytes: 3, offset: u64::MAX, part: vec![1].into() };
    let reply: Result<PutBlobReply, Refusal> = founder.call(Route::PutBlob, &beyond).await;
    assert_eq!(reply.expect_err("refused").code, RefusalCode::Malformed);
}

#[tokio::test]
async fn an_author_gets_bare_ids_of_its_own_rows_and_its_readers_the_rows() {
    let world = World::new().await;
    let (founder, reader) = (world.founder(1).await, world.device(2));
    let mut chain = founder.found("مؤتمر").await;
    reader.join(&founder, &mut chain, Role::Editor).await;
    for (device, expected) in [(&founder, vec![2, 0]), (&reader, vec![0, 0, 1])] {
        let mut pull = support::pull(&[(chain.space, Cursor::START)], false);
        pull.spaces[0].has_own = true;
        let body = minicbor::to_vec(pull).expect("encoded");
        let auth = device.auth(Route::Pull, &body).to_header();
        let mut stream = support::Stream::open(world.addr, &auth, &body).await;
        let Some(PullPart::Page { frame, .. }) = stream.part().await else { panic!("a page") };
        let rows = read_page(&chain.space, &frame).expect("a page");
        let known: Vec<u32> =
            rows.iter().map(|row| if let PageRow::Known { rows, .. } = row { *rows } else { 0 }).collect();
        assert_eq!(known, expected);
    }
}
