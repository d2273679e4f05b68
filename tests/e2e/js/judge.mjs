// What is wrong with a page: html-validate over its octets, axe-core over what Chromium made of them.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { HtmlValidate } from 'html-validate';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

// What members wrote decides how long a title is and where lines end in blanks; the rows
// of a table are chosen by checkboxes of one name, and an empty box needs a hidden "no".
const html = new HtmlValidate({
  extends: ['html-validate:recommended'],
  rules: { 'long-title': 'off', 'no-trailing-whitespace': 'off', 'form-dup-name': 'off' },
});

export async function invalid(body) {
  const report = await html.validateString(body);
  return report.results.flatMap(r => r.messages.map(m => `${m.line}: ${m.ruleId}: ${m.message}`));
}

export async function violations(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => window.axe.run());
  return found.violations.map(x => `${x.id} (${x.nodes.length}): ${x.nodes[0].html.slice(0, 200)}: ${x.nodes[0].failureSummary}`);
}
