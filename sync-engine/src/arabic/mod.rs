//! Arabic as people search for it: words in the forms under which they are found, each with its place in the text
//! as it was written. Changes no text that is stored.

mod letters;
mod stems;
mod terms;
mod words;

pub use stems::{query_stems, stems};
pub use terms::{QueryWord, Terms};
pub use words::{Word, Words, words};

pub(crate) use letters::{digit, is_ignored, is_mark};

#[cfg(test)]
mod tests;
