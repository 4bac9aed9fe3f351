// A person in a real browser: signs in, reads what the app asks for, agrees, and the app acts for them.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { demo, send } from '../conformance/reflow.mjs';
import { startBrowser } from './browser.mjs';

let browser, reflow, site, context, ask, withPage, verifier;
before(async () => {
  browser = await startBrowser();
  ({ reflow, site, context, ask, withPage, verifier } = browser);
});
after(() => browser?.stop());

test('a wrong password is told in the page, in the order in which the page is read', () => withPage(async (page) => {
  await page.goto(ask());
  assert.equal(await page.locator('html').getAttribute('lang'), 'zh-CN');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'account');
  await page.keyboard.type('initiator@demo.example');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
  await page.keyboard.type('guess');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  assert.equal(await page.getByRole('alert').innerText(), '账号或密码不正确。');
  assert.match(await page.title(), /^出错了/);
  assert.equal(await page.getByLabel('邮箱、手机号或用户 ID').inputValue(), 'initiator@demo.example');
  assert.equal(await page.getByLabel('密码').inputValue(), '');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'password');
}));

test('the pages change their language where the person asks', () => withPage(async (page) => {
  await page.goto(ask());
  await page.getByRole('link', { name: 'English' }).click();
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), 'Sign in');
  assert.equal(await page.locator('html').getAttribute('lang'), 'en');
}));

test('whoever signs in and agrees is sent back, and the app acts for them', () => withPage(async (page) => {
  await page.goto(ask());
  await page.getByLabel('邮箱、手机号或用户 ID').fill('initiator@demo.example');
  await page.getByLabel('密码').fill('reflow-demo');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('heading', { name: '“Demo app”请求以下权限' }).waitFor();
  assert.deepEqual(await page.getByRole('listitem').allInnerTexts(), ['查看、创建和修改任务 task:task', '在你离开后继续访问已授权的数据 offline_access']);
  const cookie = (await context.cookies(reflow.url + '/open-apis/authen/v1')).find((one) => one.name === 'reflow_signed_in');
  assert.deepEqual([cookie.httpOnly, cookie.sameSite], [true, 'Lax']);
  await page.getByRole('button', { name: '授权' }).click();
  await page.getByText('Welcome back').waitFor();
  const { code, state } = site.arrived.at(-1);
  assert.equal(state, 'st&te');
  const granted = await send(reflow.url, 'POST', '/open-apis/authen/v2/oauth/token', {
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ grant_type: 'authorization_code', client_id: demo.app.id, client_secret: demo.app.secret, code, redirect_uri: site.redirect, code_verifier: verifier }),
  });
  assert.equal(granted.json.code, 0, granted.text);
  const headers = { Authorization: `Bearer ${granted.json.access_token}`, 'Content-Type': 'application/json' };
  const who = await send(reflow.url, 'GET', '/open-apis/authen/v1/user_info', { headers });
  assert.equal(who.json.data.name, '林一');
  const task = await send(reflow.url, 'POST', '/open-apis/task/v1/tasks', { headers, body: JSON.stringify({ summary: '我的任务', origin: { platform_i18n_name: '{}' } }) });
  assert.equal(task.json.data.task.creator_id, who.json.data.open_id);
}));

test('what was granted is not asked again', () => withPage(async (page) => {
  const before = site.arrived.length;
  await page.goto(ask());
  await page.getByText('Welcome back').waitFor();
  assert.match(site.arrived[before].code, /^[A-Za-z0-9_-]{64}$/);
}));

test('whoever refuses is sent back without a code', () => withPage(async (page) => {
  await page.goto(ask({ prompt: 'consent' }));
  await page.getByRole('button', { name: '拒绝' }).click();
  await page.getByText('Welcome back').waitFor();
  assert.deepEqual(site.arrived.at(-1), { error: 'access_denied', state: 'st&te' });
}));

test('another account takes over where the first signs out', () => withPage(async (page) => {
  await page.goto(ask({ prompt: 'consent', lang: 'en' }));
  await page.getByRole('button', { name: 'Use another account' }).click();
  await page.getByLabel('E-mail, mobile number or user ID').fill('13800001002');
  await page.getByLabel('Password').fill('reflow-demo');
  await page.keyboard.press('Enter');
  await page.getByText('Signed in as 王二.').waitFor();
}));

test('an address that the app did not register is never gone to', () => withPage(async (page) => {
  const answer = await page.goto(ask({ redirect_uri: 'http://127.0.0.1:3000/elsewhere', lang: 'en' }));
  assert.equal(answer.status(), 400);
  assert.equal(await page.getByRole('alert').innerText(), 'The address to go back to is not one that the app registered.');
  assert.match(await page.locator('body').innerText(), /20029: Invalid redirect uri/);
}));

test('the page fits a telephone and keeps its contrast in the dark', () => withPage(async (page) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const colorScheme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme });
    await page.goto(ask({ prompt: 'consent' }));
    const found = await page.evaluate(() => {
      const light = (color) => color.match(/\d+(\.\d+)?/g).slice(0, 3).map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
      const behind = (element) => { for (; element; element = element.parentElement) { const color = getComputedStyle(element).backgroundColor; if (!/, 0\)$|transparent/.test(color)) return color; } return 'rgb(255, 255, 255)'; };
      return {
        overflow: document.documentElement.scrollWidth - document.documentElement.clientWidth,
        ratios: [...document.querySelectorAll('h1,p,li,code,button,a,label')].map((element) => {
          const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
          return (a + 0.05) / (b + 0.05);
        }),
      };
    });
    assert.equal(found.overflow, 0, 'nothing is wider than the screen');
    assert.ok(found.ratios.length > 5 && Math.min(...found.ratios) >= 4.5, `contrast ${Math.min(...found.ratios)}`);
  }
}));
