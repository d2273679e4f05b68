// Looks at pages in Chromium. Standard input: {"base", "visits": [{"path", "width",
// "scheme", "headers", "count", "valid", "axe", "shot", "full", "unlocked"}]}. Standard output: a
// JSON array of what was seen, in the same order.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { invalid, violations } from './judge.mjs';

const { base, visits } = JSON.parse(readFileSync(0, 'utf8'));

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  timeout: 180000, // the machine may be busy
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--no-first-run'],
});

// In the page: everything that a sender's markup could have become.
function live() {
  const found = [];
  const picture = e => e.matches('.att > p > a > img') && /^\/lists\/[^/]+\/\d+\/a\/\d+\/shown\//.test(e.getAttribute('src')); // made anew by us
  const ours = document.querySelectorAll('head > script[src^="/_/postern-"]:empty');
  if (ours.length > 1) found.push(`${ours.length} scripts of ours`);
  for (const e of document.querySelectorAll('script:not(head > script[src^="/_/postern-"]:empty), iframe, object, embed, img, video, audio, style, base, math, meta[http-equiv]'))
    if (!picture(e) && !e.matches('form[data-passkey] > script[src^="/_/passkey-"]:empty')) found.push(e.outerHTML.slice(0, 200)); // but for our own
  for (const e of document.querySelectorAll('article *, .hits *, .threads *, h1 *')) {
    if (['FORM', 'INPUT', 'BUTTON', 'TEXTAREA', 'SVG', 'LINK'].includes(e.tagName.toUpperCase())) found.push(e.outerHTML.slice(0, 200));
    for (const a of e.attributes)
      if (a.name.startsWith('on') || !(a.name === 'src' && picture(e)) && ['style', 'src', 'srcdoc', 'formaction', 'xlink:href'].includes(a.name))
        found.push(`${e.tagName} ${a.name}=${a.value}`);
  }
  for (const a of document.querySelectorAll('[href]'))
    if (!['http:', 'https:', 'mailto:'].includes(new URL(a.href, location).protocol)) found.push(a.outerHTML.slice(0, 200));
  return found;
}

// What scrolls to the side within itself; code and tables of figures may.
function sideways() {
  return [...document.querySelectorAll('main *:not(pre, .scroll)')]
    .filter(e => ['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth).map(e => e.outerHTML.slice(0, 100));
}

// A window for each width, scheme and set of headers, kept for the next visit.
const windows = new Map();
function windowFor(v) {
  const key = JSON.stringify([v.width, v.scheme, v.headers, v.unlocked]);
  if (!windows.has(key))
    windows.set(key, browser.newContext({
      viewport: { width: v.width || 1440, height: 900 }, colorScheme: v.scheme || 'light', extraHTTPHeaders: v.headers || {}, bypassCSP: !!v.unlocked,
    }).then(context => { context.setDefaultTimeout(60000); return context.newPage(); }));
  return windows.get(key);
}

async function visit(v) {
  const seen = { path: v.path, dialogs: [], foreign: [], errors: [] };
  const page = await windowFor(v);
  for (const event of ['dialog', 'request', 'console', 'pageerror']) page.removeAllListeners(event);
  page.on('dialog', d => { seen.dialogs.push(d.message()); d.dismiss(); });
  page.on('request', r => { if (!r.url().startsWith(base) && !r.url().startsWith('data:')) seen.foreign.push(r.url()); });
  page.on('console', m => { if (m.type() === 'error') seen.errors.push(m.text()); });
  page.on('pageerror', e => seen.errors.push(String(e)));
  const response = await page.goto(base + v.path);
  seen.status = response.status();
  seen.type = response.headers()['content-type'];
  if (seen.type?.startsWith('text/html')) {
    const body = (await response.body()).toString();
    seen.title = await page.title();
    seen.headings = await page.locator('h1').count();
    seen.overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    seen.sideways = await page.evaluate(sideways);
    seen.live = await page.evaluate(live);
    for (const [name, count] of Object.entries(v.count || {})) (seen.count ??= {})[name] = await page.locator(count).count();
    if (v.pictures)
      for (const picture of await page.locator('img').all()) {
        await picture.scrollIntoViewIfNeeded();
        (seen.pictures ??= []).push(await picture.evaluate(async x => {
          await x.decode().catch(() => {});
          return { src: x.getAttribute('src'), natural: [x.naturalWidth, x.naturalHeight], shown: [x.width, x.height], alt: x.alt };
        }));
      }
    if (v.valid !== false) seen.invalid = await invalid(body);
    if (v.axe !== false) seen.axe = await violations(page);
  }
  if (v.shot) await page.screenshot({ path: v.shot, fullPage: !!v.full });
  seen.cookies = (await page.context().cookies()).map(c => c.name);
  return seen;
}

const seen = [];
for (const v of visits) seen.push(await visit(v));
await browser.close();
console.log(JSON.stringify(seen));
