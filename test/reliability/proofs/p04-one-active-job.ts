import { Findings, type Proof } from '../proof.js';
import { someCrops } from '../rig/people.js';
import { Rig } from '../rig/rig.js';

const CLIENTS = 64;
const PEOPLE = 40;

/** What a client may do, with the answers that are right for it. */
const ALLOWED: Readonly<Record<string, readonly number[]>> = {
  queue: [201, 409],
  train: [202, 409],
  cancel: [200, 409, 404],
  retry: [201, 409, 404],
  process: [200, 202],
};

export const oneActiveJob: Proof = {
  id: 'P4',
  promise: 'A person never has two active jobs, and everybody who asks is told so (200, 201 or 409)',
  grounds: ['SQLite', 'MariaDB'],
  run: async (context) => {
    const rounds = context.count(8_000, 300);
    const rig = await Rig.open(context.database, { environment: { DB_POOL_SIZE: '20' } });
    const findings = new Findings();
    try {
      const apps = await Promise.all(Array.from({ length: context.ground === 'SQLite' ? 1 : 2 }, () => rig.spawn()));
      const people = await rig.seed(PEOPLE, await someCrops(2));
      const sql = await rig.sql();
      const seen = new Map<string, number>();
      let newest = 1;
      let left = rounds;
      const client = async (_: unknown, index: number): Promise<void> => {
        const { api } = apps[index % apps.length]!;
        while (left-- > 0) {
          const person = people[Math.floor(context.random() * PEOPLE)]!.id;
          const job = Math.max(1, newest - Math.floor(context.random() * PEOPLE));
          const dice = context.random();
          const body = { config: { minFacesThreshold: 1 } };
          const [what, answer] =
            dice < 0.45
              ? (['queue', await api.post(`/persons/${person}/queue-training`, body)] as const)
              : dice < 0.55
                ? (['train', await api.post(`/persons/${person}/train`, body)] as const)
                : dice < 0.9
                  ? (['cancel', await api.delete(`/training/jobs/${job}`)] as const)
                  : (['retry', await api.post(`/training/jobs/${job}/retry`)] as const);
          newest = Math.max(newest, Number(answer.body.trainingId ?? answer.body.newJobId ?? 0));
          const key = `${what} ${answer.status}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
          findings.expect(
            ALLOWED[what]!.includes(answer.status),
            `${what} was answered ${answer.status}: ${JSON.stringify(answer.body)}`,
          );
        }
      };
      const watching = { on: true };
      const watch = (async (): Promise<number> => {
        let looks = 0;
        while (watching.on) {
          const two = await sql.all(
            "SELECT person_id FROM training_job WHERE state IN ('pending', 'running') GROUP BY person_id HAVING COUNT(*) > 1",
          );
          findings.expect(two.length === 0, 'two active jobs of one person were seen');
          looks += 1;
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return looks;
      })();
      await Promise.all(Array.from({ length: CLIENTS }, client));
      watching.on = false;
      const looks = await watch;
      findings.remark(
        `${CLIENTS} clients, ${PEOPLE} people, ${apps.length} replica(s); answers: ${[...seen]
          .sort()
          .map(([key, n]) => `${key}: ${n}`)
          .join(', ')}; ${looks} looks at the table`,
      );
      findings.fail(...(await rig.violations()));
      return findings.result(rounds);
    } finally {
      await rig.close();
    }
  },
};
