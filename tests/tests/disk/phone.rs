//! A device: its person writes, attaches and looks things up, and the space's server takes what it offers.

use std::fmt::Write;

use rand_chacha::ChaCha8Rng;
use rand_core::{Rng, SeedableRng};
use sync_engine::document::{self, Block, Kind, Plan, PlanItemField, Position};
use sync_engine::engine::{DocumentName, Engine, EngineError, Event, PageEffect};
use sync_engine::entry::Person;
use sync_engine::frame::{PUSH_BYTES_MAX, PageRow, read_push, write_page};
use sync_engine::ids::{BlobHash, SpaceId};
use sync_engine::store::{DatabaseKey, Durability, StoreError};
use tests::disk::{Disk, Fault};

use super::keeper::{Facts, Keeper};

const NOTE: &str = "محضر الجلسة";
const PLAN: &str = "خطة العمل";

/// The many steps fill the write-ahead log several times, so that it is written back and begun again.
const EDITS: usize = 90;

#[derive(Clone, Copy, Debug)]
enum Step {
    Found,
    Note,
    Plan,
    /// Types so many words at the end of the note.
    Type(usize),
    /// Adds an item to the plan, in which two fields are set at once.
    Task(usize),
    /// Attaches a file of so many bytes.
    Attach(usize),
    Prefer(usize),
    Index,
    /// What waits is sealed, and the server takes it.
    Offer,
    /// The server's rows come back.
    Take,
    Compact,
    Reopen,
}

pub(crate) struct Phone {
    durability: Durability,
    key: Option<DatabaseKey>,
    steps: Vec<Step>,
    engine: Option<Engine>,
    opened: u64,
    /// What the server has.
    rows: Vec<PageRow>,
}

impl Phone {
    /// The same, whose commits do not wait for the disk.
    pub(crate) fn careless(self) -> Self {
        Self { durability: Durability::ProcessOnly, ..self }
    }

    /// The same, whose database is encrypted.
    pub(crate) fn encrypted(self) -> Self {
        Self { key: Some(DatabaseKey::Random([7; 32])), ..self }
    }

    /// The first step that writes what the commit does not wait for.
    pub(crate) fn indexed(&self) -> Option<usize> {
        self.steps.iter().position(|step| matches!(step, Step::Index))
    }

    /// The one space; an error as long as it is not founded.
    fn space(&mut self) -> Result<SpaceId, EngineError> {
        let space = self.engine().spaces()?.first().map(|row| row.space);
        space.ok_or(EngineError::NoSuchSpace(SpaceId([0; 32])))
    }

    fn document(&mut self, title: &str) -> Result<DocumentName, EngineError> {
        let mut all = self.engine().documents(None)?.into_iter();
        let found = all.find(|document| document.text.title == title);
        let found = found.ok_or(EngineError::NoSuchDocument(sync_engine::ids::DocumentId([0; 16])))?;
        Ok(DocumentName { space: found.space, document: found.document })
    }

    fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().expect("it is open")
    }

    fn files(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().filter_map(|step| if let Step::Attach(bytes) = step { Some(*bytes) } else { None })
    }

    fn offer(&mut self) -> Result<(), EngineError> {
        let space = self.space()?;
        let Some(batch) = self.engine().next_push(&space, PUSH_BYTES_MAX)? else { return Ok(()) };
        let envelopes = read_push(&space, &batch.push.frame).expect("a frame");
        for envelope in envelopes {
            if self.rows.iter().all(|row| row_id(row) != envelope.id()) {
                self.rows.push(PageRow::Envelope { envelope, server_ms: 2 });
            }
        }
        Ok(())
    }

    fn take(&mut self) -> Result<(), EngineError> {
        let space = self.space()?;
        let at = self.position()?;
        let page = write_page(&space, &self.rows[at..]);
        let effect = self.engine().on_pages(&space, &[(sync_engine::ids::Position(at as u64), &page)])?;
        assert_ne!(effect, PageEffect::NeedsOwn, "a device holds what it has offered");
        Ok(())
    }

    /// How many rows have come back.
    fn position(&mut self) -> Result<usize, EngineError> {
        Ok(self.engine().spaces()?.first().map_or(0, |row| row.cursor.position.0 as usize))
    }
}

fn row_id(row: &PageRow) -> sync_engine::ids::EnvelopeId {
    match row {
        PageRow::Envelope { envelope, .. } => envelope.id(),
        PageRow::Known { id, .. } => *id,
    }
}

/// Bytes that are no others' and do not become fewer when they are compressed.
fn file(bytes: usize) -> Vec<u8> {
    let mut file = vec![0; bytes];
    ChaCha8Rng::seed_from_u64(bytes as u64).fill_bytes(&mut file);
    file
}

impl Keeper for Phone {
    type Error = EngineError;

    const FILE: &'static str = "device.db";

    fn key(&self) -> Option<String> {
        self.key.is_some().then(|| format!("x'{}'", "07".repeat(32)))
    }

    fn new(has_many: bool) -> Self {
        use Step::*;
        let mut steps = vec![Found, Note, Type(0), Type(1), Plan, Task(0), Index, Attach(9_000), Prefer(0), Offer];
        steps.extend([Take, Type(2), Task(1), Offer, Take, Compact, Offer, Take, Type(3), Reopen, Task(2), Index]);
        let edits = if has_many { EDITS } else { 0 };
        for nth in 4..edits {
            steps.push(if nth % 3 == 0 { Task(nth) } else { Type(nth) });
            match nth % 20 {
                3 => steps.push(Attach(20_000 + nth)),
                7 | 17 => steps.push(Index),
                8 => steps.push(Offer),
                11 => steps.extend([Offer, Take]),
                15 => steps.push(Prefer(nth)),
                18 => steps.extend([Offer, Take, Compact]),
                19 => steps.push(Reopen),
                _ => {}
            }
        }
        steps.extend([Type(1000), Offer, Take, Task(1000), Type(1001)]);
        Self { durability: Durability::Full, key: None, steps, engine: None, opened: 0, rows: Vec::new() }
    }

    fn restarted(&self, told: usize) -> Self {
        let Self { durability, ref key, ref steps, ref rows, opened, .. } = *self;
        let rows = rows[..told].to_vec();
        Self { durability, key: key.clone(), steps: steps.clone(), engine: None, opened: opened + 1000, rows }
    }

    fn steps(&self) -> usize {
        self.steps.len()
    }

    fn open(&mut self, disk: &Disk) -> Result<(), EngineError> {
        self.engine = None;
        self.opened += 1;
        let mut random = ChaCha8Rng::seed_from_u64(self.opened);
        let entropy = Box::new(move |bytes: &mut [u8]| random.fill_bytes(bytes));
        let path = disk.path(Self::FILE);
        self.engine = Some(match &self.key {
            Some(key) => Engine::open_encrypted(&path, key, self.durability, entropy)?,
            None => Engine::open(&path, self.durability, entropy)?,
        });
        Ok(())
    }

    fn is_open(&self) -> bool {
        self.engine.is_some()
    }

    fn close(&mut self) {
        self.engine = None;
    }

    fn step(&mut self, disk: &Disk, nth: usize) -> Result<(), EngineError> {
        let now_ms = nth as i64;
        match self.steps[nth] {
            Step::Found => {
                let founder = Person { name: "زهراء".into(), organisation: "قسم العلاقات".into() };
                self.engine().found("مساحة", founder, None).map(drop)
            }
            Step::Note | Step::Plan => {
                let space = self.space()?;
                let (kind, title) =
                    if let Step::Note = self.steps[nth] { (Kind::Note, NOTE) } else { (Kind::Plan, PLAN) };
                self.engine().create(&space, kind, title, now_ms).map(drop)
            }
            Step::Type(words) => {
                let note = self.document(NOTE)?;
                let text = format!("الفقرة {words} ").repeat(1 + words % 5);
                let append = |tx: &mut automerge::transaction::Transaction<'_>| {
                    document::append_paragraph(tx, &Block::paragraph(), &text)
                };
                self.engine().edit(&note, None, now_ms, append)
            }
            Step::Task(number) => {
                let plan = self.document(PLAN)?;
                let (id, tiebreak) = (self.engine().item_id(), self.engine().tiebreak());
                self.engine().edit(&plan, None, now_ms, |tx| {
                    let item = document::add(tx, &Plan::place().items(), id, Position::Last, &tiebreak)?;
                    document::set(tx, &item, PlanItemField::Responsible(Some(format!("العضو {number}"))))?;
                    document::set_text(tx, &item.wording(), &format!("العمل {number}"))
                })
            }
            Step::Attach(bytes) => {
                let note = self.document(NOTE)?;
                self.engine().attach(&note, &file(bytes)).map(drop)
            }
            Step::Prefer(number) => self.engine().set_preference("theme", format!("السمة {number}").as_bytes()),
            Step::Index => self.engine().index(10, i64::MAX).map(drop),
            Step::Offer => self.offer(),
            Step::Take => self.take(),
            Step::Compact => {
                let note = self.document(NOTE)?;
                self.engine().compact(&note).map(drop)
            }
            Step::Reopen => self.open(disk),
        }
    }

    fn facts(&mut self) -> Result<Facts, EngineError> {
        let is_waiting = self.position()? < self.rows.len();
        let mut facts = vec![format!("{} spaces, rows wait: {is_waiting}", self.engine().spaces()?.len())];
        if let Ok(space) = self.space() {
            facts.push(format!("{:?}", self.engine().roster(&space)?.role(&self.engine().device())));
            for bytes in self.files().collect::<Vec<_>>() {
                let hash = BlobHash::of(&file(bytes));
                let stored = self.engine().attachment(&space, &hash)?;
                facts.push(format!("{bytes} bytes: {:?}", stored.map(|stored| BlobHash::of(&stored) == hash)));
            }
        }
        let preference = self.engine().preference("theme")?;
        facts.push(format!("{:?}", preference.map(|bytes| String::from_utf8_lossy(&bytes).into_owned())));
        let mut documents = Vec::new();
        for info in self.engine().documents(None)? {
            let name = DocumentName { space: info.space, document: info.document };
            let passages = self.engine().read(&name, document::passages)?;
            let mut line = format!("{} ({}, {})", info.text.title, info.text.first_words, info.is_on_device_only);
            for passage in passages {
                let is_root = passage.at.is_empty();
                let _ = write!(line, " | {is_root}: {}", passage.text.replace('\n', " / "));
            }
            documents.push(line);
        }
        documents.sort();
        facts.extend(documents);
        let is_renewed = self.engine().take_events().contains(&Event::NewIncarnation);
        facts.extend(is_renewed.then(|| "it has met what it does not remember".into()));
        Ok(facts)
    }

    fn told(&self) -> usize {
        self.rows.len()
    }

    fn check(&mut self) -> Result<(), String> {
        let Ok(space) = self.space() else { return Ok(()) };
        let said = |error: EngineError| error.to_string();
        let at = self.position().map_err(said)?;
        let batch = self.engine().next_push(&space, PUSH_BYTES_MAX).map_err(said)?;
        let offered = batch.map_or(vec![], |batch| batch.ids);
        match self.rows[at..].iter().all(|row| offered.contains(&row_id(row))) {
            true => Ok(()),
            false => Err("it does not remember what it has offered".into()),
        }
    }

    fn is_fair(error: &EngineError, fault: Fault) -> bool {
        match error {
            EngineError::Store(StoreError::Full) => fault == Fault::Full,
            EngineError::Store(StoreError::Failing(_)) => fault != Fault::Full,
            _ => false,
        }
    }
}
