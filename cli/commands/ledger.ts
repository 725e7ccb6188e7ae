import { RollbackError } from '../../src/errors.ts';
import { parse, verify, type Verified } from '../../src/ledger/chain.ts';
import { evidenceFaults, parseEvidence } from '../../src/ledger/evidence.ts';
import { toCsv, toMarkdown } from '../../src/ledger/export.ts';
import { find } from '../../src/ledger/query.ts';
import { evidenceMarkdown, type RecordView } from '../../src/report/evidence.ts';
import { ledgerText } from '../../src/report/ledger.ts';
import { openBooks, type Books } from '../evidence-files.ts';
import { sha256 } from '../../src/adapters/sha256.ts';
import { answer, needed, option, type Call, type Command, type ExitCode, REMOTE } from '../terminal.ts';

export const ledger: Command = {
  usage: 'ledger show|verify|export|evidence',
  does: 'reads the ledger of --repo (or --folder, --file): shows, proves with its evidence, exports it (--format csv|markdown|json|text), or prints the record of one --incident',
  words: ['show|verify|export|evidence'],
  values: { ...REMOTE, folder: 'DIR', file: 'F', incident: 'ID', format: 'text|csv|markdown|json' },
  switches: [],
  apart: [['repo', 'folder', 'file']],
  async run(call) {
    const word = call.words[0] ?? 'show';
    const action = ACTIONS.find((one) => one === word);
    if (action === undefined)
      throw new RollbackError('input-invalid', `ledger does not know the word '${word}'`, {
        hint: `Use one of ${ACTIONS.join(', ')}.`,
      });
    if (['repo', 'folder', 'file'].every((name) => option(call, name) === null))
      throw new RollbackError('input-invalid', '--repo, --folder or --file is missing', {
        hint: 'Say which ledger: --repo acme/deployments, --folder with a checkout of its branch, or --file.',
      });
    const books = await openBooks(call);
    switch (action) {
      case 'verify':
        return prove(call, books);
      case 'evidence':
        return record(call, books);
      case 'show':
      case 'export':
        return list(call, books.ledger, action);
    }
  },
};

const ACTIONS = ['show', 'verify', 'export', 'evidence'] as const;

/** Nothing at all proves nothing: a ledger that somebody emptied is no verified ledger. */
const EMPTY: Verified = { ok: false, line: 1, because: 'the ledger is empty, so there is nothing to verify' };

/** The chain, and every file of evidence against the digest by which a line names it. */
function prove(call: Call, { ledger: text, evidence }: Books): ExitCode {
  const proved = text.trim() === '' ? EMPTY : verify(text, sha256);
  const faults = proved.ok && evidence !== null ? evidenceFaults(parse(text), evidence, sha256) : [];
  answer(call, { ...proved, ...(evidence === null ? {} : { evidence: { files: evidence.size, faults } }) }, () =>
    proved.ok
      ? [
          `ledger verified: ${proved.lines} lines, head ${proved.head.hash.slice(0, 12)}`,
          evidence === null
            ? 'evidence not looked at: give --repo, or --folder with a checkout of lastgood-ledger'
            : faults.length === 0
              ? `evidence verified: ${evidence.size} files`
              : faults.map(({ path, because }) => `${path}: ${because}`).join('\n'),
        ].join('\n')
      : `ledger line ${proved.line}: ${proved.because}`,
  );
  return proved.ok && faults.length === 0 ? 0 : 1;
}

/** One incident, as whoever examines it wants to read it. */
function record(call: Call, { ledger: text, evidence }: Books): ExitCode {
  const incident = needed(call, 'incident', 'a1b2c3d4e5f6');
  const snapshots = [...(evidence ?? [])].flatMap(([path, found]) => {
    const snapshot = found === null ? null : parseEvidence(found);
    return snapshot?.incident.id === incident ? [{ path, snapshot }] : [];
  });
  const view: RecordView = {
    incident,
    lines: find(parse(text), { incident }),
    snapshots: snapshots.toSorted((a, b) => Date.parse(a.snapshot.takenAt) - Date.parse(b.snapshot.takenAt)),
  };
  answer(call, view, () => evidenceMarkdown(view));
  return view.lines.length + snapshots.length > 0 ? 0 : 1;
}

function list(call: Call, text: string, action: 'show' | 'export'): ExitCode {
  const [service, environment, incident] = ['service', 'environment', 'incident'].map((name) => option(call, name));
  const lines = find(parse(text), {
    ...(service ? { service } : {}),
    ...(environment ? { environment } : {}),
    ...(incident ? { incident } : {}),
  });
  const format = option(call, 'format') ?? (action === 'export' ? 'csv' : 'text');
  switch (call.json ? 'json' : format) {
    case 'json':
      call.print(JSON.stringify(lines, null, 2));
      break;
    case 'csv':
      call.print(toCsv(lines));
      break;
    case 'markdown':
      call.print(lines.length === 0 ? NONE : toMarkdown(lines));
      break;
    case 'text':
      call.print(lines.length === 0 ? NONE : ledgerText(lines));
      break;
    default:
      throw new RollbackError('input-invalid', `--format is text, csv, markdown or json, not '${format}'`);
  }
  return 0;
}

const NONE = 'the ledger has no such lines';
