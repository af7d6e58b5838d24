//! The examples in the docs of the modules.

use gapi_goldens::forms::*;
use gapi_goldens::*;

pub async fn iamcredentials_v1_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = iamcredentials_v1::locations()
        .workforce_pools()
        .get_allowed_locations("locations/my-location/workforcePools/my-workforce-pool");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn iamcredentials_v1_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = iamcredentials_v1::projects()
        .locations()
        .workload_identity_pools()
        .get_allowed_locations("projects/my-project/locations/my-location/workloadIdentityPools/my-workload-identity-pool");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn iamcredentials_v1_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = iamcredentials_v1::GenerateAccessTokenRequest {
        scope: Some(vec!["my-scope".into()]),
        ..Default::default()
    };
    let request = iamcredentials_v1::projects()
        .service_accounts()
        .generate_access_token("projects/my-project/serviceAccounts/my-service-account", body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn oauth2_v2_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = oauth2_v2::methods::tokeninfo();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn oauth2_v2_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = oauth2_v2::userinfo().get();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn oauth2_v2_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = oauth2_v2::userinfo().v2().me().get();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn sqladmin_v1_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = sqladmin_v1::instances().get("my-project", "my-instance");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn sqladmin_v1_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = sqladmin_v1::DatabaseInstance {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = sqladmin_v1::instances().insert("my-project", body);
    let operation = request.send(&client).wait().await?;
    println!("{operation:?}");
    Ok(())
}

pub async fn sqladmin_v1_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = sqladmin_v1::instances().list("my-project");
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn sqladmin_v1_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = sqladmin_v1::DatabaseInstance {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = sqladmin_v1::instances()
        .patch("my-project", "my-instance", body);
    let operation = request.send(&client).wait().await?;
    println!("{operation:?}");
    Ok(())
}

pub async fn sqladmin_v1_4(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = sqladmin_v1::operations().get("my-project", "my-operation");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn tasks_v1_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = tasks_v1::TaskList {
        title: Some("my-title".into()),
        ..Default::default()
    };
    let request = tasks_v1::tasklists().insert(body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn tasks_v1_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = tasks_v1::tasklists().list();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn tasks_v1_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = tasks_v1::Task {
        title: Some("my-title".into()),
        ..Default::default()
    };
    let request = tasks_v1::tasks().insert("my-tasklist", body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn tasks_v1_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = tasks_v1::tasks().list("my-tasklist");
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn translate_v2_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = translate_v2::DetectLanguageRequest {
        q: Some(vec!["my-q".into()]),
        ..Default::default()
    };
    let request = translate_v2::detections().detect(body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn translate_v2_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = translate_v2::languages().list();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn translate_v2_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = translate_v2::translations().list(["my-q"], "my-target");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn bodies_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = bodies::things().delete("my-n");
    request.send(&client).await?;
    Ok(())
}

pub async fn deprecations_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = deprecations::old().get();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn enums_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = enums::a().things().list();
    request.send(&client).await?;
    Ok(())
}

pub async fn enums_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = enums::b().things().list();
    request.send(&client).await?;
    Ok(())
}

pub async fn enums_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = enums::c().things().list();
    request.send(&client).await?;
    Ok(())
}

pub async fn enums_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = enums::files().get(enums::FilesGetKind::A);
    request.send(&client).await?;
    Ok(())
}

pub async fn media_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = media::files().stream_versions("my-id");
    let mut elements = request.send(&client).stream();
    while let Some(element) = elements.try_next().await? {
        println!("{element:?}");
    }
    Ok(())
}

pub async fn media_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = media::files().export("my-id");
    let content = request.download(&client).bytes().await?;
    println!("{} bytes", content.len());
    Ok(())
}

pub async fn media_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = media::files().get("my-id");
    let content = request.download(&client).bytes().await?;
    println!("{} bytes", content.len());
    Ok(())
}

pub async fn media_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = media::File {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = media::files().insert(body);
    let media = gapi::Media::file("my-file");
    let response = request.upload(media).send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn media_4(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = media::files().photo();
    let media = gapi::Media::file("my-file");
    request.upload(media).send(&client).await?;
    Ok(())
}

pub async fn names_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = names::methods::about();
    request.send(&client).await?;
    Ok(())
}

pub async fn names_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = names::apps().a();
    request.send(&client).await?;
    Ok(())
}

pub async fn names_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = names::apps().attributes().list();
    request.send(&client).await?;
    Ok(())
}

pub async fn names_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = names::scope_().get();
    request.send(&client).await?;
    Ok(())
}

pub async fn names_4(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = names::Type::default();
    let request = names::v1().call("my-body", "my-self", body);
    request.send(&client).await?;
    Ok(())
}

pub async fn names_5(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = names::well_known().get_openid_configuration();
    request.send(&client).await?;
    Ok(())
}

pub async fn operations_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = operations::folders().r#move("my-folder");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn operations_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = operations::global_operations()
        .get("my-project", "my-operation");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn operations_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = operations::instances().get("my-project", "my-zone", "my-i");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn operations_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = operations::Task {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = operations::instances().insert("my-project", "my-zone", body);
    let operation = request.send(&client).wait().await?;
    println!("{operation:?}");
    Ok(())
}

pub async fn operations_4(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = operations::Task {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = operations::networks().insert("my-project", body);
    let operation = request.send(&client).wait().await?;
    println!("{operation:?}");
    Ok(())
}

pub async fn operations_5(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = operations::operations().get("my-name");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn operations_6(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = operations::projects().locations().clusters().get("my-name");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn operations_7(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = operations::Job {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = operations::projects()
        .locations()
        .clusters()
        .create("my-parent", body);
    let operation = request.send(&client).wait().await?;
    println!("{operation:?}");
    Ok(())
}

pub async fn operations_8(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = operations::projects().locations().operations().get("my-name");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn operations_9(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = operations::zone_operations()
        .get("my-project", "my-zone", "my-operation");
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn paging_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().no_request_token();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn paging_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().aggregated();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().anys();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = paging::Body::default();
    let request = paging::widgets().body(body);
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_4(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().in_page_token();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_5(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().items();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_6(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().left();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_7(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().long_names();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_8(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().matching();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_9(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().named();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_10(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().next_in_query();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_11(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().none();
    let mut pages = request.pages(&client);
    while let Some(page) = pages.try_next().await? {
        println!("{page:?}");
    }
    Ok(())
}

pub async fn paging_12(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().only();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_13(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = paging::Body {
        page_token: Some("my-page-token".into()),
        ..Default::default()
    };
    let request = paging::widgets().query_wins(body);
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_14(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().results();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_15(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().scalars();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_16(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().singular();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn paging_17(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = paging::widgets().two();
    let mut pages = request.pages(&client);
    while let Some(page) = pages.try_next().await? {
        println!("{page:?}");
    }
    Ok(())
}

pub async fn parameters_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = parameters::things()
        .find("my-zeta", "my-need", "my-alpha", ["my-many"]);
    request.send(&client).await?;
    Ok(())
}

pub async fn repeating_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = repeating::Thing {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = repeating::things().insert(body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn scalars_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = scalars::Event::default();
    let request = scalars::values().aliased(body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn scopes_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = scopes::files().list();
    request.send(&client).await?;
    Ok(())
}

pub async fn things_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = things::Thing {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = things::things().create(body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn things_1(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = things::things().content("my-id");
    let content = request.download(&client).bytes().await?;
    println!("{} bytes", content.len());
    Ok(())
}

pub async fn things_2(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = things::things().export();
    let content = request.download(&client).bytes().await?;
    println!("{} bytes", content.len());
    Ok(())
}

pub async fn things_3(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = things::Thing {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = things::things().insert("my-bucket", body);
    let media = gapi::Media::file("my-file");
    let response = request.upload(media).send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn things_4(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = things::things().list();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn things_5(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = things::things().mapped();
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn things_6(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = things::SearchRequest::default();
    let request = things::things().search(body);
    let mut items = request.items(&client);
    while let Some(item) = items.try_next().await? {
        println!("{item:?}");
    }
    Ok(())
}

pub async fn things_7(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = things::Thing {
        name: Some("my-name".into()),
        ..Default::default()
    };
    let request = things::things().video(body);
    let media = gapi::Media::file("my-file");
    let response = request.upload(media).send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub async fn wrapper_0(client: gapi::Client) -> Result<(), gapi::Error> {
    let request = wrapper::texts().get();
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}
