//! A note as it is shown: its paragraphs, each with its marked runs. Put together from the text, its
//! marks and its block markers, because Automerge's `spans` goes down into whatever is nested in a
//! block, however deep somebody made it, and `list_range` gives marks as if they were characters.

use std::{collections::BTreeMap, ops::Range};

use automerge::{ChangeHash, Cursor, MoveCursor, ObjId, ObjType, ROOT, ReadDoc, marks::Mark};
use serde::{Deserialize, Serialize};

use super::{
    DocumentError,
    note::{BODY, Block, read_block},
    value::{Plain, Scalar},
    view::{View, units},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paragraph {
    /// Where its block marker is, in UTF-16 code units; its text begins one further. None for text
    /// before the first marker, which only another app writes.
    pub at: Option<usize>,
    pub block: Block,
    pub runs: Vec<Run>,
}

/// Text under the same marks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    pub text: String,
    pub marks: BTreeMap<String, Plain>,
}

impl Paragraph {
    pub fn text(&self) -> String {
        self.runs.iter().map(|run| run.text.as_str()).collect()
    }

    /// Its length with its block marker, in UTF-16 code units.
    pub(super) fn units(&self) -> usize {
        let text = self.runs.iter().map(|run| run.text.encode_utf16().count());
        usize::from(self.at.is_some()) + text.sum::<usize>()
    }
}

/// The paragraphs of a note, or none at all where the document has no body.
pub fn paragraphs(doc: &impl ReadDoc, heads: Option<&[ChangeHash]>) -> Vec<Paragraph> {
    let view = View::new(doc, heads);
    let Some(body) = body(view) else {
        return Vec::new();
    };
    let mut marks = MarksAt::new(view.marks(&body));
    let reads = view.text(&body);
    let mut blocks = view.blocks(&body, &reads).into_iter().peekable();
    let mut paragraphs = Vec::new();
    for (at, c) in units(&reads) {
        match blocks.next_if(|(block, _)| *block == at) {
            Some((_, marker)) => {
                paragraphs.push(Paragraph { at: Some(at), block: read_block(view, &marker), runs: Vec::new() })
            }
            None => push(&mut paragraphs, c, marks.advance(at)),
        }
    }
    paragraphs
}

/// How a note's text reads, with a U+FFFC for each marker, and its marks.
pub(crate) fn reading(doc: &impl ReadDoc) -> (String, MarksAt) {
    let view = View::new(doc, None);
    let Some(body) = body(view) else {
        return (String::new(), MarksAt::new(Vec::new()));
    };
    (view.text(&body), MarksAt::new(view.marks(&body)))
}

/// Up to here all of a text is read faster than its first elements one by one.
const SHORT_UNITS: usize = 2000;

/// How a note begins: as much of it as holds so many characters in words, without reading the rest.
pub(super) fn opening(doc: &impl ReadDoc, chars_min: usize) -> String {
    let view = View::new(doc, None);
    let Some(body) = body(view) else {
        return String::new();
    };
    if doc.length(&body) <= SHORT_UNITS {
        return view.text(&body).replace('\u{fffc}', "\n");
    }
    let mut elements = 2 * chars_min;
    while let Some((opening, is_all)) = view.opening(&body, elements) {
        let chars: usize = opening.split_whitespace().map(|word| word.chars().count() + 1).sum();
        if is_all || chars > chars_min {
            return opening;
        }
        // Blanks, or marks: further on there are words.
        elements *= 4;
    }
    paragraphs(doc, None).iter().map(|paragraph| paragraph.text() + "\n").collect()
}

/// Two cursors that stay with the words of a range while others type around and into them.
pub fn span_cursors(
    doc: &impl ReadDoc,
    range: Range<usize>,
    heads: Option<&[ChangeHash]>,
) -> Result<(String, String), DocumentError> {
    let body = body(View::new(doc, heads));
    let (Some(body), false) = (body, range.is_empty()) else {
        return Err(DocumentError::OutOfRange { index: range.start, length: 0 });
    };
    // The end is named by the last unit inside, so that text typed after the range stays outside.
    let start = doc.get_cursor_moving(&body, range.start, heads, MoveCursor::After)?;
    let end = doc.get_cursor_moving(&body, range.end - 1, heads, MoveCursor::Before)?;
    Ok((start.to_string(), end.to_string()))
}

/// Where the words of two cursors are now; none if all of them are gone or the cursors are not of this
/// note.
pub fn resolve_span(doc: &impl ReadDoc, start: &str, end: &str, heads: Option<&[ChangeHash]>) -> Option<Range<usize>> {
    let view = View::new(doc, heads);
    let body = body(view)?;
    let position = |cursor: &str| {
        // Automerge 0.12 panics where a cursor does not begin with a letter of one byte, and others wrote these.
        let cursor = Some(cursor).filter(|cursor| cursor.is_ascii() && !cursor.is_empty())?;
        doc.get_cursor_position(&body, &Cursor::try_from(cursor).ok()?, heads).ok()
    };
    let (start, last) = (position(start)?, position(end)?);
    (start <= last).then(|| start..last + view.width_at(&body, last))
}

pub(super) fn body<R: ReadDoc>(view: View<'_, R>) -> Option<ObjId> {
    view.shown_text(&view.children(&[ROOT], BODY, ObjType::Text))
}

fn push(paragraphs: &mut Vec<Paragraph>, c: char, marks: &BTreeMap<String, Plain>) {
    if paragraphs.is_empty() {
        paragraphs.push(Paragraph { at: None, block: Block::paragraph(), runs: Vec::new() });
    }
    let Some(paragraph) = paragraphs.last_mut() else {
        return;
    };
    match paragraph.runs.last_mut() {
        Some(run) if run.marks == *marks => run.text.push(c),
        _ => paragraph.runs.push(Run { text: c.to_string(), marks: marks.clone() }),
    }
}

/// The marks that cover an index, as the index moves forward.
pub(crate) struct MarksAt {
    starts: Vec<Mark>,
    ends: Vec<Mark>,
    covering: BTreeMap<String, Plain>,
}

impl MarksAt {
    /// Marks of one name never overlap, as Automerge reads them.
    fn new(marks: Vec<Mark>) -> Self {
        let (mut starts, mut ends) = (marks.clone(), marks);
        starts.sort_by_key(|mark| std::cmp::Reverse(mark.start));
        ends.sort_by_key(|mark| std::cmp::Reverse(mark.end));
        Self { starts, ends, covering: BTreeMap::new() }
    }

    pub(crate) fn advance(&mut self, at: usize) -> &BTreeMap<String, Plain> {
        while let Some(mark) = self.ends.pop_if(|mark| mark.end <= at) {
            self.covering.remove(mark.name());
        }
        while let Some(mark) = self.starts.pop_if(|mark| mark.start <= at) {
            if let (true, Some(value)) = (mark.end > at, Plain::from_scalar(mark.value())) {
                self.covering.insert(mark.name().to_owned(), value);
            }
        }
        &self.covering
    }
}
