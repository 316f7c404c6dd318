use std::collections::HashSet;
use std::sync::mpsc::{Receiver, Sender, channel};

use sync_engine::ids::{BlobHash, Cursor, DeviceId, SpaceId};

use super::*;
use crate::log::{BlobPart, PutPart};

/// A log that appends when it is told to, and notes the size of each group.
struct Slow {
    go: Receiver<()>,
    groups: Sender<usize>,
    damaged: Option<SpaceId>,
}

impl LogWriter for Slow {
    fn append(&mut self, batches: &[Batch]) -> Result<Vec<Appended>, LogError> {
        self.groups.send(batches.len()).map_err(|_| LogError::Busy("the test is over".into()))?;
        self.go.recv().map_err(|_| LogError::Busy("the test is over".into()))?;
        if batches.iter().any(|batch| Some(batch.space) == self.damaged) {
            return Err(LogError::Corrupt("a digest is wrong".into()));
        }
        Ok(batches.iter().map(|_| Appended { outcomes: vec![], head: Some(Cursor::START), removed: vec![] }).collect())
    }
    fn add_invite(&mut self, _: BlobHash, _: u64) -> Result<(), LogError> {
        Ok(())
    }
    fn enter(&mut self, _: DeviceId, _: &[u8], _: u64) -> Result<bool, LogError> {
        Ok(true)
    }
    fn put_blob(&mut self, _: &PutPart<'_>) -> Result<BlobPart, LogError> {
        Ok(BlobPart::Stored(0))
    }
    fn take_back(&mut self, _: &SpaceId, after: Cursor, _: &[sync_engine::frame::PageRow]) -> Result<Cursor, LogError> {
        Ok(after)
    }
    fn set_recovering(&mut self, _: Option<&SpaceId>, _: bool) -> Result<(), LogError> {
        Ok(())
    }
    fn compact(&mut self, _: u64) -> Result<(u64, u64), LogError> {
        Ok((0, 0))
    }
}

struct World {
    writer: Arc<Writer>,
    followers: Arc<Followers>,
    go: Sender<()>,
    groups: Receiver<usize>,
}

fn world(damaged: Option<SpaceId>) -> World {
    let ((go, goes), (noted, groups)) = (channel(), channel());
    let followers = Arc::new(Followers::new(8, 8));
    let log = Slow { go: goes, groups: noted, damaged };
    let writer = Writer::start(log, followers.clone(), Arc::default()).expect("a thread");
    World { writer: Arc::new(writer), followers, go, groups }
}

fn batch(space: u8) -> Batch {
    Batch {
        space: SpaceId([space; 32]),
        sender: DeviceId([1; 32]),
        envelopes: vec![],
        lacks: HashSet::new(),
        now_ms: 0,
    }
}

impl World {
    fn push(&self, space: u8) -> tokio::task::JoinHandle<Result<Appended, WriteError>> {
        let writer = self.writer.clone();
        tokio::spawn(async move { writer.append(batch(space)).await })
    }

    /// The size of the next group that the log is given.
    async fn next_group(&self) -> usize {
        loop {
            match self.groups.try_recv() {
                Ok(size) => return size,
                Err(_) => tokio::task::yield_now().await,
            }
        }
    }

    async fn waiting(&self, jobs: usize) {
        while self.writer.queue.max_capacity() - self.writer.queue.capacity() != jobs {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn pushes_that_wait_share_one_transaction() {
    let world = world(None);
    let first = world.push(1);
    assert_eq!(world.next_group().await, 1);
    let rest: Vec<_> = (2..=10).map(|space| world.push(space)).collect();
    world.waiting(9).await;
    (0..2).for_each(|_| world.go.send(()).expect("the writer listens"));
    for push in rest.into_iter().chain([first]) {
        assert!(push.await.expect("no panic").is_ok());
    }
    assert_eq!(world.next_group().await, 9);
}

#[tokio::test]
async fn a_damaged_space_stops_no_other() {
    let world = world(Some(SpaceId([2; 32])));
    (0..10).for_each(|_| world.go.send(()).expect("the writer listens"));
    let pushes: Vec<_> = (1..=3).map(|space| world.push(space)).collect();
    let mut results = vec![];
    for push in pushes {
        results.push(push.await.expect("no panic").is_ok());
    }
    assert_eq!(results, [true, false, true]);
}

#[tokio::test]
async fn a_full_queue_says_so_and_a_stop_finishes_what_was_taken() {
    let world = world(None);
    let mut pushes = vec![world.push(1)];
    assert_eq!(world.next_group().await, 1);
    pushes.extend((0..QUEUE_MAX).map(|_| world.push(1)));
    world.waiting(QUEUE_MAX).await;
    assert!(matches!(world.writer.append(batch(1)).await, Err(WriteError::Full)));

    (0..1000).for_each(|_| world.go.send(()).expect("the writer listens"));
    let writer = world.writer.clone();
    tokio::task::spawn_blocking(move || writer.stop()).await.expect("no panic");
    for push in pushes {
        assert!(push.await.expect("no panic").is_ok());
    }
    assert!(!world.writer.is_running());
    assert!(matches!(world.writer.append(batch(1)).await, Err(WriteError::Stopped)));
}

#[tokio::test]
async fn followers_are_woken_by_what_was_appended() {
    let world = world(None);
    let follower = world.followers.enter(DeviceId([2; 32]), vec![SpaceId([7; 32])]).expect("room");
    world.go.send(()).expect("the writer listens");
    world.push(7).await.expect("no panic").expect("appended");
    follower.woken().await;
    assert!(follower.take_grown().contains(&SpaceId([7; 32])));
}
