import { getContainerRuntimeClient } from 'testcontainers';

/** Why no container can be started here; undefined where one can. */
export async function noContainers(): Promise<string | undefined> {
  try {
    await getContainerRuntimeClient();
    return undefined;
  } catch {
    return 'no container runtime here';
  }
}
