// A Reflow of the test's own, the official SDK's client for it, and requests sent byte for byte.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as lark from '@larksuiteoapi/node-sdk';

export const demo = {
  app: { id: 'cli_a1b2c3d4e5f60001', secret: 'ReflowDemoAppSecret00000000000001' },
  reportApp: { id: 'cli_a1b2c3d4e5f60002', secret: 'ReflowDemoAppSecret00000000000002' },
  plugin: { id: 'MII_DEMO00000000001', secret: 'ReflowDemoPluginSecret00000000001' },
  users: { initiator: '1001', manager: '1002', finance: '1003', director: '1004', legal: '1005' },
  userKey: '7000000000000001001',
  project: '66f11218c3b4a0b423340001',
};

const build = (configuration) =>
  fileURLToPath(new URL(`../../src/Reflow.Server/bin/${configuration}/net10.0/reflow.dll`, import.meta.url));

/**
 * Starts a server on a free port with the demo workspace in a fresh data directory; or, where REFLOW_TEST_CLUSTER names the directory of a PostgreSQL's socket,
 * two of them with a fresh database there, behind HAProxy.
 */
export async function startReflow() {
  const dll = ['Release', 'Debug'].map(build).find(existsSync);
  assert.ok(dll, 'Reflow is not built: dotnet build -c Release');
  const data = await mkdtemp(join(tmpdir(), 'reflow-conformance-'));
  const cluster = process.env.REFLOW_TEST_CLUSTER;
  const reflow = await (cluster ? startCluster(dll, cluster, data) : startNode(dll, '--data', data));
  return {
    url: reflow.url,
    async stop() {
      await reflow.stop();
      await rm(data, { recursive: true });
    },
  };
}

async function startNode(dll, ...where) {
  const child = spawn('dotnet', [dll, '--urls', 'http://127.0.0.1:0', '--rate-limits', 'off', ...where], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const serving = /^Reflow is serving on (http:\S+?)\/?$/.exec(line);
      if (serving) resolve(serving[1]);
    });
    ended.then((code) => reject(new Error(`Reflow ended with ${code} before it served`)));
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      assert.equal(await ended, 0, 'Reflow stops with exit code 0');
    },
  };
}

async function startCluster(dll, socket, folder) {
  const database = `conformance_${randomBytes(6).toString('hex')}`;
  const postgres = (command) => promisify(execFile)(command, ['-h', socket, '-U', 'reflow', database]);
  await postgres('createdb');
  const nodes = await Promise.all([1, 2].map(() => startNode(dll, '--store', `Host=${socket};Username=reflow;Database=${database}`)));
  const address = await freeAddress();
  const env = { REFLOW_BIND: address, REFLOW_ONE: new URL(nodes[0].url).host, REFLOW_TWO: new URL(nodes[1].url).host, REFLOW_HAPROXY_SOCKET: join(folder, 'admin') };
  const balancer = spawn('/usr/sbin/haproxy', ['-db', '-q', '-f', fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url))], { env, stdio: 'inherit' });
  const ended = new Promise((resolve) => balancer.once('exit', resolve));
  const url = `http://${address}`;
  while (!(await send(url, 'GET', '/readyz').catch(() => null))) assert.equal(balancer.exitCode, null, 'HAProxy serves');
  return {
    url,
    async stop() {
      balancer.kill('SIGKILL');
      await ended;
      await Promise.all(nodes.map((node) => node.stop()));
      await postgres('dropdb');
    },
  };
}

function freeAddress() {
  const server = http.createServer();
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => {
    const address = `127.0.0.1:${server.address().port}`;
    server.close(() => resolve(address));
  }));
}

// LoggerLevel.fatal is 0, which the SDK takes for "not given".
const quiet = Object.fromEntries(['fatal', 'error', 'warn', 'info', 'debug', 'trace'].map((level) => [level, () => {}]));

/** The official SDK's client, quiet. */
export function sdk(url, { app = demo.app, ...more } = {}) {
  return new lark.Client({ appId: app.id, appSecret: app.secret, domain: url, logger: quiet, ...more });
}

/** The SDK's own option that makes a call as a user. */
export const asUser = lark.withUserAccessToken;

/** Sends one request exactly as given: no header is added but Host and the framing, and GET may have a body. */
export function send(url, method, path, { headers = {}, body } = {}) {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const framing = body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) };
    const request = http.request({ host: target.hostname, port: target.port, method, path, headers: { ...framing, ...headers } }, (response) => {
      const chunks = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({
          status: response.statusCode,
          headers: response.headers,
          rawHeaders: response.rawHeaders,
          text,
          get json() {
            return JSON.parse(text);
          },
        });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** A tenant token, as an SDK without a cache would fetch it. */
export async function tenantToken(url, app = demo.app) {
  const answer = await send(url, 'POST', '/open-apis/auth/v3/tenant_access_token/internal', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ app_id: app.id, app_secret: app.secret }),
  });
  return answer.json.tenant_access_token;
}

/** Stands between a client and Reflow and keeps what passes. */
export async function startRecorder(url) {
  const target = new URL(url);
  const requests = [];
  const server = http.createServer((incoming, outgoing) => {
    const chunks = [];
    incoming.on('data', (chunk) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const request = { method: incoming.method, path: incoming.url, headers: incoming.headers, body: body.toString() };
      requests.push(request);
      const onward = http.request(
        { host: target.hostname, port: target.port, method: incoming.method, path: incoming.url, headers: incoming.headers },
        (answer) => {
          request.status = answer.statusCode;
          answer.pipe(outgoing.writeHead(answer.statusCode, answer.headers));
        },
      );
      onward.end(body);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    requests,
    stop: () =>
      new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      }),
  };
}

const logId = /^\d{14}[0-9A-F]{20}$/;

/** What every JSON answer carries, in exactly this casing: Python's SDK looks headers up by case. */
export function assertHeaders(answer) {
  const names = answer.rawHeaders.filter((_, i) => i % 2 === 0);
  for (const name of ['Content-Type', 'X-Tt-Logid', 'X-Request-Id']) assert.ok(names.includes(name), `${name} among ${names}`);
  assert.equal(answer.headers['content-type'], 'application/json; charset=utf-8');
  assert.match(answer.headers['x-tt-logid'], logId);
  assert.equal(answer.headers['x-request-id'], answer.headers['x-tt-logid']);
}

const told = new Set(['message', 'log_id', 'logid', 'troubleshooter', 'permission_violations', 'field_violations', 'helps']);

/** A refusal of the open platform: its status, its code, its text to the letter, and nothing that the envelope does not know. */
export function assertRefused(answer, status, code, msg) {
  const body = answer.json ?? answer.data;
  assert.deepEqual({ status: answer.status, code: body.code, msg: body.msg }, { status, code, msg });
  assert.deepEqual(Object.keys(body).filter((key) => !['code', 'msg', 'error', 'data'].includes(key)), []);
  assert.deepEqual(Object.keys(body.error).filter((key) => !told.has(key)), []);
  assert.match(body.error.log_id, logId);
  assert.equal(body.error.logid, body.error.log_id);
  assert.equal(answer.headers['x-tt-logid'], body.error.log_id);
  return body.error;
}

/** The answer inside what the SDK throws on a status that is not 2xx. */
export async function thrown(promise) {
  try {
    await promise;
  } catch (e) {
    assert.equal(e.name, 'AxiosError', e.stack);
    return e.response;
  }
  return assert.fail('the SDK should have thrown');
}
