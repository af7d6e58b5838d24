#![doc = include_str!("links.md")]
#![doc = include_str!("../../docs/guide.md")]

/// Defines a module for each page below `docs`, whose programs are compiled as tests if the features that they need are on.
///
/// Pages refer to each other by labels. In a page, a label means a file; `links.md` comes first here, and means a module by it.
macro_rules! pages {
    ($($module:ident $path:literal,)*) => {
        $(
            #[doc = include_str!("links.md")]
            #[cfg_attr(
                any(
                    not(doctest),
                    all(
                        feature = "macros",
                        feature = "auth",
                        feature = "user-flows",
                        feature = "rustls",
                        feature = "reqwest",
                        feature = "files",
                        feature = "blocking"
                    )
                ),
                doc = include_str!(concat!("../../docs/", $path))
            )]
            pub mod $module {}
        )*
    };
}

pages! {
    generate "guide/generate.md",
    requests "guide/requests.md",
    credentials "guide/credentials.md",
    users "guide/users.md",
    media "guide/media.md",
    errors "guide/errors.md",
    testing "guide/testing.md",
    endpoints "guide/endpoints.md",
    blocking "guide/blocking.md",
    command "guide/command.md",
    small_programs "guide/small-programs.md",
    documents "guide/documents.md",
    oauth_for_python_users "oauth-for-python-users.md",
    from_google_apis_rs "coming-from/google-apis-rs.md",
    from_google_cloud_rust "coming-from/google-cloud-rust.md",
    from_google_api_python_client "coming-from/google-api-python-client.md",
}

#[doc = include_str!("links.md")]
// Its programs need the package gapi-dynamic, which compiles them.
#[cfg_attr(not(doctest), doc = include_str!("../../docs/guide/dynamic.md"))]
pub mod dynamic {}
