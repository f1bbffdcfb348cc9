//! A port of its own, the module's and the kitchen's. It can be shut so that connections are really refused, while control and agent stay
//! reachable; the number stays ours meanwhile.

use crate::server::serve;
use axum::Router;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Connections that the system accepts before we do.
const BACKLOG: u32 = 128;

/// A port that opens and shuts.
pub(crate) struct Door {
    address: SocketAddr,
    wanted: watch::Sender<bool>,
    is_open: watch::Receiver<bool>,
    /// Bound and never listening: nobody else gets the number while the door is shut.
    _reserved: TcpSocket,
}

impl Door {
    /// Takes a port, open. `serve` must follow.
    pub(crate) fn reserve(port: u16) -> io::Result<(Self, Doorkeeper)> {
        // Sharing is for our own two sockets: a port that somebody else has is refused here, as any port is.
        let address = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port))?.local_addr()?;
        let reserved = bound(address)?;
        let listener = listening(address)?;
        let (wanted, wishes) = watch::channel(true);
        let (opened, is_open) = watch::channel(true);
        let door = Self { address, wanted, is_open, _reserved: reserved };
        Ok((door, Doorkeeper { address, listener: Some(listener), wishes, opened }))
    }

    pub(crate) const fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn is_open(&self) -> bool {
        *self.is_open.borrow()
    }

    /// Opens or shuts it, and returns when that is so. Shutting cuts every connection.
    pub(crate) async fn set(&self, open: bool) {
        self.wanted.send_replace(open);
        // An error means that the keeper is gone, and with it the simulator.
        let _ = self.is_open.clone().wait_for(|is_open| *is_open == open).await;
    }
}

/// Serves what comes through the door.
pub(crate) struct Doorkeeper {
    address: SocketAddr,
    listener: Option<TcpListener>,
    wishes: watch::Receiver<bool>,
    opened: watch::Sender<bool>,
}

impl Doorkeeper {
    pub(crate) fn spawn(mut self, router: Router, stop: CancellationToken) -> JoinHandle<()> {
        tokio::spawn(async move {
            while !stop.is_cancelled() {
                self.until_shut(router.clone(), &stop).await;
                self.opened.send_replace(false);
                tokio::select! {
                    () = stop.cancelled() => break,
                    wish = self.wishes.wait_for(|open| *open) => if wish.is_err() { break },
                }
                match listening(self.address) {
                    Ok(listener) => self.listener = Some(listener),
                    Err(error) => tracing::error!(%error, "a port can't be opened again"),
                }
                self.opened.send_replace(true);
            }
        })
    }

    /// Serves until somebody wants it shut, or the end.
    async fn until_shut(&mut self, router: Router, stop: &CancellationToken) {
        let shut = stop.child_token();
        let serving = self.listener.take().map(|listener| tokio::spawn(serve(listener, router, shut.clone())));
        tokio::select! {
            () = stop.cancelled() => {}
            _ = self.wishes.wait_for(|open| !*open) => {}
        }
        shut.cancel();
        if let Some(serving) = serving {
            // A server that panicked is over as well.
            let _ = serving.await;
        }
    }
}

fn listening(address: SocketAddr) -> io::Result<TcpListener> {
    bound(address)?.listen(BACKLOG)
}

fn bound(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    socket.set_reuseaddr(true)?;
    // The reserved socket and the listening one share the number. On Windows the line above lets them.
    #[cfg(target_os = "linux")]
    socket.set_reuseport(true)?;
    socket.bind(address)?;
    Ok(socket)
}
