//! A conference: its delegations, agenda, recommendations, committees and final communique. A real
//! statement leaves most of it unsaid, so every field may be absent.

use super::{
    place::Place,
    record::record,
    value::{Date, ItemId, Link, Time, words},
};

words! {
    AgendaKind {
        Opening = "opening",
        Recitation = "recitation",
        Speech = "speech",
        Discussion = "discussion",
        Closing = "closing",
    }
}

words! {
    Attendance { Present = "present", Absent = "absent", Excused = "excused", }
}

words! {
    MinutesState { Draft = "draft", Circulated = "circulated", Approved = "approved", }
}

words! {
    /// Whether a recommendation is carried out once or goes on.
    Duration { Once = "once", Ongoing = "ongoing", }
}

record! {
    Conference, ConferenceField {
        scalars {
            title / Title: String,
            series / Series: String,
            /// Which edition of the series it is: 8 for the eighth.
            ordinal / Ordinal: u32,
            host / Host: String,
            venue / Venue: String,
            starts_on / StartsOn: Date,
            ends_on / EndsOn: Date,
            invitation_number / InvitationNumber: String,
            invitation_date / InvitationDate: Date,
            minutes_state / MinutesState: MinutesState,
        }
        texts {
            /// The final communique.
            communique,
        }
        items {
            delegations: Delegation,
            agenda: AgendaItem,
            recommendations: Recommendation,
            committees: Committee,
        }
    }
}

record! {
    Delegation, DelegationField {
        scalars {
            organisation / Organisation: String,
            /// The member who leads the delegation.
            head / Head: ItemId,
            rapporteur / Rapporteur: ItemId,
        }
        items { members: Person, }
    }
}

record! {
    Person, PersonField {
        scalars {
            honorific / Honorific: String,
            name / Name: String,
            post / Post: String,
            attendance / Attendance: Attendance,
        }
    }
}

record! {
    AgendaItem, AgendaItemField {
        scalars {
            title / Title: String,
            kind / Kind: AgendaKind,
            presenter / Presenter: String,
            organisation / Organisation: String,
            day / Day: Date,
            /// When it is planned to begin, by the clock of the venue.
            starts_at / StartsAt: Time,
            /// Minutes that it is planned to take.
            planned_minutes / PlannedMinutes: u32,
            /// The session that it belongs to, by its name: items of one day with the same name are one session.
            session / Session: String,
        }
        texts {
            /// What was decided, not who said what.
            minutes,
        }
    }
}

record! {
    Recommendation, RecommendationField {
        scalars {
            number / Number: u32,
            duration / Duration: Duration,
            /// The note that it was taken from.
            source_note / SourceNote: String,
            /// Where in that note, as Automerge cursors: they stay with the words when others type.
            source_start / SourceStart: String,
            source_end / SourceEnd: String,
            /// The heading of the statement that it stands under, as it is written there.
            axis / Axis: String,
        }
        texts {
            /// The exact words that were agreed.
            wording,
        }
        sets {
            addressees: String,
            /// The plan items that carry it out.
            carried_by: Link,
        }
    }
}

record! {
    Committee, CommitteeField {
        scalars { name / Name: String, chair / Chair: String, }
        texts { mandate, }
        sets { members: String, }
    }
}

impl Conference {
    pub fn place() -> Place<Self> {
        Place::root()
    }
}
