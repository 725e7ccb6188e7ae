import { gatherFacts } from '../src/adapters/doctor/gather.ts';
import { keepDoctorIssue } from '../src/adapters/doctor/issue.ts';
import type { GitHubClient } from '../src/adapters/github/client.ts';
import { diagnose } from '../src/control/doctor.ts';
import { destinationsOf } from '../src/playbook/notify-of.ts';
import type { DoctorFinding } from '../src/report/doctor.ts';
import { doctorPage } from '../src/report/doctor-page.ts';
import type { Room } from './house.ts';

/** What the doctor does in one repository. */
export interface Examiner {
  /** Null: there is no playbook, so that the repository is none of ours. */
  findings(repository: string, installationId: number): Promise<Examined | null>;
}

export interface Examined {
  readonly findings: readonly DoctorFinding[];
  /** Keeps the issue up to date, where the playbook wants one. */
  readonly tell: () => Promise<void>;
}

interface Parts {
  readonly room: (repository: string, installationId: number) => Promise<Room>;
  readonly client: (installationId: number) => GitHubClient;
  readonly asApp: GitHubClient;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export function createExaminer({ room, client: clientOf, asApp, env }: Parts): Examiner {
  return {
    async findings(repository, installationId) {
      const { doors } = await room(repository, installationId);
      const { playbook } = await doors.repository.overview();
      if (playbook === null) return null;
      const client = clientOf(installationId);
      const facts = await gatherFacts({
        playbook,
        github: { client, asApp, repository },
        env,
        now: () => doors.clock.now(),
      });
      const findings = diagnose(facts);
      return {
        findings,
        async tell() {
          const wanted = destinationsOf(playbook.text, playbook.path).flatMap((to) =>
            to.kind === 'github-issue' ? [to.labels] : [],
          );
          if (wanted.length === 0) return;
          const labels = [...new Set(wanted.flat())];
          await keepDoctorIssue({ client, repository, login: doors.repository.login, labels }, doctorPage(findings));
        },
      };
    },
  };
}
