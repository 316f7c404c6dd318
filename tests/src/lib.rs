//! What whole-system tests, the simulation and the benchmarks share: a world of devices around a real server.

pub mod bombs;
pub mod bytes;
pub mod data;
mod device;
pub mod disk;
mod forger;
pub mod kills;
mod letters;
pub mod liar;
pub mod poison;
mod proxy;
pub mod replay;
pub mod scenario;
pub mod sim;
pub mod story;
pub mod trace;
mod world;

pub use device::{Device, hour};
pub use forger::Forger;
pub use letters::letters;
pub use liar::Liar;
pub use proxy::{Fate, Proxy, Seen};
pub use world::{World, assert_agree, until};
