//! Everything that people wrote in a document, record by record, for whoever looks for words in it.

use automerge::{ObjId, ObjType, ROOT, ReadDoc};

use super::{
    kind::{Kind, TITLE, kind_of},
    note::BODY,
    record::{DELETED, entries},
    schema::Schema,
    value::Plain,
    view::{Fields, View},
};

/// The words of one record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passage {
    /// The keys that lead to the record from the document's root; none for the root itself.
    pub at: Vec<String>,
    /// Its texts, one a line. The title of the document is not among them.
    pub text: String,
}

/// Strings that name things and that nobody reads.
const NAMES: [&str; 6] = ["blob", "media_type", "source_note", "source_start", "source_end", "conference"];

/// What is in the bin is left out, and so is a record without words; the root is always there, and first. None of a
/// document of no kind that this version knows.
pub fn passages(doc: &impl ReadDoc) -> Vec<Passage> {
    let Some(kind) = kind_of(doc, None) else { return Vec::new() };
    let view = View::new(doc, None);
    let mut passages = Vec::new();
    let fields = view.fields(&[ROOT]);
    let mut texts = own_texts(&fields, kind.schema(), true);
    if kind == Kind::Note {
        let body = view.shown_text(&fields.objects(BODY, ObjType::Text));
        // A block marker reads as this character, and begins a line.
        texts.extend(body.map(|body| view.text(&body).replace('\u{fffc}', "\n").trim().to_owned()));
    }
    passages.push(Passage { at: Vec::new(), text: texts.join("\n") });
    items(view, &[ROOT], kind.schema(), &[], &mut passages);
    passages
}

fn items<R: ReadDoc>(view: View<'_, R>, maps: &[ObjId], schema: &Schema, at: &[String], passages: &mut Vec<Passage>) {
    for (name, schema) in schema.items {
        for entry in entries(view, &view.children(maps, name, ObjType::Map)) {
            if entry.fields.scalar::<i64>(DELETED).is_some() {
                continue;
            }
            let at = [at, &[(*name).to_owned(), entry.id.to_string()]].concat();
            let text = own_texts(&entry.fields, schema, false).join("\n");
            if !text.is_empty() {
                passages.push(Passage { at: at.clone(), text });
            }
            let maps = view.maps_at(&at);
            items(view, &maps, schema, &at, passages);
        }
    }
}

/// What people wrote into a record's own fields.
fn own_texts<R: ReadDoc>(fields: &Fields<'_, R>, schema: &Schema, is_root: bool) -> Vec<String> {
    // A field that takes any words is one that people write in; the others take dates, ids or words of a list.
    let any = Plain::Text("؟".to_owned());
    let is_apart = |name: &str| NAMES.contains(&name) || (is_root && name == TITLE);
    let scalars = schema.scalars.iter().filter(|(name, check)| !is_apart(name) && check(&any).is_some());
    let mut texts: Vec<String> = scalars.filter_map(|(name, _)| fields.scalar(name)).collect();
    texts.extend(schema.texts.iter().map(|name| fields.text(name)));
    for (name, _) in schema.sets.iter().filter(|(_, is_key)| is_key("؟")) {
        let keys = fields.view().fields(&fields.objects(name, ObjType::Map));
        texts.extend(keys.iter().map(|(key, _)| key.to_owned()));
    }
    texts.retain(|text| !text.trim().is_empty());
    texts
}
