import { chooseShopPort, parseShopOptions } from '../../scripts/lib/shop/options.js';
import { isFree } from '../../scripts/lib/ports.js';
import { occupiedPort, printedBy } from './support/machine.js';

const usage = `Usage: npm run up -- [options]
  --port N           listen on port N (default 3000, or the next free one)
  --ready-file FILE  write addresses, keys and logins as JSON into FILE when the shop takes requests
  --fresh            begin with empty databases`;

test.each([
  { _case: 'nothing', args: [], options: { port: undefined, readyFile: undefined, fresh: false } },
  { _case: 'everything', args: ['--port', '4000', '--ready-file', 'a.json', '--fresh'], options: { port: 4000, readyFile: 'a.json', fresh: true } },
  { _case: 'with equals signs', args: ['--port=4000', '--ready-file=a.json'], options: { port: 4000, readyFile: 'a.json', fresh: false } },
])('options are read: $_case', ({ args, options }) => {
  expect(parseShopOptions('up', args)).toEqual(options);
});

test.each([
  { _case: 'unknown option', args: ['--prot', '4000'], complaint: "Unknown option '--prot'" },
  { _case: 'a word', args: ['please'], complaint: "Unexpected argument 'please'" },
  { _case: 'missing value', args: ['--port'], complaint: "Option '--port <value>' argument missing" },
  { _case: 'port is no number', args: ['--port', '80a'], complaint: '"80a" is not a port (1 to 65535)' },
  { _case: 'port 0', args: ['--port', '0'], complaint: '"0" is not a port (1 to 65535)' },
  { _case: 'port too high', args: ['--port', '65536'], complaint: '"65536" is not a port (1 to 65535)' },
])('a wrong command line is answered with what is wrong and the usage: $_case', ({ args, complaint }) => {
  let message = '';
  try {
    parseShopOptions('up', args);
  } catch (error) {
    message = (error as Error).message;
  }

  expect(message).toMatch(complaint);
  expect(message.endsWith(`\n\n${usage}`)).toBe(true);
});

test('a free port that was asked for is taken, and nothing is said', async () => {
  const taken = await occupiedPort();
  let port = taken + 1;
  while (!(await isFree(port))) port++;

  let chosen: number | undefined;
  const printed = await printedBy(async () => { chosen = await chooseShopPort('up', port); });

  expect(chosen).toBe(port);
  expect(printed).toBe('');
});

test('a taken port that was asked for is refused with who has it and a free one', async () => {
  const taken = await occupiedPort();

  const message = await chooseShopPort('up', taken).catch((error: Error) => error.message);

  expect(message).toMatch(new RegExp(`^Port ${taken} is taken by .*\\(pid ${process.pid}\\)\\.\nStop that, or take a free one: npm run up -- --port \\d+$`));
});
