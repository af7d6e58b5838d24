//! The metadata server of an EC2 instance (IMDSv2).

use http::Method;
use serde_json::json;

use super::AwsKeys;
use crate::{Reply, Request, Service};

/// An instance with a role. It insists on session tokens, as instances do that were set up with care.
#[derive(Clone, Debug)]
pub struct Ec2Instance {
    zone: String,
    keys: AwsKeys,
}

const SESSION: &str = "session-1";

impl Ec2Instance {
    /// An instance in this availability zone, whose role has these keys.
    pub fn new(zone: &str, keys: AwsKeys) -> Self {
        Self {
            zone: zone.to_owned(),
            keys,
        }
    }

    /// The `credential_source` of a configuration for this instance, whose server is at `root`.
    pub fn credential_source(root: &str) -> serde_json::Value {
        json!({
            "environment_id": "aws1",
            "region_url": format!("{root}/latest/meta-data/placement/availability-zone"),
            "url": format!("{root}/latest/meta-data/iam/security-credentials"),
            "imdsv2_session_token_url": format!("{root}/latest/api/token"),
            "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
        })
    }
}

impl Service for Ec2Instance {
    fn respond(&self, request: &Request) -> Reply {
        if request.path == "/latest/api/token" {
            let lifetime = request
                .header("x-aws-ec2-metadata-token-ttl-seconds")
                .and_then(|text| text.parse::<u32>().ok());
            return match (&request.method, lifetime) {
                (&Method::PUT, Some(1..=21600)) => Reply::text(200, SESSION),
                (&Method::PUT, _) => Reply::text(400, "Bad Request"),
                _ => Reply::text(405, "Not Allowed"),
            };
        }
        if request.header("x-aws-ec2-metadata-token") != Some(SESSION) {
            return Reply::text(401, "Unauthorized");
        }
        match request.path.as_str() {
            "/latest/meta-data/placement/availability-zone" => Reply::text(200, &*self.zone),
            "/latest/meta-data/iam/security-credentials"
            | "/latest/meta-data/iam/security-credentials/" => Reply::text(200, "instance-role"),
            "/latest/meta-data/iam/security-credentials/instance-role" => Reply::json(
                200,
                &json!({
                    "Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": self.keys.id, "SecretAccessKey": self.keys.secret,
                    "Token": self.keys.session_token, "Expiration": "2099-01-01T00:00:00Z",
                }),
            ),
            _ => Reply::text(404, "Not Found"),
        }
    }
}
