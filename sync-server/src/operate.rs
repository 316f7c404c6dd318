//! What the operator does beside serving. Each command opens the database by itself; all but `restore` may run
//! while the server does.

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use sync_engine::ids::{BlobHash, SpaceId};
use sync_engine::link::{EnterLink, is_private};
use sync_server::log::{LogReader as _, LogWriter as _, Quota};
use sync_server::sqlite::{self, SqliteLog};

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

/// What `verify` exits with when it has found something.
const EXIT_FINDINGS: u8 = 2;

pub(crate) fn invite(database: &Path, url: &str, days: u64, now_ms: u64) -> anyhow::Result<ExitCode> {
    // The first invite may come before the first start, so this makes the database where it is missing.
    let mut log = open_or_make(database)?;
    let secret = super::seed()?;
    let link = EnterLink { url: url.to_owned(), server: log.key.server(), secret };
    ensure!(is_private(url), "{url} leads to no encryption: devices take links to https addresses only");
    let is_readable = link.to_string().parse() == Ok(link.clone());
    ensure!(is_readable, "{url} is not an address that a link can hold: it begins with https://");
    let expires_ms = now_ms.saturating_add(days.saturating_mul(DAY_MS));
    log.writer.add_invite(BlobHash::of(&secret), expires_ms)?;
    println!("{link}");
    eprintln!(
        "Open the link on one device within {days} days. Whoever has it may found spaces here: send it in private."
    );
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn spaces(database: &Path, is_json: bool) -> anyhow::Result<ExitCode> {
    let spaces = open(database)?.reader.spaces()?;
    if is_json {
        println!("{}", serde_json::to_string_pretty(&spaces)?);
        return Ok(ExitCode::SUCCESS);
    }
    println!("{:<64}  {:>8}  {:>6}  {:>7}  {:>9}  TITLE", "SPACE", "ROWS", "HELD", "MEMBERS", "MIB");
    for space in &spaces {
        let (mib, note) =
            (space.stored_bytes as f64 / 1_048_576.0, if space.is_recovering { " (to be confirmed)" } else { "" });
        // A title is its founder's text: it must not steer the terminal.
        let title: String = space.title.chars().filter(|c| !c.is_control()).collect();
        let (id, rows, held, members) = (space.space, space.position, space.held, space.members);
        println!("{id}  {rows:>8}  {held:>6}  {members:>7}  {mib:>9.1}  {title}{note}");
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn backup(database: &Path, file: &Path) -> anyhow::Result<ExitCode> {
    open(database)?.reader.backup(file).with_context(|| format!("cannot write a backup to {}", file.display()))?;
    println!("{}", file.display());
    eprintln!("The backup holds the server's secret key: keep it as safely as the server.");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn restore(database: &Path, file: &Path) -> anyhow::Result<ExitCode> {
    ensure!(file.exists(), "there is no backup {}", file.display());
    let aside = sqlite::restore(file, database)
        .with_context(|| format!("cannot restore {} from {}", database.display(), file.display()))?;
    println!("{}", database.display());
    if let Some(aside) = aside {
        eprintln!("What was there is now {}.", aside.display());
    }
    eprintln!("In every space an admin must confirm the members in the app, or you by `confirm`.");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn verify(database: &Path, is_json: bool) -> anyhow::Result<ExitCode> {
    let report = open(database)?.reader.verify();
    if is_json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        report.findings.iter().for_each(|finding| println!("{finding}"));
        println!("{} spaces, {} rows, {} blobs checked", report.spaces, report.rows, report.blobs);
        if report.awaited > 0 {
            println!("{} large payloads are not here; devices that have them bring them", report.awaited);
        }
    }
    if report.is_sound() {
        return Ok(ExitCode::SUCCESS);
    }
    eprintln!(
        "error: {} things are wrong; restore a backup, and the devices bring back the rest",
        report.findings.len()
    );
    Ok(ExitCode::from(EXIT_FINDINGS))
}

pub(crate) fn compact(database: &Path, older_than_days: u64, now_ms: u64) -> anyhow::Result<ExitCode> {
    let before_ms = now_ms.saturating_sub(older_than_days.saturating_mul(DAY_MS));
    let (payloads, bytes) = open(database)?.writer.compact(before_ms)?;
    println!("{payloads} payloads of {bytes} bytes dropped");
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn confirm(database: &Path, space: &SpaceId) -> anyhow::Result<ExitCode> {
    let mut log = open(database)?;
    if log.reader.head(space)?.is_none() {
        bail!("there is no space {space} here; `spaces` lists them");
    }
    if !log.reader.is_recovering(space)? {
        println!("{space} needs no confirmation");
        return Ok(ExitCode::SUCCESS);
    }
    log.writer.set_recovering(Some(space), false)?;
    println!("{space} is confirmed");
    Ok(ExitCode::SUCCESS)
}

/// A mistyped path must not make a database.
fn open(database: &Path) -> anyhow::Result<SqliteLog> {
    ensure!(database.exists(), "there is no database {}; name it by --database", database.display());
    open_or_make(database)
}

fn open_or_make(database: &Path) -> anyhow::Result<SqliteLog> {
    SqliteLog::open(database, Quota::default(), &super::seed()?)
        .with_context(|| format!("cannot open the database {}", database.display()))
}
