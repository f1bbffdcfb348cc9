//! The address under which Prbiti is reached, so that it can really be away: shut, every connection is refused.

use std::net::{Ipv4Addr, SocketAddr};

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use super::{stage::held_port, wait_for};

/// Passes connections on while it is open.
pub struct Gate {
    pub port: u16,
    open: watch::Sender<bool>,
}

impl Gate {
    /// An open gate before `behind`.
    pub fn before(behind: SocketAddr) -> Gate {
        let (open, mut wish) = watch::channel(true);
        let (tell, hear) = std::sync::mpsc::channel();
        // A thread of its own: a journey that blocks its own thread for a moment must not look like a slow network.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                // Bound all the time and never listened on: the number stays the gate's while it is shut.
                let held = held_port(0);
                let port = held.local_addr().expect("its number").port();
                let mut listener = held_port(port).listen(1024).expect("to listen");
                let _ = tell.send(port);
                // Until the gate's owner is gone.
                loop {
                    let shut = tokio::select! {
                        () = pass(listener, behind) => true,
                        asked = until(&mut wish, false) => asked,
                    };
                    if !shut || !until(&mut wish, true).await {
                        return;
                    }
                    listener = held_port(port).listen(1024).expect("to listen again");
                }
            });
        });
        Gate { port: hear.recv().expect("a port"), open }
    }

    /// From here on connections are refused, and those that were there are cut.
    pub async fn shut(&self) {
        self.set(false).await;
    }

    pub async fn open(&self) {
        self.set(true).await;
    }

    async fn set(&self, open: bool) {
        self.open.send(open).expect("the gate's thread lives");
        wait_for("the gate to move", || async {
            let reached = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).await.is_ok();
            (reached == open).then_some(())
        })
        .await;
    }
}

async fn until(wish: &mut watch::Receiver<bool>, open: bool) -> bool {
    wish.wait_for(|wish| *wish == open).await.is_ok()
}

/// Dropped, it cuts every connection.
async fn pass(listener: TcpListener, behind: SocketAddr) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let Ok((mut before, _)) = accepted else { continue };
                connections.spawn(async move {
                    if let Ok(mut after) = TcpStream::connect(behind).await {
                        // Either side may go away at any time; that closes the other.
                        let _ = copy_bidirectional(&mut before, &mut after).await;
                    }
                });
            }
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
        }
    }
}
