//! Walks the runs of columns without expanding them: counts rows, sums what groups and values claim, and
//! bounds every number. Costs one step per encoded byte, whatever the runs claim.

use super::GuardError;
use crate::chunk::Column;
use crate::leb128::{ReadError, Reader};

/// Times between these are exact in JavaScript, and no difference of two overflows.
pub(super) const TIME_MAX: i64 = (1 << 53) - 1;

const VALUE_RAW: u32 = 87;
const ACTION: u32 = 66;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Table {
    ChangeOps,
    DocumentOps,
    DocumentChanges,
}

pub(super) struct Bounds {
    pub(super) rows: u64,
    pub(super) actors: u64,
    pub(super) counter: u64,
    pub(super) text_bytes: u64,
}

/// How a column is encoded, and what its values may be.
enum Rule {
    /// Places in the list of actors.
    Actor,
    /// Unsigned numbers from 0 up to this.
    Number(u64),
    /// Differences; the sums lie between these.
    Delta(i64, i64),
    Text,
    Flags,
    /// For each row, how many rows of the group's other columns belong to it.
    Group,
    ValueMeta,
    ValueRaw,
}

impl Table {
    /// The columns that Automerge 0.12 writes. It ignores others when it applies a change and loses them when
    /// it saves, so they are refused here.
    fn rule(self, spec: u32, bounds: &Bounds) -> Option<Rule> {
        let counter = i64::try_from(bounds.counter).unwrap_or(i64::MAX);
        let rows = i64::try_from(bounds.rows).unwrap_or(i64::MAX);
        Some(match (self, spec) {
            (Self::DocumentChanges, 1) => Rule::Actor,
            (Self::DocumentChanges, 3) => Rule::Delta(1, counter),
            (Self::DocumentChanges, 19) => Rule::Delta(0, counter),
            (Self::DocumentChanges, 35) => Rule::Delta(-TIME_MAX, TIME_MAX),
            (Self::DocumentChanges, 53) => Rule::Text,
            (Self::DocumentChanges, 64) => Rule::Group,
            (Self::DocumentChanges, 67) => Rule::Delta(0, rows),
            (Self::DocumentChanges, _) if spec != 86 && spec != VALUE_RAW => return None,
            (Self::ChangeOps, 112) | (Self::DocumentOps, 128) => Rule::Group,
            (Self::ChangeOps, 113) | (Self::DocumentOps, 33 | 129) => Rule::Actor,
            (Self::ChangeOps, 115) | (Self::DocumentOps, 35 | 131) => Rule::Delta(0, counter),
            (_, 1 | 17) => Rule::Actor,
            (_, 2) => Rule::Number(bounds.counter),
            (_, 19) => Rule::Delta(0, counter),
            (_, 21 | 165) => Rule::Text,
            (_, 52 | 148) => Rule::Flags,
            (_, ACTION) => Rule::Number(7),
            (_, 86) => Rule::ValueMeta,
            (_, VALUE_RAW) => Rule::ValueRaw,
            _ => return None,
        })
    }

    /// The columns that are there whenever there is a row; the others may be left out when they say nothing.
    fn required(self) -> &'static [u32] {
        match self {
            Self::ChangeOps => &[ACTION, 52, 86, 112],
            Self::DocumentOps => &[33, 35, 52, ACTION, 86, 128],
            Self::DocumentChanges => &[1, 3, 19, 64],
        }
    }
}

/// Checks the columns of one table against each other and `bounds`, and says how many rows it has. Marks in
/// `used` which actors are named, as far as it is long.
pub(super) fn walk(
    table: Table,
    columns: &[Column<'_>],
    bounds: &Bounds,
    used: &mut [bool],
) -> Result<u64, GuardError> {
    let mut evens: Vec<(u32, u64)> = Vec::with_capacity(columns.len());
    let mut last_spec = None;
    // What the group and the value metadata before have promised to follow them.
    let mut group: Option<(u32, u64)> = None;
    let mut members: Vec<u32> = Vec::new();
    let mut raw_bytes = 0u64;
    let mut has_raw = false;
    for column in columns {
        let spec = column.spec;
        if last_spec.is_some_and(|last| last >= spec) {
            return Err(GuardError::UnexpectedColumn(spec));
        }
        last_spec = Some(spec);
        let rule = table.rule(spec, bounds).ok_or(GuardError::UnexpectedColumn(spec))?;
        let runs = Runs { spec, data: column.data, rows_max: bounds.rows };
        let rows = match rule {
            Rule::Actor => runs.walk(Reader::u64, |value, _| match value {
                Some(actor) if actor >= bounds.actors => Err(GuardError::ValueOutOfRange(spec)),
                Some(actor) => {
                    if let Some(is_used) = used.get_mut(actor as usize) {
                        *is_used = true;
                    }
                    Ok(())
                }
                None => Ok(()),
            })?,
            Rule::Number(max) => runs.walk(Reader::u64, |value, _| match value {
                Some(value) if value > max => Err(GuardError::ValueOutOfRange(spec)),
                _ => Ok(()),
            })?,
            Rule::Delta(min, max) => {
                let mut sum = 0i64;
                runs.walk(Reader::i64, |value, run| {
                    let Some(step) = value else { return Ok(()) };
                    // Within one run the sums only rise or only fall, so both ends bound them all.
                    let first = sum.checked_add(step);
                    let last = i64::try_from(run).ok().and_then(|run| step.checked_mul(run)?.checked_add(sum));
                    match (first, last) {
                        (Some(first), Some(last)) if (min..=max).contains(&first) && (min..=max).contains(&last) => {
                            sum = last;
                            Ok(())
                        }
                        _ => Err(GuardError::ValueOutOfRange(spec)),
                    }
                })?
            }
            Rule::Text => {
                let mut bytes = 0u64;
                runs.walk(Reader::prefixed, |value, run| {
                    let text = value.unwrap_or_default();
                    if std::str::from_utf8(text).is_err() {
                        return Err(GuardError::ValueOutOfRange(spec));
                    }
                    bytes = bytes.saturating_add(run.saturating_mul(text.len() as u64));
                    super::within("text bytes", bytes, bounds.text_bytes)
                })?
            }
            Rule::Flags => runs.walk_flags()?,
            Rule::Group => {
                let mut sum = 0u64;
                let rows = runs.walk(Reader::u64, |value, run| {
                    let count = value.ok_or(GuardError::ValueOutOfRange(spec))?;
                    sum = sum.saturating_add(run.saturating_mul(count));
                    super::within("rows", sum, bounds.rows.saturating_mul(2))
                })?;
                group = Some((spec >> 4, sum));
                rows
            }
            Rule::ValueMeta => runs.walk(Reader::u64, |value, run| {
                let meta = value.ok_or(GuardError::ValueOutOfRange(spec))?;
                let length = meta >> 4;
                let is_possible = match meta & 0xf {
                    0..=2 => length == 0,
                    3 | 4 | 8 | 9 => (1..=10).contains(&length),
                    5 => length == 8,
                    _ => true,
                };
                if !is_possible && table != Table::DocumentChanges {
                    return Err(GuardError::ValueOutOfRange(spec));
                }
                raw_bytes = raw_bytes.saturating_add(run.saturating_mul(length));
                Ok(())
            })?,
            Rule::ValueRaw => {
                has_raw = true;
                if raw_bytes != column.data.len() as u64 {
                    return Err(GuardError::UnevenColumn(spec));
                }
                continue;
            }
        };
        match group {
            Some((id, sum)) if id == spec >> 4 && spec & 7 != 0 => {
                members.push(spec);
                if rows != sum {
                    return Err(GuardError::UnevenColumn(spec));
                }
            }
            _ => evens.push((spec, rows)),
        }
    }
    if raw_bytes > 0 && !has_raw {
        return Err(GuardError::MissingColumn(VALUE_RAW));
    }
    let member_count = if table == Table::DocumentChanges { 1 } else { 2 };
    if let Some((id, sum)) = group
        && sum > 0
        && members.len() != member_count
    {
        return Err(GuardError::MissingColumn(id << 4));
    }
    let rows = evens.first().map_or(0, |&(_, rows)| rows);
    if let Some(&(spec, _)) = evens.iter().find(|&&(_, other)| other != rows) {
        return Err(GuardError::UnevenColumn(spec));
    }
    super::within("rows", rows, bounds.rows)?;
    let is_there = |spec: &&u32| evens.iter().any(|(there, _)| there == *spec);
    match table.required().iter().find(|spec| !is_there(spec)) {
        Some(spec) if rows > 0 => Err(GuardError::MissingColumn(*spec)),
        _ => Ok(rows),
    }
}

/// How many operations a change has, by its column of actions alone; none if that is malformed.
pub(crate) fn rows_of_actions(columns: &[Column<'_>], rows_max: u64) -> u64 {
    let action = columns.iter().find(|column| column.spec == ACTION);
    let rows = action.map(|column| {
        let runs = Runs { spec: ACTION, data: column.data, rows_max };
        runs.walk(Reader::u64, |_, _| Ok(()))
    });
    rows.and_then(Result::ok).unwrap_or(0)
}

struct Runs<'a> {
    spec: u32,
    data: &'a [u8],
    rows_max: u64,
}

impl<'a> Runs<'a> {
    /// Calls `each` with every value and the length of its run; nulls are `None`.
    fn walk<V>(
        &self,
        mut read: impl FnMut(&mut Reader<'a>) -> Result<V, ReadError>,
        mut each: impl FnMut(Option<V>, u64) -> Result<(), GuardError>,
    ) -> Result<u64, GuardError> {
        let mut reader = Reader::new(self.data);
        let mut rows = 0;
        while !reader.is_empty() {
            let count = reader.i64()?;
            match count {
                0 => {
                    let nulls = reader.u64()?;
                    rows = self.add(rows, nulls)?;
                    each(None, nulls)?;
                }
                1.. => {
                    rows = self.add(rows, count.unsigned_abs())?;
                    each(Some(read(&mut reader)?), count.unsigned_abs())?;
                }
                _ => {
                    rows = self.add(rows, count.unsigned_abs())?;
                    for _ in 0..count.unsigned_abs() {
                        each(Some(read(&mut reader)?), 1)?;
                    }
                }
            }
        }
        Ok(rows)
    }

    /// Flags are runs of false and true in turn; only the first may be empty.
    fn walk_flags(&self) -> Result<u64, GuardError> {
        let mut reader = Reader::new(self.data);
        let mut rows = 0;
        let mut is_first = true;
        while !reader.is_empty() {
            let run = reader.u64()?;
            if run > 0 || !is_first {
                rows = self.add(rows, run)?;
            }
            is_first = false;
        }
        Ok(rows)
    }

    fn add(&self, rows: u64, run: u64) -> Result<u64, GuardError> {
        if run == 0 {
            return Err(GuardError::EmptyRun(self.spec));
        }
        // Twice: a group's members may outnumber the operations, when several values are replaced at once.
        let limit = self.rows_max.saturating_mul(2);
        let sum = rows.saturating_add(run);
        super::within("rows", sum, limit)?;
        Ok(sum)
    }
}
