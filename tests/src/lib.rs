//! What whole-system tests, the simulation and the benchmarks share: a world of devices around a real server.

pub mod data;
mod device;
pub mod replay;
pub mod scenario;
pub mod trace;
mod world;

pub use device::{Device, hour};
pub use world::World;
