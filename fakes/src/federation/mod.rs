//! How identities become others at Google: the Security Token Service, the IAM Service Account Credentials API, and the metadata
//! server of an EC2 instance, whose keys prove who is there.

mod aws;
mod iam;
mod instance;
mod sts;

pub use aws::AwsKeys;
pub use iam::IamCredentials;
pub use instance::Ec2Instance;
pub use sts::SecurityTokenService;
