//! `gapi show sqladmin:v1 instances.insert`: the example, and the body with everything that it may hold.

gapi::api! {
    mod sqladmin = "sqladmin:v1" { instances.insert };
}

pub async fn insert(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = sqladmin::DatabaseInstance {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = sqladmin::instances().insert("my-project", body);
    let operation = request.send(&client).wait().await?;
    println!("{operation:?}");
    Ok(())
}

pub fn body() -> impl Sized {
    sqladmin::DatabaseInstance {
        backend_type: Some(sqladmin::DatabaseInstanceBackendType::SecondGen),
        connection_name: Some("".into()),
        database_center_integration: Some(sqladmin::DatabaseInstanceDatabaseCenterIntegration::Enabled),
        database_center_integration_enabled: Some(false),
        database_version: Some(sqladmin::DatabaseInstanceDatabaseVersion::Mysql56),
        disk_encryption_configuration: Some(sqladmin::DiskEncryptionConfiguration {
            cmek_source_log_encryption_enforced: Some(false),
            confidential_mode: Some(false),
            kind: Some("".into()),
            kms_key_name: Some("".into()),
            ..Default::default()
        }),
        disk_encryption_status: Some(sqladmin::DiskEncryptionStatus {
            kind: Some("".into()),
            kms_key_version_name: Some("".into()),
            ..Default::default()
        }),
        etag: Some("".into()),
        failover_replica: Some(sqladmin::DatabaseInstanceFailoverReplica {
            available: Some(false),
            name: Some("".into()),
            ..Default::default()
        }),
        gce_zone: Some("".into()),
        gemini_config: Some(sqladmin::GeminiInstanceConfig::default()),
        include_replicas_for_major_version_upgrade: Some(false),
        instance_type: Some(sqladmin::DatabaseInstanceInstanceType::CloudSqlInstance),
        ip_addresses: Some(vec![sqladmin::IpMapping {
            ip_address: Some("".into()),
            time_to_retire: Some("2026-01-31T12:00:00Z".into()),
            r#type: Some(sqladmin::IpMappingType::Primary),
            ..Default::default()
        }]),
        kind: Some("".into()),
        maintenance_version: Some("".into()),
        master_instance_name: Some("".into()),
        name: Some("".into()),
        node_count: Some(0),
        on_premises_configuration: Some(sqladmin::OnPremisesConfiguration {
            ca_certificate: Some("".into()),
            client_certificate: Some("".into()),
            client_key: Some("".into()),
            dump_file_path: Some("".into()),
            host_port: Some("".into()),
            kind: Some("".into()),
            password: Some("".into()),
            selected_objects: Some(vec![sqladmin::SelectedObjects {
                database: Some("".into()),
                ..Default::default()
            }]),
            source_instance: Some(sqladmin::InstanceReference {
                name: Some("".into()),
                project: Some("".into()),
                region: Some("".into()),
                ..Default::default()
            }),
            ssl_option: Some(sqladmin::OnPremisesConfigurationSslOption::Disable),
            username: Some("".into()),
            ..Default::default()
        }),
        out_of_disk_report: Some(sqladmin::SqlOutOfDiskReport {
            sql_min_recommended_increase_size_gb: Some(0),
            sql_out_of_disk_state: Some(sqladmin::SqlOutOfDiskReportSqlOutOfDiskState::Normal),
            ..Default::default()
        }),
        project: Some("".into()),
        region: Some("".into()),
        replica_configuration: Some(sqladmin::ReplicaConfiguration {
            cascadable_replica: Some(false),
            failover_target: Some(false),
            kind: Some("".into()),
            mysql_replica_configuration: Some(sqladmin::MySqlReplicaConfiguration {
                ca_certificate: Some("".into()),
                client_certificate: Some("".into()),
                client_key: Some("".into()),
                connect_retry_interval: Some(0),
                dump_file_path: Some("".into()),
                kind: Some("".into()),
                master_heartbeat_period: Some(0),
                password: Some("".into()),
                ssl_cipher: Some("".into()),
                username: Some("".into()),
                verify_server_certificate: Some(false),
                ..Default::default()
            }),
            ..Default::default()
        }),
        replica_names: Some(vec!["".into()]),
        replication_cluster: Some(sqladmin::ReplicationCluster {
            failover_dr_replica_name: Some("".into()),
            ..Default::default()
        }),
        root_password: Some("".into()),
        satisfies_pzs: Some(false),
        scheduled_maintenance: Some(sqladmin::SqlScheduledMaintenance {
            can_reschedule: Some(false),
            schedule_deadline_time: Some("2026-01-31T12:00:00Z".into()),
            start_time: Some("2026-01-31T12:00:00Z".into()),
            ..Default::default()
        }),
        secondary_gce_zone: Some("".into()),
        self_link: Some("".into()),
        server_ca_cert: Some(sqladmin::SslCert {
            cert: Some("".into()),
            cert_serial_number: Some("".into()),
            common_name: Some("".into()),
            create_time: Some("2026-01-31T12:00:00Z".into()),
            expiration_time: Some("2026-01-31T12:00:00Z".into()),
            instance: Some("".into()),
            kind: Some("".into()),
            self_link: Some("".into()),
            sha1_fingerprint: Some("".into()),
            ..Default::default()
        }),
        service_account_email_address: Some("".into()),
        settings: Some(sqladmin::Settings {
            accelerated_replica_mode: Some(false),
            activation_policy: Some(sqladmin::SettingsActivationPolicy::Always),
            active_directory_config: Some(sqladmin::SqlActiveDirectoryConfig {
                admin_credential_secret_name: Some("".into()),
                dns_servers: Some(vec!["".into()]),
                domain: Some("".into()),
                kind: Some("".into()),
                mode: Some(sqladmin::SqlActiveDirectoryConfigMode::ManagedActiveDirectory),
                organizational_unit: Some("".into()),
                ..Default::default()
            }),
            advanced_machine_features: Some(sqladmin::AdvancedMachineFeatures {
                threads_per_core: Some(0),
                ..Default::default()
            }),
            auto_upgrade_enabled: Some(false),
            availability_type: Some(sqladmin::SettingsAvailabilityType::Zonal),
            backup_configuration: Some(sqladmin::BackupConfiguration {
                backup_retention_settings: Some(Default::default()),
                binary_log_enabled: Some(false),
                enabled: Some(false),
                kind: Some("".into()),
                location: Some("".into()),
                point_in_time_recovery_enabled: Some(false),
                start_time: Some("".into()),
                transaction_log_retention_days: Some(0),
                ..Default::default()
            }),
            collation: Some("".into()),
            connection_pool_config: Some(sqladmin::ConnectionPoolConfig {
                connection_pooling_enabled: Some(false),
                flags: Some(vec![Default::default()]),
                ..Default::default()
            }),
            connector_enforcement: Some(sqladmin::SettingsConnectorEnforcement::NotRequired),
            data_api_access: Some(sqladmin::SettingsDataApiAccess::DisallowDataApi),
            data_cache_config: Some(sqladmin::DataCacheConfig {
                data_cache_enabled: Some(false),
                ..Default::default()
            }),
            data_disk_provisioned_iops: Some(0),
            data_disk_provisioned_throughput: Some(0),
            data_disk_size_gb: Some(0),
            data_disk_type: Some(sqladmin::SettingsDataDiskType::PdSsd),
            database_flags: Some(vec![sqladmin::DatabaseFlags {
                name: Some("".into()),
                value: Some("".into()),
                ..Default::default()
            }]),
            database_replication_enabled: Some(false),
            deletion_protection_enabled: Some(false),
            deny_maintenance_periods: Some(vec![sqladmin::DenyMaintenancePeriod {
                end_date: Some("".into()),
                start_date: Some("".into()),
                time: Some("".into()),
                ..Default::default()
            }]),
            edition: Some(sqladmin::SettingsEdition::Enterprise),
            enable_dataplex_integration: Some(false),
            enable_google_ml_integration: Some(false),
            entraid_config: Some(sqladmin::SqlServerEntraIdConfig {
                application_id: Some("".into()),
                tenant_id: Some("".into()),
                ..Default::default()
            }),
            final_backup_config: Some(sqladmin::FinalBackupConfig {
                enabled: Some(false),
                retention_days: Some(0),
                ..Default::default()
            }),
            insights_config: Some(sqladmin::InsightsConfig {
                enhanced_query_insights_enabled: Some(false),
                query_insights_enabled: Some(false),
                query_plans_per_minute: Some(0),
                query_string_length: Some(0),
                record_application_tags: Some(false),
                record_client_address: Some(false),
                ..Default::default()
            }),
            ip_configuration: Some(sqladmin::IpConfiguration {
                allocated_ip_range: Some("".into()),
                authorized_networks: Some(vec![Default::default()]),
                custom_subject_alternative_names: Some(vec!["".into()]),
                enable_private_path_for_google_cloud_services: Some(false),
                ipv4_enabled: Some(false),
                private_network: Some("".into()),
                psc_config: Some(Default::default()),
                require_ssl: Some(false),
                server_ca_mode: Some(sqladmin::IpConfigurationServerCaMode::GoogleManagedInternalCa),
                server_ca_pool: Some("".into()),
                server_certificate_rotation_mode: Some(sqladmin::IpConfigurationServerCertificateRotationMode::NoAutomaticRotation),
                ssl_mode: Some(sqladmin::IpConfigurationSslMode::AllowUnencryptedAndEncrypted),
                ..Default::default()
            }),
            kind: Some("".into()),
            location_preference: Some(sqladmin::LocationPreference {
                kind: Some("".into()),
                secondary_zone: Some("".into()),
                zone: Some("".into()),
                ..Default::default()
            }),
            maintenance_window: Some(sqladmin::MaintenanceWindow {
                day: Some(0),
                hour: Some(0),
                kind: Some("".into()),
                update_track: Some(sqladmin::MaintenanceWindowUpdateTrack::Canary),
                ..Default::default()
            }),
            password_validation_policy: Some(sqladmin::PasswordValidationPolicy {
                complexity: Some(sqladmin::PasswordValidationPolicyComplexity::ComplexityDefault),
                disallow_username_substring: Some(false),
                enable_password_policy: Some(false),
                min_length: Some(0),
                password_change_interval: Some("60s".into()),
                reuse_interval: Some(0),
                ..Default::default()
            }),
            performance_capture_config: Some(sqladmin::PerformanceCaptureConfig {
                cpu_utilization_threshold_percent: Some(0),
                enabled: Some(false),
                history_list_length_threshold_count: Some(0),
                memory_usage_threshold_percent: Some(0),
                probe_threshold: Some(0),
                probing_interval_seconds: Some(0),
                running_threads_threshold: Some(0),
                seconds_behind_source_threshold: Some(0),
                semaphore_wait_threshold_count: Some(0),
                transaction_duration_threshold: Some(0),
                transaction_kill_excluded_user_hosts: Some(vec!["".into()]),
                transaction_kill_threshold_seconds: Some(0),
                transaction_kill_type: Some(sqladmin::PerformanceCaptureConfigTransactionKillType::ReadOnlyTransactions),
                transaction_lock_wait_threshold_count: Some(0),
                ..Default::default()
            }),
            pricing_plan: Some(sqladmin::SettingsPricingPlan::Package),
            read_pool_auto_scale_config: Some(sqladmin::ReadPoolAutoScaleConfig {
                disable_scale_in: Some(false),
                enabled: Some(false),
                max_node_count: Some(0),
                min_node_count: Some(0),
                scale_in_cooldown_seconds: Some(0),
                scale_out_cooldown_seconds: Some(0),
                target_metrics: Some(vec![Default::default()]),
                ..Default::default()
            }),
            replication_lag_max_seconds: Some(0),
            retain_backups_on_delete: Some(false),
            settings_version: Some(0),
            sql_server_audit_config: Some(sqladmin::SqlServerAuditConfig {
                bucket: Some("".into()),
                kind: Some("".into()),
                retention_interval: Some("60s".into()),
                upload_interval: Some("60s".into()),
                ..Default::default()
            }),
            storage_auto_resize: Some(false),
            storage_auto_resize_limit: Some(0),
            tier: Some("".into()),
            time_zone: Some("".into()),
            user_labels: Some([("key".into(), "".into())].into()),
            ..Default::default()
        }),
        skip_precheck: Some(false),
        sql_network_architecture: Some(sqladmin::DatabaseInstanceSqlNetworkArchitecture::NewNetworkArchitecture),
        state: Some(sqladmin::DatabaseInstanceState::Runnable),
        suspension_reason: Some(vec![sqladmin::DatabaseInstanceSuspensionReason::BillingIssue]),
        switch_transaction_logs_to_cloud_storage_enabled: Some(false),
        tags: Some([("key".into(), "".into())].into()),
        ..Default::default()
    }
}
