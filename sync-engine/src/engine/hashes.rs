//! Heads of a document as they cross to a page: each in 64 hexadecimal digits. For `#[serde(with = …)]`.

use automerge::ChangeHash;
use serde::{Deserialize, Deserializer, Serializer, de::Error};

pub(super) fn serialize<S: Serializer>(heads: &[ChangeHash], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(heads.iter().map(ToString::to_string))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<ChangeHash>, D::Error> {
    let heads = Vec::<String>::deserialize(deserializer)?;
    heads.iter().map(|head| head.parse().map_err(D::Error::custom)).collect()
}
