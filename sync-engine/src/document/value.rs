//! The values that one field can hold, and how each is written as an Automerge scalar. A scalar of
//! any other type or range reads as absent: documents come from others.

use std::{fmt, str::FromStr};

use automerge::ScalarValue;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::DocumentError;

/// A value that lives in one register: of two people who set it at once, one wins and both are kept.
pub trait Scalar: Sized {
    fn from_scalar(value: &ScalarValue) -> Option<Self>;
    fn to_scalar(&self) -> ScalarValue;
}

/// A value that can be a key of a set in a document.
pub trait Key: Sized {
    fn from_key(key: &str) -> Option<Self>;
    fn to_key(&self) -> String;
}

impl Scalar for String {
    fn from_scalar(value: &ScalarValue) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
    fn to_scalar(&self) -> ScalarValue {
        ScalarValue::from(self.as_str())
    }
}

impl Key for String {
    fn from_key(key: &str) -> Option<Self> {
        Some(key.to_owned())
    }
    fn to_key(&self) -> String {
        self.clone()
    }
}

impl Scalar for u32 {
    fn from_scalar(value: &ScalarValue) -> Option<Self> {
        match value {
            ScalarValue::Uint(n) => u32::try_from(*n).ok(),
            ScalarValue::Int(n) => u32::try_from(*n).ok(),
            _ => None,
        }
    }
    fn to_scalar(&self) -> ScalarValue {
        ScalarValue::Uint(u64::from(*self))
    }
}

impl Scalar for i64 {
    fn from_scalar(value: &ScalarValue) -> Option<Self> {
        match value {
            ScalarValue::Int(n) | ScalarValue::Timestamp(n) => Some(*n),
            ScalarValue::Uint(n) => i64::try_from(*n).ok(),
            _ => None,
        }
    }
    fn to_scalar(&self) -> ScalarValue {
        ScalarValue::Int(*self)
    }
}

/// Any value that a page can show, where a field may hold one of several types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Plain {
    Flag(bool),
    Number(i64),
    Text(String),
}

impl fmt::Display for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl Scalar for Plain {
    fn from_scalar(value: &ScalarValue) -> Option<Self> {
        match value {
            ScalarValue::Boolean(flag) => Some(Self::Flag(*flag)),
            ScalarValue::Str(text) => Some(Self::Text(text.to_string())),
            number => i64::from_scalar(number).map(Self::Number),
        }
    }
    fn to_scalar(&self) -> ScalarValue {
        match self {
            Self::Flag(flag) => ScalarValue::Boolean(*flag),
            Self::Number(number) => ScalarValue::Int(*number),
            Self::Text(text) => ScalarValue::from(text.as_str()),
        }
    }
}

/// How much of an item is done, from 0 to 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Percent(u8);

impl TryFrom<u8> for Percent {
    type Error = DocumentError;
    fn try_from(percent: u8) -> Result<Self, DocumentError> {
        if percent > 100 {
            return Err(DocumentError::invalid("percent", percent));
        }
        Ok(Self(percent))
    }
}

impl From<Percent> for u8 {
    fn from(percent: Percent) -> u8 {
        percent.0
    }
}

impl Scalar for Percent {
    fn from_scalar(value: &ScalarValue) -> Option<Self> {
        Self::try_from(u8::try_from(u32::from_scalar(value)?).ok()?).ok()
    }
    fn to_scalar(&self) -> ScalarValue {
        ScalarValue::Uint(u64::from(self.0))
    }
}

/// A Gregorian day, written `2026-11-22`. Other calendars are a matter of showing it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// The day of a moment in Unix milliseconds, in UTC; Howard Hinnant's `civil_from_days`. A moment that no `Date`
    /// can name is the nearest that it can.
    pub fn of_unix_ms(ms: i64) -> Self {
        let days = ms.div_euclid(86_400_000).clamp(-719_528, 2_932_896) + 719_468;
        let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let shifted_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
        let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        let small = |part: i64| u8::try_from(part).unwrap_or_default();
        Self { year: u16::try_from(year).unwrap_or_default(), month: small(month), day: small(day) }
    }
}

impl FromStr for Date {
    type Err = DocumentError;
    fn from_str(text: &str) -> Result<Self, DocumentError> {
        parse_date(text).ok_or_else(|| DocumentError::invalid("date", text))
    }
}

fn parse_date(text: &str) -> Option<Date> {
    let shape = text.bytes().enumerate().all(|(i, byte)| match i {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if text.len() != 10 || !shape {
        return None;
    }
    let (year, month, day) = (text[0..4].parse::<u16>().ok()?, text[5..7].parse().ok()?, text[8..10].parse().ok()?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if is_leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(Date { year, month, day })
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// A time of day, written `09:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Time {
    hour: u8,
    minute: u8,
}

impl FromStr for Time {
    type Err = DocumentError;
    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let part = |digits: &str, below: u8| {
            let is_part = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|part| is_part && *part < below)
        };
        let time = text
            .split_once(':')
            .and_then(|(hour, minute)| Some(Self { hour: part(hour, 24)?, minute: part(minute, 60)? }));
        time.ok_or_else(|| DocumentError::invalid("time", text))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.hour, self.minute)
    }
}

/// The identity of an item in a collection: 16 bytes that its maker chose at random, or derived from
/// what the item stands for, so that two devices that make the same item make one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemId(pub [u8; 16]);

impl fmt::Display for ItemId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl FromStr for ItemId {
    type Err = DocumentError;
    fn from_str(text: &str) -> Result<Self, DocumentError> {
        let mut id = [0; 16];
        match HEXLOWER.decode_len(text.len()) {
            Ok(16) if HEXLOWER.decode_mut(text.as_bytes(), &mut id).is_ok() => Ok(Self(id)),
            _ => Err(DocumentError::invalid("item id", text)),
        }
    }
}

/// An item of another document. Both halves are one value, so that they cannot disagree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Link {
    /// The other document's id, in whatever form the engine names documents; never empty.
    pub document: String,
    pub item: ItemId,
}

impl Link {
    /// The id of what is made of this item in another document, the same on every device that makes it.
    pub fn derived_id(&self, document: &str) -> ItemId {
        let hash = Sha256::digest(format!("{self}>{document}"));
        let mut id = [0; 16];
        id.copy_from_slice(&hash[..16]);
        ItemId(id)
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.document, self.item)
    }
}

impl FromStr for Link {
    type Err = DocumentError;
    fn from_str(text: &str) -> Result<Self, DocumentError> {
        match text.rsplit_once('/') {
            Some((document, item)) if !document.is_empty() => {
                Ok(Self { document: document.to_owned(), item: item.parse()? })
            }
            _ => Err(DocumentError::invalid("link", text)),
        }
    }
}

/// A value whose one written form is a string.
macro_rules! written_as_text {
    ($($name:ident),*) => {$(
        impl Scalar for $name {
            fn from_scalar(value: &ScalarValue) -> Option<Self> {
                value.as_str()?.parse().ok()
            }
            fn to_scalar(&self) -> ScalarValue {
                ScalarValue::from(self.to_string())
            }
        }
        impl Key for $name {
            fn from_key(key: &str) -> Option<Self> {
                key.parse().ok()
            }
            fn to_key(&self) -> String {
                self.to_string()
            }
        }
        impl TryFrom<String> for $name {
            type Error = DocumentError;
            fn try_from(text: String) -> Result<Self, DocumentError> {
                text.parse()
            }
        }
        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.to_string()
            }
        }
    )*};
}
written_as_text!(Date, ItemId, Link, Time);

/// A closed list of words. A word that only a newer app knows reads as absent, and stays.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$word_meta:meta])* $word:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$word_meta])* #[serde(rename = $text)] $word,)* }

        impl $name {
            /// As it is stored.
            pub fn word(self) -> &'static str {
                match self { $(Self::$word => $text,)* }
            }
        }

        impl $crate::document::value::Scalar for $name {
            fn from_scalar(value: &automerge::ScalarValue) -> Option<Self> {
                match value.as_str()? {
                    $($text => Some(Self::$word),)*
                    _ => None,
                }
            }
            fn to_scalar(&self) -> automerge::ScalarValue {
                automerge::ScalarValue::from(self.word())
            }
        }
    };
}
pub(super) use words;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_falls_on_the_day_that_a_calendar_says() {
        let day = 86_400_000;
        let days = [(0, "1970-01-01"), (-1, "1969-12-31"), (11_016 * day, "2000-02-29"), (20_779 * day, "2026-11-22")];
        for (ms, date) in days {
            assert_eq!(Date::of_unix_ms(ms).to_string(), date);
        }
        assert_eq!(Date::of_unix_ms(i64::MAX).to_string(), "9999-12-31");
        assert_eq!(Date::of_unix_ms(i64::MIN).to_string(), "0000-01-01");
    }
}
