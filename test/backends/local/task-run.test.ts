import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StopCause, TaskEvent } from '../../../src/backends/backend.ts';
import type { PlannedContainer } from '../../../src/backends/local/planned.ts';
import { TaskRun } from '../../../src/backends/local/task-run.ts';
import { FakeEngine, type Script } from '../../support/fake-engine.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

type Plan = Partial<PlannedContainer> & { after?: [string, string][] };

function planned(name: string, { after = [], ...plan }: Plan): PlannedContainer {
  return {
    name,
    spec: {
      name: `slipway-r-1-${name}`,
      labels: {},
      image: 'image',
      environment: {},
      secrets: {},
      mounts: [],
      network: { mode: 'bridge' },
      ports: [],
    },
    essential: true,
    awaited: true,
    dependsOn: after.map(([container, condition]) => ({
      container,
      condition: condition as 'START',
    })),
    links: [],
    secrets: {},
    environmentFiles: [],
    stopTimeout: 5,
    ...plan,
  };
}

const patient = { argv: ['true'], interval: 60, timeout: 1, retries: 1, startPeriod: 0 };
const check = { argv: ['true'], interval: 0.05, timeout: 1, retries: 2, startPeriod: 0 };

async function task(scripts: Record<string, Script>, plans: Record<string, Plan>, main: string) {
  const folder = await temporaryFolder();
  const engine = new FakeEngine(scripts);
  const events: TaskEvent[] = [];
  const stop = new AbortController();
  const kill = new AbortController();
  const containers = Object.entries(plans).map(([name, plan]) => planned(name, plan));
  const begin = async () =>
    new TaskRun(
      { containers, volumes: [], hostFolders: [] },
      main,
      {
        engine,
        observe: (event) => events.push(event),
        logFile: (container) => join(folder, `${container}.log`),
        prepare: async ({ spec }) => spec,
        launch: async (_spec, run) => run(),
      },
      { stop: stop.signal, kill: kill.signal, adopted: true },
    ).run(await engine.inspect(containers.map(({ spec }) => spec.name)));
  const specOf = (name: string) => planned(name, plans[name] ?? {}).spec;
  return { engine, events, stop, kill, specOf, begin };
}

const starts = (engine: FakeEngine) =>
  engine.calls.filter((call) => call.startsWith('start')).map((call) => call.slice(6));

describe('TaskRun', () => {
  it('runs one container and passes its exit code on', async () => {
    const { begin } = await task({ main: { runs: 5, exitCode: 3 } }, { main: {} }, 'main');
    expect(await begin()).toMatchObject({
      result: 'failed',
      failure: 'USER_CODE',
      exitCode: 3,
      reason: 'The command exited with 3.',
    });
  });

  it('starts each container once its dependencies are as it wants them', async () => {
    const { begin, engine } = await task(
      {
        main: { runs: 5 },
        init: { runs: 20 },
        server: { health: [1, 1, 0] },
      },
      {
        init: { essential: false },
        server: { essential: false, after: [['init', 'SUCCESS']], healthCheck: patient },
        main: { after: [['server', 'HEALTHY']] },
      },
      'main',
    );
    expect(await begin()).toMatchObject({ result: 'succeeded', exitCode: 0 });
    expect(starts(engine)).toEqual(['init', 'server', 'main']);
    expect(engine.calls).toContain('stop server');
  });

  it('stops dependents before what they depend on', async () => {
    const { begin, engine } = await task(
      { base: {}, middle: {}, top: {}, main: { runs: 5 } },
      {
        base: { essential: false },
        middle: { essential: false, after: [['base', 'START']] },
        top: { essential: false, after: [['middle', 'START']] },
        main: { after: [['top', 'START']] },
      },
      'main',
    );
    await begin();
    expect(engine.calls.filter((call) => call.startsWith('stop'))).toEqual([
      'stop top',
      'stop middle',
      'stop base',
    ]);
  });

  it('says whom it waited for in vain', async () => {
    const { begin, engine } = await task(
      { init: { runs: 5, exitCode: 4 } },
      { init: { essential: false }, main: { after: [['init', 'SUCCESS']] } },
      'main',
    );
    expect(await begin()).toMatchObject({
      result: 'failed',
      reason: 'main: It waits for init to be SUCCESS, but init exited with 4.',
    });
    expect(starts(engine)).toEqual(['init']);
  });

  it('fails when a health check fails as often as it may', async () => {
    const { begin } = await task(
      { server: { health: [1] } },
      {
        server: { essential: false, healthCheck: check },
        main: { after: [['server', 'HEALTHY']] },
      },
      'main',
    );
    expect((await begin()).reason).toContain('its health check failed 2 times in a row');
  });

  it('gives up a dependency after its startTimeout', async () => {
    const { begin } = await task(
      { init: {} },
      {
        init: { essential: false, startTimeout: 0.05 },
        main: { after: [['init', 'COMPLETE']] },
      },
      'main',
    );
    expect((await begin()).reason).toContain('within its startTimeout of 0.05s');
  });

  it('does not call a task a success that a side container has cut short', async () => {
    const { begin } = await task(
      { side: { runs: 5 }, main: { ignoresTerm: false } },
      { main: {}, side: {} },
      'main',
    );
    expect(await begin()).toMatchObject({ result: 'failed', exitCode: 143 });
  });

  it('stops gently, and kills when asked again', async () => {
    const { begin, stop, kill, engine } = await task(
      { main: { ignoresTerm: true } },
      { main: {} },
      'main',
    );
    const end = begin();
    await expect.poll(() => engine.calls).toContain('start main');
    stop.abort({ result: 'stopped', message: 'Enough.' } satisfies StopCause);
    await expect.poll(() => engine.calls).toContain('stop main');
    kill.abort();
    expect(await end).toMatchObject({ result: 'stopped', reason: 'Enough.', exitCode: 137 });
  });

  it('says that memory ran out', async () => {
    const { begin } = await task(
      { main: { runs: 1, exitCode: 137, outOfMemory: true } },
      { main: {} },
      'main',
    );
    expect(await begin()).toMatchObject({ failure: 'OUT_OF_MEMORY', exitCode: 137 });
  });

  it('restarts as its policy says, and not what ended too soon', async () => {
    const { begin, engine } = await task(
      { main: { runs: 30, exitCode: 1 }, side: { runs: 5, exitCode: 1 } },
      {
        main: {},
        side: { essential: false, restartPolicy: { ignoredExitCodes: [], attemptPeriod: 0.004 } },
      },
      'main',
    );
    await begin();
    expect(starts(engine).filter((name) => name === 'side').length).toBeGreaterThan(1);
    expect(starts(engine).filter((name) => name === 'main').length).toBe(1);
  });

  describe('after an adoption', () => {
    it('follows what runs, from where the log stops', async () => {
      const { begin, engine, specOf } = await task(
        { main: { runs: 50, writes: 'hello\n' } },
        { main: {} },
        'main',
      );
      engine.create(specOf('main'));
      engine.launch('slipway-r-1-main');
      expect(await begin()).toMatchObject({ result: 'succeeded' });
      expect(starts(engine)).toEqual(['main']);
    });

    it('starts what was created and never started', async () => {
      const { begin, engine, specOf } = await task({ main: { runs: 5 } }, { main: {} }, 'main');
      engine.create(specOf('main'));
      expect(await begin()).toMatchObject({ result: 'succeeded' });
      expect(starts(engine)).toEqual(['main']);
    });

    it('never starts again what has ended, and stops the rest', async () => {
      const { begin, engine, specOf } = await task(
        { main: { runs: 0, exitCode: 7 }, side: {} },
        { main: {}, side: { essential: false }, late: { after: [['main', 'COMPLETE']] } },
        'main',
      );
      for (const name of ['main', 'side']) {
        engine.create(specOf(name));
        engine.launch(`slipway-r-1-${name}`);
      }
      await expect
        .poll(() => engine.containers.get('slipway-r-1-main')?.status.state)
        .toBe('exited');
      expect(await begin()).toMatchObject({ result: 'failed', exitCode: 7 });
      expect(starts(engine)).toEqual(['main', 'side']);
    });
  });
});
