//! Inflates what others compressed with zstd, up to a limit, and makes no more room for it than it turns out to need:
//! what a few bytes claim to hold is not believed.

use std::io;

/// No frame inflates to more: a block of 128 KiB takes four bytes at least (RFC 8878, 3.1.1.2).
const BYTES_PER_BYTE_MAX: usize = 32 << 10;

/// What is tried where a frame doesn't say how long its contents are: text becomes a quarter, lists of ids more.
const BYTES_PER_BYTE_USUALLY: usize = 16;

/// A first try that was too small is followed by one of eight times the room, so that all tries together cost little
/// more than the last.
const GROWTH: usize = 8;

/// Everything that `bytes` inflates to, if that is at most `bytes_max`.
pub fn inflate(bytes: &[u8], bytes_max: usize) -> io::Result<Vec<u8>> {
    let most = bytes.len().saturating_mul(BYTES_PER_BYTE_MAX).min(bytes_max);
    let stated = zstd::zstd_safe::get_frame_content_size(bytes).ok().flatten();
    let stated = stated.and_then(|size| usize::try_from(size).ok());
    let mut room = stated.unwrap_or(bytes.len().saturating_mul(BYTES_PER_BYTE_USUALLY)).min(most);
    loop {
        match zstd::bulk::decompress(bytes, room) {
            Err(error) if room < most && is_too_small(&error) => room = room.max(1).saturating_mul(GROWTH).min(most),
            result => return result,
        }
    }
}

/// The error has no other sign than zstd's own words for it.
fn is_too_small(error: &io::Error) -> bool {
    error.to_string().contains("too small")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn streamed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 3).expect("an encoder");
        encoder.write_all(bytes).expect("written");
        encoder.finish().expect("finished")
    }

    #[test]
    fn what_fits_the_limit_is_inflated_whether_or_not_its_length_is_stated() {
        let plain = vec![7; 300_000];
        let whole = zstd::bulk::compress(&plain, 3).expect("compressed");
        for compressed in [&whole, &streamed(&plain), &[&streamed(b"")[..], &streamed(&plain)].concat()] {
            assert_eq!(inflate(compressed, 300_000).expect("inflated"), plain);
            assert!(inflate(compressed, 299_999).is_err());
        }
        assert_eq!(inflate(&streamed(b""), 10).expect("inflated"), b"");
    }

    #[test]
    fn no_room_is_made_for_what_a_few_bytes_claim() {
        // A frame of 14 bytes with a header that states 1 GiB, and one block of four bytes that repeats one.
        let claim = b"\x28\xb5\x2f\xfd\xa0\0\0\0\x40\x0b\0\0\x55";
        assert!(inflate(claim, 2 << 30).is_err());
        let honest = zstd::bulk::compress(b"text", 3).expect("compressed");
        assert!(inflate(&honest, 32 << 20).expect("inflated").capacity() < 4096);
        assert!(inflate(b"no frame", 32 << 20).is_err());
    }
}
