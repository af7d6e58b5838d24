//! `gapi show run:v2 projects.locations.services.create`: the example, and the body with everything that it may hold.

gapi::api! {
    mod run = "run:v2" { projects.locations.services.create };
}

pub async fn create(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = run::GoogleCloudRunV2Service {
        name: Some("my-name".into()),
        description: Some("my-description".into()),
        ..Default::default()
    };
    let request = run::projects()
        .locations()
        .services()
        .create("projects/my-project/locations/my-location", body);
    let operation = request.send(&client).wait().await?;
    println!("{operation:?}");
    Ok(())
}

pub fn body() -> impl Sized {
    run::GoogleCloudRunV2Service {
        annotations: Some([("key".into(), "".into())].into()),
        binary_authorization: Some(run::GoogleCloudRunV2BinaryAuthorization {
            breakglass_justification: Some("".into()),
            policy: Some("".into()),
            use_default: Some(false),
            ..Default::default()
        }),
        build_config: Some(run::GoogleCloudRunV2BuildConfig {
            base_image: Some("".into()),
            enable_automatic_updates: Some(false),
            environment_variables: Some([("key".into(), "".into())].into()),
            function_target: Some("".into()),
            image_uri: Some("".into()),
            service_account: Some("".into()),
            source_location: Some("".into()),
            worker_pool: Some("".into()),
            ..Default::default()
        }),
        client: Some("".into()),
        client_version: Some("".into()),
        custom_audiences: Some(vec!["".into()]),
        default_uri_disabled: Some(false),
        description: Some("".into()),
        etag: Some("".into()),
        functional_type: Some(run::GoogleCloudRunV2ServiceFunctionalType::FunctionalTypeAgent),
        iap_enabled: Some(false),
        ingress: Some(run::GoogleCloudRunV2ServiceIngress::IngressTrafficAll),
        invoker_iam_disabled: Some(false),
        labels: Some([("key".into(), "".into())].into()),
        launch_stage: Some(run::GoogleCloudRunV2ServiceLaunchStage::Unimplemented),
        multi_region_settings: Some(run::GoogleCloudRunV2MultiRegionSettings {
            multi_region_id: Some("".into()),
            regions: Some(vec!["".into()]),
            ..Default::default()
        }),
        name: Some("".into()),
        scaling: Some(run::GoogleCloudRunV2ServiceScaling {
            manual_instance_count: Some(0),
            max_instance_count: Some(0),
            min_instance_count: Some(0),
            scaling_mode: Some(run::GoogleCloudRunV2ServiceScalingScalingMode::Automatic),
            ..Default::default()
        }),
        ssh_enabled: Some(false),
        template: Some(run::GoogleCloudRunV2RevisionTemplate {
            ambient_networking: Some(run::GoogleCloudRunV2AmbientNetworking {
                ambient_scope: Some(run::GoogleCloudRunV2AmbientNetworkingAmbientScope::AmbientScopeRegional),
                enabled: Some(false),
                ..Default::default()
            }),
            annotations: Some([("key".into(), "".into())].into()),
            client: Some("".into()),
            client_version: Some("".into()),
            containers: Some(vec![run::GoogleCloudRunV2Container {
                args: Some(vec!["".into()]),
                base_image_uri: Some("".into()),
                build_config: Some(Default::default()),
                command: Some(vec!["".into()]),
                depends_on: Some(vec!["".into()]),
                env: Some(vec![Default::default()]),
                image: Some("".into()),
                liveness_probe: Some(Default::default()),
                name: Some("".into()),
                ports: Some(vec![Default::default()]),
                readiness_probe: Some(Default::default()),
                resources: Some(Default::default()),
                sandbox_launcher: Some(false),
                source_code: Some(Default::default()),
                startup_probe: Some(Default::default()),
                volume_mounts: Some(vec![Default::default()]),
                working_dir: Some("".into()),
                ..Default::default()
            }]),
            encryption_key: Some("".into()),
            encryption_key_revocation_action: Some(run::GoogleCloudRunV2RevisionTemplateEncryptionKeyRevocationAction::PreventNew),
            encryption_key_shutdown_duration: Some("60s".into()),
            execution_environment: Some(run::GoogleCloudRunV2RevisionTemplateExecutionEnvironment::ExecutionEnvironmentGen1),
            gpu_zonal_redundancy_disabled: Some(false),
            health_check_disabled: Some(false),
            labels: Some([("key".into(), "".into())].into()),
            max_instance_request_concurrency: Some(0),
            node_selector: Some(run::GoogleCloudRunV2NodeSelector {
                accelerator: Some("".into()),
                ..Default::default()
            }),
            revision: Some("".into()),
            sandboxes: Some(run::GoogleCloudRunV2SandboxConfiguration {
                templates: Some(vec![Default::default()]),
                ..Default::default()
            }),
            scaling: Some(run::GoogleCloudRunV2RevisionScaling {
                concurrency_utilization: Some(0.0),
                cpu_utilization: Some(0.0),
                max_instance_count: Some(0),
                min_instance_count: Some(0),
                ..Default::default()
            }),
            service_account: Some("".into()),
            service_mesh: Some(run::GoogleCloudRunV2ServiceMesh {
                mesh: Some("".into()),
                ..Default::default()
            }),
            session_affinity: Some(false),
            timeout: Some("60s".into()),
            volumes: Some(vec![run::GoogleCloudRunV2Volume {
                cloud_sql_instance: Some(Default::default()),
                empty_dir: Some(Default::default()),
                filestore: Some(Default::default()),
                gcs: Some(Default::default()),
                name: Some("".into()),
                nfs: Some(Default::default()),
                secret: Some(Default::default()),
                ..Default::default()
            }]),
            vpc_access: Some(run::GoogleCloudRunV2VpcAccess {
                connector: Some("".into()),
                egress: Some(run::GoogleCloudRunV2VpcAccessEgress::AllTraffic),
                network_interfaces: Some(vec![Default::default()]),
                ..Default::default()
            }),
            workload_identity_config: Some(run::GoogleCloudRunV2WorkloadIdentityConfig {
                identity: Some("".into()),
                identity_certificate_enabled: Some(false),
                identity_type: Some(run::GoogleCloudRunV2WorkloadIdentityConfigIdentityType::IdentityTypeServiceAccount),
                ..Default::default()
            }),
            ..Default::default()
        }),
        traffic: Some(vec![run::GoogleCloudRunV2TrafficTarget {
            percent: Some(0),
            revision: Some("".into()),
            tag: Some("".into()),
            r#type: Some(run::GoogleCloudRunV2TrafficTargetType::TrafficTargetAllocationTypeLatest),
            ..Default::default()
        }]),
        ..Default::default()
    }
}
