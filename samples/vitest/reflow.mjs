// Starts a Reflow for a test run, and gives each test a tenant of its own. Copy it into your project.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import * as lark from '@larksuiteoapi/node-sdk';

const admin = 'the-admin-token-of-this-run';

/** The built server; REFLOW names another. */
const server = process.env.REFLOW ?? fileURLToPath(new URL('../../src/Reflow.Server/bin/Release/net10.0/reflow.dll', import.meta.url));

class TokenCache {
  #kept = new Map();
  async get(key) {
    return this.#kept.get(String(key));
  }
  async set(key, value) {
    this.#kept.set(String(key), value);
    return true;
  }
}

/** Starts a test double with its data in memory on a free port. */
export async function startReflow() {
  const child = spawn('dotnet', [server, '--test-double', '--data', ':memory:', '--urls', 'http://127.0.0.1:0', '--admin-token', admin], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const url = await new Promise((resolve, reject) => {
    createInterface(child.stdout).on('line', (line) => {
      const serving = /^Reflow is serving on (http:\S+?)\/?$/.exec(line);
      if (serving) resolve(serving[1]);
    });
    ended.then((code) => reject(new Error(`Reflow ended with ${code} before it served; is it built?`)));
  });

  /** Calls a test control and answers its data. */
  async function control(method, path, body) {
    const answer = await fetch(`${url}/reflow/v1${path}`, {
      method,
      headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
      body: body && JSON.stringify(body),
    });
    const { code, msg, data } = await answer.json();
    if (code !== 0) throw new Error(`${method} ${path}: ${msg}`);
    return data;
  }

  return {
    url,
    control,
    /**
     * A tenant that nobody else sees. `client()` is the official SDK's client for its first app, with a token of its own: the SDK keeps tokens by the
     * real clock, so whoever moved Reflow's clock past a token's two hours takes a new client.
     */
    async tenant() {
      const made = await control('POST', '/tenants');
      const [app] = made.apps;
      const client = () => new lark.Client({ appId: app.app_id, appSecret: app.app_secret, domain: url, loggerLevel: lark.LoggerLevel.error, cache: new TokenCache() });
      return { ...made, app, client };
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
