//! Pull: everything past a reader's cursors, page by page. Following is the same stream that does not end. No page
//! is made before the one before it was taken.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use sync_engine::ids::{DeviceId, SpaceId};
use sync_engine::wire::{Pull, PullPart, Refusal, SPACES_MAX, TIPS_MAX};
use tokio::time::Instant;

use super::gate::{Caller, malformed};
use crate::followers::Follower;
use crate::log::LogError;
use crate::pages::{Turn, part_bytes};
use crate::places::{Place, access, turned_away};
use crate::service::{Service, unavailable};

pub(super) async fn pull(service: &Arc<Service>, caller: Caller) -> Result<Body, Refusal> {
    let pull: Pull = caller.read()?;
    let spaces: BTreeSet<SpaceId> = pull.spaces.iter().map(|of| of.space).collect();
    if pull.spaces.len() > SPACES_MAX || spaces.len() != pull.spaces.len() {
        return Err(malformed(format!("more than {SPACES_MAX} spaces, or one of them twice")));
    }
    if pull.spaces.iter().flat_map(|of| &of.known).map(Vec::len).sum::<usize>() > TIPS_MAX {
        return Err(malformed(format!("more than {TIPS_MAX} chain tips")));
    }
    // Listed before the first read, so that nothing that is appended in between is missed.
    let followed = if pull.is_following { spaces.into_iter().collect() } else { vec![] };
    let device = caller.device;
    let follower = service.followers.enter(device, followed).ok_or_else(|| unavailable("too many streams are open"))?;
    let is_following = pull.is_following;
    let places = service
        .read(move |log| pull.spaces.into_iter().map(|of| Place::open(log, of, device)).collect::<Result<Vec<_>, _>>())
        .await?;
    if places.iter().any(|place| place.has_access) {
        caller.check_fresh(service)?;
    }
    let reading = Reading {
        next_heartbeat: Instant::now() + service.limits.heartbeat,
        service: service.clone(),
        device,
        follower,
        is_following,
        is_over: false,
        behind: places.into(),
        current: BTreeMap::new(),
    };
    Ok(Body::from_stream(stream::unfold(reading, |mut reading| async {
        let part = reading.next().await.transpose()?;
        if let Ok(bytes) = &part {
            reading.service.metrics.sent(bytes.len());
        }
        Some((part, reading))
    })))
}

/// One open stream.
struct Reading {
    service: Arc<Service>,
    device: DeviceId,
    follower: Follower,
    is_following: bool,
    is_over: bool,
    next_heartbeat: Instant,
    /// Spaces that may have more; they take turns, page by page.
    behind: VecDeque<Place>,
    /// Spaces that are read to the end.
    current: BTreeMap<SpaceId, Place>,
}

impl Reading {
    /// The next part; none at the stream's end. An error breaks it off, so that nobody takes it for complete.
    async fn next(&mut self) -> Result<Option<Bytes>, LogError> {
        loop {
            if self.is_over || self.follower.is_ended() {
                return Ok(None);
            }
            if Instant::now() >= self.next_heartbeat {
                self.next_heartbeat = Instant::now() + self.service.limits.heartbeat;
                let server_ms = self.service.now_ms();
                return Ok(Some(part_bytes(&PullPart::Heartbeat { server_ms }).into()));
            }
            self.line_up(self.follower.take_grown());
            if let Some(place) = self.behind.pop_front() {
                match self.turn(place).await {
                    Ok(None) => continue,
                    Ok(part) => return Ok(part),
                    Err(error) => {
                        tracing::error!(%error, "a stream was broken off");
                        self.is_over = true;
                        return Err(error);
                    }
                }
            }
            if !self.is_following || self.current.is_empty() {
                return Ok(None);
            }
            tokio::select! {
                () = self.follower.woken() => {}
                () = tokio::time::sleep_until(self.next_heartbeat) => {}
            }
        }
    }

    /// A space that has grown takes its turn even while another one has a long backlog.
    fn line_up(&mut self, grown: BTreeSet<SpaceId>) {
        // Those that are not found are in line already, or closed to this reader.
        self.behind.extend(grown.iter().filter_map(|space| self.current.remove(space)));
    }

    /// One part of one space. Whether its reader is still a member is asked each time.
    async fn turn(&mut self, mut place: Place) -> Result<Option<Bytes>, LogError> {
        let (space, device) = (place.space, self.device);
        let broken = |refusal: Refusal| LogError::Busy(refusal.message);
        let refused = self.service.read(move |log| match access(log, &space, &device)? {
            Ok(()) => Ok(None),
            Err(reason) => turned_away(log, space, &device, reason).map(Some),
        });
        if let Some(part) = refused.await.map_err(broken)? {
            // The space leaves the stream, which ends with its last one; the others are no concern of its admins.
            return Ok(Some(part_bytes(&part).into()));
        }
        let part = match self.service.pages.after(space, place.cursor, &place.holds).await? {
            Turn::Page { part, next } => {
                place.cursor = next;
                self.behind.push_back(place);
                return Ok(Some(part));
            }
            Turn::CaughtUp { head } => {
                let told = self.service.read(move |log| place.on_caught_up(log).map(|lacks| (place, lacks)));
                let (place, lacks) = told.await.map_err(broken)?;
                self.current.insert(space, place);
                PullPart::CaughtUp { head: self.service.signed_head(space, head), lacks }
            }
            Turn::Reset { head } => PullPart::Reset { head: self.service.signed_head(space, head) },
        };
        Ok(Some(part_bytes(&part).into()))
    }
}
