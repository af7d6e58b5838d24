//! The few DER forms (X.690) in which rustls takes keys and signatures that JSON web tokens have as plain numbers.

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
/// The length of `r` and of `s` on the curve P-256.
const P256: usize = 32;

/// Returns an RSA public key as PKCS#1 has it (RFC 8017, appendix A.1.1).
pub(super) fn rsa_public_key(n: &[u8], e: &[u8]) -> Vec<u8> {
    element(SEQUENCE, &[integer(n), integer(e)].concat())
}

/// Returns the signature `r`, `s` of RFC 7518, section 3.4, as ECDSA-Sig-Value (RFC 3279, section 2.2.3).
pub(super) fn asn1_from_fixed(signature: &[u8]) -> Option<Vec<u8>> {
    if signature.len() != 2 * P256 {
        return None;
    }
    let (r, s) = signature.split_at(P256);
    Some(element(SEQUENCE, &[integer(r), integer(s)].concat()))
}

/// Returns the opposite of [`asn1_from_fixed`].
pub(super) fn fixed_from_asn1(signature: &[u8]) -> Option<Vec<u8>> {
    let (numbers, rest) = split(SEQUENCE, signature)?;
    let (r, numbers) = split(INTEGER, numbers)?;
    let (s, numbers) = split(INTEGER, numbers)?;
    if !rest.is_empty() || !numbers.is_empty() {
        return None;
    }
    let mut fixed = Vec::with_capacity(2 * P256);
    for number in [r, s] {
        let number = without_zeros(number);
        fixed.resize(fixed.len() + P256.checked_sub(number.len())?, 0);
        fixed.extend_from_slice(number);
    }
    Some(fixed)
}

/// Returns the content of the first element and what follows it. The length must have the short form, as in all signatures.
fn split(tag: u8, text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&[found, length], content) = text.split_first_chunk()?;
    if found != tag || length >= 0x80 {
        return None;
    }
    content.split_at_checked(usize::from(length))
}

fn without_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// Returns a number that is not negative: with a zero where the first bit is set.
fn integer(number: &[u8]) -> Vec<u8> {
    let mut content = without_zeros(number).to_vec();
    if content.first().is_none_or(|first| *first >= 0x80) {
        content.insert(0, 0);
    }
    element(INTEGER, &content)
}

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = content.len().to_be_bytes();
    let length = without_zeros(&length);
    let mut element = vec![tag];
    match length {
        [] => element.push(0),
        [short] if *short < 0x80 => element.push(*short),
        // No more than eight bytes.
        _ => {
            element.push(0x80 | length.len() as u8);
            element.extend_from_slice(length);
        }
    }
    element.extend_from_slice(content);
    element
}
