//! The built command, called as people call it.

mod expand;
mod generate;
mod help;
mod support;
