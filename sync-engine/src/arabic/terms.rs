//! What an index keeps of a text, and what a search asks it for. Knows no index.

use super::stems::{query_stems, stems};
use super::words::{Word, words};

/// Eight words: more make no search narrower that anybody types.
const QUERY_WORDS_MAX: usize = 8;

/// A text as an index keeps it: words with single blanks between, of letters and digits only.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    pub exact: String,
    /// What else each word is found by: its folded form where that is another one, and its stems.
    pub folded: String,
}

impl Terms {
    pub fn of(text: &str) -> Self {
        let mut terms = Self::default();
        for word in words(text) {
            push(&mut terms.exact, &word.exact);
            if word.folded != word.exact {
                push(&mut terms.folded, &word.folded);
            }
            for stem in stems(&word.folded) {
                push(&mut terms.folded, stem);
            }
        }
        terms
    }
}

fn push(terms: &mut String, term: &str) {
    if !terms.is_empty() {
        terms.push(' ');
    }
    terms.push_str(term);
}

/// One word of a search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryWord {
    pub exact: String,
    /// Its folded forms and stems; a word that has any of them is a hit.
    pub folded: Vec<String>,
    /// Whether it may go on: the last word of a search is still being typed.
    pub is_prefix: bool,
}

impl QueryWord {
    /// The words of a search; whatever else was typed is a gap between them.
    pub fn all_of(query: &str) -> Vec<Self> {
        let mut all: Vec<Self> = words(query).take(QUERY_WORDS_MAX).map(Self::of).collect();
        if let Some(last) = all.last_mut() {
            last.is_prefix = true;
        }
        all
    }

    fn of(word: Word) -> Self {
        let mut folded = vec![word.folded.clone()];
        folded.extend(word.unfinished);
        folded.extend(query_stems(&word.folded).into_iter().map(str::to_owned));
        Self { exact: word.exact, folded, is_prefix: false }
    }

    /// Whether a word of a text is a hit.
    pub fn is_found_in(&self, word: &Word) -> bool {
        let is_hit = |of_text: &str, wanted: &str| match self.is_prefix {
            true => of_text.starts_with(wanted),
            false => of_text == wanted,
        };
        is_hit(&word.exact, &self.exact)
            || self.folded.iter().any(|wanted| {
                is_hit(&word.folded, wanted) || stems(&word.folded).into_iter().any(|stem| is_hit(stem, wanted))
            })
    }
}
