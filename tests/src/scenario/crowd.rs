//! A whole congress listens while some write: each edit is timed until the server has it, and until every listener
//! of its space has its row. One device floods the server for half of the time; then the server is started anew, and
//! all come back at once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sync_engine::engine::DocumentName;
use sync_engine::ids::SpaceId;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::figures::{milliseconds, percentile};
use super::keystrokes::append;
use super::listener::{Heard, Listener};
use super::peer::Peer;
use super::process::Pace;
use super::stage::Stage;
use super::writing::Writer;
use super::{Crowd, Figures, ScenarioError, progress};

/// How long the last rows, or the last listeners, may take before they count as lost.
const PATIENCE: Duration = Duration::from_secs(60);

/// Between two looks at what has been heard.
const LOOK: Duration = Duration::from_millis(5);

/// What the flooding device asks for in a second: 25 times what it may.
const FLOOD_PER_SECOND: u32 = 500;

/// An edit that the server has.
struct Post {
    space: SpaceId,
    position: u64,
    /// When it was to be made, even if its writer was late.
    due: Instant,
    acknowledged: Duration,
}

/// Those of one space.
struct Delegation {
    space: SpaceId,
    note: DocumentName,
    writer: Arc<Peer>,
}

pub(super) async fn crowd(options: &Crowd) -> Result<Figures, ScenarioError> {
    sync_server::open_files::raise_limit();
    let mut stage = Stage::with(options.spaces as usize, Pace::Usual).await?;
    let (mut delegations, mut listeners) = (Vec::new(), Vec::new());
    let each = options.clients.div_ceil(options.spaces);
    for nth in 0..options.spaces {
        let (delegation, members) = delegation(&stage, nth, each).await?;
        delegations.push(delegation);
        listeners.extend(members);
        progress(format_args!("{} of {} devices have joined", listeners.len(), each * options.spaces));
    }
    let flooding = stage.peer("flooding")?;
    flooding.join(&delegations[0].writer.invite(&delegations[0].space).await?)?;
    flooding.sync().await?;
    let flooding = Listener::of(&flooding, stage.http()?)?;

    let heard = Arc::new(Heard::default());
    let room = Room::open(listeners, &heard);
    room.until_all_are_current(&heard).await?;
    progress("all listen");
    let breaks_before = heard.breaks();
    let meter = stage.meter()?;
    let begun = Instant::now();
    let half = begun + Duration::from_secs(options.seconds.into()) / 2;
    let (stop, stopped) = watch::channel(false);
    let flood = tokio::spawn(async move {
        tokio::time::sleep_until(half.into()).await;
        flooding.flood(FLOOD_PER_SECOND, stopped).await
    });
    let posts = written(options, delegations, begun).await?;
    stop.send_replace(true);
    let (flood_requests, flood_refused) = flood.await?;
    let has_everywhere = |post: &Post| heard.row(post.space, post.position).filter(|row| row.0 == each as usize);
    let waited = Instant::now();
    while !posts.iter().all(|post| has_everywhere(post).is_some()) && waited.elapsed() < PATIENCE {
        tokio::time::sleep(LOOK).await;
    }
    let figures = stage.stop(meter)?;
    let breaks = heard.breaks() - breaks_before;
    let is_all_there = posts.iter().all(|post| has_everywhere(post).is_some()) && breaks == 0;

    progress("the server is started anew, and all come back");
    let listeners = room.close().await?;
    stage.restart_server().await?;
    heard.await_all();
    let (begun, herd) = (Instant::now(), stage.meter()?);
    let room = Room::open(listeners, &heard);
    room.until_all_are_current(&heard).await?;
    let herd_ms = milliseconds(begun.elapsed());
    let herd = stage.stop(herd)?;
    room.close().await?;

    let (calm, flooded): (Vec<&Post>, Vec<&Post>) = posts.iter().partition(|post| post.due < half);
    let heard_after = |posts: &[&Post]| -> Vec<Duration> {
        posts.iter().filter_map(|post| Some(has_everywhere(post)?.1.duration_since(post.due))).collect()
    };
    let acknowledged = |posts: &[&Post], percent| {
        percentile(&posts.iter().map(|post| post.acknowledged).collect::<Vec<_>>(), percent).unwrap_or_default()
    };
    Ok(figures
        .that_match(is_all_there)
        .with_times(&heard_after(&calm))
        .with("acknowledged_p50_ms", acknowledged(&calm, 50))
        .with("acknowledged_p95_ms", acknowledged(&calm, 95))
        .with("flooded_p95_ms", percentile(&heard_after(&flooded), 95).unwrap_or_default())
        .with("flooded_acknowledged_p95_ms", acknowledged(&flooded, 95))
        .with("flood_requests", flood_requests as f64)
        .with("flood_refused", flood_refused as f64)
        .with("posts", posts.len() as f64)
        .with("herd_ms", herd_ms)
        .with("herd_server_rss_bytes_peak", herd.server_rss_bytes_peak as f64))
}

/// A space with its writer's note, and so many listeners.
async fn delegation(stage: &Stage, nth: u32, members: u32) -> Result<(Delegation, Vec<Listener>), ScenarioError> {
    let (writer, space) = stage.nth_founder(nth as usize, &format!("office {nth}")).await?;
    let note = writer.note(&space, "محضر الجلسة")?;
    let link = writer.invite_many(&space, members).await?;
    let mut listeners = Vec::new();
    for member in 0..members {
        let device = stage.peer(&format!("device {nth} {member}"))?;
        device.join(&link)?;
        device.sync().await?;
        listeners.push(Listener::of(&device, stage.http()?)?);
    }
    writer.sync().await?;
    Ok((Delegation { space, note, writer: Arc::new(writer) }, listeners))
}

/// Lets all delegations write, each at its share of the pace.
async fn written(options: &Crowd, delegations: Vec<Delegation>, begun: Instant) -> Result<Vec<Post>, ScenarioError> {
    let interval = Duration::from_secs(1) * options.spaces / options.edits;
    let mut writing = JoinSet::new();
    for (nth, delegation) in (0..options.spaces).zip(delegations) {
        let first = begun + interval * nth / options.spaces;
        let last = begun + Duration::from_secs(options.seconds.into());
        writing.spawn(write(delegation, u64::from(nth), first, interval, last));
    }
    let mut posts = Vec::new();
    while let Some(written) = writing.join_next().await {
        posts.extend(written??);
    }
    Ok(posts)
}

async fn write(
    delegation: Delegation,
    seed: u64,
    first: Instant,
    interval: Duration,
    last: Instant,
) -> Result<Vec<Post>, ScenarioError> {
    let Delegation { space, note, writer } = delegation;
    let (mut words, mut posts, mut due) = (Writer::new(seed), Vec::new(), first);
    while due < last {
        tokio::time::sleep_until(due.into()).await;
        let (text, device) = (words.words(2), writer.clone());
        tokio::task::spawn_blocking(move || append(&device, &note, &text)).await??;
        writer.sync().await?;
        posts.push(Post { space, position: writer.position(&space)?, due, acknowledged: due.elapsed() });
        due += interval;
    }
    Ok(posts)
}

/// Listeners at work.
struct Room {
    stop: watch::Sender<bool>,
    listening: JoinSet<Result<Listener, ScenarioError>>,
}

impl Room {
    fn open(listeners: Vec<Listener>, heard: &Arc<Heard>) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut listening = JoinSet::new();
        for listener in listeners {
            let (heard, stopped) = (heard.clone(), stopped.clone());
            listening.spawn(async move { listener.listen(&heard, stopped).await });
        }
        Self { stop, listening }
    }

    async fn until_all_are_current(&self, heard: &Heard) -> Result<(), ScenarioError> {
        let begun = Instant::now();
        while heard.current() < self.listening.len() {
            if begun.elapsed() > PATIENCE {
                return Err(ScenarioError::NotFollowing);
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    async fn close(mut self) -> Result<Vec<Listener>, ScenarioError> {
        self.stop.send_replace(true);
        let mut listeners = Vec::new();
        while let Some(listener) = self.listening.join_next().await {
            listeners.push(listener??);
        }
        Ok(listeners)
    }
}
