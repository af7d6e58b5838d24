//! Line breaks, as rustfmt would set them.

use proc_macro2::Delimiter;

use super::piece::{Piece, apart};

/// The maximum width of a line that can be broken, in bytes.
const WIDTH: usize = 100;

/// The columns of one level.
const INDENT: usize = 4;

/// The text so far.
#[derive(Debug, Default)]
pub(super) struct Printer {
    out: String,
    level: usize,
}

/// An item, a field or an arm: its pieces, and the punctuation at its end.
#[derive(Clone, Copy, Debug)]
struct Statement<'a> {
    pieces: &'a [Piece],
    end: &'static str,
}

impl Printer {
    /// Prints the content of a file, of braces or of parentheses, one entry per line.
    pub(super) fn entries(&mut self, pieces: &[Piece], comma: bool) {
        let mut rest = pieces;
        while !rest.is_empty() {
            let (length, end) = entry(rest);
            let (pieces, more) = rest.split_at(length);
            rest = &more[usize::from(!end.is_empty())..];
            // `..base` takes no comma.
            let last = rest.is_empty() && end.is_empty();
            let based = pieces.first().is_some_and(|piece| piece.is(".."));
            let end = if last && comma && !based { "," } else { end };
            self.entry(Statement { pieces, end });
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// One entry on lines of its own, its attributes before it.
    fn entry(&mut self, mut entry: Statement<'_>) {
        loop {
            match entry.pieces {
                [Piece::Doc(text, inner), rest @ ..] => {
                    self.doc(text, *inner);
                    entry.pieces = rest;
                }
                [hash, rest @ ..] if hash.is("#") => {
                    let bang = rest.first().is_some_and(|piece| piece.is("!"));
                    let length = if bang { 3 } else { 2 }.min(entry.pieces.len());
                    let (attribute, rest) = entry.pieces.split_at(length);
                    self.attribute(attribute, bang);
                    entry.pieces = rest;
                }
                [] => return,
                _ => return self.line(entry),
            }
        }
    }

    fn doc(&mut self, text: &str, inner: bool) {
        let mark = if inner { "//!" } else { "///" };
        for line in text.split('\n') {
            self.start();
            self.out.push_str(mark);
            if !line.is_empty() {
                self.out.push(' ');
            }
            self.out.push_str(line);
            self.out.push('\n');
        }
    }

    fn attribute(&mut self, pieces: &[Piece], inner: bool) {
        let Some(Piece::Group(_, content)) = pieces.last() else {
            return;
        };
        self.start();
        self.out.push_str(if inner { "#![" } else { "#[" });
        self.print(content, 1);
        self.out.push_str("]\n");
    }

    fn start(&mut self) {
        self.out
            .extend(std::iter::repeat_n(' ', self.level * INDENT));
    }

    fn line(&mut self, entry: Statement<'_>) {
        self.start();
        self.print(entry.pieces, entry.end.len());
        self.out.push_str(entry.end);
        self.out.push('\n');
    }

    /// Returns the number of columns that are left on the line.
    fn room(&self) -> usize {
        let used = self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1);
        WIDTH.saturating_sub(used)
    }

    /// Prints pieces on as many lines as they need; `after` columns must remain on the last.
    fn print(&mut self, pieces: &[Piece], after: usize) {
        let start = self.out.len();
        if flat(pieces, self.room().saturating_sub(after), &mut self.out) {
            return;
        }
        self.out.truncate(start);
        if let Some(links) = chain(pieces) {
            return self.chain(pieces, &links, after);
        }
        if let Some((head, value)) = assigned(pieces)
            && let Some(links) = chain(value)
        {
            return self.assigned_chain(head, value, &links, after);
        }
        let Some(at) = broken(pieces) else {
            // Nothing to break at.
            flat(pieces, usize::MAX, &mut self.out);
            return;
        };
        let (head, tail) = pieces.split_at(at);
        let (group, rest) = (&tail[0], &tail[1..]);
        let Piece::Group(delimiter, content) = group else {
            return;
        };
        // The head may be a signature that is too long by itself.
        self.print(head, 2);
        if head
            .last()
            .is_some_and(|before| apart(before, group, false))
        {
            self.out.push(' ');
        }
        let is_macro = head.last().is_some_and(|piece| piece.is("!"));
        self.group(*delimiter, content, is_macro);
        self.print_rest(group, rest, after);
    }

    fn print_rest(&mut self, before: &Piece, rest: &[Piece], after: usize) {
        if let Some(first) = rest.first() {
            if apart(before, first, false) {
                self.out.push(' ');
            }
            self.print(rest, after);
        }
    }

    /// Prints a group on several lines.
    fn group(&mut self, delimiter: Delimiter, content: &[Piece], is_macro: bool) {
        let (open, close) = delimiters(delimiter);
        self.out.push_str(open);
        if delimiter != Delimiter::Brace && !is_macro && hugged(content) {
            let room = content.len() - usize::from(content.last().is_some_and(|p| p.is(",")));
            self.print(&content[..room], close.len());
            self.out.push_str(close);
            return;
        }
        self.out.push('\n');
        self.level += 1;
        let is_list = is_list(content);
        if is_macro && !is_list {
            self.words(content);
        } else {
            let comma = delimiter != Delimiter::Brace || is_list;
            self.entries(content, comma);
        }
        self.level -= 1;
        self.start();
        self.out.push_str(close);
    }

    /// Prints the words of a macro, as many per line as fit.
    fn words(&mut self, pieces: &[Piece]) {
        self.start();
        for (index, piece) in pieces.iter().enumerate() {
            let start = self.out.len();
            let before = index.checked_sub(1).map(|before| &pieces[before]);
            if before.is_some_and(|before| apart(before, piece, false)) {
                self.out.push(' ');
            }
            let room = self.room();
            if !flat(std::slice::from_ref(piece), room, &mut self.out) {
                self.out.truncate(start);
                self.out.push('\n');
                self.start();
                flat(std::slice::from_ref(piece), usize::MAX, &mut self.out);
            }
        }
        self.out.push('\n');
    }

    /// Prints a chain of calls, one per line.
    fn chain(&mut self, pieces: &[Piece], links: &[usize], after: usize) {
        let first = links.first().copied().unwrap_or(pieces.len());
        let start = self.out.len();
        self.print(&pieces[..first], 0);
        // After a beginning of several lines, the calls are at the level of its last line.
        let indent = usize::from(!self.out[start..].contains('\n'));
        self.level += indent;
        for (index, link) in links.iter().enumerate() {
            let end = links.get(index + 1).copied().unwrap_or(pieces.len());
            self.out.push('\n');
            self.start();
            let last = index + 1 == links.len();
            self.call(&pieces[*link..end], if last { after } else { 0 });
        }
        self.level -= indent;
    }

    /// Prints an assigned chain of calls: on its own line if its beginning fits only there, else on the line of the `=`.
    fn assigned_chain(&mut self, head: &[Piece], value: &[Piece], links: &[usize], after: usize) {
        flat(head, usize::MAX, &mut self.out);
        let first = links.first().copied().unwrap_or(value.len());
        let fits = |room| flat(&value[..first], room, &mut String::new());
        let own_line = WIDTH.saturating_sub((self.level + 1) * INDENT);
        if fits(self.room().saturating_sub(1)) || !fits(own_line) {
            self.out.push(' ');
            return self.chain(value, links, after);
        }
        self.out.push('\n');
        self.level += 1;
        self.start();
        self.chain(value, links, after);
        self.level -= 1;
    }

    /// Prints `.name(...)`, in which only the arguments can be broken.
    fn call(&mut self, pieces: &[Piece], after: usize) {
        let start = self.out.len();
        if !flat(pieces, self.room().saturating_sub(after), &mut self.out) {
            self.out.truncate(start);
            match pieces {
                [dot, name, Piece::Group(delimiter, content), rest @ ..] if !content.is_empty() => {
                    for piece in [dot, name] {
                        flat(std::slice::from_ref(piece), usize::MAX, &mut self.out);
                    }
                    self.group(*delimiter, content, false);
                    flat(rest, usize::MAX, &mut self.out);
                }
                _ => {
                    flat(pieces, usize::MAX, &mut self.out);
                }
            }
        }
    }
}

/// Returns the length of the first entry, and the punctuation at its end.
fn entry(pieces: &[Piece]) -> (usize, &'static str) {
    let mut angles = 0_usize;
    for (index, piece) in pieces.iter().enumerate() {
        match piece {
            Piece::Operator(operator) => match &**operator {
                "<" => angles += 1,
                ">" => angles = angles.saturating_sub(1),
                "," if angles == 0 => return (index, ","),
                ";" => return (index, ";"),
                _ => {}
            },
            Piece::Group(Delimiter::Brace, _) => match pieces.get(index + 1) {
                Some(next) if [";", ",", ".", "?"].iter().any(|end| next.is(end)) => {}
                _ => return (index + 1, ""),
            },
            _ => {}
        }
    }
    (pieces.len(), "")
}

/// Returns whether the content of a group is separated by commas.
fn is_list(content: &[Piece]) -> bool {
    !content.is_empty() && {
        let (length, end) = entry(content);
        end == "," || (length == content.len() && content[0].is(".."))
    }
}

/// Returns whether the only entry of a group ends in braces, or is a reference to a list: its delimiters then need no own lines.
fn hugged(content: &[Piece]) -> bool {
    let (length, end) = entry(content);
    let alone = length == content.len() || (end == "," && length + 1 == content.len());
    alone
        && match &content[..length] {
            [reference, list] if reference.is("&") => list.is_group(Delimiter::Bracket),
            [.., last] => last.is_group(Delimiter::Brace),
            [] => false,
        }
}

/// Splits an assignment after the `=`.
fn assigned(pieces: &[Piece]) -> Option<(&[Piece], &[Piece])> {
    let equals = pieces.iter().position(|piece| piece.is("="))?;
    Some(pieces.split_at(equals + 1))
}

/// Returns the indices at which the calls of a chain begin.
fn chain(pieces: &[Piece]) -> Option<Vec<usize>> {
    if pieces.iter().any(|piece| piece.is("=") || piece.is("=>")) {
        return None;
    }
    let links: Vec<usize> = pieces
        .windows(3)
        .enumerate()
        .filter(|(_, part)| {
            part[0].is(".")
                && matches!(part[1], Piece::Word(_))
                && part[2].is_group(Delimiter::Parenthesis)
        })
        .map(|(index, _)| index)
        .collect();
    // The beginning must be an expression without blocks and closures.
    let plain = !pieces
        .iter()
        .any(|piece| piece.is_group(Delimiter::Brace) || piece.is("|"));
    // After a short name, one call stays on its line.
    let short = matches!(
        (pieces.first(), &*links),
        (Some(Piece::Word(name)), [1]) if name.len() <= INDENT
    );
    (!links.is_empty() && plain && !short).then_some(links)
}

/// Returns the index of the group to break: the last one that is not empty, or the parameters of a signature without a body.
fn broken(pieces: &[Piece]) -> Option<usize> {
    let full = |piece: &Piece| matches!(piece, Piece::Group(_, content) if !content.is_empty());
    if let Some(body) = pieces
        .iter()
        .rposition(|piece| piece.is_group(Delimiter::Brace) && full(piece))
    {
        return Some(body);
    }
    if let Some(name) = pieces.iter().position(|piece| piece.is_word("fn")) {
        let parameters = pieces[name..].iter().position(full)?;
        return Some(name + parameters);
    }
    pieces.iter().rposition(full)
}

fn delimiters(delimiter: Delimiter) -> (&'static str, &'static str) {
    match delimiter {
        Delimiter::Parenthesis => ("(", ")"),
        Delimiter::Brace => ("{", "}"),
        Delimiter::Bracket => ("[", "]"),
        Delimiter::None => ("", ""),
    }
}

/// Returns whether braces are a body, which always has its own lines, and not the literal of a struct.
fn is_body(pieces: &[Piece], at: usize) -> bool {
    let before = &pieces[..at];
    let assigned = before.iter().any(|piece| piece.is("="));
    let item = [
        "pub",
        "pub(crate)",
        "fn",
        "impl",
        "mod",
        "struct",
        "enum",
        "const",
    ]
    .iter()
    .any(|word| before.first().is_some_and(|piece| piece.is_word(word)));
    (item && !assigned) || before.iter().any(|piece| piece.is_word("match"))
}

/// Prints pieces on one line. Returns `false` after printing a part if they need more than `room` columns or several lines.
fn flat(pieces: &[Piece], room: usize, out: &mut String) -> bool {
    let limit = out.len().saturating_add(room);
    // `|` opens and closes a closure's parameters in turn.
    let mut closing = true;
    for (index, piece) in pieces.iter().enumerate() {
        if let Some(before) = index.checked_sub(1).map(|before| &pieces[before])
            && apart(before, piece, closing)
        {
            out.push(' ');
        }
        match piece {
            Piece::Word(text) => out.push_str(text),
            Piece::Operator(text) => {
                if text == "|" {
                    closing = !closing;
                }
                out.push_str(text);
            }
            Piece::Doc(..) => return false,
            Piece::Group(delimiter, content) => {
                let (open, close) = delimiters(*delimiter);
                let braces = *delimiter == Delimiter::Brace && !content.is_empty();
                if braces && (is_body(pieces, index) || content.iter().any(|p| p.is(";"))) {
                    return false;
                }
                out.push_str(open);
                out.push_str(if braces { " " } else { "" });
                let trailing = content.last().is_some_and(|piece| piece.is(","));
                let content = &content[..content.len() - usize::from(trailing)];
                if out.len() > limit || !flat(content, limit - out.len(), out) {
                    return false;
                }
                out.push_str(if braces { " " } else { "" });
                out.push_str(close);
            }
        }
        if out.len() > limit {
            return false;
        }
    }
    true
}
