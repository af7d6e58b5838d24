//! Text within a line as safe Markdown.
//!
//! Code spans, `**bold**`, `*emphasis*` and links to the web remain Markdown. All else that Markdown, HTML or rustdoc would read as markup is
//! escaped.

use std::iter::Peekable;
use std::str::CharIndices;

use crate::prose::code;

/// Returns a line of text as Markdown.
pub(super) fn inline(text: &str) -> String {
    InlinePrinter::new(text, true).run()
}

struct InlinePrinter<'a> {
    text: &'a str,
    /// Whether links are allowed; not inside the text of another link.
    links: bool,
    out: String,
}

type Chars<'a> = Peekable<CharIndices<'a>>;

impl<'a> InlinePrinter<'a> {
    fn new(text: &'a str, links: bool) -> Self {
        let out = String::with_capacity(text.len() + 16);
        Self { text, links, out }
    }

    fn run(mut self) -> String {
        let mut chars = self.text.char_indices().peekable();
        let mut before = ' ';
        while let Some((at, c)) = chars.next() {
            let rest = &self.text[at..];
            let used = match c {
                '`' => self.code_span(rest),
                '[' => self.link(rest),
                '*' if rest.starts_with("**") => self.bold(rest),
                '*' if before.is_whitespace() || before == '(' => self.emphasis(rest),
                'h' if rest.starts_with("http://") || rest.starts_with("https://") => {
                    self.url(rest)
                }
                _ => 0,
            };
            if used > 0 {
                skip_to(&mut chars, at + used);
                before = self.text[..at + used].chars().next_back().unwrap_or(' ');
                continue;
            }
            let after = chars.peek().map_or(' ', |(_, c)| *c);
            let literal = match c {
                '\\' | '`' | '*' | '[' | ']' | '<' | '>' | '~' | '|' => false,
                '_' => before.is_alphanumeric() && after.is_alphanumeric(),
                '!' => after != '[',
                _ => true,
            };
            if !literal {
                self.out.push('\\');
            }
            self.out.push(c);
            before = c;
        }
        self.out
    }

    /// A span between two runs of backticks of the same length. A run without a partner is escaped as a whole.
    fn code_span(&mut self, rest: &str) -> usize {
        let run = backticks(rest);
        let mut at = run;
        while let Some(next) = rest[at..].find('`') {
            let close = at + next;
            let length = backticks(&rest[close..]);
            if length == run {
                self.out.push_str(&rest[..close + run]);
                return close + run;
            }
            at = close + length;
        }
        for _ in 0..run {
            self.out.push_str("\\`");
        }
        run
    }

    /// `[text](https://...)`; the text alone of a link within Google's pages, whose place is not known.
    fn link(&mut self, rest: &str) -> usize {
        let Some(parts) = self.links.then(|| link_parts(rest)).flatten() else {
            return 0;
        };
        let (text, url, used) = parts;
        let text = InlinePrinter::new(text, false).run();
        if !is_url(url) {
            self.out.push_str(&text);
            return used;
        }
        let (open, close) = if url.contains(['(', ')']) {
            ("<", ">")
        } else {
            ("", "")
        };
        self.out.push_str(&format!("[{text}]({open}{url}{close})"));
        used
    }

    /// `**text**`.
    fn bold(&mut self, rest: &str) -> usize {
        let Some((text, _)) = rest
            .strip_prefix("**")
            .and_then(|rest| rest.split_once("**"))
        else {
            return 0;
        };
        if text.is_empty() || text.trim() != text || text.contains(['*', '`', '[']) {
            return 0;
        }
        let inner = InlinePrinter::new(text, self.links).run();
        self.out.push_str(&format!("**{inner}**"));
        text.len() + 4
    }

    /// `*text*`.
    fn emphasis(&mut self, rest: &str) -> usize {
        let Some((text, after)) = rest[1..].split_once('*') else {
            return 0;
        };
        let is_one = text.starts_with(|c: char| !c.is_whitespace())
            && text.ends_with(|c: char| !c.is_whitespace())
            && text.contains(char::is_alphanumeric)
            && !text.contains(['`', '[']);
        if !is_one || after.starts_with(|c: char| c.is_alphanumeric() || c == '*') {
            return 0;
        }
        let inner = InlinePrinter::new(text, self.links).run();
        self.out.push_str(&format!("*{inner}*"));
        text.len() + 2
    }

    /// An address becomes a link; one with a placeholder in it becomes code.
    fn url(&mut self, rest: &str) -> usize {
        let scheme = if rest.starts_with("https") {
            "https://"
        } else {
            "http://"
        };
        let end =
            rest.find(|c: char| c.is_whitespace() || !c.is_ascii() || "<>\"`[]\\|^".contains(c));
        let url = trim_url(&rest[..end.unwrap_or(rest.len())]);
        if url.len() <= scheme.len() {
            self.out.push_str(scheme);
            return scheme.len();
        }
        if self.links && is_url(url) {
            self.out.push_str(&format!("<{url}>"));
        } else if self.out.ends_with('`') || rest[url.len()..].starts_with('`') {
            // A code span would join the backticks beside it; an escape is enough for rustdoc to see no link.
            self.out.push_str(&scheme.replace("//", "/\\/"));
            return scheme.len();
        } else {
            self.out.push_str(&code(url));
        }
        url.len()
    }
}

fn skip_to(chars: &mut Chars<'_>, end: usize) {
    while chars.next_if(|(at, _)| *at < end).is_some() {}
}

fn backticks(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'`').count()
}

/// Text, address and length of a link at the start of `rest`, to the web or within Google's pages.
fn link_parts(rest: &str) -> Option<(&str, &str, usize)> {
    let (text, tail) = rest.strip_prefix('[')?.split_once(']')?;
    // Some documents have a space before the address.
    let target = tail.strip_prefix(' ').unwrap_or(tail).strip_prefix('(')?;
    let mut depth = 0_usize;
    let end = target.find(|c: char| {
        match c {
            '(' => depth += 1,
            ')' if depth == 0 => return true,
            ')' => depth -= 1,
            _ => {}
        }
        false
    })?;
    let url = &target[..end];
    let is_within = url.starts_with(['/', '#']) || url.starts_with("../");
    let is_link = is_url(url) || (is_within && !url.contains(char::is_whitespace));
    let good = !text.trim().is_empty() && !text.contains('[') && is_link;
    good.then(|| (text, url, rest.len() - target.len() + end + 1))
}

/// Returns whether rustdoc can link it unchanged.
fn is_url(url: &str) -> bool {
    let rest = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    let safe = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#@!$&'()+,;=%".contains(c);
    rest.is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_alphanumeric()) && rest.chars().all(safe)
    })
}

/// Without the punctuation of the sentence around it.
fn trim_url(mut url: &str) -> &str {
    loop {
        let open = url.matches('(').count();
        let close = url.matches(')').count();
        let trimmed = match url.chars().next_back() {
            Some('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_') => &url[..url.len() - 1],
            Some(')') if close > open => &url[..url.len() - 1],
            _ => return url,
        };
        url = trimmed;
    }
}
