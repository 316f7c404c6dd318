//! Wrong bytes at every border, millions of them: each from a number, so that it can be played again; each measured.
//! Every border has valid bytes, ways to make them wrong at every depth, and a reader that says how deep they came.
//!
//! An input is wrong where the code panics (even where a panic is caught on the way), where it does not come to an
//! end, and where it allocates or computes more than anything so small may cost.

mod cbor;
mod changes;
mod chunk;
mod chunks;
mod columns;
mod corpus;
mod documents;
mod entries;
mod envelopes;
mod frames;
mod keys;
mod links;
pub mod memory;
mod mutate;
mod pages;
mod plant;
mod requests;
mod run;
mod share;
mod snapshots;
mod watch;
mod wire;

use crate::sim::random::Random;

pub use corpus::play_corpus;
pub use plant::Plant;
pub use run::{Bars, Found, Report, Run, play};
pub use share::{Share, play_share};

/// How far an input came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Its place among the border's depths.
    pub depth: usize,
    /// The kind of answer, in a word or two.
    pub answer: String,
}

impl Reach {
    fn new(depth: usize, answer: &str) -> Self {
        Self { depth, answer: answer.to_owned() }
    }

    /// With the name of an error's variant.
    fn error(depth: usize, error: &impl std::fmt::Debug) -> Self {
        let text = format!("{error:?}");
        let end = text.find(['(', '{', ' ', '"']).unwrap_or(text.len());
        Self { depth, answer: text[..end].to_owned() }
    }
}

/// What reads bytes at a border, and makes them.
trait Target {
    /// Wrong bytes; now and then right ones.
    fn make(&mut self, random: &mut Random) -> Vec<u8>;

    /// Reads them as the border does.
    fn take(&mut self, bytes: &[u8]) -> Reach;
}

/// Where bytes from others come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Border {
    /// Payloads of changes: unpacked, guarded, tried on a copy, and looked at.
    Changes,
    /// Single changes: guarded, packed, and unpacked again.
    Chunks,
    /// Whole documents.
    Snapshots,
    Envelopes,
    /// Membership entries, and what they do to a roster.
    Entries,
    /// Links of invitations and of a server's operator, and the forms of ids.
    Links,
    /// Batches of envelopes on the wire.
    Frames,
    /// Requests, replies and parts of streams.
    Wire,
    /// A server, by its router.
    Requests,
    /// A device, by the pages that a server sends and the rows that another device hands over.
    Pages,
}

impl Border {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::Changes,
        Self::Chunks,
        Self::Snapshots,
        Self::Envelopes,
        Self::Entries,
        Self::Links,
        Self::Frames,
        Self::Wire,
        Self::Requests,
        Self::Pages,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Changes => "changes",
            Self::Chunks => "chunks",
            Self::Snapshots => "snapshots",
            Self::Envelopes => "envelopes",
            Self::Entries => "entries",
            Self::Links => "links",
            Self::Frames => "frames",
            Self::Wire => "wire",
            Self::Requests => "requests",
            Self::Pages => "pages",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|border| border.name() == name)
    }

    /// How deep an input may come, the shallowest first.
    pub fn depths(self) -> &'static [&'static str] {
        match self {
            Self::Changes => &["no payload", "unpacked", "guarded", "tried", "applied"],
            Self::Chunks => &["refused by the guard", "guarded"],
            Self::Snapshots => &["refused by the guard", "guarded", "loaded"],
            Self::Envelopes => &["no header", "header", "signed", "with its payload"],
            Self::Entries => &["no entry", "entry", "held", "accepted"],
            Self::Links => &["no link", "begins as one", "link"],
            Self::Frames => &["not inflated", "inflated", "rows", "signed rows"],
            Self::Wire => &["not read", "read", "signed"],
            Self::Requests => &["no route or proof", "signed", "read", "answered", "stored"],
            Self::Pages => &["no page", "refused", "stored", "shown"],
        }
    }

    /// Of a hundred inputs: more where more can go wrong, fewer where one takes long.
    fn share(self) -> u64 {
        match self {
            Self::Changes => 14,
            Self::Chunks | Self::Wire => 15,
            Self::Entries | Self::Envelopes | Self::Frames | Self::Links => 11,
            Self::Snapshots => 6,
            Self::Requests => 5,
            Self::Pages => 1,
        }
    }

    /// How many inputs in a row are played on one state, which the ones before have changed; 1 where there is none.
    fn row(self) -> u64 {
        match self {
            Self::Requests => 500,
            Self::Pages => 100,
            _ => 1,
        }
    }

    fn open(self) -> Box<dyn Target> {
        match self {
            Self::Changes => Box::new(changes::Changes),
            Self::Chunks => Box::new(chunks::Chunks),
            Self::Snapshots => Box::new(snapshots::Snapshots),
            Self::Envelopes => Box::new(envelopes::Envelopes),
            Self::Entries => Box::new(entries::Entries::new()),
            Self::Links => Box::new(links::Links),
            Self::Frames => Box::new(frames::Frames::new()),
            Self::Wire => Box::new(wire::Wire),
            Self::Requests => Box::new(requests::Requests::new()),
            Self::Pages => Box::new(pages::Pages::new()),
        }
    }
}
