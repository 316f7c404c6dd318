//! The app's host: what the page can ask for and is told, and the window that it stands in. No logic of its own:
//! the engine owns every document.

pub mod app;
pub mod commands;
pub mod database;
pub mod device;
mod disk;
pub mod documents;
pub mod door;
pub mod error;
pub mod events;
pub mod heads;
pub mod key_store;
pub mod looking;
pub mod notes;
mod outside;
pub mod pairing;
pub mod qr;
pub mod recovering;
pub mod sample;
pub mod spaces;
pub mod syncing;
mod window;

pub use window::run;
