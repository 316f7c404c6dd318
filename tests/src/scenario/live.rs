//! People type in one note at the same time: each edit is timed until its author's device has read it back from
//! the server's log, and until every other device shows it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use automerge::ChangeHash;
use sync_engine::driver::{DriverError, Report};
use sync_engine::engine::{DocumentName, Event};
use sync_engine::session::Mode;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::figures::percentile;
use super::peer::Peer;
use super::stage::Stage;
use super::writing::Writer;
use super::{Figures, Live, ScenarioError, now_ms, progress};

/// Between two looks at what has happened on a device.
const LOOK: Duration = Duration::from_millis(1);

/// How long the last edits may take before they count as lost.
const PATIENCE: Duration = Duration::from_secs(30);

/// An edit on its way.
struct Edit {
    begun: Instant,
    author: usize,
    hash: ChangeHash,
    is_acknowledged: bool,
    /// Devices that don't show it yet.
    unseen_by: BTreeSet<usize>,
}

/// What is on its way, and how long the rest has taken.
#[derive(Default)]
struct Board {
    under_way: Vec<Edit>,
    acknowledged: Vec<Duration>,
    visible: Vec<Duration>,
}

pub(super) async fn live(options: &Live) -> Result<Figures, ScenarioError> {
    let stage = Stage::new().await?;
    let (founder, space) = stage.founder().await?;
    let note = founder.note(&space, "محضر الجلسة")?;
    let mut clients = vec![founder];
    for nth in 1..options.clients {
        let client = stage.member(&clients[0], &space, &format!("device {nth}")).await?;
        clients.push(client);
    }
    for client in &clients {
        client.sync().await?;
        client.engine().take_events();
    }
    let clients: Vec<Arc<Peer>> = clients.into_iter().map(Arc::new).collect();
    let board = Arc::new(Mutex::new(Board::default()));
    let (stop, stopped) = watch::channel(false);

    let meter = stage.meter()?;
    let mut following: Vec<JoinHandle<Result<Report, DriverError>>> = Vec::new();
    let mut watching: Vec<JoinHandle<Result<(), ScenarioError>>> = Vec::new();
    let mut edited = Vec::new();
    for (nth, client) in clients.iter().enumerate() {
        let mut driver = client.driver(Mode::Live)?;
        edited.push(driver.edited());
        let stopped_too = stopped.clone();
        following.push(tokio::spawn(async move {
            let result = driver.run(stopped_too).await;
            result.map(|()| driver.report())
        }));
        watching.push(tokio::spawn(look(nth, client.clone(), note, board.clone(), stopped.clone())));
    }

    let (begun, interval) = (Instant::now(), Duration::from_secs(1) / options.edits);
    let mut writer = Writer::new(2);
    for nth in 0..options.edits * options.seconds {
        tokio::time::sleep_until((begun + interval * nth).into()).await;
        let author = nth as usize % clients.len();
        let (client, board) = (clients[author].clone(), board.clone());
        let (others, words) = (clients.len(), writer.words(2));
        let typed = tokio::task::spawn_blocking(move || type_words(author, others, &client, note, &words, &board));
        typed.await??;
        edited[author].notify_one();
    }
    progress("all edits are made");
    let begun = Instant::now();
    while !lock(&board).under_way.is_empty() && begun.elapsed() < PATIENCE {
        tokio::time::sleep(LOOK).await;
    }
    let figures = stage.stop(meter)?;

    stop.send_replace(true);
    let mut round_trips = 0;
    for following in following {
        round_trips += following.await??.round_trips;
    }
    for watching in watching {
        watching.await??;
    }
    let fingerprint = clients[0].fingerprint()?;
    let mut is_same = lock(&board).under_way.is_empty();
    for client in &clients[1..] {
        is_same &= client.fingerprint()? == fingerprint;
    }
    let board = lock(&board);
    let acknowledged = |percent| percentile(&board.acknowledged, percent).unwrap_or_default();
    Ok(figures
        .with_round_trips(round_trips)
        .with_times(&board.visible)
        .with("acknowledged_p50_ms", acknowledged(50))
        .with("acknowledged_p95_ms", acknowledged(95))
        .that_match(is_same))
}

/// One flush of one author at the note's end.
fn type_words(
    author: usize,
    clients: usize,
    client: &Peer,
    note: DocumentName,
    words: &str,
    board: &Mutex<Board>,
) -> Result<(), ScenarioError> {
    let begun = Instant::now();
    // The board is held, so that nobody looks for what this makes before it is written there.
    let mut board = lock(board);
    let mut engine = client.engine();
    let before = engine.heads(&note)?;
    engine.edit(&note, None, now_ms().cast_signed(), |tx| Writer::append(tx, words))?;
    let made = engine.heads(&note)?.into_iter().find(|head| !before.contains(head));
    let unseen_by = (0..clients).filter(|nth| *nth != author).collect();
    board.under_way.extend(made.map(|hash| Edit { begun, author, hash, is_acknowledged: false, unseen_by }));
    Ok(())
}

/// Looks at one device whenever something has happened there.
async fn look(
    nth: usize,
    client: Arc<Peer>,
    note: DocumentName,
    board: Arc<Mutex<Board>>,
    stopped: watch::Receiver<bool>,
) -> Result<(), ScenarioError> {
    while !*stopped.borrow() {
        tokio::time::sleep(LOOK).await;
        let events = client.engine().take_events();
        let has_read = events.iter().any(|event| matches!(event, Event::Progress { .. } | Event::CaughtUp { .. }));
        if has_read {
            lock(&board).look_at(nth, &client, note)?;
        }
    }
    Ok(())
}

impl Board {
    fn look_at(&mut self, nth: usize, client: &Peer, note: DocumentName) -> Result<(), ScenarioError> {
        let mut engine = client.engine();
        let is_confirmed = engine.documents(Some(&note.space))?.iter().all(|document| !document.is_on_device_only);
        let Self { under_way, acknowledged, visible } = self;
        for edit in under_way.iter_mut() {
            if edit.author == nth && is_confirmed && !edit.is_acknowledged {
                edit.is_acknowledged = true;
                acknowledged.push(edit.begun.elapsed());
            }
            let is_here = edit.unseen_by.contains(&nth)
                && engine.read(&note, |doc| doc.get_change_meta_by_hash(&edit.hash).is_some())?;
            if is_here {
                edit.unseen_by.remove(&nth);
                if edit.unseen_by.is_empty() {
                    visible.push(edit.begun.elapsed());
                }
            }
        }
        under_way.retain(|edit| !edit.is_acknowledged || !edit.unseen_by.is_empty());
        Ok(())
    }
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}
