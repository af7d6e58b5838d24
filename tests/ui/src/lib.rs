//! Tests alone: the errors of `gapi::api!`, and the input that it accepts.
