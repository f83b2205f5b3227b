import { createKnownMasks, type KnownMasks } from '../../db/leads/masks/known.ts';

/** Time for which masks are known at most. Staff look at a list several times a minute, and a lead may be erased. */
const known_ms = 60_000;

/** Creates the masks that this process knows. The timer that forgets them keeps no process alive. */
export function keepMasks(): KnownMasks {
  const masks = createKnownMasks();
  setInterval(() => masks.clear(), known_ms).unref();
  return masks;
}
