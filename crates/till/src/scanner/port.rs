//! Which device the reader is, and how it speaks.

use std::{
    fmt, io,
    path::{Path, PathBuf},
};

use thiserror::Error;
use tokio_serial::{DataBits, Parity, SerialPortBuilderExt, SerialPortType, SerialStream, StopBits};

use crate::system;

/// Where codes come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Port {
    /// A serial device.
    Serial(Serial),
    /// A reader that types like a keyboard.
    Keyboard {
        /// Which, so that its absence is seen; any when absent.
        usb: Option<Usb>,
        /// Two of its keys follow each other within so long, ms.
        gap_ms: u32,
    },
    /// The simulator's.
    Simulator,
}

/// A serial device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serial {
    /// Which.
    pub which: Which,
    /// How it speaks.
    pub line: Line,
}

/// A device among those that there are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one of this name, which stays the same: `/dev/serial/by-id/…` or a udev link.
    At(PathBuf),
    /// The one with these numbers, whatever the system calls it.
    Usb(Usb),
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Which::At(path) => path.display().fmt(f),
            Which::Usb(usb) => usb.fmt(f),
        }
    }
}

/// A USB device by its numbers, as `lsusb` writes them: `1a86:7523`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usb {
    /// Who makes it.
    pub vendor: u16,
    /// What it is.
    pub product: u16,
    /// Which of them; any when absent.
    pub serial_number: Option<String>,
}

impl Usb {
    /// Is `other`, which is there, this one?
    pub fn is(&self, other: &Usb) -> bool {
        let numbers = (self.vendor, self.product) == (other.vendor, other.product);
        numbers && self.serial_number.as_ref().is_none_or(|wanted| other.serial_number.as_ref() == Some(wanted))
    }

    /// Reads `1a86:7523`.
    pub fn read(text: &str) -> Option<Usb> {
        let (vendor, product) = text.split_once(':')?;
        Some(Usb { vendor: hexadecimal(vendor)?, product: hexadecimal(product)?, serial_number: None })
    }
}

impl fmt::Display for Usb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04x}:{:04x}", self.vendor, self.product)?;
        self.serial_number.as_ref().map_or(Ok(()), |number| write!(f, " ({number})"))
    }
}

/// Four digits, as such numbers are written.
fn hexadecimal(text: &str) -> Option<u16> {
    let four = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    if four { u16::from_str_radix(text, 16).ok() } else { None }
}

/// How a serial device speaks. USB devices ignore it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// Bits per second.
    pub baud: u32,
    /// Whether each character carries a bit to check it.
    pub parity: Parity,
    /// Bits of a character.
    pub data_bits: DataBits,
    /// Bits between two.
    pub stop_bits: StopBits,
}

impl Default for Line {
    fn default() -> Line {
        Line { baud: 9600, parity: Parity::None, data_bits: DataBits::Eight, stop_bits: StopBits::One }
    }
}

/// A serial port that the system has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// What it is called now.
    pub path: PathBuf,
    /// What is plugged in there; absent when it isn't USB.
    pub usb: Option<Usb>,
}

/// The serial ports that this machine has now.
pub fn serial_ports() -> io::Result<Vec<Listed>> {
    let ports = tokio_serial::available_ports()?;
    let listed = ports.into_iter().map(|port| Listed {
        path: port.port_name.into(),
        usb: match port.port_type {
            SerialPortType::UsbPort(usb) => {
                Some(Usb { vendor: usb.vid, product: usb.pid, serial_number: usb.serial_number })
            }
            SerialPortType::PciPort | SerialPortType::BluetoothPort | SerialPortType::Unknown => None,
        },
    });
    Ok(listed.collect())
}

/// The USB keyboards, and what else is an input device, that this machine has now.
pub fn keyboards() -> io::Result<Vec<Usb>> {
    Ok(inputs(&system::input_devices()?))
}

/// A paragraph for each device: `I: Bus=0003 Vendor=0c2e Product=0901 …`, and `U: Uniq=` with its serial number.
fn inputs(text: &str) -> Vec<Usb> {
    let one = |paragraph: &str| {
        let line = |mark: &str| paragraph.lines().find_map(|line| line.strip_prefix(mark));
        let ids = line("I: ")?;
        let number = |name: &str| ids.split(' ').find_map(|word| word.strip_prefix(name)).and_then(hexadecimal);
        let serial_number = line("U: Uniq=").map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Usb { vendor: number("Vendor=")?, product: number("Product=")?, serial_number })
    };
    text.split("\n\n").filter_map(one).collect()
}

/// Why the device isn't there.
#[derive(Debug, Error)]
pub enum Absent {
    /// None of them is it.
    #[error("no serial device {0} is plugged in")]
    NotListed(Usb),
    /// Several could be it.
    #[error("{0} serial devices are {1}: the configuration must name the serial number of one")]
    Several(usize, Usb),
    /// What there is isn't known.
    #[error("the serial devices can't be listed: {0}")]
    Unlisted(io::Error),
    /// It is there, and can't be opened.
    #[error("{}: {error}", path.display())]
    Closed {
        /// Where it is.
        path: PathBuf,
        /// Why not.
        error: tokio_serial::Error,
    },
}

/// Where the device is, among those that the system lists.
pub fn find(which: &Which, list: impl Fn() -> io::Result<Vec<Listed>>) -> Result<PathBuf, Absent> {
    let usb = match which {
        Which::At(path) => return Ok(path.clone()),
        Which::Usb(usb) => usb,
    };
    let all = list().map_err(Absent::Unlisted)?;
    let fits: Vec<&Listed> = all.iter().filter(|one| one.usb.as_ref().is_some_and(|other| usb.is(other))).collect();
    match fits.as_slice() {
        [] => Err(Absent::NotListed(usb.clone())),
        [one] => Ok(one.path.clone()),
        several => Err(Absent::Several(several.len(), usb.clone())),
    }
}

impl Serial {
    /// The device at `path`, spoken to as usual.
    pub fn at(path: impl Into<PathBuf>) -> Serial {
        Serial { which: Which::At(path.into()), line: Line::default() }
    }

    /// Opens it where it is now, and says where that is.
    pub(super) fn open(&self, list: impl Fn() -> io::Result<Vec<Listed>>) -> Result<(SerialStream, PathBuf), Absent> {
        let path = find(&self.which, list)?;
        match self.line.open(&path) {
            Ok(device) => Ok((device, path)),
            Err(error) => Err(Absent::Closed { path, error }),
        }
    }
}

impl Line {
    fn open(self, path: &Path) -> Result<SerialStream, tokio_serial::Error> {
        let Line { baud, parity, data_bits, stop_bits } = self;
        let port = tokio_serial::new(path.to_string_lossy(), baud);
        port.parity(parity).data_bits(data_bits).stop_bits(stop_bits).open_native_async()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn usb(numbers: &str, serial_number: Option<&str>) -> Usb {
        Usb { serial_number: serial_number.map(str::to_owned), ..Usb::read(numbers).unwrap() }
    }

    fn listed(path: &str, usb: Option<Usb>) -> Listed {
        Listed { path: path.into(), usb }
    }

    #[test]
    fn a_device_is_found_by_its_numbers_whatever_it_is_called() {
        let wanted = Which::Usb(usb("1a86:7523", None));
        let is_at = |ports: Vec<Listed>| find(&wanted, || Ok(ports.clone())).map_err(|absent| absent.to_string());
        let other = || listed("/dev/ttyACM0", Some(usb("0c2e:0901", None)));
        let built_in = || listed("/dev/ttyS0", None);
        for name in ["/dev/ttyUSB0", "/dev/ttyUSB7"] {
            let ports = vec![built_in(), other(), listed(name, Some(usb("1a86:7523", Some("A1"))))];
            assert_eq!(is_at(ports), Ok(name.into()));
        }
        let missing = Err("no serial device 1a86:7523 is plugged in".to_owned());
        assert_eq!(is_at(vec![built_in(), other()]), missing);
        assert_eq!(is_at(Vec::new()), missing);
    }

    #[test]
    fn of_two_alike_the_serial_number_decides_and_without_one_neither_is_taken() {
        let ports = || {
            Ok(vec![
                listed("/dev/ttyUSB0", Some(usb("1a86:7523", Some("A1")))),
                listed("/dev/ttyUSB1", Some(usb("1a86:7523", Some("B2")))),
            ])
        };
        let is_at = |serial_number| find(&Which::Usb(usb("1a86:7523", serial_number)), ports);
        assert_eq!(is_at(Some("B2")).unwrap(), PathBuf::from("/dev/ttyUSB1"));
        assert!(matches!(is_at(Some("C3")), Err(Absent::NotListed(_))));
        assert!(matches!(is_at(None), Err(Absent::Several(2, _))));
        let unknown = find(&Which::Usb(usb("1a86:7523", None)), || Err(io::Error::other("no /sys")));
        assert!(matches!(unknown, Err(Absent::Unlisted(_))));
    }

    #[test]
    fn input_devices_are_read_as_the_kernel_writes_them() {
        let text = "I: Bus=0011 Vendor=0001 Product=0001 Version=ab41\nN: Name=\"AT keyboard\"\nU: Uniq=\nH: Handlers=kbd event0\n\n\
            I: Bus=0003 Vendor=0c2e Product=0901 Version=0111\nN: Name=\"Honeywell\"\nP: Phys=usb-1/input0\nU: Uniq=17A6\nB: EV=120013\n\n";
        assert_eq!(inputs(text), [usb("0001:0001", None), usb("0c2e:0901", Some("17A6"))]);
        assert_eq!(inputs("nonsense\n\nI: Bus=0003 Vendor=zz Product=1"), []);
        assert!(usb("0c2e:0901", None).is(&usb("0c2e:0901", Some("17A6"))));
        assert!(!usb("0c2e:0901", Some("x")).is(&usb("0c2e:0901", None)));
    }

    #[test]
    fn numbers_are_two_times_four_digits() {
        assert_eq!(usb("1A86:7523", None).to_string(), "1a86:7523");
        for wrong in ["", "1a86", "1a86:752", "1a86:75234", "+a86:7523", "1a86:7523:1", "zzzz:7523"] {
            assert_eq!(Usb::read(wrong), None, "{wrong}");
        }
    }
}
