//! The HTTP server itself: its own accept loop, so that a fault can cut a connection and stopping cuts all of them.

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// The connection that a request came by.
#[derive(Debug, Clone)]
pub(crate) struct Line(CancellationToken);

impl Line {
    /// Resets the connection. The caller's future is dropped with it, so this never returns.
    pub(crate) async fn cut(&self) -> ! {
        self.0.cancel();
        loop {
            std::future::pending::<()>().await;
        }
    }
}

/// Serves until `stop`; then every connection is dropped, whatever it was waiting for.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, router.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
                }
            },
        }
    }
    drop(listener);
    connections.shutdown().await;
}

async fn connection(stream: TcpStream, router: Router) {
    // Small answers over loopback: waiting to fill a packet only costs time.
    let _ = stream.set_nodelay(true);
    let line = Line(CancellationToken::new());
    let service = TowerToHyperService::new(router.layer(Extension(line.clone())));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let cut = tokio::select! {
        _ = &mut connection => false,
        () = line.0.cancelled() => true,
    };
    if cut {
        let stream = connection.into_parts().io.into_inner();
        // With no linger, closing sends a reset instead of an orderly end.
        let _ = stream.set_zero_linger();
    }
}
