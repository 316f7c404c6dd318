//! Bytes that weigh little and cost much: changes, documents and compressed payloads, built by hand.
//!
//! Source of the layout: <https://automerge.org/automerge-binary-format-spec/>; of the compressed payload: RFC 8878.

use std::io::Read;

use sync_engine::ids::{BlobHash, DeviceId};

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
pub(crate) const KIND_DOCUMENT: u8 = 0;
pub(crate) const KIND_CHANGE: u8 = 1;
pub(crate) const KIND_COMPRESSED_CHANGE: u8 = 2;
const DEFLATED: u64 = 8;

/// A change by an actor of `device` that puts null at one key of the root, `ops` times.
pub fn change_of(device: &DeviceId, ops: i64) -> Vec<u8> {
    let mut contents = vec![0];
    let actor = [&device.as_bytes()[..16], &[0xb0; 8]].concat();
    prefixed(&mut contents, &actor);
    // Sequence number, first operation, time, message, other actors.
    contents.extend_from_slice(&[1, 1, 0, 0, 0]);
    let run = |value: &[u8]| {
        let mut run = signed(ops);
        run.extend_from_slice(value);
        run
    };
    let columns =
        [(21, run(b"\x03key")), (52, unsigned(ops as u64)), (66, run(&[1])), (86, run(&[0])), (112, run(&[0]))];
    columns_of(&mut contents, &columns);
    framed(KIND_CHANGE, &contents, true)
}

/// A deflated change of 64 MiB.
pub fn inflating_change() -> Vec<u8> {
    framed(KIND_COMPRESSED_CHANGE, &deflated_zeros(64 << 20), false)
}

/// A document with a deflated column of 60 MiB.
pub fn inflating_document() -> Vec<u8> {
    let mut contents = vec![0, 0, 0];
    columns_of(&mut contents, &[(66 | DEFLATED, deflated_zeros(60 << 20))]);
    framed(KIND_DOCUMENT, &contents, true)
}

/// A document of 10⁹ operations.
pub fn long_document() -> Vec<u8> {
    let mut contents = vec![0, 0, 0];
    columns_of(&mut contents, &[(66, [signed(1_000_000_000), vec![1]].concat())]);
    framed(KIND_DOCUMENT, &contents, true)
}

/// 2 GiB of zeros in 64 KiB, compressed: one frame of blocks that each repeat one byte.
pub fn inflating_payload() -> Vec<u8> {
    // No checksum and no length; a window of 1 MiB.
    let mut frame = vec![0x28, 0xb5, 0x2f, 0xfd, 0x00, 10 << 3];
    let blocks = (64 << 10) / 4 - 2;
    for block in 0..blocks {
        let is_last = u32::from(block + 1 == blocks);
        let head = is_last | 1 << 1 | (128 << 10) << 3;
        frame.extend_from_slice(&head.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

/// A chunk with its frame around it.
pub(crate) fn framed(kind: u8, contents: &[u8], has_checksum: bool) -> Vec<u8> {
    let mut body = vec![kind];
    prefixed(&mut body, contents);
    let checksum = if has_checksum { BlobHash::of(&body).0[..4].to_vec() } else { vec![0; 4] };
    [&MAGIC[..], &checksum, &body].concat()
}

fn columns_of(contents: &mut Vec<u8>, columns: &[(u64, Vec<u8>)]) {
    contents.extend(unsigned(columns.len() as u64));
    for (spec, data) in columns {
        contents.extend(unsigned(*spec));
        contents.extend(unsigned(data.len() as u64));
    }
    for (_, data) in columns {
        contents.extend_from_slice(data);
    }
}

fn deflated_zeros(bytes: u64) -> Vec<u8> {
    let zeros = std::io::BufReader::new(std::io::repeat(0).take(bytes));
    let mut deflated = Vec::new();
    flate2::bufread::DeflateEncoder::new(zeros, flate2::Compression::best())
        .read_to_end(&mut deflated)
        .expect("deflated");
    deflated
}

pub(crate) fn prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend(unsigned(bytes.len() as u64));
    out.extend_from_slice(bytes);
}

/// LEB128.
pub(crate) fn unsigned(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}

pub(crate) fn signed(mut value: i64) -> Vec<u8> {
    let mut out = Vec::new();
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        if value == 0 && byte & 0x40 == 0 || value == -1 && byte & 0x40 != 0 {
            out.push(byte);
            return out;
        }
        out.push(byte | 0x80);
    }
}

/// A text of one letter, and a change that deletes that letter so many times.
pub fn deletions_of(device: &DeviceId, times: i64) -> (Vec<u8>, Vec<u8>) {
    use automerge::transaction::Transactable;
    let actor = [&device.as_bytes()[..16], &[0xb1; 8]].concat();
    let mut document = automerge::AutoCommit::new().with_actor(automerge::ActorId::from(&actor[..]));
    let text = document.put_object(automerge::ROOT, "body", automerge::ObjType::Text).expect("a text");
    document.splice_text(&text, 0, 0, "x").expect("a letter");
    document.commit();
    let first = document.get_last_local_change().expect("a change").raw_bytes().to_vec();

    let mut contents = vec![1];
    contents.extend_from_slice(&document.get_heads()[0].0);
    prefixed(&mut contents, &actor);
    // Sequence number, first operation, time, message, other actors.
    contents.extend_from_slice(&[2, 3, 0, 0, 0]);
    let run = |value: u8| [signed(times), vec![value]].concat();
    // The text is the actor's first operation, the letter the second; each step from the first deletion on is 0.
    let steps = [signed(-1), vec![2], signed(times - 1), vec![0]].concat();
    let columns = [
        (1, run(0)),
        (2, run(1)),
        (17, run(0)),
        (19, steps.clone()),
        (52, unsigned(times as u64)),
        (66, run(3)),
        (86, run(0)),
        (112, run(1)),
        (113, run(0)),
        (115, steps),
    ];
    columns_of(&mut contents, &columns);
    (first, framed(KIND_CHANGE, &contents, true))
}
