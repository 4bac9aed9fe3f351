import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { assertHeaders, demo, send, startReflow } from './reflow.mjs';

// There is no server SDK of Feishu Project for Node; these are the requests that integrations send, as they send them.
const json = { 'Content-Type': 'application/json' };
let reflow;
let as;
before(async () => {
  reflow = await startReflow();
  const answer = await call('POST', '/authen/plugin_token', { plugin_id: demo.plugin.id, plugin_secret: demo.plugin.secret, type: 0 }, {});
  as = { 'X-PLUGIN-TOKEN': answer.json.data.token, 'X-USER-KEY': demo.userKey };
});
after(() => reflow.stop());

const call = (method, path, body, headers = as) => send(reflow.url, method, `/open_api${path}`, { headers: { ...json, ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
const data = async (method, path, body, headers) => {
  const answer = await call(method, path, body, headers);
  assertHeaders(answer);
  assert.deepEqual([answer.status, answer.json.err_code, answer.json.err_msg, answer.json.err], [200, 0, '', {}], JSON.stringify(answer.json));
  return answer.json.data;
};
const create = (name, fields = []) => data('POST', '/demo/work_item/create', { work_item_type_key: 'story', template_id: 100001, name, field_value_pairs: fields });
const search = (group, more = {}) => call('POST', '/demo/work_item/story/search/params', { search_group: group, ...more });
const one = (param_key, operator, value) => ({ conjunction: 'AND', search_params: [{ param_key, operator, value }], search_groups: [] });

test('a space tells what it is made of', async () => {
  const [key] = await data('POST', '/projects', { user_key: demo.userKey });
  assert.match(key, /^[0-9a-f]{24}$/);
  const detail = await data('POST', '/projects/detail', { project_keys: [key], user_key: demo.userKey });
  assert.equal(detail[key].simple_name, 'demo');
  const types = await data('GET', '/demo/work_item/all-types');
  assert.ok(types.some((type) => type.type_key === 'story' && type.is_disable === 2));
  const fields = await data('POST', '/demo/field/all', { work_item_type_key: 'story' });
  assert.ok(fields.find((field) => field.field_key === 'work_item_status').options.some((option) => option.value === 'doing'));
  for (const field of await data('GET', '/demo/work_item/story/meta')) assert.ok([1, 2, 3].includes(field.is_required) && Array.isArray(field.options), field.field_key);
  const [template] = await data('GET', '/demo/template_list/story');
  assert.equal(typeof template.template_id, 'string');
  const { workflow_confs: nodes, template_id: id } = await data('GET', `/demo/template_detail/${template.template_id}`);
  assert.equal(id, Number(template.template_id));
  assert.deepEqual(nodes.find((node) => node.state_key === 'release').pre_node_state_key, ['test', 'docs']);
  assert.ok((await data('GET', '/demo/flow_roles/story')).some((role) => role.key === 'PM'));
  assert.ok(Array.isArray(await data('GET', '/demo/teams/all')) && Array.isArray(await data('GET', '/demo/business/all')));
});

test('people are looked up without a user, and found by name', async () => {
  const [user] = await data('POST', '/user/query', { user_keys: [demo.userKey] }, { 'X-PLUGIN-TOKEN': as['X-PLUGIN-TOKEN'] });
  assert.deepEqual([user.user_key, user.status, typeof user.user_id], [demo.userKey, 'activated', 'number']);
  assert.ok((await data('POST', '/user/search', { query: user.name_cn, project_key: 'demo' })).some((found) => found.user_key === demo.userKey));
});

test('a sync pages through what changed since it last looked', async () => {
  const since = (await data('POST', '/demo/work_item/story/query', { work_item_ids: [await create('同步 0')] }))[0].updated_at;
  for (let i = 1; i < 5; i++) await create(`同步 ${i}`);
  const seen = [];
  for (let page = 1, total = 1; seen.length < total; page++) {
    const answer = await call('POST', '/demo/work_item/filter', { work_item_type_keys: ['story'], work_item_name: '同步', updated_at: { start: since }, page_num: page, page_size: 2 });
    assert.deepEqual([answer.json.pagination.page_num, answer.json.pagination.page_size], [page, 2]);
    total = answer.json.pagination.total;
    assert.ok(answer.json.data.length > 0);
    seen.push(...answer.json.data.map((item) => item.name));
  }
  assert.deepEqual(seen, ['同步 4', '同步 3', '同步 2', '同步 1', '同步 0']);
});

test('conditions nest, and each wrong one has its own code', async () => {
  const tagged = await create('标签', [{ field_key: 'field_tags', field_value: [{ value: 'web', label: '网页' }] }]);
  const found = await search({ conjunction: 'AND', search_params: [{ param_key: 'people', operator: 'HAS ANY OF', value: [demo.userKey] }],
    search_groups: [{ conjunction: 'OR', search_params: [{ param_key: 'tags', operator: 'CONTAINS', value: ['web'] }, { param_key: 'work_item_id', operator: '<', value: 5 }] }] }, { page_size: 50, fields: ['tags'] });
  assert.deepEqual(found.json.data.map((item) => [item.id, item.fields.map((field) => field.field_key)]), [[tagged, ['field_tags']]]);
  for (const [group, code] of [[one('nothing', '=', 'x'), 20068], [one('name', 'LIKE', 'x'), 20063], [one('work_item_id', '=', ['x']), 20069], [{ ...one('name', '~', 'x'), conjunction: 'NOT' }, 20072]]) {
    const answer = await search(group);
    assert.deepEqual([answer.status, answer.json.err_code, answer.json.err.code], [400, code, code]);
  }
});

test("a user's token needs no X-USER-KEY", async () => {
  const plugin = { 'X-PLUGIN-TOKEN': as['X-PLUGIN-TOKEN'] };
  const { code } = await data('POST', '/authen/auth_code', { plugin_id: demo.plugin.id, state: 's' }, { 'X-USER-KEY': demo.userKey });
  const user = await data('POST', '/authen/user_plugin_token', { code, grant_type: 'authorization_code' }, plugin);
  assert.equal(user.user_key, demo.userKey);
  assert.ok(Array.isArray(await data('POST', '/projects', {}, { 'X-PLUGIN-TOKEN': user.token })));
  const renewed = await data('POST', '/authen/refresh_token', { refresh_token: user.refresh_token, type: 1 }, plugin);
  assert.ok(renewed.token && renewed.refresh_token !== user.refresh_token);
});
