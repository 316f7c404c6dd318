//! Everything that this device has, as a zip: a folder for each space, and in it for each document a Markdown file to
//! read and an Automerge file that loses nothing, and the stored files that documents name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};
use zip::{CompressionMethod, result::ZipError};

use super::{Engine, EngineError};
use crate::document::{self, Language};
use crate::ids::{BlobHash, DocumentId};
use crate::store::{DocumentKey, SpaceRow, StoreError};

/// Letters of a title in a file's name: with Arabic's two bytes a letter, half of what file systems allow.
const NAME_CHARS_MAX: usize = 60;

/// Names that Windows keeps for itself, whatever follows their first dot.
const RESERVED: [&str; 6] = ["con", "prn", "aux", "nul", "com", "lpt"];

/// How much went into a zip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Exported {
    pub documents: usize,
    pub files: usize,
    /// Files that documents name and that are not on this device.
    pub absent_files: usize,
    /// Documents that could not be read; a text in their place says why.
    pub damaged: usize,
}

type Zip<W> = ZipWriter<StreamWriter<W>>;

impl Engine {
    /// Writes a zip of everything to `out`, one document or file at a time, with headings in `language`. On an error
    /// `out` holds no whole zip.
    pub fn export(&mut self, language: Language, out: impl Write) -> Result<Exported, EngineError> {
        let mut zip = ZipWriter::new_stream(out);
        let mut exported = Exported::default();
        let mut folders = Names::default();
        for space in self.store.spaces()? {
            let title = self.roster(&space.space)?.title().to_owned();
            let folder = folders.take(&title, "", language.word("untitled"));
            let files = self.export_files(&mut zip, &space, &folder, language, &mut exported)?;
            let mut names = Names::default();
            let mut bin = Names::default();
            for (key, document) in self.store.all_documents(space.key)? {
                let doc = match self.taken(key) {
                    Ok(doc) => doc,
                    Err(EngineError::Store(StoreError::Corrupt(reason))) => {
                        let path = format!("{folder}/{}", names.take(&document.to_string(), ".txt", ""));
                        write_file(&mut zip, &path, reason.as_bytes(), CompressionMethod::Deflated)?;
                        exported.damaged += 1;
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let summary = document::summarise(&doc);
                let (folder, names, up) = match summary.is_binned {
                    true => (format!("{folder}/{}", language.word("bin")), &mut bin, "../"),
                    false => (folder.clone(), &mut names, ""),
                };
                let untitled = title_of(&summary, &document, language);
                let name = names.take(&untitled, "", "");
                let file = |hash: &str| files.get(hash).map(|path| format!("{up}{path}"));
                let text = document::markdown(&doc, language, file);
                if !text.is_empty() {
                    let path = format!("{folder}/{name}.md");
                    write_file(&mut zip, &path, text.as_bytes(), CompressionMethod::Deflated)?;
                }
                // Automerge compresses its columns itself.
                let path = format!("{folder}/{name}.automerge");
                write_file(&mut zip, &path, &doc.save(), CompressionMethod::Stored)?;
                exported.documents += 1;
            }
        }
        zip.finish().map_err(io_error)?.into_inner().flush()?;
        Ok(exported)
    }

    /// The files of a space, each once; gives the path of each below the space's folder.
    fn export_files<W: Write>(
        &mut self,
        zip: &mut Zip<W>,
        space: &SpaceRow,
        folder: &str,
        language: Language,
        exported: &mut Exported,
    ) -> Result<BTreeMap<String, String>, EngineError> {
        let mut paths = BTreeMap::new();
        let mut absent = BTreeSet::new();
        let mut names = Names::default();
        for (key, _) in self.store.all_documents(space.key)? {
            for (hash, called) in self.files_of(key)? {
                if paths.contains_key(&hash) || absent.contains(&hash) {
                    continue;
                }
                let Ok(blob) = hash.parse::<BlobHash>() else { continue };
                let Some(bytes) = self.store.blob(space.key, &blob)? else {
                    absent.insert(hash);
                    continue;
                };
                let (stem, extension) = called.rsplit_once('.').unwrap_or((&called, ""));
                let extension = if extension.is_empty() { String::new() } else { format!(".{}", safe(extension)) };
                let name = names.take(stem, &extension, &hash[..8]);
                let path = format!("{}/{name}", language.word("files"));
                // Photographs don't become smaller.
                write_file(zip, &format!("{folder}/{path}"), &bytes, CompressionMethod::Stored)?;
                paths.insert(hash, path);
            }
        }
        exported.files += paths.len();
        exported.absent_files += absent.len();
        Ok(paths)
    }

    /// The files that a document names; none where it cannot be read, which is said in its place.
    fn files_of(&mut self, key: DocumentKey) -> Result<BTreeMap<String, String>, EngineError> {
        match self.taken(key) {
            Ok(doc) => Ok(document::all_files(&doc)),
            Err(EngineError::Store(StoreError::Corrupt(_))) => Ok(BTreeMap::new()),
            Err(error) => Err(error),
        }
    }
}

fn title_of(summary: &document::Summary, document: &DocumentId, language: Language) -> String {
    match (summary.kind, summary.title.trim()) {
        (None, _) => document.to_string(),
        (Some(_), "") => language.word("untitled").to_owned(),
        (Some(_), title) => title.to_owned(),
    }
}

fn write_file<W: Write>(
    zip: &mut Zip<W>,
    path: &str,
    bytes: &[u8],
    method: CompressionMethod,
) -> Result<(), EngineError> {
    let options = SimpleFileOptions::default().compression_method(method);
    zip.start_file(path, options).map_err(io_error)?;
    Ok(zip.write_all(bytes)?)
}

fn io_error(error: ZipError) -> io::Error {
    match error {
        ZipError::Io(error) => error,
        other => io::Error::other(other),
    }
}

/// The names that a folder has already, as a file system sees them that takes small letters for large ones.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// A name that any file system takes and that is not there yet.
    fn take(&mut self, title: &str, extension: &str, untitled: &str) -> String {
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
fn safe(title: &str) -> String {
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
