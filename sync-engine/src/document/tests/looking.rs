use rand_chacha::{
    ChaCha8Rng,
    rand_core::{Rng, SeedableRng},
};

use super::*;

/// All that a reader of a document sees. Which fields are in conflict is not part of it: setting a field back
/// settles a conflict about it.
fn reading(doc: &Automerge, heads: Option<&[ChangeHash]>) -> serde_json::Value {
    let content = match kind_of(doc, heads) {
        Some(Kind::Conference) => serde_json::to_value(read(doc, &Conference::place(), heads)),
        Some(Kind::Plan) => serde_json::to_value(read(doc, &Plan::place(), heads)),
        _ => serde_json::to_value((read(doc, &Note::place(), heads), paragraphs(doc, heads))),
    };
    let mut content = content.unwrap();
    strip(&mut content);
    let is_binned = !view::View::new(doc, heads).fields(&[automerge::ROOT]).all("deleted").is_empty();
    serde_json::json!([is_binned, content])
}

fn strip(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.remove("conflicting");
            fields.values_mut().for_each(strip);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

struct World {
    random: ChaCha8Rng,
    devices: Vec<Automerge>,
    next_item: u8,
}

impl World {
    fn new(seed: u64, kind: Kind) -> Self {
        let first = created(kind);
        let devices = (1..=3).map(|number| device(&first, number)).collect();
        Self { random: ChaCha8Rng::seed_from_u64(seed), devices, next_item: 0 }
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.next_u32() as usize % end.max(1)
    }

    fn words(&mut self) -> String {
        let words = ["التوصية", "الأُولى", "تُعقد", "في", "النجف", "مدّ", "مدَ", "x", "🌴", "\n"];
        let count = self.below(5);
        (0..count).map(|_| words[self.below(words.len())]).collect::<Vec<_>>().join(" ")
    }

    fn fresh(&mut self) -> ItemId {
        self.next_item += 1;
        id(self.next_item)
    }

    fn any_item(&mut self) -> ItemId {
        let last = usize::from(self.next_item);
        id(1 + self.below(last) as u8)
    }

    fn position(&mut self) -> Position {
        match self.below(3) {
            0 => Position::First,
            1 => Position::Last,
            _ => Position::After(self.any_item()),
        }
    }

    /// Some edit by some device. One that the document doesn't allow is left out, as the engine does.
    fn edit(&mut self, kind: Kind) {
        let device = self.below(self.devices.len());
        let mut doc = std::mem::replace(&mut self.devices[device], Automerge::new());
        let mut tx = doc.transaction();
        let done = match kind {
            Kind::Note => self.edit_note(&mut tx),
            Kind::Plan => self.edit_plan(&mut tx),
            Kind::Conference => self.edit_conference(&mut tx),
        };
        match done {
            Ok(()) => drop(tx.commit()),
            Err(_) => drop(tx.rollback()),
        }
        self.devices[device] = doc;
        if self.below(6) == 0 {
            let mut other = self.devices[(device + 1) % 3].fork();
            self.devices[device].merge(&mut other).unwrap();
        }
    }

    fn edit_note(&mut self, tx: &mut Transaction<'_>) -> Result<(), DocumentError> {
        let length = paragraphs(tx, None).iter().map(Paragraph::units).sum();
        let (a, b) = (1 + self.below(length), 1 + self.below(length));
        let range = a.min(b)..a.max(b).min(a.min(b) + 9);
        let text = self.words();
        let kinds = ["heading", "paragraph", "blockquote"];
        let mut block = Block::of_kind(kinds[self.below(3)]);
        if self.below(3) == 0 {
            block.attrs.insert("level".into(), Plain::Number(self.below(3) as i64));
            block.parents.push("ordered-list-item".into());
        }
        let link = Mark::Link(format!("{{\"href\":\"https://example.org/{}\"}}", self.below(3)));
        match self.below(14) {
            0..=3 => insert_text(tx, a.min(length), &text),
            4 | 5 => delete_text(tx, range),
            6 | 7 => split_paragraph(tx, a.min(length), &block),
            8 => append_paragraph(tx, &block, &text),
            9 => {
                let all = paragraphs(tx, None);
                let at = all[self.below(all.len())].at.unwrap();
                if self.below(2) == 0 { join_paragraph(tx, at) } else { set_block(tx, at, &block) }
            }
            10 => mark(tx, range, &[Mark::Strong, Mark::Em, link][self.below(3)].clone()),
            11 => unmark(tx, range, ["strong", "em", "link"][self.below(3)]),
            12 => insert_key(tx, &Note::place().tags(), &["محضر".to_owned(), "كلمة".to_owned()][self.below(2)]),
            _ => set(tx, &Note::place(), NoteField::Title(Some(text))),
        }
    }

    fn edit_plan(&mut self, tx: &mut Transaction<'_>) -> Result<(), DocumentError> {
        let item = Plan::place().items().at(self.any_item());
        let (text, name) = (self.words(), ["قسم".to_owned(), "جهة".to_owned()][self.below(2)].clone());
        match self.below(14) {
            0 | 1 => {
                let (id, position) = (self.fresh(), self.position());
                let item = add(tx, &Plan::place().items(), id, position, "a")?;
                set_text(tx, &item.wording(), &text)
            }
            2..=4 => set_text(tx, &item.wording(), &text),
            5 => set(tx, &item, PlanItemField::Due(Some(day(["2026-11-22", "2027-01-01"][self.below(2)])))),
            6 => set(tx, &item, PlanItemField::Responsible((self.below(3) > 0).then_some(name))),
            7 => insert_key(tx, &item.supporting(), &name),
            8 => remove_key(tx, &item.supporting(), &name),
            9 => remove(tx, &item, self.below(1000) as i64),
            10 => restore(tx, &item),
            11 => {
                let (id, position) = (self.any_item(), self.position());
                move_to(tx, &Plan::place().items(), id, position, "b")
            }
            12 => {
                let remark = add(tx, &item.remarks(), self.fresh(), Position::Last, "a")?;
                set_text(tx, &remark.text(), &text)
            }
            _ if self.below(4) == 0 => remove(tx, &Plan::place(), 7),
            _ => set(tx, &Plan::place(), PlanField::Title(Some(text))),
        }
    }

    fn edit_conference(&mut self, tx: &mut Transaction<'_>) -> Result<(), DocumentError> {
        let (root, text) = (Conference::place(), self.words());
        let delegation = root.delegations().at(self.any_item());
        match self.below(9) {
            0 => add(tx, &root.delegations(), self.fresh(), Position::Last, "a").map(drop),
            1 => add(tx, &delegation.members(), self.fresh(), Position::First, "a").map(drop),
            2 => set(tx, &delegation, DelegationField::Organisation(Some(text))),
            3 => {
                let member = delegation.members().at(self.any_item());
                set(tx, &member, PersonField::Attendance(Some(Attendance::Present)))
            }
            4 => remove(tx, &delegation, 3),
            5 => set(tx, &root, ConferenceField::Ordinal(Some(self.below(4) as u32))),
            6 => set_text(tx, &root.communique(), &text),
            7 => add(tx, &root.agenda(), self.fresh(), Position::Last, "a").map(drop),
            _ => {
                let item = root.agenda().at(self.any_item());
                set(tx, &item, AgendaItemField::Title(Some(text)))
            }
        }
    }

    /// What one device has in the end, and some of the versions that it had on the way.
    fn history(&mut self, kind: Kind, edits: usize) -> (Automerge, Vec<Vec<ChangeHash>>) {
        let mut versions = Vec::new();
        for _ in 0..edits {
            self.edit(kind);
            if self.below(4) == 0 {
                versions.push(self.devices[0].get_heads());
            }
        }
        let mut last = self.devices[0].fork();
        for other in &mut self.devices[1..] {
            last.merge(other).unwrap();
        }
        versions.push(last.get_heads());
        (last, versions)
    }
}

fn kinds() -> [Kind; 3] {
    [Kind::Note, Kind::Plan, Kind::Conference]
}

#[test]
fn undoing_every_line_gives_the_older_version_again() {
    for seed in 0..40 {
        for kind in kinds() {
            let mut world = World::new(seed, kind);
            let (doc, versions) = world.history(kind, 60);
            let to = doc.get_heads();
            let from = &versions[world.below(versions.len())];
            let lines = compare(&doc, from, &to);
            let mut doc = doc.with_actor(actor(9));
            for line in lines {
                edit_at(&mut doc, &to, |tx| revert(tx, std::slice::from_ref(&line), 99));
            }
            assert_eq!(reading(&doc, None), reading(&doc, Some(from)), "{kind:?}, seed {seed}");
        }
    }
}

#[test]
fn a_restored_version_reads_as_it_did() {
    for seed in 0..40 {
        for kind in kinds() {
            let mut world = World::new(seed, kind);
            let (mut doc, versions) = world.history(kind, 60);
            let version = &versions[world.below(versions.len())];
            let differences = compare(&doc, version, &doc.get_heads());
            edit(&mut doc, |tx| revert(tx, &differences, 99));
            assert_eq!(reading(&doc, None), reading(&doc, Some(version)), "{kind:?}, seed {seed}");
            assert!(compare(&doc, version, &doc.get_heads()).is_empty());
        }
    }
}

/// A version that a person made, and everything that others wrote at the same time, are told apart: the line of
/// each difference names someone who changed something in between, and undoing what one wrote keeps the others'.
#[test]
fn every_line_names_somebody_who_wrote_since() {
    for seed in 0..40 {
        for kind in kinds() {
            let mut world = World::new(seed, kind);
            let (doc, versions) = world.history(kind, 40);
            let to = doc.get_heads();
            let from = &versions[world.below(versions.len())];
            let writers = actors_since(&doc, from);
            for line in compare(&doc, from, &to) {
                assert!(!line.by.is_empty(), "{kind:?}, seed {seed}: {line:?}");
                assert!(line.by.iter().all(|touch| writers.contains(&touch.actor)));
            }
        }
    }
}
