//! Changes that bytes alone hardly ever come to: a number at its limit, and in what is made of lines, such as the
//! entries of a journal, whole lines.

/// Where sums and products end.
const NUMBERS: [&str; 16] = [
    "0",
    "1",
    "-1",
    "20",
    "21",
    "255",
    "65536",
    "2147483648",
    "4294967295",
    "100000000",
    "100000001",
    "1000000000001",
    "1e300",
    "9223372036854775807",
    "-9223372036854775808",
    "18446744073709551615",
];

/// Changes the first `size` bytes and returns how many they are then; nothing when single bytes are to be changed
/// instead, or what it makes wouldn't fit. `known` are lines that the input may have, when it is made of lines.
pub fn change(known: &[String], data: &mut [u8], size: usize, max_size: usize, seed: u32) -> Option<usize> {
    let mut dice = Dice(u64::from(seed) | 1 << 32);
    let text = std::str::from_utf8(data.get(..size)?).ok()?;
    let changed = match dice.below(6) {
        0 if seed & 1 == 0 => with_a_number(text, &mut dice)?,
        0 => with_a_text(text, &mut dice)?,
        1..4 if !known.is_empty() => with_lines(text, known, &mut dice),
        _ => return None,
    };
    let room = data.get_mut(..changed.len()).filter(|_| changed.len() <= max_size)?;
    room.copy_from_slice(changed.as_bytes());
    Some(changed.len())
}

/// One of its numbers at a limit.
fn with_a_number(text: &str, dice: &mut Dice) -> Option<String> {
    let is_digit = |c: char| c.is_ascii_digit();
    let starts: Vec<usize> = text
        .match_indices(is_digit)
        .map(|(place, _)| place)
        .filter(|place| !text[..*place].ends_with(|c: char| is_digit(c) || c == '-'))
        .collect();
    let start = *starts.get(dice.below(starts.len().max(1)))?;
    let end = text[start..].find(|c| !is_digit(c)).map_or(text.len(), |digits| start + digits);
    Some(format!("{}{}{}", &text[..start], NUMBERS[dice.below(NUMBERS.len())], &text[end..]))
}

/// One of its quoted texts in place of another.
fn with_a_text(text: &str, dice: &mut Dice) -> Option<String> {
    let quotes: Vec<usize> = text.match_indices('"').map(|(place, _)| place).collect();
    let pairs: Vec<(usize, usize)> = quotes.windows(2).step_by(2).map(|pair| (pair[0], pair[1])).collect();
    let (start, end) = *pairs.get(dice.below(pairs.len().max(1)))?;
    let (from, to) = pairs[dice.below(pairs.len())];
    Some(format!("{}{}{}", &text[..start], &text[from..to], &text[end..]))
}

/// Some lines more, fewer or elsewhere.
fn with_lines(text: &str, known: &[String], dice: &mut Dice) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    for _ in 0..=dice.below(3) {
        let (a, b) = (dice.below(lines.len() + 1), dice.below(lines.len() + 1));
        match dice.below(6) {
            0 if a < lines.len() => drop(lines.remove(a)),
            1 if a < lines.len() && b < lines.len() => lines.swap(a, b),
            2 if a < lines.len() => lines.insert(b, lines[a]),
            3 => lines.truncate(a.max(1)),
            _ => lines.insert(a, &known[dice.below(known.len())]),
        }
    }
    let mut changed = lines.join("\n");
    changed.push('\n');
    changed
}

/// Throws that depend on nothing but the seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 16) as usize % sides
    }
}
