//! Automerge's run-length columns as lists of values: written in the one way in which its encoders write them.

use crate::leb128::{ReadError, Reader, write_i64, write_u64};

/// A column of these values; empty if none of them is anything, as such a column is left out.
pub(super) fn write<V: Copy + PartialEq>(
    values: impl IntoIterator<Item = Option<V>>,
    put: impl Fn(&mut Vec<u8>, V),
) -> Vec<u8> {
    let (mut out, mut singles) = (Vec::new(), Vec::new());
    let mut run: Option<(Option<V>, u64)> = None;
    for value in values {
        match &mut run {
            Some((last, count)) if *last == value => *count += 1,
            other => {
                if let Some(run) = other.replace((value, 1)) {
                    end_run(&mut out, &mut singles, run, &put);
                }
            }
        }
    }
    match run {
        Some((None, _)) if out.is_empty() && singles.is_empty() => {}
        Some(run) => end_run(&mut out, &mut singles, run, &put),
        None => {}
    }
    end_singles(&mut out, &mut singles, &put);
    out
}

fn end_run<V>(out: &mut Vec<u8>, singles: &mut Vec<V>, run: (Option<V>, u64), put: &impl Fn(&mut Vec<u8>, V)) {
    match run {
        (None, count) => {
            end_singles(out, singles, put);
            write_i64(out, 0);
            write_u64(out, count);
        }
        (Some(value), 1) => singles.push(value),
        (Some(value), count) => {
            end_singles(out, singles, put);
            write_i64(out, count.cast_signed());
            put(out, value);
        }
    }
}

/// Values that are not repeated stand together behind their count, which is negative.
fn end_singles<V>(out: &mut Vec<u8>, singles: &mut Vec<V>, put: &impl Fn(&mut Vec<u8>, V)) {
    if !singles.is_empty() {
        write_i64(out, -(singles.len() as i64));
        singles.drain(..).for_each(|value| put(out, value));
    }
}

/// A column of the steps between these values, the first from 0.
pub(super) fn write_steps(values: impl IntoIterator<Item = u64>) -> Vec<u8> {
    let mut last = 0;
    let step = |value: u64| Some(value.wrapping_sub(std::mem::replace(&mut last, value)).cast_signed());
    write(values.into_iter().map(step), write_i64)
}

/// The first value of a column, and whether there is one.
pub(super) fn first<'a, V>(
    data: &'a [u8],
    read: impl Fn(&mut Reader<'a>) -> Result<V, ReadError>,
) -> Result<Option<V>, ReadError> {
    let mut reader = Reader::new(data);
    if reader.is_empty() || reader.i64()? == 0 { Ok(None) } else { read(&mut reader).map(Some) }
}

/// The values of a column that has at most `rows_max`, and no nothing among them.
pub(super) fn read<'a, V: Copy>(
    data: &'a [u8],
    rows_max: usize,
    read: impl Fn(&mut Reader<'a>) -> Result<V, ReadError>,
) -> Option<Vec<V>> {
    let mut reader = Reader::new(data);
    let mut values = Vec::new();
    while !reader.is_empty() {
        let count = reader.i64().ok()?;
        let rows = usize::try_from(count.unsigned_abs()).ok().filter(|rows| *rows <= rows_max - values.len())?;
        if count > 0 {
            values.extend(std::iter::repeat_n(read(&mut reader).ok()?, rows));
        } else if count < 0 {
            for _ in 0..rows {
                values.push(read(&mut reader).ok()?);
            }
        } else {
            return None;
        }
    }
    Some(values)
}
