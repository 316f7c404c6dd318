//! A document's version as it crosses to the page: the hashes of its last changes, in hexadecimal.

use automerge::ChangeHash;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 4,096 heads are more than any document's devices make at once.
const HEADS_MAX: usize = 4096;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads(pub Vec<ChangeHash>);

impl Serialize for Heads {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ChangeHash::to_string))
    }
}

impl<'de> Deserialize<'de> for Heads {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use serde::de::Error as _;
        let texts = Vec::<String>::deserialize(deserializer)?;
        if texts.len() > HEADS_MAX {
            return Err(D::Error::custom("too many heads"));
        }
        let hashes =
            texts.iter().map(|text| text.parse().map_err(|_| D::Error::custom(format!("{text:?} is no hash"))));
        hashes.collect::<Result<_, _>>().map(Self)
    }
}
