//! Bugs to plant into a simulated world, each of them one that the checker must find: a checker that cannot fail
//! is worth nothing.

/// One planted bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plant {
    /// A crash leaves the cursor behind the rows that it stands for, without the rows.
    CursorBeforeRows,
    /// A restored device writes on as the actor that it was.
    ActorKept,
    /// The server looks at a cursor's position only, and takes any digest for its own.
    DigestNotCompared,
    /// A push without an answer counts as refused, and leaves the outbox.
    LostReplyRefused,
    /// A snapshot's payloads are dropped before anyone has vouched for it, or the server has it.
    CoveredDeletedEarly,
    /// What the server has acknowledged leaves the outbox before its row was read.
    AcknowledgedIsDone,
    /// A restored device is taken at its word that it holds all that it wrote.
    OwnRowsAlwaysKnown,
    /// Rows that arrive a second time are typed a second time.
    DeliveredTwice,
    /// Two rows have the same position, and different readers see different ones there.
    PositionGivenTwice,
    /// What a removed device writes later is taken in without a decision.
    RemovalIgnored,
}

impl Plant {
    pub const ALL: [Self; 10] = [
        Self::CursorBeforeRows,
        Self::ActorKept,
        Self::DigestNotCompared,
        Self::LostReplyRefused,
        Self::CoveredDeletedEarly,
        Self::AcknowledgedIsDone,
        Self::OwnRowsAlwaysKnown,
        Self::DeliveredTwice,
        Self::PositionGivenTwice,
        Self::RemovalIgnored,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::CursorBeforeRows => "cursor-before-rows",
            Self::ActorKept => "actor-kept",
            Self::DigestNotCompared => "digest-not-compared",
            Self::LostReplyRefused => "lost-reply-refused",
            Self::CoveredDeletedEarly => "covered-deleted-early",
            Self::AcknowledgedIsDone => "acknowledged-is-done",
            Self::OwnRowsAlwaysKnown => "own-rows-always-known",
            Self::DeliveredTwice => "delivered-twice",
            Self::PositionGivenTwice => "position-given-twice",
            Self::RemovalIgnored => "removal-ignored",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plant| plant.name() == name)
    }
}
