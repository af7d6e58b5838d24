//! Long lines, broken where Markdown reads the same.

/// Widest line, in characters.
const WIDTH: usize = 110;

/// `text` in lines of at most [`WIDTH`] where it can be broken.
pub(super) fn wrap(text: &str, first: &str, hang: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut width = line.chars().count();
    let mut empty = true;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let length = word.chars().count();
        if !empty && width + 1 + length > WIDTH && can_start_a_line(word) {
            lines.push(std::mem::replace(&mut line, hang.to_owned()));
            width = hang.len();
            empty = true;
        }
        if !empty {
            line.push(' ');
            width += 1;
        }
        line.push_str(word);
        width += length;
        empty = false;
    }
    lines.push(line);
    lines
}

/// Whether a line that starts with this word is still a part of its paragraph: no list item, heading, rule, fence,
/// quote, table or HTML begins with it.
fn can_start_a_line(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || "\"'(\\".contains(c))
}
