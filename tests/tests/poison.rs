//! Thousands of bad changes among as many good ones, all of them rightly signed: every good one gets in everywhere,
//! and every bad one is named, waits, or did no harm.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use automerge::ChangeHash;
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::engine::DocumentName;
use sync_engine::envelope::Envelope;
use sync_engine::ids::{BlobHash, DocumentId, EnvelopeId};
use tests::poison::{Brewer, Wrong};
use tests::{Device, Forger, World};

/// Changes of each sort; `POISON=10000` for more of them.
const CHANGES: usize = 1000;

/// Changes of each sort in one document.
const CHANGES_PER_DOCUMENT: usize = 20;

/// Envelopes of one push, far below what fits.
const ENVELOPES_PER_PUSH: usize = 200;

/// An envelope that is yet to be signed.
struct Brew {
    document: DocumentId,
    is_by_mallory: bool,
    changes: Vec<Vec<u8>>,
    bad: Option<(Wrong, [u8; 32])>,
}

/// Where a document's bad changes went.
#[derive(Debug, Default, PartialEq, Eq)]
struct Fates {
    quarantined: usize,
    parked: usize,
    applied: usize,
}

fn shuffle<T>(items: &mut [T], rng: &mut ChaCha8Rng) {
    for at in (1..items.len()).rev() {
        items.swap(at, rng.next_u32() as usize % (at + 1));
    }
}

/// The hash by which a change of these bytes is known, if they are one.
fn hash_of(chunk: &[u8]) -> [u8; 32] {
    BlobHash::of(chunk.get(8..).unwrap_or_default()).0
}

fn has(device: &Device, name: &DocumentName, hash: [u8; 32]) -> bool {
    let has = |doc: &automerge::Automerge| doc.get_change_meta_by_hash(&ChangeHash(hash)).is_some();
    device.with(|engine| engine.read(name, has)).expect("the document loads")
}

#[tokio::test(flavor = "multi_thread")]
async fn among_as_many_bad_changes_all_good_ones_are_applied_and_documents_load_everywhere() {
    let each = std::env::var("POISON").ok().and_then(|count| count.parse().ok()).unwrap_or(CHANGES);
    let mut rng = ChaCha8Rng::from_seed([17; 32]);
    let mut world = World::new().await;
    let (najaf, karbala, basra) = (world.device("najaf"), world.device("karbala"), world.device("basra"));
    let (honest, mallory) = (world.device("honest"), world.device("mallory"));
    let space = world.space(&najaf, &[&karbala, &basra, &honest, &mallory]).await;

    let (mut brews, mut good, mut bad_count) = (vec![], vec![], 0);
    for nth in 0..each.div_ceil(CHANGES_PER_DOCUMENT) {
        let name = najaf.note(&space, &format!("ملاحظة {nth}"));
        najaf.append_paragraph(&name, "سطر أول");
        let saved = najaf.with(|engine| engine.read(&name, |doc| doc.save())).expect("the note is here");
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let mut brewer = Brewer::new(saved, ChaCha8Rng::from_seed(seed));
        let document = name.document;
        // Half of the good ones come in envelopes of their own; the others beside the bad ones.
        for by in [&honest, &mallory] {
            let changes = brewer.good(&by.id(), &["كلمة "; CHANGES_PER_DOCUMENT / 2]);
            good.extend(changes.iter().map(|change| (name, change.hash.0)));
            for some in changes.chunks(5) {
                let changes = some.iter().map(|change| change.bytes.clone()).collect();
                brews.push(Brew { document, is_by_mallory: by.id() == mallory.id(), changes, bad: None });
            }
        }
        for at in 0..CHANGES_PER_DOCUMENT {
            // Most have wrong bytes, as there are the most ways of that.
            let wrong = Wrong::ALL.get(at % 12).copied().unwrap_or(Wrong::Bytes);
            let (before, bad) = brewer.bad(&mallory.id(), &karbala.id(), wrong);
            good.extend(before.iter().map(|change| (name, change.hash.0)));
            let hash = hash_of(&bad);
            let mut changes: Vec<Vec<u8>> = before.into_iter().map(|change| change.bytes).collect();
            changes.push(bad);
            if at % 2 == 0 {
                let beside = brewer.good(&mallory.id(), &["جوار "]).remove(0);
                good.push((name, beside.hash.0));
                changes.insert(rng.next_u32() as usize % (changes.len() + 1), beside.bytes);
            }
            brews.push(Brew { document, is_by_mallory: true, changes, bad: Some((wrong, hash)) });
            bad_count += 1;
        }
    }
    najaf.sync().await;
    assert!(bad_count >= each && good.len() >= each);

    shuffle(&mut brews, &mut rng);
    let mut forgers = [&honest, &mallory].map(|device| Forger::with_key_of(device, &world, &space));
    let mut bad: BTreeMap<EnvelopeId, (DocumentName, Wrong, [u8; 32])> = BTreeMap::new();
    let half = brews.len() / 2;
    for (nth, some) in brews.chunks(ENVELOPES_PER_PUSH).enumerate() {
        let mut envelopes: [Vec<Envelope>; 2] = [vec![], vec![]];
        for brew in some {
            let by = usize::from(brew.is_by_mallory);
            let changes: Vec<&[u8]> = brew.changes.iter().map(Vec::as_slice).collect();
            let envelope = forgers[by].seal_changes(brew.document, &changes);
            if let Some((wrong, hash)) = brew.bad {
                bad.insert(envelope.id(), (DocumentName { space, document: brew.document }, wrong, hash));
            }
            envelopes[by].push(envelope);
        }
        for (forger, envelopes) in forgers.iter_mut().zip(&envelopes) {
            forger.publish(envelopes).await;
        }
        // Karbala has some of it before the rest is written.
        if nth * ENVELOPES_PER_PUSH <= half {
            karbala.sync().await;
        }
    }

    let mut all_fates = vec![];
    for device in [&najaf, &karbala, &basra] {
        let started = Instant::now();
        device.sync().await;
        let synced = started.elapsed();
        for is_restarted in [false, true] {
            if is_restarted {
                device.restart();
            }
            for (name, hash) in &good {
                assert!(has(device, name, *hash), "a good change is missing on {}", device.name());
            }
        }
        let quarantine = device.with(|engine| engine.quarantine(&space)).expect("the quarantine");
        let named: BTreeSet<EnvelopeId> = quarantine.iter().map(|bad| bad.envelope).collect();
        let parked = device.with(|engine| engine.parked(&space)).expect("the parked");
        let mut fates = Fates::default();
        for (envelope, (name, wrong, hash)) in &bad {
            let is_applied = has(device, name, *hash);
            match (named.contains(envelope), is_applied, parked.contains(&name.document)) {
                (true, false, _) => fates.quarantined += 1,
                (false, true, _) => fates.applied += 1,
                (false, false, true) => fates.parked += 1,
                other => panic!("{wrong:?} on {}: {other:?}", device.name()),
            }
            assert!(!is_applied || *wrong == Wrong::Bytes, "{wrong:?} was applied on {}", device.name());
            assert!(named.contains(envelope) || matches!(wrong, Wrong::Bytes | Wrong::Dependency), "{wrong:?}");
        }
        let of_good: Vec<_> = quarantine.iter().filter(|row| !bad.contains_key(&row.envelope)).collect();
        assert!(of_good.is_empty(), "{of_good:?}");
        println!("{}: synced in {synced:?}, checked in {:?}, {fates:?}", device.name(), started.elapsed() - synced);
        all_fates.push((fates, named));
    }
    assert!(all_fates.windows(2).all(|two| two[0] == two[1]), "the same on every device");
    println!("{} good and {} bad changes", good.len(), bad.len());

    // And they go on.
    let names: BTreeSet<DocumentName> = good.iter().map(|(name, _)| *name).collect();
    for name in names.iter().take(5) {
        karbala.append_paragraph(name, "تكملة");
    }
    world.settle(&[&karbala, &najaf, &basra]).await;
    for name in &names {
        let heads = [&najaf, &karbala, &basra].map(|device| device.with(|engine| engine.heads(name)).expect("heads"));
        assert!(heads.windows(2).all(|two| two[0] == two[1]));
    }
    for device in [&najaf, &karbala, &basra] {
        assert!(names.iter().take(5).all(|name| device.text(name).contains("تكملة")));
        assert!(device.is_all_on_server());
    }
}
