/** Registries whose pointers can be looked at and moved, in memory: one stateful fake for both doors. */
import assert from 'node:assert/strict';
import type { Doors } from '../../src/control/doors.ts';
import { pointerText } from '../../src/playbook/pointer-name.ts';
import type { Registries } from '../../src/playbook/schema.ts';
import type { MoveRequest } from '../../src/ports.ts';
import type { Look, Reference } from '../../src/registries/look.ts';
import { playbookText } from './builders.ts';

/** `web` serves the model that an alias leads to. */
export function pointerPlaybook(repoint: readonly object[] = [], more: object = {}): string {
  const playbook = JSON.parse(playbookText({ rollback: { approval: 'auto', repoint } })) as object;
  return JSON.stringify({
    ...playbook,
    registries: {
      models: { kind: 'mlflow', url: 'http://mlflow.example' },
      flags: { kind: 'growthbook', environment: 'production' },
      ...more,
    },
  });
}

export class FakeRegistry {
  /** `registry pointer` to where it leads. */
  readonly leads = new Map<string, string>();
  /** Versions that cannot be used any more. */
  readonly gone = new Set<string>();
  readonly sent: MoveRequest[] = [];
  /** What becomes of the next request: it works, is refused, or ends without an answer, having arrived or not. */
  next: 'works' | 'refused' | 'lost' | 'arrived' = 'works';
  down = false;

  doors(): Pick<Doors, 'artefacts' | 'movers'> {
    return {
      artefacts: (registries) => ({ look: async (reference) => this.look(registries, reference) }),
      movers: () => ({
        prepare: async ({ registry, pointer }, to) => ({
          kind: 'ready',
          request: { method: 'POST', url: `http://${registry}.example/${pointer}`, headers: {}, body: to },
        }),
        send: async ({ registry, pointer }, request) => {
          this.sent.push(request);
          if (this.next === 'refused') return { kind: 'refused', because: 'HTTP 403: check the credentials' };
          if (this.next !== 'lost') this.leads.set(`${registry} ${pointer}`, request.body ?? '');
          return this.next === 'works' ? { kind: 'sent' } : { kind: 'unsure', because: 'no answer within 10000 ms' };
        },
      }),
    };
  }

  private look(registries: Registries, { registry, artefact }: Reference): Look {
    const kind = registries[registry]?.kind;
    assert.ok(kind);
    if (this.down) return { state: 'unknown', says: 'no answer within 2 s', madeAt: null };
    const pointer = pointerText(kind, artefact);
    if (pointer === null) {
      const version = artefact.kind === 'model' ? artefact.at.value : '';
      return this.gone.has(version)
        ? { state: 'gone', says: 'MLflow has no such version', madeAt: null }
        : { state: 'there', says: 'READY', madeAt: null };
    }
    const leads = this.leads.get(`${registry} ${pointer}`);
    if (leads === undefined) return { state: 'gone', says: 'there is no such alias', madeAt: null };
    return { state: 'there', says: `leads to version ${leads} today`, madeAt: null, leads };
  }
}
