//! Wrongs in CBOR that leave it well formed for the most part, so that what reads it gets beyond its first byte.
//!
//! Source of the encoding: RFC 8949.

use super::mutate;
use crate::sim::random::Random;

/// What is nested deeper than this is left as it is.
const DEPTH_MAX: usize = 32;

const ARRAY: u8 = 4;
const MAP: u8 = 5;

/// A tree of what CBOR says.
#[derive(Clone, Debug, PartialEq)]
enum Node {
    Unsigned(u64),
    Negative(u64),
    Bytes(Vec<u8>),
    Text(Vec<u8>),
    /// Items of an array, or keys and values of a map in turn.
    Items(u8, Vec<Node>),
    Tag(u64, Box<Node>),
    /// True, false, null and the like, and floats: the byte of the head, and what follows it.
    Simple(u8, Vec<u8>),
    /// Bytes that stand as they are.
    Raw(Vec<u8>),
}

/// One or more wrongs in the CBOR that `bytes` begins with; what follows it stays. Bytes that are no CBOR get flat ones.
pub(super) fn mutate(random: &mut Random, bytes: &mut Vec<u8>, other: &[u8]) {
    let mut rest = bytes.as_slice();
    let Some(mut tree) = read(&mut rest, 0) else { return mutate::some(random, bytes, other) };
    let rest = rest.to_vec();
    let others = read(&mut &other[..], 0);
    for _ in 0..1 + random.below(2) {
        wrong(random, &mut tree, others.as_ref());
    }
    bytes.clear();
    write(&tree, bytes);
    bytes.extend(rest);
}

fn read(bytes: &mut &[u8], depth: usize) -> Option<Node> {
    let (&head, rest) = bytes.split_first()?;
    *bytes = rest;
    if depth > DEPTH_MAX {
        return None;
    }
    let (major, info) = (head >> 5, head & 0x1f);
    let argument = match info {
        0..24 => u64::from(info),
        24..28 => {
            let (taken, rest) = bytes.split_at_checked(1 << (info - 24))?;
            *bytes = rest;
            if major == 7 {
                return Some(Node::Simple(head, taken.to_vec()));
            }
            taken.iter().fold(0, |value, byte| value << 8 | u64::from(*byte))
        }
        _ => return None,
    };
    Some(match major {
        0 => Node::Unsigned(argument),
        1 => Node::Negative(argument),
        2 | 3 => {
            let (taken, rest) = bytes.split_at_checked(usize::try_from(argument).ok()?)?;
            *bytes = rest;
            if major == 2 { Node::Bytes(taken.to_vec()) } else { Node::Text(taken.to_vec()) }
        }
        ARRAY | MAP => {
            let count = usize::try_from(argument).ok()?.checked_mul(usize::from(major) - 3)?;
            let mut items = Vec::new();
            for _ in 0..count {
                items.push(read(bytes, depth + 1)?);
            }
            Node::Items(major, items)
        }
        6 => Node::Tag(argument, Box::new(read(bytes, depth + 1)?)),
        _ => Node::Simple(head, vec![]),
    })
}

fn head(out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    match argument {
        0..24 => out.push(major | argument as u8),
        24..0x100 => out.extend([major | 24, argument as u8]),
        0x100..0x1_0000 => {
            out.push(major | 25);
            out.extend((argument as u16).to_be_bytes());
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 26);
            out.extend((argument as u32).to_be_bytes());
        }
        _ => {
            out.push(major | 27);
            out.extend(argument.to_be_bytes());
        }
    }
}

fn write(node: &Node, out: &mut Vec<u8>) {
    match node {
        Node::Unsigned(value) => head(out, 0, *value),
        Node::Negative(value) => head(out, 1, *value),
        Node::Bytes(bytes) => {
            head(out, 2, bytes.len() as u64);
            out.extend(bytes);
        }
        Node::Text(bytes) => {
            head(out, 3, bytes.len() as u64);
            out.extend(bytes);
        }
        Node::Items(major, items) => {
            head(out, *major, items.len() as u64 / (u64::from(*major) - 3));
            items.iter().for_each(|item| write(item, out));
        }
        Node::Tag(tag, node) => {
            head(out, 6, *tag);
            write(node, out);
        }
        Node::Simple(head, rest) => {
            out.push(*head);
            out.extend(rest);
        }
        Node::Raw(bytes) => out.extend(bytes),
    }
}

fn count(node: &Node) -> usize {
    1 + match node {
        Node::Items(_, items) => items.iter().map(count).sum(),
        Node::Tag(_, node) => count(node),
        _ => 0,
    }
}

/// The node at that place, in the order in which they are written.
fn nth<'a>(node: &'a mut Node, place: &mut usize) -> Option<&'a mut Node> {
    if *place == 0 {
        return Some(node);
    }
    *place -= 1;
    match node {
        Node::Items(_, items) => items.iter_mut().find_map(|item| nth(item, place)),
        Node::Tag(_, node) => nth(node, place),
        _ => None,
    }
}

fn any<'a>(random: &mut Random, tree: &'a mut Node) -> &'a mut Node {
    let mut place = random.below(count(tree));
    nth(tree, &mut place).expect("a place within the tree")
}

fn wrong(random: &mut Random, tree: &mut Node, other: Option<&Node>) {
    let spare = match other {
        Some(other) if random.chance(30) => any(random, &mut other.clone()).clone(),
        _ => any(random, &mut tree.clone()).clone(),
    };
    let node = any(random, tree);
    // What everything may become.
    match random.below(24) {
        0 => return *node = spare,
        1 => return *node = Node::Simple([0xf4, 0xf5, 0xf6, 0xf7][random.below(4)], vec![]),
        2 => return *node = Node::Items(ARRAY, vec![node.clone()]),
        3 => {
            // An item that claims to be as long as it likes.
            let mut bytes = Vec::new();
            head(&mut bytes, 2 + random.below(4) as u8, mutate::number(random, 8));
            return *node = Node::Raw(bytes);
        }
        4 => {
            // Nested as deep as few bytes can: each is an array of one item, or one without an end.
            let depth = if random.chance(5) { 60_000 } else { random.below(400) };
            let each = [0x81, 0x9f, 0xc1, 0x5f][random.below(4)];
            return *node = Node::Raw([vec![each; depth], vec![0]].concat());
        }
        5 => return *node = Node::Unsigned(mutate::number(random, 0)),
        _ => {}
    }
    match node {
        Node::Unsigned(value) | Node::Negative(value) | Node::Tag(value, _) => *value = mutate::number(random, *value),
        Node::Bytes(bytes) | Node::Text(bytes) => match random.below(4) {
            // Ids keep their length, and so are read.
            0 | 1 if !bytes.is_empty() => {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            2 => bytes.resize([0, 1, 8, 16, 31, 32, 33, 64, 300, 5000][random.below(10)], 0x55),
            _ => mutate::bytes(random, bytes, b"\xd9\x84\xd8\xb9 \x00\xff"),
        },
        Node::Items(_, items) => {
            let at = random.below(items.len().max(1));
            match random.below(6) {
                0 if at < items.len() => drop(items.remove(at)),
                1 if at < items.len() => {
                    let item = items[at].clone();
                    items.insert(at, item);
                }
                2 if at < items.len() => {
                    let other = random.below(items.len());
                    items.swap(at, other);
                }
                3 if at < items.len() && count(&items[at]) < 20 => {
                    let copies = vec![items[at].clone(); 1 + random.below(600)];
                    items.splice(at..at, copies);
                }
                4 => items.truncate(at),
                _ => items.push(spare),
            }
        }
        Node::Simple(head, _) => *head = [0xf4, 0xf5, 0xf6, 0xf7, 0xe0, 0xff][random.below(6)],
        Node::Raw(bytes) => mutate::bytes(random, bytes, b""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_written_the_same() {
        let long = [&[0x59, 0x01, 0x2c][..], &[7; 300]].concat();
        for bytes in [&b"\x83\x01\x63abc\xa1\x05\xf6"[..], b"\xc1\x19\x03\xe8\xfb\0\0\0\0\0\0\0\0", &long] {
            let mut out = Vec::new();
            write(&read(&mut &bytes[..], 0).expect("CBOR"), &mut out);
            assert_eq!(out, bytes[..out.len()]);
        }
    }
}
