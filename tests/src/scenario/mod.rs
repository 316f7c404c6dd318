//! Scenarios whose figures can be set beside those of other sync engines: each plays on a server process of its
//! own, with devices whose every commit is on the disk before it returns.

mod burst;
mod catching_up;
mod crowd;
mod figures;
mod keystrokes;
mod line;
mod listener;
mod live;
mod opening;
mod page;
mod peer;
mod process;
mod relay;
mod search;
mod stage;
mod traces;
mod typing;
mod weather;
mod writing;

use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::{Args, Subcommand};
use serde::Serialize;
use sync_engine::driver::DriverError;
use sync_engine::engine::EngineError;
use sync_server::log::LogError;
use sync_server::server::StartError;

use crate::trace::TraceError;

pub use figures::Figures;
pub use process::{Pace, SERVE, serve};

/// What is played.
#[derive(Clone, Debug, Subcommand, Serialize)]
#[serde(tag = "scenario", rename_all = "snake_case")]
pub enum Scenario {
    /// Documents written offline on one device, until a second device has durably applied them all
    Backlog(Documents),
    /// An empty device joins and reads everything from a server that has just been started
    Bootstrap(Documents),
    /// A device that has everything reconnects, and there is nothing new
    Idle(Documents),
    /// People type in one note at the same time: how long until an edit is on the server, and until all see it
    Live(Live),
    /// A whole congress listens: how long until an edit is on the server, and until all of its space have it; also
    /// while one device floods the server, and until all are back after it was started anew
    Crowd(Crowd),
    /// Flushes of some twenty characters into a long note, made durable; and what a keystroke adds to the log
    Edit(Edit),
    /// A page's flushes into a long note of many paragraphs, made durable; also beside another's edit
    Page(Edit),
    /// Changes are received into a long open note, one at a time and many at once
    Burst(Burst),
    /// An application starts: the device's database is opened and its list of documents read
    Open(Documents),
    /// Words are searched for as they are typed, in notes on the device
    Search(Search),
    /// Two devices with a day's work each, behind lines that are bad for a while: how long until both have all of it
    Line(Storm),
    /// Replays a real editing history, sequential or concurrent, and compares the end to the letter
    Trace(Trace),
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Documents {
    /// Notes on the device
    #[arg(long, default_value_t = 1000)]
    pub documents: usize,
    /// Changes in each, of one to seven words, after the one that makes it
    #[arg(long, default_value_t = 20)]
    pub changes: usize,
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Live {
    /// Devices that are connected
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=64))]
    pub clients: u16,
    /// Edits a second, by all of them together
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub edits: u32,
    #[arg(long, default_value_t = 10)]
    pub seconds: u32,
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Crowd {
    /// Devices that listen, the same number in each space
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=4000))]
    pub clients: u32,
    /// Delegations with a space of their own, in each of which one device writes
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=200))]
    pub spaces: u32,
    /// Edits a second, by all writers together
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub edits: u32,
    /// How long they write; one device floods the server in the second half
    #[arg(long, default_value_t = 300)]
    pub seconds: u32,
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Edit {
    /// The note's length
    #[arg(long, default_value_t = 50_000)]
    pub characters: usize,
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Burst {
    /// The note's length
    #[arg(long, default_value_t = 100_000)]
    pub characters: usize,
    /// Changes received at once
    #[arg(long, default_value_t = 1000)]
    pub changes: usize,
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Search {
    /// Notes on the device
    #[arg(long, default_value_t = 10_000)]
    pub documents: usize,
    /// Characters in each
    #[arg(long, default_value_t = 1000)]
    pub characters: usize,
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Storm {
    #[arg(long, value_enum, default_value_t = weather::Kind::All)]
    pub weather: weather::Kind,
    /// How long the lines are bad
    #[arg(long, default_value_t = 180)]
    pub seconds: u64,
    /// Notes that each device has written, of 20 changes each
    #[arg(long, default_value_t = 200)]
    pub documents: usize,
    /// Ideographs that each has pasted: text that does not compress
    #[arg(long, default_value_t = 100_000)]
    pub paste_characters: usize,
    /// A photograph that each has taken
    #[arg(long, default_value_t = 1_000_000)]
    pub photograph_bytes: usize,
}

#[derive(Clone, Debug, Args, Serialize)]
pub struct Trace {
    /// A gzipped trace of https://github.com/josephg/editing-traces
    pub file: PathBuf,
    /// Transactions of one author that make one edit at most, as a flush takes several keystrokes
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    pub group: u32,
}

/// Why a scenario has no figures.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    #[error(transparent)]
    Engine(#[from] EngineError),
    #[error(transparent)]
    Driver(#[from] DriverError),
    #[error(transparent)]
    Trace(#[from] TraceError),
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the server's database cannot be prepared: {0}")]
    Log(#[from] LogError),
    #[error("the device's database cannot be looked at: {0}")]
    Sqlite(#[from] rusqlite::Error),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Task(#[from] tokio::task::JoinError),
    #[error("the server's process did not say where it serves: does `scenario {SERVE} FILE` run?")]
    NoServer,
    #[error("a device stopped following the server")]
    NotFollowing,
}

/// A line of output.
#[derive(Debug, Serialize)]
pub struct Line<'s> {
    #[serde(flatten)]
    pub scenario: &'s Scenario,
    #[serde(flatten)]
    pub figures: Figures,
}

impl Scenario {
    /// All that need no file, with their usual options.
    pub fn usual() -> Vec<Self> {
        let documents = |documents, changes| Documents { documents, changes };
        vec![
            Self::Backlog(documents(1000, 20)),
            Self::Bootstrap(documents(1000, 20)),
            Self::Idle(documents(10, 2)),
            Self::Idle(documents(10_000, 2)),
            Self::Live(Live { clients: 5, edits: 20, seconds: 10 }),
            Self::Edit(Edit { characters: 50_000 }),
            Self::Page(Edit { characters: 50_000 }),
            Self::Burst(Burst { characters: 100_000, changes: 1000 }),
            Self::Open(documents(10_000, 2)),
            Self::Search(Search { documents: 10_000, characters: 1000 }),
        ]
    }

    pub async fn play(&self) -> Result<Figures, ScenarioError> {
        match self {
            Self::Backlog(options) => catching_up::backlog(options).await,
            Self::Bootstrap(options) => catching_up::bootstrap(options).await,
            Self::Idle(options) => catching_up::idle(options).await,
            Self::Live(options) => live::live(options).await,
            Self::Crowd(options) => crowd::crowd(options).await,
            Self::Edit(options) => keystrokes::edit(options).await,
            Self::Page(options) => page::page(options).await,
            Self::Burst(options) => burst::burst(options).await,
            Self::Open(options) => opening::open(options).await,
            Self::Search(options) => search::search(options).await,
            Self::Line(options) => line::line(options).await,
            Self::Trace(options) => traces::trace(options).await,
        }
    }
}

/// Unix milliseconds, for the devices and the server alike.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as u64)
}

/// Tells whoever waits how far it is; standard output is for the figures.
fn progress(text: impl std::fmt::Display) {
    eprintln!("{text}");
}
