//! Addresses: which are the app's own, and which may be opened outside of it. Knows no window.

use url::Url;

/// 2,048 bytes: Windows opens no address that is much longer.
const ADDRESS_BYTES_MAX: usize = 2048;
/// What a mail's address may fill in. Some mail programs take a file's path, too, and attach the file.
const MAIL_FIELDS: &[&str] = &["to", "cc", "bcc", "subject", "body"];

/// 24 signs: the longest telephone number with what sets its parts off.
const TELEPHONE_CHARS_MAX: usize = 24;

/// The address as it will be opened, if it is one of the web, of mail or a telephone's: anyone in a space can have written it.
pub(crate) fn openable(address: &str) -> Option<Url> {
    if address.len() > ADDRESS_BYTES_MAX
        || address.contains(|letter: char| letter.is_whitespace() || letter.is_control())
    {
        return None;
    }
    let url = Url::parse(address).ok()?;
    let is_openable = match url.scheme() {
        "http" | "https" => url.has_host(),
        "mailto" => url.query_pairs().all(|(field, _)| MAIL_FIELDS.contains(&field.to_ascii_lowercase().as_str())),
        "tel" => is_telephone(address),
        _ => false,
    };
    is_openable.then_some(url)
}

/// Whether it is a plain number: «*» and «#» are commands to a telephone, and some act without being asked.
fn is_telephone(address: &str) -> bool {
    let Some((_, number)) = address.split_once(':') else { return false };
    let is_part = |letter: char| letter.is_ascii_digit() || matches!(letter, '+' | '-' | '.' | '(' | ')');
    number.len() <= TELEPHONE_CHARS_MAX && number.contains(|c: char| c.is_ascii_digit()) && number.chars().all(is_part)
}

/// Whether the window may show this address.
pub(crate) fn is_own(url: &Url) -> bool {
    match url.scheme() {
        "tauri" => url.host_str() == Some("localhost"),
        // As the pages are called on Windows and Android.
        "http" | "https" if url.host_str() == Some("tauri.localhost") => url.port().is_none(),
        "http" => cfg!(not(feature = "embed")) && url.host_str() == Some("localhost") && url.port() == Some(5173),
        // A stored file that is being saved.
        "blob" => Url::parse(url.path()).is_ok_and(|within| is_own(&within)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_web_of_mail_and_of_telephones_are_opened() {
        for address in [
            "https://example.org/path?query#part",
            "HTTP://example.org",
            "http://192.0.2.1:8080/",
            "https://ar.wikipedia.org/wiki/النجف",
            "mailto:info@example.org?subject=Hello",
            "tel:+9647701234567",
            "TEL:(0770)-123.4567",
        ] {
            assert!(openable(address).is_some(), "{address}");
        }
    }

    #[test]
    fn nothing_else_is_opened() {
        let long = format!("https://example.org/{}", "a".repeat(ADDRESS_BYTES_MAX));
        for address in [
            "",
            "example.org",
            "//example.org",
            "https://",
            "file:///etc/passwd",
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "tauri://localhost",
            "ipc://localhost/start",
            "multaqa://join",
            "ssh://example.org",
            "smb://example.org/share",
            "vbscript:x",
            "/usr/bin/xterm",
            "--help",
            " https://example.org",
            "https://example.org/\u{0}",
            "mailto:info@example.org?attach=/etc/passwd",
            "tel:",
            "tel:+",
            "tel:*%2306%23",
            "tel:*100#",
            "tel:123;phone-context=example.org",
            "tel:1234567890123456789012345",
            &long,
        ] {
            assert_eq!(openable(address), None, "{address:?}");
        }
    }

    #[test]
    fn the_window_shows_only_the_app() {
        let is_shown = |address: &str| is_own(&Url::parse(address).unwrap());
        for own in ["tauri://localhost/index.html#/today", "http://tauri.localhost/", "blob:tauri://localhost/1b4e"] {
            assert!(is_shown(own), "{own}");
        }
        for foreign in [
            "https://example.org/",
            "http://localhost/",
            "http://127.0.0.1:8787/health",
            "http://tauri.localhost:8080/",
            "https://tauri.localhost.example.org/",
            "tauri://example.org/",
            "file:///etc/passwd",
            "data:text/html,x",
            "about:blank",
            "blob:https://example.org/1b4e",
        ] {
            assert!(!is_shown(foreign), "{foreign}");
        }
    }
}
