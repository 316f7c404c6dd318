//! Names of exported files: any file system takes them, and none comes twice in a folder.

use std::collections::BTreeSet;

/// Letters of a title in a file's name: with Arabic's two bytes a letter, half of what file systems allow.
const NAME_CHARS_MAX: usize = 60;

/// Names that Windows keeps for itself, whatever follows their first dot.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// The names that a folder has already, as a file system sees them that takes small letters for large ones.
#[derive(Default)]
pub(super) struct Names(BTreeSet<String>);

impl Names {
    /// A name that any file system takes and that is not there yet.
    pub(super) fn take(&mut self, title: &str, extension: &str, untitled: &str) -> String {
        let mut stem = safe(title);
        if stem.is_empty() {
            stem = safe(untitled);
        }
        let mut name = format!("{stem}{extension}");
        for nth in 2.. {
            if self.0.insert(name.to_lowercase()) {
                break;
            }
            name = format!("{stem} ({nth}){extension}");
        }
        name
    }
}

/// A title without what no file name may hold: signs of paths, controls, and marks that turn the direction of
/// writing, with which a name could look like another.
pub(super) fn safe(title: &str) -> String {
    let is_turning = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let clean = title.chars().filter(|c| !is_turning(*c)).map(|c| match c {
        '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' => '-',
        c if c.is_control() || c.is_whitespace() => ' ',
        c => c,
    });
    let words: String = clean.take(NAME_CHARS_MAX).collect();
    let name = words.trim_matches([' ', '.']).to_owned();
    let stem = name.split('.').next().unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit()).to_lowercase();
    if RESERVED.contains(&stem.as_str()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_becomes_a_name_that_any_file_system_takes_and_that_is_there_once() {
        let mut names = Names::default();
        let mut take = |title: &str| names.take(title, ".md", "بلا عنوان");
        assert_eq!(take("محضر الجلسة: الأولى"), "محضر الجلسة- الأولى.md");
        assert_eq!(take("محضر الجلسة/ الأولى"), "محضر الجلسة- الأولى (2).md");
        assert_eq!(take("../../etc/passwd"), "-..-etc-passwd.md");
        assert_eq!(take("  ...  "), "بلا عنوان.md");
        assert_eq!(take("COM1"), "_COM1.md");
        assert_eq!(take("Plan"), "Plan.md");
        assert_eq!(take("plan"), "plan (2).md");
        assert_eq!(take("نص\u{202e}gpj.exe"), "نصgpj.exe.md");
        assert!(take(&"ن".repeat(500)).chars().count() <= NAME_CHARS_MAX + 3);
    }
}
