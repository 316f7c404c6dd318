//! What devices and a server of Multaqa must agree on: names, formats, membership and the wire. With the
//! feature `client`, also the device's half: documents, store, engine and driver.

pub mod entry;
pub mod envelope;
pub mod frame;
pub mod ids;
pub mod inflate;
pub mod keys;
pub mod link;
pub mod request;
pub mod roster;
pub mod session;
pub mod sheet;
pub mod wire;

#[cfg(feature = "client")]
pub mod arabic;
#[cfg(feature = "client")]
mod chunk;
#[cfg(feature = "client")]
pub mod contact;
#[cfg(feature = "client")]
pub mod document;
#[cfg(feature = "client")]
pub mod driver;
#[cfg(feature = "client")]
pub mod editor;
#[cfg(feature = "client")]
pub mod engine;
#[cfg(feature = "client")]
pub mod exchange;
#[cfg(feature = "client")]
pub mod guard;
#[cfg(feature = "client")]
pub mod http;
#[cfg(feature = "client")]
mod leb128;
#[cfg(feature = "client")]
pub mod pairing;
#[cfg(feature = "client")]
pub mod payload;
pub mod portion;
#[cfg(feature = "client")]
pub mod recovery;
#[cfg(feature = "client")]
pub mod statement;
#[cfg(feature = "client")]
pub mod store;
#[cfg(feature = "client")]
mod tls;
#[cfg(feature = "client")]
pub mod trial;

#[cfg(all(test, feature = "client"))]
mod test_changes;
