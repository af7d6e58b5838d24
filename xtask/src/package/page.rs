//! Programs and commands of Markdown pages.

use crate::workspace::Failure;

/// Returns the first block of a language below a heading.
pub(super) fn block<'a>(page: &'a str, heading: &str, language: &str) -> Result<&'a str, Failure> {
    let missing = || format!("the page has no block of {language} below {heading:?}");
    let below = page.find(&format!("\n{heading}\n")).ok_or_else(missing)? + 1 + heading.len();
    let section = &page[below..];
    let section = &section[..section.find("\n## ").unwrap_or(section.len())];
    let mut rest = section;
    while let Some((_, fence)) = rest.split_once("\n```") {
        let (info, content) = fence.split_once('\n').ok_or_else(missing)?;
        let (block, after) = content.split_once("\n```").ok_or_else(missing)?;
        if info.split(',').next() == Some(language) {
            return Ok(block);
        }
        rest = after;
    }
    Err(missing().into())
}

#[cfg(test)]
mod tests {
    use super::block;

    #[test]
    fn blocks_are_found_below_their_heading() {
        let page = "# A\n\n```sh\nzero\n```\n\n## B\n\ntext\n\n```sh\none\ntwo\n```\n\n```rust,no_run\nfn main() {}\n```\n\n## C\n\n```toml\n```\n";
        assert_eq!(block(page, "## B", "sh").expect("a block"), "one\ntwo");
        assert_eq!(
            block(page, "## B", "rust").expect("a block"),
            "fn main() {}"
        );
        assert!(block(page, "## B", "toml").is_err());
        assert!(block(page, "## D", "sh").is_err());
    }
}
