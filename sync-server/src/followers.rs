//! Who reads which space: streams are woken when a space has grown, and told when to end. Nobody polls the
//! database.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sync_engine::ids::{DeviceId, SpaceId};
use tokio::sync::Notify;

/// All open streams.
#[derive(Debug)]
pub struct Followers {
    streams_max: usize,
    device_streams_max: usize,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    next: u64,
    is_draining: bool,
    count: usize,
    by_space: HashMap<SpaceId, BTreeMap<u64, Arc<Signal>>>,
    by_device: HashMap<DeviceId, BTreeMap<u64, Arc<Signal>>>,
}

#[derive(Debug, Default)]
struct Signal {
    wake: Notify,
    grown: Mutex<BTreeSet<SpaceId>>,
    is_ended: AtomicBool,
}

impl Signal {
    fn end(&self) {
        self.is_ended.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

impl Followers {
    pub fn new(streams_max: usize, device_streams_max: usize) -> Self {
        Self { streams_max, device_streams_max, open: Mutex::default() }
    }

    /// Opens a stream that is woken by these spaces; none when there are too many streams. A device that has too
    /// many loses its oldest one, as that may be a line that broke without a word.
    pub fn enter(self: &Arc<Self>, device: DeviceId, spaces: Vec<SpaceId>) -> Option<Follower> {
        let mut open = self.lock();
        if open.count >= self.streams_max || open.is_draining {
            return None;
        }
        let (id, signal) = (open.next, Arc::<Signal>::default());
        open.next += 1;
        open.count += 1;
        let own = open.by_device.entry(device).or_default();
        own.insert(id, signal.clone());
        // The ended ones stay listed until their connections notice, so the newest ones are counted.
        let surplus = own.len().saturating_sub(self.device_streams_max);
        own.values().take(surplus).for_each(|oldest| oldest.end());
        for space in &spaces {
            open.by_space.entry(*space).or_default().insert(id, signal.clone());
        }
        drop(open);
        Some(Follower { all: self.clone(), id, device, spaces, signal })
    }

    /// Wakes everyone who follows `space`.
    pub fn wake(&self, space: &SpaceId) {
        for signal in self.lock().by_space.get(space).into_iter().flat_map(BTreeMap::values) {
            lock(&signal.grown).insert(*space);
            signal.wake.notify_one();
        }
    }

    /// Ends every stream, and lets no new ones in.
    pub fn drain(&self) {
        let mut open = self.lock();
        open.is_draining = true;
        open.by_device.values().flat_map(BTreeMap::values).for_each(|signal| signal.end());
    }

    pub fn count(&self) -> usize {
        self.lock().count
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        lock(&self.open)
    }
}

/// One open stream. Dropping it is leaving.
#[derive(Debug)]
pub struct Follower {
    all: Arc<Followers>,
    id: u64,
    device: DeviceId,
    spaces: Vec<SpaceId>,
    signal: Arc<Signal>,
}

impl Follower {
    /// Whether the stream must end now.
    pub fn is_ended(&self) -> bool {
        self.signal.is_ended.load(Ordering::Acquire)
    }

    /// The spaces that have grown since the last call.
    pub fn take_grown(&self) -> BTreeSet<SpaceId> {
        std::mem::take(&mut *lock(&self.signal.grown))
    }

    /// Waits until a space has grown or the stream must end. It may wake for nothing.
    pub async fn woken(&self) {
        self.signal.wake.notified().await;
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut open = self.all.lock();
        open.count -= 1;
        leave(&mut open.by_device, &self.device, self.id);
        for space in &self.spaces {
            leave(&mut open.by_space, space, self.id);
        }
    }
}

fn leave<K: Eq + std::hash::Hash>(streams: &mut HashMap<K, BTreeMap<u64, Arc<Signal>>>, key: &K, id: u64) {
    if let Some(found) = streams.get_mut(key) {
        found.remove(&id);
        if found.is_empty() {
            streams.remove(key);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPACES: [SpaceId; 2] = [SpaceId([1; 32]), SpaceId([2; 32])];

    #[tokio::test]
    async fn a_follower_is_woken_by_its_own_spaces_only() {
        let followers = Arc::new(Followers::new(8, 8));
        let one = followers.enter(DeviceId([1; 32]), vec![SPACES[0]]).expect("room");
        let both = followers.enter(DeviceId([2; 32]), SPACES.to_vec()).expect("room");
        followers.wake(&SPACES[1]);
        followers.wake(&SPACES[0]);
        both.woken().await;
        one.woken().await;
        assert_eq!(both.take_grown(), BTreeSet::from(SPACES));
        assert_eq!(one.take_grown(), BTreeSet::from([SPACES[0]]));
        assert!(one.take_grown().is_empty());
    }

    #[tokio::test]
    async fn a_device_that_comes_back_takes_the_place_of_its_broken_lines() {
        let followers = Arc::new(Followers::new(3, 2));
        let device = DeviceId([1; 32]);
        let streams: Vec<Follower> = (0..3).map(|_| followers.enter(device, vec![]).expect("room")).collect();
        assert_eq!(streams.iter().map(Follower::is_ended).collect::<Vec<_>>(), [true, false, false]);
        assert!(followers.enter(DeviceId([2; 32]), vec![]).is_none(), "three streams are open");
        drop(streams);
        assert!(followers.enter(DeviceId([2; 32]), vec![]).is_some());
        assert!(followers.lock().by_device.is_empty());
    }

    #[tokio::test]
    async fn a_drain_ends_every_stream() {
        let followers = Arc::new(Followers::new(8, 8));
        let stream = followers.enter(DeviceId([1; 32]), SPACES.to_vec()).expect("room");
        followers.drain();
        stream.woken().await;
        assert!(stream.is_ended());
        assert!(followers.enter(DeviceId([1; 32]), vec![]).is_none());
    }
}
