// Feishu's own MCP server, pointed at Reflow: what an assistant sees and does.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { demo, startReflow } from './reflow.mjs';

const tools = [
  'task.v1.task.create', 'task.v1.task.get', 'task.v1.task.list', 'task.v1.task.patch', 'task.v1.task.delete', 'task.v1.task.complete', 'task.v1.task.uncomplete',
  'task.v1.task.batchDeleteCollaborator', 'task.v1.task.batchDeleteFollower',
  ...['taskCollaborator', 'taskFollower', 'taskReminder'].flatMap((of) => ['create', 'list', 'delete'].map((act) => `task.v1.${of}.${act}`)),
  ...['create', 'list', 'get', 'update', 'delete'].map((act) => `task.v1.taskComment.${act}`),
  'report.v1.rule.query', 'report.v1.task.query',
  'apaas.v1.userTask.query', 'apaas.v1.userTask.rollbackPoints', 'apaas.v1.userTask.rollback',
];
const snake = (name) => name.replaceAll('.', '_');

let reflow;
let server;
before(async () => {
  reflow = await startReflow();
  server = await startMcp(reflow.url);
});
after(async () => {
  await server?.stop();
  await reflow?.stop();
});

/** Speaks MCP over standard input and output: one JSON-RPC message a line. */
async function startMcp(url) {
  const cli = fileURLToPath(new URL('./node_modules/@larksuiteoapi/lark-mcp/dist/cli.js', import.meta.url));
  const args = ['mcp', '-a', demo.app.id, '-s', demo.app.secret, '--domain', url, '-t', tools.join(','), '--token-mode', 'tenant_access_token'];
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, NO_PROXY: '127.0.0.1', no_proxy: '127.0.0.1' } });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const waiting = new Map();
  createInterface(child.stdout).on('line', (line) => {
    const message = JSON.parse(line);
    waiting.get(message.id)?.(message);
  });
  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  let last = 0;
  const ask = async (method, params) => {
    const id = ++last;
    const answer = await Promise.race([
      new Promise((resolve) => {
        waiting.set(id, resolve);
        send({ id, method, params });
      }),
      ended.then((code) => assert.fail(`lark-mcp ended with ${code}`)),
    ]);
    assert.ok(answer.result, JSON.stringify(answer.error));
    return answer.result;
  };
  await ask('initialize', { protocolVersion: '2024-11-05', capabilities: {}, clientInfo: { name: 'conformance', version: '1' } });
  send({ method: 'notifications/initialized' });
  return {
    ask,
    async stop() {
      child.kill();
      await ended;
    },
  };
}

/** Calls a tool and answers the data, or what it was refused with. */
async function call(tool, params) {
  const result = await server.ask('tools/call', { name: snake(tool), arguments: params });
  return { refused: result.isError === true, ...JSON.parse(result.content[0].text) };
}

test('it lists the tools of tasks, reports and flows', async () => {
  const listed = (await server.ask('tools/list', {})).tools.map((tool) => tool.name);
  assert.deepEqual(listed.sort(), tools.map(snake).sort());
});

test('it creates a task, takes its completion back, remarks on it and lists it', async () => {
  const { task } = await call('task.v1.task.create', { data: { summary: '由助手创建', due: { time: '4102444800' }, origin: { platform_i18n_name: '{"zh_cn":"助手"}' } } });
  const path = { task_id: task.id };
  await call('task.v1.task.complete', { path });
  await call('task.v1.task.uncomplete', { path });
  assert.equal((await call('task.v1.task.get', { path })).task.complete_time, '0');
  const { comment } = await call('task.v1.taskComment.create', { path, data: { content: '又打开了' } });
  assert.deepEqual((await call('task.v1.taskComment.list', { path, params: {} })).items.map((item) => item.id), [comment.id]);
  await call('task.v1.taskReminder.create', { path, data: { relative_fire_minute: 30 } });
  const patched = await call('task.v1.task.patch', { path, data: { task: { summary: '改名' }, update_fields: ['summary'] } });
  assert.equal(patched.task.summary, '改名');
  assert.equal((await call('task.v1.task.list', { params: { page_size: 1 } })).items[0].id, task.id);
});

test('it hears why something is refused', async () => {
  const refused = await call('task.v1.task.complete', { path: { task_id: 'none' } });
  assert.deepEqual([refused.refused, refused.code, refused.msg], [true, 1470602, 'Invalid task id.']);
});

test('it reads reports', async () => {
  const { items, has_more: more } = await call('report.v1.task.query', { data: { commit_start_time: 0, commit_end_time: 4000000000, page_token: '', page_size: 2 } });
  assert.deepEqual([items.length, more], [2, true]);
  assert.ok((await call('report.v1.rule.query', { params: { rule_name: '日报' } })).rules.length > 0);
});

test('it rolls a human task back', async () => {
  const waiting = await call('apaas.v1.userTask.query', { data: { kunlun_user_id: demo.users.director, type: 'pending', source: 'assignMe' } });
  const path = { task_id: waiting.tasks[0].task_id };
  const { tasks: points } = await call('apaas.v1.userTask.rollbackPoints', { path, data: { operator_user_id: demo.users.director } });
  const done = await call('apaas.v1.userTask.rollback', { path, data: { operator_user_id: demo.users.director, to_task_id: points[0].id, opinion: '退回' } });
  assert.equal(done.refused, false);
});
