/** Liquibase's changes as SQL, for reading, and the inverse where Liquibase makes it by itself. */
import { anyName } from '../tokens.ts';
import type { Element } from './element.ts';

export interface Change {
  /** One statement or more, each with its semicolon. */
  readonly up: string;
  /** What Liquibase does at `rollback` without being told; null: it refuses, and wants a rollback of one's own. */
  readonly down: string | null;
  /** False: translated, and not the text that Liquibase sends. */
  readonly runnable: boolean;
}

export function changeSql(change: Element): Change {
  const a = (name: string): string => change.attributes[name] ?? '';
  const table = named(a('schemaName'), a('tableName') || a('baseTableName'));
  const said = (up: string, down: string | null): Change => ({ up, down, runnable: false });
  switch (change.name) {
    case 'sql':
      return { up: statementOf(change.text), down: null, runnable: true };
    case 'createTable':
      return said(`CREATE TABLE ${table} ();`, `DROP TABLE ${table};`);
    case 'dropTable':
      return said(`DROP TABLE ${table}${a('cascadeConstraints') === 'true' ? ' CASCADE' : ''};`, null);
    case 'renameTable':
      return said(
        `ALTER TABLE ${anyName(a('oldTableName'))} RENAME TO ${anyName(a('newTableName'))};`,
        `ALTER TABLE ${anyName(a('newTableName'))} RENAME TO ${anyName(a('oldTableName'))};`,
      );
    case 'addColumn': {
      const columns = change.children.filter(({ name }) => name === 'column');
      return said(
        columns.map((column) => `ALTER TABLE ${table} ADD COLUMN ${columnSql(column)};`).join(' '),
        columns
          .map((column) => `ALTER TABLE ${table} DROP COLUMN ${anyName(column.attributes['name'] ?? '')};`)
          .join(' '),
      );
    }
    case 'dropColumn': {
      const nested = change.children
        .filter(({ name }) => name === 'column')
        .map(({ attributes }) => attributes['name'] ?? '');
      const names = a('columnName') === '' ? nested : [a('columnName'), ...nested];
      return said(names.map((name) => `ALTER TABLE ${table} DROP COLUMN ${anyName(name)};`).join(' '), null);
    }
    case 'renameColumn': {
      const [from, to] = [anyName(a('oldColumnName')), anyName(a('newColumnName'))];
      return said(
        `ALTER TABLE ${table} RENAME COLUMN ${from} TO ${to};`,
        `ALTER TABLE ${table} RENAME COLUMN ${to} TO ${from};`,
      );
    }
    case 'modifyDataType':
      return said(`ALTER TABLE ${table} ALTER COLUMN ${anyName(a('columnName'))} TYPE ${a('newDataType')};`, null);
    case 'addNotNullConstraint':
      return said(notNull(table, a('columnName'), 'SET'), notNull(table, a('columnName'), 'DROP'));
    case 'dropNotNullConstraint':
      return said(notNull(table, a('columnName'), 'DROP'), notNull(table, a('columnName'), 'SET'));
    case 'addDefaultValue':
      return said(
        `ALTER TABLE ${table} ALTER COLUMN ${anyName(a('columnName'))} SET DEFAULT 1;`,
        `ALTER TABLE ${table} ALTER COLUMN ${anyName(a('columnName'))} DROP DEFAULT;`,
      );
    case 'dropDefaultValue':
      return said(`ALTER TABLE ${table} ALTER COLUMN ${anyName(a('columnName'))} DROP DEFAULT;`, null);
    case 'createIndex': {
      const unique = a('unique') === 'true' ? 'UNIQUE ' : '';
      return said(
        `CREATE ${unique}INDEX ${anyName(a('indexName'))} ON ${table} ();`,
        `DROP INDEX ${anyName(a('indexName'))};`,
      );
    }
    case 'dropIndex':
      return said(`DROP INDEX ${anyName(a('indexName'))};`, null);
    case 'addUniqueConstraint':
      return constraint(table, a('constraintName'), 'UNIQUE ()');
    case 'addPrimaryKey':
      return constraint(table, a('constraintName'), 'PRIMARY KEY ()');
    case 'addForeignKeyConstraint':
      return constraint(table, a('constraintName'), 'FOREIGN KEY ()');
    case 'dropUniqueConstraint':
    case 'dropForeignKeyConstraint':
    case 'dropPrimaryKey':
      return said(`ALTER TABLE ${table} DROP CONSTRAINT ${anyName(a('constraintName') || 'primary key')};`, null);
    case 'createView':
      return said(
        `CREATE ${a('replaceIfExists') === 'true' ? 'OR REPLACE ' : ''}VIEW ${anyName(a('viewName'))} AS SELECT 1;`,
        `DROP VIEW ${anyName(a('viewName'))};`,
      );
    case 'renameView':
      return said(
        `ALTER VIEW ${anyName(a('oldViewName'))} RENAME TO ${anyName(a('newViewName'))};`,
        `ALTER VIEW ${anyName(a('newViewName'))} RENAME TO ${anyName(a('oldViewName'))};`,
      );
    case 'dropView':
      return said(`DROP VIEW ${anyName(a('viewName'))};`, null);
    case 'createSequence':
      return said(`CREATE SEQUENCE ${anyName(a('sequenceName'))};`, `DROP SEQUENCE ${anyName(a('sequenceName'))};`);
    case 'dropSequence':
      return said(`DROP SEQUENCE ${anyName(a('sequenceName'))};`, null);
    case 'insert':
    case 'loadData':
      return said(`INSERT INTO ${table} DEFAULT VALUES;`, null);
    case 'update':
    case 'delete': {
      const where = change.children.some(({ name }) => name === 'where') || a('where') !== '' ? ' WHERE true' : '';
      return said(
        change.name === 'update' ? `UPDATE ${table} SET x = 1${where};` : `DELETE FROM ${table}${where};`,
        null,
      );
    }
    case 'tagDatabase':
    case 'setTableRemarks':
    case 'setColumnRemarks':
      return said('COMMENT ON SCHEMA public IS NULL;', 'COMMENT ON SCHEMA public IS NULL;');
    default:
      return said(`CALL ${change.name};`, null);
  }
}

/** The semicolon stands on a line of its own: the text may end with a comment. */
export function statementOf(text: string): string {
  return `${text.trim().replace(/;\s*$/, '')}\n;`;
}

function constraint(table: string, name: string, what: string): Change {
  return {
    up: `ALTER TABLE ${table} ADD CONSTRAINT ${anyName(name)} ${what};`,
    down: `ALTER TABLE ${table} DROP CONSTRAINT ${anyName(name)};`,
    runnable: false,
  };
}

function notNull(table: string, column: string, way: 'SET' | 'DROP'): string {
  return `ALTER TABLE ${table} ALTER COLUMN ${anyName(column)} ${way} NOT NULL;`;
}

/** A column of `addColumn`, with what its constraints say. */
function columnSql({ attributes, children }: Element): string {
  const rules = children.find(({ name }) => name === 'constraints')?.attributes ?? {};
  const computed = attributes['defaultValueComputed'];
  const given = ['defaultValue', 'defaultValueNumeric', 'defaultValueBoolean', 'defaultValueDate'].find(
    (key) => key in attributes,
  );
  const value = computed ?? (given === undefined ? null : `'${(attributes[given] ?? '').replaceAll("'", "''")}'`);
  const parts = [
    anyName(attributes['name'] ?? ''),
    attributes['type'] ?? 'text',
    value === null ? '' : `DEFAULT ${value}`,
    attributes['autoIncrement'] === 'true' ? 'GENERATED BY DEFAULT AS IDENTITY' : '',
    rules['nullable'] === 'false' || rules['primaryKey'] === 'true' ? 'NOT NULL' : '',
    rules['unique'] === 'true' ? 'UNIQUE' : '',
  ];
  return parts.filter((part) => part !== '').join(' ');
}

function named(schema: string, table: string): string {
  return schema === '' ? anyName(table) : `${anyName(schema)}.${anyName(table)}`;
}
