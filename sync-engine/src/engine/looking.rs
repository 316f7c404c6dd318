//! Looking back at a document: its versions, what changed since one of them and by whom, and how far it was seen
//! on this device.

use std::collections::HashMap;

use automerge::{ActorId, Automerge, ChangeHash};
use serde::{Deserialize, Serialize};

use super::who::{People, Who};
use super::{DocumentName, Engine, EngineError, hashes};
use crate::document::{self, BinnedItem, Difference, Piece, Plain, Touch, What};

/// One person's edits with gaps under ten minutes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The document as that person left it.
    #[serde(with = "hashes")]
    pub heads: Vec<ChangeHash>,
    /// The document as that person found it.
    #[serde(with = "hashes")]
    pub before: Vec<ChangeHash>,
    pub by: Who,
    /// By that person's clock, in Unix milliseconds.
    pub from_ms: i64,
    pub to_ms: i64,
    pub changes: usize,
}

/// What changed between two versions of a document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Since {
    pub name: DocumentName,
    #[serde(with = "hashes")]
    pub from: Vec<ChangeHash>,
    #[serde(with = "hashes")]
    pub to: Vec<ChangeHash>,
    pub lines: Vec<ChangeLine>,
}

/// One thing that is not as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeLine {
    /// Those whose changes wrote this very thing, each person once.
    pub by: Vec<Who>,
    /// The last of those changes, by the clock of who made it, in Unix milliseconds.
    pub at_ms: i64,
    /// The record or item; for a note's body `["body"]`, a line for every stretch of it.
    pub at: Vec<String>,
    /// The field, text or set; for an item its collection, and nothing for the document itself.
    pub field: String,
    /// The item's own words; for a stretch of a note's body, the heading above it.
    pub about: Option<String>,
    #[serde(flatten)]
    pub change: LineChange,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum LineChange {
    Field {
        old: Option<Plain>,
        new: Option<Plain>,
    },
    /// Where all pieces are kept, only the form of the paragraphs changed: bold, a heading, a list.
    Text {
        pieces: Vec<Piece>,
    },
    Key {
        added: Vec<String>,
        removed: Vec<String>,
    },
    Added,
    Removed,
    Restored,
    Moved,
}

/// A field that several people set at once to different values. The first is the one that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Conflict {
    pub at: Vec<String>,
    pub field: String,
    pub rivals: Vec<Rival>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rival {
    pub value: Plain,
    pub by: Who,
    /// By that person's clock, in Unix milliseconds.
    pub at_ms: i64,
}

impl Engine {
    /// The versions of a document, the newest first.
    pub fn history(&mut self, name: &DocumentName) -> Result<Vec<Version>, EngineError> {
        let key = self.document_key(name)?;
        self.opened(key)?;
        let people = self.people(&name.space)?;
        let Some(doc) = self.cache.peek(key) else { return Ok(Vec::new()) };
        let mut known = Known::new(&people);
        let actors = document::actors_since(doc, &[]);
        let who = actors.into_iter().map(|actor| Ok((actor.clone(), known.who(&actor)?)));
        let who: HashMap<ActorId, Who> = who.collect::<Result<_, EngineError>>()?;
        // Of a device in no roster, the beginning of its id tells it from others.
        let person = |actor: &ActorId| match who.get(actor) {
            Some(who) if who.member.is_some() || who.is_me => (who.member, None),
            _ => (None, super::admit::device_prefix(actor.to_bytes())),
        };
        let version = |stretch: document::Stretch| {
            let by = who.get(&stretch.actor)?.clone();
            let document::Stretch { heads, before, from_ms, to_ms, changes, .. } = stretch;
            Some(Version { heads, before, by, from_ms, to_ms, changes })
        };
        Ok(document::stretches(doc, person).into_iter().filter_map(version).collect())
    }

    /// What changed between two versions: from the one that was seen last, to the present one, where they are none.
    pub fn since(
        &mut self,
        name: &DocumentName,
        from: Option<&[ChangeHash]>,
        to: Option<&[ChangeHash]>,
    ) -> Result<Since, EngineError> {
        let key = self.document_key(name)?;
        let from = match from {
            Some(from) => from.to_vec(),
            None => self.seen(name)?,
        };
        let doc = self.opened(key)?;
        let to = to.map_or_else(|| doc.get_heads(), <[ChangeHash]>::to_vec);
        check_here(doc, from.iter().chain(&to))?;
        let differences = document::compare(doc, &from, &to);
        let people = self.people(&name.space)?;
        let mut known = Known::new(&people);
        let lines = differences.into_iter().map(|difference| line(difference, &mut known));
        Ok(Since { name: *name, from, to, lines: lines.collect::<Result<_, _>>()? })
    }

    /// The version that was marked as seen last; no heads for a document that never was.
    pub fn seen(&mut self, name: &DocumentName) -> Result<Vec<ChangeHash>, EngineError> {
        let key = self.document_key(name)?;
        let seen: Vec<_> = self.store.seen(key)?.unwrap_or_default().into_iter().map(ChangeHash).collect();
        // After a restored backup the document may be older than what was seen of it.
        let doc = self.opened(key)?;
        Ok(seen.into_iter().filter(|head| has(doc, head)).collect())
    }

    /// Notes that a version was seen. What was seen before stays so, and what came meanwhile is still to be seen.
    pub fn mark_seen(&mut self, name: &DocumentName, heads: &[ChangeHash]) -> Result<(), EngineError> {
        let key = self.document_key(name)?;
        let before = self.seen(name)?;
        let doc = self.opened(key)?;
        check_here(doc, heads)?;
        let seen = document::frontier(doc, &[heads, before.as_slice()].concat());
        let unseen = document::actors_since(doc, &seen);
        let people = self.people(&name.space)?;
        let mut known = Known::new(&people);
        let mut is_unseen = false;
        for actor in &unseen {
            is_unseen |= !known.who(actor)?.is_me;
        }
        let seen: Vec<_> = seen.into_iter().map(|head| head.0).collect();
        Ok(self.store.write(|tx| tx.set_seen(key, &seen, is_unseen))?)
    }
}

/// Setting back, always by a new edit.
impl Engine {
    /// Sets back what one line of `since(from, to)` did, as an edit of the version `to` that the person was looking
    /// at: what others wrote meanwhile stays, and a field that they set meanwhile comes into conflict.
    pub fn undo_line(
        &mut self,
        name: &DocumentName,
        from: &[ChangeHash],
        to: &[ChangeHash],
        line: usize,
        now_ms: i64,
    ) -> Result<(), EngineError> {
        let key = self.document_key(name)?;
        let doc = self.opened(key)?;
        check_here(doc, from.iter().chain(to))?;
        let difference = document::compare(doc, from, to).into_iter().nth(line);
        let difference = difference.ok_or(EngineError::NoSuchLine(line))?;
        self.edit(name, Some(to), now_ms, |tx| document::revert(tx, &[difference], now_ms))
    }

    /// Makes the document read as it did at `heads`, by a new edit of what it is now.
    pub fn restore_version(
        &mut self,
        name: &DocumentName,
        heads: &[ChangeHash],
        now_ms: i64,
    ) -> Result<(), EngineError> {
        let key = self.document_key(name)?;
        let doc = self.opened(key)?;
        check_here(doc, heads)?;
        let differences = document::compare(doc, heads, &doc.get_heads());
        self.edit(name, None, now_ms, |tx| document::revert(tx, &differences, now_ms))
    }
}

/// What needs a person's eye, anywhere in a document.
impl Engine {
    /// The fields that several people set at once, with the values of each.
    pub fn conflicts(&mut self, name: &DocumentName) -> Result<Vec<Conflict>, EngineError> {
        let conflicts = self.read(name, document::all_conflicts)?;
        let people = self.people(&name.space)?;
        let mut known = Known::new(&people);
        let conflict = |conflict: document::Conflict| {
            let document::Conflict { at, field, rivals } = conflict;
            let rivals = rivals.into_iter().map(|(value, touch)| {
                let by = known.who(&touch.actor)?;
                Ok(Rival { value, by, at_ms: touch.at_ms })
            });
            Ok(Conflict { at, field, rivals: rivals.collect::<Result<_, EngineError>>()? })
        };
        conflicts.into_iter().map(conflict).collect()
    }

    /// The items in the bin, the last deleted first.
    pub fn binned_items(&mut self, name: &DocumentName) -> Result<Vec<BinnedItem>, EngineError> {
        self.read(name, document::all_binned)
    }
}

fn has(doc: &Automerge, head: &ChangeHash) -> bool {
    doc.get_change_meta_by_hash(head).is_some()
}

/// Whether the document holds all these versions.
fn check_here<'h>(doc: &Automerge, heads: impl IntoIterator<Item = &'h ChangeHash>) -> Result<(), EngineError> {
    let absent = heads.into_iter().find(|head| !has(doc, head));
    absent.map_or(Ok(()), |absent| Err(EngineError::NoSuchVersion(absent.to_string())))
}

/// The actors that were looked up already: a document of thousands of changes has a few dozen.
struct Known<'p> {
    people: &'p People<'p>,
    who: HashMap<ActorId, Who>,
}

impl<'p> Known<'p> {
    fn new(people: &'p People<'p>) -> Self {
        Self { people, who: HashMap::new() }
    }

    fn who(&mut self, actor: &ActorId) -> Result<Who, EngineError> {
        if let Some(who) = self.who.get(actor) {
            return Ok(who.clone());
        }
        let who = self.people.of_actor(actor)?;
        self.who.insert(actor.clone(), who.clone());
        Ok(who)
    }
}

fn line(difference: Difference, known: &mut Known<'_>) -> Result<ChangeLine, EngineError> {
    let pieces = difference.pieces();
    let mut by: Vec<Who> = Vec::new();
    for Touch { actor, .. } in &difference.by {
        let who = known.who(actor)?;
        let is_there = |known: &Who| if who.member.is_some() { known.member == who.member } else { *known == who };
        if !by.iter().any(is_there) {
            by.push(who);
        }
    }
    let at_ms = difference.by.iter().map(|touch| touch.at_ms).max().unwrap_or_default();
    let change = match difference.what {
        What::Field { old, new } => LineChange::Field { old, new },
        What::Text { .. } | What::Paragraphs { .. } => LineChange::Text { pieces: pieces.unwrap_or_default() },
        What::Keys { added, removed } => LineChange::Key { added, removed },
        What::Added => LineChange::Added,
        What::Removed => LineChange::Removed,
        What::Restored { .. } => LineChange::Restored,
        What::Moved { .. } => LineChange::Moved,
    };
    let Difference { at, field, about, .. } = difference;
    Ok(ChangeLine { by, at_ms, at, field, about, change })
}
