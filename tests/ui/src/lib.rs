//! Nothing but tests: what `gapi::api!` says to people who make mistakes, and what it lets them write.
