import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandTable, usages, VERBS } from '../../src/chatops/commands.ts';
import { parseComment } from '../../src/chatops/parse.ts';
import { parsePlaybook } from '../../src/playbook/parse.ts';
import { aPlaybook } from '../playbook/a-playbook.ts';

test('every command of the table is one that the parser reads', () => {
  for (const { syntax } of usages) {
    const example = syntax
      .replace('<hash>', 'abcdef012345')
      .replace('<sha|tag|time|version>', 'v1')
      .replace('<time|duration>', '2h')
      .replace('<time|sha>', 'abcdef0')
      .replace(/[[\]]/g, '');
    assert.equal(parseComment(example)?.kind, 'command', example);
    assert.ok(commandTable().includes(syntax.replaceAll('|', '\\|')));
  }
});

test('a service named like a command word is warned about, since no comment can name it', () => {
  for (const word of [...VERBS, 'to', 'until']) {
    const parsed = parsePlaybook(aPlaybook().replace('  rec:', `  ${word}:`), 'lastgood.yml');
    assert.ok(parsed.ok);
    assert.match(parsed.warnings[0]?.message ?? '', /word of the \/rollback command/, word);
  }
});
