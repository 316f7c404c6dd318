//! A joint plan: what each organisation will do, by when, and how far it has come. An item may have no
//! owner and no date; that is a fact to show, never one to invent.

use automerge::transaction::Transactable;

use super::{
    DocumentError,
    collection::{Position, add},
    conference::{Duration, Recommendation},
    edit::{insert_key, set, set_text},
    place::Place,
    record::{Item, record},
    value::{Date, ItemId, Link, Percent, words},
};

words! {
    Status {
        Open = "open",
        InProgress = "in_progress",
        Done = "done",
        NotDone = "not_done",
        NotApplicable = "not_applicable",
    }
}

words! {
    Recurrence {
        /// Said to happen once, which is more than not saying.
        None = "none",
        Weekly = "weekly",
        Monthly = "monthly",
        Quarterly = "quarterly",
        Yearly = "yearly",
    }
}

record! {
    Plan, PlanField {
        scalars { title / Title: String, }
        items { items: PlanItem, }
    }
}

record! {
    PlanItem, PlanItemField {
        scalars {
            responsible / Responsible: String,
            committee / Committee: String,
            due / Due: Date,
            recurrence / Recurrence: Recurrence,
            duration / Duration: Duration,
            status / Status: Status,
            progress / Progress: Percent,
            /// The recommendation that it carries out.
            origin / Origin: Link,
        }
        texts { wording, }
        sets {
            supporting: String,
            /// Items of this plan that have to be done before.
            depends_on: ItemId,
        }
        items { remarks: Remark, evidence: Evidence, }
    }
}

record! {
    /// What someone reported about an item on a day.
    Remark, RemarkField {
        scalars { on / On: Date, progress / Progress: Percent, by / By: String, }
        texts { text, }
    }
}

record! {
    /// What shows that something was done: a stored file, a web address, or just a description.
    Evidence, EvidenceField {
        scalars {
            label / Label: String,
            /// The SHA-256 of a stored file, in hexadecimal.
            blob / Blob: String,
            address / Address: String,
            on / On: Date,
        }
    }
}

impl Plan {
    pub fn place() -> Place<Self> {
        Place::root()
    }
}

impl PlanItem {
    /// An item without a status is open.
    pub fn is_open(&self) -> bool {
        !matches!(self.status, Some(Status::Done | Status::NotDone | Status::NotApplicable))
    }

    pub fn needs_owner(&self) -> bool {
        self.is_open() && self.responsible.as_deref().is_none_or(|name| name.trim().is_empty())
    }

    /// What goes on or comes back needs no single date.
    pub fn needs_date(&self) -> bool {
        let comes_back = self.recurrence.is_some_and(|recurrence| recurrence != Recurrence::None);
        self.is_open() && self.due.is_none() && !comes_back && self.duration != Some(Duration::Ongoing)
    }
}

/// Makes a plan item out of a recommendation, word for word, without an owner or a date. If the `id` is
/// derived from the link, two offices that copy the same recommendation while apart make one item.
/// The caller writes the other direction into the conference with [`mark_carried`].
pub fn copy_recommendation(
    tx: &mut impl Transactable,
    conference: &str,
    recommendation: &Item<Recommendation>,
    id: ItemId,
    tiebreak: &str,
) -> Result<Place<PlanItem>, DocumentError> {
    let origin = Link { document: conference.to_owned(), item: recommendation.id };
    let item = add(tx, &Plan::place().items(), id, Position::Last, tiebreak)?;
    set_text(tx, &item.wording(), &recommendation.value.wording)?;
    set(tx, &item, PlanItemField::Origin(Some(origin)))?;
    if let Some(duration) = recommendation.value.duration {
        set(tx, &item, PlanItemField::Duration(Some(duration)))?;
    }
    Ok(item)
}

/// Notes on a recommendation that an item of some plan carries it out.
pub fn mark_carried(
    tx: &mut impl Transactable,
    recommendation: &Place<Recommendation>,
    plan_item: &Link,
) -> Result<(), DocumentError> {
    insert_key(tx, &recommendation.carried_by(), plan_item)
}
