//! The server's library: the log behind one trait, and the router over it. The binary is `main.rs`.

pub mod append;
pub mod log;
pub mod sqlite;
