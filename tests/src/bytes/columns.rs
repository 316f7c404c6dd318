//! Automerge's columns as rows, and back: so that one operation can be made wrong, and what stands around it stays
//! right.
//!
//! Source: <https://automerge.org/automerge-binary-format-spec/#_column_storage_format>.

use super::mutate;
use crate::bombs::{signed, unsigned};
use crate::sim::random::Random;

/// Columns with more rows are left as bytes.
const ROWS_MAX: usize = 4000;

/// A column's specification, without the bit for deflated data, and its data.
pub(super) type Column = (u32, Vec<u8>);

/// The values of one column.
#[derive(Clone, Debug, PartialEq)]
enum Values {
    /// Groups, actors, numbers, and the kinds of values.
    Numbers(Vec<Option<u64>>),
    /// Written as differences.
    Steps(Vec<Option<i64>>),
    Texts(Vec<Option<Vec<u8>>>),
    Flags(Vec<bool>),
    /// Values one after the other, and whatever cannot be read.
    Raw(Vec<u8>),
}

const GROUP: u32 = 0;
const STEPS: u32 = 3;
const FLAGS: u32 = 4;
const TEXTS: u32 = 5;
const META: u32 = 6;
const RAW: u32 = 7;

/// Reads LEB128.
pub(super) fn read_unsigned(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

pub(super) fn read_signed(bytes: &mut &[u8]) -> Option<i64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= i64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            let is_negative = byte & 0x40 != 0 && shift + 7 < 64;
            return Some(if is_negative { value | -1 << (shift + 7) } else { value });
        }
    }
    None
}

fn runs<V: Clone>(mut data: &[u8], mut read: impl FnMut(&mut &[u8]) -> Option<V>) -> Option<Vec<Option<V>>> {
    let mut values = Vec::new();
    while !data.is_empty() {
        let count = read_signed(&mut data)?;
        let (rows, is_null) = match count {
            0 => (read_unsigned(&mut data)?, true),
            _ => (count.unsigned_abs(), false),
        };
        if rows as usize > ROWS_MAX - values.len().min(ROWS_MAX) {
            return None;
        }
        match (count, is_null) {
            (_, true) => values.extend(vec![None; rows as usize]),
            (1.., _) => values.extend(vec![Some(read(&mut data)?); rows as usize]),
            _ => {
                for _ in 0..rows {
                    values.push(Some(read(&mut data)?));
                }
            }
        }
    }
    Some(values)
}

fn write_runs<V: PartialEq>(values: &[Option<V>], mut put: impl FnMut(&mut Vec<u8>, &V)) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = values;
    while let Some(first) = rest.first() {
        let run = rest.iter().take_while(|value| *value == first).count();
        match first {
            None => {
                out.push(0);
                out.extend(unsigned(run as u64));
                rest = &rest[run..];
            }
            Some(value) if run > 1 => {
                out.extend(signed(run as i64));
                put(&mut out, value);
                rest = &rest[run..];
            }
            Some(_) => {
                let is_single = |at: &usize| rest[*at].is_some() && rest.get(at + 1) != Some(&rest[*at]);
                let singles = (0..rest.len()).take_while(is_single).count();
                out.extend(signed(-(singles as i64)));
                rest[..singles].iter().flatten().for_each(|value| put(&mut out, value));
                rest = &rest[singles..];
            }
        }
    }
    out
}

fn read(spec: u32, data: &[u8]) -> Values {
    let values = match spec & 7 {
        STEPS => {
            let mut sum = 0i64;
            let steps = runs(data, read_signed);
            let summed = |step: Option<i64>| {
                step.map(|step| {
                    sum = sum.wrapping_add(step);
                    sum
                })
            };
            steps.map(|steps| Values::Steps(steps.into_iter().map(summed).collect()))
        }
        FLAGS => flags(data).map(Values::Flags),
        TEXTS => {
            let text = |bytes: &mut &[u8]| {
                let length = usize::try_from(read_unsigned(bytes)?).ok()?;
                let (text, rest) = bytes.split_at_checked(length)?;
                *bytes = rest;
                Some(text.to_vec())
            };
            runs(data, text).map(Values::Texts)
        }
        RAW => None,
        _ => runs(data, read_unsigned).map(Values::Numbers),
    };
    values.unwrap_or_else(|| Values::Raw(data.to_vec()))
}

fn flags(mut data: &[u8]) -> Option<Vec<bool>> {
    let mut values = Vec::new();
    let mut value = false;
    while !data.is_empty() {
        let rows = read_unsigned(&mut data)? as usize;
        if rows > ROWS_MAX - values.len().min(ROWS_MAX) {
            return None;
        }
        values.extend(vec![value; rows]);
        value = !value;
    }
    Some(values)
}

impl Values {
    fn write(&self) -> Vec<u8> {
        match self {
            Self::Numbers(values) => write_runs(values, |out, value| out.extend(unsigned(*value))),
            Self::Steps(values) => {
                let mut last = 0i64;
                let step =
                    |value: &Option<i64>| value.map(|value| value.wrapping_sub(std::mem::replace(&mut last, value)));
                let steps: Vec<_> = values.iter().map(step).collect();
                write_runs(&steps, |out, step| out.extend(signed(*step)))
            }
            Self::Texts(values) => write_runs(values, |out, text| {
                out.extend(unsigned(text.len() as u64));
                out.extend(text);
            }),
            Self::Flags(values) => {
                let (mut out, mut rest, mut value) = (Vec::new(), &values[..], false);
                while !rest.is_empty() {
                    let run = rest.iter().take_while(|other| **other == value).count();
                    out.extend(unsigned(run as u64));
                    (rest, value) = (&rest[run..], !value);
                }
                out
            }
            Self::Raw(bytes) => bytes.clone(),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Steps(values) => values.len(),
            Self::Texts(values) => values.len(),
            Self::Flags(values) => values.len(),
            Self::Raw(bytes) => bytes.len(),
        }
    }

    /// Copies so many rows from a place to another, or removes them.
    fn splice(&mut self, to: usize, removed: usize, from: usize, copied: usize) {
        fn of<V: Clone>(values: &mut Vec<V>, to: usize, removed: usize, from: usize, copied: usize) {
            let from = from.min(values.len());
            let rows = values[from..(from + copied).min(values.len())].to_vec();
            let to = to.min(values.len());
            values.splice(to..(to + removed).min(values.len()), rows);
        }
        match self {
            Self::Numbers(values) => of(values, to, removed, from, copied),
            Self::Steps(values) => of(values, to, removed, from, copied),
            Self::Texts(values) => of(values, to, removed, from, copied),
            Self::Flags(values) => of(values, to, removed, from, copied),
            Self::Raw(values) => of(values, to, removed, from, copied),
        }
    }

    fn number(&self, at: usize) -> u64 {
        match self {
            Self::Numbers(values) => values.get(at).copied().flatten().unwrap_or(0),
            _ => 0,
        }
    }
}

/// Wrongs in single rows, in whole rows, or in the bytes of a column.
pub(super) fn mutate(random: &mut Random, columns: &mut Vec<Column>) {
    if columns.is_empty() {
        return;
    }
    match random.below(20) {
        0 => {
            let nth = random.below(columns.len());
            mutate::bytes(random, &mut columns[nth].1, b"\x01\x7f\x80\x80\x04");
        }
        1 => drop(columns.remove(random.below(columns.len()))),
        2 => {
            let nth = random.below(columns.len());
            let mut column = columns[nth].clone();
            column.0 = if random.chance(50) { column.0 } else { random.below(200) as u32 };
            columns.insert(nth, column);
        }
        3 => {
            let nth = random.below(columns.len());
            columns[nth].0 = columns[nth].0.wrapping_add([1, 2, 16, 32][random.below(4)]);
        }
        4..7 => rows(random, columns),
        _ => {
            for _ in 0..1 + random.below(2) {
                one(random, columns);
            }
        }
    }
}

/// One value becomes another.
fn one(random: &mut Random, columns: &mut [Column]) {
    let nth = random.below(columns.len());
    let (spec, data) = (columns[nth].0, columns[nth].1.clone());
    let mut values = read(spec, &data);
    if values.len() == 0 {
        return;
    }
    let (at, other) = (random.below(values.len()), random.below(values.len()));
    match &mut values {
        Values::Numbers(rows) => {
            let is_copied = random.chance(40);
            let near = rows[at].unwrap_or(0);
            rows[at] = match random.below(8) {
                0 => None,
                _ if is_copied => rows[other],
                1 => Some(mutate::number(random, near)),
                2 => Some(near.wrapping_add(1)),
                3 => Some(near.saturating_sub(1)),
                _ => Some(random.below(9) as u64),
            };
        }
        Values::Steps(rows) => {
            let near = rows[at].unwrap_or(0);
            rows[at] = match random.below(8) {
                0 => None,
                1 => Some(mutate::number(random, near as u64) as i64),
                2 => Some(near.wrapping_add(1)),
                3 => Some(near.saturating_sub(1)),
                4 => Some(random.below(40) as i64),
                _ => rows[other],
            };
        }
        Values::Texts(rows) => {
            const KEYS: [&str; 12] =
                ["title", "kind", "body", "deleted", "order", "type", "parents", "attrs", "", "isEmbed", "\u{0}", "نص"];
            rows[at] = match random.below(4) {
                0 => None,
                1 => rows[other].clone(),
                2 => Some(vec![b'k'; random.below(400)]),
                _ => Some(KEYS[random.below(KEYS.len())].into()),
            };
        }
        Values::Flags(rows) => rows[at] = !rows[at],
        Values::Raw(bytes) => match random.below(3) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => mutate::bytes(random, bytes, b""),
            _ => bytes[at] = random.below(256) as u8,
        },
    }
    columns[nth].1 = values.write();
    // A value's length stands in another column than its bytes.
    if spec & 7 == META && random.chance(80) {
        mend_values(columns, nth);
    }
}

/// Makes the bytes of the values as many as their lengths come to.
fn mend_values(columns: &mut [Column], nth: usize) {
    let Values::Numbers(metas) = read(columns[nth].0, &columns[nth].1) else { return };
    let bytes: u64 = metas.iter().flatten().fold(0, |sum, meta| sum.saturating_add(meta >> 4));
    let spec = columns[nth].0 | RAW;
    if bytes < 1 << 16
        && let Some(raw) = columns.iter_mut().find(|column| column.0 == spec)
    {
        raw.1.resize(bytes as usize, b'x');
    }
}

/// Whole operations go, or come twice, or change their places: in all columns, those of groups included.
fn rows(random: &mut Random, columns: &mut [Column]) {
    let mut all: Vec<(u32, Values)> = columns.iter().map(|(spec, data)| (*spec, read(*spec, data))).collect();
    let is_group = |spec: u32| spec & 7 == GROUP;
    let groups: Vec<(u32, Values)> = all.iter().filter(|(spec, _)| is_group(*spec)).cloned().collect();
    let metas: Vec<(u32, Values)> = all.iter().filter(|(spec, _)| spec & 7 == META).cloned().collect();
    let count = all.iter().find(|(spec, _)| spec & 7 == FLAGS).map_or(0, |(_, values)| values.len());
    if count == 0 {
        return;
    }
    let (to, from) = (random.below(count), random.below(count));
    let (removed, copied) = match random.below(4) {
        0 => (1, 0),
        1 => (0, 1),
        2 => (1, 1),
        _ => (0, (random.below(64) + 1).min(count - from)),
    };
    for (spec, values) in &mut all {
        // What of this column belongs to the rows before a place, and to some rows from there on.
        let span = |at: usize, rows: usize| -> (usize, usize) {
            let sizes = |of: &Values, shift: u32| {
                let sum = |range: std::ops::Range<usize>| range.map(|row| (of.number(row) >> shift) as usize).sum();
                (sum(0..at), sum(at..at + rows))
            };
            if let Some((_, group)) = groups.iter().find(|(group, _)| *group >> 4 == *spec >> 4 && !is_group(*spec)) {
                return sizes(group, 0);
            }
            if let Some((_, meta)) = metas.iter().find(|(meta, _)| *meta | RAW == *spec && *spec & 7 == RAW) {
                return sizes(meta, 4);
            }
            (at, rows)
        };
        let ((to, removed), (from, copied)) = (span(to, removed), span(from, copied));
        values.splice(to, removed, from, copied);
    }
    for (column, (_, values)) in columns.iter_mut().zip(all) {
        column.1 = values.write();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_written_as_they_were_read() {
        let numbers = [signed(3), unsigned(7), signed(-2), unsigned(1), unsigned(300), vec![0], unsigned(4)].concat();
        let steps = [signed(2), signed(-5), signed(-1), signed(90)].concat();
        let texts = [signed(-1), b"\x03key".to_vec(), vec![0, 2]].concat();
        for (spec, data) in [(1, numbers), (3, steps), (5, texts), (4, vec![0, 3, 2]), (7, b"abc".to_vec())] {
            assert_eq!(read(spec, &data).write(), data);
        }
    }
}
