//! Links that let someone in: to a server, or to a space. The secret stands in the fragment, which no browser or
//! proxy passes on.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64URL_NOPAD;

use crate::ids::{ServerId, SpaceId};

/// 2,048 bytes: what a dense QR code still holds.
pub const LINK_BYTES_MAX: usize = 2048;

/// Lets the device that opens it found spaces on a server.
#[derive(Clone, PartialEq, Eq)]
pub struct EnterLink {
    /// The server's address, without a path of the protocol's own.
    pub url: String,
    pub server: ServerId,
    pub secret: [u8; 32],
}

/// Lets whoever opens it join a space.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteLink {
    pub url: String,
    pub server: ServerId,
    pub space: SpaceId,
    /// The seed of the invite's key.
    pub seed: [u8; 32],
}

/// A recovery sheet: where its space is, and the key that is an admin of it.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoveryLink {
    pub url: String,
    pub server: ServerId,
    pub space: SpaceId,
    /// The seed of the recovery key.
    pub seed: [u8; 32],
}

/// Why text is not a link of ours.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum LinkError {
    #[error("the link of {0} bytes is too long")]
    TooLong(usize),
    #[error("the link should begin with {0}")]
    Scheme(&'static str),
    #[error("the link does not say its {0}")]
    Missing(&'static str),
    #[error("the link says its {0} twice")]
    Twice(&'static str),
    #[error("the link's {0} cannot be read")]
    Unreadable(&'static str),
    #[error("the link leads to an address without encryption: ask whoever runs the server for one with https")]
    Unencrypted,
    #[error("the link is cut off: its secret, after the #, is missing or incomplete")]
    Secret,
}

const ENTER: &str = "multaqa://enter?";
const JOIN: &str = "multaqa://join?";
const RECOVER: &str = "multaqa://recover?";

impl fmt::Display for EnterLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{ENTER}server={}&key={}", encode(&self.url), self.server)?;
        write!(f, "#{}", BASE64URL_NOPAD.encode(&self.secret))
    }
}

impl fmt::Display for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{JOIN}server={}&key={}&space={}", encode(&self.url), self.server, self.space)?;
        write!(f, "#{}", BASE64URL_NOPAD.encode(&self.seed))
    }
}

impl fmt::Display for RecoveryLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{RECOVER}server={}&key={}&space={}", encode(&self.url), self.server, self.space)?;
        write!(f, "#{}", BASE64URL_NOPAD.encode(&self.seed))
    }
}

impl fmt::Debug for RecoveryLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoveryLink({:?} at {})", self.space, self.url)
    }
}

// The secret must not reach a log by accident.
impl fmt::Debug for EnterLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EnterLink({} at {})", self.server, self.url)
    }
}

impl fmt::Debug for InviteLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InviteLink({:?} at {})", self.space, self.url)
    }
}

impl FromStr for EnterLink {
    type Err = LinkError;
    fn from_str(text: &str) -> Result<Self, LinkError> {
        let parts = Parts::read(text, ENTER)?;
        Ok(Self { url: parts.url()?, server: parts.id("key")?, secret: parts.secret })
    }
}

impl FromStr for InviteLink {
    type Err = LinkError;
    fn from_str(text: &str) -> Result<Self, LinkError> {
        let parts = Parts::read(text, JOIN)?;
        Ok(Self { url: parts.url()?, server: parts.id("key")?, space: parts.id("space")?, seed: parts.secret })
    }
}

impl FromStr for RecoveryLink {
    type Err = LinkError;
    fn from_str(text: &str) -> Result<Self, LinkError> {
        let parts = Parts::read(text, RECOVER)?;
        Ok(Self { url: parts.url()?, server: parts.id("key")?, space: parts.id("space")?, seed: parts.secret })
    }
}

struct Parts<'a> {
    query: &'a str,
    secret: [u8; 32],
}

impl<'a> Parts<'a> {
    fn read(text: &'a str, scheme: &'static str) -> Result<Self, LinkError> {
        // Links are pasted from messages, with what stands around them.
        let text = text.trim();
        if text.len() > LINK_BYTES_MAX {
            return Err(LinkError::TooLong(text.len()));
        }
        let rest = text.strip_prefix(scheme).ok_or(LinkError::Scheme(scheme))?;
        let (query, fragment) = rest.split_once('#').ok_or(LinkError::Secret)?;
        let secret = BASE64URL_NOPAD.decode(fragment.as_bytes()).map_err(|_| LinkError::Secret)?;
        Ok(Self { query, secret: secret.try_into().map_err(|_| LinkError::Secret)? })
    }

    /// Names that are not asked for are passed over: a later version may say more.
    fn value(&self, name: &'static str) -> Result<&'a str, LinkError> {
        let mut found = self.query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(key, _)| *key == name);
        match (found.next(), found.next()) {
            (None, _) => Err(LinkError::Missing(name)),
            (Some((_, value)), None) => Ok(value),
            (Some(_), Some(_)) => Err(LinkError::Twice(name)),
        }
    }

    fn id<T: FromStr>(&self, name: &'static str) -> Result<T, LinkError> {
        self.value(name)?.parse().map_err(|_| LinkError::Unreadable(name))
    }

    fn url(&self) -> Result<String, LinkError> {
        let url = percent_decoded(self.value("server")?).ok_or(LinkError::Unreadable("server"))?;
        let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        match host {
            Some(host) if host.is_empty() || url.chars().any(|c| c.is_control() || c.is_whitespace()) => {
                Err(LinkError::Unreadable("server"))
            }
            Some(_) if !is_private(&url) => Err(LinkError::Unencrypted),
            Some(_) => Ok(url),
            None => Err(LinkError::Unreadable("server")),
        }
    }
}

/// Whether nobody can read along at this address: it has TLS, or leads to the machine itself.
pub fn is_private(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return url.starts_with("https://") };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    // A port follows the last colon, unless that is one of an address of version 6, in brackets.
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Percent-encoding of all but RFC 3986's unreserved characters.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// What was percent-encoded; none for what was not, or is no UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter();
    while let Some(&byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (high, low) = (char::from(*rest.next()?).to_digit(16)?, char::from(*rest.next()?).to_digit(16)?);
        bytes.push((high * 16 + low) as u8);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter() -> EnterLink {
        EnterLink {
            url: "https://sync.example.org:8443/ملتقى?a=b&c#d".into(),
            server: ServerId([1; 32]),
            secret: [2; 32],
        }
    }

    #[test]
    fn an_enter_link_survives_its_text_form() {
        let text = enter().to_string();
        assert!(text.starts_with("multaqa://enter?server=https%3A%2F%2Fsync.example.org%3A8443%2F"), "{text}");
        assert_eq!(text.matches('#').count(), 1);
        assert_eq!(text.parse(), Ok(enter()));
        assert_eq!(format!(" {text}\n").parse(), Ok(enter()));
    }

    #[test]
    fn an_invite_link_survives_its_text_form() {
        let link = InviteLink {
            url: "http://127.0.0.1:8787".into(),
            server: ServerId([1; 32]),
            space: SpaceId([3; 32]),
            seed: [4; 32],
        };
        assert_eq!(link.to_string().parse(), Ok(link.clone()));
        assert_eq!(link.to_string().replace('#', "&later=1#").parse(), Ok(link));
    }

    #[test]
    fn a_damaged_link_says_what_is_wrong() {
        let text = enter().to_string();
        let read = |text: &str| text.parse::<EnterLink>().expect_err("a damaged link");
        assert_eq!(read("https://example.org"), LinkError::Scheme("multaqa://enter?"));
        assert_eq!(read(&text[..text.len() - 3]), LinkError::Secret);
        assert_eq!(read(text.split('#').next().expect("the front")), LinkError::Secret);
        assert_eq!(read(&text.replace("key=01", "key=x1")), LinkError::Unreadable("key"));
        assert_eq!(read(&text.replace("key=", "kee=")), LinkError::Missing("key"));
        assert_eq!(read(&text.replace('#', "&key=#")), LinkError::Twice("key"));
        assert_eq!(read(&text.replace("https", "javascript")), LinkError::Unreadable("server"));
        assert_eq!(read(&text.replace("%3A", "%3")), LinkError::Unreadable("server"));
        assert_eq!(read(&"x".repeat(3000)), LinkError::TooLong(3000));
    }

    #[test]
    fn a_recovery_link_survives_its_text_form_and_is_no_other_link() {
        let link = RecoveryLink {
            url: "https://192.168.1.5:8787".into(),
            server: ServerId([1; 32]),
            space: SpaceId([2; 32]),
            seed: [3; 32],
        };
        let text = link.to_string();
        assert_eq!(text.parse(), Ok(link.clone()));
        assert!(text.parse::<InviteLink>().is_err());
        assert!(!format!("{link:?}").contains(&BASE64URL_NOPAD.encode(&[3; 32])));
    }

    #[test]
    fn without_encryption_only_the_machine_itself_is_reached() {
        for private in [
            "https://sync.example.org",
            "http://127.0.0.1:8787",
            "http://127.0.0.1",
            "http://[::1]:8787/path",
            "http://localhost:1/?a",
        ] {
            assert!(is_private(private), "{private}");
        }
        for open in [
            "http://sync.example.org",
            "http://192.168.1.5:8787",
            "http://127.0.0.1@example.org",
            "http://localhost:80@example.org/",
            "http://localhost\\example.org",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
            "http://0.0.0.0:8787",
            "http://",
            "ftp://localhost",
        ] {
            assert!(!is_private(open), "{open}");
        }
        let link = enter().to_string().replace("https", "http");
        assert_eq!(link.parse::<EnterLink>(), Err(LinkError::Unencrypted));
    }

    #[test]
    fn a_link_hides_its_secret_in_logs() {
        let secret = BASE64URL_NOPAD.encode(&[2; 32]);
        assert!(!format!("{:?}", enter()).contains(&secret));
    }
}
