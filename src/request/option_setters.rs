//! The setters of options, which all types that have options share.

/// The setters, once for all types that have options. The type has `fn options_mut(&mut self) -> &mut CallOptions`.
macro_rules! option_setters {
    () => {
        /// Limits the whole call, from its first poll to its end, whatever it waits for: credentials, media, a connection, redirects, retries with the waits between them, the
        /// response. A list has it for each page, a wait for an operation for each request, an upload by steps for each step. No limit unless set.
        ///
        /// Without one, a call never hangs before its request is sent: 60 s in which nothing gets on end it.
        pub fn timeout(mut self, limit: std::time::Duration) -> Self {
            self.options_mut().get_mut().timeout = Some(limit);
            self
        }

        /// Limits each attempt, from when a connection takes its request (if the [transport](crate::transport::Transport::reports_send_events) tells that; else from its start) to the end of the
        /// response, redirects included. Of a download, it limits the wait for the head and for each chunk.
        ///
        /// Unless set, it is 60 s, and one second more for every 64 KiB of an upload; for media of unknown length, 60 s without a byte.
        /// [`Duration::MAX`](std::time::Duration::MAX) stands for no limit.
        pub fn attempt_timeout(mut self, limit: std::time::Duration) -> Self {
            self.options_mut().get_mut().attempt_timeout = Some(limit);
            self
        }

        /// How the call is tried again when it fails; [`RetryPolicy`](crate::RetryPolicy) says what is tried again at all.
        pub fn retry(mut self, policy: $crate::RetryPolicy) -> Self {
            self.options_mut().get_mut().retry = Some(policy);
            self
        }

        /// Says whether the call may be sent again although the server may have carried it out already. Unless said, the method and the call decide: see
        /// [`RetryPolicy`](crate::RetryPolicy).
        ///
        /// `false` forbids only repeats of what may have had an effect. A call that had none is tried again nevertheless: one without a connection, and one that was refused for
        /// its rate. So are the steps of a transfer, which carry nothing out twice: beginning an upload session, sending a chunk of it again, and fetching the rest of a
        /// download that broke. [`RetryPolicy::none`](crate::RetryPolicy::none) allows one attempt of anything.
        pub fn idempotent(mut self, idempotent: bool) -> Self {
            self.options_mut().get_mut().idempotent = Some(idempotent);
            self
        }

        /// Sends this `requestId`, by which the server knows a request that comes again; `None` sends none.
        ///
        /// Unless said, a method that has this parameter gets a new UUID for each call, the same for all attempts. A method without it is reported when the
        /// call is sent.
        pub fn request_id(mut self, id: Option<&str>) -> Self {
            self.options_mut().get_mut().request_id = Some(id.into());
            self
        }

        /// The longest answer, in bytes, that is held in memory. 256 MiB unless set.
        pub fn response_limit(mut self, bytes: usize) -> Self {
            self.options_mut().get_mut().response_limit = Some(bytes);
            self
        }

        /// Sends a header with every HTTP request of the call; an earlier value of the same name is replaced. A name or value that HTTP does not
        /// allow is reported when the call is sent.
        ///
        /// Mark a secret value with [`HeaderValue::set_sensitive`](http::HeaderValue::set_sensitive): it then does not
        /// follow a redirect to another host, as `authorization` and `cookie` never do.
        pub fn header(
            mut self,
            name: impl AsRef<str>,
            value: impl TryInto<http::HeaderValue>,
        ) -> Self {
            self.options_mut()
                .set_header(name.as_ref(), value.try_into().ok());
            self
        }

        /// Carries out the call only if the resource still has this etag (`if-match`); else the server answers 412. The value is sent as given: with the quotes that
        /// the API's own etags have. One that the document calls bytes, such as that of an IAM policy, is sent as base64.
        pub fn if_match(mut self, etag: impl $crate::request::entity_tag::EntityTag) -> Self {
            let etag = etag.into_text();
            self.options_mut()
                .set_header("if-match", etag.try_into().ok());
            self
        }

        /// Sends the call to the API's endpoint in this location, such as `europe-west1`: a server there, and where the document has one, an endpoint that keeps data
        /// in the region. `global` stands for the API's usual endpoint. A location that the document does not have is reported with the ones that it has.
        ///
        /// An [`endpoint`](crate::ClientBuilder::endpoint) of the client, and an emulator, stay where they are.
        pub fn location(mut self, location: impl Into<String>) -> Self {
            self.options_mut().get_mut().location = Some(location.into());
            self
        }

        /// Sends the JSON body compressed (`content-encoding: gzip`). Answers are asked for with gzip, and decompressed, in any case.
        pub fn compress(mut self, compress: bool) -> Self {
            self.options_mut().get_mut().compress = $crate::request::on_demand::OnDemand::of(
                compress,
                $crate::request::on_demand::gzip,
            );
            self
        }

        /// Checks the values of parameters against the patterns of the document before anything is sent. Off unless asked for: servers know better, and
        /// documents are behind them.
        pub fn check_patterns(mut self, check: bool) -> Self {
            self.options_mut().get_mut().check_patterns = $crate::request::on_demand::OnDemand::of(
                check,
                $crate::request::on_demand::check_patterns,
            );
            self
        }

        /// Adds a query parameter that the document does not know. It replaces a parameter of that name that the request has;
        /// given twice, it is sent twice.
        pub fn param(
            mut self,
            name: impl Into<std::borrow::Cow<'static, str>>,
            value: impl $crate::wire::Param,
        ) -> Self {
            self.options_mut()
                .add_param(name.into(), $crate::wire::Param::into_wire(value));
            self
        }

        /// Asks for a part of the answer only: `items(name,state),nextPageToken`.
        pub fn fields(mut self, mask: impl Into<String>) -> Self {
            self.options_mut().set_param("fields", mask.into());
            self
        }

        /// Counts the call against the quota of this user (`quotaUser`): any text of up to 40 characters.
        pub fn quota_user(mut self, user: impl Into<String>) -> Self {
            self.options_mut().set_param("quotaUser", user.into());
            self
        }

        /// Asks for an answer with or without line breaks and indentation (`prettyPrint`).
        pub fn pretty_print(mut self, pretty: bool) -> Self {
            self.options_mut()
                .set_param("prettyPrint", pretty.to_string());
            self
        }

        /// Marks the call in the server's traces (`trace`).
        pub fn trace(mut self, token: impl Into<String>) -> Self {
            self.options_mut().set_param("trace", token.into());
            self
        }

        /// Asks for another form of answer than `json` (`alt`): `media`, `csv`, `proto`, `sse`, as far as the method has it. Read such an answer
        /// with `raw` or `text`.
        pub fn alt(mut self, form: impl Into<String>) -> Self {
            self.options_mut().set_param("alt", form.into());
            self
        }

        /// Sends an API key as the query parameter `key`, besides the credentials.
        pub fn key(mut self, key: impl Into<String>) -> Self {
            self.options_mut().set_param("key", key.into());
            self
        }

        /// Asks for the first or second version of the error format (`$.xgafv`): `"1"` or `"2"`.
        pub fn xgafv(mut self, version: impl Into<String>) -> Self {
            self.options_mut().set_param("$.xgafv", version.into());
            self
        }

        /// Names the project that pays for the call (`x-goog-user-project`), instead of the one of the credentials.
        pub fn quota_project(mut self, project: impl AsRef<str>) -> Self {
            self.options_mut().set_quota_project(project.as_ref());
            self
        }

        /// Asks the credentials for a token with exactly these scopes, whatever scopes they were given.
        pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
            self.options_mut().get_mut().scopes =
                Some(scopes.into_iter().map(Into::into).collect());
            self
        }
    };
}
pub(crate) use option_setters;
