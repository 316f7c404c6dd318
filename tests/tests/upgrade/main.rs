//! A device and a server that have been in use since the first version: their files open with this one, to the letter,
//! and go on.
//!
//! The files were written at the commit 8599b39, the last one of the first version, by `make.rs` beside this file. To
//! make them again: check that commit out, put `make.rs` at `tests/src/bin/upgrade.rs`, give its `World` a way to its
//! folder (`pub fn folder(&self) -> &Path`), run `cargo run -p tests --bin upgrade FOLDER`, and compress each file of
//! the folder with `gzip -9 -n`. They differ in their random parts then, and in the server's port.

use std::collections::BTreeSet;
use std::io::Read as _;

use serde_json::Value;
use sync_engine::document::{self, Conference};
use sync_engine::engine::DocumentName;
use sync_engine::entry::Role;
use sync_engine::ids::{BlobHash, DeviceId, SpaceId};
use sync_engine::link::InviteLink;
use tests::{Device, World};

fn inflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut out).expect("a file");
    out
}

/// What the first version read in its own files.
struct Past {
    told: Value,
    space: SpaceId,
}

impl Past {
    fn new() -> Self {
        let told: Value = serde_json::from_slice(&inflated(include_bytes!("expected.json.gz"))).expect("json");
        let space = told["space"].as_str().expect("a text").parse().expect("a space");
        Self { told, space }
    }

    fn text(&self, name: &str) -> &str {
        self.told[name].as_str().expect("a text")
    }

    fn document(&self, name: &str) -> DocumentName {
        DocumentName { space: self.space, document: self.text(name).parse().expect("a document") }
    }

    /// Every document of a device, as it was.
    fn documents<'a>(&'a self, of: &str) -> Vec<(DocumentName, &'a Value)> {
        let documents = self.told[of].as_object().expect("documents");
        let named = |(id, content): (&String, &'a Value)| {
            let document = id.parse().expect("an id");
            (DocumentName { space: self.space, document }, content)
        };
        documents.iter().map(named).collect()
    }

    async fn world(&self) -> World {
        let files = [
            ("server.db", inflated(include_bytes!("server.db.gz"))),
            ("zahra.db", inflated(include_bytes!("zahra.db.gz"))),
            ("ali.db", inflated(include_bytes!("ali.db.gz"))),
        ];
        let world = World::with_files(&files).await;
        world.pass_ms(self.told["now_ms"].as_u64().expect("a number") - world.now_ms());
        world
    }
}

fn content(device: &Device, name: &DocumentName) -> Value {
    let read = |document: &automerge::Automerge| serde_json::to_value(automerge::AutoSerde::from(document));
    device.with(|engine| engine.read(name, read)).expect("it is here").expect("json")
}

#[tokio::test]
async fn what_the_first_version_wrote_is_read_to_the_letter() {
    let past = Past::new();
    let mut world = past.world().await;
    world.assert_sound().await;
    let (zahra, ali) = (world.device("zahra"), world.device("ali"));
    for (device, of, count) in [(&zahra, "on_server", 4), (&ali, "on_ali", 5)] {
        let documents = past.documents(of);
        assert_eq!(documents.len(), count);
        for (name, was) in documents {
            assert_eq!(&content(device, &name), was, "{} on {}", name.document, device.name());
            assert!(device.lists(&name));
        }
    }
    // What is not in the documents themselves: members, what is held, an attachment, versions, and words.
    let roster = zahra.with(|engine| engine.roster(&past.space)).expect("the members");
    let roles: Vec<_> = roster.members().values().filter(|member| !member.is_on_paper()).collect();
    assert_eq!(roles.len(), 4);
    assert_eq!(roster.role(&zahra.id()), Some(Role::Admin));
    assert_eq!(roster.role(&ali.id()), Some(Role::Editor));
    assert_eq!(roster.role(&past.text("removed").parse::<DeviceId>().expect("a device")), None);
    assert_eq!(roles.iter().filter(|member| member.role == Role::Viewer).count(), 1);
    let hash: BlobHash = past.text("attachment").parse().expect("a hash");
    let picture = zahra.with(|engine| engine.attachment(&past.space, &hash)).expect("read").expect("it is here");
    assert_eq!((picture.len(), BlobHash::of(&picture)), (6000, hash));
    let hosts: BTreeSet<String> = zahra.with(|engine| {
        let conflicts = |doc: &automerge::Automerge| document::conflicts(doc, &Conference::place(), None);
        let rivals = engine.read(&past.document("conference"), conflicts).expect("it is here").remove("host");
        rivals.expect("two hosts").into_iter().map(|rival| rival.value.to_string()).collect()
    });
    assert_eq!(hosts.len(), 2, "{hosts:?}");
    assert!(!zahra.with(|engine| engine.history(&past.document("note"))).expect("its versions").is_empty());
    let hits = ali.with(|engine| engine.search("التوصيات", None, 10)).expect("searched");
    assert!(hits.iter().any(|hit| hit.name == past.document("conference")), "{hits:?}");
}

#[tokio::test]
async fn what_the_first_version_had_not_sent_yet_goes_up_and_a_new_device_gets_everything() {
    let past = Past::new();
    let mut world = past.world().await;
    let (zahra, ali) = (world.device("zahra"), world.device("ali"));
    assert!(!ali.is_all_on_server(), "there is something to send");
    zahra.sync().await;
    let held = zahra.with(|engine| engine.held(&past.space)).expect("the list");
    assert_eq!(held.len(), 1, "what the removed member wrote waits for an admin");
    ali.sync().await;
    ali.sync().await;
    assert!(ali.is_all_on_server());
    // An invitation of that time, at the address where the server is now.
    let link: InviteLink = past.text("invite").parse().expect("a link");
    let newcomer = world.device("newcomer");
    newcomer.join(&link);
    world.settle(&[&newcomer, &zahra, &ali]).await;
    let note = past.document("note");
    zahra.type_at_end(&note, " ومن اليوم.");
    world.settle(&[&zahra, &ali, &newcomer]).await;

    let names = past.documents("on_ali");
    for (name, was) in &names {
        let now = content(&ali, name);
        assert_eq!(content(&zahra, name), now, "{}", name.document);
        assert_eq!(content(&newcomer, name), now, "{}", name.document);
        assert_eq!(&now == *was, *name != note, "only the note has been written in since");
    }
    let text = newcomer.text(&note);
    for words in ["جملة 39.", "كتبها عليّ بلا شبكة.", "وهذه لم تُختَم بعد.", "ومن اليوم."]
    {
        assert_eq!(text.matches(words).count(), 1, "{words}: {text}");
    }
    assert!(!text.contains("بعد الإزالة"), "what is held is not shown");
    assert_eq!(newcomer.text(&past.document("unsent")), "\nكُتبت في الطريق.");
    let hash: BlobHash = past.text("attachment").parse().expect("a hash");
    newcomer.with(|engine| engine.want_attachment(&past.space, &hash)).expect("wanted");
    newcomer.sync().await;
    let picture = newcomer.with(|engine| engine.attachment(&past.space, &hash)).expect("read").expect("it has come");
    assert_eq!(BlobHash::of(&picture), hash);
    world.assert_sound().await;
}
