//! What staff can do, as `docs/staff.md` prints it from the same source.

use std::{fs, path::Path};

use checkout::staff::{ACTIONS, Action, Role};

fn printed() -> String {
    let mut table = String::from("| action | who | when | what it does |\n|---|---|---|---|\n");
    for row in &ACTIONS {
        let name = serde_json::to_value(row.action).unwrap();
        let who = match row.role {
            Role::Staff => "staff",
            Role::Manager => "manager",
        };
        table += &format!("| `{}` | {who} | {} | {} |\n", name.as_str().unwrap(), row.when, row.does);
    }
    table
}

#[test]
fn each_action_stands_in_it_once() {
    assert_eq!(ACTIONS.map(|row| row.action), Action::ALL);
}

#[test]
fn the_page_prints_it() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/staff.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- actions -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- /actions -->").unwrap();
    let fresh = format!("{before}<!-- actions -->\n{}<!-- /actions -->{after}", printed());
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert!(page == fresh, "run: UPDATE_DOCS=1 cargo test -p checkout --test staff");
}
