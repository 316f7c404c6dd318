//! Two devices and a server as processes, killed over and over in the middle of their work, and started again on what
//! they left.

mod worker;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng as _, SeedableRng as _};
use sync_engine::entry::Role;
use sync_engine::ids::{BlobHash, ServerId, SpaceId};
use sync_server::log::{LogWriter as _, Quota};
use sync_server::sqlite::SqliteLog;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::Device;
pub use worker::{Work, check, work};

/// The commands by which the program is started again.
pub const SERVE: &str = "serve";
pub const WORK: &str = "work";

/// So many lines of a process go by at most before it is killed.
const LINES_MAX: u32 = 4;

/// Rounds of a wait that takes up to about a millisecond, so that kills come at every moment of an edit.
const SPINS_MAX: u32 = 1_000_000;

const NAMES: [&str; 2] = ["najaf", "karbala"];

/// What came of it.
#[derive(Debug, serde::Serialize)]
pub struct Outcome {
    pub device_kills: u64,
    pub server_kills: u64,
    /// Edits that were acknowledged; each is on every device, once.
    pub edits: u64,
    /// How often a device had everything on the server.
    pub kept: u64,
    /// From the start of a process to its readiness, at most: integrity checked, database open.
    pub device_back_ms_max: u128,
    pub server_back_ms_max: u128,
}

/// A process and what it says.
struct Process {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Process {
    /// Starts a process, and gives its first line and how many milliseconds that took.
    async fn start(command: &mut Command) -> anyhow::Result<(Self, String, u128)> {
        let begun = Instant::now();
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true).spawn()?;
        let stdout = child.stdout.take().context("no output")?;
        let mut lines = BufReader::new(stdout).lines();
        let first = lines.next_line().await?.context("the process ended before it was ready")?;
        Ok((Self { child, lines }, first, begun.elapsed().as_millis()))
    }

    /// Kills it, and gives what it had said by then.
    async fn kill(mut self) -> anyhow::Result<Vec<String>> {
        self.child.kill().await?;
        let mut said = Vec::new();
        while let Some(line) = self.lines.next_line().await? {
            said.push(line);
        }
        Ok(said)
    }
}

/// A device's side of the story: what its person was told is stored.
struct Person {
    name: &'static str,
    database: PathBuf,
    stored: u64,
    kept: u64,
    process: Option<Process>,
}

impl Person {
    fn hear(&mut self, line: &str) -> anyhow::Result<()> {
        match line.split_once(' ') {
            Some(("stored", count)) => self.stored = count.parse()?,
            Some(("kept", _)) => self.kept += 1,
            _ => bail!("{} says {line:?}", self.name),
        }
        Ok(())
    }
}

/// Where everything is.
struct Stage {
    program: PathBuf,
    is_too_early: bool,
    folder: tempfile::TempDir,
    addr: SocketAddr,
    server: ServerId,
    space: SpaceId,
}

/// What is to be played.
pub struct Plan {
    /// The program of these processes.
    pub program: PathBuf,
    pub kills: u64,
    /// Draws who is killed and when, as far as processes obey.
    pub seed: u64,
    /// A planted bug: words are said to be stored before they are.
    pub is_too_early: bool,
}

/// Kills one process after the other, and then compares everything with everything.
pub async fn play(plan: Plan) -> anyhow::Result<Outcome> {
    let mut random = ChaCha8Rng::seed_from_u64(plan.seed);
    let (stage, mut server, mut people) = set_up(&plan).await?;
    let mut outcome =
        Outcome { device_kills: 0, server_kills: 0, edits: 0, kept: 0, device_back_ms_max: 0, server_back_ms_max: 0 };
    for person in &mut people {
        stage.start(person).await?;
    }
    for _ in 0..plan.kills {
        let at = random.next_u32() as usize % people.len();
        let person = &mut people[at];
        let process = person.process.as_mut().context("it runs")?;
        let mut heard = Vec::new();
        for _ in 0..=random.next_u32() % LINES_MAX {
            heard.push(process.lines.next_line().await?.context("a device ended by itself")?);
        }
        heard.iter().try_for_each(|line| person.hear(line))?;
        (0..random.next_u32() % SPINS_MAX).for_each(|_| std::hint::spin_loop());
        if random.next_u32().is_multiple_of(4) {
            outcome.server_kills += 1;
            server.kill().await?;
            let (process, _, back_ms) = stage.serve().await?;
            (server, outcome.server_back_ms_max) = (process, outcome.server_back_ms_max.max(back_ms));
        } else {
            outcome.device_kills += 1;
            let said = person.process.take().context("it runs")?.kill().await?;
            said.iter().try_for_each(|line| person.hear(line))?;
            outcome.device_back_ms_max = outcome.device_back_ms_max.max(stage.start(person).await?);
        }
    }
    for person in &mut people {
        let said = person.process.take().context("it runs")?.kill().await?;
        said.iter().try_for_each(|line| person.hear(line))?;
        outcome.edits += person.stored;
        outcome.kept += person.kept;
    }
    stage.compare(&people).await?;
    server.kill().await?;
    let log = SqliteLog::open(&stage.folder.path().join("server.db"), Quota::default(), &[0; 32])?;
    let report = log.reader.verify();
    ensure!(report.is_sound() && report.awaited == 0, "the server's log: {:?}", report.findings);
    Ok(outcome)
}

/// A server that runs, and two people in a space whose devices do not run yet.
async fn set_up(plan: &Plan) -> anyhow::Result<(Stage, Process, Vec<Person>)> {
    let folder = tempfile::tempdir()?;
    let secret = [7; 32];
    SqliteLog::open(&folder.path().join("server.db"), Quota::default(), &[42; 32])?
        .writer
        .add_invite(BlobHash::of(&secret), u64::MAX >> 1)?;
    let (addr, server) = (SocketAddr::from(([127, 0, 0, 1], 0)), ServerId([0; 32]));
    let (program, is_too_early, space) = (plan.program.clone(), plan.is_too_early, SpaceId([0; 32]));
    let mut stage = Stage { program, is_too_early, folder, addr, server, space };
    let (process, first, _) = stage.serve().await?;
    let (addr, id) = first.split_once(' ').context("the server's first line")?;
    (stage.addr, stage.server) = (addr.parse()?, id.parse().ok().context("the server's id")?);
    let [first, second] = NAMES.map(|name| stage.device(name, name));
    first.driver().enter(&secret).await?;
    stage.space = first.found("ملتقى");
    let link = first.invite(&stage.space, Role::Editor, 2);
    first.try_sync().await?;
    second.join(&link);
    second.try_sync().await?;
    let person = |name| {
        let database = stage.folder.path().join(format!("{name}.db"));
        Person { name, database, stored: 0, kept: 0, process: None }
    };
    let people = NAMES.map(person).into();
    Ok((stage, process, people))
}

impl Stage {
    async fn serve(&self) -> anyhow::Result<(Process, String, u128)> {
        let mut command = Command::new(&self.program);
        command.arg(SERVE).arg(self.folder.path().join("server.db")).arg(self.addr.to_string());
        Process::start(&mut command).await.context("the server does not come back")
    }

    /// Starts a device. It says how many of its words are there: all that were acknowledged, and at most the one that
    /// was being stored.
    async fn start(&self, person: &mut Person) -> anyhow::Result<u128> {
        let mut command = Command::new(&self.program);
        command.arg(WORK).args(["--name", person.name, "--url", &format!("http://{}", self.addr)]);
        command.args(["--server", &self.server.to_string(), "--space", &self.space.to_string()]);
        command.arg("--database").arg(&person.database);
        command.args(self.is_too_early.then_some("--too-early"));
        let started = Process::start(&mut command).await;
        let (process, first, back_ms) = started.with_context(|| format!("{} does not come back", person.name))?;
        let there: u64 = first.strip_prefix("ready ").context("the device's first line")?.parse()?;
        let (name, stored) = (person.name, person.stored);
        ensure!((stored..=stored + 1).contains(&there), "{name} was told of {stored} words, and {there} are there");
        (person.stored, person.process) = (there, Some(process));
        Ok(back_ms)
    }

    /// A device in this process, on the database `file`.
    fn device(&self, name: &str, file: &str) -> Device {
        let path = self.folder.path().join(format!("{file}.db"));
        let now_ms = Arc::new(AtomicU64::new(crate::scenario::now_ms()));
        Device::open(name, path, self.server, &format!("http://{}", self.addr), now_ms)
    }

    /// Everyone syncs, with somebody who has never been here; then all words are with all of them, once.
    async fn compare(&self, people: &[Person]) -> anyhow::Result<()> {
        // Each under another name, as the same name would draw the same random numbers again.
        let mut devices: Vec<Device> =
            people.iter().map(|person| self.device(&format!("{} at the end", person.name), person.name)).collect();
        let link = devices[0].invite(&self.space, Role::Editor, 1);
        devices[0].try_sync().await?;
        let stranger = self.device("basra", "basra");
        stranger.join(&link);
        devices.push(stranger);
        for _ in 0..3 {
            for device in &devices {
                device.try_sync().await?;
            }
        }
        for (person, own) in people.iter().zip(&devices) {
            let there = own.with(|engine| check(engine, &self.space, person.name, 0))?;
            let (name, stored) = (person.name, person.stored);
            // The last kill may have come between storing and saying so, as every other one.
            ensure!((stored..=stored + 1).contains(&there), "{name} was told of {stored} words, and {there} are there");
            for device in &devices {
                ensure!(device.is_all_on_server(), "{} still has something to send", device.name());
                let others = device.with(|engine| check(engine, &self.space, name, 0))?;
                ensure!(others == there, "{} has {others} of {there} words of {name}", device.name());
            }
        }
        Ok(())
    }
}
