//! Words without what is written together with them: والعتبات is found by عتبات. Light on purpose: it takes off
//! conjunctions, prepositions and the article, and never looks into the word itself.

/// Three letters: with fewer, what is left is mostly not a word.
const STEM_LETTERS_MIN: usize = 3;

/// Under what a word of a document is found, besides itself. Takes and gives folded forms.
pub fn stems(folded: &str) -> Vec<&str> {
    let mut stems = Vec::new();
    if !is_arabic(folded) {
        return stems;
    }
    let bare = strip(folded, &['و', 'ف']);
    let article = without_article(bare.unwrap_or(folded)).or_else(|| without_article(folded));
    // What follows the article is the word; what merely begins like a preposition is one only perhaps, so both stay.
    let candidates = match article {
        Some(article) => [Some(article), lam_of_its_own(bare.unwrap_or(folded))],
        None => [bare, strip(bare.unwrap_or(folded), &['ب', 'ك', 'ل'])],
    };
    stems.extend(candidates.into_iter().flatten());
    stems
}

/// What a word that is searched for may be without an article. Takes and gives folded forms. Single letters stay: they
/// begin too many words, and a document's word is found without them already.
pub fn query_stems(folded: &str) -> Vec<&str> {
    let bare = strip(folded, &['و', 'ف']).unwrap_or(folded);
    let article = without_article(folded).or_else(|| without_article(bare));
    match article {
        Some(article) if is_arabic(folded) => [Some(article), lam_of_its_own(bare)].into_iter().flatten().collect(),
        _ => Vec::new(),
    }
}

/// الكتاب, بالكتاب, كالكتاب, للكتاب → كتاب
fn without_article(word: &str) -> Option<&str> {
    let rest = ["ال", "بال", "كال", "لل"].iter().find_map(|article| word.strip_prefix(article))?;
    is_long_enough(rest).then_some(rest)
}

/// للجنة is ل and لجنة as well as ل and الجنة: the two are written alike.
fn lam_of_its_own(word: &str) -> Option<&str> {
    let rest = word.strip_prefix('ل')?;
    (rest.starts_with('ل') && is_long_enough(rest)).then_some(rest)
}

fn strip<'w>(word: &'w str, letters: &[char]) -> Option<&'w str> {
    let rest = word.strip_prefix(letters)?;
    is_long_enough(rest).then_some(rest)
}

fn is_long_enough(rest: &str) -> bool {
    rest.chars().nth(STEM_LETTERS_MIN - 1).is_some()
}

fn is_arabic(word: &str) -> bool {
    word.starts_with(|c: char| !c.is_ascii())
}
