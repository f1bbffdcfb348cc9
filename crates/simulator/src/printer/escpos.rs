//! ESC/POS as it comes: bytes cut into commands, by Epson's reference.

/// What a printer is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Letters: one byte each, or two of CP949.
    Text(Vec<u8>),
    /// LF.
    Feed,
    /// ESC d n.
    Feeds(u8),
    /// ESC @.
    Begin,
    /// ESC E n.
    Bold(bool),
    /// GS ! n: so many times as wide and as high.
    Size(u8, u8),
    /// ESC a n: 0 left, 1 centre, 2 right.
    Justify(u8),
    /// GS ( k: the QR code's size, its data, or that it is printed.
    CodeSize(u8),
    CodeData(Vec<u8>),
    CodePrint,
    /// GS v 0: bytes across, and the dots.
    Raster(usize, Vec<u8>),
    /// GS V.
    Cut,
    /// DLE EOT n, answered at once.
    AskNow(u8),
    /// GS r n, answered in its turn.
    AskInTurn(u8),
    /// Something without a look of its own here.
    Other,
    /// No command that this printer has.
    Unknown(u8, u8),
}

/// Bytes that aren't a whole command yet.
#[derive(Debug, Default)]
pub(super) struct Tokens(Vec<u8>);

impl Tokens {
    /// The commands that are whole now.
    pub(super) fn take(&mut self, bytes: &[u8]) -> Vec<Command> {
        self.0.extend_from_slice(bytes);
        let mut commands = Vec::new();
        let mut at = 0;
        while let Some((command, length)) = first(self.0.get(at..).unwrap_or_default()) {
            commands.push(command);
            at += length;
        }
        self.0.drain(..at);
        commands
    }
}

/// The first command and its length, when it is whole.
fn first(bytes: &[u8]) -> Option<(Command, usize)> {
    let known = |command, length: usize| (bytes.len() >= length).then_some((command, length));
    let number = |low: usize, high: usize| Some(usize::from(*bytes.get(low)?) + 256 * usize::from(*bytes.get(high)?));
    let byte = |at: usize| bytes.get(at).copied();
    match *bytes.first()? {
        0x0a => known(Command::Feed, 1),
        0x0d => known(Command::Other, 1),
        0x10 => match byte(1)? {
            0x04 => Some((Command::AskNow(byte(2)?), 3)),
            other => Some((Command::Unknown(0x10, other), 2)),
        },
        0x1b => match byte(1)? {
            b'@' => known(Command::Begin, 2),
            b'E' => Some((Command::Bold(byte(2)? & 1 == 1), 3)),
            b'a' => Some((Command::Justify(byte(2)? % 48), 3)),
            b'd' => Some((Command::Feeds(byte(2)?), 3)),
            b'2' => known(Command::Other, 2),
            b't' | b'R' | b'3' | b'G' | b'M' | b'-' => known(Command::Other, 3),
            other => Some((Command::Unknown(0x1b, other), 2)),
        },
        0x1c => match byte(1)? {
            b'&' | b'.' => known(Command::Other, 2),
            other => Some((Command::Unknown(0x1c, other), 2)),
        },
        0x1d => match byte(1)? {
            b'!' => {
                let size = byte(2)?;
                Some((Command::Size((size >> 4 & 7) + 1, (size & 7) + 1), 3))
            }
            b'V' => match byte(2)? {
                0 | 1 | 48 | 49 => Some((Command::Cut, 3)),
                _ => known(Command::Cut, 4),
            },
            b'r' => Some((Command::AskInTurn(byte(2)?), 3)),
            b'v' => {
                let (across, height) = (number(4, 5)?, number(6, 7)?);
                let dots = bytes.get(8..8 + across * height)?;
                Some((Command::Raster(across, dots.to_vec()), 8 + across * height))
            }
            b'(' => {
                let length = number(3, 4)?;
                let said = bytes.get(5..5 + length)?;
                Some((code(byte(2)?, said), 5 + length))
            }
            other => Some((Command::Unknown(0x1d, other), 2)),
        },
        other if other < 0x20 => Some((Command::Unknown(0, other), 1)),
        _ => letters(bytes),
    }
}

fn code(which: u8, said: &[u8]) -> Command {
    match (which, said) {
        (b'k', [49, 67, size]) => Command::CodeSize(*size),
        (b'k', [49, 80, 48, data @ ..]) => Command::CodeData(data.to_vec()),
        (b'k', [49, 81, ..]) => Command::CodePrint,
        (b'k', [49, 65 | 69, ..]) => Command::Other,
        (other, _) => Command::Unknown(b'(', other),
    }
}

/// Letters up to the next command; half a Korean one waits for its other half.
fn letters(bytes: &[u8]) -> Option<(Command, usize)> {
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte < 0x20 {
            break;
        }
        let wide = *byte >= 0x80;
        if wide && bytes.get(at + 1).is_none() {
            break;
        }
        at += if wide { 2 } else { 1 };
    }
    (at > 0).then(|| (Command::Text(bytes.get(..at).unwrap_or_default().to_vec()), at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_the_same_however_they_are_cut() {
        let all = b"\x1b@\x1c&\x1d!\x11\xb0\xa1A\n\x1dv0\0\x01\0\x02\0\x10\x04\x10\x04\x01\x1d(k\x05\0\x31\x50\x30ab\x1dVA\0\x1dr\x01";
        let whole = Tokens::default().take(all);
        assert_eq!(
            whole,
            [
                Command::Begin,
                Command::Other,
                Command::Size(2, 2),
                Command::Text(vec![0xb0, 0xa1, b'A']),
                Command::Feed,
                // What looks like a question inside a picture is dots.
                Command::Raster(1, vec![0x10, 0x04]),
                Command::AskNow(1),
                Command::CodeData(b"ab".to_vec()),
                Command::Cut,
                Command::AskInTurn(1),
            ]
        );
        let mut tokens = Tokens::default();
        let pieces: Vec<Command> = all.chunks(1).flat_map(|piece| tokens.take(piece)).collect();
        let text = |commands: &[Command]| {
            let texts =
                commands.iter().filter_map(|c| if let Command::Text(text) = c { Some(text.clone()) } else { None });
            texts.collect::<Vec<_>>().concat()
        };
        assert_eq!(text(&pieces), text(&whole));
        let but_text = |commands: &[Command]| {
            commands.iter().filter(|c| !matches!(c, Command::Text(_))).cloned().collect::<Vec<_>>()
        };
        assert_eq!(but_text(&pieces), but_text(&whole));
    }
}
