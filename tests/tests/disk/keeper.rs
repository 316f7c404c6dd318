//! What the device's engine and the server's log have in common here: they do step after step on a disk, and can be
//! asked what they know.

use tests::disk::{Disk, Fault, Image, Trace};

/// What someone can know of a store after a step, in lines that are the same in every run.
pub(crate) type Facts = Vec<String>;

/// A store, and what is around it.
pub(crate) trait Keeper: Sized {
    type Error: std::fmt::Display;

    /// The database's name on the disk.
    const FILE: &'static str;

    /// SQLCipher's word for the key of an encrypted one.
    fn key(&self) -> Option<String> {
        None
    }

    /// A store with few steps to do, or with many. Opening it is none of them.
    fn new(has_many: bool) -> Self;

    /// Another process on the same database, when those around the store had been told so much.
    fn restarted(&self, told: usize) -> Self;

    fn steps(&self) -> usize;

    /// Opens the store, or opens it again.
    fn open(&mut self, disk: &Disk) -> Result<(), Self::Error>;

    /// Whether it was opened, and has not failed to open since.
    fn is_open(&self) -> bool;

    /// The process ends.
    fn close(&mut self);

    /// Does a step, counted from 0. It may have been begun before, and never acknowledged.
    fn step(&mut self, disk: &Disk, nth: usize) -> Result<(), Self::Error>;

    fn facts(&mut self) -> Result<Facts, Self::Error>;

    /// How much those around the store have been told.
    fn told(&self) -> usize;

    /// Says what is wrong with a store that was just opened, beyond its facts.
    fn check(&mut self) -> Result<(), String>;

    /// Whether an error tells whoever reads it what has happened.
    fn is_fair(error: &Self::Error, fault: Fault) -> bool;
}

/// The moment when a step was acknowledged; the first one is the opening.
#[derive(Clone, Debug)]
pub(crate) struct Mark {
    pub(crate) changes: usize,
    pub(crate) facts: Facts,
    pub(crate) told: usize,
}

/// A run in which nothing went wrong.
pub(crate) struct Run<K> {
    pub(crate) keeper: K,
    pub(crate) trace: Trace,
    pub(crate) marks: Vec<Mark>,
}

impl<K: Keeper> Run<K> {
    /// Does all steps on a disk.
    pub(crate) fn on(disk: &Disk, mut keeper: K) -> Self {
        let said = |error: K::Error| -> ! { panic!("nothing goes wrong here: {error}") };
        let mark = |keeper: &mut K| {
            let changes = disk.changes();
            Mark { changes, facts: keeper.facts().unwrap_or_else(|error| said(error)), told: keeper.told() }
        };
        keeper.open(disk).unwrap_or_else(|error| said(error));
        let mut marks = vec![mark(&mut keeper)];
        for nth in 0..keeper.steps() {
            keeper.step(disk, nth).unwrap_or_else(|error| said(error));
            marks.push(mark(&mut keeper));
        }
        let trace = disk.trace();
        keeper.close();
        Self { keeper, trace, marks }
    }
}

/// What a process left on a disk is opened by another, and is whole. Those around it had been told so much.
pub(crate) fn reopen<K: Keeper>(before: &K, left: &Image, told: usize) -> Result<(Disk, K), String> {
    let disk = Disk::with(left);
    let mut keeper = before.restarted(told);
    keeper.open(&disk).map_err(|error| format!("it does not open: {error}"))?;
    let raw = rusqlite::Connection::open(disk.path(K::FILE)).and_then(|raw| {
        keeper.key().map_or(Ok(()), |key| raw.pragma_update(None, "key", key))?;
        Ok(raw)
    });
    let whole = raw.and_then(|raw| raw.query_row("pragma integrity_check", [], |row| row.get::<_, String>(0)));
    if whole.as_deref() != Ok("ok") {
        return Err(format!("the database is damaged: {whole:?}"));
    }
    Ok((disk, keeper))
}
