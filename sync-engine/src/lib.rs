//! What devices and a server of Multaqa must agree on: names, formats, membership and the wire. With the
//! feature `client`, also the device's half: documents, store, engine and driver.

pub mod entry;
pub mod envelope;
pub mod frame;
pub mod ids;
pub mod keys;
pub mod link;
pub mod request;
pub mod roster;
pub mod wire;
