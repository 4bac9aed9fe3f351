// User tokens, people and departments through the official SDK.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import * as lark from '@larksuiteoapi/node-sdk';
import { assertHeaders, assertRefused, demo, sdk, send, startReflow, thrown } from './reflow.mjs';

let reflow, client;
before(async () => {
  reflow = await startReflow();
  client = sdk(reflow.url, { oauthBaseUrl: reflow.url });
});
after(() => reflow.stop());

// An own cache: the SDK's is one for the whole process.
function ownCache(kept = new Map()) {
  return { get: async (key) => kept.get(key), set: async (key, value) => Boolean(kept.set(key, value)) };
}

const redirect = 'http://localhost:3000/callback';
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };

/** Signs in and agrees as a browser without cookies of its own would: plain forms. */
async function authorize(scope, { account = 'initiator', challenge } = {}) {
  const query = new URLSearchParams({ client_id: demo.app.id, redirect_uri: redirect, scope, prompt: 'consent', lang: 'en', ...(challenge && { code_challenge: challenge, code_challenge_method: 'S256' }) });
  const path = `/open-apis/authen/v1/authorize?${query}`;
  const cookies = new Map();
  const visit = async (method, to, fields) => {
    const answer = await send(reflow.url, method, to, {
      headers: { ...form, Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      body: fields && new URLSearchParams(fields).toString(),
    });
    for (const cookie of answer.headers['set-cookie'] ?? []) cookies.set(...cookie.split(';')[0].split('='));
    return answer;
  };
  const hidden = (answer) => /name="form" value="([^"]*)"/.exec(answer.text)[1];
  const signIn = await visit('GET', path);
  const signedIn = await visit('POST', path, { act: 'sign_in', form: hidden(signIn), account, password: 'reflow-demo' });
  assert.equal(signedIn.status, 303, signedIn.text);
  const consent = await visit('GET', signedIn.headers.location);
  const agreed = await visit('POST', path, { act: 'agree', form: hidden(consent) });
  assert.equal(agreed.status, 302, agreed.text);
  return new URL(agreed.headers.location).searchParams.get('code');
}

/** A user token, as a library that knows only RFC 6749 fetches it. */
async function token(scope, account) {
  const answer = await send(reflow.url, 'POST', '/open-apis/authen/v2/oauth/token', {
    headers: form,
    body: new URLSearchParams({ grant_type: 'authorization_code', client_id: demo.app.id, client_secret: demo.app.secret, code: await authorize(scope, { account }) }).toString(),
  });
  assertHeaders(answer);
  return answer.json.access_token;
}

test('withUserAccessToken acts for the user, in every family that takes user tokens', async () => {
  const user = lark.withUserAccessToken(await token('task:task report:task:readonly contact:contact:readonly'));
  const made = await client.task.v1.task.create({ data: { summary: 'mine', origin: { platform_i18n_name: '{}' } } }, user);
  const who = await client.authen.v1.userInfo.get({}, user);
  assert.equal(made.data.task.creator_id, who.data.open_id);
  assert.equal(who.data.name, '林一');
  const reports = await client.report.v1.task.query({ data: { commit_start_time: 0, commit_end_time: 4000000000, page_token: '', page_size: 10 } }, user);
  assert.equal(reports.code, 0);
  const me = await client.contact.v3.user.get({ path: { user_id: who.data.open_id } }, user);
  assert.equal(me.data.user.name, '林一');
});

test('a scope that the user did not grant is what the SDK throws', async () => {
  // Grants add up, so this one is of somebody who granted nothing else.
  const user = lark.withUserAccessToken(await token('contact:user.base:readonly', 'legal'));
  const answer = await thrown(client.task.v1.task.get({ path: { task_id: 'none' } }, user));
  const error = assertRefused(answer, 400, 99991679, answer.data.msg);
  assert.deepEqual(error.permission_violations.map((one) => one.type), ['action_privilege_required', 'action_privilege_required']);
});

test('client.accessToken exchanges and refreshes, and throws what RFC 6749 says', async () => {
  const codeVerifier = randomBytes(32).toString('base64url');
  const code = await authorize('task:task offline_access', { challenge: createHash('sha256').update(codeVerifier).digest('base64url') });
  const got = await client.accessToken.retrieveByAuthorizationCode({ code, redirectUri: redirect, codeVerifier });
  assert.equal(got.tokenType, 'Bearer');
  const next = await client.accessToken.refresh({ refreshToken: got.refreshToken });
  assert.notEqual(next.refreshToken, got.refreshToken);
  await assert.rejects(client.accessToken.refresh({ refreshToken: got.refreshToken }), (e) => /refresh token has been used/.test(JSON.stringify(e) + e.message));
  await assert.rejects(client.accessToken.retrieveByAuthorizationCode({ code, codeVerifier }), (e) => /authorization code has been used/.test(JSON.stringify(e) + e.message));
});

test('client.userAccessToken keeps a user from one code on', async () => {
  const keeper = sdk(reflow.url, { cache: ownCache() });
  await keeper.userAccessToken.initWithCode({ amy: await authorize('task:task') });
  const user = lark.withUserAccessToken(await keeper.userAccessToken.get('amy'));
  assert.equal((await keeper.authen.v1.userInfo.get({}, user)).data.name, '林一');
});

test('the oidc operations of the SDK exchange and refresh', async () => {
  const got = await client.authen.v1.oidcAccessToken.create({ data: { grant_type: 'authorization_code', code: await authorize('task:task') } });
  assert.equal(got.code, 0, got.msg);
  assert.match(got.data.access_token, /^u-/);
  const next = await client.authen.v1.oidcRefreshAccessToken.create({ data: { grant_type: 'refresh_token', refresh_token: got.data.refresh_token } });
  assert.equal(next.code, 0, next.msg);
  const twice = await client.authen.v1.oidcRefreshAccessToken.create({ data: { grant_type: 'refresh_token', refresh_token: got.data.refresh_token } });
  assert.equal(twice.code, 20026);
});

test('the older operations answer the user as well', async () => {
  const got = await client.authen.v1.accessToken.create({ data: { grant_type: 'authorization_code', code: await authorize('task:task', { account: 'manager' }) } });
  assert.deepEqual([got.code, got.data.name], [0, '王二']);
  const next = await client.authen.v1.refreshAccessToken.create({ data: { grant_type: 'refresh_token', refresh_token: got.data.refresh_token } });
  assert.deepEqual([next.code, next.data.name], [0, '王二']);
});

test('the iterators of the SDK walk departments and their members to the end', async () => {
  const departments = [];
  for await (const page of await client.contact.v3.department.childrenWithIterator({ path: { department_id: '0' }, params: { fetch_child: true, page_size: 1, department_id_type: 'department_id' } })) {
    departments.push(...page.items.map((one) => one.department_id));
  }
  assert.deepEqual(departments, ['company', 'finance', 'legal', 'sales']);
  const people = [];
  for await (const page of await client.contact.v3.user.findByDepartmentWithIterator({ params: { department_id: 'sales', department_id_type: 'department_id', user_id_type: 'user_id', page_size: 1 } })) {
    people.push(...page.items.map((one) => one.user_id));
  }
  assert.deepEqual(people, ['initiator', 'manager']);
});

test('users and departments are found by the ids and addresses that integrators have', async () => {
  const ids = await client.contact.v3.user.batchGetId({ params: { user_id_type: 'open_id' }, data: { emails: ['initiator@demo.example', 'none@demo.example'], mobiles: ['13800001002'] } });
  assert.deepEqual(ids.data.user_list.map((one) => Boolean(one.user_id)), [true, false, true]);
  const users = await client.contact.v3.user.batch({ params: { user_ids: [ids.data.user_list[0].user_id, ids.data.user_list[2].user_id] } });
  assert.deepEqual(users.data.items.map((one) => one.name), ['林一', '王二']);
  const department = await client.contact.v3.department.get({ path: { department_id: 'company' }, params: { department_id_type: 'department_id' } });
  assert.equal(department.data.department.leaders[0].leaderType, 1);
  const several = await client.contact.v3.department.batch({ params: { department_ids: ['sales', 'legal'], department_id_type: 'department_id' } });
  assert.deepEqual(several.data.items.map((one) => one.name), ['销售部', '法务部']);
  const foreign = await thrown(client.contact.v3.user.get({ path: { user_id: 'ou_00000000000000000000000000000000' } }));
  assertRefused(foreign, 400, 41012, 'user id invalid error');
});

test('the bot and the tenant answer', async () => {
  const bot = await client.request({ method: 'GET', url: '/open-apis/bot/v3/info' });
  assert.equal(bot.bot.app_name, 'Demo app');
  const tenant = await client.tenant.v2.tenant.query({});
  assert.equal(tenant.data.tenant.name, 'Reflow Demo');
});
