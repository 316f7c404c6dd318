//! Finds words in everything that the device holds. What is typed is words and never a query language.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::excerpt::{Excerpt, excerpt, opening};
use super::{DocumentName, Engine, EngineError};
use crate::arabic::QueryWord;
use crate::ids::SpaceId;
use crate::store::{DocumentKey, Found, StoreError};

/// A plan in which every item is a hit shall not hide all other documents.
const HITS_PER_DOCUMENT_MAX: usize = 5;
/// How many are looked at for each that is wanted.
const CANDIDATES_PER_HIT: usize = 10;
/// What a search may index before it looks: what was edited last comes first.
const INDEX_DOCUMENTS_MAX: usize = 16;

/// A place in a document that a search found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hit {
    pub name: DocumentName,
    pub kind: String,
    pub title: String,
    /// The record's place, as in an edit: empty for the document itself, `["items", id]` for an item.
    pub at: Vec<String>,
    /// A stretch of the text as it was written.
    pub excerpt: String,
    /// The hits in the excerpt, from and to, in UTF-16 code units.
    pub marks: Vec<(usize, usize)>,
}

/// How strictly a word is compared.
#[derive(Clone, Copy)]
enum Form {
    Whole,
    Beginning,
    Folded,
}

impl Engine {
    /// At most `limit` places that hold all words of `query`, in one space or in all. The form as it was typed goes
    /// before what is only like it, titles before texts, and what was edited last before the older. The last word may
    /// still be growing. Documents in the bin are left out.
    pub fn search(&mut self, query: &str, space: Option<&SpaceId>, limit: usize) -> Result<Vec<Hit>, EngineError> {
        let key = space.map(|space| self.space(space)).transpose()?.map(|space| space.key);
        let words = QueryWord::all_of(query);
        if words.is_empty() {
            return Ok(Vec::new());
        }
        match self.index_now(INDEX_DOCUMENTS_MAX) {
            // On a full disk one still finds what was indexed before.
            Ok(_) | Err(EngineError::Store(StoreError::Full)) => {}
            Err(error) => return Err(error),
        }
        let (mut hits, mut seen) = (Vec::new(), BTreeSet::new());
        let mut of_document: BTreeMap<DocumentKey, usize> = BTreeMap::new();
        for form in [Form::Whole, Form::Beginning, Form::Folded] {
            for is_title in [true, false] {
                let matched =
                    self.store.matching(&matching(&words, form, is_title), key, limit * CANDIDATES_PER_HIT)?;
                for (passage, document) in matched {
                    let count = of_document.entry(document).or_default();
                    if *count >= HITS_PER_DOCUMENT_MAX || !seen.insert(passage) {
                        continue;
                    }
                    // A document may have gone to the bin since it was indexed.
                    if let Some(found) = self.store.found(passage)?.filter(|found| !found.is_binned) {
                        *count += 1;
                        hits.push(hit(found, &words));
                    }
                    if hits.len() >= limit {
                        return Ok(hits);
                    }
                }
            }
        }
        Ok(hits)
    }
}

fn hit(found: Found, words: &[QueryWord]) -> Hit {
    let passage = found.passage;
    let around = excerpt(&passage.text, words).or_else(|| excerpt(&passage.title, words));
    let Excerpt { text, marks } = around.unwrap_or_else(|| opening(&passage.text));
    Hit {
        name: DocumentName { space: found.space, document: found.document },
        kind: found.kind,
        title: found.document_title,
        at: passage.at.split('/').filter(|key| !key.is_empty()).map(str::to_owned).collect(),
        excerpt: text,
        marks,
    }
}

/// The query of the index: all words, each in any of its forms. A word is letters and digits, so that within quotation
/// marks it can be nothing else.
fn matching(words: &[QueryWord], form: Form, is_title: bool) -> String {
    let any_form = |word: &QueryWord| {
        let star = if word.is_prefix && !matches!(form, Form::Whole) { " *" } else { "" };
        let exact = std::iter::once(&word.exact);
        let forms: Vec<String> = match form {
            Form::Whole | Form::Beginning => exact.map(|form| format!("\"{form}\"{star}")).collect(),
            Form::Folded => exact.chain(&word.folded).map(|form| format!("\"{form}\"{star}")).collect(),
        };
        format!("({})", forms.join(" OR "))
    };
    let forms: Vec<String> = words.iter().map(any_form).collect();
    let (columns, own) = match (form, is_title) {
        (Form::Folded, true) => ("{title title_folded}", None),
        (_, true) => ("{title}", None),
        (Form::Folded, false) => {
            ("{title title_folded body body_folded context}", Some("{title title_folded body body_folded}"))
        }
        (_, false) => ("{title body context}", Some("{title body}")),
    };
    let all = format!("{columns} : ({})", forms.join(" AND "));
    match own {
        // An item is found by its own words; its document's title only helps to narrow them down.
        Some(own) if words.len() > 1 => format!("({all}) AND ({own} : ({}))", forms.join(" OR ")),
        Some(own) => format!("{own} : ({})", forms.join(" OR ")),
        None => all,
    }
}
