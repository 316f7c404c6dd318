//! Two or three people who edit one note at once, each on a page over a document of their own, while the documents
//! exchange changes at random moments. Everything that they type is on record, and every claim is checked as it
//! happens, by a checker that knows nothing of how the engine compares.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{ActorId, Automerge, ChangeHash, ObjId};
use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};

use super::super::{FlushAnswer, Selection, flush::is_same};
use super::page::{Cell, Page, apply, cells_at, flush};
use crate::document::{self, Block, Kind, Plain};
use crate::trial;

/// What is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    /// No letter comes twice, so each can be followed; some are surrogate pairs.
    Distinct,
    /// Two letters only: everything looks like everything else.
    Repeated,
    /// Letters that each have a haraka of their own, typed with it.
    Vocalised,
}

/// What is wrong on purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plant {
    Nothing,
    /// The flush is written at the document's present heads, not at those that the page shows.
    AtTheTip,
    /// A page that was typed into since it flushed takes the merged heads for its own.
    TakesMerged,
    /// What the page shows replaces what was there, letter for letter.
    Replaces,
    /// Among equal letters, the engine is not told where the caret is.
    NoCaret,
    /// The caret stays where it was, whatever came before it.
    StiffCaret,
}

pub(super) struct World {
    random: ChaCha8Rng,
    letters: Letters,
    plant: Plant,
    editors: Vec<Editor>,
    typed: BTreeMap<char, usize>,
    /// Of distinct letters the ones that someone deleted; of others, how many.
    deleted: BTreeMap<char, usize>,
    next_letter: u32,
    pub(super) counts: Counts,
}

/// That something happened at all.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Counts {
    pub(super) letters: usize,
    pub(super) flushes: usize,
    pub(super) beside_others: usize,
    pub(super) typed_since: usize,
    pub(super) exact: usize,
    pub(super) carets: usize,
}

impl Counts {
    pub(super) fn add(&mut self, more: &Self) {
        self.letters += more.letters;
        self.flushes += more.flushes;
        self.beside_others += more.beside_others;
        self.typed_since += more.typed_since;
        self.exact += more.exact;
        self.carets += more.carets;
    }
}

struct Editor {
    doc: Automerge,
    page: Page,
    /// A flush in flight: what the page showed, the answer, and whether something was typed since.
    pending: Option<(Page, FlushAnswer, bool)>,
    /// What was done since the page last named heads that it shows.
    actions: Vec<Action>,
}

#[derive(Debug, Clone, Copy)]
enum Action {
    Typed { at: usize, units: usize },
    Deleted { from: usize, to: usize },
    Other,
}

const VOCALISED: [(char, char); 4] = [('ب', 'َ'), ('ت', 'ُ'), ('ث', 'ِ'), ('ج', 'ّ')];
/// Put on a bare letter later. If someone else deletes that letter at once, or types right behind it, nothing can keep
/// it from the neighbour (see `text_diff`), so of this one only the number is claimed.
const LATER: char = 'ْ';

/// Plays one world to its end, or to the first claim that does not hold.
pub(super) fn play(seed: u64, letters: Letters, plant: Plant) -> Result<Counts, String> {
    let mut world = World::new(seed, letters, plant);
    let events = 20 + world.below(25);
    for _ in 0..events {
        world.event()?;
    }
    world.settle()?;
    Ok(world.counts)
}

impl World {
    fn new(seed: u64, letters: Letters, plant: Plant) -> Self {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let editors = 2 + random.next_u32() as usize % 2;
        let mut doc = trial::empty().with_actor(ActorId::from([0; 24]));
        let mut tx = doc.transaction();
        document::create(&mut tx, Kind::Note, "محضر").expect("made");
        tx.commit();
        let editor = |n| {
            let doc = doc.fork().with_actor(ActorId::from([n as u8 + 1; 24]));
            Editor { page: Page::open(&doc), doc, pending: None, actions: Vec::new() }
        };
        let mut world = Self {
            random,
            letters,
            plant,
            editors: (0..editors).map(editor).collect(),
            typed: BTreeMap::new(),
            deleted: BTreeMap::new(),
            next_letter: 0,
            counts: Counts::default(),
        };
        // All begin with some text that they know.
        for _ in 0..3 {
            world.type_letters(0, 5);
            world.split(0);
        }
        world
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.next_u32() as usize % end.max(1)
    }

    fn event(&mut self) -> Result<(), String> {
        let who = self.below(self.editors.len());
        match self.below(100) {
            0..60 => self.act(who),
            60..80 => self.flush(who)?,
            80..90 => self.answer(who)?,
            _ => {
                let other = self.below(self.editors.len());
                self.exchange(who, other);
            }
        }
        Ok(())
    }

    fn exchange(&mut self, from: usize, to: usize) {
        if from != to {
            let changes = self.editors[from].doc.get_changes(&self.editors[to].doc.get_heads());
            self.editors[to].doc.apply_changes(changes).expect("applied");
        }
    }

    fn act(&mut self, who: usize) {
        // Most people go on where they are.
        if self.below(3) == 0 {
            let at = 1 + self.below(self.editors[who].page.cells.len());
            self.editors[who].page.caret = self.boundary(who, at);
        }
        match self.below(20) {
            0..10 => {
                let count = 1 + self.below(3);
                self.type_letters(who, count);
            }
            10..14 => self.delete(who),
            14..16 => self.split(who),
            16..18 => self.mark(who),
            _ => self.change_block(who),
        }
    }

    /// The next place at which no letter is parted from its haraka.
    fn boundary(&self, who: usize, at: usize) -> usize {
        let cells = &self.editors[who].page.cells;
        let is_inside = |at: usize| match cells.get(at) {
            Some(Cell::Unit(unit, _)) => {
                (0xdc00..0xe000).contains(unit) || char::from_u32((*unit).into()).is_some_and(is_haraka)
            }
            _ => false,
        };
        (at..cells.len()).find(|at| !is_inside(*at)).unwrap_or(cells.len())
    }

    fn type_letters(&mut self, who: usize, count: usize) {
        let mut text = String::new();
        for _ in 0..count {
            let (choice, letters) = (self.below(12), self.letters);
            match letters {
                Letters::Distinct if choice == 0 => text.push(' '),
                Letters::Distinct => {
                    self.next_letter += 1;
                    let base = if self.next_letter.is_multiple_of(3) { 0x20000 } else { 0x4e00 };
                    text.extend(char::from_u32(base + self.next_letter));
                }
                Letters::Repeated => text.push(if choice % 2 == 0 { 'ب' } else { 'ت' }),
                Letters::Vocalised => {
                    let (letter, haraka) = VOCALISED[choice % 4];
                    text.push(letter);
                    if self.below(3) > 0 {
                        text.push(haraka);
                    }
                }
            }
        }
        if self.letters == Letters::Vocalised && self.below(6) == 0 && self.is_behind_letter(who) {
            text = LATER.to_string();
        }
        for letter in text.chars() {
            *self.typed.entry(letter).or_default() += 1;
            self.counts.letters += 1;
        }
        let editor = &mut self.editors[who];
        let at = editor.page.caret;
        editor.page.type_text(&text);
        self.acted(who, Action::Typed { at, units: text.encode_utf16().count() });
    }

    fn is_behind_letter(&self, who: usize) -> bool {
        let page = &self.editors[who].page;
        let before = page.caret.checked_sub(1).and_then(|before| page.cells.get(before));
        matches!(before, Some(Cell::Unit(unit, _)) if VOCALISED.iter().any(|(letter, _)| u32::from(*unit) == u32::from(*letter)))
    }

    fn delete(&mut self, who: usize) {
        let (length, caret) = (self.editors[who].page.cells.len(), self.editors[who].page.caret);
        let haraka = match self.editors[who].page.cells.get(caret.wrapping_sub(1)) {
            Some(Cell::Unit(unit, _)) => char::from_u32((*unit).into()).is_some_and(is_haraka),
            _ => false,
        };
        let (from, to) = if haraka && self.below(2) == 0 {
            // Backspace takes one haraka.
            (caret - 1, caret)
        } else {
            let from = self.boundary(who, (caret.min(length - 1)).max(1));
            let units = self.below(4);
            (from, self.boundary(who, (from + units).min(length)))
        };
        if from >= to {
            return;
        }
        let page = &mut self.editors[who].page;
        let gone = &page.cells[from..to];
        let has_marker = gone.iter().any(|cell| matches!(cell, Cell::Marker(_)));
        for letter in super::page::letters(gone) {
            *self.deleted.entry(letter).or_default() += 1;
        }
        page.delete(from, to);
        self.acted(who, if has_marker { Action::Other } else { Action::Deleted { from, to } });
    }

    fn split(&mut self, who: usize) {
        let block = if self.below(4) == 0 { Block::of_kind("heading") } else { Block::paragraph() };
        self.editors[who].page.split(block);
        self.acted(who, Action::Other);
    }

    fn mark(&mut self, who: usize) {
        let length = self.editors[who].page.cells.len();
        let from = 1 + self.below(length);
        let to = from + self.below(6);
        let (from, to) = (self.boundary(who, from), self.boundary(who, to.min(length)));
        let (name, value) = match self.below(5) {
            0 => ("strong", None),
            1 => ("link", Some(Plain::Text(r#"{"href":"https://a.example"}"#.into()))),
            2 => ("comment", Some(Plain::Number(self.below(3) as i64))),
            _ => ("strong", Some(Plain::Flag(true))),
        };
        if from < to {
            self.editors[who].page.mark(from, to, name, value);
            self.acted(who, Action::Other);
        }
    }

    fn change_block(&mut self, who: usize) {
        let at = self.below(self.editors[who].page.cells.len());
        let mut block = Block::of_kind(["paragraph", "heading", "ordered-list-item"][self.below(3)]);
        if self.below(2) == 0 {
            block.attrs.insert("level".into(), Plain::Number(self.below(3) as i64));
            block.parents = vec!["blockquote".into(); self.below(2)];
        }
        let cells = &mut self.editors[who].page.cells;
        let marker = cells[..=at].iter_mut().rev().find(|cell| matches!(cell, Cell::Marker(_)));
        *marker.expect("a body begins with a marker") = Cell::Marker(block);
        self.acted(who, Action::Other);
    }

    fn acted(&mut self, who: usize, action: Action) {
        let editor = &mut self.editors[who];
        editor.actions.push(action);
        if let Some((_, _, is_typed_since)) = &mut editor.pending {
            *is_typed_since = true;
        }
    }

    /// Flushes, and checks the answer against what the page showed.
    fn flush(&mut self, who: usize) -> Result<(), String> {
        if self.editors[who].pending.is_some() {
            return Ok(());
        }
        self.counts.flushes += 1;
        let (is_wide, plant) = (self.below(4) == 0, self.plant);
        let Editor { doc, page, actions, .. } = &mut self.editors[who];
        let is_single = actions.len() == 1;
        let before = if is_single { ids(doc, &page.heads) } else { Vec::new() };
        let mut changed = page.changed();
        if let (Some(changed), true) = (&mut changed, is_wide) {
            page.widen(changed);
        }
        let selection = Some(Selection { anchor: page.caret, head: page.caret });
        let answer = match plant {
            Plant::Replaces => page.replace(doc),
            Plant::AtTheTip => flush(doc, &doc.get_heads(), changed.as_ref(), None),
            Plant::NoCaret => flush(doc, &page.heads, changed.as_ref(), None),
            _ => flush(doc, &page.heads, changed.as_ref(), selection),
        };
        let mut answer = answer.map_err(|error| format!("the flush is refused: {error}"))?;
        if self.plant == Plant::StiffCaret {
            answer.selection = selection;
        }
        let has_caret = answer.selection.is_some();
        if self.plant == Plant::NoCaret {
            answer.selection = selection;
        }
        let own = cells_at(doc, &answer.own);
        claim(own == page.cells, || format!("own is not what was shown: {:?} {:?}", own, page.cells))?;
        let is_alone = is_same(&answer.own, &answer.merged);
        let merged = if is_alone { own.clone() } else { cells_at(doc, &answer.merged) };
        let mut shown = page.cells.clone();
        answer.edits.iter().for_each(|edit| apply(&mut shown, edit));
        claim(shown == merged, || format!("the edits do not lead to merged: {:?}", answer.edits))?;
        let caret_at = |action: &Action| match action {
            Action::Typed { at, units } => at + units == page.caret,
            Action::Deleted { from, .. } => *from == page.caret,
            Action::Other => false,
        };
        if let [action] = actions[..]
            && caret_at(&action)
        {
            let after = ids(doc, &answer.own);
            self.counts.exact += usize::from(is_exact(action, &before, &after)?);
        }
        if !is_alone {
            self.counts.beside_others += 1;
            if has_caret && self.letters == Letters::Distinct {
                let caret = answer.selection.map_or(0, |selection| selection.head);
                self.counts.carets += usize::from(caret_keeps_its_neighbour(page, &shown, caret)?);
            }
        }
        actions.clear();
        self.editors[who].pending = Some((self.editors[who].page.clone(), answer, false));
        Ok(())
    }

    /// The page takes the answer that is on its way.
    fn answer(&mut self, who: usize) -> Result<(), String> {
        let Editor { page, pending, .. } = &mut self.editors[who];
        let Some((shown, answer, is_typed_since)) = pending.take() else {
            return Ok(());
        };
        if is_typed_since {
            self.counts.typed_since += 1;
            let heads = if self.plant == Plant::TakesMerged { answer.merged } else { answer.own };
            page.take_own(&heads, shown.cells);
            return Ok(());
        }
        page.take(&answer);
        Ok(())
    }

    /// Everyone flushes and everything is exchanged; then all show the same, and what was typed is there.
    fn settle(&mut self) -> Result<(), String> {
        let everyone = 0..self.editors.len();
        for _ in 0..2 {
            for who in everyone.clone() {
                self.answer(who)?;
                self.flush(who)?;
                self.answer(who)?;
            }
            for (from, to) in everyone.clone().flat_map(|from| everyone.clone().map(move |to| (from, to))) {
                self.exchange(from, to);
            }
        }
        for who in everyone {
            self.flush(who)?;
            self.answer(who)?;
        }
        let first = &self.editors[0];
        for editor in &self.editors {
            claim(is_same(&editor.page.heads, &first.page.heads), || "the heads differ".into())?;
            claim(editor.page.cells == first.page.cells, || "two pages differ".into())?;
        }
        self.check_letters(&super::page::letters(&first.page.cells))
    }

    fn check_letters(&self, letters: &[char]) -> Result<(), String> {
        let mut found = BTreeMap::<char, usize>::new();
        for letter in letters {
            *found.entry(*letter).or_default() += 1;
        }
        let known: BTreeSet<char> = self.typed.keys().chain(found.keys()).copied().filter(|c| *c != ' ').collect();
        for letter in known {
            let count = |counts: &BTreeMap<char, usize>| counts.get(&letter).copied().unwrap_or_default();
            let (typed, deleted, found) = (count(&self.typed), count(&self.deleted), count(&found));
            let is_right = match self.letters {
                Letters::Distinct => found == usize::from(deleted == 0),
                // Two people may have deleted the same one.
                _ => (typed.saturating_sub(deleted)..=typed).contains(&found) && (deleted > 0 || found == typed),
            };
            claim(is_right, || format!("{letter:?} was typed {typed} times, deleted {deleted}, found {found}"))?;
        }
        let mut before = ' ';
        for letter in letters {
            if let Some((own, _)) = VOCALISED.iter().find(|(_, haraka)| haraka == letter) {
                claim(before == *own, || format!("{letter:?} stands behind {before:?}"))?;
            }
            // What was put on later may stand between.
            before = if *letter == LATER { before } else { *letter };
        }
        Ok(())
    }
}

fn is_haraka(c: char) -> bool {
    ('\u{64b}'..='\u{652}').contains(&c)
}

fn claim(holds: bool, otherwise: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(otherwise()) }
}

/// The element that each unit of the flat body belongs to.
fn ids(doc: &Automerge, heads: &[ChangeHash]) -> Vec<ObjId> {
    let elements = document::elements(doc, Some(heads));
    elements.into_iter().flat_map(|element| vec![element.id; element.units]).collect()
}

/// After one edit at the caret, each letter around it is the very one that it was.
fn is_exact(action: Action, before: &[ObjId], after: &[ObjId]) -> Result<bool, String> {
    let is_exact = match action {
        Action::Typed { at, units } => before[..at] == after[..at] && before[at..] == after[at + units..],
        Action::Deleted { from, to } => before[..from] == after[..from] && before[to..] == after[from..],
        Action::Other => return Ok(false),
    };
    claim(is_exact, || format!("{action:?} was taken for an edit of another letter")).map(|()| true)
}

/// The letter before the caret stays before it, or the nearest before that is still there.
fn caret_keeps_its_neighbour(page: &Page, merged: &[Cell], caret: usize) -> Result<bool, String> {
    let is_letter = |unit: &u16| *unit > 0x3000;
    // The first halves of surrogate pairs are all the same.
    let is_half = |unit: &u16| (0xd800..0xdc00).contains(unit);
    let unit = |cell: &Cell| match cell {
        Cell::Unit(unit, _) => Some(*unit),
        Cell::Marker(_) => None,
    };
    for cell in page.cells[..page.caret].iter().rev().filter(|cell| !unit(cell).is_some_and(|unit| is_half(&unit))) {
        let Some(before) = unit(cell).filter(is_letter) else { return Ok(false) };
        if merged.iter().any(|cell| unit(cell) == Some(before)) {
            let is_kept = merged.get(caret.wrapping_sub(1)).and_then(unit) == Some(before);
            return claim(is_kept, || "the caret lost its neighbour".into()).map(|()| true);
        }
    }
    Ok(false)
}
