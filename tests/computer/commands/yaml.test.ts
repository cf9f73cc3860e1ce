import { describe, expect, it } from 'vitest';
import { Terminal } from '../support/terminal.ts';

const FILE = `# the whole
a:
  b: 1 # one
  list: [x, y]
items:
  - name: p
    v: 1
  - name: q
    v: "2"
`;

async function answer(line: string) {
  const terminal = new Terminal();
  await terminal.type(`cat > c.yaml <<'EOF'\n${FILE}EOF`);
  const { stdout, stderr, exitCode } = await terminal.type(line);
  terminal.session.close();
  return { stdout, stderr, exitCode };
}

describe('yq', () => {
  it.each<readonly [line: string, stdout: string]>([
    ['yq .a.b c.yaml; yq ".a.list[1]" c.yaml; yq .none c.yaml; yq ".items | length" c.yaml', '1\ny\nnull\n2\n'],
    ['yq c.yaml', FILE],
    ['yq .a c.yaml', 'b: 1 # one\nlist: [x, y]\n'],
    [`yq '.items[] | select(.name == "q")' c.yaml; yq '.items[].name' c.yaml; yq keys c.yaml`, 'name: q\nv: "2"\np\nq\n- a\n- items\n'],
    ['yq -o json .a c.yaml; yq -o=json -I0 .a c.yaml', '{\n  "b": 1,\n  "list": [\n    "x",\n    "y"\n  ]\n}\n{"b":1,"list":["x","y"]}\n'],
    [
      `yq -i '.a.b = "x" | .new.key = 3 | del(.items[0])' c.yaml; cat c.yaml`,
      '# the whole\na:\n  b: x # one\n  list: [x, y]\nitems:\n  - name: q\n    v: "2"\nnew:\n  key: 3\n',
    ],
    [`yq '(.items[] | select(.name == "q")).v |= . + "!" | .items' c.yaml`, '- name: p\n  v: 1\n- name: q\n  v: "2!"\n'],
    [`yq '.items += [{"name": "z"}] | .items[2]' c.yaml; yq '.a.list[] = 0 | .a' c.yaml`, 'name: z\nb: 1 # one\nlist: [0, 0]\n'],
    [
      `yq -n '.a.b = 1'; echo '{"k": [1, 2]}' | yq -P .; printf 'x: 1\\n---\\nx: 2\\n' | yq .x`,
      'a:\n  b: 1\nk:\n  - 1\n  - 2\n1\n---\n2\n',
    ],
    [`TAG=v2 yq '.a.tag = strenv(TAG) | .a.tag' c.yaml; echo 'version: 1.10' | yq .version`, 'v2\n1.10\n'],
  ])('%s', async (line, stdout) => {
    expect(await answer(line)).toEqual({ stdout, stderr: '', exitCode: 0 });
  });

  it.each<readonly [line: string, stderr: string]>([
    ['yq -e .none c.yaml > out', 'Error: no matches found\n'],
    ['yq .a none.yaml', 'Error: open none.yaml: no such file or directory\n'],
    ['yq ".a | nothing" c.yaml', 'Error: Unknown function: nothing\n'],
    ['yq -o xml . c.yaml', "Error: unknown format 'xml' please use [yaml|json]\n"],
    ['yq ea . c.yaml', 'Error: eval-all is not among what this yq does: one file after the other is\n'],
    [
      'yq ".a | keys | .[0] = 1" c.yaml; yq "to_entries[0] = 1" c.yaml',
      "Error: 'to_entries[0]' is no path: this yq changes what paths, [] and select() lead to\n",
    ],
    [
      "printf 'a: [1\\n' | yq .a",
      "Error: bad file '-': yaml: line 2: Flow sequence in block collection must be sufficiently indented and end with a ]\n",
    ],
  ])('says what is wrong: %s', async (line, stderr) => {
    expect(await answer(line)).toMatchObject({ stderr, exitCode: 1 });
  });
});
