//! Plays the story of the README on a real server and tells it. What it leaves behind can be looked at.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use tests::story::{self, Telling};

/// A day at a conference: five devices, one server, a bad line. Exits with 1 if the devices end up different.
#[derive(Parser)]
struct Options {
    /// Where the databases go; what an earlier run left there is removed
    #[arg(long, default_value = ".multaqa-demo", value_name = "FOLDER")]
    folder: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let folder = Options::parse().folder;
    clear(&folder)?;
    println!("ملتقى · Multaqa: a day at a conference. People, organisations and texts are made up.");
    println!("One server and five devices; their databases are in {}", folder.display());
    let mut say = |line: &str| println!("{line}");
    let facts = story::play(&folder, &mut Telling::new(&mut say)).await?;
    println!();
    println!(
        "  {} envelopes in the log · held {}, of them admitted {} and refused {} · quarantined {} · parked {}",
        facts.log_rows,
        facts.decided.held,
        facts.decided.admitted,
        facts.decided.refused,
        facts.quarantined,
        facts.parked,
    );
    let is_same = facts.differences.is_empty();
    if is_same {
        println!("  The same documents on all five devices. (The refused draft stays on the phone that wrote it.)");
    }
    for difference in &facts.differences {
        println!("  DIFFERENT: {difference}");
    }
    let database = folder.join("server.db");
    let operate = format!("cargo run -q -p sync-server -- --database {}", database.display());
    println!();
    println!("Look around: the server's database can be asked, and served again.");
    for command in ["spaces", "verify", "serve"] {
        println!("  {operate} {command}");
    }
    println!("  sqlite3 {} 'select kind, title, first_words from document'", folder.join("maryam.db").display());
    Ok(if is_same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Removes what an earlier run made, and nothing else.
fn clear(folder: &std::path::Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_ours = [".db", ".db-wal", ".db-shm", ".yesterday", ".spare", ".spare-wal", ".spare-shm"]
            .iter()
            .any(|suffix| name.ends_with(suffix));
        anyhow::ensure!(is_ours, "{} is not from an earlier run: choose another folder", path.display());
        std::fs::remove_file(&path)?;
    }
    Ok(())
}
