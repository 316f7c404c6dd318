//! What a device gives back to a restored server: rows that are whole, and that lead to a head which was signed.

use sync_engine::frame::{FRAME_INFLATED_BYTES_MAX, PageRow, read_page};
use sync_engine::ids::Cursor;
use sync_engine::wire::Return;

/// Reads the rows, and checks that they lead from `after` to the head that was signed. An error says, for people,
/// what is wrong with them.
pub fn rows(back: &Return, after: Cursor) -> Result<Vec<PageRow>, String> {
    let (mut rows, mut cursor, mut bytes) = (vec![], after, 0);
    for frame in &back.frames {
        for row in read_page(&back.space, frame).map_err(|error| error.to_string())? {
            let PageRow::Envelope { envelope, server_ms } = &row else { return Err("a row is a bare id".into()) };
            envelope.verify().map_err(|error| error.to_string())?;
            bytes += envelope.signed.bytes().len() as u64 + envelope.header().payload_bytes;
            if bytes > FRAME_INFLATED_BYTES_MAX as u64 {
                return Err(format!("the rows are above {FRAME_INFLATED_BYTES_MAX} bytes"));
            }
            cursor = cursor.step(&envelope.id(), *server_ms);
            rows.push(row);
        }
    }
    if cursor == back.head.cursor { Ok(rows) } else { Err("the rows do not lead to the signed head".into()) }
}
