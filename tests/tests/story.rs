//! The README's story, and what must be true at its end.

use tests::story::{self, Facts, Telling, cast};

async fn played(folder: &std::path::Path) -> (Facts, Vec<String>) {
    let mut lines = Vec::new();
    let mut say = |line: &str| lines.push(line.to_owned());
    let facts = story::play(folder, &mut Telling::new(&mut say)).await.expect("it plays to its end");
    (facts, lines)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_at_a_conference_ends_with_the_same_documents_everywhere() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (facts, lines) = played(folder.path()).await;
    assert_eq!(facts.differences, Vec::<String>::new());
    assert_eq!(facts.documents.len(), 5);
    assert_eq!((facts.quarantined, facts.parked), (0, 0));

    for (device, documents) in &facts.documents {
        let shared = documents.iter().filter(|(title, _)| *title != cast::ALIS_DRAFT);
        let text: String = shared.map(|(_, held)| held.text.as_str()).collect();
        for typed in cast::TYPED {
            assert_eq!(text.matches(typed).count(), 1, "«{typed}» on {device}: {text}");
        }
        assert_eq!(documents.contains_key(cast::ALIS_DRAFT), *device == cast::ALI.device, "{device}");
    }

    // What the lost phone had written, and its asking to come in again.
    let decided = &facts.decided;
    assert_eq!((decided.held, decided.admitted, decided.refused), (3, 2, 1));
    assert!(decided.reasons.iter().all(|reason| *reason == sync_engine::roster::HeldReason::Removed));
    assert!(facts.totals[cast::ALI.device].round_trips < 30, "what is held is offered once");

    assert!(facts.is_incarnation_renewed, "the restored phone goes on under a new incarnation");
    for broken in [&cast::MARYAM, &cast::ZAYNAB, &cast::SARA] {
        assert_eq!(facts.totals[broken.device].failures.len(), 2, "{}", broken.device);
    }
    let envelopes: u64 = facts.totals.values().map(|total| total.envelopes).sum();
    assert_eq!(envelopes, facts.log_rows, "nothing is in the log twice");
    assert!(lines.len() <= 100, "{} lines are too many to read", lines.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn recommendations_that_two_offices_copied_apart_become_one_item_each() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (facts, _) = played(folder.path()).await;
    let wordings: Vec<&str> = facts.plan.items.iter().map(|item| item.value.wording.as_str()).collect();
    for wording in cast::RECOMMENDATIONS {
        assert_eq!(wordings.iter().filter(|found| **found == wording).count(), 1, "{wording}: {wordings:?}");
    }
    assert!(wordings.contains(&cast::BY_BOTH), "{wordings:?}");
    assert_eq!(wordings.len(), cast::RECOMMENDATIONS.len() + 1);
    assert_eq!(facts.plan.carried_by, [1, 1, 1, 1]);
    let copied = facts.plan.items.iter().filter(|item| item.value.origin.is_some());
    for item in copied {
        assert!(item.value.needs_owner() && item.value.due.is_none(), "nobody invented an owner or a date");
    }
    assert_eq!(facts.plan.owners.len(), 2, "both owners that were named at once are kept");
}

/// The story's lines without how much came down: an answer that is given up half read has come more or less far.
fn without_bytes_down(lines: &[String]) -> Vec<String> {
    let is_amount = |word: &str| word.starts_with(|c: char| c.is_ascii_digit());
    let told = |line: &String| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let shown = words.iter().enumerate().filter(|(at, word)| {
            let is_followed = words.get(at + 1) == Some(&"B") && is_amount(word);
            let is_down = words.get(at + 2).is_none_or(|next| next.starts_with("down") || is_amount(next));
            !(is_followed && is_down)
        });
        shown.map(|(_, word)| *word).collect::<Vec<_>>().join(" ")
    };
    lines.iter().map(told).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_story_plays_the_same_every_time() {
    let (one, other) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let (first, second) = (played(one.path()).await, played(other.path()).await);
    assert_eq!(without_bytes_down(&first.1), without_bytes_down(&second.1));
    assert_eq!(first.0.documents, second.0.documents);
}

#[test]
fn a_difference_is_told() {
    let held = |text: &str| story::Held { text: text.into(), heads: vec![text.into()] };
    let documents = |text: &str| story::Documents::from([("محضر".to_owned(), held(text))]);
    let same = [(cast::MARYAM.device, documents("أ")), (cast::SARA.device, documents("أ"))];
    assert!(story::differences(&same.into()).is_empty());
    let other = [(cast::MARYAM.device, documents("أ")), (cast::SARA.device, documents("ب"))];
    assert_eq!(story::differences(&other.into()), ["sara has «محضر» in another version"]);
}
