//! What whole-system tests, the simulation and the benchmarks share: a world of devices around a real server.

mod device;
mod proxy;
mod world;

pub use device::{Device, hour};
pub use proxy::{Fate, Proxy, Seen};
pub use world::{World, assert_agree, until};
