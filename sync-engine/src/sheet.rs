//! A space's recovery key as it stands on paper: groups of four letters and digits, with two more groups by which a
//! mistyped one is found.

/// What the key's groups are, and the two that check them.
const KEY_GROUPS: usize = 16;
const GROUPS: usize = KEY_GROUPS + 2;
const GROUP_LETTERS: usize = 4;

/// 1,024 letters: a key with whatever stands between its groups.
pub const TYPED_CHARS_MAX: usize = 1024;

/// Why typed letters are no recovery key. Groups are counted from 1, as a reader counts them.
#[derive(Clone, Debug, thiserror::Error, PartialEq, Eq)]
pub enum SheetError {
    #[error("`{letter}` in group {group} is no letter of a recovery key")]
    Letter { group: usize, letter: char },
    #[error("group {group} has {letters} letters instead of 4")]
    Group { group: usize, letters: usize },
    #[error("a recovery key has 18 groups, or 16 on older sheets, and this has {0}")]
    Groups(usize),
    #[error("group {0} is not what the check groups say")]
    Wrong(usize),
    #[error("more than one group is not what the check groups say")]
    SeveralWrong,
}

/// The key in groups, to be printed.
pub fn print(seed: &[u8; 32]) -> String {
    let mut groups: Vec<u16> = seed.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
    // Both sums over all groups become zero.
    let (sum, weighed) = sums(&groups);
    let (last_but_one, last) = (power(KEY_GROUPS), power(KEY_GROUPS + 1));
    let second = divide(weighed ^ multiply(last_but_one, sum), last_but_one ^ last);
    groups.extend([sum ^ second, second]);
    groups.iter().map(|group| format!("{group:04X}")).collect::<Vec<_>>().join(" ")
}

/// Reads what somebody typed: in capitals or small letters, in Latin, Arabic or Persian digits, with anything or nothing
/// between the groups. `O`, `I` and `L` are no letters of a key, and count as the digits that they look like.
pub fn read(typed: &str) -> Result<[u8; 32], SheetError> {
    let groups = groups(typed)?;
    if groups.len() == GROUPS {
        check(&groups)?;
    }
    let bytes: Vec<u8> = groups.iter().take(KEY_GROUPS).flat_map(|group| group.to_be_bytes()).collect();
    bytes.try_into().map_err(|_| SheetError::Groups(groups.len()))
}

/// The groups, by what stands between them where every one is whole, or else by fours.
fn groups(typed: &str) -> Result<Vec<u16>, SheetError> {
    let mut words: Vec<Vec<char>> = vec![vec![]];
    for letter in typed.chars().take(TYPED_CHARS_MAX) {
        match letter {
            _ if is_passed_over(letter) => {}
            _ if is_between(letter) => words.push(vec![]),
            _ => words.last_mut().expect("one word is there").push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    // One who left out or put in a letter kept the other groups apart.
    let uneven = words.iter().position(|word| word.len() != GROUP_LETTERS);
    if let Some(uneven) = uneven.filter(|_| [KEY_GROUPS, GROUPS].contains(&words.len())) {
        return Err(SheetError::Group { group: uneven + 1, letters: words[uneven].len() });
    }
    let letters = words.concat();
    let digits = letters
        .iter()
        .enumerate()
        .map(|(at, &letter)| digit(letter).ok_or(SheetError::Letter { group: at / GROUP_LETTERS + 1, letter }));
    let digits = digits.collect::<Result<Vec<u16>, _>>()?;
    let (whole, rest) = digits.as_chunks::<GROUP_LETTERS>();
    match (whole.len(), rest.len()) {
        (KEY_GROUPS | GROUPS, 0) => {
            Ok(whole.iter().map(|group| group.iter().fold(0, |sum, digit| sum << 4 | digit)).collect())
        }
        (whole, 0) => Err(SheetError::Groups(whole)),
        (whole, letters) => Err(SheetError::Group { group: whole + 1, letters }),
    }
}

/// Marks of direction, and the stroke that lengthens Arabic words: a keyboard or a message put them there.
fn is_passed_over(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{061c}' | '\u{feff}' | 'ـ')
}

fn is_between(letter: char) -> bool {
    letter.is_whitespace()
        || matches!(letter, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '_' | '.' | ',' | '،' | ':' | '/')
}

fn digit(letter: char) -> Option<u16> {
    let digit = match letter {
        '٠'..='٩' => letter as u32 - '٠' as u32,
        '۰'..='۹' => letter as u32 - '۰' as u32,
        'o' | 'O' => 0,
        'i' | 'I' | 'l' | 'L' => 1,
        _ => letter.to_digit(16)?,
    };
    u16::try_from(digit).ok()
}

/// One wrong group shows in both sums, and their quotient says which one it is.
fn check(groups: &[u16]) -> Result<(), SheetError> {
    let (sum, weighed) = sums(groups);
    if (sum, weighed) == (0, 0) {
        return Ok(());
    }
    let wrong = (0..groups.len()).find(|&at| sum != 0 && multiply(power(at), sum) == weighed);
    Err(wrong.map_or(SheetError::SeveralWrong, |at| SheetError::Wrong(at + 1)))
}

/// The groups' sum, and their sum with each weighed by its place: a Reed–Solomon code of distance three.
fn sums(groups: &[u16]) -> (u16, u16) {
    let weighed = groups.iter().enumerate().map(|(at, &group)| multiply(power(at), group));
    (groups.iter().fold(0, |sum, group| sum ^ group), weighed.fold(0, |sum, group| sum ^ group))
}

/// In the field of 2¹⁶ elements, by x¹⁶ + x¹² + x³ + x + 1.
fn multiply(one: u16, other: u16) -> u16 {
    let (mut product, mut shifted) = (0u16, one);
    for bit in 0..16 {
        if other >> bit & 1 == 1 {
            product ^= shifted;
        }
        shifted = if shifted & 0x8000 == 0 { shifted << 1 } else { shifted << 1 ^ 0x100b };
    }
    product
}

/// The field's generator to a power.
fn power(exponent: usize) -> u16 {
    (0..exponent).fold(1, |power, _| multiply(power, 2))
}

fn divide(one: u16, by: u16) -> u16 {
    // The inverse is the power of 2¹⁶ − 2: every bit but the lowest.
    let (mut inverse, mut square) = (1, by);
    for _ in 1..16 {
        square = multiply(square, square);
        inverse = multiply(inverse, square);
    }
    multiply(one, inverse)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seed() -> [u8; 32] {
        std::array::from_fn(|at| (at * 37 + 11) as u8)
    }

    fn with_group(group: usize, text: &str) -> String {
        let printed = print(&seed());
        let mut groups: Vec<&str> = printed.split(' ').collect();
        groups[group - 1] = text;
        groups.join(" ")
    }

    #[test]
    fn a_printed_key_is_read_whatever_stands_between_its_groups() {
        let printed = print(&seed());
        assert_eq!(printed.split(' ').count(), 18);
        let arabic: String = printed
            .chars()
            .map(|c| c.to_digit(10).map_or(c, |digit| char::from_u32('٠' as u32 + digit).unwrap()))
            .collect();
        let persian: String = printed
            .chars()
            .map(|c| c.to_digit(10).map_or(c, |digit| char::from_u32('۰' as u32 + digit).unwrap()))
            .collect();
        let forms = [
            printed.clone(),
            printed.to_lowercase(),
            printed.replace(' ', ""),
            printed.replace(' ', "-"),
            printed.replace(' ', " – \n"),
            format!("\u{200f} {arabic}\u{200e}"),
            persian,
            printed.replace('0', "O").replace('1', "l"),
        ];
        for form in forms {
            assert_eq!(read(&form), Ok(seed()), "{form}");
        }
    }

    #[test]
    fn sheets_from_before_the_check_groups_are_read() {
        assert_eq!(read(&print(&seed())[..16 * 5]), Ok(seed()));
    }

    #[test]
    fn every_single_wrong_group_is_named() {
        for group in 1..=18 {
            for text in ["0000", "FFFF", "1234", "8001"] {
                let typed = with_group(group, text);
                let is_same = typed == print(&seed());
                let expected = if is_same { Ok(seed()) } else { Err(SheetError::Wrong(group)) };
                assert_eq!(read(&typed), expected);
            }
        }
    }

    #[test]
    fn two_groups_in_each_others_place_and_two_wrong_ones_are_noticed() {
        let printed = print(&seed());
        let mut groups: Vec<&str> = printed.split(' ').collect();
        for at in 0..17 {
            groups.swap(at, at + 1);
            assert_eq!(read(&groups.join(" ")), Err(SheetError::SeveralWrong));
            groups.swap(at, at + 1);
        }
        groups[2] = "0000";
        groups[9] = "ABCD";
        assert!(read(&groups.join("")).is_err());
    }

    #[test]
    fn what_is_missing_too_much_or_no_letter_of_a_key_is_named_by_its_group() {
        assert_eq!(read(&with_group(3, "12")), Err(SheetError::Group { group: 3, letters: 2 }));
        assert_eq!(read(&with_group(18, "12345")), Err(SheetError::Group { group: 18, letters: 5 }));
        assert_eq!(read(&with_group(5, "12G4")), Err(SheetError::Letter { group: 5, letter: 'G' }));
        assert_eq!(read(&with_group(5, "١٢ب٤")), Err(SheetError::Letter { group: 5, letter: 'ب' }));
        assert_eq!(read("1234 5678"), Err(SheetError::Groups(2)));
        assert_eq!(read(""), Err(SheetError::Groups(0)));
    }
}
