// npm oidc-provider with the JWT-bearer grant (RFC 7523) of Google's token endpoint, on the port of the first argument.
// Users sign in and consent on pages with the buttons #approve and #deny; GET /forget signs the browser out.
// At /v1/token it exchanges JSON web tokens of known accounts (RFC 8693), as Google's Security Token Service does, and at /v1/oauthtoken the client
// `workforce` refreshes what GET /refresh-token gave.
// POST /keys {"email", "kid", "pem"} makes a service account known; GET /introspect?token=T tells what a token is good for.
import http from 'node:http';
import Provider, { errors } from 'oidc-provider';
import { SignJWT, decodeProtectedHeader, exportJWK, generateKeyPair, importSPKI, jwtVerify } from 'jose';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const audience = '//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/pool/providers/provider';
const accounts = new Map(); // kid -> {email, key}

// What ID tokens are signed with; the public halves are at /jwks.
const kinds = ['RS256', 'ES256'];
const signing = await Promise.all(kinds.map((algorithm) => generateKeyPair(algorithm, { extractable: true })));
const jwks = { keys: await Promise.all(signing.map(async ({ privateKey }, place) => (
  { ...await exportJWK(privateKey), kid: kinds[place], alg: kinds[place], use: 'sig' }))) };

const provider = new Provider(issuer, {
  jwks,
  features: {
    devInteractions: { enabled: false }, clientCredentials: { enabled: true }, deviceFlow: { enabled: true }, revocation: { enabled: true },
  },
  scopes: ['openid', 'email', 'https://www.googleapis.com/auth/cloud-platform', 'https://www.googleapis.com/auth/sqlservice.admin',
    'https://www.googleapis.com/auth/drive', 'https://www.googleapis.com/auth/calendar'],
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  conformIdTokenClaims: false, // Google puts the address into the ID token.
  findAccount: (_, id) => ({ accountId: id, claims: () => ({ sub: id, email: `${id}@example.com`, email_verified: true }) }),
  // Google's parameters; a refresh token comes with access_type=offline there, and to every client that may have one here.
  extraParams: ['access_type', 'include_granted_scopes', 'hd'],
  issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
  rotateRefreshToken: true,
  pkce: { required: () => true },
  cookies: { keys: ['test'] },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  ttl: {
    ClientCredentials: 3600, AccessToken: 3600, AuthorizationCode: 60, DeviceCode: 300, Grant: 86400, IdToken: 3600, Interaction: 300,
    RefreshToken: 86400, Session: 3600,
  },
  clients: [{
    client_id: 'jwt-bearer', token_endpoint_auth_method: 'none', grant_types: [grant], response_types: [], redirect_uris: [],
  }, {
    // A native client: its loopback redirect URIs are good for every port.
    client_id: 'desktop', client_secret: 'desktop-secret', token_endpoint_auth_method: 'client_secret_post', application_type: 'native',
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], redirect_uris: ['http://127.0.0.1/', 'http://localhost/'],
  }, {
    client_id: 'device', client_secret: 'device-secret', token_endpoint_auth_method: 'client_secret_post',
    grant_types: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'], response_types: [], redirect_uris: [],
  }, {
    client_id: 'workload', token_endpoint_auth_method: 'none', grant_types: [exchange], response_types: [], redirect_uris: [],
  }, {
    client_id: 'workforce', client_secret: 's:e<c', token_endpoint_auth_method: 'client_secret_basic', grant_types: [exchange, 'refresh_token', 'authorization_code'],
    response_types: ['code'], redirect_uris: ['https://workforce.example/'],
  }],
});

// The pages of sign-in and consent. Everybody is Ann.
async function interaction(request, response, form) {
  const { prompt, params, grantId } = await provider.interactionDetails(request, response);
  if (!form) {
    response.setHeader('content-type', 'text/html');
    return response.end(`<!DOCTYPE html><title>${prompt.name}</title><h1>${prompt.name === 'login' ? 'Sign in' : 'Consent'}</h1>
      <form method="post"><button id="approve" name="decision" value="yes">Yes</button><button id="deny" name="decision" value="no">No</button></form>`);
  }
  if (form.decision !== 'yes') {
    return provider.interactionFinished(request, response, { error: 'access_denied', error_description: 'the user said no' });
  }
  if (prompt.name === 'login') return provider.interactionFinished(request, response, { login: { accountId: 'ann' } });
  const { session } = await provider.interactionDetails(request, response);
  const consent = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  if (prompt.details.missingOIDCScope) consent.addOIDCScope(prompt.details.missingOIDCScope.join(' '));
  if (prompt.details.missingOIDCClaims) consent.addOIDCClaims(prompt.details.missingOIDCClaims);
  return provider.interactionFinished(request, response, { consent: { grantId: await consent.save() } }, { mergeWithLastSubmission: true });
}

provider.registerGrantType(grant, async (ctx) => {
  const { assertion } = ctx.oidc.params;
  let claims;
  try {
    const account = accounts.get(decodeProtectedHeader(assertion).kid);
    if (!account) throw new Error('unknown key');
    ({ payload: claims } = await jwtVerify(assertion, account.key, {
      algorithms: ['RS256'],
      issuer: account.email,
      audience: ['https://oauth2.googleapis.com/token', `${issuer}/token`],
      requiredClaims: ['iat', 'exp'],
    }));
    if (claims.exp - claims.iat > 3600) throw new Error('lives longer than an hour');
    if (claims.iat > Date.now() / 1000 + 5) throw new Error('issued in the future');
  } catch (error) {
    throw new errors.InvalidGrant(error.message);
  }
  if (claims.target_audience) {
    // An audience that ends in `#ES256` gets that algorithm.
    const place = claims.target_audience.endsWith('#ES256') ? 1 : 0;
    const token = new SignJWT({ email: claims.iss, email_verified: true, azp: claims.iss })
      .setProtectedHeader({ alg: kinds[place], kid: kinds[place], typ: 'JWT' })
      .setIssuer(issuer).setSubject(claims.iss).setAudience(claims.target_audience).setIssuedAt().setExpirationTime('1h');
    ctx.body = { id_token: await token.sign(signing[place].privateKey) };
    return;
  }
  if (!claims.scope) throw new errors.InvalidScope('no scope', '');
  const token = new provider.ClientCredentials({ client: ctx.oidc.client, scope: claims.scope });
  const value = await token.save();
  issued.set(value, { scope: claims.scope, iss: claims.iss, sub: claims.sub ?? null });
  ctx.body = { access_token: value, expires_in: token.expiration, token_type: 'Bearer' };
}, ['assertion']);

provider.registerGrantType(exchange, async (ctx) => {
  const params = ctx.oidc.params;
  if (params.audience !== audience) throw new errors.CustomOIDCProviderError('invalid_target', 'unknown audience');
  if (params.requested_token_type !== 'urn:ietf:params:oauth:token-type:access_token') throw new errors.InvalidRequest('requested_token_type');
  if (params.subject_token_type !== 'urn:ietf:params:oauth:token-type:jwt') throw new errors.InvalidRequest('subject_token_type');
  if (!params.scope) throw new errors.InvalidScope('no scope', '');
  let claims;
  try {
    const account = accounts.get(decodeProtectedHeader(params.subject_token).kid);
    if (!account) throw new Error('unknown key');
    ({ payload: claims } = await jwtVerify(params.subject_token, account.key, { algorithms: ['RS256'], audience: `https:${audience}` }));
  } catch (error) {
    throw new errors.InvalidGrant(error.message);
  }
  const token = new provider.ClientCredentials({ client: ctx.oidc.client, scope: params.scope });
  const value = await token.save();
  issued.set(value, { scope: params.scope, sub: claims.sub, client: ctx.oidc.client.clientId });
  ctx.body = { access_token: value, issued_token_type: params.requested_token_type, token_type: 'Bearer', expires_in: token.expiration };
}, ['audience', 'scope', 'requested_token_type', 'subject_token', 'subject_token_type', 'options']);

// What a person of a workforce pool has after signing in.
async function refreshToken() {
  const scope = 'openid https://www.googleapis.com/auth/cloud-platform';
  const consent = new provider.Grant({ accountId: 'mia', clientId: 'workforce' });
  consent.addOIDCScope(scope);
  const token = new provider.RefreshToken({
    accountId: 'mia', client: await provider.Client.find('workforce'), grantId: await consent.save(), scope, gty: 'authorization_code',
  });
  return token.save();
}

const issued = new Map(); // token -> claims
const app = provider.callback();

http.createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const url = new URL(request.url, issuer);
  const json = (value) => { response.setHeader('content-type', 'application/json'); response.end(JSON.stringify(value)); };
  if (url.pathname === '/keys') {
    const { email, kid, pem } = JSON.parse(body);
    accounts.set(kid, { email, key: await importSPKI(pem, 'RS256') });
    return json({});
  }
  if (url.pathname === '/refresh-token') return response.end(await refreshToken());
  if (url.pathname === '/v1/token' || url.pathname === '/v1/oauthtoken') request.url = '/token';
  if (url.pathname === '/v1/revoke') request.url = '/token/revocation';
  if (url.pathname === '/introspect') return json(issued.get(url.searchParams.get('token')) ?? null);
  if (url.pathname.startsWith('/interaction/')) {
    return interaction(request, response, request.method === 'POST' ? Object.fromEntries(new URLSearchParams(body)) : null)
      .catch((error) => { response.statusCode = 500; response.end(String(error)); });
  }
  if (url.pathname === '/forget') {
    const names = (request.headers.cookie ?? '').split(';').map((pair) => pair.split('=')[0].trim()).filter(Boolean);
    response.setHeader('set-cookie', names.map((name) => `${name}=; path=/; max-age=0`));
    return response.end('forgotten');
  }
  if (body) {
    request.body = Object.fromEntries(new URLSearchParams(body));
    // Google's grant has no client; the provider wants one.
    if (request.body.grant_type === grant) request.body.client_id = 'jwt-bearer';
    if (request.body.grant_type === exchange && !request.headers.authorization) request.body.client_id = 'workload';
  }
  return app(request, response);
}).listen(port, '127.0.0.1');
