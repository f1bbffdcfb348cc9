//! The way to the printer: a device of the USB printer class, a serial line, or TCP.

use std::{fmt, io, path::PathBuf, time::Duration};

use checkout::paper::PrinterState;
use thiserror::Error;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_serial::SerialPortBuilderExt as _;

use crate::system;

/// So long a printer on the network has to take the connection.
const CONNECTS: Duration = Duration::from_secs(3);

/// Where a printer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// A device that bytes are written to and read from as they are: `/dev/usb/lp0`.
    Device(PathBuf),
    /// A serial line.
    Serial {
        /// Its stable name.
        path: PathBuf,
        /// Bits per second.
        baud: u32,
    },
    /// On the network, or on this machine.
    Tcp {
        /// A name or an address.
        host: String,
        /// 9100 of nearly every printer.
        port: u16,
    },
    /// The simulator's.
    Simulator,
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Port::Device(path) => write!(f, "{}", path.display()),
            Port::Serial { path, baud } => write!(f, "{} at {baud} baud", path.display()),
            Port::Tcp { host, port } => write!(f, "{host}:{port}"),
            Port::Simulator => f.write_str("of the simulator"),
        }
    }
}

/// Why nothing can be printed over a connection, or over none.
#[derive(Debug, Error)]
pub(super) enum NoPrinter {
    #[error("{0}")]
    Line(#[from] io::Error),
    #[error("it can't be opened: {0}")]
    Serial(#[from] tokio_serial::Error),
    #[error("it doesn't answer")]
    Hangs,
    #[error("it stopped in the middle of a paper: {}", .0.words())]
    Stopped(PrinterState),
    #[error("there is no simulator")]
    NoSimulator,
}

/// Read from and written to.
pub(super) trait ReadWrite: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> ReadWrite for T {}

/// An open way, whatever it is.
pub(super) type Line = Box<dyn ReadWrite>;

pub(super) async fn open(port: &Port) -> Result<Line, NoPrinter> {
    Ok(match port {
        Port::Device(path) => {
            let path = path.clone();
            // A device may take its time to open.
            let opened = tokio::task::spawn_blocking(move || system::open_device(&path));
            Box::new(opened.await.map_err(io::Error::other)??)
        }
        Port::Serial { path, baud } => Box::new(tokio_serial::new(path.to_string_lossy(), *baud).open_native_async()?),
        Port::Tcp { host, port } => {
            let connecting = timeout(CONNECTS, TcpStream::connect((host.as_str(), *port)));
            let stream = connecting.await.map_err(|_late| NoPrinter::Hangs)??;
            stream.set_nodelay(true)?;
            Box::new(stream)
        }
        Port::Simulator => return Err(NoPrinter::NoSimulator),
    })
}
