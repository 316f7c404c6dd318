//! A device that writes word after word and says of each when it is stored, until it is killed.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use anyhow::{Context as _, ensure};
use sync_engine::document::{self, Kind};
use sync_engine::driver::Driver;
use sync_engine::engine::{DocumentName, Engine};
use sync_engine::http::Http;
use sync_engine::ids::{ServerId, SpaceId};
use sync_engine::session::Mode;
use sync_engine::store::Durability;
use tokio::sync::Notify;

use crate::scenario::now_ms;

/// A note is full then, and the next one begins: to look through the last two takes no time.
const WORDS_A_NOTE: u64 = 100;

/// So many words are written before a sync has been through.
const WORDS_A_SYNC: u64 = 4;

/// A device's work.
#[derive(Debug, clap::Args)]
pub struct Work {
    #[arg(long)]
    database: PathBuf,
    #[arg(long)]
    name: String,
    #[arg(long)]
    url: String,
    #[arg(long)]
    server: ServerId,
    #[arg(long)]
    space: SpaceId,
    /// A planted bug: a word is said to be stored before it is.
    #[arg(long)]
    too_early: bool,
}

/// Says `ready N`, then `stored N` after each word and `kept N` whenever the server has them all.
pub async fn work(work: Work) -> anyhow::Result<()> {
    check_file(&work.database)?;
    let entropy = Box::new(|bytes: &mut [u8]| getrandom::fill(bytes).expect("random bytes"));
    let mut engine = Engine::open(&work.database, Durability::Full, entropy)?;
    let words = check(&mut engine, &work.space, &work.name, 2)?;
    println!("ready {words}");
    let engine = Arc::new(Mutex::new(engine));
    let driver = Driver::new(engine.clone(), Http::new(&work.url, work.server)?, Arc::new(now_ms), Mode::Once);
    let (wanted, through) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    tokio::spawn(sync_on(driver, wanted.clone(), through.clone()));
    for word in words.. {
        if work.too_early {
            println!("stored {}", word + 1);
        }
        write(&mut *lock(&engine)?, &work, word)?;
        if !work.too_early {
            println!("stored {}", word + 1);
        }
        wanted.notify_one();
        if (word + 1).is_multiple_of(WORDS_A_SYNC) {
            through.notified().await;
            if lock(&engine)?.documents(None)?.iter().all(|document| !document.is_on_device_only) {
                println!("kept {}", word + 1);
            }
        }
    }
    Ok(())
}

fn lock(engine: &Mutex<Engine>) -> anyhow::Result<MutexGuard<'_, Engine>> {
    engine.lock().ok().context("a panic before")
}

/// Syncs whenever it is wanted. Where the server is away, that has failed, and is wanted again soon.
async fn sync_on(mut driver: Driver, wanted: Arc<Notify>, through: Arc<Notify>) {
    loop {
        wanted.notified().await;
        // What cannot be sent now is sent later; what is lost shows at the end.
        let _ = driver.sync().await;
        through.notify_one();
    }
}

fn check_file(database: &Path) -> anyhow::Result<()> {
    let found: String =
        rusqlite::Connection::open(database)?.query_row("pragma integrity_check", [], |row| row.get(0))?;
    ensure!(found == "ok", "{}: {found}", database.display());
    Ok(())
}

fn title(name: &str, nth: u64) -> String {
    format!("{name} {nth}")
}

fn word(name: &str, nth: u64) -> String {
    format!("كلمة {name} رقم {nth}؛ ")
}

fn write(engine: &mut Engine, work: &Work, nth: u64) -> anyhow::Result<()> {
    let now_ms = now_ms().cast_signed();
    let title = title(&work.name, nth / WORDS_A_NOTE);
    // A note may have been made before the kill, and its first word not.
    let note = match find(engine, &work.space, &title)? {
        Some(note) => note,
        None => engine.create(&work.space, Kind::Note, &title, now_ms)?,
    };
    let text = word(&work.name, nth);
    let units = read(engine, &note)?.encode_utf16().count();
    engine.edit(&note, None, now_ms, |tx| document::insert_text(tx, 1 + units, &text))?;
    Ok(())
}

fn find(engine: &mut Engine, space: &SpaceId, title: &str) -> anyhow::Result<Option<DocumentName>> {
    let documents = engine.documents(Some(space))?;
    let found = documents.iter().find(|document| document.text.title == title);
    Ok(found.map(|found| DocumentName { space: *space, document: found.document }))
}

/// The words of a note's only paragraph.
fn read(engine: &mut Engine, note: &DocumentName) -> anyhow::Result<String> {
    Ok(engine.read(note, |doc| document::paragraphs(doc, None).iter().map(|paragraph| paragraph.text()).collect())?)
}

/// How many words of a person's are there. Fails unless they are all of the first ones, each once and in order; looks
/// at the last `notes` of them only, or at all where that is 0.
pub fn check(engine: &mut Engine, space: &SpaceId, name: &str, notes: u64) -> anyhow::Result<u64> {
    let titles: Vec<String> = engine.documents(Some(space))?.into_iter().map(|document| document.text.title).collect();
    let count = (0..).find(|nth| !titles.contains(&title(name, *nth))).unwrap_or_default();
    ensure!(titles.iter().filter(|title| title.starts_with(name)).count() as u64 == count, "the notes are {titles:?}");
    let mut words = count.saturating_sub(1) * WORDS_A_NOTE;
    let first = if notes == 0 { 0 } else { count.saturating_sub(notes) };
    for nth in first..count {
        let note = find(engine, space, &title(name, nth))?.context("it is in the list")?;
        let text = read(engine, &note)?;
        let there = text.matches('؛').count() as u64;
        let from = nth * WORDS_A_NOTE;
        let expected: String = (from..from + there).map(|nth| word(name, nth)).collect();
        ensure!(text == expected, "note {nth} of {name} is {text:?}");
        ensure!(nth + 1 == count || there == WORDS_A_NOTE, "note {nth} of {name} has {there} words");
        if nth + 1 == count {
            words = from + there;
        }
    }
    Ok(words)
}
