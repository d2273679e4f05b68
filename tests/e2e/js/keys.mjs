// Presses keys on pages, with script and without. Standard input: {"base", "list", "thread",
// "post", "script"}. Standard output: what was seen, as JSON.
import { readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';

const job = JSON.parse(readFileSync(0, 'utf8'));
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM || '/usr/bin/chromium',
  timeout: 180000, // the machine may be busy
  args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update',
    '--disable-sync', '--no-first-run'],
});
const seen = { errors: [] };
const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, colorScheme: 'light' });
const page = await context.newPage();
page.setDefaultTimeout(60000);
page.on('console', m => { if (m.type() === 'error') seen.errors.push(m.text()); });
page.on('pageerror', e => seen.errors.push(String(e)));
const go = path => page.goto(job.base + path);
const press = async (...keys) => { for (const k of keys) await page.keyboard.press(k); };
const where = () => new URL(page.url()).pathname;
const focused = () => page.evaluate(() => document.activeElement.id || document.activeElement.getAttribute('href'));
const turn = async key => {
  await Promise.all([page.waitForEvent('framenavigated'), press(key)]);
  await page.waitForLoadState();
  return where();
};
const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);

await go(job.thread);
await press('j');
seen.first = await focused();
await press('j');
seen.second = await focused();
await press('k');
seen.back = await focused();
await press('Control+j');
seen.withControl = await focused();
seen.foldsBefore = await page.locator('details[open]').count();
await page.evaluate(() => document.activeElement.blur());
await press('o');
seen.folds = [await page.locator('details[open]').count(), await page.locator('article details').count()];
await press('?');
seen.help = await page.locator('dialog#keys').isVisible();
await press('j', 'Escape');
seen.helpGone = !await page.locator('dialog#keys').isVisible();
seen.next = await turn('n');
seen.previous = await turn('p');
seen.up = await turn('u');

await go(job.list);
await press('j', 'j');
seen.row = await focused();
await press('/');
seen.search = await focused();
await page.keyboard.type('jkn?u/');
seen.typed = [await page.locator('#q').inputValue(), where(), await page.locator('dialog#keys').isVisible()];

await go(job.post);
seen.answer = await turn('j');
seen.searchFrom = await turn('/');

await go(job.thread);
const family = () => page.locator('.body').first().evaluate(e => getComputedStyle(e).fontFamily);
seen.serif = await family();
await page.click('[data-do=mono]');
await go(job.thread);
seen.mono = [await family(), await page.getAttribute('[data-do=mono]', 'aria-pressed')];
await go(job.other);
seen.otherList = await page.evaluate(() => document.documentElement.hasAttribute('data-mono'));
seen.light = await paper();
await page.click('[data-do=scheme]');
seen.dark = await paper();
await go(job.list);
seen.darkStays = await paper();
await page.click('[data-do=scheme]');
seen.lightAgain = await paper();
seen.cookies = await context.cookies();

// A tag that somebody got into a page: of the group's site, which has the same origin; and the page's own.
const third = await context.newPage();
await third.goto(job.base + job.thread);
const inject = src => third.evaluate(src => new Promise(tell => {
  const tag = document.createElement('script');
  tag.onload = () => tell('loaded');
  tag.onerror = () => tell('refused');
  tag.src = src;
  document.head.append(tag);
}), src);
seen.injected = [await inject('/site.js'), await third.evaluate(() => 'ran' in window), await inject(job.script)];

const plain = await browser.newContext({ javaScriptEnabled: false });
const quiet = await plain.newPage();
quiet.setDefaultTimeout(60000);
await quiet.goto(job.base + job.thread);
seen.without = {
  buttons: await quiet.locator('[data-do]:visible').count(),
  messages: await quiet.locator('article.msg').count(),
  folds: await quiet.locator('article details').count(),
};
await quiet.locator('article details summary').first().click();
seen.without.opened = await quiet.locator('details[open]').count();

await quiet.goto(job.base + job.thread);
const quote = quiet.locator('article details blockquote').first();
seen.onScreen = await quote.isVisible();
await quiet.emulateMedia({ media: 'print' });
seen.onPaper = [await quote.isVisible(), await quiet.locator('.sticky, .outline').first().isVisible()];
await quiet.emulateMedia({ media: 'screen' });

await quiet.setViewportSize({ width: 1440, height: 300 });
await quiet.mouse.wheel(0, 5000);
for (let i = 0; i < 400 && (await quiet.locator('main').boundingBox()).y >= 0; i++) await quiet.waitForTimeout(50); // until it has scrolled
seen.bar = Math.round((await quiet.locator('.sticky.top').boundingBox()).y);
const facets = async width => {
  await quiet.setViewportSize({ width, height: 900 });
  await quiet.goto(job.base + job.list + 'search?q=thread');
  return [await quiet.locator('.facets h2').first().isVisible(), await quiet.locator('.facets summary').isVisible()];
};
seen.desk = await facets(1440);
seen.phone = await facets(390);
await quiet.locator('.facets summary').click();
seen.unfolded = await quiet.locator('.facets h2').first().isVisible();
await browser.close();
console.log(JSON.stringify(seen));
