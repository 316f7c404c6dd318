//! Plays one scenario and prints its figures as one line of JSON.

use std::path::PathBuf;

use clap::{Parser, Subcommand};
use tests::scenario::{self, Line, Pace, Scenario};

/// Plays a scenario with real devices and a server process of its own, and prints one line of JSON: the scenario,
/// its options, `wall_ms`, bytes on the socket up and down, `round_trips`, the server's memory and CPU, and, where
/// they apply, `p50_ms`, `p95_ms` and `matches` (whether everything came out as it should). Databases are made in
/// a folder under TMPDIR, which should be on a real disk, and removed at the end. Where MULTAQA_ENCRYPTED is set, those
/// of devices are encrypted, as the app's are.
#[derive(Debug, Parser)]
#[command(name = "scenario")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    One(Scenario),
    /// All that need no file, one line each, with their usual options
    All,
    /// Serves a database until standard input ends: the server's own process
    #[command(name = scenario::SERVE, hide = true)]
    Serve {
        database: PathBuf,
        /// Each device may ask for as much as of any server
        #[arg(long)]
        usual_pace: bool,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let scenarios = match Cli::parse().command {
        Command::One(scenario) => vec![scenario],
        Command::All => Scenario::usual(),
        Command::Serve { database, usual_pace } => {
            let mut seed = [0; 32];
            getrandom::fill(&mut seed)?;
            let pace = if usual_pace { Pace::Usual } else { Pace::Any };
            return Ok(scenario::serve(database, ([127, 0, 0, 1], 0).into(), seed, pace).await?);
        }
    };
    for scenario in &scenarios {
        let line = Line { scenario, figures: scenario.play().await? };
        println!("{}", serde_json::to_string(&line)?);
    }
    Ok(())
}
