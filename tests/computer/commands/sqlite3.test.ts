import { afterAll, describe, expect, it } from 'vitest';
import { createPythonHost } from '../../../src/platform/node/platform.ts';
import { NativeBash } from '../support/native.ts';
import { computerWith, Terminal } from '../support/terminal.ts';

const python = createPythonHost();
const native = new NativeBash();
afterAll(() => {
  python.dispose();
  native.dispose();
});

const SETUP = `sqlite3 a.db "create table t(a integer primary key, b text, c real); insert into t values(1,'x y',1.5),(2,NULL,2.0),(3,'it''s, ""q""',0.1);"
printf 'x,y\\n1,two words\\n3,"q,r"\\n' > d.csv
`;

const SCRIPTS = [
  'sqlite3 a.db "select * from t"; sqlite3 -header a.db "select a, b from t limit 1"; sqlite3 -csv -header a.db "select * from t"',
  'for m in json column line tabs markdown box table quote; do sqlite3 -$m a.db "select * from t"; done',
  'sqlite3 a.db ".import --csv d.csv d" ".schema" "select * from d" .tables; printf "9,z\\n" > e.csv; sqlite3 a.db ".import --csv e.csv d" "select count(*) from d"',
  'sqlite3 a.db "create view v as select a, b from t; create index i on t(b);"; sqlite3 a.db .tables .schema ".schema t" .indexes .dump',
  'sqlite3 a.db "selec 1" || echo $?; sqlite3 a.db "select * from nope" || echo $?; sqlite3 a.db "insert into t values(1,2,3)" || echo $?; sqlite3 a.db ".nope" || echo $?',
  'sqlite3 a.db "select a, nope from t" || echo $?; sqlite3 a.db "select 1 +" || echo $?; sqlite3 none/x.db "select 1" || echo $?; sqlite3 -foo a.db || echo $?',
  'printf "select 1;\\nselec 2;\\nselect 3;\\ninsert into t\\nvalues(1,2,3);\\n" | sqlite3 a.db || echo $?',
  "sqlite3 a.db <<'EOF'\n.headers on\n.mode column\nselect a,\n  b from t;\n.mode csv\n.nullvalue -\nselect * from t; select 1 as one;\n.separator ;\nselect a, b from t limit 2;\nEOF",
  'sqlite3 -separator , -nullvalue NULL a.db "select * from t" "select 1; select 2"; sqlite3 -json a.db "select * from t where a = 9"',
  "sqlite3 :memory: \"select 1.0, 1e100, 1/3.0, x'4142', 0.1+0.2, 10000000000, 'é'\"; sqlite3 -column :memory: \"select 1 as averylongname, 'é' as b\"",
  'sqlite3 a.db ".once out.txt" "select a from t" "select count(*) from t"; cat out.txt; sqlite3 a.db ".read d.sql" || echo $?',
  'sqlite3 a.db "begin; delete from t; rollback;" "select count(*) from t"; sqlite3 a.db "delete from t where a > 1" "select count(*) from t"',
];

const isThere = native.run('sqlite3 -version', SCRIPTS.length).exitCode === 0;

describe.skipIf(!isThere)('sqlite3 does what SQLite’s own does', () => {
  it.each(SCRIPTS.map((script, n) => [script, n] as const))('%s', async (script, n) => {
    const terminal = new Terminal(computerWith({ python }));
    const { stdout, stderr, exitCode } = await terminal.script(SETUP + script);
    terminal.session.close();
    expect({ stdout, stderr, exitCode }).toEqual(native.run(SETUP + script, n));
  });
});

describe('sqlite3', () => {
  it('has no prompt, and says what to write', async () => {
    const terminal = new Terminal(computerWith({ python }), { interactive: true });
    expect(await terminal.type('sqlite3 a.db')).toMatchObject({
      stderr: 'sqlite3: there is no database prompt here: sqlite3 file.db "select 1", or sqlite3 file.db < script.sql\n',
      exitCode: 1,
    });
    terminal.session.close();
  });
});
