//! Asking whoever sets a kiosk up.

use std::io::{self, BufRead as _, IsTerminal as _, Write as _};

use till::staff::Pin;

use super::NotSetUp;

/// Is anybody there to ask?
pub(super) fn somebody() -> bool {
    io::stdin().is_terminal()
}

/// A line of what is typed, or of standard input.
pub(super) fn line(question: &str) -> io::Result<String> {
    if somebody() {
        let mut out = io::stdout();
        write!(out, "{question}: ")?;
        out.flush()?;
    }
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Says something to whoever is asked.
pub(super) fn tell(what: &str) -> io::Result<()> {
    writeln!(io::stdout(), "{what}")
}

/// Something that nobody else may see.
pub(super) fn hidden(question: &str) -> io::Result<String> {
    Ok(rpassword::prompt_password(format!("{question}: "))?.trim().to_owned())
}

/// The PIN, twice from a terminal, where nobody sees it; else once, from standard input. Never an argument: those are
/// everybody's to read.
pub(super) fn pin() -> Result<Pin, NotSetUp> {
    if !somebody() {
        return Ok(Pin::new(&line("PIN")?)?);
    }
    loop {
        let why = match Pin::new(&hidden("PIN, six digits")?) {
            Ok(pin) if Pin::new(&hidden("the same again")?).as_ref() == Ok(&pin) => return Ok(pin),
            Ok(_) => NotSetUp::Another,
            Err(why) => why.into(),
        };
        tell(&why.to_string())?;
    }
}
