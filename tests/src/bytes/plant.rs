//! Bugs on purpose, of the kinds that this looks for: whoever checks the checker plants one.

use super::{Reach, Target, columns::read_unsigned};
use crate::sim::random::Random;

/// What a careless reader of lengths does with one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plant {
    /// Looks at that place.
    Panic,
    /// The same, on a thread whose panic nobody hears of.
    SwallowedPanic,
    /// Makes room for so many.
    Allocation,
    /// Counts that far.
    Loop,
    /// Goes down as deep.
    Recursion,
}

impl Plant {
    /// Every one.
    pub const ALL: [Self; 5] = [Self::Panic, Self::SwallowedPanic, Self::Allocation, Self::Loop, Self::Recursion];

    pub fn name(self) -> &'static str {
        match self {
            Self::Panic => "panic",
            Self::SwallowedPanic => "swallowed-panic",
            Self::Allocation => "allocation",
            Self::Loop => "loop",
            Self::Recursion => "recursion",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plant| plant.name() == name)
    }

    pub(super) fn before(self, target: Box<dyn Target>) -> Box<dyn Target> {
        Box::new(Careless { plant: self, target })
    }
}

/// A target, and a reader before it that believes the number at the third byte.
struct Careless {
    plant: Plant,
    target: Box<dyn Target>,
}

impl Target for Careless {
    fn make(&mut self, random: &mut Random) -> Vec<u8> {
        self.target.make(random)
    }

    fn take(&mut self, bytes: &[u8]) -> Reach {
        let claimed = bytes.get(3..).and_then(|mut rest| read_unsigned(&mut rest)).unwrap_or(0);
        match self.plant {
            Plant::Panic => assert!(claimed < 1 << 20, "a careless reader believes {claimed}"),
            Plant::SwallowedPanic => {
                let reader =
                    std::thread::spawn(move || assert!(claimed < 1 << 20, "a careless thread believes {claimed}"));
                drop(reader.join());
            }
            Plant::Allocation => drop(std::hint::black_box(Vec::<u64>::with_capacity(claimed.min(1 << 26) as usize))),
            Plant::Loop => (0..claimed).for_each(|at| _ = std::hint::black_box(at)),
            Plant::Recursion => _ = std::hint::black_box(deep(claimed.min(1 << 30))),
        }
        self.target.take(bytes)
    }
}

fn deep(levels: u64) -> u64 {
    let room = std::hint::black_box([levels; 64]);
    if levels == 0 { room[1] } else { std::hint::black_box(deep(levels - 1)) + room[2] }
}
