//! Placeholder.

#[cfg(feature = "client")]
mod chunk;
#[cfg(feature = "client")]
pub mod guard;
#[cfg(feature = "client")]
mod leb128;
#[cfg(feature = "client")]
pub mod payload;
#[cfg(feature = "client")]
pub mod trial;

#[cfg(all(test, feature = "client"))]
mod test_changes;
