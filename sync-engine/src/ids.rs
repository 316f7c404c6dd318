//! The names of things: fixed-size ids that cannot be mistaken for each other.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER_PERMISSIVE;
use minicbor::{Decode, Decoder, Encode, Encoder};
use sha2::{Digest as _, Sha256};

/// An id in text that is not the hexadecimal form of its bytes.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{text:?} is not a {kind}: {bytes} bytes in hexadecimal are expected")]
pub struct IdError {
    text: String,
    kind: &'static str,
    bytes: usize,
}

macro_rules! byte_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The bytes, as they stand in signed and stored forms.
            pub fn as_bytes(&self) -> &[u8] {
                &self.0
            }
        }

        impl TryFrom<&[u8]> for $name {
            type Error = std::array::TryFromSliceError;
            fn try_from(bytes: &[u8]) -> Result<Self, Self::Error> {
                bytes.try_into().map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&HEXLOWER_PERMISSIVE.encode(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let shown = self.0.len().min(4);
                write!(f, "{}({}…)", stringify!($name), HEXLOWER_PERMISSIVE.encode(&self.0[..shown]))
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                HEXLOWER_PERMISSIVE
                    .decode(text.as_bytes())
                    .ok()
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(Self)
                    .ok_or_else(|| IdError { text: text.to_owned(), kind: stringify!($name), bytes: $len })
            }
        }

        impl<C> Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?;
                Ok(())
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                let at = d.position();
                Self::try_from(d.bytes()?).map_err(|_| {
                    minicbor::decode::Error::message(concat!(stringify!($name), " of the wrong length")).at(at)
                })
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

byte_id!(
    /// A device, by its Ed25519 public key. A space's recovery key and an invite's key have the same form.
    DeviceId, 32
);
byte_id!(
    /// A server, by its Ed25519 public key.
    ServerId, 32
);
byte_id!(
    /// A space, by the SHA-256 of the entry that founded it.
    SpaceId, 32
);
byte_id!(
    /// A document: 16 random bytes, chosen by the device that made it.
    DocumentId, 16
);
byte_id!(
    /// One life of a device's database: 8 random bytes, made with the database.
    Incarnation, 8
);
byte_id!(
    /// An envelope, by the SHA-256 of its signed header.
    EnvelopeId, 32
);
byte_id!(
    /// A payload or an attachment, by the SHA-256 of its bytes.
    BlobHash, 32
);
byte_id!(
    /// A log's running digest at one position: see [`Cursor::step`].
    LogDigest, 16
);
byte_id!(
    /// 16 random bytes that tie a reply to its request.
    Nonce, 16
);

impl BlobHash {
    /// The hash of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// A place in a space's log, counted from 1 without gaps; 0 is before the first. Only `append` makes new ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Position(#[n(0)] pub u64);

impl Position {
    /// Before the first row.
    pub const START: Self = Self(0);
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// How far a reader has read a space's log: a position, and the log's running digest there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Cursor {
    #[n(0)]
    pub position: Position,
    #[n(1)]
    pub digest: LogDigest,
}

impl Cursor {
    /// Before the first row of any log.
    pub const START: Self = Self { position: Position::START, digest: LogDigest([0; 16]) };

    /// The cursor after a row with this envelope and server time: the digest is SHA-256 of the digest so far,
    /// the envelope's id and the time (Unix milliseconds, big-endian), cut to 16 bytes. The time is part of it
    /// because an invite's expiry is judged by it, and two readers must judge alike.
    #[must_use]
    pub fn step(self, envelope: &EnvelopeId, server_ms: u64) -> Self {
        let mut hash = Sha256::new();
        hash.update(self.digest.0);
        hash.update(envelope.0);
        hash.update(server_ms.to_be_bytes());
        let full: [u8; 32] = hash.finalize().into();
        let mut digest = [0; 16];
        digest.copy_from_slice(&full[..16]);
        Self { position: Position(self.position.0 + 1), digest: LogDigest(digest) }
    }
}

impl Default for Cursor {
    fn default() -> Self {
        Self::START
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_survives_its_text_form() {
        let id = DocumentId([7; 16]);
        assert_eq!(id.to_string().parse::<DocumentId>(), Ok(id));
        assert!("07".parse::<DocumentId>().is_err());
        assert!("no hexadecimal".parse::<DocumentId>().is_err());
    }

    #[test]
    fn a_cursor_depends_on_every_row_before_it() {
        let (a, b) = (EnvelopeId([1; 32]), EnvelopeId([2; 32]));
        let ab = Cursor::START.step(&a, 1).step(&b, 2);
        let ba = Cursor::START.step(&b, 2).step(&a, 1);
        assert_eq!(ab.position, ba.position);
        assert_ne!(ab.digest, ba.digest);
        assert_ne!(ab.digest, Cursor::START.step(&a, 1).step(&b, 3).digest);
    }
}
