//! Numbers as Automerge writes them: LEB128, the shortest form only. Reads bytes that others sent, so
//! every read is checked and nothing is allocated.

use thiserror::Error;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ReadError {
    #[error("the bytes end too early")]
    Ended,
    #[error("a number does not fit 64 bits")]
    NumberTooLarge,
    #[error("a number is not in its shortest form")]
    NumberOverlong,
}

/// A place in borrowed bytes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], ReadError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(ReadError::Ended)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(ReadError::Ended)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(crate) fn byte(&mut self) -> Result<u8, ReadError> {
        self.array().map(|[byte]| byte)
    }

    /// A length, then that many bytes.
    pub(crate) fn prefixed(&mut self) -> Result<&'a [u8], ReadError> {
        let length = self.u64()?;
        self.take(usize::try_from(length).map_err(|_| ReadError::Ended)?)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, ReadError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(ReadError::NumberTooLarge);
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                if byte == 0 && shift > 0 {
                    return Err(ReadError::NumberOverlong);
                }
                return Ok(value);
            }
        }
        Err(ReadError::NumberTooLarge)
    }

    pub(crate) fn i64(&mut self) -> Result<i64, ReadError> {
        let mut value = 0i64;
        let mut before = 0u8;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(ReadError::NumberTooLarge);
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let repeats_sign = (byte == 0 && before & 0x40 == 0) || (byte == 0x7f && before & 0x40 != 0);
                if shift > 0 && repeats_sign {
                    return Err(ReadError::NumberOverlong);
                }
                if byte & 0x40 != 0 && shift + 7 < 64 {
                    value |= -1i64 << (shift + 7);
                }
                return Ok(value);
            }
            before = byte;
        }
        Err(ReadError::NumberTooLarge)
    }
}

pub(crate) fn write_u64(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(crate) fn write_i64(out: &mut Vec<u8>, mut value: i64) {
    loop {
        let byte = value as u8 & 0x7f;
        value >>= 7;
        let is_last = (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0);
        if is_last {
            out.push(byte);
            return;
        }
        out.push(byte | 0x80);
    }
}

pub(crate) fn write_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    write_u64(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_read_as_it_was_written() {
        let mut unsigned = vec![0, 1, 63, 64, 127, 128, 300, u64::MAX - 1, u64::MAX];
        unsigned.extend((0..64).map(|bit| 1u64 << bit));
        for value in unsigned {
            let mut out = Vec::new();
            write_u64(&mut out, value);
            let mut reader = Reader::new(&out);
            assert_eq!(reader.u64(), Ok(value));
            assert!(reader.is_empty());
            for signed in [value as i64, (value as i64).wrapping_neg()] {
                let mut out = Vec::new();
                write_i64(&mut out, signed);
                let mut reader = Reader::new(&out);
                assert_eq!(reader.i64(), Ok(signed));
                assert!(reader.is_empty());
            }
        }
    }

    #[test]
    fn only_the_shortest_form_of_a_number_is_read() {
        assert_eq!(Reader::new(&[0x80, 0x00]).u64(), Err(ReadError::NumberOverlong));
        assert_eq!(Reader::new(&[0x80, 0x00]).i64(), Err(ReadError::NumberOverlong));
        assert_eq!(Reader::new(&[0xff, 0x7f]).i64(), Err(ReadError::NumberOverlong));
        assert_eq!(Reader::new(&[0xff; 11]).u64(), Err(ReadError::NumberTooLarge));
        assert_eq!(Reader::new(&[0xff; 11]).i64(), Err(ReadError::NumberTooLarge));
        assert_eq!(Reader::new(&[0x80]).u64(), Err(ReadError::Ended));
    }
}
