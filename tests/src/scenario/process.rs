//! The server as a process of its own, so that its memory and CPU are its own: this very program, started again.

use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use sync_engine::ids::ServerId;
use sync_server::log::Quota;
use sync_server::rates::Rate;
use sync_server::server::{Config, Server};
use sync_server::service::Limits;
use sync_server::tls::Tls;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::ScenarioError;

/// The command by which the program is started again as the server.
pub const SERVE: &str = "serve";

/// … and the option with which it limits what one device may ask for.
const USUAL_PACE: &str = "--usual-pace";

/// How much one device may ask for in a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// As much as the server can answer: a replay makes in seconds the requests of days.
    Any,
    /// As much as of any server.
    Usual,
}

/// Clock ticks of /proc a second: Linux shows all programs 100, whatever its own are.
const TICKS_PER_SECOND: u64 = 100;

/// What the process has used so far.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Usage {
    pub rss_bytes: u64,
    /// The most that it ever had since it started.
    pub rss_bytes_peak: u64,
    pub cpu_ms: u64,
}

/// A server's process. It ends with this one, whatever happens.
#[derive(Debug)]
pub(super) struct ServerProcess {
    pub(super) addr: SocketAddr,
    pub(super) id: ServerId,
    child: Child,
}

impl ServerProcess {
    /// Starts a server on the database at `path` and a free port.
    pub(super) async fn start(path: &Path, pace: Pace) -> Result<Self, ScenarioError> {
        let program = std::env::current_exe()?;
        let mut child = Command::new(program)
            .arg(SERVE)
            .arg(path)
            .args((pace == Pace::Usual).then_some(USUAL_PACE))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or(ScenarioError::NoServer)?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line).await?;
        let (addr, id) = line.trim().split_once(' ').ok_or(ScenarioError::NoServer)?;
        let addr = addr.parse().map_err(|_| ScenarioError::NoServer)?;
        let id = id.parse().map_err(|_| ScenarioError::NoServer)?;
        Ok(Self { addr, id, child })
    }

    /// Ends it in order: it stops when nobody holds its standard input any more.
    pub(super) async fn stop(mut self) -> Result<(), ScenarioError> {
        drop(self.child.stdin.take());
        self.child.wait().await?;
        Ok(())
    }

    pub(super) fn usage(&self) -> Result<Usage, ScenarioError> {
        let id = self.child.id().ok_or(ScenarioError::NoServer)?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.and_then(|line| line.trim_end_matches("kB").trim().parse::<u64>().ok()).unwrap_or_default()
        };
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat"))?;
        // The program's name may hold spaces, but nothing after its closing parenthesis does.
        let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11);
        let ticks: u64 = fields.take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
        Ok(Usage {
            rss_bytes: kib("VmRSS:") << 10,
            rss_bytes_peak: kib("VmHWM:") << 10,
            cpu_ms: ticks * 1000 / TICKS_PER_SECOND,
        })
    }
}

/// CPU time of this process so far in milliseconds, finer than ticks, with the threads that have ended.
pub(super) fn own_cpu_ms() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e3 + time.tv_nsec as f64 / 1e6
}

/// Serves the database at `listen` until standard input ends. The first line of output says where, and the server's
/// id.
pub async fn serve(database: PathBuf, listen: SocketAddr, seed: [u8; 32], pace: Pace) -> Result<(), ScenarioError> {
    sync_server::open_files::raise_limit();
    let clock = Arc::new(super::now_ms);
    let rate = match pace {
        Pace::Any => Rate { requests_per_second: u32::MAX, requests_burst: u32::MAX, ..Rate::default() },
        Pace::Usual => Rate::default(),
    };
    let (quota, limits) = (Quota::default(), Limits { rate, ..Limits::default() });
    let tls = Tls::Off;
    let running = Server::start(Config { database, listen, tls, quota, limits, clock, seed }).await?;
    println!("{} {}", running.addr, running.id);
    tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await??;
    running.shutdown().await;
    Ok(())
}
