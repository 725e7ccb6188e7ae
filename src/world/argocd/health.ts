import type { Awkward } from './awkward.ts';
import type { AppState, Live } from './state.ts';

/** What Argo CD would call what runs, and what it says of it; the world may be told to call it worse. */
export function healthOf(
  { health, message }: Live,
  { applied, busy }: { readonly applied: boolean; readonly busy: boolean },
  { ailing, degraded }: Pick<Awkward, 'ailing' | 'degraded'>,
): Pick<AppState['health'], 'status' | 'message'> {
  if (!applied) return { status: 'Missing', message };
  if (busy) return { status: 'Progressing', message };
  const said = degraded ?? message;
  if (ailing !== null) return { status: ailing.status, message: said };
  return { status: degraded === null ? health : 'Degraded', message: said };
}
