//! Conferences, notes and plans as the page shows and edits them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sync_engine::document::{
    self, Attachment, AttachmentField, BinnedItem, Conference, Edit, ItemId, Kind, Link, Note, Plan, Position, read,
};
use sync_engine::engine::{Conflict, DocumentName, EngineError, Who};
use sync_engine::entry::Role;
use sync_engine::ids::{BlobHash, DocumentId, SpaceId};
use sync_engine::store::{DocumentInfo, Listed};

use crate::app::App;
use crate::error::{Code, CommandError};
use crate::events::AppEvent;
use crate::heads::Heads;
use crate::spaces::{Standing, named};

/// 1,000 edits make one conference's agenda and attendance.
const EDITS_MAX: usize = 1000;

/// A document of one of the kinds, as it reads at some heads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Content {
    Conference(Conference),
    Note(Note),
    Plan(Plan),
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DocumentView {
    pub name: DocumentName,
    pub heads: Heads,
    pub content: Content,
    /// Of the present version; of an older one there is nothing to decide.
    pub conflicts: Vec<Conflict>,
    pub is_binned: bool,
    /// Whether others changed it since it was marked as seen.
    pub is_unseen: bool,
    pub may_write: bool,
    pub is_on_device_only: bool,
    /// Everyone who can read it: the members of its space.
    pub readers: Vec<Who>,
}

/// One line of a list, for which no document was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DocumentLine {
    pub name: DocumentName,
    pub kind: String,
    pub title: String,
    pub first_words: String,
    pub last_edit_ms: i64,
    pub is_binned: bool,
    pub is_on_device_only: bool,
    /// Whether others changed it since it was marked as seen.
    pub is_unseen: bool,
    /// Of a note: the conference and the agenda item that it belongs to.
    pub conference: Option<DocumentId>,
    pub agenda_item: Option<String>,
    /// Of a note.
    pub tags: BTreeSet<String>,
}

impl From<DocumentInfo> for DocumentLine {
    fn from(info: DocumentInfo) -> Self {
        Self {
            name: DocumentName { space: info.space, document: info.document },
            kind: info.text.kind,
            title: info.text.title,
            first_words: info.text.first_words,
            last_edit_ms: info.text.last_edit_ms,
            is_binned: info.text.is_binned,
            is_on_device_only: info.is_on_device_only,
            is_unseen: info.is_unseen,
            conference: info.text.conference,
            agenda_item: info.text.agenda_item,
            tags: info.text.tags,
        }
    }
}

/// The document as the edit left it, without what others wrote since the version that it was made on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edited {
    pub heads: Heads,
}

impl App {
    /// The documents that a list is to have, the last edited first.
    pub fn documents(&self, listed: &Listed) -> Result<Vec<DocumentLine>, CommandError> {
        Ok(self.lock()?.listed(listed)?.into_iter().map(DocumentLine::from).collect())
    }

    /// Makes a document and edits it, so that nobody sees it half filled in.
    pub fn create(
        &self,
        space: &SpaceId,
        kind: Kind,
        title: &str,
        edits: &[Edit],
    ) -> Result<DocumentName, CommandError> {
        let title = if title.trim().is_empty() { "" } else { named(title)? };
        self.check_may_write(space)?;
        let name = self.lock()?.create(space, kind, title, self.now_ms())?;
        if !edits.is_empty() {
            self.edit(&name, edits, None)?;
        }
        self.on_edited(name);
        Ok(name)
    }

    pub fn document(&self, name: &DocumentName, heads: Option<&Heads>) -> Result<DocumentView, CommandError> {
        let mut engine = self.lock()?;
        let at = heads.map(|heads| heads.0.as_slice());
        let (content, present, is_binned) = engine.read(name, |doc| {
            let absent = at.and_then(|at| at.iter().find(|hash| doc.get_change_meta_by_hash(hash).is_none()));
            if let Some(absent) = absent {
                return Err(EngineError::NoSuchVersion(absent.to_string()));
            }
            let content = match document::kind_of(doc, at) {
                Some(Kind::Conference) => read(doc, &Conference::place(), at).map(Content::Conference),
                Some(Kind::Note) => read(doc, &Note::place(), at).map(Content::Note),
                Some(Kind::Plan) => read(doc, &Plan::place(), at).map(Content::Plan),
                None => None,
            };
            let content = content.ok_or(EngineError::NoSuchDocument(name.document))?;
            Ok((content, at.map_or_else(|| doc.get_heads(), <[_]>::to_vec), document::summarise(doc).is_binned))
        })??;
        let roster = engine.roster(&name.space)?;
        let members = roster.members().iter().filter(|(_, member)| !member.is_removed && !member.is_on_paper());
        let readers = members.map(|(id, _)| engine.who(&name.space, id)).collect::<Result<_, _>>()?;
        let is_on_device_only = engine.is_on_device_only(name)?;
        let is_unseen = engine.is_unseen(name)?;
        let conflicts = if heads.is_none() { engine.conflicts(name)? } else { vec![] };
        drop(engine);
        let may_write = heads.is_none() && self.check_may_write(&name.space).is_ok();
        let heads = Heads(present);
        Ok(DocumentView {
            name: *name,
            heads,
            content,
            conflicts,
            is_binned,
            is_unseen,
            may_write,
            is_on_device_only,
            readers,
        })
    }

    /// Whether this device may write in a space now: who has joined may, before the server knows of it.
    pub(crate) fn check_may_write(&self, space: &SpaceId) -> Result<(), CommandError> {
        let view = self.space(space)?;
        let is_allowed = match view.standing {
            Standing::Member => view.role.is_some_and(|role| role >= Role::Editor),
            Standing::Waiting | Standing::Held => true,
            Standing::Removed => false,
        };
        let refused = || CommandError::new(Code::NotAllowed, "this device may read the space, and not write in it");
        is_allowed.then_some(()).ok_or_else(refused)
    }

    /// Makes edits as one change: all of them, or none. With `seen`, they are made on top of that version, so that what
    /// others wrote since into the same text stays.
    pub fn edit(&self, name: &DocumentName, edits: &[Edit], seen: Option<&Heads>) -> Result<Edited, CommandError> {
        if edits.len() > EDITS_MAX {
            return Err(CommandError::new(Code::TooLarge, format!("at most {EDITS_MAX} edits are made at once")));
        }
        self.check_may_write(&name.space)?;
        let now_ms = self.now_ms();
        let mut engine = self.lock()?;
        let tiebreak = engine.tiebreak();
        let seen = seen.map_or_else(|| engine.heads(name), |seen| Ok(seen.0.clone()))?;
        let heads = engine.edit_from(name, &seen, now_ms, |tx| {
            edits.iter().try_for_each(|edit| document::apply(tx, edit, now_ms, &tiebreak))
        })?;
        drop(engine);
        self.on_edited(*name);
        Ok(Edited { heads: Heads(heads) })
    }

    /// What has to happen after everything that this device has written.
    pub(crate) fn on_edited(&self, name: DocumentName) {
        self.syncing.edited();
        self.tell(vec![AppEvent::DocumentChanged { name, by: vec![] }, AppEvent::DocumentsChanged]);
    }

    /// The items in the bin, the last deleted first.
    pub fn binned_items(&self, name: &DocumentName) -> Result<Vec<BinnedItem>, CommandError> {
        Ok(self.lock()?.binned_items(name)?)
    }

    /// A copy of what the document holds now, in another space.
    pub fn share(&self, name: &DocumentName, to: &SpaceId) -> Result<DocumentName, CommandError> {
        self.check_may_write(to)?;
        let now_ms = self.now_ms();
        let shared = self.lock()?.share(name, to, now_ms)?.name;
        self.on_edited(shared);
        Ok(shared)
    }

    /// Everything that the device has, as a zip of Markdown and Automerge files.
    pub fn export(&self) -> Result<Vec<u8>, CommandError> {
        let language = match self.settings()?.language {
            crate::device::Language::Ar => document::Language::Arabic,
            crate::device::Language::En => document::Language::English,
        };
        let mut zip = Vec::new();
        self.lock()?.export(language, self.now_ms(), &mut zip)?;
        Ok(zip)
    }

    /// Makes plan items of recommendations, word for word and linked both ways. Two offices that do the same while
    /// apart make one item.
    pub fn carry_out(
        &self,
        conference: &DocumentName,
        recommendations: &[ItemId],
        plan: &DocumentName,
    ) -> Result<(), CommandError> {
        self.check_may_write(&conference.space)?;
        self.check_may_write(&plan.space)?;
        let now_ms = self.now_ms();
        let mut engine = self.lock()?;
        let tiebreak = engine.tiebreak();
        let content: Conference = engine
            .read(conference, |doc| read(doc, &Conference::place(), None))?
            .ok_or(EngineError::NoSuchDocument(conference.document))?;
        let (conference_id, plan_id) = (conference.document.to_string(), plan.document.to_string());
        for id in recommendations {
            let found = content.recommendations.iter().find(|recommendation| recommendation.id == *id);
            let recommendation = found.ok_or_else(|| {
                CommandError::new(Code::NotFound, format!("recommendation {id} is not there any more"))
            })?;
            let item = Link { document: conference_id.clone(), item: *id }.derived_id(&plan_id);
            let is_there = engine.read(plan, |doc| {
                read(doc, &Plan::place(), None)
                    .is_some_and(|plan: Plan| plan.items.iter().any(|found| found.id == item))
            })?;
            if !is_there {
                engine.edit(plan, None, now_ms, |tx| {
                    document::copy_recommendation(tx, &conference_id, recommendation, item, &tiebreak)
                })?;
            }
            let link = Link { document: plan_id.clone(), item };
            engine.edit(conference, None, now_ms, |tx| {
                document::mark_carried(tx, &Conference::place().recommendations().at(*id), &link)
            })?;
        }
        drop(engine);
        self.on_edited(*plan);
        self.on_edited(*conference);
        Ok(())
    }

    /// Keeps a file with a note, by its hash.
    pub fn attach(&self, name: &DocumentName, file: &FileName, bytes: &[u8]) -> Result<AttachmentView, CommandError> {
        self.check_may_write(&name.space)?;
        let now_ms = self.now_ms();
        let mut engine = self.lock()?;
        let (id, tiebreak) = (engine.item_id(), engine.tiebreak());
        let blob = engine.attach(name, bytes)?;
        let attachment = Attachment {
            name: Some(file.file_name.clone()),
            blob: Some(blob.to_string()),
            media_type: Some(file.media_type.clone()),
            bytes: i64::try_from(bytes.len()).ok(),
        };
        let kind = engine.read(name, |doc| document::kind_of(doc, None))?;
        if kind == Some(Kind::Note) {
            engine.edit(name, None, now_ms, |tx| {
                let place = document::add(tx, &Note::place().attachments(), id, Position::Last, &tiebreak)?;
                document::set(tx, &place, AttachmentField::Name(attachment.name.clone()))?;
                document::set(tx, &place, AttachmentField::Blob(attachment.blob.clone()))?;
                document::set(tx, &place, AttachmentField::MediaType(attachment.media_type.clone()))?;
                document::set(tx, &place, AttachmentField::Bytes(attachment.bytes))
            })?;
        }
        drop(engine);
        self.on_edited(*name);
        Ok(AttachmentView { id, attachment })
    }

    /// A stored file; nothing while it is not here, and then it is fetched with the next sync.
    pub fn blob(&self, space: &SpaceId, blob: &BlobHash) -> Result<Vec<u8>, CommandError> {
        Ok(self.lock()?.attachment(space, blob)?.unwrap_or_default())
    }

    pub fn want_attachment(&self, space: &SpaceId, blob: &BlobHash) -> Result<(), CommandError> {
        self.lock()?.want_attachment(space, blob)?;
        self.syncing.edited();
        Ok(())
    }
}

/// What a file is called, and what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileName {
    pub file_name: String,
    pub media_type: String,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AttachmentView {
    pub id: ItemId,
    #[serde(flatten)]
    pub attachment: Attachment,
}
