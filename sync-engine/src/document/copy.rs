//! A document's present content as edits that make another document with it: without its history, without what is in
//! the bin, and with only those links that lead somewhere from the new place.

use std::collections::{BTreeSet, VecDeque};

use automerge::{Automerge, ObjType, ROOT, transaction::Transactable};

use super::{
    DocumentError,
    collection::Position,
    compare::shown,
    edits::Edit,
    kind::{Kind, TITLE, kind_of},
    paragraphs::{Paragraph, Run, paragraphs},
    place::Path,
    record::{DELETED, entries},
    rewrite::{body_of, rewrite},
    schema::Schema,
    text::portions,
    value::{Link, Plain},
    view::{Fields, View},
};

/// What a note's address begins with where it stands as evidence.
const NOTE_ADDRESS: &str = "multaqa:note/";

/// 20,000 letters at a time: enough that a note takes few changes, and a tenth of what one change may hold.
const STEP_UNITS_MAX: usize = 20_000;

/// A document's content, to be written into a new one step by step.
pub struct Copy {
    pub kind: Kind,
    pub title: String,
    /// The hashes of the files that it refers to, in hexadecimal.
    pub blobs: BTreeSet<String>,
    steps: VecDeque<Step>,
}

enum Step {
    Edit(Edit),
    /// Paragraphs at the end of a note's body; one without a place goes on with the paragraph before.
    Body(Vec<Paragraph>),
}

/// Reads a document for copying. `document` gives the name, in the new place, of a document that is linked to;
/// links to any other are left out. None for a document of no known kind.
pub fn copy(doc: &Automerge, document: impl Fn(&str) -> Option<String>) -> Option<Copy> {
    let view = View::new(doc, None);
    let kind = kind_of(doc, None)?;
    let root = view.fields(&[ROOT]);
    let title = root.scalar(TITLE).unwrap_or_default();
    let mut copying = Copying { view, document: &document, edits: Vec::new(), blobs: BTreeSet::new() };
    copying.record(kind.schema(), &root, &Path::new());
    let Copying { edits, mut blobs, .. } = copying;
    let mut steps: VecDeque<Step> = edits.into_iter().map(Step::Edit).collect();
    if kind == Kind::Note {
        let body = paragraphs(doc, None);
        let attrs = body.iter().flat_map(|paragraph| paragraph.block.attrs.values());
        blobs.extend(attrs.filter_map(blob_of));
        steps.extend(body_steps(body).into_iter().map(Step::Body));
    }
    Some(Copy { kind, title, blobs, steps })
}

impl Copy {
    /// Writes the next steps, as many as belong into one change; false once there are none left. The document was
    /// just made, with the copy's kind and title.
    pub fn write_next(&mut self, tx: &mut impl Transactable, tiebreak: &str) -> Result<bool, DocumentError> {
        let mut units = 0;
        while units < STEP_UNITS_MAX
            && let Some(step) = self.steps.pop_front()
        {
            units += step.units();
            match step {
                Step::Edit(edit) => super::apply(tx, &edit, 0, tiebreak)?,
                Step::Body(paragraphs) => append(tx, &paragraphs)?,
            }
        }
        Ok(units > 0)
    }
}

impl Step {
    /// At least what it writes, counted as letters.
    fn units(&self) -> usize {
        match self {
            Self::Edit(Edit::SetText { .. }) => STEP_UNITS_MAX,
            Self::Edit(_) => 8,
            Self::Body(_) => STEP_UNITS_MAX,
        }
    }
}

struct Copying<'a, F> {
    view: View<'a, Automerge>,
    document: &'a F,
    edits: Vec<Edit>,
    blobs: BTreeSet<String>,
}

impl<F: Fn(&str) -> Option<String>> Copying<'_, F> {
    fn record(&mut self, schema: &'static Schema, fields: &Fields<'_, Automerge>, at: &Path) {
        let has_source = fields.scalar::<String>("source_note").is_some_and(|note| (self.document)(&note).is_some());
        for (name, check) in schema.scalars.iter().filter(|(name, _)| !at.is_empty() || *name != TITLE) {
            // Cursors into a note mean nothing in any other.
            let is_cursor = ["source_start", "source_end"].contains(name);
            let Some(value) = shown(fields.all(name), *check).filter(|_| !is_cursor || has_source) else { continue };
            if *name == "blob" {
                self.blobs.extend(blob_of(&value));
            }
            if let Some(value) = self.linked(name, value) {
                self.edits.push(Edit::Set { at: at.clone(), field: (*name).to_owned(), value: Some(value) });
            }
        }
        for name in schema.texts {
            // A long text grows by one change after the other.
            let (text, mut end) = (fields.text(name), 0);
            for piece in portions(&text, STEP_UNITS_MAX) {
                end += piece.len();
                let text = text[..end].to_owned();
                self.edits.push(Edit::SetText { at: at.clone(), field: (*name).to_owned(), text });
            }
        }
        for (name, is_key) in schema.sets {
            let set = self.view.fields(&fields.objects(name, ObjType::Map));
            for (key, _) in set.iter().filter(|(key, _)| is_key(key)) {
                if let Some(Plain::Text(key)) = self.linked(name, Plain::Text(key.to_owned())) {
                    self.edits.push(Edit::InsertKey { at: at.clone(), field: (*name).to_owned(), key });
                }
            }
        }
        for (name, schema) in schema.items {
            let collection: Path = at.iter().cloned().chain([(*name).to_owned()]).collect();
            for entry in entries(self.view, &fields.objects(name, ObjType::Map)) {
                if entry.fields.scalar::<i64>(DELETED).is_none() {
                    let add = Edit::Add { at: collection.clone(), id: entry.id, position: Position::Last };
                    self.edits.push(add);
                    let at = collection.iter().cloned().chain([entry.id.to_string()]).collect();
                    self.record(schema, &entry.fields, &at);
                }
            }
        }
    }

    /// A value as it has to be in the new place. Items keep their ids, so what points at one of the same document
    /// still does.
    fn linked(&self, name: &str, value: Plain) -> Option<Plain> {
        let Plain::Text(text) = &value else { return Some(value) };
        match name {
            "conference" | "source_note" => (self.document)(text).map(Plain::Text),
            "agenda_item" | "origin" | "carried_by" => {
                let Link { document, item } = text.parse().ok()?;
                let document = (self.document)(&document)?;
                Some(Plain::Text(Link { document, item }.to_string()))
            }
            "address" => match text.strip_prefix(NOTE_ADDRESS) {
                Some(note) => Some(Plain::Text(format!("{NOTE_ADDRESS}{}", (self.document)(note)?))),
                None => Some(value),
            },
            _ => Some(value),
        }
    }
}

/// The hash of a stored file that a value names, by itself or at its end.
pub(super) fn blob_of(value: &Plain) -> Option<String> {
    let Plain::Text(text) = value else { return None };
    let hash = text.get(text.len().checked_sub(64)?..)?;
    hash.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| hash.to_ascii_lowercase())
}

/// A body in stretches that fit into a change. A longer paragraph is cut between letters.
fn body_steps(body: Vec<Paragraph>) -> Vec<Vec<Paragraph>> {
    let (mut steps, mut units) = (vec![Vec::new()], 0);
    for paragraph in body.into_iter().flat_map(cut) {
        let width = paragraph.units();
        if units + width > STEP_UNITS_MAX && units > 0 {
            steps.push(Vec::new());
            units = 0;
        }
        units += width;
        if let Some(step) = steps.last_mut() {
            step.push(paragraph);
        }
    }
    steps
}

fn cut(paragraph: Paragraph) -> Vec<Paragraph> {
    if paragraph.units() <= STEP_UNITS_MAX {
        return vec![paragraph];
    }
    let Paragraph { at, block, runs } = paragraph;
    let mut parts = vec![Paragraph { at, block: block.clone(), runs: Vec::new() }];
    for Run { text, marks } in runs {
        for piece in portions(&text, STEP_UNITS_MAX) {
            let runs = vec![Run { text: piece.to_owned(), marks: marks.clone() }];
            parts.push(Paragraph { at: None, block: block.clone(), runs });
        }
    }
    parts
}

fn append(tx: &mut impl Transactable, paragraphs: &[Paragraph]) -> Result<(), DocumentError> {
    let body = body_of(tx).ok_or_else(|| DocumentError::NoSuchItem("body".into()))?;
    let end = tx.length(&body);
    // A new note begins with an empty paragraph, which becomes the first one of the copy.
    let is_new = end <= 1 && paragraphs.first().is_some_and(|first| first.at.is_some());
    let range = if is_new { 0..end } else { end..end };
    rewrite(tx, &body, range, paragraphs)
}
