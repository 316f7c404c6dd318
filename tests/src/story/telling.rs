//! How the story is told in a terminal: Arabic lines by themselves, captions and figures in English.

use sync_engine::engine::Event;
use sync_engine::store::StandingRow;

use super::cast::Who;
use super::stage::Trip;

/// Where the lines go.
pub struct Telling<'a> {
    say: &'a mut dyn FnMut(&str),
    chapters: u32,
}

impl<'a> Telling<'a> {
    pub fn new(say: &'a mut dyn FnMut(&str)) -> Self {
        Self { say, chapters: 0 }
    }

    pub(super) fn line(&mut self, line: &str) {
        (self.say)(line);
    }

    pub(super) fn chapter(&mut self, arabic: &str, english: &str) {
        self.chapters += 1;
        self.line("");
        self.line(&format!("{}. {english}", self.chapters));
        self.line(&format!("   {arabic}"));
    }

    /// What one sync did.
    pub(super) fn trip(&mut self, who: &Who, trip: &Trip) {
        for (nth, failure) in (1..).zip(&trip.failures) {
            self.line(&format!("  {:<7}try {nth}: {failure}", who.device));
        }
        let held = if trip.held > 0 { format!(" ({} held)", trip.held) } else { String::new() };
        let renewed = if trip.events.contains(&Event::NewIncarnation) { " · new incarnation" } else { "" };
        self.line(&format!(
            "  {:<7}{} → {}{held} · {} up, {} down · {} · read {} → {}{renewed}",
            who.device,
            count(trip.edits, "edit"),
            count(trip.envelopes, "envelope"),
            bytes(trip.up_bytes),
            bytes(trip.down_bytes),
            count(trip.round_trips, "round trip"),
            trip.positions.0,
            trip.positions.1,
        ));
    }

    /// What an admin does with an envelope that waits.
    pub(super) fn held(&mut self, row: &StandingRow, verb: &str, what: &str) {
        let id = row.envelope.to_string();
        let reason = row.reason.map(|reason| format!("{reason:?}").to_lowercase()).unwrap_or_default();
        self.line(&format!("  Held: envelope {}…, {what} (reason: {reason}). Maryam {verb} it.", &id[..8]));
    }
}

/// `1 edit`, `2 edits`.
pub(super) fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Bytes with a thin grouping: `12,345 B`.
pub(super) fn bytes(bytes: u64) -> String {
    match bytes {
        0..1000 => format!("{bytes} B"),
        _ => format!("{},{:03} B", bytes / 1000, bytes % 1000),
    }
}
