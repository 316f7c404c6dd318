use super::*;

/// Whether a word that is typed finds another.
fn finds(query: &str, text: &str) -> bool {
    let query = QueryWord::all_of(query);
    let words: Vec<Word> = words(text).collect();
    !query.is_empty() && query.iter().all(|wanted| words.iter().any(|word| wanted.is_found_in(word)))
}

fn folded(text: &str) -> Vec<String> {
    words(text).map(|word| word.folded).collect()
}

fn exact(text: &str) -> Vec<String> {
    words(text).map(|word| word.exact).collect()
}

#[test]
fn what_readers_take_for_one_word_is_found_by_either() {
    let rows = [
        ("احمد", "أحمد"),
        ("ايران", "إيران"),
        ("اذار", "آذار"),
        ("مسئول", "مسؤول"),
        ("شئون", "شؤون"),
        ("قرائة", "قراءة"),
        ("العتبه", "العتبة"),
        ("علي", "على"),
        ("مستشفي", "مستشفى"),
        ("مد", "مدّ"),
        ("يدرج", "يُدرج"),
        ("موحد", "موحّد"),
        ("هذا", "هٰذا"),
        ("الرحمن", "ٱلرَّحۡمَٰنِ"),
        ("توصيات", "توصيـــات"),
        ("کربلاء", "كربلاء"),
        ("کربلا", "كربلاء"),
        ("یزد", "يزد"),
        ("ھیئة", "هيئة"),
        ("کۆتایی", "كۆتايي"),
        ("ڤيديو", "فيديو"),
        ("لا", "ﻻ"),
        ("سلام", "ﺳﻼﻡ"),
        ("شئ", "شيء"),
        ("شي", "شيء"),
        ("علماء", "علما"),
        ("2026", "٢٠٢٦"),
        ("2026", "۲۰۲۶"),
        ("۲۰۲۶", "٢٠٢٦"),
        ("conference", "CONFERENCE"),
        ("cafe", "Café"),
        ("مي", "می‌"),
        ("الله", "ﷲ"),
    ];
    for (one, other) in rows {
        assert!(finds(one, other), "{one} finds {other}: {:?}", folded(other));
        assert!(finds(other, one), "{other} finds {one}: {:?}", folded(one));
    }
}

#[test]
fn a_word_is_found_behind_what_is_written_together_with_it() {
    for text in ["وللعتبات", "العتبات", "والعتبات", "بالعتبات", "وبالعتبات", "فالعتبات", "كالعتبات", "للعتبات", "عتبات"]
    {
        for query in ["العتبات", "عتبات", "للعتبات", "والعتبات", "العتب"] {
            assert!(finds(query, text), "{query} finds {text}");
        }
    }
    let rows = [
        ("لجنة", "للجنة"),
        ("اللجنة", "للجنة"),
        ("لغة", "للغة"),
        ("بغداد", "ببغداد"),
        ("بغداد", "وببغداد"),
        ("زيارة", "وزيارة"),
        ("كتاب", "وكتاب"),
        ("مؤتمر", "لمؤتمر"),
        ("في", "في"),
        ("عن", "عن"),
    ];
    for (query, text) in rows {
        assert!(finds(query, text), "{query} finds {text}");
    }
    // A letter that belongs to the word stays in it.
    for (query, text) in [("وقت", "قتال"), ("كتاب", "تابع"), ("ال", "من"), ("لي", "علي"), ("بيت", "يتيم")]
    {
        assert!(!finds(query, text), "{query} does not find {text}");
    }
}

#[test]
fn the_exact_form_keeps_what_spelling_tells_apart_and_no_more() {
    assert_ne!(exact("علي"), exact("على"));
    assert_ne!(exact("أحمد"), exact("احمد"));
    assert_ne!(exact("العتبة"), exact("العتبه"));
    assert_eq!(exact("كَربلاء"), exact("کربلاء"));
    assert_eq!(exact("أحمد"), exact("ا\u{654}حمد"));
    assert_eq!(exact("توصيـــات"), exact("توصيات"));
    assert_eq!(exact("١٢"), exact("12"));
}

#[test]
fn words_are_cut_where_readers_cut_them() {
    let rows: [(&str, &[&str]); 8] = [
        ("موحّد", &["موحد"]),
        ("1ـ الأولى", &["1", "الاولي"]),
        ("الـPDF", &["ال", "pdf"]),
        ("لعام2026م", &["لعام", "2026", "م"]),
        ("محمدﷺقال", &["محمد", "صلي", "الله", "عليه", "وسلم", "قال"]),
        ("a.b@c.org", &["a", "b", "c", "org"]),
        ("«القسم» (PR)", &["القسم", "pr"]),
        ("\u{64b}\u{640} ﴿﴾ ۝ 😀", &[]),
    ];
    for (text, expected) in rows {
        assert_eq!(folded(text), expected, "{text}");
    }
}

#[test]
fn every_word_knows_where_it_stands_in_utf_16() {
    for text in ["😀 مُدَّ ـ توصيـــات ﷺ، Café e\u{301}x", "ﻻ\u{200f}ﺳﻼﻡ 1ـ", "𐤀𐤁 ا", "\u{fc60}ب\u{fe77}ت"]
    {
        let units: Vec<u16> = text.encode_utf16().collect();
        let mut last = 0;
        for word in words(text) {
            assert!(last <= word.at.start || word.at.start + 1 == last, "{word:?} in {text}");
            last = word.at.end;
            let original = String::from_utf16(&units[word.at.clone()]).expect("whole letters");
            assert!(original.chars().all(|c| !c.is_whitespace()), "{original:?}");
            assert!(words(&original).any(|again| again.folded == word.folded), "{original} holds {word:?}");
        }
        assert!(last > 0);
    }
    let at: Vec<_> = words("😀 مُدَّ، 2").map(|word| word.at).collect();
    assert_eq!(at, [3..8, 10..11]);
}

#[test]
fn what_an_index_gets_is_letters_digits_and_single_blanks() {
    let hostile = "\"a\" OR (b) NEAR* ^x:{y} \0 ½ ﷺ ① x² ٪ ــ '--; \u{202e} e\u{301} أ آ إ ؤ ئ ء";
    let Terms { exact, folded } = Terms::of(hostile);
    for c in exact.chars().chain(folded.chars()) {
        assert!(c == ' ' || c.is_ascii_alphanumeric() || !c.is_ascii(), "{c:?}");
    }
    let terms = Terms::of("وللعتبات على كلام");
    assert_eq!(terms.exact, "وللعتبات على كلام");
    assert!(terms.folded.split(' ').any(|term| term == "عتبات"));
    assert!(terms.folded.split(' ').any(|term| term == "علي"));
}

#[test]
fn an_endless_word_is_cut_and_no_text_is_slow() {
    let word = "ا".repeat(100_000);
    let found: Vec<Word> = words(&word).collect();
    assert_eq!((found.len(), found[0].folded.chars().count(), found[0].at.clone()), (1, 64, 0..100_000));
    assert!(finds(&word, &word));
    let marks = format!("ا{}", "\u{654}".repeat(100_000));
    assert!(words(&marks).all(|word| word.exact.chars().count() <= 66), "signs are bounded too");
}
