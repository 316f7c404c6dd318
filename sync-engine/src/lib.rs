//! Placeholder.

#[cfg(feature = "client")]
pub mod document;
