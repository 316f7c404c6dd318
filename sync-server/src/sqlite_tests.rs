use std::sync::Arc;

use tempfile::TempDir;

use super::*;
use crate::conformance::{self, world::Halves};

/// An empty log, and the directory that holds it.
fn fresh(quota: Quota) -> (TempDir, SqliteLog) {
    let dir = tempfile::tempdir().expect("a directory");
    let log = SqliteLog::open(&dir.path().join("log.sqlite"), quota, &[1; 32]).expect("a log");
    (dir, log)
}

fn halves(log: SqliteLog) -> Halves {
    Halves { writer: Box::new(log.writer), reader: Arc::new(log.reader) }
}

#[test]
fn sqlite_keeps_every_claim_of_the_conformance_suite() {
    let mut dirs = vec![];
    conformance::run(&mut |quota| {
        let (dir, log) = fresh(quota);
        dirs.push(dir);
        halves(log)
    });
}
