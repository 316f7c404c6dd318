//! A document as it was at some heads, read without trust: a field may hold any type, and a container
//! may have been made by several devices at once, in which case all of them count.

use std::borrow::Cow;
use std::collections::BTreeMap;

use automerge::{
    ChangeHash, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, ScalarValueRef, Value, ValueRef, iter::ListRange,
    marks::Mark,
};

use super::value::Scalar;

/// A document at some heads, or as it is now. Inside an isolated transaction "now" is what that
/// transaction sees. Heads that the document does not hold are left out, as Automerge does.
pub(super) struct View<'a, R> {
    pub(super) doc: &'a R,
    pub(super) heads: Option<&'a [ChangeHash]>,
}

/// All that a map holds, each field with its winning value first. Conflicting maps read as one, and
/// a value in the winning map goes before the same field's values in the others.
pub(super) struct Fields<'a, R> {
    view: View<'a, R>,
    values: BTreeMap<String, Vec<Found>>,
}

pub(super) struct Found {
    pub(super) value: Value<'static>,
    /// The operation that set the value, which is also the id of an object.
    pub(super) op: ObjId,
}

impl<R> Clone for View<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<R> Copy for View<'_, R> {}

impl<'a, R: ReadDoc> View<'a, R> {
    pub(super) fn new(doc: &'a R, heads: Option<&'a [ChangeHash]>) -> Self {
        Self { doc, heads }
    }

    /// Every object of one type under a key of any of these maps, the winning one first.
    pub(super) fn children(self, maps: &[ObjId], key: &str, wanted: ObjType) -> Vec<ObjId> {
        let found = maps.iter().flat_map(|map| self.values(map, key));
        found.filter(|found| found.value == Value::Object(wanted)).map(|found| found.op).collect()
    }

    /// Every map at the end of a path of keys from the root; none if there is no such path.
    pub(super) fn maps_at<K: AsRef<str>>(self, path: &[K]) -> Vec<ObjId> {
        path.iter().fold(vec![ROOT], |maps, key| self.children(&maps, key.as_ref(), ObjType::Map))
    }

    /// All values of one field, the winning one first.
    pub(super) fn values(self, map: &ObjId, key: &str) -> Vec<Found> {
        let values = match self.heads {
            Some(heads) => self.doc.get_all_at(map, key, heads),
            None => self.doc.get_all(map, key),
        };
        // An id that is not a map of this document has no fields, which is all a reader needs to know.
        let values = values.unwrap_or_default().into_iter().rev();
        values.map(|(value, op)| Found { value: value.into_owned(), op }).collect()
    }

    pub(super) fn fields(self, maps: &[ObjId]) -> Fields<'a, R> {
        let mut values = BTreeMap::<String, Vec<Found>>::new();
        for map in maps {
            let range = match self.heads {
                Some(heads) => self.doc.map_range_at(map, .., heads),
                None => self.doc.map_range(map, ..),
            };
            for item in range {
                let found = match item.conflict {
                    true => self.values(map, &item.key),
                    false => vec![Found { op: item.id(), value: item.value.into_value() }],
                };
                values.entry(item.key.into_owned()).or_default().extend(found);
            }
        }
        Fields { view: self, values }
    }

    /// Of texts that several devices made at once, the one to show and to write into. One that holds
    /// words goes before an empty one, because it may be the only one that somebody typed into.
    pub(super) fn shown_text(self, texts: &[ObjId]) -> Option<ObjId> {
        if let [only] = texts {
            return Some(only.clone());
        }
        let worded = texts.iter().find(|text| !self.text(text).is_empty());
        worded.or(texts.first()).cloned()
    }

    pub(super) fn text(self, text: &ObjId) -> String {
        match self.heads {
            Some(heads) => self.doc.text_at(text, heads),
            None => self.doc.text(text),
        }
        .unwrap_or_default()
    }
}

/// Reading texts and lists, element by element.
impl<'a, R: ReadDoc> View<'a, R> {
    /// The strings in a list.
    pub(super) fn words(self, list: &ObjId) -> Vec<String> {
        let words = self.elements(list).filter_map(|(value, _)| value.as_str().map(str::to_owned));
        words.collect()
    }

    pub(super) fn marks(self, text: &ObjId) -> Vec<Mark> {
        match self.heads {
            Some(heads) => self.doc.marks_at(text, heads),
            None => self.doc.marks(text),
        }
        .unwrap_or_default()
    }

    /// Where the block markers of a text are, in UTF-16 code units, given how the text reads.
    pub(super) fn blocks(self, text: &ObjId, reads: &str) -> Vec<(usize, ObjId)> {
        let map = Value::Object(ObjType::Map);
        // To name an element takes longer than to read it, and most are letters.
        let elements = self.range(text).filter(|element| matches!(element.value, ValueRef::Object(ObjType::Map)));
        let markers: Vec<_> = elements.map(|element| element.id()).collect();
        // Automerge reads every element that is not a string as this character.
        let places: Vec<_> = units(reads).filter(|(_, c)| *c == '\u{fffc}').collect();
        if places.len() == markers.len() {
            return places.into_iter().map(|(at, _)| at).zip(markers).collect();
        }
        // Something else reads so as well. Asking for each is exact, but at old heads it takes as
        // long as reading the whole text.
        let found = |(at, _)| match self.element_at(text, at) {
            Some((value, marker)) if value == map => Some((at, marker)),
            _ => None,
        };
        places.into_iter().filter_map(found).collect()
    }

    /// How a text begins, from its first elements only; a block marker reads as a line break. Also says whether
    /// that is all of it. None where an element is no single character: reading all of it is exact then.
    pub(super) fn opening(self, text: &ObjId, elements: usize) -> Option<(String, bool)> {
        let (mut opening, mut count) = (String::new(), 0);
        let range = self.range(text);
        // A range with an end would be read beyond it, to the text's own.
        for element in range.take(elements) {
            count += 1;
            match element.value {
                ValueRef::Object(_) => opening.push('\n'),
                ValueRef::Scalar(scalar) => {
                    // Marks come as if they were elements, and a link's is its target.
                    let letters = if let ScalarValueRef::Str(letters) = scalar { letters } else { Cow::Borrowed("") };
                    let mut letters = letters.chars();
                    opening.extend(letters.next());
                    if letters.next().is_some() {
                        return None;
                    }
                }
            }
        }
        Some((opening, count < elements))
    }

    pub(super) fn elements(self, sequence: &ObjId) -> impl Iterator<Item = (Value<'static>, ObjId)> + 'a {
        self.range(sequence).map(|element| (element.value.clone().into_value(), element.id()))
    }

    fn range(self, sequence: &ObjId) -> ListRange<'a> {
        match self.heads {
            Some(heads) => self.doc.list_range_at(sequence, .., heads),
            None => self.doc.list_range(sequence, ..),
        }
    }

    /// How many UTF-16 code units the element at an index of a text takes.
    pub(super) fn width_at(self, text: &ObjId, at: usize) -> usize {
        let element = self.element_at(text, at);
        element.map_or(0, |(value, _)| value.as_str().map_or(1, |text| text.encode_utf16().count()))
    }

    fn element_at(self, text: &ObjId, at: usize) -> Option<(Value<'a>, ObjId)> {
        match self.heads {
            Some(heads) => self.doc.get_at(text, at, heads),
            None => self.doc.get(text, at),
        }
        .unwrap_or_default()
    }
}

impl<'a, R: ReadDoc> Fields<'a, R> {
    pub(super) fn view(&self) -> View<'a, R> {
        self.view
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &[Found])> {
        self.values.iter().map(|(key, found)| (key.as_str(), found.as_slice()))
    }

    pub(super) fn all(&self, key: &str) -> &[Found] {
        self.values.get(key).map_or(&[], Vec::as_slice)
    }

    pub(super) fn objects(&self, key: &str, wanted: ObjType) -> Vec<ObjId> {
        let found = self.all(key).iter();
        found.filter(|f| f.value == Value::Object(wanted)).map(|f| f.op.clone()).collect()
    }

    /// The winning value of the right type, so that a wrongly typed one hides nothing.
    pub(super) fn scalar<S: Scalar>(&self, key: &str) -> Option<S> {
        self.all(key).iter().find_map(|found| S::from_scalar(found.scalar()?))
    }

    pub(super) fn text(&self, key: &str) -> String {
        let shown = self.view.shown_text(&self.objects(key, ObjType::Text));
        shown.map(|text| self.view.text(&text)).unwrap_or_default()
    }
}

impl Found {
    pub(super) fn scalar(&self) -> Option<&ScalarValue> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            Value::Object(_) => None,
        }
    }
}

/// The characters of a text, each with its place in UTF-16 code units.
pub(super) fn units(text: &str) -> impl Iterator<Item = (usize, char)> {
    text.chars().scan(0, |next, c| {
        let at = *next;
        *next += c.len_utf16();
        Some((at, c))
    })
}
