//! Any number of bytes, in a temporary file.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom, Write as _},
    sync::{Arc, Mutex},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use md5::{Digest as _, Md5};

use crate::lock::lock;

/// How much is read at once.
pub(super) const PIECE: u64 = 256 * 1024;

/// What an object holds, or an upload has brought so far. Clones share it.
#[derive(Clone, Debug)]
pub struct Content {
    file: Arc<Mutex<File>>,
}

impl Content {
    /// Nothing yet.
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            file: Arc::new(Mutex::new(tempfile::tempfile()?)),
        })
    }

    /// The number of bytes.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn len(&self) -> io::Result<u64> {
        Ok(lock(&self.file).metadata()?.len())
    }

    /// Whether there are no bytes.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// At most `most` bytes from `offset` on; none at the end.
    ///
    /// # Errors
    /// When the file system fails.
    pub fn read(&self, offset: u64, most: u64) -> io::Result<Bytes> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        (&mut *file).take(most).read_to_end(&mut bytes)?;
        Ok(bytes.into())
    }

    /// Whether it is what `other` gives, byte for byte.
    ///
    /// # Errors
    /// When either cannot be read.
    pub fn equals(&self, mut other: impl io::Read) -> io::Result<bool> {
        let mut offset = 0;
        loop {
            let ours = self.read(offset, PIECE)?;
            let mut theirs = Vec::new();
            (&mut other).take(PIECE).read_to_end(&mut theirs)?;
            if ours != theirs {
                return Ok(false);
            }
            if ours.is_empty() {
                return Ok(true);
            }
            offset += ours.len() as u64;
        }
    }

    pub(super) fn append(&self, bytes: &[u8]) -> io::Result<()> {
        let mut file = lock(&self.file);
        file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)
    }

    pub(super) fn truncate(&self, len: u64) -> io::Result<()> {
        lock(&self.file).set_len(len)
    }

    /// CRC-32C and MD5 in base64, as Cloud Storage reports them.
    pub(super) fn hashes(&self) -> io::Result<(String, String)> {
        let (mut crc32c, mut md5, mut offset) = (0, Md5::new(), 0);
        loop {
            let piece = self.read(offset, PIECE)?;
            if piece.is_empty() {
                break;
            }
            crc32c = crc32c::crc32c_append(crc32c, &piece);
            md5.update(&piece);
            offset += piece.len() as u64;
        }
        Ok((
            STANDARD.encode(crc32c.to_be_bytes()),
            STANDARD.encode(md5.finalize()),
        ))
    }
}
