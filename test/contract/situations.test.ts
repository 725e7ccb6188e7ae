import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { textOf } from './pages.ts';

const page = textOf('docs/situations.md');
const table = page.slice(page.indexOf('<!-- situations:begin -->'), page.indexOf('<!-- situations:end -->'));
const rows = table.split('\n').filter((line) => /^\| \d/.test(line));
const linksIn = (cell: string) =>
  [...cell.matchAll(/\[([^\]]+)\]\(\.\.\/([^)]+)\)/g)].map(([, text = '', path = '']) => ({ text, path }));

test('docs/situations.md has the twelve situations, each with a story and an end-to-end test', () => {
  assert.deepEqual(
    rows.map((row) => Number(row.split('|')[1])),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
  );
  for (const row of rows) {
    const [, number = '', , , stories = '', ends = ''] = row.split(/(?<!\\)\|/);
    const told = linksIn(stories);
    const proven = linksIn(ends);
    assert.ok(told.length > 0 && told.every(({ path }) => /^test\/scenarios\/.+\.yml$/.test(path)), number);
    assert.ok(proven.length > 0 && proven.every(({ path }) => /^test\/acceptance\/.+\.test\.ts$/.test(path)), number);
  }
});

test('every file that docs/situations.md links to exists, and holds the test that the link names', () => {
  const links = linksIn(table);
  assert.ok(links.length > 24);
  for (const { text, path } of links) {
    assert.ok(existsSync(new URL(`../../${path}`, import.meta.url)), path);
    if (!path.endsWith('.test.ts')) continue;
    const name = text.replaceAll('`', '');
    const named = [...textOf(path).matchAll(/\b(?:test|describe)\(\s*(['"])(.*?)\1,/g)].map(
      ([, , title = '']) => title,
    );
    assert.ok(
      named.some((title) => title.includes(name)),
      `${path} has no test named '${name}': ${named.join(', ')}`,
    );
  }
});
