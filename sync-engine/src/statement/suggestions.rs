//! What the words of an item suggest: a committee, a recurrence, that it goes on. Each is for a person to accept.

use std::ops::Range;

use super::text::{Placed, Text, is_blank};
use crate::arabic::stems;
use crate::document::{Duration, Recurrence};

/// Six words: «اللجنة العليا المشتركة للعلاقات العامة» is about the longest name.
const COMMITTEE_WORDS_MAX: usize = 6;

/// After these, a sentence no longer names the committee.
const AFTER_NAME: [&str; 44] = [
    "من",
    "في",
    "علي",
    "الي",
    "عن",
    "مع",
    "بين",
    "التي",
    "ان",
    "و",
    "او",
    "ثم",
    "حتي",
    "خلال",
    "بحيث",
    "تتولي",
    "تقوم",
    "تضم",
    "تعني",
    "تشرف",
    "تعمل",
    "تجتمع",
    "تصدر",
    "تتكون",
    "تتالف",
    "تضع",
    "تتابع",
    "تعد",
    "تكون",
    "ترفع",
    "تقدم",
    "تدرس",
    "تنظم",
    "يراسها",
    "برئاسه",
    "بعضويه",
    "باشراف",
    "مكونه",
    "مولفه",
    "مءلفه",
    "مشكله",
    "بمتابعه",
    "باعداد",
    "كل",
];

const ARTICLES: [&str; 25] = [
    "a",
    "an",
    "the",
    "by",
    "of",
    "to",
    "through",
    "each",
    "every",
    "and",
    "or",
    "with",
    "in",
    "on",
    "for",
    "from",
    "form",
    "forming",
    "set",
    "up",
    "establish",
    "establishing",
    "that",
    "this",
    "appoint",
];

const WEEKLY: [&str; 3] = ["اسبوعي", "اسبوعيه", "اسبوعيا"];
const MONTHLY: [&str; 3] = ["شهري", "شهريه", "شهريا"];
const QUARTERLY: [&str; 3] = ["فصلي", "فصليه", "فصليا"];
const YEARLY: [&str; 3] = ["سنوي", "سنويه", "سنويا"];
const MONTHS: [&str; 14] =
    ["محرم", "صفر", "ربيع", "جمادي", "رجب", "شعبان", "رمضان", "شوال", "ذي", "ذو", "كانون", "تشرين", "نيسان", "حزيران"];
const ONGOING: [&str; 15] = [
    "مستمر",
    "مستمره",
    "مستمرا",
    "باستمرار",
    "استمرار",
    "مواصله",
    "دائم",
    "دائمه",
    "داءم",
    "داءمه",
    "استدامه",
    "مستدام",
    "مستدامه",
    "متواصل",
    "متواصله",
];
const ONGOING_ENGLISH: [&str; 6] = ["continue", "continued", "continuous", "continuously", "ongoing", "permanent"];

/// A committee that the wording names, as it stands there.
pub(super) fn committee(text: &Text<'_>, item: Range<usize>, words: &[Placed]) -> Option<String> {
    let named = words.iter().enumerate().find_map(|(nth, placed)| {
        let folded = placed.word.folded.as_str();
        let is_english = folded == "committee";
        let named = if is_english { english_name(text, &words[..=nth]) } else { arabic_name(text, &words[nth..]) };
        named.filter(|name| name.start >= item.start && name.end <= item.end)
    });
    named.map(|name| text.slice(name).to_owned())
}

fn arabic_name(text: &Text<'_>, words: &[Placed]) -> Option<Range<usize>> {
    let first = words.first()?;
    let folded = first.word.folded.as_str();
    let is_definite = folded.ends_with("اللجنه");
    if folded != "لجنه" && !is_definite && !stems(folded).contains(&"لجنه") {
        return None;
    }
    // Without what is written together with it: «بلجنة» and «للجنة» name a «لجنة».
    let letters = if is_definite { 6 } else { 4 };
    let start = nth_last_letter(text, first.at.clone(), letters);
    let mut end = first.at.end;
    for next in words[1..].iter().take(COMMITTEE_WORDS_MAX - 1) {
        let folded = next.word.folded.as_str();
        let bare = folded.strip_prefix('و').unwrap_or(folded);
        let is_name =
            if is_definite { folded.starts_with("ال") || folded.starts_with("وال") } else { is_name_part(folded) };
        if !is_joined(text, end..next.at.start) || !is_name || AFTER_NAME.contains(&bare) {
            break;
        }
        end = next.at.end;
    }
    // «اللجنة» alone is one that was spoken of before.
    (!is_definite || end > first.at.end).then_some(start..end)
}

/// «لجنة لإعداد …» goes on with the committee's task, and so does «لجنة وتكليفها».
fn is_name_part(folded: &str) -> bool {
    let is_task = folded.starts_with('ل') && folded.chars().count() > 3;
    let is_clause = folded.starts_with('و') && !folded.starts_with("وال") && folded.chars().count() > 3;
    !is_task && !is_clause && !folded.starts_with(|c: char| c.is_ascii())
}

fn english_name(text: &Text<'_>, words: &[Placed]) -> Option<Range<usize>> {
    let last = words.last()?;
    let mut start = last.at.start;
    for before in words[..words.len() - 1].iter().rev().take(3) {
        if !is_joined(text, before.at.end..start) || ARTICLES.contains(&before.word.folded.as_str()) {
            break;
        }
        start = before.at.start;
    }
    (start < last.at.start).then_some(start..last.at.end)
}

/// Where so many letters from the end of a word begin; its harakat are not counted.
fn nth_last_letter(text: &Text<'_>, at: Range<usize>, letters: usize) -> usize {
    let is_letter =
        |at: &usize| text.get(*at).is_some_and(|c| c.is_alphabetic() && !crate::arabic::is_mark(c) && c != 'ـ');
    at.clone().rev().filter(is_letter).nth(letters - 1).unwrap_or(at.start)
}

/// Whether only blanks and quotation marks stand between two words.
fn is_joined(text: &Text<'_>, between: Range<usize>) -> bool {
    let mut between = between.filter_map(|at| text.get(at));
    between.all(|c| (is_blank(c) && !super::text::is_line_end(c)) || matches!(c, '«' | '"' | '“'))
}

/// How often the wording says that something comes back.
pub(super) fn recurrence(words: &[Placed]) -> Option<Recurrence> {
    let folded = |nth: usize| words.get(nth).map_or("", |placed| placed.word.folded.as_str());
    (0..words.len()).find_map(|nth| {
        let word = folded(nth);
        let is = |forms: &[&str]| forms.contains(&word) || stems(word).iter().any(|stem| forms.contains(stem));
        let before = nth.checked_sub(1).map_or("", folded);
        let next = folded(nth + 1);
        // «نصف سنوي» is a recurrence that plans do not have.
        if before.ends_with("نصف") {
            return None;
        }
        if is(&QUARTERLY) || (before.ends_with("ربع") && is(&YEARLY)) || word == "quarterly" {
            return Some(Recurrence::Quarterly);
        }
        if matches!((before, word, next), ("كل", "ثلاثه" | "3", "اشهر")) {
            return Some(Recurrence::Quarterly);
        }
        if is(&WEEKLY) || (before == "كل" && word == "اسبوع") || word == "weekly" {
            return Some(Recurrence::Weekly);
        }
        // «شهري محرم وصفر» are two months.
        if (is(&MONTHLY) && !MONTHS.contains(&next)) || (before == "كل" && word == "شهر") || word == "monthly" {
            return Some(Recurrence::Monthly);
        }
        let is_every_year = before == "كل" && matches!(word, "سنه" | "عام");
        (is(&YEARLY) || is_every_year || matches!(word, "annual" | "annually" | "yearly")).then_some(Recurrence::Yearly)
    })
}

/// Whether the wording says that the item goes on.
pub(super) fn duration(words: &[Placed]) -> Option<Duration> {
    let is_ongoing = |placed: &Placed| {
        let word = placed.word.folded.as_str();
        let is_known = |word: &&str| ONGOING.contains(word);
        is_known(&word) || ONGOING_ENGLISH.contains(&word) || stems(word).iter().any(is_known)
    };
    words.iter().any(is_ongoing).then_some(Duration::Ongoing)
}
