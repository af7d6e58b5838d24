//! `gapi show calendar:v3 events.insert`: the example, and the body with everything that it may hold.

gapi::api! {
    mod calendar = "calendar:v3" { events.insert };
}

pub async fn insert(client: gapi::Client) -> Result<(), gapi::Error> {
    let body = calendar::Event {
        summary: Some("my-summary".into()),
        description: Some("my-description".into()),
        ..Default::default()
    };
    let request = calendar::events().insert("my-calendar-id", body);
    let response = request.send(&client).await?;
    println!("{response:?}");
    Ok(())
}

pub fn body() -> impl Sized {
    calendar::Event {
        anyone_can_add_self: Some(false),
        attachments: Some(vec![calendar::EventAttachment {
            file_id: Some("".into()),
            file_url: Some("".into()),
            icon_link: Some("".into()),
            mime_type: Some("".into()),
            title: Some("".into()),
            ..Default::default()
        }]),
        attendees: Some(vec![calendar::EventAttendee {
            additional_guests: Some(0),
            async_operation: Some("".into()),
            comment: Some("".into()),
            display_name: Some("".into()),
            email: Some("".into()),
            id: Some("".into()),
            optional: Some(false),
            organizer: Some(false),
            resource: Some(false),
            response_status: Some("".into()),
            self_: Some(false),
            ..Default::default()
        }]),
        attendees_omitted: Some(false),
        birthday_properties: Some(calendar::EventBirthdayProperties {
            contact: Some("".into()),
            custom_type_name: Some("".into()),
            r#type: Some("".into()),
            ..Default::default()
        }),
        color_id: Some("".into()),
        conference_data: Some(calendar::ConferenceData {
            conference_id: Some("".into()),
            conference_solution: Some(calendar::ConferenceSolution {
                icon_uri: Some("".into()),
                key: Some(Default::default()),
                name: Some("".into()),
                ..Default::default()
            }),
            create_request: Some(calendar::CreateConferenceRequest {
                conference_solution_key: Some(Default::default()),
                request_id: Some("".into()),
                status: Some(Default::default()),
                ..Default::default()
            }),
            entry_points: Some(vec![calendar::EntryPoint {
                access_code: Some("".into()),
                entry_point_features: Some(vec!["".into()]),
                entry_point_type: Some("".into()),
                label: Some("".into()),
                meeting_code: Some("".into()),
                passcode: Some("".into()),
                password: Some("".into()),
                pin: Some("".into()),
                region_code: Some("".into()),
                uri: Some("".into()),
                ..Default::default()
            }]),
            notes: Some("".into()),
            parameters: Some(calendar::ConferenceParameters {
                add_on_parameters: Some(Default::default()),
                ..Default::default()
            }),
            signature: Some("".into()),
            ..Default::default()
        }),
        created: Some("2026-01-31T12:00:00Z".into()),
        creator: Some(calendar::EventCreator {
            display_name: Some("".into()),
            email: Some("".into()),
            id: Some("".into()),
            self_: Some(false),
            ..Default::default()
        }),
        description: Some("".into()),
        end: Some(calendar::EventDateTime {
            date: Some("2026-01-31".into()),
            date_time: Some("2026-01-31T12:00:00Z".into()),
            time_zone: Some("".into()),
            ..Default::default()
        }),
        end_time_unspecified: Some(false),
        etag: Some("".into()),
        event_label_id: Some("".into()),
        event_type: Some("".into()),
        extended_properties: Some(calendar::EventExtendedProperties {
            private: Some([("key".into(), "".into())].into()),
            shared: Some([("key".into(), "".into())].into()),
            ..Default::default()
        }),
        focus_time_properties: Some(calendar::EventFocusTimeProperties {
            auto_decline_mode: Some("".into()),
            chat_status: Some("".into()),
            decline_message: Some("".into()),
            ..Default::default()
        }),
        gadget: Some(calendar::EventGadget {
            display: Some("".into()),
            height: Some(0),
            icon_link: Some("".into()),
            link: Some("".into()),
            preferences: Some([("key".into(), "".into())].into()),
            title: Some("".into()),
            r#type: Some("".into()),
            width: Some(0),
            ..Default::default()
        }),
        guests_can_invite_others: Some(false),
        guests_can_modify: Some(false),
        guests_can_see_other_guests: Some(false),
        hangout_link: Some("".into()),
        html_link: Some("".into()),
        i_cal_uid: Some("".into()),
        id: Some("".into()),
        kind: Some("".into()),
        location: Some("".into()),
        locked: Some(false),
        organizer: Some(calendar::EventOrganizer {
            display_name: Some("".into()),
            email: Some("".into()),
            id: Some("".into()),
            self_: Some(false),
            ..Default::default()
        }),
        original_start_time: Some(calendar::EventDateTime {
            date: Some("2026-01-31".into()),
            date_time: Some("2026-01-31T12:00:00Z".into()),
            time_zone: Some("".into()),
            ..Default::default()
        }),
        out_of_office_properties: Some(calendar::EventOutOfOfficeProperties {
            auto_decline_mode: Some("".into()),
            decline_message: Some("".into()),
            ..Default::default()
        }),
        private_copy: Some(false),
        recurrence: Some(vec!["".into()]),
        recurring_event_id: Some("".into()),
        reminders: Some(calendar::EventReminders {
            overrides: Some(vec![calendar::EventReminder {
                method: Some("".into()),
                minutes: Some(0),
                ..Default::default()
            }]),
            use_default: Some(false),
            ..Default::default()
        }),
        sequence: Some(0),
        source: Some(calendar::EventSource {
            title: Some("".into()),
            url: Some("".into()),
            ..Default::default()
        }),
        start: Some(calendar::EventDateTime {
            date: Some("2026-01-31".into()),
            date_time: Some("2026-01-31T12:00:00Z".into()),
            time_zone: Some("".into()),
            ..Default::default()
        }),
        status: Some("".into()),
        summary: Some("".into()),
        transparency: Some("".into()),
        updated: Some("2026-01-31T12:00:00Z".into()),
        visibility: Some("".into()),
        working_location_properties: Some(calendar::EventWorkingLocationProperties {
            custom_location: Some(calendar::EventWorkingLocationPropertiesCustomLocation {
                label: Some("".into()),
                ..Default::default()
            }),
            home_office: Some(Default::default()),
            office_location: Some(calendar::EventWorkingLocationPropertiesOfficeLocation {
                building_id: Some("".into()),
                desk_id: Some("".into()),
                floor_id: Some("".into()),
                floor_section_id: Some("".into()),
                label: Some("".into()),
                ..Default::default()
            }),
            r#type: Some("".into()),
            ..Default::default()
        }),
        ..Default::default()
    }
}
