// gcp-metadata as a client of the metadata server that GCE_METADATA_HOST names. Prints what it got.

import metadata from "gcp-metadata";

const account = "service-accounts/default";
const missing = await metadata.instance("attributes/nothing").then(
  () => "found",
  (error) => error.response?.status ?? error.status ?? error.code,
);
console.log(
  JSON.stringify({
    available: await metadata.isAvailable(),
    project: await metadata.project("project-id"),
    number: String(await metadata.project("numeric-project-id")),
    universe: await metadata.universe("universe-domain"),
    zone: await metadata.instance("zone"),
    email: await metadata.instance(`${account}/email`),
    scopes: await metadata.instance(`${account}/scopes`),
    info: await metadata.instance({ property: `${account}/`, params: { recursive: "true" } }),
    json: await metadata.project({ property: "project-id", params: { alt: "json" } }),
    token: (await metadata.instance(`${account}/token`)).access_token,
    identity: await metadata.instance({
      property: `${account}/identity`,
      params: { audience: "https://a.example", format: "full" },
    }),
    missing,
  }),
);
