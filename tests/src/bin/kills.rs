//! Kills devices and a server in the middle of their work, and looks whether anything acknowledged is lost.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;

use clap::{Parser, Subcommand};
use tests::scenario::Pace;
use tests::{kills, scenario};

/// Two devices write word after word and sync; one process after the other is killed with SIGKILL and started again.
/// At the end every word that was acknowledged must be on both devices, on the server, and on a new device, once.
/// Prints one line of JSON.
#[derive(Parser)]
struct Options {
    /// How many kills
    #[arg(long, default_value_t = 1000)]
    kills: u64,
    /// Draws who is killed and when, as far as processes obey
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Plant a bug, which must be found: words are said to be stored before they are
    #[arg(long)]
    too_early: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// The server's own process
    #[command(name = kills::SERVE, hide = true)]
    Serve { database: PathBuf, listen: SocketAddr },
    /// A device's own process
    #[command(name = kills::WORK, hide = true)]
    Work(kills::Work),
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    match options.command {
        Some(Command::Serve { database, listen }) => {
            // The database has its key already.
            Ok(scenario::serve(database, listen, [0; 32], Pace::Any).await?)
        }
        Some(Command::Work(work)) => kills::work(work).await,
        None => {
            let begun = Instant::now();
            let Options { kills, seed, too_early: is_too_early, .. } = options;
            let plan = kills::Plan { program: std::env::current_exe()?, kills, seed, is_too_early };
            let outcome = kills::play(plan).await?;
            println!("{} in {:.1} s", serde_json::to_string(&outcome)?, begun.elapsed().as_secs_f64());
            Ok(())
        }
    }
}
