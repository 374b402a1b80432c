import type { TableColumnOptions, TableForeignKeyOptions, TableIndexOptions } from 'typeorm';

type Extra = Partial<TableColumnOptions>;

/** The generated integer key of a table. */
export const id = (): TableColumnOptions => ({
  name: 'id',
  type: 'integer',
  isPrimary: true,
  isGenerated: true,
  generationStrategy: 'increment',
});

/** SQLite generates keys for INTEGER only and tells it from INT; the others take it for INT. */
export const int = (name: string, extra: Extra = {}): TableColumnOptions => ({ name, type: 'integer', ...extra });

/** Epoch milliseconds of the database's clock. */
export const epochMs = (name: string, extra: Extra = {}): TableColumnOptions => ({ name, type: 'bigint', ...extra });

export const double = (name: string, extra: Extra = {}): TableColumnOptions => ({ name, type: 'double', ...extra });

export const boolean = (name: string): TableColumnOptions => ({ name, type: 'boolean' });

export const varchar = (name: string, length: number, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: 'varchar',
  length: String(length),
  ...extra,
});

export const text = (name: string, extra: Extra = {}): TableColumnOptions => ({ name, type: 'text', ...extra });

/** A time that people see, UTC. */
export const time = (name: string, extra: Extra = {}): TableColumnOptions => ({
  name,
  type: 'datetime',
  precision: 3,
  ...extra,
});

export const optional: Extra = { isNullable: true };
export const key: Extra = { isPrimary: true };

export const index = (name: string, ...columnNames: string[]): TableIndexOptions => ({ name, columnNames });

export const unique = (name: string, ...columnNames: string[]): TableIndexOptions => ({
  name,
  columnNames,
  isUnique: true,
});

/** A reference without side effects: whoever deletes says what happens to the rows that refer. */
export const reference = (
  name: string,
  column: string,
  table: string,
  onDelete = 'NO ACTION',
): TableForeignKeyOptions => ({
  name,
  columnNames: [column],
  referencedTableName: table,
  referencedColumnNames: ['id'],
  onDelete,
  onUpdate: 'NO ACTION',
});
