//! A barcode reader that types: its keys reach the X server in one piece, as fast as no hand and no busy machine can
//! draw apart.

use x11rb::{
    connection::Connection as _,
    protocol::{
        xproto::{ConnectionExt as _, KEY_PRESS_EVENT, KEY_RELEASE_EVENT},
        xtest::ConnectionExt as _,
    },
};

/// X's name for the key that ends a code.
const RETURN: u32 = 0xff0d;

/// Types `code` and Enter at the display of this name, into whatever has the focus.
pub fn types(display: &str, code: &str) {
    let (server, screen) = x11rb::connect(Some(display)).expect("the X server");
    let setup = server.setup();
    let root = setup.roots[screen].root;
    let (first, last) = (setup.min_keycode, setup.max_keycode);
    let keys = server.get_keyboard_mapping(first, last - first + 1).expect("a question").reply().expect("its keys");
    let of_each = usize::from(keys.keysyms_per_keycode);
    // A letter of ASCII is its own name.
    for name in code.chars().map(u32::from).chain([RETURN]) {
        let at = keys.keysyms.chunks(of_each).position(|names| names.first() == Some(&name));
        let at = at.unwrap_or_else(|| panic!("the keyboard has no key {name:#x}"));
        let key = first + u8::try_from(at).expect("a key's number");
        for event in [KEY_PRESS_EVENT, KEY_RELEASE_EVENT] {
            server.xtest_fake_input(event, key, 0, root, 0, 0, 0).expect("to be taken");
        }
    }
    // What was asked goes out before what is asked now, in one write.
    server.get_input_focus().expect("a question").reply().expect("all of it to be done");
}
