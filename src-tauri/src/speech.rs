//! Reads aloud, through programs of the system's: espeak-ng, and for Japanese kakasi before it.
//!
//! A program of its own is the simplest voice that can be cut short (it is ended), that crashes alone, and that knows
//! all four languages. The words are the page's; nothing is decided here but that the newest is what is said.

use std::{path::Path, process::Stdio};

use checkout::{catalog::Language, view::Speed};
use serde::Deserialize;
use till::config::Speech;
use tokio::{
    io::{self, AsyncWriteExt as _},
    process::Command,
    runtime::Handle,
    sync::watch,
};

/// The longest text that is read, in bytes. A whole page of the menu is a tenth of it.
const LONGEST: usize = 8 * 1024;

/// What is read aloud, and how.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Utterance {
    text: String,
    language: Language,
    speed: Speed,
    /// 1 to 5.
    volume: u8,
    /// For the earphones, which are plugged in.
    earphones: bool,
}

/// Says what it is given, the newest only. The default one says nothing.
#[derive(Default)]
pub(crate) struct Voice(Option<watch::Sender<Option<Utterance>>>);

impl Voice {
    /// Whatever is being said stops; then this is said.
    pub(crate) fn say(&self, utterance: Option<Utterance>) {
        let Some(next) = &self.0 else { return };
        // Too long to be meant for a listener; silence is better than an hour of it.
        next.send_replace(utterance.filter(|utterance| utterance.text.len() <= LONGEST));
    }
}

/// The voice, and what of the configuration is really there: a shop sells on without it.
pub(crate) fn start(speech: Option<Speech>, runtime: &Handle) -> (Option<Speech>, Voice) {
    let Some(Speech { program, kana, earphones }) = speech else { return (None, Voice::default()) };
    if !is_there(&program) {
        let program = program.display();
        tracing::warn!(%program, "nothing is read aloud: the program isn't there; install it, or name another in [speech]");
        return (None, Voice::default());
    }
    let kana = kana.filter(|kana| {
        let there = is_there(kana);
        if !there {
            tracing::warn!(kana = %kana.display(), "nothing is read aloud in Japanese: the program for kana isn't there");
        }
        there
    });
    let speech = Speech { program, kana, earphones };
    let (next, heard) = watch::channel(None);
    runtime.spawn(run(speech.clone(), heard));
    (Some(speech), Voice(Some(next)))
}

fn is_there(program: &Path) -> bool {
    let found = std::process::Command::new(program).arg("--version").stdin(Stdio::null()).output();
    found.is_ok()
}

async fn run(speech: Speech, mut next: watch::Receiver<Option<Utterance>>) {
    let mut well = true;
    loop {
        let utterance = next.borrow_and_update().clone();
        // To drop a reading is to stop in the middle of a word.
        let ended = tokio::select! {
            changed = next.changed() => match changed {
                Ok(()) => continue,
                Err(_) => return,
            },
            ended = read(&speech, utterance) => ended,
        };
        if let Err(error) = &ended
            && well
        {
            tracing::warn!(%error, "a text wasn't read aloud; check the sound card and the programs in [speech]");
        }
        well = ended.is_ok();
        if next.changed().await.is_err() {
            return;
        }
    }
}

/// Reads it to its end.
async fn read(speech: &Speech, utterance: Option<Utterance>) -> io::Result<()> {
    let Some(utterance) = utterance else { return Ok(()) };
    let Utterance { text, language, speed, volume, earphones } = utterance;
    let text = match (language, &speech.kana) {
        (Language::Ja, None) => return Ok(()),
        // Every character that has a reading, and what isn't Japanese as it is.
        (Language::Ja, Some(kana)) => {
            let arguments = ["-i", "utf8", "-o", "utf8", "-JH", "-KH", "-s"];
            pipe(Command::new(kana).args(arguments), text.as_bytes()).await?
        }
        (Language::Ko | Language::En | Language::Zh, _) => text.into_bytes(),
    };
    let mut program = Command::new(&speech.program);
    program.args(["-v", name(language), "-s", words_a_minute(speed), "-a", loudness(volume), "--stdin"]);
    if let Some(output) = speech.earphones.as_ref().filter(|_| earphones) {
        // Where the sound server's own library plays what no program names an output for.
        program.env("PULSE_SINK", output);
    }
    pipe(&mut program, &text).await.map(drop)
}

/// What a program makes of `text`. It is ended when this is dropped.
async fn pipe(program: &mut Command, text: &[u8]) -> io::Result<Vec<u8>> {
    let mut child =
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        input.write_all(text).await?;
    }
    let ended = child.wait_with_output().await?;
    let complaints = String::from_utf8_lossy(&ended.stderr);
    // espeak-ng ends well even when there is nothing to play on.
    let complaint = complaints.lines().find(|line| line.starts_with("error:"));
    match complaint {
        None if ended.status.success() => Ok(ended.stdout),
        None => Err(io::Error::other(format!("the program ended with {}", ended.status))),
        Some(complaint) => Err(io::Error::other(complaint.to_owned())),
    }
}

/// As espeak-ng calls them.
const fn name(language: Language) -> &'static str {
    match language {
        Language::Ko => "ko",
        Language::En => "en-us",
        Language::Zh => "cmn",
        Language::Ja => "ja",
    }
}

const fn words_a_minute(speed: Speed) -> &'static str {
    match speed {
        Speed::Slow => "110",
        Speed::Usual => "150",
        Speed::Fast => "210",
    }
}

/// Of at most 200. The middle is what the program is tuned for; how loud that is in the shop is the amplifier's matter.
const fn loudness(volume: u8) -> &'static str {
    match volume {
        0 | 1 => "20",
        2 => "50",
        3 => "100",
        4 => "140",
        _ => "180",
    }
}
