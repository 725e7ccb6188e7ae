import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseComment } from '../../src/chatops/parse.ts';

const words = (...list: string[]) => ({ kind: 'command', command: { kind: 'rollback', words: list } });

test('what nobody can see changes neither the command nor the words of a reason', () => {
  assert.deepEqual(
    parseComment('/roll\u200bback web pro\u2060duction er\u202erors\u0007'),
    words('web', 'production', 'errors'),
  );
});

test('each command is read at the left edge of a line', () => {
  assert.deepEqual(parseComment('/rollback'), words());
  assert.deepEqual(
    parseComment('Errors are up.\r\n/rollback rec production to 1.4.1  errors up\r\nthanks'),
    words('rec', 'production', 'to', '1.4.1', 'errors', 'up'),
  );
  assert.deepEqual(parseComment('/Rollback PLAN rec'), { kind: 'command', command: { kind: 'plan', words: ['rec'] } });
  assert.deepEqual(parseComment('/rollback confirm ABCDEF012345'), {
    kind: 'command',
    command: { kind: 'confirm', hash: 'abcdef012345' },
  });
  assert.deepEqual(parseComment('/rollback status'), { kind: 'command', command: { kind: 'status' } });
  assert.deepEqual(parseComment('/rollback help'), { kind: 'command', command: { kind: 'help' } });
});

test('nobody spoke to us', () => {
  for (const body of [
    '',
    'see /rollback',
    ' /rollback',
    '\t/rollback',
    '\\/rollback',
    '/rollbacks.md',
    '/rollback.md',
    '/fallback',
    '/deploy',
    '# /rollback',
    '- /rollback',
    '`/rollback`',
    '[/rollback](x)',
    '**/rollback**',
  ]) {
    assert.equal(parseComment(body), null, JSON.stringify(body));
  }
});

test('a command in a quote, in code or in HTML is nobody speaking', () => {
  const bodies = [
    '> /rollback',
    '> > /rollback',
    '```\n/rollback\n```',
    '```sh\n\n/rollback',
    '~~~\n```\n/rollback\n~~~',
    '````\n```\n/rollback\n````',
    '   ```\n/rollback\n   ```',
    '> quote\n```\n\n/rollback\n```',
    '    ```\n\n```\n/rollback\n```',
    '\t```\n\n```\n/rollback\n```',
    '    /rollback',
    '<!--\n\n/rollback\n-->',
    '<pre>\n\n/rollback\n</pre>',
    '<script>\n/rollback\n\n/rollback\n</script>',
    '<?php\n\n/rollback ?>',
    '<![CDATA[\n/rollback\n]]>',
  ];
  for (const body of bodies) assert.equal(parseComment(body), null, JSON.stringify(body));
});

test('after what was quoted ends, a command counts again', () => {
  for (const before of [
    '> quote\n\n',
    '```\n/rollback\n```\n',
    '```\nx\n`````\n',
    '~~~\n```\n~~~\n',
    '<!-- template -->\n',
    '<!--\n/rollback\n-->\n',
    '<pre>/rollback</pre>\n',
    '- item\n',
    '<https://example.com>\n\n',
    '`code`\n\n',
    '# Title\n',
    'a > b\n',
    '``` inline ```\n\n',
  ]) {
    assert.deepEqual(parseComment(`${before}/rollback rec`), words('rec'), JSON.stringify(before));
  }
});

test('where a line may belong to what stands above it, nothing runs and the author is told', () => {
  const bodies = [
    '> quote\n/rollback',
    '- > quote\n/rollback',
    'see `code\n/rollback it`',
    'see [text\n/rollback x](y)',
    'a <!-- b\n/rollback\n-->',
    '<details>\n\n/rollback',
    '<div>\n/rollback',
    '- x\n  ```\n/rollback\n  ```',
    '- ```\n/rollback',
    'a | b\n-|-\n/rollback | x',
    '~~\n/rollback\n~~',
    '$$\n/rollback\n$$',
  ];
  for (const body of bodies) assert.equal(parseComment(body)?.kind, 'refusal', JSON.stringify(body));
});

test('two commands in one comment are refused', () => {
  const parsed = parseComment('/rollback plan\n\n/rollback rec');
  assert.ok(parsed?.kind === 'refusal');
  assert.match(parsed.refusal.wrong, /more than one command/);
  assert.deepEqual(parseComment('/rollback rec\n\n> /rollback search'), words('rec'));
});

test('a mistyped command is answered, and never run', () => {
  for (const body of ['/rollbak', '/rolback rec', '/roll-back', '/rollback: rec', '/rollback, please']) {
    const parsed = parseComment(body);
    assert.ok(parsed?.kind === 'refusal', body);
    assert.match(parsed.refusal.hint, /Did you mean \/rollback\?/);
  }
});

test('confirm takes exactly one hash', () => {
  for (const body of [
    '/rollback confirm',
    '/rollback confirm abc',
    '/rollback confirm abcdef012345 now',
    '/rollback confirm abcdef01234g',
  ]) {
    const parsed = parseComment(body);
    assert.ok(parsed?.kind === 'refusal', body);
    assert.deepEqual(parsed.refusal.wouldWork, ['/rollback plan']);
  }
});

test('a refusal repeats no text that could mention people or break out of Markdown', () => {
  const parsed = parseComment('/rollback confirm @everyone`<img>\u202e');
  assert.ok(parsed?.kind === 'refusal');
  assert.doesNotMatch(parsed.refusal.wrong, /[@`<>\u202e]/);
});

const noise = fc.constantFrom(
  '/rollback rec',
  '/rollback',
  '/rollbak',
  '> ',
  '```',
  '~~~',
  '````',
  '    ',
  '\t',
  '- ',
  '1. ',
  '<!--',
  '-->',
  '<pre>',
  '</pre>',
  '<div>',
  '`',
  '[',
  '](',
  '\n',
  '\n\n',
  '\r\n',
  '\r',
  ' ',
  'text',
  '/rollback plan',
  '\u00a0',
  '|',
  '$',
);
const anything = fc.oneof(
  { weight: 4, arbitrary: fc.array(noise, { maxLength: 24 }).map((parts) => parts.join('')) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
);

test('no text makes the parser throw', () => {
  fc.assert(
    fc.property(anything, (body) => void parseComment(body)),
    { numRuns: 50_000 },
  );
});

test('whatever stands around it, a command inside a quote or a fence is never run', () => {
  const isCommand = (body: string): boolean => parseComment(body)?.kind === 'command';
  const harmless = anything.map((text) => text.replace(/^\/roll\S*/gm, 'word'));
  // What would end the fence or comment is replaced, not removed: what is left could join into a new end.
  fc.assert(
    fc.property(harmless, (text) => {
      assert.ok(
        !isCommand(
          text
            .split(/\r\n|\r|\n/)
            .map((line) => `> ${line}`)
            .concat('> /rollback rec')
            .join('\n'),
        ),
      );
      assert.ok(!isCommand(`\`\`\`\`\`\n${text.replaceAll('`````', 'x')}\n/rollback rec\n\`\`\`\`\``));
      assert.ok(!isCommand(`<!--\n${text.replaceAll('-->', 'x')}\n/rollback rec\n-->`));
      assert.ok(!isCommand(`${text}\n\n    /rollback rec`));
    }),
    { numRuns: 12_500 },
  );
});

test('a comment far longer than GitHub allows is read to its end', () => {
  for (const piece of ['- ', '`', '<', '> ', '/rollbak\n', '1. ', '[', '``` ', ' ', '<!--', '-->\n', '/']) {
    const body = piece.repeat(100_000);
    assert.notEqual(parseComment(body)?.kind, 'command', JSON.stringify(piece));
    assert.deepEqual(
      parseComment(`/rollback rec\n${body}`.replaceAll('/rollbak', 'rollbak')),
      words('rec'),
      JSON.stringify(piece),
    );
  }
});
