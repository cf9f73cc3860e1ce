/** SQLite's command line as a Python program: the library is Python's own, and nothing more has to be loaded. */
export const SQLITE3_SHELL = String.raw`
import csv, json, os, re, sqlite3, sys

MODES = 'ascii box column csv html insert json line list markdown qbox quote table tabs tcl'
SHOWN = {'box', 'column', 'csv', 'json', 'line', 'list', 'markdown', 'quote', 'table', 'tabs'}
HELP = '''.databases               List names and files of attached databases
.dump ?TABLE?            Render database content as SQL
.echo on|off             Turn command echo on or off
.headers on|off          Turn display of headers on or off
.help                    Show this text
.import [--csv] [--skip N] FILE TABLE
                         Import data from FILE into TABLE
.indexes ?TABLE?         Show names of indexes
.mode MODE               Set output mode: box column csv json line list markdown quote table tabs
.nullvalue STRING        Use STRING in place of NULL values
.once FILE               Output for the next SQL command only to FILE
.output ?FILE?           Send output to FILE or stdout if FILE is omitted
.print STRING...         Print literal STRING
.quit                    Stop interpreting input stream, exit
.read FILE               Read input from FILE
.schema ?TABLE?          Show the CREATE statements
.separator COL           Change the column separator
.tables ?TABLE?          List names of tables
'''


class Quit(Exception):
    pass


def number(value, digits):
    text = '%.*g' % (digits, value)
    if 'inf' in text:
        return text.replace('inf', 'Inf')
    if 'e' in text:
        mantissa, exponent = text.split('e')
        return (mantissa if '.' in mantissa else mantissa + '.0') + 'e' + exponent
    return text if '.' in text else text + '.0'


def quoted(value):
    if value is None:
        return 'NULL'
    if isinstance(value, bytes):
        return "X'" + value.hex() + "'"
    if isinstance(value, float):
        return number(value, 20)
    return str(value) if isinstance(value, int) else "'" + value.replace("'", "''") + "'"


def name_quoted(name):
    return name if re.fullmatch(r'[A-Za-z_]\w*', name) else '"' + name.replace('"', '""') + '"'


class Shell:
    def __init__(self, path):
        self.path = path
        self.mode = 'list'
        self.headers = None
        self.separator = None
        self.null = ''
        self.end = '\n'
        self.echo = False
        self.out = sys.stdout
        self.once = None
        self.failed = 0
        self.connection = None
        self.read_only = False
        self.bail = False

    @property
    def db(self):
        if self.connection is None:
            target = 'file:' + self.path + '?mode=ro' if self.read_only else self.path
            try:
                self.connection = sqlite3.connect(target, isolation_level=None, uri=self.read_only)
                self.connection.text_factory = lambda data: data.decode('utf-8', 'replace')
            except sqlite3.Error as error:
                sys.stderr.write('Error: unable to open database "%s": %s\n' % (self.path, error))
                raise SystemExit(1)
        return self.connection

    def text(self, value):
        if value is None:
            return self.null
        if isinstance(value, bytes):
            return value.decode('utf-8', 'replace')
        return number(value, 15) if isinstance(value, float) else str(value)

    def say(self, text):
        self.out.write(text)

    def show(self, names, rows):
        shows = self.headers if self.headers is not None else self.mode in ('box', 'table', 'markdown')
        mode = self.mode
        if mode == 'json':
            lines = ['{' + ','.join(json.dumps(n, ensure_ascii=False) + ':' + self.json(v) for n, v in zip(names, row)) + '}' for row in rows]
            self.say('[' + ',\n'.join(lines) + ']\n' if lines else '')
        elif mode == 'line':
            width = max([5] + [len(name) for name in names])
            self.say('\n'.join(''.join('%*s = %s\n' % (width, n, self.text(v)) for n, v in zip(names, row)) for row in rows))
        elif mode in ('column', 'box', 'table', 'markdown'):
            self.grid(names, [[self.text(v) for v in row] for row in rows], shows)
        else:
            separator = self.separator if self.separator is not None else {'csv': ',', 'tabs': '\t', 'quote': ','}.get(mode, '|')
            cell = {'csv': lambda v: self.csv(v, separator), 'quote': quoted}.get(mode, self.text)
            title = (lambda n: self.csv(n, separator)) if mode == 'csv' else (quoted if mode == 'quote' else str)
            if shows and rows:
                self.say(separator.join(title(name) for name in names) + self.end)
            for row in rows:
                self.say(separator.join(cell(v) for v in row) + self.end)

    def csv(self, value, separator):
        if value is None:
            return self.null
        text = self.text(value)
        if text == '' or separator in text or re.search(r'''[\x00-\x20"'\x7f-\uffff]''', text):
            return '"' + text.replace('"', '""') + '"'
        return text

    def json(self, value):
        if value is None:
            return 'null'
        if isinstance(value, float):
            return number(value, 20).replace('Inf', '1e999')
        return str(value) if isinstance(value, int) else json.dumps(self.text(value), ensure_ascii=False)

    def grid(self, names, rows, shows):
        if not rows:
            return
        widths = [max([len(n)] + [len(row[i]) for row in rows]) for i, n in enumerate(names)]
        if self.mode == 'column':
            line = lambda cells: '  '.join(c.ljust(w) for c, w in zip(cells, widths)) + '\n'
            if shows:
                self.say(line(names) + line(['-' * w for w in widths]))
            for row in rows:
                self.say(line(row))
            return
        bar = '│' if self.mode == 'box' else '|'
        def rule(left, middle, right, dash):
            return left + middle.join(dash * (w + 2) for w in widths) + right + '\n'
        def title():
            cells = [' ' * ((w - len(n)) // 2) + n + ' ' * (w - len(n) - (w - len(n)) // 2) for n, w in zip(names, widths)]
            return bar + bar.join(' ' + c + ' ' for c in cells) + bar + '\n'
        top, middle, bottom = {
            'box': (rule('┌', '┬', '┐', '─'), rule('├', '┼', '┤', '─'), rule('└', '┴', '┘', '─')),
            'table': (rule('+', '+', '+', '-'),) * 3,
            'markdown': ('', rule('|', '|', '|', '-'), ''),
        }[self.mode]
        self.say(top + title() + middle)
        for row in rows:
            self.say(bar + bar.join(' ' + c.ljust(w) + ' ' for c, w in zip(row, widths)) + bar + '\n')
        self.say(bottom)

    def run(self, sql, place):
        """One statement; 'place' is None on the command line, and the line in a script. Gives the exit code."""
        if self.echo:
            self.say(sql.strip() + '\n')
        try:
            cursor = self.db.execute(sql)
            if cursor.description is not None:
                self.show([column[0] for column in cursor.description], cursor.fetchall())
            self.end_once(place)
            return 0
        except sqlite3.Error as error:
            self.end_once(place)
            return self.complain(error, sql, place)

    def complain(self, error, sql, place):
        code = getattr(error, 'sqlite_errorcode', 1) or 1
        runs = code != 1
        said = str(error)
        if place is None:
            text = 'Error: %s, %s' % ('stepping' if runs else 'in prepare', said)
        else:
            text = '%s error near line %d: %s' % ('Runtime' if runs else 'Parse', place, said)
        if runs:
            text += ' (%d)' % (code & 255)
        self.out.flush()
        sys.stderr.write(text + '\n' + self.context(said, sql))
        return (code & 255) if runs and place is None else 1

    def context(self, said, sql):
        """The line with what is wrong in it, as far as the message tells."""
        found = re.match(r'near "(.*)": syntax error|no such column: (?:\w+\.)?(\w+)', said)
        if not found:
            return ''
        code = re.sub(r'\s', ' ', sql)
        word = found.group(1) or found.group(2)
        at = re.search(r'(?<!\w)' + re.escape(word), code)
        if not at or len(code) > 78:
            return ''
        offset = at.start()
        mark = ' ' * offset + '^--- error here' if offset < 25 else ' ' * (offset - 14) + 'error here ---^'
        return '  %s\n  %s\n' % (code, mark)

    def script(self, text):
        pending, start = '', 0
        for at, line in enumerate(text.splitlines(True), 1):
            if pending.strip() == '':
                pending = ''
                start = at
                if line.startswith('.'):
                    self.note(self.command(line.strip()))
                    continue
                if line.strip().startswith('--') or line.strip() == '':
                    continue
            pending += line
            for statement in self.complete(pending):
                self.note(self.run(statement.strip(), start))
                pending = ''
        if pending.strip() != '':
            self.note(self.run(pending.strip(), start))

    def note(self, code):
        if code:
            self.failed = 1
            if self.bail:
                raise SystemExit(1)

    def complete(self, text):
        """The statements of a text that ends with a complete one."""
        if not sqlite3.complete_statement(text):
            return []
        return list(self.statements(text))

    def statements(self, text):
        pending = ''
        for piece in re.split(r'(?<=;)', text):
            pending += piece
            if sqlite3.complete_statement(pending):
                yield pending
                pending = ''
        if pending.strip() != '':
            yield pending

    def argument(self, text):
        if text.startswith('.'):
            code = self.command(text)
            if code:
                raise SystemExit(code)
            return
        for statement in self.statements(text):
            code = self.run(statement.strip(), None)
            if code:
                self.out.flush()
                raise SystemExit(code)

    def command(self, line):
        words = [a or b or c for a, b, c in re.findall(r'''"([^"]*)"|'([^']*)'|(\S+)''', line[1:])]
        name, args = (words[0] if words else ''), words[1:]
        wrong = 'Error: unknown command or invalid arguments:  "%s". Enter ".help" for help\n' % name
        names = [n for n in dir(self) if n.startswith('do_' + name)] if name else []
        if 'do_' + name in names:
            names = ['do_' + name]
        if not names:
            self.out.flush()
            sys.stderr.write(wrong)
            return 1
        try:
            return getattr(self, names[0])(args) or 0
        except sqlite3.Error as error:
            sys.stderr.write('Error: %s\n' % error)
            return 1
        except OSError as error:
            sys.stderr.write('Error: cannot open "%s"\n' % error.filename)
            return 1

    def rows(self, sql, *args):
        return self.db.execute(sql, args).fetchall()

    def do_tables(self, args):
        like = args[0] if args else '%'
        found = [r[0] for r in self.rows("SELECT name FROM sqlite_schema WHERE type IN ('table','view') AND name NOT LIKE 'sqlite_%' AND name LIKE ? ORDER BY 1", like)]
        self.columns(found)

    def columns(self, names):
        if not names:
            return
        width = max(len(name) for name in names)
        per_row = max(1, 80 // (width + 2))
        count = (len(names) + per_row - 1) // per_row
        for i in range(count):
            self.say('  '.join(name.ljust(width) for name in names[i::count]) + '\n')

    def do_indexes(self, args):
        like = args[0] if args else '%'
        self.columns([r[0] for r in self.rows("SELECT name FROM sqlite_schema WHERE type='index' AND tbl_name LIKE ? ORDER BY 1", like)])

    do_indices = do_indexes

    def do_schema(self, args):
        like = args[0] if args else '%'
        for name, kind, sql in self.rows("SELECT name, type, sql FROM sqlite_schema WHERE sql NOT NULL AND name NOT LIKE 'sqlite_%' AND (name LIKE ? OR tbl_name LIKE ?) ORDER BY rowid", like, like):
            comment = ''
            if kind == 'view':
                columns = ','.join(name_quoted(r[1]) for r in self.rows('PRAGMA table_info(%s)' % name_quoted(name)))
                comment = '\n/* %s(%s) */' % (name_quoted(name), columns)
            self.say(self.created(sql) + comment + ';\n')

    def created(self, sql):
        return re.sub(r'^CREATE TABLE (["\'])', r'CREATE TABLE IF NOT EXISTS \1', sql)

    def do_headers(self, args):
        if not args:
            sys.stderr.write('Usage: .headers on|off\n')
            return 1
        self.headers = args[0].lower() in ('on', 'yes', '1', 'true')

    do_header = do_headers

    def do_mode(self, args):
        names = [arg for arg in args if not arg.startswith('-')]
        if not names:
            self.say('current output mode: %s\n' % self.mode)
            return 0
        fits = [mode for mode in MODES.split() if mode.startswith(names[0])]
        mode = names[0] if names[0] in MODES.split() else (fits[0] if fits else None)
        if mode is None:
            sys.stderr.write('Error: mode should be one of: %s\n' % MODES)
            return 1
        if mode not in SHOWN:
            sys.stderr.write('Error: mode %s is not among those of this sqlite3: %s\n' % (mode, ' '.join(sorted(SHOWN))))
            return 1
        self.mode, self.separator = mode, None
        self.end = '\r\n' if mode == 'csv' else '\n'
        if mode == 'column' and self.headers is None:
            self.headers = True

    def do_separator(self, args):
        if not args:
            sys.stderr.write('Usage: .separator COL ?ROW?\n')
            return 1
        self.separator = args[0].encode().decode('unicode_escape')

    def do_nullvalue(self, args):
        self.null = args[0] if args else ''

    def do_echo(self, args):
        self.echo = bool(args) and args[0].lower() in ('on', 'yes', '1', 'true')

    def do_print(self, args):
        self.say(' '.join(args) + '\n')

    def do_databases(self, args):
        for _, name, path in self.rows('PRAGMA database_list'):
            self.say('%s: %s r/%s\n' % (name, path or '""', 'o' if self.read_only else 'w'))

    def do_help(self, args):
        self.say(HELP)

    def do_quit(self, args):
        raise Quit

    def do_exit(self, args):
        raise Quit

    def do_read(self, args):
        with open(args[0], encoding='utf-8') as file:
            self.script(file.read())

    def do_output(self, args):
        if self.out is not sys.stdout:
            self.out.close()
        self.out = open(args[0], 'w', encoding='utf-8', newline='') if args and args[0] != 'stdout' else sys.stdout

    def do_once(self, args):
        self.do_output(args)
        self.once = True

    def end_once(self, place):
        if self.once and place is not None:
            self.once = None
            self.do_output([])

    def do_dump(self, args):
        like = args[0] if args else '%'
        self.say('PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n')
        for name, sql in self.rows("SELECT name, sql FROM sqlite_schema WHERE type='table' AND sql NOT NULL AND name NOT LIKE 'sqlite_%' AND name LIKE ? ORDER BY rowid", like):
            self.say(self.created(sql) + ';\n')
            for row in self.db.execute('SELECT * FROM ' + name_quoted(name)):
                self.say('INSERT INTO %s VALUES(%s);\n' % (name_quoted(name), ','.join(quoted(v) for v in row)))
        for (sql,) in self.rows("SELECT sql FROM sqlite_schema WHERE type<>'table' AND sql NOT NULL AND tbl_name LIKE ? ORDER BY type DESC, rowid", like):
            self.say(sql + ';\n')
        self.say('COMMIT;\n')

    def do_import(self, args):
        names, skip, is_csv = [], 0, self.mode == 'csv'
        i = 0
        while i < len(args):
            option = args[i].lstrip('-') if args[i].startswith('-') else None
            if option == 'csv':
                is_csv = True
            elif option == 'skip' and i + 1 < len(args):
                i += 1
                skip = int(args[i])
            elif option is not None:
                sys.stderr.write('ERROR: unknown option: "%s".  Usage: .import [--csv] [--skip N] FILE TABLE\n' % args[i])
                return 1
            else:
                names.append(args[i])
            i += 1
        if len(names) != 2:
            sys.stderr.write('ERROR: missing %s argument. Usage: .import [--csv] [--skip N] FILE TABLE\n' % ('FILE' if not names else 'TABLE'))
            return 1
        path, table = names
        separator = ',' if is_csv and self.separator is None else (self.separator or {'csv': ',', 'tabs': '\t'}.get(self.mode, '|'))
        with open(path, encoding='utf-8', newline='') as file:
            rows = list(csv.reader(file, delimiter=separator))[skip:]
        line = skip + 1
        if not self.rows('SELECT 1 FROM sqlite_schema WHERE name=? COLLATE NOCASE', table):
            if not rows:
                sys.stderr.write('%s: empty file\n' % path)
                return 1
            self.db.execute('CREATE TABLE "%s"(\n%s)' % (table, ', '.join('"%s" TEXT' % n.replace('"', '""') for n in rows[0])))
            rows, line = rows[1:], line + 1
        width = len(self.rows('PRAGMA table_info("%s")' % table))
        self.db.execute('BEGIN')
        insert = 'INSERT INTO "%s" VALUES(%s)' % (table, ','.join('?' * width))
        for at, row in enumerate((row for row in rows if row), line):
            if len(row) != width:
                rest = 'filling the rest with NULL' if len(row) < width else 'extras ignored'
                sys.stderr.write('%s:%d: expected %d columns but found %d - %s\n' % (path, at, width, len(row), rest))
            try:
                self.db.execute(insert, (row + [None] * width)[:width])
            except sqlite3.Error as error:
                sys.stderr.write('%s:%d: INSERT failed: %s\n' % (path, at, error))
        self.db.execute('COMMIT')


def main(args):
    shell = Shell(':memory:')
    operands, commands = [], []
    i = 0
    while i < len(args):
        arg = args[i]
        option = re.sub('^--?', '', arg) if arg.startswith('-') and len(arg) > 1 else None
        value = args[i + 1] if i + 1 < len(args) else ''
        if option is None:
            operands.append(arg)
        elif option in SHOWN:
            shell.mode = option
        elif option in ('header', 'noheader'):
            shell.headers = option == 'header'
        elif option == 'separator':
            shell.separator, i = value, i + 1
        elif option == 'nullvalue':
            shell.null, i = value, i + 1
        elif option == 'cmd':
            commands.append(value)
            i += 1
        elif option in ('batch', 'bail', 'echo', 'readonly'):
            shell.echo = shell.echo or option == 'echo'
            shell.bail = shell.bail or option == 'bail'
            shell.read_only = shell.read_only or option == 'readonly'
        elif option == 'version':
            print(sqlite3.sqlite_version)
            return 0
        else:
            sys.stderr.write('sqlite3: Error: unknown option: %s\nUse -help for a list of options.\n' % arg)
            return 1
        i += 1
    if operands:
        shell.path = operands[0]
    try:
        shell.db
        for command in commands + operands[1:]:
            shell.argument(command)
        if len(operands) < 2:
            shell.script(sys.stdin.read())
    except Quit:
        pass
    finally:
        shell.out.flush()
        if shell.connection is not None:
            shell.connection.close()
    return shell.failed


sys.exit(main(sys.argv[1:]))
`;
