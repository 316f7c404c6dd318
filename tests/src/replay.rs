//! Replays a trace into a note: each edit at the version at which it was made. Whoever calls brings the agents'
//! edits to each other.

use std::collections::HashMap;
use std::ops::Range;

use automerge::transaction::Transactable;
use automerge::{ChangeHash, ObjId};
use sync_engine::document::{self, DocumentError, Kind, Note};
use sync_engine::engine::{DocumentName, Engine, EngineError};
use sync_engine::ids::SpaceId;

use crate::trace::{Patch, Trace};

/// The block marker that every note begins with.
const BODY_START: usize = 1;

/// A replay under way.
#[derive(Debug)]
pub struct Replay<'t> {
    trace: &'t Trace,
    note: DocumentName,
    /// The version with which the trace begins.
    root: Vec<ChangeHash>,
    /// The change that ends with this transaction.
    made: HashMap<usize, ChangeHash>,
    /// Whether every character is one UTF-16 unit, so that positions need no counting.
    is_narrow: bool,
}

impl<'t> Replay<'t> {
    /// Makes the note on one of the agents' devices.
    pub fn begin(trace: &'t Trace, engine: &mut Engine, space: &SpaceId, now_ms: i64) -> Result<Self, EngineError> {
        let note = engine.create(space, Kind::Note, "", now_ms)?;
        if !trace.start.is_empty() {
            engine.edit(&note, None, now_ms, |tx| document::insert_text(tx, BODY_START, &trace.start))?;
        }
        let patches = trace.transactions.iter().flat_map(|transaction| &transaction.patches);
        let texts = patches.map(|Patch(_, _, inserted)| inserted).chain([&trace.start]);
        let is_narrow = texts.flat_map(|text| text.chars()).all(|c| c.len_utf16() == 1);
        Ok(Self { trace, note, root: engine.heads(&note)?, made: HashMap::new(), is_narrow })
    }

    pub fn note(&self) -> DocumentName {
        self.note
    }

    /// Makes transactions of one agent on its device, where everything that they build on has to be.
    pub fn edit(&mut self, engine: &mut Engine, range: Range<usize>, now_ms: i64) -> Result<(), EngineError> {
        let transactions = &self.trace.transactions[range.clone()];
        let parents = &transactions[0].parents;
        let heads = match parents.is_empty() {
            true => self.root.clone(),
            false => parents.iter().filter_map(|parent| self.made.get(parent).copied()).collect(),
        };
        let before = engine.heads(&self.note)?;
        let is_narrow = self.is_narrow;
        engine.edit(&self.note, Some(&heads), now_ms, |tx| {
            let body = document::text_object(tx, &Note::place().body())?;
            let mut patches = transactions.iter().flat_map(|transaction| &transaction.patches);
            patches.try_for_each(|patch| splice(tx, &body, patch, is_narrow))
        })?;
        let own = engine.heads(&self.note)?.into_iter().find(|head| !before.contains(head));
        // A transaction that changes nothing stands for what it was made on.
        self.made.extend(own.or(heads.first().copied()).map(|hash| (range.end - 1, hash)));
        Ok(())
    }

    /// Whether the note reads on this device as the trace ends.
    pub fn matches(&self, engine: &mut Engine) -> Result<bool, EngineError> {
        Ok(text(engine, &self.note)? == self.trace.end)
    }
}

/// A note's paragraphs, one a line.
pub fn text(engine: &mut Engine, note: &DocumentName) -> Result<String, EngineError> {
    engine.read(note, |doc| {
        let paragraphs = document::paragraphs(doc, None);
        paragraphs.iter().map(|paragraph| paragraph.text()).collect::<Vec<_>>().join("\n")
    })
}

fn splice(
    tx: &mut impl Transactable,
    body: &ObjId,
    Patch(at, deleted, inserted): &Patch,
    is_narrow: bool,
) -> Result<(), DocumentError> {
    let (mut start, mut end) = (BODY_START + at, BODY_START + at + deleted);
    if !is_narrow {
        let text = tx.text(body)?;
        (start, end) = (units_before(&text, start), units_before(&text, end));
    }
    Ok(tx.splice_text(body, start, (end - start) as isize, inserted)?)
}

/// UTF-16 code units before the code point with this number.
fn units_before(text: &str, code_points: usize) -> usize {
    text.chars().take(code_points).map(char::len_utf16).sum()
}
