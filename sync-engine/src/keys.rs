//! Ed25519 keys: every signature names what it is for, so that one can never be passed off as another.

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use crate::ids::{DeviceId, ServerId};

/// What a signature is over; its name is part of the signed bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// An envelope's id, by the device that wrote it.
    Envelope,
    /// A request's parameters, by the device that sends it.
    Request,
    /// A reply's body, by the server.
    Reply,
    /// A position and digest of a space's log, by its home server.
    Head,
    /// A space and a device, by an invite's key: its bearer let this device in.
    Join,
}

impl Purpose {
    fn tag(self) -> &'static [u8] {
        match self {
            Self::Envelope => b"multaqa 1 envelope\0",
            Self::Request => b"multaqa 1 request\0",
            Self::Reply => b"multaqa 1 reply\0",
            Self::Head => b"multaqa 1 head\0",
            Self::Join => b"multaqa 1 join\0",
        }
    }
}

/// 64 bytes of Ed25519 (RFC 8032) over the purpose's name and the message.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Signature(pub [u8; 64]);

impl std::fmt::Debug for Signature {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signature(…)")
    }
}

impl<C> minicbor::Encode<C> for Signature {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?;
        Ok(())
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Signature {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        let bytes = d.bytes()?;
        bytes.try_into().map(Self).map_err(|_| minicbor::decode::Error::message("a signature has 64 bytes"))
    }
}

/// A secret key of a device, a server, an invite or a recovery sheet. Its `Debug` form hides it.
#[derive(Clone)]
pub struct SecretKey(SigningKey);

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SecretKey(of {:?})", self.device())
    }
}

impl SecretKey {
    /// The key that these 32 bytes of good randomness stand for.
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The 32 bytes that `from_seed` takes.
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half, as a device's id.
    pub fn device(&self) -> DeviceId {
        DeviceId(self.0.verifying_key().to_bytes())
    }

    /// The public half, as a server's id.
    pub fn server(&self) -> ServerId {
        ServerId(self.0.verifying_key().to_bytes())
    }

    /// Signs `message` for `purpose`.
    pub fn sign(&self, purpose: Purpose, message: &[u8]) -> Signature {
        Signature(self.0.sign(&[purpose.tag(), message].concat()).to_bytes())
    }
}

/// Whether `signature` is `key`'s over `message` for `purpose`. Strict: weak keys and malleable forms fail, so
/// every verifier agrees.
pub fn is_signed_by(key: &[u8; 32], purpose: Purpose, message: &[u8], signature: &Signature) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        key.verify_strict(&[purpose.tag(), message].concat(), &signature).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_holds_for_one_purpose_message_and_key_only() {
        let (key, other) = (SecretKey::from_seed(&[1; 32]), SecretKey::from_seed(&[2; 32]));
        let signature = key.sign(Purpose::Envelope, b"text");
        assert!(is_signed_by(&key.device().0, Purpose::Envelope, b"text", &signature));
        assert!(!is_signed_by(&key.device().0, Purpose::Request, b"text", &signature));
        assert!(!is_signed_by(&key.device().0, Purpose::Envelope, b"next", &signature));
        assert!(!is_signed_by(&other.device().0, Purpose::Envelope, b"text", &signature));
        assert!(!is_signed_by(&[0xff; 32], Purpose::Envelope, b"text", &signature));
    }
}
