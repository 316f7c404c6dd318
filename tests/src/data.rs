//! Where the real input is kept, and the articles of the one file of it that is a page of prose.

use std::path::PathBuf;

/// The file of that name, where there is one: in the folder that `MULTAQA_DATA` names, or in `../shared/data`
/// beside the repository. Where there is none, says on standard error where to get it.
pub fn file(name: &str, published_at: &str) -> Option<PathBuf> {
    let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/data"));
    let folder = std::env::var_os("MULTAQA_DATA").map_or_else(beside, PathBuf::from);
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!(
        "skipped: {} is not there; get it from {published_at} and set MULTAQA_DATA to its folder",
        path.display()
    );
    None
}

/// One article of a declaration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    pub title: String,
    pub paragraphs: Vec<String>,
}

impl Article {
    /// As it reads in a note: title and paragraphs, one a line.
    pub fn text(&self) -> String {
        [std::slice::from_ref(&self.title), &self.paragraphs].concat().join("\n")
    }
}

/// The articles of a page of the Unicode UDHR project: `article` elements of one `h2`, then `p`.
pub fn articles(html: &str) -> Vec<Article> {
    let articles = html.split("<article").skip(1).filter_map(|rest| rest.split("</article>").next());
    articles
        .map(|article| {
            let title = texts(article, "h2").into_iter().next().unwrap_or_default();
            Article { title, paragraphs: texts(article, "p") }
        })
        .collect()
}

/// The texts of all elements of a kind that hold nothing but text.
fn texts(html: &str, element: &str) -> Vec<String> {
    let (open, close) = (format!("<{element}>"), format!("</{element}>"));
    let inside = html.split(&open).skip(1).filter_map(|rest| rest.split(&close).next());
    inside.map(|text| text.trim().to_owned()).filter(|text| !text.contains('<')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_is_its_title_and_its_paragraphs() {
        let html = "<h1>أ</h1><article data-number=\"1\"><h2>المادة 1</h2><p>ب</p><ol><li><p>ج</p></li></ol></article>";
        assert_eq!(articles(html)[0].text(), "المادة 1\nب\nج");
    }
}
