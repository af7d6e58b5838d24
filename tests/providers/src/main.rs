//! Checks gapi with the crypto providers of the program's features. The argument is what is expected: `works`, `nothing` without a provider;
//! for the neighbour `agrees`, `differs`, or `installs` if the program installs a provider of its own.

use std::error::Error;

#[cfg(feature = "neighbour")]
mod neighbour;
mod signatures;
mod tls;

pub type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let expected = std::env::args().nth(1).ok_or("what is expected?")?;
    #[cfg(feature = "graviola")]
    rustls_graviola::default_provider()
        .install_default()
        .map_err(|_| "a provider is installed already")?;
    match &*expected {
        "nothing" => {
            signatures::check_without_provider()?;
            tls::check_without_provider()?;
        }
        #[cfg(feature = "neighbour")]
        "agrees" | "differs" | "installs" => {
            neighbour::check(&expected)?;
            signatures::check().await?;
        }
        "works" => {
            signatures::check().await?;
            tls::check().await?;
        }
        other => return Err(format!("{other} is nothing to expect").into()),
    }
    if matches!(&*expected, "nothing" | "works") {
        let installed = rustls::crypto::CryptoProvider::get_default().is_some();
        assert_eq!(installed, cfg!(feature = "graviola"), "of rustls");
        let installed = jsonwebtoken::crypto::CryptoProvider::try_get_default().is_some();
        assert!(!installed, "of jsonwebtoken");
        println!("nothing was installed");
    }
    Ok(())
}
