// Walks in Chromium, by what a person sees. Standard input: {"hosts": {name: address},
// "steps": [[verb, ...]]}. Standard output: a JSON array of what was seen after each "see".
//   go URL · press NAME (a button or a link) · fill LABEL TEXT · type SELECTOR TEXT ·
//   at PATTERN (waits until the URL contains it) · see · forget (all cookies)
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const { hosts, steps } = JSON.parse(readFileSync(0, 'utf8'));
const rules = Object.entries(hosts).map(([name, address]) => `MAP ${name} ${address}`).join(', ');
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  timeout: 180000, // the machine may be busy
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--no-first-run', `--host-resolver-rules=${rules}`],
});
const context = await browser.newContext({ ignoreHTTPSErrors: true });
const page = await context.newPage();
page.setDefaultTimeout(60000);
const seen = [], errors = [];
page.on('console', m => { if (m.type() === 'error') errors.push(m.text()); });

const verbs = {
  go: url => page.goto(url),
  press: async name => {
    const at = await page.locator('main').count() ? page.locator('main') : page;
    await at.getByRole('button', { name }).or(at.getByRole('link', { name })).first().click();
  },
  fill: (label, text) => page.getByLabel(label).fill(text),
  type: (selector, text) => page.fill(selector, text),
  at: part => page.waitForURL(url => url.href.includes(part)),
  forget: () => context.clearCookies(),
  see: async () => seen.push({
    url: page.url(), title: await page.title(), text: await page.innerText('body'),
    cookies: (await context.cookies()).map(c => ({ name: c.name, domain: c.domain, path: c.path, secure: c.secure, httpOnly: c.httpOnly, sameSite: c.sameSite })),
    errors: errors.splice(0),
  }),
};
for (const [verb, ...words] of steps) {
  try {
    await verbs[verb](...words);
  } catch (e) {
    seen.push({ failed: [verb, ...words], why: String(e).slice(0, 600), url: page.url(), text: await page.innerText('body') });
    break;
  }
}
console.log(JSON.stringify(seen));
await browser.close();
