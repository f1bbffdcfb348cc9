//! Inputs that are made of lines, such as the entries of a journal: what is changed in them are whole lines as often as
//! bytes, for bytes alone hardly ever make a new line of JSON.

/// Changes whole lines of the first `size` bytes and returns how many they are then; nothing when bytes are to be
/// changed instead, or what it makes wouldn't fit.
pub fn change(known: &[String], data: &mut [u8], size: usize, max_size: usize, seed: u32) -> Option<usize> {
    let mut dice = Dice(u64::from(seed) | 1 << 32);
    if known.is_empty() || dice.below(3) == 0 {
        return None;
    }
    let text = std::str::from_utf8(data.get(..size)?).ok()?.to_owned();
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
    let room = data.get_mut(..changed.len()).filter(|_| changed.len() <= max_size)?;
    room.copy_from_slice(changed.as_bytes());
    Some(changed.len())
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
