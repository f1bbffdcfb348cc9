//! A page that isn't Prbiti's, in the module's place.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{Ipv4Addr, TcpListener, TcpStream},
};

/// Serves one page under every path, until the program ends. Says under which address.
pub fn page(html: &'static str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("its number");
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // The kiosk also looks whether somebody is there, and then says nothing.
            std::thread::spawn(move || answer(connection, html));
        }
    });
    format!("http://{address}/module")
}

fn answer(mut connection: TcpStream, html: &str) -> std::io::Result<()> {
    let mut request = BufReader::new(connection.try_clone()?).lines();
    while request.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
    write!(
        connection,
        "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{html}",
        html.len()
    )
}
