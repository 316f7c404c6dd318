//! What whole-system tests, the simulation and the benchmarks share: a world of devices around a real server.

mod device;
pub mod sim;
mod world;

pub use device::{Device, hour};
pub use world::World;
