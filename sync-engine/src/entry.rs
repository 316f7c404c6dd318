//! Membership entries: the rows of a space's log that say who may write in it. What they add up to is `roster`'s.

use minicbor::{Decode, Encode};
use sha2::{Digest as _, Sha256};

use crate::ids::{DeviceId, EnvelopeId, ServerId, SpaceId};
use crate::keys::{Purpose, SecretKey, Signature, is_signed_by};

/// 200 characters are enough for any person's, organisation's or space's name.
pub const NAME_CHARS_MAX: usize = 200;

/// 64 KiB of entry: two thousand envelopes decided at once.
pub const ENTRY_BYTES_MAX: usize = 64 << 10;

/// 1,000 joins from one link, above any conference's delegates.
pub const INVITE_USES_MAX: u32 = 1000;

/// What a member may do. Ordered: each may do all that the ones before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode, serde::Serialize, serde::Deserialize)]
#[cbor(index_only)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    #[n(0)]
    Viewer,
    #[n(1)]
    Editor,
    #[n(2)]
    Admin,
}

/// The person behind a device, as they name themselves.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Person {
    #[n(0)]
    pub name: String,
    #[n(1)]
    pub organisation: String,
}

/// Where a space lives: the server's key, and the address under which its members reach it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, serde::Serialize, serde::Deserialize)]
pub struct Home {
    #[n(0)]
    pub server: ServerId,
    #[n(1)]
    pub url: String,
}

/// One membership entry.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Entry {
    /// Makes the space; its hash is the space's id. The signer becomes its first admin.
    #[n(0)]
    Found {
        #[n(0)]
        title: String,
        #[n(1)]
        founder: Person,
        /// A second admin that exists only on paper.
        #[n(2)]
        recovery: DeviceId,
        /// None while no server is in reach; a `Home` entry names one later.
        #[n(3)]
        home: Option<Home>,
        #[n(4)]
        #[cbor(with = "minicbor::bytes")]
        nonce: [u8; 16],
    },
    /// Lets whoever holds the secret half of `key` in.
    #[n(1)]
    Invite {
        #[n(0)]
        key: DeviceId,
        #[n(1)]
        role: Role,
        #[n(2)]
        uses: u32,
        /// Unix milliseconds, judged by the server's time of the join's row.
        #[n(3)]
        expires_ms: u64,
    },
    /// The signer comes in by an invite.
    #[n(2)]
    Join {
        #[n(0)]
        invite: DeviceId,
        /// By the invite's key, over the space and the joining device.
        #[n(1)]
        proof: Signature,
        #[n(2)]
        person: Person,
    },
    /// One more device of the signer's own.
    #[n(3)]
    AddDevice {
        #[n(0)]
        device: DeviceId,
        #[n(1)]
        label: String,
        /// By the new device's key, over the space and the device that adds it: nobody is added unasked.
        #[n(2)]
        consent: Signature,
    },
    #[n(4)]
    ChangeRole {
        #[n(0)]
        member: DeviceId,
        #[n(1)]
        role: Role,
    },
    /// Ends a member's access, and that of all their devices.
    #[n(5)]
    RemoveMember {
        #[n(0)]
        member: DeviceId,
    },
    /// Ends one device's access, and that of the devices it added.
    #[n(6)]
    RemoveDevice {
        #[n(0)]
        device: DeviceId,
    },
    #[n(7)]
    RevokeInvite {
        #[n(0)]
        key: DeviceId,
    },
    /// Names the server that orders the log from here on.
    #[n(8)]
    Home {
        #[n(0)]
        home: Home,
    },
    /// Takes held envelopes in.
    #[n(9)]
    Admit {
        #[n(0)]
        envelopes: Vec<EnvelopeId>,
    },
    /// Turns held envelopes away; their headers stay.
    #[n(10)]
    Refuse {
        #[n(0)]
        envelopes: Vec<EnvelopeId>,
    },
    /// The signer rebuilt the document from what a snapshot covers and found the same heads.
    #[n(11)]
    Vouch {
        #[n(0)]
        snapshot: EnvelopeId,
    },
    /// The signer holds something that the snapshot should have held: nothing that it covers may be dropped.
    #[n(12)]
    Object {
        #[n(0)]
        snapshot: EnvelopeId,
    },
}

/// Why bytes are not an entry that this version can read.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum EntryError {
    #[error("the entry of {0} bytes is above the limit")]
    TooLong(usize),
    #[error("the entry is of a newer version, or damaged: {0}")]
    Unknown(String),
    #[error("a name of {0} characters is above the limit")]
    Name(usize),
    #[error("an invite for {0} uses is above the limit")]
    Uses(u32),
}

impl Entry {
    /// The entry as it stands in an envelope's payload.
    pub fn to_bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// Reads an entry, and checks the limits of the format.
    pub fn read(bytes: &[u8]) -> Result<Self, EntryError> {
        if bytes.len() > ENTRY_BYTES_MAX {
            return Err(EntryError::TooLong(bytes.len()));
        }
        let entry: Self = minicbor::decode(bytes).map_err(|e| EntryError::Unknown(e.to_string()))?;
        for name in entry.names() {
            let chars = name.chars().count();
            if chars > NAME_CHARS_MAX {
                return Err(EntryError::Name(chars));
            }
        }
        match entry {
            Self::Invite { uses, .. } if uses > INVITE_USES_MAX => Err(EntryError::Uses(uses)),
            _ => Ok(entry),
        }
    }

    fn names(&self) -> Vec<&str> {
        match self {
            Self::Found { title, founder, home, .. } => {
                let url = home.as_ref().map_or("", |home| home.url.as_str());
                vec![title, &founder.name, &founder.organisation, url]
            }
            Self::Join { person, .. } => vec![&person.name, &person.organisation],
            Self::AddDevice { label, .. } => vec![label],
            Self::Home { home } => vec![&home.url],
            _ => vec![],
        }
    }
}

/// The id of the space that these bytes of a `Found` entry make.
pub fn space_id(found: &[u8]) -> SpaceId {
    let mut hash = Sha256::new();
    hash.update(b"multaqa 1 space\0");
    hash.update(found);
    SpaceId(hash.finalize().into())
}

/// What an invite's bearer signs with the invite's key.
pub fn join_proof(invite: &SecretKey, space: &SpaceId, device: &DeviceId) -> Signature {
    invite.sign(Purpose::Join, &join_message(space, device))
}

/// Whether `proof` shows that the holder of `invite` let `device` into `space`.
pub fn is_join_proof(invite: &DeviceId, space: &SpaceId, device: &DeviceId, proof: &Signature) -> bool {
    is_signed_by(&invite.0, Purpose::Join, &join_message(space, device), proof)
}

fn join_message(space: &SpaceId, device: &DeviceId) -> Vec<u8> {
    [space.0, device.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_the_same_after_its_bytes() {
        let entry = Entry::Invite { key: DeviceId([1; 32]), role: Role::Editor, uses: 3, expires_ms: 4 };
        assert_eq!(Entry::read(&entry.to_bytes()), Ok(entry));
    }

    #[test]
    fn a_name_without_end_is_refused() {
        let person = Person { name: "س".repeat(NAME_CHARS_MAX + 1), organisation: String::new() };
        let entry = Entry::Join { invite: DeviceId([1; 32]), proof: Signature([0; 64]), person };
        assert_eq!(Entry::read(&entry.to_bytes()), Err(EntryError::Name(NAME_CHARS_MAX + 1)));
    }

    #[test]
    fn an_unknown_entry_is_told_apart() {
        // Variant 99 with no fields.
        assert!(matches!(Entry::read(&[0x82, 0x18, 99, 0x80]), Err(EntryError::Unknown(_))));
    }
}
