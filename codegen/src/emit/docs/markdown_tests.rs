use super::sanitize;
use proptest::prelude::*;

#[test]
fn what_survives() {
    for kept in [
        "Plain text.",
        "`code` and **bold**",
        "[text](https://a.example/b_c)",
        "snake_case stays",
        "* one\n* two",
        "an *emphasized* word, *another:* and (*a third*)",
        "1. one",
    ] {
        assert_eq!(sanitize(kept), kept);
    }
}

#[test]
fn markup_that_is_escaped() {
    assert_eq!(sanitize("a [b] c"), "a \\[b\\] c");
    assert_eq!(sanitize("[b](relative/path)"), "\\[b\\](relative/path)");
    assert_eq!(
        sanitize("Vec<String> & <div>"),
        "Vec\\<String\\> & \\<div\\>"
    );
    assert_eq!(sanitize("projects/*/x"), "projects/\\*/x");
    assert_eq!(sanitize("_lead and trail_"), "\\_lead and trail\\_");
    assert_eq!(sanitize("C:\\path\\[x]"), "C:\\\\path\\\\\\[x\\]");
    assert_eq!(sanitize("a | b ~~c~~"), "a \\| b \\~\\~c\\~\\~");
    assert_eq!(
        sanitize("![alt](https://a.example)"),
        "\\![alt](https://a.example)"
    );
    assert_eq!(sanitize("ends */ here"), "ends \\*/ here");
}

#[test]
fn addresses_become_links() {
    assert_eq!(
        sanitize("See https://a.example/b."),
        "See <https://a.example/b>."
    );
    assert_eq!(
        sanitize("(https://a.example/b_(c))"),
        "(<https://a.example/b_(c)>)"
    );
    assert_eq!(sanitize("xhttps://a.example"), "x<https://a.example>");
    assert_eq!(
        sanitize("https://{region}.a.example/x"),
        "`https://{region}.a.example/x`"
    );
    assert_eq!(sanitize("https:// alone"), "https:// alone");
    assert_eq!(sanitize("<https://a.example>"), "\\<<https://a.example>\\>");
}

#[test]
fn backticks_without_a_partner() {
    assert_eq!(sanitize("a ` b"), "a \\` b");
    assert_eq!(sanitize("a ``b` c"), "a \\`\\`b\\` c");
    assert_eq!(sanitize("``a ` b`` [c]"), "``a ` b`` \\[c\\]");
    assert_eq!(sanitize("``` only"), "\\`\\`\\` only");
}

#[test]
fn blocks() {
    assert_eq!(sanitize("# Title\ntext"), "**Title**\n\ntext");
    assert_eq!(sanitize("text\n===\n---"), "text\n\\===\n\\---");
    assert_eq!(sanitize("      far right"), "far right");
    assert_eq!(sanitize("> quoted"), "\\> quoted");
    assert_eq!(sanitize("+ plus\n- minus"), "* plus\n* minus");
    assert_eq!(sanitize("* a\n    * b\n      * c"), "* a\n  * b\n  * c");
    assert_eq!(sanitize("* # not a heading"), "* \\# not a heading");
    assert_eq!(sanitize("* 1. not a list"), "* 1\\. not a list");
    assert_eq!(sanitize("* * *"), "\\* \\* \\*");
    assert_eq!(
        sanitize("[x]: https://a.example"),
        "\\[x\\]: <https://a.example>"
    );
    assert_eq!(sanitize("a<br>b<p>c"), "a\nb\n\nc");
}

#[test]
fn lists_in_one_line_are_lists_again() {
    assert_eq!(sanitize("Values: * `a` * b c"), "Values:\n* `a`\n* b c");
    assert_eq!(
        sanitize("Text. * `a`: One. * `b * c`: Two."),
        "Text.\n* `a`: One.\n* `b * c`: Two."
    );
    assert_eq!(sanitize("* a * b\nnext"), "* a\n* b\n\nnext");
    assert_eq!(
        sanitize("Of these: - `a` - one - `b` - two"),
        "Of these:\n* `a` - one\n* `b` - two"
    );
    assert_eq!(sanitize("Formats: - a/b - c"), "Formats:\n* a/b\n* c");
    for text in [
        "a product: x * y",
        "2 * 3 * 4",
        "one - two - three",
        "One. - Two - three",
    ] {
        assert_eq!(sanitize(text), text.replace('*', "\\*"));
    }
}

#[test]
fn links_within_pages_are_text() {
    assert_eq!(sanitize("[`about`](/reference/about) it"), "`about` it");
    assert_eq!(sanitize("[a](#b), [a](../b)"), "a, a");
    assert_eq!(
        sanitize("[a] (https://a.example/x) b"),
        "[a](https://a.example/x) b"
    );
    assert_eq!(sanitize("[a-z](/ b)"), "\\[a-z\\](/ b)");
}

#[test]
fn fences_are_text() {
    assert_eq!(
        sanitize("Use:\n```rust\nlet x = <y>;\n```\nand so on"),
        "Use:\n```text\nlet x = <y>;\n```\nand so on"
    );
    assert_eq!(sanitize("```\nnever closed"), "\\`\\`\\`\nnever closed");
    assert_eq!(sanitize("```one `line` only```"), "```one `line` only```");
}

#[test]
fn long_lines_break_between_words_that_cannot_start_a_block() {
    let text = format!(
        "{} - {} # {} 1. {}",
        "a ".repeat(60),
        "b ".repeat(60),
        "c ".repeat(60),
        "d ".repeat(60)
    );
    for line in sanitize(&text).lines() {
        assert!(line.chars().count() <= 120, "{line}");
        assert!(line.starts_with(|c: char| c.is_alphabetic()), "{line}");
    }
    let item = sanitize(&format!("* {}", "word ".repeat(60)));
    assert!(
        item.lines().skip(1).all(|line| line.starts_with("  word")),
        "{item}"
    );
}

/// Characters that mean something to Markdown, HTML or rustc, and some that do not.
fn awkward() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("https://a.example/x".to_owned()),
        Just("http://".to_owned()),
        Just("```".to_owned()),
        Just("[a](https://b.example)".to_owned()),
        Just("    ".to_owned()),
        Just("\n".to_owned()),
        "[`*_\\[\\](){}<>#=+\\-!|~\\\\\"'&:/.@ 1aZ\u{202e}\u{2066}\r\t\u{7}é]",
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn nothing_is_left_that_rustdoc_minds(text in awkward()) {
        let safe = sanitize(&text);
        prop_assert!(!safe.contains(|c: char| c.is_control() && c != '\n'));
        prop_assert!(!safe.contains(['\u{202e}', '\u{2066}']), "turned text");
        let mut fenced = false;
        for line in safe.lines() {
            if fenced {
                fenced = line != "```";
                continue;
            }
            fenced = line == "```text";
            prop_assert!(fenced || !line.starts_with("    "), "indented: {line:?}");
            if !fenced {
                let open = outside_of_spans(line);
                prop_assert!(open.is_ok(), "{:?} in {line:?}", open);
            }
        }
        prop_assert!(!fenced, "an open fence");
    }

    #[test]
    fn links_and_spans_are_safe_twice(text in "[a-z `]{0,30}") {
        // Text without markup but for spans is a fixed point.
        let once = sanitize(&text);
        if !once.contains('\\') {
            prop_assert_eq!(sanitize(&once), once);
        }
    }
}

/// Reads a line as CommonMark does, and fails on markup that is neither a code span, bold, an address nor a link.
fn outside_of_spans(line: &str) -> Result<(), String> {
    let bytes: Vec<char> = line.chars().collect();
    let text = |from: usize| bytes[from..].iter().collect::<String>();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            '\\' => at += 1,
            '`' => {
                let run = bytes[at..].iter().take_while(|c| **c == '`').count();
                let mut close = at + run;
                loop {
                    if close >= bytes.len() {
                        return Err(format!("open span at {at}"));
                    }
                    let length = bytes[close..].iter().take_while(|c| **c == '`').count();
                    if length == run {
                        break;
                    }
                    close += length.max(1);
                }
                at = close + run - 1;
            }
            '<' => {
                let rest = text(at + 1);
                let Some((address, _)) = rest.split_once('>') else {
                    return Err("open angle".to_owned());
                };
                if !address.starts_with("http") || address.contains([' ', '<', '`']) {
                    return Err(format!("HTML at {at}"));
                }
                at += address.chars().count() + 1;
            }
            '[' if !text(at).contains("](http") && !text(at).contains("](<http") => {
                return Err(format!("bracket at {at}"));
            }
            'h' if at > 1
                && text(at).starts_with("https://a.example")
                && !"<(".contains(bytes[at - 1]) =>
            {
                return Err(format!("bare address at {at}"));
            }
            '|' | '~' => return Err(format!("table or strike at {at}")),
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

#[test]
fn code_holds_nothing_that_acts() {
    use crate::prose::code;

    assert_eq!(code("a\u{202e}b"), r"`a\u{202e}b`");
    assert_eq!(code("\u{1b}[1m`\u{9b}"), r"``\u{1b}[1m`\u{9b}``");
    assert_eq!(code(" a\r\n\u{2028} b\u{85}"), "`a b`");
    assert_eq!(code("\u{2066}"), r"`\u{2066}`");
}
