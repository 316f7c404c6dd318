//! The server's library: the log behind two traits, and the routes over it. The binary is `main.rs`.

pub mod append;
pub mod conformance;
mod connections;
pub mod followers;
pub mod log;
pub mod metrics;
pub mod nonces;
pub mod offered;
pub mod open_files;
pub mod pages;
pub mod places;
pub mod rates;
pub mod returned;
pub mod routes;
pub mod server;
pub mod service;
pub mod slots;
pub mod sqlite;
pub mod tls;
pub mod writer;
