import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

/** An index by which the examples of one person are read without passing over those of everybody else. */
export class ExamplesOfPerson1763800000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('example', new TableIndex(PERSON));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.dropIndex('example', PERSON.name);
  }
}

const PERSON = { name: 'ix_example_person', columnNames: ['person_id', 'state', 'id'] };
