//! What differs between two versions of a document, walked by schema: fields, texts, sets, items and a note's body,
//! each with whose changes wrote it. What only a newer version knows is passed over.

use std::ops::Range;

use automerge::{Automerge, ChangeHash, ObjId, ObjType, ROOT};

use super::{
    kind::{Kind, kind_of},
    note::{BODY, block_objects},
    paragraphs::{Paragraph, paragraphs},
    pieces::{Piece, pieces},
    place::Path,
    record::{DELETED, Entry, ORDER, entries},
    schema::{Check, Schema},
    summary::first_words,
    text_diff::aligned,
    touches::{Touch, Touches},
    value::{Plain, Scalar},
    view::{Fields, Found, View},
};

/// One thing that is not as it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The record, as in [`Edit`](super::Edit); for an item that came or went, the item; for a note's body, `body`.
    pub at: Vec<String>,
    /// The field, text or set; for an item its collection, and nothing for the document itself.
    pub field: String,
    /// The item's own words, for a heading.
    pub about: Option<String>,
    pub what: What,
    /// Whose changes wrote it, each once.
    pub by: Vec<Touch>,
}

/// How it differs.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    Field {
        old: Option<Plain>,
        new: Option<Plain>,
    },
    Text {
        old: String,
        new: String,
    },
    Keys {
        added: Vec<String>,
        removed: Vec<String>,
    },
    Added,
    /// Put in the bin, or not there at all in a version that knows nothing of it.
    Removed,
    /// Out of the bin, where it was since this time in Unix milliseconds.
    Restored {
        deleted_at_ms: i64,
    },
    /// The order key that it had; none where it had no valid one.
    Moved {
        order: Option<String>,
    },
    /// Neighbouring paragraphs of a note's body. Where only their form differs, the text is the same.
    Paragraphs {
        old: Vec<Paragraph>,
        new: Vec<Paragraph>,
        at: Range<usize>,
    },
}

impl Difference {
    /// A text or paragraphs old against new; none for anything else.
    pub fn pieces(&self) -> Option<Vec<Piece>> {
        match &self.what {
            What::Text { old, new } => Some(pieces(old, new)),
            What::Paragraphs { old, new, .. } => Some(pieces(&lines(old), &lines(new))),
            _ => None,
        }
    }
}

/// A paragraph ends in a line break where another one follows in the same stretch.
fn lines(paragraphs: &[Paragraph]) -> String {
    paragraphs.iter().map(Paragraph::text).collect::<Vec<_>>().join("\n")
}

/// The differences in the order in which the document is shown. Both versions are named by heads that the document
/// holds; no heads name the version before anything was written.
pub fn compare(doc: &Automerge, from: &[ChangeHash], to: &[ChangeHash]) -> Vec<Difference> {
    let (old, new) = (View::new(doc, Some(from)), View::new(doc, Some(to)));
    let Some(kind) = kind_of(doc, Some(to)).or_else(|| kind_of(doc, Some(from))) else {
        return Vec::new();
    };
    let bodies = match kind {
        Kind::Note => [old, new].into_iter().flat_map(|view| view.children(&[ROOT], BODY, ObjType::Text)).collect(),
        _ => Vec::new(),
    };
    let touches = Touches::between(doc, from, to, &bodies);
    let mut walk = Walk { old, new, touches, differences: Vec::new() };
    walk.document(kind);
    walk.differences
}

struct Walk<'a> {
    old: View<'a, Automerge>,
    new: View<'a, Automerge>,
    touches: Touches,
    differences: Vec<Difference>,
}

/// A record in both versions. Where it is in one only, the other has no maps.
struct Pair<'a> {
    old: Fields<'a, Automerge>,
    new: Fields<'a, Automerge>,
    maps: Vec<ObjId>,
}

impl<'a> Walk<'a> {
    fn document(&mut self, kind: Kind) {
        let root = self.pair(&[ROOT], &[ROOT]);
        let path = Path::new();
        self.bin(&root, &path, "", None);
        self.record(kind.schema(), &root, &path, None);
        if kind == Kind::Note {
            self.body();
        }
    }

    fn pair(&self, old: &[ObjId], new: &[ObjId]) -> Pair<'a> {
        let mut maps = new.to_vec();
        maps.extend(old.iter().filter(|map| !new.contains(map)).cloned());
        Pair { old: self.old.fields(old), new: self.new.fields(new), maps }
    }

    fn record(&mut self, schema: &'static Schema, pair: &Pair<'a>, at: &Path, about: Option<&str>) {
        for (name, check) in schema.scalars {
            let (old, new) = (shown(pair.old.all(name), *check), shown(pair.new.all(name), *check));
            if old != new {
                let by = self.touches.of_field(&pair.maps, name);
                self.add(at, name, about, What::Field { old, new }, by);
            }
        }
        for name in schema.texts {
            let (old, new) = (pair.old.text(name), pair.new.text(name));
            if old != new {
                let texts = pair.objects(name, ObjType::Text);
                let by = [self.touches.of_sequences(&texts), self.touches.of_field(&pair.maps, name)].concat();
                self.add(at, name, about, What::Text { old, new }, by);
            }
        }
        for (name, is_key) in schema.sets {
            let old = self.old.fields(&pair.old.objects(name, ObjType::Map));
            let new = self.new.fields(&pair.new.objects(name, ObjType::Map));
            let missing = |these: &Fields<'_, Automerge>, those: &Fields<'_, Automerge>| -> Vec<String> {
                let keys = these.iter().map(|(key, _)| key);
                keys.filter(|key| is_key(key) && those.all(key).is_empty()).map(str::to_owned).collect()
            };
            let (added, removed) = (missing(&new, &old), missing(&old, &new));
            if !added.is_empty() || !removed.is_empty() {
                let sets = pair.objects(name, ObjType::Map);
                let by = added.iter().chain(&removed).flat_map(|key| self.touches.of_field(&sets, key)).collect();
                self.add(at, name, about, What::Keys { added, removed }, by);
            }
        }
        for (name, schema) in schema.items {
            self.items(name, schema, pair, at);
        }
    }

    fn items(&mut self, name: &'static str, schema: &'static Schema, pair: &Pair<'a>, at: &Path) {
        let mut old = entries(self.old, &pair.old.objects(name, ObjType::Map));
        let containers = pair.objects(name, ObjType::Map);
        for new in entries(self.new, &pair.new.objects(name, ObjType::Map)) {
            let at = below(below(at.clone(), name), &new.id.to_string());
            let about = own_words(schema, &new.fields);
            let Some(was) = old.iter().position(|old| old.id == new.id).map(|at| old.swap_remove(at)) else {
                if !is_binned(&new.fields) {
                    let by = self.touches.of_field(&containers, &new.id.to_string());
                    self.add(&at, name, about.as_deref(), What::Added, by);
                }
                continue;
            };
            if is_binned(&was.fields) && is_binned(&new.fields) {
                continue;
            }
            let pair = self.pair(&was.maps, &new.maps);
            self.bin(&pair, &at, name, about.as_deref());
            if was.order != new.order {
                let order = Some(was.order.clone()).filter(|order| !order.is_empty());
                let by = self.touches.of_field(&pair.maps, ORDER);
                self.add(&at, name, about.as_deref(), What::Moved { order }, by);
            }
            self.record(schema, &pair, &at, about.as_deref());
        }
        old.retain(|entry| !is_binned(&entry.fields));
        for Entry { id, fields, .. } in &old {
            let at = below(below(at.clone(), name), &id.to_string());
            let by = self.touches.of_field(&containers, &id.to_string());
            self.add(&at, name, own_words(schema, fields).as_deref(), What::Removed, by);
        }
    }

    /// Whether a record went into the bin, or came out of it.
    fn bin(&mut self, pair: &Pair<'a>, at: &Path, field: &str, about: Option<&str>) {
        let what = match (pair.old.scalar::<i64>(DELETED), pair.new.scalar::<i64>(DELETED)) {
            (None, Some(_)) => What::Removed,
            (Some(deleted_at_ms), None) => What::Restored { deleted_at_ms },
            _ => return,
        };
        let by = self.touches.of_field(&pair.maps, DELETED);
        self.add(at, field, about, what, by);
    }

    fn add(&mut self, at: &Path, field: &str, about: Option<&str>, what: What, by: Vec<usize>) {
        let (at, field, about) = (at.clone(), field.to_owned(), about.map(str::to_owned));
        self.differences.push(Difference { at, field, about, what, by: self.touches.by(by) });
    }
}

impl Walk<'_> {
    /// The stretches of a note's body that differ, each on its own: two people's edits far apart are two lines.
    fn body(&mut self) {
        let old = Body::read(self.old, &self.touches);
        let new = Body::read(self.new, &self.touches);
        let same = aligned(
            &old.paragraphs.iter().map(content).collect::<Vec<_>>(),
            &new.paragraphs.iter().map(content).collect::<Vec<_>>(),
        );
        let (mut i, mut j) = (0, 0);
        for (x, y) in same.into_iter().chain([(old.paragraphs.len(), new.paragraphs.len())]) {
            match x - i == y - j {
                true => (i..x).zip(j..y).for_each(|(i, j)| self.stretch(&old, &new, i..i + 1, j..j + 1)),
                false => self.stretch(&old, &new, i..x, j..y),
            }
            (i, j) = (x + 1, y + 1);
        }
    }

    fn stretch(&mut self, old: &Body, new: &Body, was: Range<usize>, is: Range<usize>) {
        let mut by = [old.written(&was), new.written(&is)].concat();
        by.extend(self.block_writers(new, &is));
        if let (true, Some(text)) = (by.is_empty(), &new.text) {
            // A mark that begins before these paragraphs and ends after them.
            by = self.touches.of_marks(text);
        }
        let about = new.heading(is.start);
        let what = What::Paragraphs {
            old: old.paragraphs[was].to_vec(),
            new: new.paragraphs[is.clone()].to_vec(),
            at: new.units[is.start]..new.units[is.end],
        };
        self.add(&vec![BODY.to_owned()], BODY, about.as_deref(), what, by);
    }

    /// Who changed what kind of paragraph these are.
    fn block_writers(&self, body: &Body, range: &Range<usize>) -> Vec<usize> {
        let mut writers = Vec::new();
        let first = body.markers.partition_point(|(_, nth)| *nth < range.start);
        for (marker, _) in body.markers[first..].iter().take_while(|(_, nth)| *nth < range.end) {
            let (maps, lists) = block_objects(self.new, marker);
            writers.extend(self.touches.of_maps(&maps));
            writers.extend(self.touches.of_sequences(&lists));
        }
        writers
    }
}

/// A note's body in one version.
struct Body {
    text: Option<ObjId>,
    paragraphs: Vec<Paragraph>,
    /// Where each paragraph begins, in UTF-16 code units, and where the last one ends.
    units: Vec<usize>,
    /// The block markers, each with the number of its paragraph.
    markers: Vec<(ObjId, usize)>,
    /// The elements that were written between the versions, by place, with the changes that wrote them.
    writes: Vec<(usize, Vec<usize>)>,
}

impl Body {
    fn read(view: View<'_, Automerge>, touches: &Touches) -> Self {
        let text = view.shown_text(&view.children(&[ROOT], BODY, ObjType::Text));
        let paragraphs = paragraphs(view.doc, view.heads);
        let mut units = vec![0];
        let mut end = 0;
        for paragraph in &paragraphs {
            end += paragraph.units();
            units.push(end);
        }
        let blocks = text.as_ref().map(|text| view.blocks(text, &view.text(text))).unwrap_or_default();
        let nth = |at: usize| paragraphs.binary_search_by_key(&Some(at), |paragraph| paragraph.at).ok();
        let markers = blocks.into_iter().filter_map(|(at, marker)| Some((marker, nth(at)?))).collect();
        let writes = touches.places(view.doc, view.heads);
        Self { text, paragraphs, units, markers, writes }
    }

    /// The changes that wrote elements of these paragraphs.
    fn written(&self, paragraphs: &Range<usize>) -> Vec<usize> {
        let range = self.units[paragraphs.start]..self.units[paragraphs.end];
        let first = self.writes.partition_point(|(at, _)| *at < range.start);
        let writes = self.writes[first..].iter().take_while(|(at, _)| *at < range.end);
        writes.flat_map(|(_, changes)| changes).copied().collect()
    }

    /// The words of the last heading before or at a paragraph.
    fn heading(&self, paragraph: usize) -> Option<String> {
        let above = self.paragraphs.iter().take(paragraph + 1).rev();
        let heading = above.filter(|paragraph| paragraph.block.kind == "heading").map(Paragraph::text).next()?;
        Some(first_words(&[heading])).filter(|words| !words.is_empty())
    }
}

impl Pair<'_> {
    fn objects(&self, key: &str, wanted: ObjType) -> Vec<ObjId> {
        let mut objects = self.new.objects(key, wanted);
        let old = self.old.objects(key, wanted);
        objects.extend(old.into_iter().filter(|object| !self.new.objects(key, wanted).contains(object)));
        objects
    }
}

/// What is the same in two versions of a paragraph that stands elsewhere in them.
fn content(paragraph: &Paragraph) -> (&super::Block, &[super::Run]) {
    (&paragraph.block, &paragraph.runs)
}

/// The value that is shown: the first that the field can hold.
pub(super) fn shown(found: &[Found], check: Check) -> Option<Plain> {
    let mut values = found.iter().filter_map(|found| Plain::from_scalar(found.scalar()?));
    values.find(|value| check(value).is_some())
}

/// What an item calls itself: the first of these that its schema has and that is not empty.
pub(super) fn own_words<R: automerge::ReadDoc>(schema: &Schema, fields: &Fields<'_, R>) -> Option<String> {
    let names = ["wording", "title", "name", "organisation", "label", "text", "address"];
    let words = |name: &&str| {
        let is_text = schema.texts.contains(name);
        let is_scalar = schema.scalars.iter().any(|(scalar, _)| scalar == name);
        let words = match (is_text, is_scalar) {
            (true, _) => fields.text(name),
            (_, true) => fields.scalar(name).unwrap_or_default(),
            _ => String::new(),
        };
        Some(first_words(&[words])).filter(|words| !words.is_empty())
    };
    names.iter().find_map(words)
}

fn is_binned<R: automerge::ReadDoc>(fields: &Fields<'_, R>) -> bool {
    fields.scalar::<i64>(DELETED).is_some()
}

fn below(mut path: Path, key: &str) -> Path {
    path.push(key.to_owned());
    path
}
