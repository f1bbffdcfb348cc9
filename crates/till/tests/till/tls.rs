//! Orders on their way over TLS, to a receiver whose certificate the machine trusts, and to one whose it doesn't.

use std::{
    env,
    net::SocketAddr,
    path::Path,
    process::{Command, Output},
};

use axum::{Router, http::HeaderMap, routing::post, serve::Listener};
use checkout::{kiosk::NotTaken, order_hook};
use native_tls::Identity;
use till::order_hook::OrderHook;
use tokio::net::{TcpListener, TcpStream};
use tokio_native_tls::{TlsAcceptor, TlsStream};

use super::*;

/// Whoever posts in a process of its own: what OpenSSL trusts it learns once, from its environment.
const POSTS: &str = "tls::one_message_is_posted";
const TO: &str = "PRBITI_TEST_POST_TO";

#[tokio::test]
async fn an_order_is_posted_over_tls_only_to_whom_the_machine_trusts() {
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("certificate.pem");
    let address = receiver(&certificate, &folder.path().join("key.pem")).await;
    let url = format!("https://localhost:{}/orders", address.port());

    let trusted = posts(&url, Some(&certificate)).await;
    assert!(trusted.status.success(), "{}", said(&trusted));
    let stranger = said(&posts(&url, None).await);
    // Nothing of the order was sent: it is posted again, as to one that can't be reached.
    let not_sent = "refused: false, perhaps: false";
    assert!(stranger.contains(not_sent) && stranger.contains("certificate verify failed"), "{stranger}");
}

/// What the process above runs; by itself it has nothing to do.
#[tokio::test]
#[ignore = "started by the journey above"]
async fn one_message_is_posted() {
    let Ok(url) = env::var(TO) else { return };
    let secret = Secret::new(Settings::default().order_hook_secret);
    let hook = OrderHook::new(url.parse().unwrap(), secret, TOO_LONG).unwrap();
    let posted: Result<(), NotTaken> = hook.post(&order_hook::test("test-1").unwrap()).await;
    // Whoever only looks sees the same: a connection that takes no order isn't reached.
    assert_eq!(hook.reached().await.is_ok(), posted.is_ok());
    posted.unwrap();
}

async fn posts(url: &str, trusts: Option<&Path>) -> Output {
    let mut this = Command::new(env::current_exe().unwrap());
    this.args(["--exact", POSTS, "--ignored", "--nocapture"]).env(TO, url).env_remove("SSL_CERT_FILE");
    if let Some(certificate) = trusts {
        this.env("SSL_CERT_FILE", certificate);
    }
    tokio::task::spawn_blocking(move || this.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// Takes on whatever is posted, behind a certificate of its own.
async fn receiver(certificate: &Path, key: &Path) -> SocketAddr {
    let mut openssl = Command::new("openssl");
    openssl.args(["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-days", "2"]);
    openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
    let made = openssl.arg("-keyout").arg(key).arg("-out").arg(certificate).output().unwrap();
    assert!(made.status.success(), "{}", said(&made));
    let read = |path: &Path| std::fs::read(path).unwrap();
    let identity = Identity::from_pkcs8(&read(certificate), &read(key)).unwrap();
    let acceptor = TlsAcceptor::from(native_tls::TlsAcceptor::new(identity).unwrap());
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let acknowledge = async |headers: HeaderMap| {
        let id = headers["webhook-id"].to_str().unwrap();
        axum::Json(json!({"id": id}))
    };
    let orders = Router::new().route("/orders", post(acknowledge));
    tokio::spawn(async move { axum::serve(Secured { listener, acceptor }, orders).await });
    address
}

struct Secured {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Secured {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            // Whoever turns away after the handshake's first word is the other one.
            if let Ok((stream, from)) = self.listener.accept().await
                && let Ok(secured) = self.acceptor.accept(stream).await
            {
                return (secured, from);
            }
        }
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}
