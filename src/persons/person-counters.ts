import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { KeptSums, type Sums } from '../database/kept-sums.js';
import type { PersonStatistics } from './dto/person.dto.js';

/** How many persons there are, and how many are trained, kept with each change of a person in its own transaction. */
@Injectable()
export class PersonCounters implements OnModuleInit {
  constructor(private readonly sums: KeptSums) {}

  async onModuleInit(): Promise<void> {
    await this.sums.provide(['persons_all', 'persons_trained']);
  }

  async added(em: EntityManager): Promise<void> {
    await this.change(em, 1, 0);
  }

  /** `examples`: how many the person had, read under the lock that the deletion holds. */
  async removed(em: EntityManager, examples: number): Promise<void> {
    await this.change(em, -1, examples > 0 ? -1 : 0);
  }

  /** A person's count of verified examples went from `before` to `after`. */
  async examplesCounted(em: EntityManager, before: number, after: number): Promise<void> {
    await this.change(em, 0, Number(after > 0) - Number(before > 0));
  }

  private async change(em: EntityManager, persons: number, trained: number): Promise<void> {
    await this.sums.add(
      em,
      new Map([
        ['persons_all', persons],
        ['persons_trained', trained],
      ]),
    );
  }
}

/** The persons' part of the kept sums, as the API shows it. */
export function personStatistics(sums: Sums): PersonStatistics {
  const total = sums.get('persons_all') ?? 0;
  const trained = sums.get('persons_trained') ?? 0;
  return { total_persons: total, trained_persons: trained, untrained_persons: total - trained };
}
