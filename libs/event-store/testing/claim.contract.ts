import { expect, it } from '@jest/globals';
import type { Claim, Claims } from '../../event-sourcing/decider.js';
import type { OpenLog } from './open-log.js';
import { collect, newTenant, range } from './given-log.js';

const claim = (name: string, owner: string): Claim => ({ name, owner, refusal: 'NAME_TAKEN' });

export function claimContract(log: () => OpenLog): void {
  /** Appends one event to the stream of the claims' owner. */
  const claiming =
    (tenant: ReturnType<typeof newTenant>, store = log().store) =>
    (key: string, claims: Claims) =>
      store.append({ stream: tenant.stream(key), expected: 'none', events: [tenant.event(key)], claims });

  it('gives a name to one owner, and tells the others who it is', async () => {
    const tenant = newTenant();
    const append = claiming(tenant);
    expect(await append('a', { take: [claim('npi:1', 'pty_a')] })).toMatchObject({ outcome: 'appended' });
    expect(await append('b', { take: [claim('npi:2', 'pty_b'), claim('npi:1', 'pty_b')] })).toEqual({
      outcome: 'claimTaken',
      name: 'npi:1',
      owner: 'pty_a',
    });
    // nothing of the refused append is there: neither its event nor its other claim
    expect(await collect(log().store.readStream(tenant.stream('b')))).toEqual([]);
    expect(await append('c', { take: [claim('npi:2', 'pty_c')] })).toMatchObject({ outcome: 'appended' });
  });

  it('lets the owner take again what it has', async () => {
    const append = claiming(newTenant());
    await append('a', { take: [claim('npi:1', 'pty_a')] });
    expect(await append('b', { take: [claim('npi:1', 'pty_a')] })).toMatchObject({ outcome: 'appended' });
  });

  it('answers a repeat before it looks at its claims', async () => {
    const append = claiming(newTenant());
    await append('a', { take: [claim('npi:1', 'pty_a')] });
    await append('b', { release: ['npi:1'] });
    await append('c', { take: [claim('npi:1', 'pty_c')] });
    expect(await append('a', { take: [claim('npi:1', 'pty_a')] })).toMatchObject({ outcome: 'repeated' });
  });

  it('gives a released name to the next who asks, also within one append', async () => {
    const append = claiming(newTenant());
    await append('a', { take: [claim('npi:1', 'pty_a')] });
    await append('b', { release: ['npi:1'] });
    expect(await append('c', { take: [claim('npi:1', 'pty_c')] })).toMatchObject({ outcome: 'appended' });
    const moved = { release: ['npi:1'], take: [claim('npi:1', 'pty_d')] };
    expect(await append('d', moved)).toMatchObject({ outcome: 'appended' });
    expect(await append('e', { take: [claim('npi:1', 'pty_c')] })).toMatchObject({ owner: 'pty_d' });
  });

  it('neither takes nor releases anything with an append that loses', async () => {
    const tenant = newTenant();
    const append = claiming(tenant);
    await append('a', { take: [claim('npi:1', 'pty_a')] });
    const lost = await log().store.append({
      stream: tenant.stream('a'),
      expected: 'none',
      events: [tenant.event('lost')],
      claims: { take: [claim('npi:2', 'pty_a')], release: ['npi:1'] },
    });
    expect(lost).toMatchObject({ outcome: 'wrongRevision' });
    expect(await append('b', { take: [claim('npi:1', 'pty_b')] })).toMatchObject({ outcome: 'claimTaken' });
    expect(await append('c', { take: [claim('npi:2', 'pty_c')] })).toMatchObject({ outcome: 'appended' });
  });

  it('gives a name to exactly one of 20 racers', async () => {
    const tenant = newTenant();
    const stores = [log().store, await log().second()];
    const outcomes = await Promise.all(
      range(20).map((i) => claiming(tenant, stores[i % 2])(`racer ${i}`, { take: [claim('npi:1', `pty_${i}`)] })),
    );
    const winner = outcomes.findIndex((o) => o.outcome === 'appended');
    expect(outcomes.toSpliced(winner, 1)).toEqual(
      range(19).map(() => ({ outcome: 'claimTaken', name: 'npi:1', owner: `pty_${winner}` })),
    );
  });

  it('keeps the names of tenants apart', async () => {
    expect(await claiming(newTenant())('a', { take: [claim('npi:1', 'pty_a')] })).toMatchObject({
      outcome: 'appended',
    });
    expect(await claiming(newTenant())('a', { take: [claim('npi:1', 'pty_b')] })).toMatchObject({
      outcome: 'appended',
    });
  });
}
