import { expect, test, type BrowserContext } from '@playwright/test';
import { wheelOf } from '../computer/support/wheels.ts';
import { Learner } from './learner.ts';

const WHEEL = 'https://files.pythonhosted.org/packages/leafname-1.2.0-py3-none-any.whl';

/** PyPI as the page would meet it, with one project; gives the addresses that were asked for. */
async function standInForPyPI(context: BrowserContext): Promise<readonly string[]> {
  const asked: string[] = [];
  const headers = { 'access-control-allow-origin': '*' };
  const bytes = wheelOf('leafname', '1.2.0');
  await context.route('https://pypi.org/**', (route, request) => {
    asked.push(request.url());
    const known = request.url() === 'https://pypi.org/simple/leafname/';
    const files = [{ filename: 'leafname-1.2.0-py3-none-any.whl', url: WHEEL, hashes: {} }];
    return route.fulfill({ status: known ? 200 : 404, headers, body: JSON.stringify({ files }) });
  });
  await context.route('https://files.pythonhosted.org/**', (route, request) => {
    asked.push(request.url());
    return route.fulfill({ headers, body: Buffer.from(bytes) });
  });
  return asked;
}

test('pip asks the public index when the learner asks it to, and what it installs stays', async ({ page, context }) => {
  const asked = await standInForPyPI(context);
  const learner = new Learner(page);
  await learner.start();
  expect(await learner.type('python3 -c "print(6 * 7)"')).toContain('\n42\n');
  expect(asked).toEqual([]);
  expect(await learner.type('pip install leafname==1.2')).toContain('Successfully installed leafname-1.2.0');
  expect(asked).toEqual(['https://pypi.org/simple/leafname/', WHEEL]);
  expect(await learner.type('pip install no-such-thing')).toContain('No matching distribution found for no-such-thing');
  await context.setOffline(true);
  await context.unrouteAll();
  await page.reload();
  await learner.atPrompt();
  expect(await learner.type('python3 -c "import leafname; print(leafname.VERSION)"')).toContain('\n1.2.0\n');
  expect(await learner.type('pip install requests')).toContain('This computer reaches no package index');
});
