import type { SchemaObject } from '../../migrations/schema-diff.ts';
import type { Session } from './session.ts';

/** Everything of a schema that a migration can change, as PostgreSQL prints it (11 and newer). What an extension brought counts as the extension. */
export async function snapshot(session: Pick<Session, 'rows'>): Promise<readonly SchemaObject[]> {
  const rows = await session.rows(QUERY);
  return rows.map(({ kind, name, definition }) => ({
    kind: text(kind),
    name: text(name),
    definition: text(definition),
  }));
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

const OURS = `n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'`;
const own = (table: string, oid: string): string =>
  `NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '${table}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;
const REL = `FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND ${own('pg_class', 'c.oid')}`;
const NAME = `quote_ident(n.nspname) || '.' || quote_ident(c.relname)`;

const PARTS = [
  `SELECT 'schema', quote_ident(n.nspname), '' FROM pg_namespace n WHERE ${OURS} AND ${own('pg_namespace', 'n.oid')}`,
  `SELECT CASE c.relkind WHEN 'f' THEN 'foreign table' ELSE 'table' END, ${NAME},
     concat_ws(' ', CASE c.relpersistence WHEN 'u' THEN 'unlogged' END, c.reloptions::text, pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
     CASE WHEN c.relrowsecurity THEN 'row security' END, CASE WHEN c.relforcerowsecurity THEN 'forced' END) ${REL} AND c.relkind IN ('r', 'p', 'f')`,
  `SELECT 'column', ${NAME} || '.' || quote_ident(a.attname),
     concat_ws(' ', format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END,
     CASE a.attgenerated WHEN 's' THEN 'generated ' ELSE 'default ' END || pg_get_expr(d.adbin, d.adrelid),
     CASE a.attidentity WHEN 'a' THEN 'identity always' WHEN 'd' THEN 'identity by default' END,
     'collate ' || (SELECT quote_ident(k.collname) FROM pg_collation k JOIN pg_type t ON t.oid = a.atttypid WHERE k.oid = a.attcollation AND a.attcollation <> t.typcollation),
     'as column ' || (SELECT count(*) FROM pg_attribute b WHERE b.attrelid = a.attrelid AND b.attnum > 0 AND b.attnum <= a.attnum AND NOT b.attisdropped))
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
   WHERE ${OURS} AND ${own('pg_class', 'c.oid')} AND c.relkind IN ('r', 'p', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped`,
  `SELECT 'index', ${NAME}, pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' (not valid)' END
   FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND ${own('pg_class', 'i.indrelid')}`,
  `SELECT 'constraint', quote_ident(n.nspname) || '.' || coalesce((SELECT quote_ident(relname) || '.' FROM pg_class WHERE oid = k.conrelid), '') || quote_ident(k.conname),
     pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${OURS} AND ${own('pg_constraint', 'k.oid')} AND k.contype <> 't'`,
  `SELECT 'sequence', ${NAME}, format('%s start %s min %s max %s by %s %s', format_type(s.seqtypid, NULL), s.seqstart, s.seqmin, s.seqmax, s.seqincrement, s.seqcycle)
   FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND ${own('pg_class', 'c.oid')}`,
  `SELECT CASE c.relkind WHEN 'v' THEN 'view' ELSE 'materialized view' END, ${NAME}, concat_ws(' ', pg_get_viewdef(c.oid), c.reloptions::text) ${REL} AND c.relkind IN ('v', 'm')`,
  `SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
     quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')',
     CASE WHEN p.prokind = 'a' THEN pg_get_function_result(p.oid) ELSE pg_get_functiondef(p.oid) END
   FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OURS} AND ${own('pg_proc', 'p.oid')}`,
  `SELECT 'trigger', ${NAME} || '.' || quote_ident(t.tgname), pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND NOT t.tgisinternal`,
  `SELECT 'rule', ${NAME} || '.' || quote_ident(r.rulename), pg_get_ruledef(r.oid)
   FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND r.rulename <> '_RETURN' AND ${own('pg_class', 'c.oid')}`,
  `SELECT 'policy', ${NAME} || '.' || quote_ident(p.polname), concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::regrole[]::text, pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid))
   FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}`,
  `SELECT 'enum', quote_ident(n.nspname) || '.' || quote_ident(t.typname), (SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid)
   FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${OURS} AND t.typtype = 'e' AND ${own('pg_type', 't.oid')}`,
  `SELECT 'domain', quote_ident(n.nspname) || '.' || quote_ident(t.typname), concat_ws(' ', format_type(t.typbasetype, t.typtypmod), CASE WHEN t.typnotnull THEN 'not null' END, 'default ' || t.typdefault)
   FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${OURS} AND t.typtype = 'd' AND ${own('pg_type', 't.oid')}`,
  `SELECT 'composite type', ${NAME}, '' ${REL} AND c.relkind = 'c'`,
  `SELECT 'extension', quote_ident(x.extname), x.extversion FROM pg_extension x`,
  `SELECT 'grants', ${NAME}, c.relacl::text ${REL} AND c.relacl IS NOT NULL`,
  `SELECT 'grants', ${NAME} || '.' || quote_ident(a.attname), a.attacl::text
   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} AND a.attacl IS NOT NULL AND NOT a.attisdropped`,
  `SELECT 'grants', 'schema ' || quote_ident(n.nspname), n.nspacl::text FROM pg_namespace n WHERE ${OURS} AND n.nspacl IS NOT NULL`,
  `SELECT 'grants', quote_ident(n.nspname) || '.' || quote_ident(p.proname) || '(' || pg_get_function_identity_arguments(p.oid) || ')', p.proacl::text
   FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${OURS} AND p.proacl IS NOT NULL AND ${own('pg_proc', 'p.oid')}`,
  `SELECT 'default grants', coalesce(n.nspname, '') || ' ' || d.defaclobjtype::text || ' ' || d.defaclrole::regrole::text, d.defaclacl::text
   FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace`,
];

const QUERY = `SELECT kind::text, name::text, definition::text FROM (\n${PARTS.map((part) => `(${part})`).join('\nUNION ALL\n')}\n) AS found (kind, name, definition) ORDER BY 1, 2`;
