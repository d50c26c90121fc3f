import { describe, expect, it } from 'vitest';
import { countOomKills, type Inspection, measure, statusOf } from '../../src/engine/inspection.ts';

const NEVER = '0001-01-01T00:00:00Z';

describe('the status of a container', () => {
  it('is read from what Docker says of one that has ended', () => {
    expect(
      statusOf({
        Name: '/job',
        HostConfig: { Memory: 1024 },
        Config: { Labels: { 'slipway:run': 'a' } },
        State: {
          Status: 'exited',
          StartedAt: '2026-11-21T10:00:00.123456789Z',
          FinishedAt: '2026-11-21T10:00:02.5Z',
          ExitCode: 137,
          OOMKilled: true,
          Error: '',
          Pid: 0,
        },
        NetworkSettings: { IPAddress: '', Networks: { bridge: { IPAddress: '' } }, Ports: {} },
      }),
    ).toEqual({
      name: 'job',
      labels: { 'slipway:run': 'a' },
      state: 'exited',
      startedAt: new Date('2026-11-21T10:00:00.123Z'),
      endedAt: new Date('2026-11-21T10:00:02.500Z'),
      exitCode: 137,
      outOfMemory: true,
      error: undefined,
      address: undefined,
      ports: [],
      pid: 0,
      memoryLimited: true,
    });
  });

  it('has no end before its start, where Docker noted the start late', () => {
    const State = {
      Status: 'exited',
      StartedAt: '2026-11-21T10:00:00.696Z',
      FinishedAt: '2026-11-21T10:00:00.676Z',
    };
    expect(statusOf({ State }).endedAt).toEqual(new Date('2026-11-21T10:00:00.696Z'));
  });

  it('is read from what Podman says of one that runs, with the zone that it writes', () => {
    expect(
      statusOf({
        Name: 'job',
        HostConfig: { Memory: 0 },
        Config: { Labels: null },
        State: {
          Status: 'running',
          StartedAt: '2026-11-21T12:00:00.5+02:00',
          FinishedAt: NEVER,
          ExitCode: 0,
          Pid: 77,
        },
        NetworkSettings: { Networks: { podman: { IPAddress: '10.88.0.2' } }, Ports: null },
      }),
    ).toEqual({
      name: 'job',
      labels: {},
      state: 'running',
      startedAt: new Date('2026-11-21T10:00:00.500Z'),
      endedAt: undefined,
      exitCode: undefined,
      outOfMemory: false,
      error: undefined,
      address: '10.88.0.2',
      ports: [],
      pid: 77,
      memoryLimited: false,
    });
  });

  it.each([
    ['created', 'created'],
    ['configured', 'created'],
    ['initialized', 'created'],
    ['running', 'running'],
    ['paused', 'running'],
    ['restarting', 'running'],
    ['stopping', 'running'],
    ['exited', 'exited'],
    ['stopped', 'exited'],
    ['dead', 'exited'],
    ['removing', 'exited'],
  ])('%s is %s, with an exit code only once it is over', (Status, state) => {
    const status = statusOf({ State: { Status, ExitCode: 0, FinishedAt: NEVER } });
    expect(status.state).toBe(state);
    expect(status.exitCode).toBe(state === 'exited' ? 0 : undefined);
  });

  it('has no times for what has not been, and none of an earlier end while it runs again', () => {
    const unstarted = statusOf({
      State: { Status: 'created', StartedAt: NEVER, FinishedAt: NEVER, Error: 'no such program' },
    });
    expect(unstarted).toMatchObject({ startedAt: undefined, error: 'no such program' });
    const again = statusOf({
      State: {
        Status: 'running',
        StartedAt: '2026-11-21T11:00:00Z',
        FinishedAt: '2026-11-21T10:00:00Z',
      },
    });
    expect(again.endedAt).toBeUndefined();
  });

  it('has the ports that the engine picked, and none that are only exposed', () => {
    const Ports = {
      '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '49153' }],
      '53/udp': [{ HostIp: '', HostPort: '5353' }],
      '9/tcp': null,
    };
    expect(statusOf({ NetworkSettings: { Ports } }).ports).toEqual([
      { hostAddress: '127.0.0.1', hostPort: 49153, containerPort: 80, protocol: 'tcp' },
      { hostAddress: '0.0.0.0', hostPort: 5353, containerPort: 53, protocol: 'udp' },
    ]);
  });

  it('needs nothing of an inspection', () => {
    expect(statusOf({} satisfies Inspection)).toMatchObject({ name: '', labels: {}, ports: [] });
  });
});

describe('measurements', () => {
  it('are nothing of a process that is not there', async () => {
    expect(await measure(0)).toEqual({});
    expect(await measure(2 ** 30)).toEqual({});
  });

  it.runIf(process.platform === 'linux')('are numbers where the kernel tells', async () => {
    for (const value of Object.values(await measure(process.pid))) {
      if (value !== undefined) expect(value).toBeGreaterThan(0);
    }
    expect(await countOomKills()).toBeGreaterThanOrEqual(0);
  });
});
