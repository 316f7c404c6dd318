//! The first file of an export: what was exported when, who is in each space, and where each document lies.

use std::fmt::Write;

use super::Exported;
use crate::document::{Date, Language, escaped};
use crate::entry::Role;
use crate::roster::Roster;
use crate::store::DocumentInfo;

pub(super) struct Index {
    text: String,
    language: Language,
}

impl Index {
    pub(super) fn new(language: Language, now_ms: i64) -> Self {
        let word = |name| language.word(name);
        let on = Date::of_unix_ms(now_ms);
        let text = format!("# {}\n\n- **{}**: {on}\n", word("contents"), word("exported_on"));
        Self { text, language }
    }

    pub(super) fn space(&mut self, title: &str, roster: &Roster) {
        let word = |name| self.language.word(name);
        let _ = writeln!(self.text, "\n## {}\n\n### {}\n", plain(title), word("members"));
        for member in roster.members().values().filter(|member| !member.is_removed && !member.is_on_paper()) {
            let facts = [&member.person.name, &member.person.organisation].map(|fact| plain(fact)).join(" · ");
            let _ = writeln!(self.text, "- {facts} · {}", word(role_name(member.role)));
        }
        let _ = writeln!(self.text, "\n### {}\n", word("documents"));
    }

    /// `path` is that of its text, without the extension.
    pub(super) fn document(&mut self, title: &str, path: &str, line: Option<&DocumentInfo>) {
        let word = |name| self.language.word(name);
        let _ = write!(self.text, "- [{}](<{path}.md>)", plain(title));
        if let Some(text) = line.map(|line| &line.text) {
            let edited = Date::of_unix_ms(text.last_edit_ms);
            let bin = if text.is_binned { format!(" · {}", word("bin")) } else { String::new() };
            let _ = write!(self.text, " · {} · {}: {edited}{bin}", self.language.word(&text.kind), word("last_edit"));
        }
        self.text.push('\n');
    }

    pub(super) fn finish(mut self, exported: &Exported) -> String {
        for (name, count) in [("absent_files", exported.absent_files), ("damaged", exported.damaged)] {
            if count > 0 {
                let _ = writeln!(self.text, "\n**{}**: {count}", self.language.word(name));
            }
        }
        self.text
    }
}

fn plain(text: &str) -> String {
    escaped(&text.replace(|c: char| c.is_control(), " "))
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Viewer => "viewer",
        Role::Editor => "editor",
        Role::Admin => "admin",
    }
}
