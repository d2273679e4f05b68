// One page of Chromium, driven a line at a time: {"do": …} on standard input, an answer on
// standard output. tests/e2e/drive.py says it in Python.
import { createInterface } from 'node:readline';
import { chromium } from 'playwright-core';

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--no-first-run'],
});
let context, page, cdp, wanted = null, taken = null;
const errors = [];

const acts = {
  // A window of its own. script: false for none; algorithms: which of ours the page may ask for.
  async open({ script = true, algorithms }) {
    context = await browser.newContext({ javaScriptEnabled: script });
    page = await context.newPage();
    page.setDefaultTimeout(10000);
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
  async shows({ selector }) { return page.locator(selector).isVisible(); },
  async wait({ selector }) { await page.waitForSelector(selector, { state: 'visible' }); },
  async path() { return new URL(page.url()).pathname + new URL(page.url()).search; },
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
