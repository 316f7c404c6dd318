//! What planted bugs do: each spoils a database or an answer behind the engine's back.

use rusqlite::{Connection, params};
use sync_engine::envelope::Envelope;
use sync_engine::ids::{DocumentId, EnvelopeId, Position};
use sync_engine::wire::PushReply;

use super::world::{Failure, World};

impl World {
    fn spoil(&self, at: usize) -> Connection {
        Connection::open(self.devices[at].path()).expect("the device's database")
    }

    /// `CursorBeforeRows`.
    pub(super) fn advance_cursor(&mut self, at: usize, rows: &[(Position, Envelope)]) {
        let Some((last, _)) = rows.last() else { return };
        let server = Connection::open(self.server.path()).expect("the server's database");
        let sql = "select digest from envelope where position = ?1";
        let digest: Vec<u8> = server.query_row(sql, [last.0.cast_signed()], |row| row.get(0)).expect("the digest");
        let sql = "update space set position = ?1, digest = ?2";
        self.spoil(at).execute(sql, params![last.0.cast_signed(), digest]).expect("spoiled");
        self.devices[at].restart();
    }

    /// `AcknowledgedIsDone`.
    pub(super) fn confirm_at_once(&mut self, at: usize, ids: &[EnvelopeId], reply: &PushReply) {
        let database = self.spoil(at);
        for (id, outcome) in ids.iter().zip(&reply.outcomes) {
            if let Some(position) = Self::is_confirmed(outcome) {
                let sql = "update or ignore envelope set position = ?2, server_ms = 0, standing = 1
                    where envelope = ?1 and position is null";
                database.execute(sql, params![id.as_bytes(), position.0.cast_signed()]).expect("spoiled");
            }
        }
    }

    /// `LostReplyRefused`.
    pub(super) fn forget_unplaced(&mut self, at: usize, ids: &[EnvelopeId]) {
        let database = self.spoil(at);
        for id in ids {
            let sql = "delete from envelope where envelope = ?1 and position is null and document is not null";
            database.execute(sql, params![id.as_bytes()]).expect("spoiled");
        }
    }

    /// `CoveredDeletedEarly`.
    pub(super) fn drop_payloads(&mut self, document: &DocumentId) {
        let database = Connection::open(self.server.path()).expect("the server's database");
        let sql = "update envelope set payload = null, payload_state = 2 where document = ?1";
        database.execute(sql, params![document.as_bytes()]).expect("spoiled");
    }

    /// `DeliveredTwice`.
    pub(super) fn type_again(&mut self, at: usize) -> Result<(), Failure> {
        let shown = self.tokens.iter().rposition(|token| token.can_be_shown());
        let Some(token) = shown.map(|nth| &self.tokens[nth]) else { return Ok(()) };
        let (name, text) = (token.document, token.text.clone());
        let now_ms = self.devices[at].now_ms(self.now_ms);
        let typed =
            self.devices[at].engine().edit(&name, None, now_ms, |tx| sync_engine::document::insert_text(tx, 1, &text));
        // The document may not be on this device yet.
        self.devices[at].gate.take_fired();
        drop(typed);
        Ok(())
    }
}
