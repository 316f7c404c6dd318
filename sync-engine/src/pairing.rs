//! The codes by which a person adds a second device of their own: an offer, and its answer, as texts to scan or paste.
//! None of them is a secret, and none is of use to anybody else. Knows nothing of what the devices do with them.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::entry::Person;
use crate::ids::{DeviceId, ServerId, SpaceId};
use crate::keys::Signature;

/// 64 KiB of code are a hundred spaces.
pub const CODE_BYTES_MAX: usize = 64 << 10;

const OFFER: &str = "multaqa://offer#";
const ANSWER: &str = "multaqa://answer#";

/// What the old device says: whose it is, and where its spaces are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    pub by: DeviceId,
    pub person: Person,
    pub spaces: Vec<(SpaceId, ServerId, String)>,
}

/// What the new device says: its key, and its consent for each space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub device: DeviceId,
    pub consents: Vec<(SpaceId, Consent)>,
}

/// A signature, in hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent(pub Signature);

/// Why text is not such a code.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum PairingError {
    #[error("the code of {0} bytes is too long")]
    TooLong(usize),
    #[error("the code should begin with {0} and be whole")]
    Damaged(&'static str),
}

impl Serialize for Consent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEXLOWER.encode(&self.0.0))
    }
}

impl<'de> Deserialize<'de> for Consent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = HEXLOWER.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(|bytes| Self(Signature(bytes))).ok_or_else(|| serde::de::Error::custom("no signature"))
    }
}

impl fmt::Display for Offer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, OFFER, self)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(f, ANSWER, self)
    }
}

impl FromStr for Offer {
    type Err = PairingError;
    fn from_str(text: &str) -> Result<Self, PairingError> {
        read(OFFER, text)
    }
}

impl FromStr for Answer {
    type Err = PairingError;
    fn from_str(text: &str) -> Result<Self, PairingError> {
        read(ANSWER, text)
    }
}

fn write(f: &mut fmt::Formatter<'_>, scheme: &str, value: &impl Serialize) -> fmt::Result {
    let json = serde_json::to_vec(value).map_err(|_| fmt::Error)?;
    write!(f, "{scheme}{}", BASE64URL_NOPAD.encode(&json))
}

fn read<T: DeserializeOwned>(scheme: &'static str, text: &str) -> Result<T, PairingError> {
    let damaged = || PairingError::Damaged(scheme);
    let code = text.trim().strip_prefix(scheme).ok_or_else(damaged)?;
    if code.len() > CODE_BYTES_MAX {
        return Err(PairingError::TooLong(code.len()));
    }
    let json = BASE64URL_NOPAD.decode(code.as_bytes()).map_err(|_| damaged())?;
    serde_json::from_slice(&json).map_err(|_| damaged())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer() -> Answer {
        Answer { device: DeviceId([1; 32]), consents: vec![(SpaceId([2; 32]), Consent(Signature([3; 64])))] }
    }

    #[test]
    fn a_code_survives_its_text_form() {
        let person = Person { name: "زهراء".into(), organisation: "العتبة".into() };
        let spaces = vec![(SpaceId([2; 32]), ServerId([4; 32]), "https://multaqa.example".into())];
        let offer = Offer { by: DeviceId([1; 32]), person, spaces };
        assert_eq!(format!(" {offer}\n").parse(), Ok(offer));
        assert_eq!(answer().to_string().parse(), Ok(answer()));
    }

    #[test]
    fn a_code_that_is_cut_off_or_another_one_is_no_code() {
        let text = answer().to_string();
        assert_eq!(text[..text.len() - 3].parse::<Answer>(), Err(PairingError::Damaged(ANSWER)));
        assert_eq!(text.parse::<Offer>(), Err(PairingError::Damaged(OFFER)));
        let long = format!("{ANSWER}{}", "A".repeat(CODE_BYTES_MAX + 1));
        assert_eq!(long.parse::<Answer>(), Err(PairingError::TooLong(CODE_BYTES_MAX + 1)));
    }
}
