// npm oidc-provider with the JWT-bearer grant (RFC 7523) of Google's token endpoint, on the port of the first argument.
// POST /keys {"email", "kid", "pem"} makes a service account known; GET /introspect?token=T tells what a token is good for.
import http from 'node:http';
import Provider, { errors } from 'oidc-provider';
import { decodeProtectedHeader, importSPKI, jwtVerify } from 'jose';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const grant = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
const accounts = new Map(); // kid -> {email, key}

const provider = new Provider(issuer, {
  features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
  scopes: ['https://www.googleapis.com/auth/cloud-platform', 'https://www.googleapis.com/auth/sqlservice.admin'],
  ttl: { ClientCredentials: 3600 },
  clients: [{
    client_id: 'jwt-bearer', token_endpoint_auth_method: 'none', grant_types: [grant], response_types: [], redirect_uris: [],
  }],
});

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
  if (!claims.scope) throw new errors.InvalidScope('no scope', '');
  const token = new provider.ClientCredentials({ client: ctx.oidc.client, scope: claims.scope });
  const value = await token.save();
  issued.set(value, { scope: claims.scope, iss: claims.iss, sub: claims.sub ?? null });
  ctx.body = { access_token: value, expires_in: token.expiration, token_type: 'Bearer' };
}, ['assertion']);

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
  if (url.pathname === '/introspect') return json(issued.get(url.searchParams.get('token')) ?? null);
  if (body) {
    request.body = Object.fromEntries(new URLSearchParams(body));
    // Google's grant has no client; the provider wants one.
    if (request.body.grant_type === grant) request.body.client_id = 'jwt-bearer';
  }
  return app(request, response);
}).listen(port, '127.0.0.1');
