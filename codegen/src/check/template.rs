//! Path templates: the part of RFC 6570 that Discovery uses, `{x}` and `{+x}`.

/// The names of a template's expressions, in order.
pub(super) fn expressions(template: &str) -> Result<Vec<&str>, String> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find(['{', '}']) {
        let after = rest[start..].strip_prefix('{').ok_or("a `}` has no `{`")?;
        let (expression, after) = after.split_once('}').ok_or("a `{` has no `}`")?;
        let name = expression.strip_prefix('+').unwrap_or(expression);
        match name.chars().next() {
            None => return Err("an expression is empty".to_owned()),
            Some(operator) if "#./;?&=,!@|+".contains(operator) => {
                return Err(format!(
                    "`{{{expression}}}` has the operator `{operator}`; only `{{x}}` and `{{+x}}` are supported"
                ));
            }
            Some(_) => {}
        }
        if let Some(modifier) = name.chars().find(|c| "*:,{".contains(*c)) {
            return Err(format!(
                "`{{{expression}}}` has a `{modifier}`; only `{{x}}` and `{{+x}}` are supported"
            ));
        }
        names.push(name);
        rest = after;
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_discovery() {
        assert_eq!(expressions("v1/{+name}:cancel"), Ok(vec!["name"]));
        assert_eq!(
            expressions("{merchantId}/accounts/{accountId}/$everything"),
            Ok(vec!["merchantId", "accountId"])
        );
        assert_eq!(expressions("about"), Ok(vec![]));
    }

    #[test]
    fn other_forms_are_refused() {
        for (template, reason) in [
            ("a/{x", "a `{` has no `}`"),
            ("a/x}", "a `}` has no `{`"),
            ("a/{}", "an expression is empty"),
            (
                "a/{?x}",
                "`{?x}` has the operator `?`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a{/x}",
                "`{/x}` has the operator `/`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a/{x*}",
                "`{x*}` has a `*`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a/{x,y}",
                "`{x,y}` has a `,`; only `{x}` and `{+x}` are supported",
            ),
            (
                "a/{x:3}",
                "`{x:3}` has a `:`; only `{x}` and `{+x}` are supported",
            ),
        ] {
            assert_eq!(expressions(template).unwrap_err(), reason, "{template}");
        }
    }
}
