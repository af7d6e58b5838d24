//! Error bodies that are not JSON: their message as plain text.

use std::borrow::Cow;

use crate::media_type;

/// The number of bytes of a body that are read: pages begin with styles and scripts.
const LONGEST_BODY: usize = 64 << 10;

/// The maximum number of characters of a message.
const LONGEST_MESSAGE: usize = 300;

/// The message of a body, and its code.
#[derive(Debug, Default, PartialEq)]
pub(super) struct TextError {
    pub(super) message: Option<String>,
    /// The `Code` of XML.
    pub(super) reason: Option<String>,
}

/// Reads a body of the media type `form`. Returns nothing if it is not text, or invalid JSON.
pub(super) fn read(form: Option<&str>, body: &[u8]) -> TextError {
    if form.is_some_and(|form| !media_type::is_text(form)) {
        return TextError::default();
    }
    let text = String::from_utf8_lossy(&body[..body.len().min(LONGEST_BODY)]);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    match text.chars().next() {
        None | Some('{' | '[') => TextError::default(),
        // Text in UTF-16 contains this character.
        _ if text.contains('\0') => TextError::default(),
        Some('<') => markup(text),
        Some(_) if form.is_some_and(|form| media_type::is(form, "text/html")) => markup(text),
        Some(_) => TextError {
            message: short(text),
            reason: None,
        },
    }
}

/// Reads the elements of XML by their names, and of HTML the text of the page, or its title.
fn markup(text: &str) -> TextError {
    let mut page = String::new();
    let mut title = String::new();
    let mut named: [(&[&str], String); 3] = [
        (&["message", "internalreason"], String::new()),
        (&["details"], String::new()),
        (&["code"], String::new()),
    ];
    let mut inside = String::new();
    for piece in MarkupPieces(text) {
        match piece {
            MarkupPiece::Text(text) => {
                let text = unescaped(text);
                let known = named
                    .iter_mut()
                    .find(|(names, _)| names.contains(&&*inside));
                if let Some((_, content)) = known {
                    content.push_str(&text);
                }
                let all = if inside == "title" {
                    &mut title
                } else {
                    &mut page
                };
                all.push_str(&text);
            }
            MarkupPiece::Tag { name, is_end } => {
                if !INLINE.contains(&&*name) {
                    page.push(' ');
                }
                if is_end {
                    inside.clear();
                } else {
                    inside = name;
                }
            }
        }
    }
    let [(_, message), (_, details), (_, code)] = &named;
    let code = code.trim();
    // Elements `code` of HTML are examples.
    let is_error = !message.trim().is_empty();
    let is_code = is_error && !code.is_empty() && code.bytes().all(|b| b.is_ascii_alphanumeric());
    TextError {
        message: if is_error {
            short(&format!("{message} {details}"))
        } else {
            short(&page).or_else(|| short(&title))
        },
        reason: is_code.then(|| code.to_owned()),
    }
}

/// Elements within a word or a sentence.
const INLINE: [&str; 16] = [
    "a", "abbr", "b", "bdi", "code", "em", "font", "i", "ins", "kbd", "span", "strong", "sub",
    "sup", "tt", "u",
];

enum MarkupPiece<'a> {
    Text(&'a str),
    /// The name is in lower case.
    Tag {
        name: String,
        is_end: bool,
    },
}

/// The texts and tags, without comments, declarations, scripts and styles.
struct MarkupPieces<'a>(&'a str);

impl<'a> Iterator for MarkupPieces<'a> {
    type Item = MarkupPiece<'a>;

    fn next(&mut self) -> Option<MarkupPiece<'a>> {
        loop {
            let Some(rest) = self.0.strip_prefix('<') else {
                let end = self.0.find('<').unwrap_or(self.0.len());
                let text;
                (text, self.0) = self.0.split_at(end);
                return (!text.is_empty()).then_some(MarkupPiece::Text(text));
            };
            if let Some(comment) = rest.strip_prefix("!--") {
                self.0 = after(comment, "-->");
            } else if let Some(data) = rest.strip_prefix("![CDATA[") {
                let end = data.find("]]>").unwrap_or(data.len());
                self.0 = after(data, "]]>");
                return Some(MarkupPiece::Text(&data[..end]));
            } else if rest.starts_with(['!', '?']) {
                self.0 = after(rest, ">");
            } else {
                let tag;
                (tag, self.0) = rest.split_at(tag_end(rest));
                self.0 = self.0.strip_prefix('>').unwrap_or(self.0);
                let is_end = tag.starts_with('/');
                let name = tag.trim_start_matches('/');
                let name_end = name.find(|c: char| !c.is_ascii_alphanumeric());
                let name = name[..name_end.unwrap_or(name.len())].to_ascii_lowercase();
                if !is_end && matches!(&*name, "script" | "style" | "svg") {
                    self.0 = after_element(self.0, &name);
                }
                return Some(MarkupPiece::Tag { name, is_end });
            }
        }
    }
}

/// Returns the text after `end`, or nothing if `end` is missing.
fn after<'a>(text: &'a str, end: &str) -> &'a str {
    text.split_once(end).map_or("", |(_, rest)| rest)
}

/// Returns the text after an element whose content is no text.
fn after_element<'a>(text: &'a str, name: &str) -> &'a str {
    let mut rest = text;
    while let Some((_, end)) = rest.split_once("</") {
        let found = end.get(..name.len());
        if found.is_some_and(|found| found.eq_ignore_ascii_case(name)) {
            return after(end, ">");
        }
        rest = end;
    }
    ""
}

/// Returns the offset of the end of a tag, which is not inside of quotes.
fn tag_end(text: &str) -> usize {
    let mut quote = None;
    for (at, byte) in text.bytes().enumerate() {
        match (byte, quote) {
            (b'>', None) => return at,
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if open == byte => quote = None,
            _ => {}
        }
    }
    text.len()
}

/// Returns `text` with its character references decoded.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return text.into();
    }
    let mut pieces = text.split('&');
    let mut all = String::from(pieces.next().unwrap_or_default());
    for piece in pieces {
        let known = piece
            .split_once(';')
            .and_then(|(name, rest)| Some((reference(name)?, rest)));
        match known {
            Some((character, rest)) => {
                all.push(character);
                all.push_str(rest);
            }
            None => {
                all.push('&');
                all.push_str(piece);
            }
        }
    }
    all.into()
}

fn reference(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" | "rsquo" => '\'',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    })
}

/// Returns the words of `text`, up to [`LONGEST_MESSAGE`].
fn short(text: &str) -> Option<String> {
    let mut message = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        for character in (!message.is_empty())
            .then_some(' ')
            .into_iter()
            .chain(word.chars())
        {
            if length == LONGEST_MESSAGE {
                message.push_str("...");
                return Some(message);
            }
            message.push(character);
            length += 1;
        }
    }
    (!message.is_empty()).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(form: &str, body: &str) -> Option<String> {
        read(Some(form), body.as_bytes()).message
    }

    #[test]
    fn texts_are_messages() {
        for (form, body, expected) in [
            (
                "text/html; charset=UTF-8",
                "sa@p does not have storage.objects.get access.\n",
                Some("sa@p does not have storage.objects.get access."),
            ),
            (
                "Text/Plain",
                " No such object:\r\n b/a<b>c ",
                Some("No such object: b/a<b>c"),
            ),
            ("application/json", "Not Found", Some("Not Found")),
            ("application/json", r#"{"error": {"message": "cut"#, None),
            ("image/png", "text", None),
            ("application/octet-stream", "text", None),
            ("text/plain", "a\0b", None),
            ("text/plain", " \n", None),
        ] {
            assert_eq!(message(form, body).as_deref(), expected, "{body}");
        }
        assert_eq!(read(None, b"plain").message.as_deref(), Some("plain"));
        let long = message("text/plain", &"word ".repeat(100_000)).expect("a message");
        assert_eq!(long.chars().count(), LONGEST_MESSAGE + 3);
    }

    #[test]
    fn xml_has_a_message_and_a_code() {
        let storage = "<?xml version='1.0' encoding='UTF-8'?><Error><Code>AccessDenied</Code><Message>Access denied.</Message>\
                       <Details>sa@p does not have storage.objects.get access to b/&quot;o&quot; &amp; more.</Details></Error>";
        let expected = TextError {
            message: Some(
                "Access denied. sa@p does not have storage.objects.get access to b/\"o\" & more."
                    .into(),
            ),
            reason: Some("AccessDenied".into()),
        };
        assert_eq!(
            read(Some("application/xml; charset=UTF-8"), storage.as_bytes()),
            expected
        );
        let older = "<errors xmlns='http://schemas.google.com/g/2005'><error><domain>GData</domain><code>InvalidRequest</code>\
                     <internalReason><![CDATA[No <such> thing]]></internalReason></error></errors>";
        let error = read(None, older.as_bytes());
        assert_eq!(error.message.as_deref(), Some("No <such> thing"));
        assert_eq!(error.reason.as_deref(), Some("InvalidRequest"));
    }

    #[test]
    fn pages_are_read_as_text() {
        let page = "<!DOCTYPE html>\n<html lang=en>\n<meta charset=utf-8>\n<title>Error 404 (Not Found)!!1</title>\n\
                    <style>*{margin:0} a > b</style><script>if (1 < 2) x(\"</div>\")</SCRIPT >\n<!-- <p>hidden</p> -->\
                    <a href=\"//www.google.com/?a>b\"><span id=logo aria-label='Goo>gle'></span></a>\n\
                    <p><b>404.</b> <ins>That&rsquo;s an error.</ins>\n<p>The requested URL <code>/x</code> was not fo<b>und</b> on this server.";
        assert_eq!(
            message("text/html", page).as_deref(),
            Some("404. That's an error. The requested URL /x was not found on this server.")
        );
        assert_eq!(
            message(
                "text/html",
                "<html><head><title>502 Bad Gateway</title></head><body></body></html>"
            )
            .as_deref(),
            Some("502 Bad Gateway")
        );
        for nothing in [
            "<html></html>",
            "<",
            "<p",
            "<!--",
            "<script>x",
            "<a href='",
            "<![CDATA[",
        ] {
            assert_eq!(message("text/html", nothing), None, "{nothing}");
        }
        assert_eq!(
            message("text/html", "&lt;b&gt; &#x41;&#66; &#xD800; & &;").as_deref(),
            Some("<b> AB &#xD800; & &;")
        );
    }
}
