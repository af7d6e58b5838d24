//! Reading files of the machine, and decoding text.

use std::{fs, io, io::Read, path::Path};

use secrecy::zeroize::Zeroizing;

/// More than the size of any configuration, key or token file.
const LIMIT: u64 = 1024 * 1024;

pub(super) fn read(path: &Path) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut content = Zeroizing::new(Vec::new());
    let mut file = fs::File::open(path)?.take(LIMIT + 1);
    file.read_to_end(&mut content)?;
    limited(content)
}

pub(super) fn limited(content: Zeroizing<Vec<u8>>) -> io::Result<Zeroizing<Vec<u8>>> {
    if content.len() as u64 > LIMIT {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("the file has more than {LIMIT} bytes"),
        ));
    }
    Ok(content)
}

/// Returns whether an error means that the file does not exist. Its folder may be a file, too.
pub(crate) fn is_absent(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

/// Decodes the text of a file: UTF-8, or UTF-16 with a byte order mark. The text has no byte order mark.
pub(crate) fn text(content: &[u8]) -> io::Result<Zeroizing<String>> {
    let no_text = || io::Error::new(io::ErrorKind::InvalidData, "the file is not UTF-8 text");
    let utf16 = |read: fn([u8; 2]) -> u16| {
        let (pairs, rest) = content[2..].as_chunks();
        let units = Zeroizing::new(pairs.iter().copied().map(read).collect::<Vec<_>>());
        match String::from_utf16(&units) {
            Ok(text) if rest.is_empty() => Ok(Zeroizing::new(text)),
            _ => Err(no_text()),
        }
    };
    match content {
        [0xff, 0xfe, ..] => utf16(u16::from_le_bytes),
        [0xfe, 0xff, ..] => utf16(u16::from_be_bytes),
        _ => {
            let text = std::str::from_utf8(content).map_err(|_| no_text())?;
            Ok(Zeroizing::new(
                text.trim_start_matches('\u{feff}').to_owned(),
            ))
        }
    }
}
