// One page of Chromium, driven a line at a time: {"do": …} on standard input, an answer on
// standard output. tests/e2e/drive.py says it in Python.
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';
import { invalid, violations } from './judge.mjs';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  timeout: 180000, // the machine may be busy
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--no-first-run'],
});
let context, page, cdp, wanted = null, taken = null, shown = null, judging = null;
const errors = [];

const field = (within, label) => place(within).getByLabel(label).and(page.locator('input, textarea, select')).first();
const place = within => within ? page.locator(within).first() : page;
const turn = async at => { await Promise.all([page.waitForNavigation(), at.click()]); };

const acts = {
  // A window of its own. script: false for none; algorithms: which of ours the page may ask for.
  async open({ script = true, algorithms }) {
    context = await browser.newContext({ javaScriptEnabled: script });
    page = await context.newPage();
    page.setDefaultTimeout(60000);
    page.on('console', m => { if (m.type() === 'error') errors.push(m.text()); });
    page.on('pageerror', e => errors.push(String(e)));
    if (algorithms)
      await page.addInitScript(list => {
        const create = navigator.credentials.create.bind(navigator.credentials);
        navigator.credentials.create = o => {
          o.publicKey.pubKeyCredParams = o.publicKey.pubKeyCredParams.filter(x => list.includes(x.alg));
          return create(o);
        };
      }, algorithms);
    await page.route('**/*', route => {
      const r = route.request();
      if (r.method() !== 'POST' || !wanted || !r.url().includes(wanted)) return route.continue();
      taken = r.postData();
      wanted = null;
      return route.fulfill({ status: 204 }); // and the page stays
    });
    shown = null;
    page.on('response', r => { if (r.request().isNavigationRequest() && r.status() < 300 || r.status() >= 400) shown = r; });
    cdp = await context.newCDPSession(page);
    await cdp.send('WebAuthn.enable');
  },
  async cdp({ method, params }) { return cdp.send(method, params || {}); },
  async goto({ url }) { return (await page.goto(url)).status(); },
  async fill({ selector, value }) { await page.fill(selector, value); },
  async click({ selector }) {
    await Promise.all([page.waitForNavigation().catch(() => {}), page.click(selector)]);
  },
  async press({ selector }) { await page.click(selector); }, // and nothing follows
  // By what a person sees: a link or a button of that name, the field of that label.
  async follow({ name, within, exact }) { await turn(place(within).getByRole('link', { name, exact: exact !== false }).first()); },
  async send({ name, within }) { await turn(place(within).getByRole('button', { name, exact: true }).first()); },
  async write({ label, text, within }) { await field(within, label).fill(text); },
  async tick({ label, on, within }) { await field(within, label).setChecked(on !== false); },
  async pick({ label, option, within }) { await field(within, label).selectOption({ label: option }); },
  async open_details({ name }) { await page.locator('summary', { hasText: name }).first().click(); },
  async offers() {
    return page.evaluate(() => [...document.querySelectorAll('a[href], button, label, summary, form')].map(e =>
      `${e.tagName.toLowerCase()} ${(e.getAttribute('aria-label') || e.innerText || '').trim().slice(0, 60)}${e.href ? ' -> ' + e.getAttribute('href') : ''}`));
  },
  // What is wrong with what is shown. Without script, and in a sandbox, axe-core does not run, so
  // the same octets are shown once more in a window with script, in which none of ours is loaded.
  async judge({ script }) {
    if (!shown || !(shown.headers()['content-type'] || '').startsWith('text/html')) return { status: shown?.status(), other: true };
    const body = (await shown.body()).toString();
    const found = { status: shown.status(), invalid: await invalid(body), headings: await page.locator('h1').count() };
    const sandboxed = (shown.headers()['content-security-policy'] || '').includes('sandbox');
    if (script && !sandboxed) return { ...found, axe: await violations(page) };
    if (!judging) judging = await (await browser.newContext()).newPage();
    await judging.unrouteAll();
    await judging.route('**/*.js', route => route.abort());
    await judging.route(shown.url(), route => route.fulfill({ status: 200, contentType: 'text/html; charset=utf-8', body }));
    await judging.goto(shown.url());
    return { ...found, axe: await violations(judging) };
  },
  async shows({ selector }) { return page.locator(selector).isVisible(); },
  async wait({ selector }) { await page.waitForSelector(selector, { state: 'visible' }); },
  async size({ width, height }) { await page.setViewportSize({ width, height }); },
  async path() { return new URL(page.url()).pathname + new URL(page.url()).search; },
  async back() { await page.goBack(); },
  async text() { return page.innerText('body'); },
  async cookies() { return context.cookies(); },
  async eval({ code }) { return page.evaluate(code); },
  async take({ url }) { wanted = url; taken = null; }, // the next form that goes there is kept, and not sent
  async taken() { for (let i = 0; i < 200 && !taken; i++) await new Promise(r => setTimeout(r, 25)); return taken; },
  async errors() { return errors.splice(0); },
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: act, ...values } = JSON.parse(line);
  try {
    console.log(JSON.stringify({ value: (await acts[act](values)) ?? null }));
  } catch (e) {
    console.log(JSON.stringify({ error: String(e) }));
  }
}
await browser.close();
