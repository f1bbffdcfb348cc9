//! How a screen must be for the customer who stands there, whatever they chose.

use serde_json::{Value, json};

use crate::kit::{Kiosk, wait_for};

/// In the low position everything stays below it, mm above the floor.
const LOW_MM: u32 = 1_220;
/// No control is smaller on either side, mm.
const LEAST_CONTROL_MM: f64 = 12.0;

/// What is wrong with the place and the size of what can be seen, in words.
const MISPLACED: &str = r#"
    const [pitch, top, least] = arguments;
    const root = document.querySelector('[data-screen]');
    const found = [];
    const said = (one) => `${one.tagName} ${one.dataset?.act ?? ''} "${(one.textContent || one.getAttribute('aria-label') || '').trim().slice(0, 30)}"`;
    const place = (one, box) => {
      const where = `${said(one)} at ${Math.round(box.left)},${Math.round(box.top)} to ${Math.round(box.right)},${Math.round(box.bottom)}`;
      if (box.left < -1 || box.top < -1 || box.right > innerWidth + 1 || box.bottom > innerHeight + 1) found.push(`${where} is off the screen`);
      if (box.top < top - 1) found.push(`${where} is above the low line at ${Math.round(top)}`);
    };
    // What is only read aloud takes no place.
    const seen = (one) => !one.closest('.unseen') && one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { currentNode: text } = texts;
      if (text.data.trim() === '' || !seen(text.parentElement)) continue;
      const line = document.createRange();
      line.selectNodeContents(text);
      for (const box of line.getClientRects()) place(text.parentElement, box);
    }
    for (const one of document.querySelectorAll('button, img, svg, iframe')) {
      const box = one.getBoundingClientRect();
      if (!seen(one) || box.width === 0) continue;
      place(one, box);
      const side = Math.min(box.width, box.height) * pitch;
      if (one.matches('button') && side < least - 0.05) found.push(`${said(one)} is only ${side.toFixed(1)} mm wide or high`);
    }
    if (root.dataset.screen === 'service' && !root.dataset.sheet) {
      const frame = document.querySelector('iframe');
      const { left, top, width, height } = frame.getBoundingClientRect();
      if (width < 500 || Math.abs(width / height - 5 / 7) > 0.01) found.push(`the module's frame is ${width} × ${height}`);
      for (const [x, y] of [[0.05, 0.02], [0.95, 0.02], [0.5, 0.5], [0.05, 0.98], [0.95, 0.98]]) {
        const there = document.elementFromPoint(left + width * x, top + height * y);
        if (there !== frame) found.push(`over the module's frame lies ${there && said(there)}`);
      }
    }
    if (document.scrollingElement.scrollWidth > innerWidth || document.scrollingElement.scrollHeight > innerHeight) found.push('the page can be scrolled');
    return found;"#;

/// What is read or heard of the screen in the language that it says it is in: what is marked as being in another one is
/// left out.
const WORDS: &str = r#"
    const language = document.documentElement.lang;
    const own = (one) => one.closest('[lang]').lang === language;
    const words = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) if (own(texts.currentNode.parentElement)) words.push(texts.currentNode.data.trim());
    for (const name of ['aria-label', 'alt', 'title', 'placeholder']) {
      for (const one of document.querySelectorAll(`[${name}]`)) if (own(one)) words.push(one.getAttribute(name).trim());
    }
    return words.filter((word) => word !== '');"#;

/// How the page says that it is set.
const SET: &str = "const root = document.documentElement;
    return [root.lang, root.style.getPropertyValue('--zoom') === '2', root.dataset.theme === 'contrast', root.hasAttribute('data-low')];";

/// What a customer has chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub language: &'static str,
    pub large: bool,
    pub contrast: bool,
    pub low: bool,
    /// What the shop has no name for in that language, and so shows in Korean.
    pub in_korean: &'static [&'static str],
}

/// Nothing.
pub const USUAL: Look = Look { language: "ko", large: false, contrast: false, low: false, in_korean: &[] };

impl Look {
    /// Chooses it on the first screen, one touch for each.
    pub async fn choose(&self, kiosk: &Kiosk) {
        if self.language != USUAL.language {
            kiosk.touch_on("language", self.language).await;
        }
        for (wanted, act) in [(self.large, "large"), (self.contrast, "contrast"), (self.low, "low")] {
            if wanted {
                kiosk.touch(act).await;
            }
        }
        let wanted = json!([self.language, self.large, self.contrast, self.low]);
        wait_for(&format!("the settings {wanted}"), || async {
            (kiosk.script(SET, json!([])).await == wanted).then_some(())
        })
        .await;
        self.fits(kiosk, "attract").await;
    }

    /// Waits for this screen, and looks whether whoever chose this can use it.
    pub async fn fits(&self, kiosk: &Kiosk, screen: &str) {
        kiosk.until(screen).await;
        let (low, pitch) = (if self.low { kiosk.panel.px_at_mm(LOW_MM) } else { 0.0 }, kiosk.panel.pitch_mm());
        kiosk.until_still().await;
        let found = kiosk.script(MISPLACED, json!([pitch, low.max(0.0), LEAST_CONTROL_MM])).await;
        let picture = || kiosk.screenshot(&format!("misfit-{screen}")).display().to_string();
        assert!(found == json!([]), "{screen} for {self:?} ({}): {found:#}", picture());
        let set = kiosk.script(SET, json!([])).await;
        assert_eq!(set, json!([self.language, self.large, self.contrast, self.low]), "{screen}");
        let words: Vec<String> = serde_json::from_value(kiosk.script(WORDS, json!([])).await).expect("a list of words");
        let strange: Vec<&String> = words.iter().filter(|words| !self.can_be_read(words)).collect();
        assert!(strange.is_empty(), "{screen} in {} says {strange:#?}", self.language);
        assert!(words.iter().any(|words| self.is_own(words)), "{screen} in {} says only {words:#?}", self.language);
    }

    /// None of these letters are another language's.
    fn can_be_read(&self, words: &str) -> bool {
        let kept = self.in_korean.iter().fold(words.to_owned(), |words, name| words.replace(name, ""));
        match self.language {
            "en" => !kept.chars().any(|letter| is_hangul(letter) || is_kana(letter) || is_han(letter)),
            "zh" => !kept.chars().any(|letter| is_hangul(letter) || is_kana(letter)),
            "ja" => !kept.chars().any(is_hangul),
            _ => !kept.chars().any(|letter| is_kana(letter) || is_han(letter)),
        }
    }

    /// These words are this language's, and no other's.
    fn is_own(&self, words: &str) -> bool {
        match self.language {
            "en" => words.chars().filter(char::is_ascii_lowercase).count() > 2,
            "zh" => words.chars().any(is_han) && self.can_be_read(words),
            "ja" => words.chars().any(is_kana),
            _ => words.chars().any(is_hangul),
        }
    }
}

const fn is_hangul(letter: char) -> bool {
    matches!(letter, '\u{1100}'..='\u{11ff}' | '\u{3130}'..='\u{318f}' | '\u{ac00}'..='\u{d7af}')
}

// Without the middle dot and the long mark, which others write as well.
const fn is_kana(letter: char) -> bool {
    matches!(letter, '\u{3041}'..='\u{3096}' | '\u{30a1}'..='\u{30fa}')
}

const fn is_han(letter: char) -> bool {
    matches!(letter, '\u{3400}'..='\u{9fff}')
}

/// The number of the module's frame, when there is one.
pub async fn session(kiosk: &Kiosk) -> Value {
    kiosk.script("return document.querySelector('[data-session]')?.dataset.session ?? null;", json!([])).await
}
