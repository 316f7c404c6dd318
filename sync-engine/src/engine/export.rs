//! Everything that this device has, as a zip: a folder for each space, and in it for each document a Markdown file to
//! read and an Automerge file that loses nothing, and the stored files that documents name.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use zip::write::{SimpleFileOptions, StreamWriter, ZipWriter};
use zip::{CompressionMethod, result::ZipError};

use super::export_index::Index;
use super::file_names::{Names, safe};
use super::{Conflict, DocumentName, Engine, EngineError, Who};
use crate::document::{self, Dispute, Elsewhere, ItemId, Language};
use crate::ids::BlobHash;
use crate::store::{DocumentInfo, DocumentKey, Listed, SpaceRow, StoreError};

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

/// Where a document's text lies in the zip, and what it is called there.
struct Shelf {
    key: DocumentKey,
    name: DocumentName,
    title: String,
    /// Below the zip's root, without what tells the text from the Automerge file.
    path: String,
    /// What leads from the text to the space's folder: empty, or out of the folder of the bin.
    up: &'static str,
    line: Option<DocumentInfo>,
    /// What the items are called, of what others refer to.
    items: BTreeMap<ItemId, String>,
}

/// What a document's text can refer to.
struct Shelves<'a> {
    shelf: &'a Shelf,
    by_id: &'a BTreeMap<String, &'a Shelf>,
    files: &'a BTreeMap<String, String>,
}

impl document::Around for Shelves<'_> {
    fn file(&self, hash: &str) -> Option<String> {
        self.files.get(hash).map(|path| format!("{}{path}", self.shelf.up))
    }

    fn elsewhere(&self, document: &str, item: Option<&ItemId>) -> Option<Elsewhere> {
        let other = self.by_id.get(document)?;
        let name = match item {
            Some(item) => other.items.get(item)?.clone(),
            None => other.title.clone(),
        };
        Some(Elsewhere { name, path: format!("{}../{}.md", self.shelf.up, other.path) })
    }
}

impl Engine {
    /// Writes a zip of everything to `out`, one document or file at a time, with headings in `language`. On an error
    /// `out` holds no whole zip. `now_ms` is the time of the export.
    pub fn export(&mut self, language: Language, now_ms: i64, out: impl Write) -> Result<Exported, EngineError> {
        let mut zip = ZipWriter::new_stream(out);
        let mut exported = Exported::default();
        let mut folders = Names::default();
        let index_name = folders.take(language.word("contents"), ".md", "");
        let mut index = Index::new(language, now_ms);
        let mut spaces = Vec::new();
        for space in self.store.spaces()? {
            let roster = self.roster(&space.space)?;
            let folder = folders.take(roster.title(), "", language.word("untitled"));
            index.space(roster.title(), &roster);
            let shelves = self.shelves(&space, &folder, language)?;
            shelves.iter().for_each(|shelf| index.document(&shelf.title, &shelf.path, shelf.line.as_ref()));
            spaces.push((space, folder, shelves));
        }
        let shelves = spaces.iter().flat_map(|(.., shelves)| shelves);
        let by_id = shelves.map(|shelf| (shelf.name.document.to_string(), shelf)).collect();
        for (space, folder, shelves) in &spaces {
            let files = self.export_files(&mut zip, space, folder, language, &mut exported)?;
            for shelf in shelves {
                let doc = match self.taken(shelf.key) {
                    Ok(doc) => doc,
                    Err(EngineError::Store(StoreError::Corrupt(reason))) => {
                        let path = format!("{}.txt", shelf.path);
                        write_file(&mut zip, &path, reason.as_bytes(), CompressionMethod::Deflated)?;
                        exported.damaged += 1;
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                let disputes = self.disputes(&shelf.name)?;
                let around = Shelves { shelf, by_id: &by_id, files: &files };
                let text = document::markdown(&doc, language, &around, &disputes);
                if !text.is_empty() {
                    let path = format!("{}.md", shelf.path);
                    write_file(&mut zip, &path, text.as_bytes(), CompressionMethod::Deflated)?;
                }
                // Automerge compresses its columns itself.
                let path = format!("{}.automerge", shelf.path);
                write_file(&mut zip, &path, &doc.save(), CompressionMethod::Stored)?;
                exported.documents += 1;
            }
        }
        let index = index.finish(&exported);
        write_file(&mut zip, &index_name, index.as_bytes(), CompressionMethod::Deflated)?;
        zip.finish().map_err(io_error)?.into_inner().flush()?;
        Ok(exported)
    }

    /// Gives every document of a space its place in the zip.
    fn shelves(&mut self, space: &SpaceRow, folder: &str, language: Language) -> Result<Vec<Shelf>, EngineError> {
        let listed = self.store.documents(&Listed { space: Some(space.space), ..Listed::default() })?;
        let mut lines: BTreeMap<_, _> = listed.into_iter().map(|line| (line.document, line)).collect();
        let (mut names, mut bin) = (Names::default(), Names::default());
        let mut shelves = Vec::new();
        for (key, document) in self.store.all_documents(space.key)? {
            let line = lines.remove(&document);
            let title = match &line {
                Some(line) if line.text.title.trim().is_empty() => language.word("untitled").to_owned(),
                Some(line) => line.text.title.trim().to_owned(),
                // Of what is in no list nothing is known but its id.
                None => document.to_string(),
            };
            let (path, up) = match line.as_ref().is_some_and(|line| line.text.is_binned) {
                true => (format!("{folder}/{}/{}", language.word("bin"), bin.take(&title, "", "")), "../"),
                false => (format!("{folder}/{}", names.take(&title, "", "")), ""),
            };
            let is_referred_to = line.as_ref().is_some_and(|line| line.text.kind != "note");
            let items = match is_referred_to.then(|| self.taken(key)).transpose() {
                Ok(doc) => doc.map(|doc| document::item_names(&doc)).unwrap_or_default(),
                Err(EngineError::Store(StoreError::Corrupt(_))) => BTreeMap::new(),
                Err(error) => return Err(error),
            };
            let name = DocumentName { space: space.space, document };
            shelves.push(Shelf { key, name, title, path, up, line, items });
        }
        Ok(shelves)
    }

    fn disputes(&mut self, name: &DocumentName) -> Result<Vec<Dispute>, EngineError> {
        let dispute = |conflict: Conflict| {
            let by = |who: Who| [who.name, who.organisation].into_iter().flatten().collect::<Vec<_>>().join(" · ");
            let values = conflict.rivals.into_iter().map(|rival| (rival.value, by(rival.by))).collect();
            Dispute { at: conflict.at, field: conflict.field, values }
        };
        Ok(self.conflicts(name)?.into_iter().map(dispute).collect())
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
