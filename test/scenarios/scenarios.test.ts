import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { play } from './play.ts';
import { readStory } from './story.ts';

const folder = new URL('./', import.meta.url);
const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));
const read = (file: string) => readStory(readFileSync(new URL(file, folder), 'utf8'), file);

for (const file of files) {
  const story = read(file);
  test(`${file}: ${story.title}`, () => {
    play(story);
  });
}

test('every story has its own title, a moral of one sentence, and moments in order', () => {
  const stories = files.map((file) => ({ file, ...read(file) }));
  assert.ok(stories.length >= 20, String(stories.length));
  assert.equal(new Set(stories.map(({ title }) => title)).size, stories.length);
  for (const { file, moral, story } of stories) {
    assert.match(moral, /^[A-Z][^.!?]*\.$/, `${file}: the moral is one sentence`);
    const times = story.map((moment) => moment.at);
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
      file,
    );
    for (const { then } of story) assert.notEqual(then.because, '', file);
  }
});

test('together the stories show every step, everything that is waited for and every trouble', () => {
  const told = files.flatMap((file) => read(file).story.map(({ then }) => then));
  const seen = (pick: (then: (typeof told)[number]) => string | undefined) =>
    [...new Set(told.flatMap((then) => pick(then) ?? []))].sort();
  assert.deepEqual(
    seen((then) => then.step),
    [
      'adopt',
      'close',
      'disarm',
      'escalate',
      'finish',
      'merge',
      'open',
      'second',
      'served',
      'terminate',
      'update',
      'wait',
    ],
  );
  assert.deepEqual(
    seen((then) => then.for),
    ['approval', 'argocd', 'checks', 'health', 'migration', 'person', 'primary', 'proof', 'sync'],
  );
  assert.deepEqual(
    seen((then) => then.trouble),
    [
      'argocd-refused',
      'conflict',
      'daily-cap',
      'foreign-commit',
      'held',
      'is-a-rollback',
      'merge-conflict',
      'merge-refused',
      'migration-job',
      'no-last-good',
      'not-merged-in-time',
      'not-recovered',
      'set-again',
      'sync-window',
      'too-old',
      'unfit-target',
    ],
  );
  assert.deepEqual(
    seen((then) => then.outcome),
    ['cancelled', 'nothing-to-do', 'recovered', 'superseded'],
  );
});

test('a story that expects another step, or other words, is red', () => {
  const file = files.find((name) => name.startsWith('01-')) ?? '';
  const story = read(file);
  const [first, ...rest] = story.story;
  assert.ok(first);
  const wrong = (then: Partial<typeof first.then>) => ({
    ...story,
    story: [{ ...first, then: { ...first.then, ...then } }, ...rest],
  });
  assert.throws(() => play(wrong({ step: 'finish' })), /got .*open/);
  assert.throws(() => play(wrong({ because: 'words that nobody says' })), /words that nobody says/);
  assert.throws(() => play(wrong({ mode: 'human' })), /open/);
});

test('a story with a word that the format does not know is refused by name', () => {
  const text = readFileSync(new URL(files[0] ?? '', folder), 'utf8');
  assert.throws(() => readStory(text.replace('moral:', 'morale:'), 'x.yml'), /x\.yml[\s\S]*morale/);
});
