//! Server-sent events, as the HTML standard describes them (section 9.2.6).

/// The data of one event, and how many bytes of `text` were used for it. `None` while the event is not complete.
///
/// Comments, names and ids of events say nothing about a call, so they are passed over; so are events without data.
pub(super) fn next(text: &[u8], is_end: bool) -> Option<(Vec<u8>, usize)> {
    let mut data: Option<Vec<u8>> = None;
    let mut at = 0;
    loop {
        let Some((line, used)) = line(&text[at..], is_end) else {
            // An event that the stream ends in: the standard drops it, but servers leave out the last empty line.
            return match data {
                Some(data) if is_end => Some((data, text.len())),
                _ => None,
            };
        };
        at += used;
        if line.is_empty() {
            match data {
                Some(data) => return Some((data, at)),
                None => continue,
            }
        }
        let Some(value) = line.strip_prefix(b"data") else {
            continue;
        };
        let value = match value {
            [] => value,
            [b':', b' ', value @ ..] | [b':', value @ ..] => value,
            _ => continue,
        };
        match &mut data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            None => data = Some(value.to_vec()),
        }
    }
}

/// The next line without its end, and its length with it. Lines end in CR LF, LF or CR.
fn line(text: &[u8], is_end: bool) -> Option<(&[u8], usize)> {
    let Some(end) = text.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
        return (is_end && !text.is_empty()).then_some((text, text.len()));
    };
    let used = match (text[end], text.get(end + 1)) {
        (b'\r', Some(b'\n')) => end + 2,
        // A line feed may still come.
        (b'\r', None) if !is_end => return None,
        _ => end + 1,
    };
    Some((&text[..end], used))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(mut text: &str) -> Vec<String> {
        let mut events = Vec::new();
        while let Some((data, used)) = next(text.as_bytes(), true) {
            events.push(String::from_utf8(data).expect("UTF-8"));
            text = &text[used..];
        }
        events
    }

    #[test]
    fn events_are_their_data() {
        assert_eq!(all("data: 1\n\ndata:2\r\n\r\ndata: 3\r\r"), ["1", "2", "3"]);
        assert_eq!(all("data: {\ndata: }\n\n"), ["{\n}"]);
        assert_eq!(
            all(": hello\n\nevent: x\nid: 7\nretry: 3\ndatum: no\n\ndata\n\n"),
            [""]
        );
        assert_eq!(all("data:  two spaces"), [" two spaces"]);
        assert_eq!(all(""), [""; 0]);
    }

    #[test]
    fn an_event_is_complete_after_an_empty_line() {
        for open in ["", "data: 1", "data: 1\n", "data: 1\r\n\r", ": x\n\n"] {
            assert_eq!(next(open.as_bytes(), false), None, "{open:?}");
        }
        assert_eq!(next(b"data: 1\n\nda", false), Some((b"1".to_vec(), 9)));
    }
}
