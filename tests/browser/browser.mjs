// A real browser, a Reflow of the test's own, and the site of an app to which the browser is sent back.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { demo, startReflow } from '../conformance/reflow.mjs';

const flags = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** The app's own site, at the address that the demo app registered: keeps what the browser is sent back with. */
async function startSite() {
  const arrived = [];
  const server = http.createServer((request, response) => {
    const url = new URL(request.url, 'http://localhost:3000');
    if (url.pathname === '/callback') arrived.push(Object.fromEntries(url.searchParams));
    response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end('<!doctype html><title>App</title><p>Welcome back</p>');
  });
  await new Promise((resolve, reject) => server.once('error', reject).listen(3000, '127.0.0.1', resolve));
  return { arrived, redirect: 'http://127.0.0.1:3000/callback', stop: () => new Promise((resolve) => { server.close(resolve); server.closeAllConnections(); }) };
}

/** Starts all three. */
export async function startBrowser() {
  const reflow = await startReflow();
  const site = await startSite();
  const profile = await mkdtemp(join(tmpdir(), 'reflow-browser-'));
  const context = await chromium.launchPersistentContext(profile, { executablePath: '/usr/bin/chromium', headless: true, args: flags, locale: 'zh-CN' });
  const verifier = randomBytes(32).toString('base64url');

  /** The address to which the app sends the person. */
  const ask = (more = {}) =>
    `${reflow.url}/open-apis/authen/v1/authorize?${new URLSearchParams({
      client_id: demo.app.id, response_type: 'code', redirect_uri: site.redirect, scope: 'task:task offline_access', state: 'st&te',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...more,
    })}`;

  /** Works with a page in which the browser finds nothing to complain about. */
  async function withPage(work) {
    const page = await context.newPage();
    const complaints = [];
    page.on('console', (message) => { if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) complaints.push(message.text()); });
    page.on('pageerror', (error) => complaints.push(error.message));
    try {
      await work(page);
      assert.deepEqual(complaints, [], 'the browser has nothing to complain about');
    } finally {
      await page.close();
    }
  }

  async function stop() {
    await context.close();
    await site.stop();
    await reflow.stop();
    await rm(profile, { recursive: true, force: true });
  }

  return { reflow, site, context, verifier, ask, withPage, stop };
}
